# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands that change what a plan rests on: mend today's grids, change communities."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gridplanner.cli.terminal import TerminalProgress
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.model.jurisdiction import District
    from gridplanner.workspace.workspace import Correction

#: Adds a sub-command: name, help, what runs it.
Add = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
UNIT_COMMANDS = ("mend", "community")
ACTIONS = ("give", "fill", "snap", "drop", "explode", "trim", "repair", "cut")
OVERLAPS = ("most_people", "official", "longest_border", "split")
OPERATIONS = ("list", "create", "convert", "merge", "split", "adjust", "papers")


def add_unit_commands(add: Add) -> None:
    """Add the sub-commands of this module."""
    mend = add("mend", _("list mends of today's grids or of communities, or carry some out"), run_mend)
    mend.add_argument("paths", type=Path, nargs="+", help=_("a project, or layers"))
    mend.add_argument("--all", action="store_true", help=_("accept every proposal"))
    mend.add_argument(
        "--class", dest="actions", nargs="+", choices=ACTIONS, default=[], help=_("accept classes")
    )
    mend.add_argument(
        "--accept", nargs="+", default=[], help=_("accept by number: 12, 3-7, 12=CODE, 12=split")
    )
    mend.add_argument("--overlap", choices=OVERLAPS, default="most_people", help=_("who keeps disputed land"))
    mend.add_argument("--layer", choices=("grids", "communities"), default="grids", help=_("what is mended"))
    mend.add_argument("--replan", action="store_true", help=_("plan the grids concerned anew"))
    mend.add_argument("--out", type=Path, help=_("new layer, for loose layers"))

    community = add("community", _("create, convert, merge, split or adjust communities"), run_community)
    community.add_argument("project", type=Path)
    community.add_argument("operation", choices=OPERATIONS)
    community.add_argument("codes", nargs="*", help=_("codes of the communities concerned"))
    community.add_argument("--take", nargs="+", default=[], help=_("grids, estates or buildings that move"))
    community.add_argument("--into", default="", help=_("code of the community that stays"))
    community.add_argument("--name", default="", help=_("name of the new community"))
    community.add_argument("--code", default="", help=_("code of the new community"))
    community.add_argument("--kind", default="", help=_("type of the new community"))
    community.add_argument("--reason", default="", help=_("reason, for the approval form"))
    community.add_argument("--replan", action="store_true", help=_("plan the grids concerned anew"))
    community.add_argument("--out", type=Path, default=Path(), help=_("folder for the approval papers"))


def run_mend(options: argparse.Namespace) -> int:
    """List or carry out mends."""
    from gridplanner.workspace.amend.unit_jobs import MendSelection, mend_any  # slow imports

    selection = MendSelection(
        options.all,
        tuple(options.actions),
        tuple(options.accept),
        options.overlap,
        options.layer,
        options.replan,
    )
    progress = TerminalProgress(quiet=options.quiet)
    try:
        done = mend_any(options.paths, selection, options.out, progress)
    finally:
        progress.close()
    _say(options, "\n".join(done.lines()))
    return 1 if (done.answer is not None and done.answer.refused) or not done.legal else 0


def run_community(options: argparse.Namespace) -> int:
    """List communities, change them, or write the approval papers."""
    from gridplanner.progress import Inline
    from gridplanner.workspace.amend import unit_jobs  # slow imports

    if options.operation == "list":
        _say(options, "\n".join(unit_jobs.community_lines(options.project)))
        return 0
    if options.operation == "papers":
        written = unit_jobs.write_community_papers(options.project, options.out)
        _say(options, "\n".join(str(path) for path in written))
        return 0
    progress = TerminalProgress(quiet=options.quiet)
    try:
        done = unit_jobs.reform_project(
            options.project, lambda d: _step(d, options), options.replan, Inline(), progress
        )
    finally:
        progress.close()
    lines = [done.label]
    if done.scenario:
        text = _("The grids concerned are planned anew in scenario '{name}'.")
        lines.append(text.format(name=done.scenario))
    _say(options, "\n".join(lines))
    return 0 if done.legal else 1


def _step(district: District, options: argparse.Namespace) -> Correction:
    """Return the operation that the command line names."""
    from gridplanner.workspace.amend.reform_table import Reform, reform_correction  # slow imports

    asked = Reform(
        options.operation,
        tuple(options.codes),
        tuple(options.take),
        options.into,
        options.name,
        options.code,
        options.kind,
        options.reason,
    )
    return reform_correction(district, asked)


def _say(options: argparse.Namespace, text: str) -> None:
    """Print a result unless quiet."""
    if not options.quiet:
        print(text)
