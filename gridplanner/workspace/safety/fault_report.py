# SPDX-License-Identifier: LGPL-3.0-or-later
"""A report of an error that nobody expected: where in the program it happened, no value of any data.

Messages of exceptions quote what they stumbled over (a name, a telephone number), so none is kept but those
that only speak of the program's own words; neither are local variables.
"""

from __future__ import annotations

import platform
import re
import time
import traceback
from pathlib import Path, PurePath

from gridplanner import __version__
from gridplanner.workspace.safety.user_folders import user_folder

#: Reports kept; older ones are of use to nobody.
_KEPT = 20
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')
_KIND = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
#: Errors whose message names modules and attributes, never data.
_OWN_WORDS = ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError")


def report_fault(error: BaseException) -> Path | None:
    """Write the report of an error into the user's own folder.

    Returns
    -------
    Path or None
        The report; None where it cannot be written, since a second fault must not hide the first.
    """
    try:
        folder = user_folder("faults")
        path = folder / time.strftime("fault-%Y%m%d-%H%M%S.txt")
        path.write_text(fault_text("".join(traceback.format_exception(error))), encoding="utf-8")
        for old in sorted(folder.glob("fault-*.txt"))[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def fault_text(trace: str) -> str:
    """Return the report that a traceback makes.

    Parameters
    ----------
    trace : str
        As Python prints it; a part that came from another process may be quoted inside.

    Returns
    -------
    str
        Versions, then each kind of error under its `file:line function` places, outermost call first.
    """
    lines = [f"gridplanner {__version__}, Python {platform.python_version()}, {platform.platform()}", ""]
    within = False
    for line in trace.splitlines():
        frame = _FRAME.match(line)
        if frame:
            lines.append(f"  {_inside(frame['file'])}:{frame['line']} {frame['name']}")
            within = True
        elif within and not line.startswith(" "):  # the first line after the places names the kind
            kind = _KIND.match(line)
            own = kind is not None and kind.group() in _OWN_WORDS
            lines.append(line if own else kind.group() if kind else "?")
            within = False
    return "\n".join(lines) + "\n"


def _inside(file: str) -> str:
    """Return the path from the package's folder on; the folders above may bear a person's name."""
    parts = PurePath(file.replace("\\", "/")).parts
    for root in ("site-packages", "gridplanner"):
        if root in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(root) :])
    return parts[-1]
