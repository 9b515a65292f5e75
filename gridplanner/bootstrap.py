# SPDX-License-Identifier: LGPL-3.0-or-later
"""Set the program up on a machine that has nothing but Python, then run it there.

Standard library only: this module runs before anything is installed. What is installed,
and from which file down to its hash, is fixed in `resources/setup/requirements.txt`; that
file names no server, so pip or uv use whatever source the machine is configured for.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gridplanner.texts import RESOURCES, _

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = RESOURCES / "setup" / "requirements.txt"
WHEELS = ROOT / "wheels"
STAMP = VENV / "gridplanner-setup.json"
BAD_INPUT = 2

# What Qt's wheels need of a bare Debian or Ubuntu: the first line to draw at all, the second for a window.
QT_LIBRARIES = ("libgl1", "libegl1", "libfontconfig1", "libxkbcommon0", "libdbus-1-3", "libglib2.0-0")
WINDOW_LIBRARIES = (
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-image0", "libxcb-render-util0",
    "libxcb-shape0", "libxcb-xinerama0", "libxkbcommon-x11-0", "libx11-xcb1",
)  # fmt: skip
_PROBE_DRAWING = "import PySide6.QtWidgets, PySide6.QtPrintSupport, PySide6.QtSvg"
_PROBE_WINDOW = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_WARM_UP = """
try:
    from gridplanner.solve import warm_up
except ImportError:
    pass
else:
    warm_up()
"""


class SetupError(Exception):
    """One sentence: what is missing and the command that mends it."""


def main(arguments: Sequence[str]) -> int:
    """Set up what is missing and run `gridplanner ARGUMENTS`; return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        The command line without the program's name; `test` and `bench NAME` are served here.

    Returns
    -------
    int
        The exit code of the program; 2 where the machine cannot run it; 128 + n after signal n.
    """
    try:
        if _opens_window(arguments) and not _has_display(os.environ):
            raise SetupError(
                _(
                    "There is no display to open a window on. "
                    "`python3 main.py demo --out out` does the whole job without one."
                )
            )
        set_up(window=_opens_window(arguments))
    except SetupError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    return _run_child(_child_command(arguments), _child_environment(os.environ, arguments))


def set_up(*, window: bool = False) -> bool:
    """Make `.venv` and fill it from the lock file, unless that is done already.

    Parameters
    ----------
    window : bool
        Whether a window will be opened, which needs more of the system than drawing does.

    Returns
    -------
    bool
        Whether anything had to be done.

    Raises
    ------
    SetupError
        If something is missing that this user cannot install; the text names the command.
    """
    wanted = {"lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(), "python": sys.version.split()[0]}
    done = _read_stamp()
    if all(done.get(key) == value for key, value in wanted.items()) and venv_python().exists():
        if window and not done.get("window"):
            _ensure_qt(_PROBE_WINDOW, QT_LIBRARIES + WINDOW_LIBRARIES, os.environ)
            _write_stamp({**done, "window": "yes"})
        return False
    _say(_("Setting up in {folder}; this is done once.").format(folder=VENV))
    _make_venv()
    _install()
    offscreen = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    _ensure_qt(_PROBE_DRAWING, QT_LIBRARIES, offscreen)
    if window:
        _ensure_qt(_PROBE_WINDOW, QT_LIBRARIES + WINDOW_LIBRARIES, os.environ)
        wanted["window"] = "yes"
    _compile_kernels()
    _write_stamp(wanted)
    _say(_("Set-up is done."))
    return True


def venv_python() -> Path:
    """Return the path of the interpreter of `.venv`, whether it exists or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _opens_window(arguments: Sequence[str]) -> bool:
    """Tell a project or layer path (or nothing) from a sub-command, which has neither dot nor slash."""
    return not arguments or (
        not arguments[0].startswith("-")
        and (Path(arguments[0]).suffix != "" or Path(arguments[0]).is_absolute())
    )


def _has_display(environment: Mapping[str, str]) -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(stamp: Mapping[str, str]) -> None:
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


# --- the environment -----------------------------------------------------------------------------------


def _uv() -> str | None:
    """Return uv if it works here: a version manager's shim may be on the path without a uv behind it."""
    found = shutil.which("uv")
    if found is None:
        return None
    answer = subprocess.run([found, "--version"], check=False, capture_output=True)
    return found if answer.returncode == 0 else None


def _venv_fits() -> bool:
    """Tell whether `.venv` holds a working interpreter of this Python's version."""
    if not venv_python().exists():
        return False
    question = [str(venv_python()), "-c", "import sys; print(*sys.version_info[:2])"]
    answer = subprocess.run(question, check=False, capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _make_venv() -> None:
    if _venv_fits():
        return
    if VENV.exists():
        _say(_("{folder} belongs to another Python and is made anew.").format(folder=VENV))
        shutil.rmtree(VENV)
    base = str(getattr(sys, "_base_executable", "") or sys.executable)
    uv = _uv()
    if uv is not None:
        _run([uv, "venv", "--quiet", "--python", base, str(VENV)], _("making the environment with uv"))
        return
    if importlib.util.find_spec("ensurepip") is None:
        _apt_install((f"python3.{sys.version_info[1]}-venv",), _("Python cannot make an environment here."))
    _run([base, "-m", "venv", str(VENV)], _("making the environment with venv"))


def _install() -> None:
    """Install exactly the locked files; their hashes make a tampered or changed one fail."""
    uv = _uv()
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", str(venv_python())]
    else:
        # The lock file is complete, and most modules are never imported: neither resolve nor compile them.
        command = [str(venv_python()), "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    command += ["--require-hashes", "-r", str(LOCK)]
    if WHEELS.is_dir():
        command += ["--no-index", "--find-links", str(WHEELS)]
        what = _("installing the packages from the folder wheels")
    else:
        what = _("installing the packages (about 500 MB; without a network, put them into the folder wheels)")
    _run(command, what)
    _link_source()


def _link_source() -> None:
    """Let the environment find the package in this checkout, also for worker processes."""
    question = [str(venv_python()), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.run(question, capture_output=True, text=True, check=True).stdout.strip()
    (Path(folder) / "gridplanner-source.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def _compile_kernels() -> None:
    """Compile the solver's kernels now, so that no user waits for it in the middle of the work."""
    try:
        _run([str(venv_python()), "-c", _WARM_UP], _("compiling the kernels"))
    except SetupError as error:
        # They are compiled at their first use then; that is slower, not wrong.
        _say(str(error))


def _run(command: Sequence[str], what: str) -> None:
    _say(f"  {what} ...")
    outcome = subprocess.run(command, check=False, cwd=ROOT)
    if outcome.returncode != 0:
        raise SetupError(
            _("Set-up stopped while {what}; the lines above say why. The command was: {command}").format(
                what=what, command=" ".join(command)
            )
        )


# --- libraries of the system ---------------------------------------------------------------------------


def _ensure_qt(probe: str, packages: Sequence[str], environment: Mapping[str, str]) -> None:
    """Import Qt in a child, because a missing system library may abort the process, and mend what fails."""
    first = _probe(probe, environment)
    if first == "":
        return
    _apt_install(packages, _("Qt misses libraries of this system ({cause}).").format(cause=first))
    second = _probe(probe, environment)
    if second:
        raise SetupError(_("Qt still does not start: {cause}").format(cause=second))


def _probe(probe: str, environment: Mapping[str, str]) -> str:
    """Return the last line Qt complained with, empty if it started."""
    outcome = subprocess.run(
        [str(venv_python()), "-c", probe],
        check=False,
        env=dict(environment),
        capture_output=True,
        text=True,
        errors="replace",
    )
    if outcome.returncode == 0:
        return ""
    lines = outcome.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit {outcome.returncode}"


def _apt_install(packages: Sequence[str], reason: str) -> None:
    """Install packages of Debian or Ubuntu as root; for anybody else, name the one command."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise SetupError(
            _("{reason} Install what these Debian packages hold, then start again: {packages}").format(
                reason=reason, packages=" ".join(packages)
            )
        )
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise SetupError(
            _("{reason} Run this once, then start again: {command}").format(
                reason=reason, command="sudo " + " ".join(command)
            )
        )
    _say(reason)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _say("  " + " ".join(command))
    for step in (["apt-get", "update", "-qq"], command):
        outcome = subprocess.run(step, check=False, env=quiet, stdout=subprocess.DEVNULL)
        if outcome.returncode != 0:
            raise SetupError(
                _("{reason} `{command}` failed; the lines above say why.").format(
                    reason=reason, command=" ".join(step)
                )
            )


# --- the program ---------------------------------------------------------------------------------------


def _child_command(arguments: Sequence[str]) -> list[str]:
    return [str(venv_python()), "-m", "gridplanner", *arguments]


def _child_environment(environment: Mapping[str, str], arguments: Sequence[str]) -> dict[str, str]:
    child = dict(environment)
    # Only our own checkout: a foreign PYTHONPATH could shadow what the lock file fixed.
    child["PYTHONPATH"] = str(ROOT)
    child["PYTHONUTF8"] = "1"
    if not _has_display(environment) or arguments[:1] == ["test"]:
        child.setdefault("QT_QPA_PLATFORM", "offscreen")
    return child


def _run_child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the program, pass signals on and give back its exit code."""
    child = subprocess.Popen(command, env=dict(environment))
    forwarded = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def pass_on(number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(number)

    for number in forwarded:
        signal.signal(number, pass_on)
    # The terminal sends Ctrl-C to both; the child decides what it means and we wait for its answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = child.wait()
    return code if code >= 0 else 128 - code
