# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which sub-commands there are and what each takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gridplanner import __version__
from gridplanner.cli import commands as runners
from gridplanner.cli.exchange import add_export_options
from gridplanner.cli.offices import OFFICE_COMMANDS, add_office_commands
from gridplanner.cli.papers import PAPER_COMMANDS, add_paper_commands
from gridplanner.cli.planning import add_questions
from gridplanner.cli.units import UNIT_COMMANDS, add_unit_commands
from gridplanner.model.parameters import parameter
from gridplanner.texts import LANGUAGES, _

COMMANDS = (
    *("demo", "run", "check", "new", "plan", "assign", "export", "compare", "restore", "verify"),
    *OFFICE_COMMANDS,
    *UNIT_COMMANDS,
    *PAPER_COMMANDS,
    *("bench", "test"),
)

Run = Callable[[argparse.Namespace], int]


def run_command(arguments: list[str]) -> int:
    """Run the sub-command that the arguments name; return its exit code."""
    options = build_parser().parse_args(_with_rest_apart(arguments))
    run: Run = options.run
    return run(options)


def _with_rest_apart(arguments: list[str]) -> list[str]:
    """Put `--` before what pytest or a benchmark gets, so that its options are not taken for ours."""
    for name, own in (("test", 1), ("bench", 2)):
        if arguments[:1] == [name] and not {"-h", "--help"} & set(arguments[: own + 1]):
            return [*arguments[:own], "--", *arguments[own:]]
    return arguments


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(
        prog="gridplanner",
        description=_("Redraw a city's governance grids. Without a sub-command the window opens."),
        epilog=_("A project or layer path instead of a sub-command opens it in the window."),
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--lang", choices=LANGUAGES, help=_("language of messages and outputs"))
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("COMMAND"))

    demo = _command(commands, "demo", _("the whole main job on the sample district, no questions"))
    demo.add_argument("--out", type=Path, default=Path("out"), help=_("output folder"))
    demo.add_argument("--open", action="store_true", help=_("open the web map afterwards"))
    _planning(demo)
    add_export_options(demo)

    run = _command(commands, "run", _("the whole main job on the layers that CONFIG.toml names"))
    run.add_argument("config", type=Path)
    run.add_argument("--out", type=Path, required=True, help=_("output folder"))
    _planning(run)
    add_export_options(run)

    _add_steps(commands)
    add_office_commands(partial(_command, commands))
    add_unit_commands(partial(_command, commands))
    add_paper_commands(partial(_command, commands))
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
    check.add_argument("--crs", default="", help=_("coordinate system of layers that state none"))
    check.add_argument("--json", type=Path, help=_("write the findings as JSON"))
    check.add_argument("--xlsx", type=Path, help=_("write the findings as a workbook"))
    check.add_argument("--gpkg", type=Path, help=_("write the findings and faults as map layers"))

    new = _command(commands, "new", _("make a project from CONFIG.toml"))
    new.add_argument("project", type=Path)
    new.add_argument("--config", type=Path, required=True)

    plan = _command(commands, "plan", _("propose a plan for a project"))
    plan.add_argument("project", type=Path)
    plan.add_argument("--total", help=f"{_(parameter('plan.total').label)} | fewest | repair")
    plan.add_argument("--mode", choices=parameter("plan.mode").choices, help=_(parameter("plan.mode").label))
    plan.add_argument("--one-net", action="store_true", help=_("start from the lines most nets share"))
    plan.add_argument(
        "--resume",
        nargs="?",
        const="",
        metavar="SCENARIO",
        help=_("go on from this scenario (the plan in work), as after a run that was stopped"),
    )
    add_questions(plan)
    plan.add_argument("--accept", action="store_true", help=_("make the proposal the plan in work"))
    _planning(plan)

    assign = _command(commands, "assign", _("assign branches, staff, codes and names"))
    assign.add_argument("project", type=Path)
    assign.add_argument("--json", type=Path, help=_("write the findings as JSON"))
    assign.add_argument("--xlsx", type=Path, help=_("write the findings as a workbook"))

    export = _command(commands, "export", _("write every output of the plan in work"))
    export.add_argument("project", type=Path)
    export.add_argument("--out", type=Path, default=Path("out"), help=_("output folder"))
    add_export_options(export, dry_run=True)
    _add_looks_back(commands)


def _add_looks_back(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add what compares, brings back and re-checks."""
    compare = _command(commands, "compare", _("compare two scenarios of a project"))
    compare.add_argument("project", type=Path)
    compare.add_argument("a", help=_("scenario; - for today"))
    compare.add_argument("b", help=_("scenario; - for today"))
    compare.add_argument("more", nargs="*", help=_("further scenarios, for the workbook"))
    compare.add_argument("--json", type=Path, help=_("write the comparison as JSON"))
    compare.add_argument("--xlsx", type=Path, help=_("write the plans side by side as a workbook"))

    restore = _command(commands, "restore", _("list the backups of a project, or bring one back"))
    restore.add_argument("project", type=Path)
    restore.add_argument("--time", help=_("bring back the newest backup of this time (2026-11-21 14:30)"))
    restore.add_argument("--steps", action="store_true", help=_("bring back the steps that a crash left"))

    verify = _command(commands, "verify", _("re-check every claim of an output folder from its files alone"))
    verify.add_argument("folder", type=Path)
    verify.add_argument("--json", type=Path, help=_("write the claims as JSON"))


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    help_text: str,
    run: Run | None = None,
) -> argparse.ArgumentParser:
    """Add a sub-command with the options that all share."""
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--lang", choices=LANGUAGES, help=_("language of messages and outputs"))
    parser.add_argument("--quiet", action="store_true", help=_("print nothing but errors"))
    parser.set_defaults(run=run or getattr(runners, f"run_{name}"))
    return parser


def _planning(parser: argparse.ArgumentParser) -> None:
    """Add the options of the planning sub-commands."""
    parser.add_argument(
        "--carve",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_("carve dedicated grids out of candidate sites first"),
    )
    parser.add_argument(
        "--attach",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_("single buildings go with the managed estate beside them"),
    )
    parser.add_argument("--seed", type=int, help=_(parameter("plan.seed").label))
    parser.add_argument("--workers", type=int, default=0, help=_("worker processes; 0 for one per core"))
    parser.add_argument("--cluster", help=_("address of a Dask scheduler to plan on"))
    effort = parameter("plan.effort")
    parser.add_argument("--effort", choices=effort.choices, help=_(effort.label))
    parser.add_argument("--time-limit", type=float, help=_(parameter("plan.time_limit_s").label))
