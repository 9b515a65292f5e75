# SPDX-License-Identifier: LGPL-3.0-or-later
"""`gridplanner ...`: a sub-command on the command line, or else the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gridplanner.cli.outermost import leave, run_outermost
from gridplanner.cli.parser import COMMANDS, run_command
from gridplanner.errors import UserError
from gridplanner.texts import LANGUAGES, _

#: One of them set means that Qt has somewhere to draw.
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main(argv: Sequence[str] | None = None) -> int:
    """Run gridplanner; without a sub-command the window opens.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program name.

    Returns
    -------
    int
        Exit code: 0 done, 1 errors remain, 2 bad input, 130 cancelled.
    """
    return run_outermost(_dispatch, sys.argv[1:] if argv is None else argv)


def _dispatch(arguments: list[str]) -> int:
    """Run the sub-command, or open the window with a project or layer where one is named."""
    words = [a for a in arguments if not a.startswith("-") and a not in LANGUAGES]
    asks = any(a in ("-h", "--help", "--version") for a in arguments)
    if asks or (words and words[0] in COMMANDS):
        return run_command(arguments)
    _refuse_impossible_window(words)
    from gridplanner.gui.app import main as open_window  # Qt is for the window alone

    return open_window(arguments)


def _refuse_impossible_window(words: list[str]) -> None:
    """Raise UserError for a word that is no file, or where there is no display."""
    if words and not Path(words[0]).exists():
        raise UserError(
            _("'{word}' is neither a sub-command nor a file. Sub-commands: {known}.").format(
                word=words[0], known=", ".join(COMMANDS)
            )
        )
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in _DISPLAYS):
        raise UserError(
            _("There is no display to open a window on. Without one, run 'gridplanner demo --out out'.")
        )


def run() -> NoReturn:
    """Run gridplanner as a program of its own and end the process."""
    leave(main())


if __name__ == "__main__":
    run()
