# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command line: one sub-command per use-case.

Exit codes: 0 done, 1 errors remain or no admissible plan, 2 bad input or usage, 130 cancelled.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gridplanner import __version__
from gridplanner.cli_progress import cancel_on_interrupt
from gridplanner.errors import Cancelled, DataError, UserError
from gridplanner.texts import LANGUAGES, _, use_language

DONE, REMAIN, BAD, CANCELLED = 0, 1, 2, 130
COMMANDS = ("demo", "run", "check", "new", "plan", "assign", "export", "compare", "verify", "bench", "test")

#: One of them set means that Qt has somewhere to draw.
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

Run = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run gridplanner; without a sub-command the window opens.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program name.

    Returns
    -------
    int
        Exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _speak_utf8()
    language = _early_language(arguments)
    if language:
        use_language(language)
    try:
        with cancel_on_interrupt():
            return _dispatch(arguments)
    except DataError as error:
        print(error, file=sys.stderr)
        for finding in error.findings[:50]:
            print(f"  - {finding.text}", file=sys.stderr)
        return BAD
    except UserError as error:
        print(error, file=sys.stderr)
        return BAD
    except (Cancelled, KeyboardInterrupt):
        print(_("Cancelled."), file=sys.stderr)
        return CANCELLED


def _dispatch(arguments: list[str]) -> int:
    """Open the window or run the sub-command."""
    words = [a for a in arguments if not a.startswith("-")]
    asks = any(a in ("-h", "--help", "--version") for a in arguments)
    if not asks and (not words or words[0] not in COMMANDS):
        return _open_window(arguments, words)
    options = build_parser().parse_args(_with_rest_apart(arguments))
    run: Run = options.run
    return run(options)


def _with_rest_apart(arguments: list[str]) -> list[str]:
    """Put `--` before what pytest or a benchmark gets, so that its options are not taken for ours."""
    for name, own in (("test", 1), ("bench", 2)):
        if arguments[:1] == [name] and not {"-h", "--help"} & set(arguments[: own + 1]):
            return [*arguments[:own], "--", *arguments[own:]]
    return arguments


def _open_window(arguments: list[str], words: list[str]) -> int:
    """Open the window, with a project or layer where one is named."""
    if words and words[0] not in LANGUAGES and not Path(words[0]).exists():
        raise UserError(
            _("'{word}' is neither a sub-command nor a file. Sub-commands: {known}.").format(
                word=words[0], known=", ".join(COMMANDS)
            )
        )
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in _DISPLAYS):
        raise UserError(
            _("There is no display to open a window on. Without one, run 'gridplanner demo --out out'.")
        )
    from gridplanner.gui.app import main as open_window  # Qt is for the window alone

    return open_window(arguments)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(
        prog="gridplanner",
        description=_("Redraw a city's governance grids. Without a sub-command the window opens."),
        epilog=_("A project or layer path instead of a sub-command opens it in the window."),
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("COMMAND"))

    demo = _command(commands, "demo", _("the whole main job on the sample district, no questions"))
    demo.add_argument("--out", type=Path, default=Path("out"), help=_("output folder"))
    demo.add_argument("--open", action="store_true", help=_("open the web map afterwards"))
    _planning(demo)

    run = _command(commands, "run", _("the whole main job on the layers that CONFIG.toml names"))
    run.add_argument("config", type=Path)
    run.add_argument("--out", type=Path, required=True, help=_("output folder"))
    _planning(run)

    _add_steps(commands)
    bench = _command(commands, "bench", _("run a benchmark (source checkouts)"))
    bench.add_argument("name")
    bench.add_argument("rest", nargs=argparse.REMAINDER)
    test = _command(commands, "test", _("run the tests (source checkouts)"))
    test.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _add_steps(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the single steps on a project file and the checks."""
    check = _command(commands, "check", _("the health check of a project or of layers"))
    check.add_argument("paths", type=Path, nargs="+")
    check.add_argument("--json", type=Path, help=_("write the findings as JSON"))
    check.add_argument("--xlsx", type=Path, help=_("write the findings as a workbook"))

    new = _command(commands, "new", _("make a project from CONFIG.toml"))
    new.add_argument("project", type=Path)
    new.add_argument("--config", type=Path, required=True)

    plan = _command(commands, "plan", _("propose a plan for a project"))
    plan.add_argument("project", type=Path)
    plan.add_argument("--total", help=_("number of general grids, or fewest, or repair"))
    plan.add_argument("--mode", choices=("keep", "balance", "compact"))
    plan.add_argument("--accept", action="store_true", help=_("make the proposal the plan in work"))
    _planning(plan)

    assign = _command(commands, "assign", _("assign branches, staff, codes and names"))
    assign.add_argument("project", type=Path)

    export = _command(commands, "export", _("write every output of the plan in work"))
    export.add_argument("project", type=Path)
    export.add_argument("--out", type=Path, required=True, help=_("output folder"))

    compare = _command(commands, "compare", _("compare two scenarios of a project"))
    compare.add_argument("project", type=Path)
    compare.add_argument("a", help=_("scenario; - for today"))
    compare.add_argument("b", help=_("scenario; - for today"))
    compare.add_argument("--json", type=Path, help=_("write the comparison as JSON"))

    verify = _command(commands, "verify", _("re-check every claim of an output folder from its files alone"))
    verify.add_argument("folder", type=Path)
    verify.add_argument("--json", type=Path, help=_("write the claims as JSON"))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help_text: str
) -> argparse.ArgumentParser:
    """Add a sub-command with the options that all share."""
    from gridplanner import cli_commands  # the use-cases are slow to import

    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--lang", choices=LANGUAGES, help=_("language of messages and outputs"))
    parser.add_argument("--quiet", action="store_true", help=_("print nothing but errors"))
    parser.set_defaults(run=getattr(cli_commands, f"run_{name}"))
    return parser


def _planning(parser: argparse.ArgumentParser) -> None:
    """Add the options of the planning sub-commands."""
    parser.add_argument("--seed", type=int, help=_("seed of the search; the same seed gives the same plan"))
    parser.add_argument("--workers", type=int, default=0, help=_("worker processes; 0 for one per core"))
    parser.add_argument("--cluster", help=_("address of a Dask scheduler to plan on"))
    parser.add_argument("--time-limit", type=float, help=_("seconds for the plan"))


def _early_language(arguments: Sequence[str]) -> str:
    """Return the language asked for, before any text is made; "" for none."""
    for i, argument in enumerate(arguments):
        if argument == "--lang" and i + 1 < len(arguments):
            return arguments[i + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return ""


def _speak_utf8() -> None:
    """Print Chinese whatever the console's code page is; a character it lacks becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
