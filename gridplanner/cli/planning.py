# SPDX-License-Identifier: LGPL-3.0-or-later
"""The further questions of `gridplanner plan`: a trade-off, a split, a merge, the fewest moves."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from unicodedata import east_asian_width

from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Progress
from gridplanner.texts import _

Change = Callable[[PlanRequest], PlanRequest]


def add_questions(parser: argparse.ArgumentParser) -> None:
    """Add the options of the further questions; one at a time."""
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument(
        "--trade-off",
        nargs="*",
        metavar="N",
        help=_("store the plans among which to choose as scenarios; also for these numbers of grids"),
    )
    asked.add_argument("--split", metavar="CODE", help=_("split this grid of the plan in work evenly"))
    asked.add_argument(
        "--merge-away", metavar="CODE", help=_("give this grid of the plan in work to its neighbours")
    )
    asked.add_argument(
        "--moves",
        nargs="+",
        metavar="CODE",
        help=_("fewest moves after which these grids keep the rules"),
    )
    parser.add_argument("--into", type=int, default=2, metavar="K", help=_("grids that --split makes"))


def is_small(options: argparse.Namespace) -> bool:
    """Tell whether a small question about the plan in work is asked."""
    return bool(options.split or options.merge_away or options.moves)


def small_answer(options: argparse.Namespace) -> str:
    """Answer a small question; return what to print."""
    from gridplanner.workspace.amend.small_edits import edit_project  # slow imports

    name, texts = edit_project(
        options.project,
        split=options.split or "",
        into=options.into,
        merge=options.merge_away or "",
        moves=options.moves or (),
        accept=options.accept,
    )
    if not name:
        return "\n".join(texts)
    return "\n".join([*texts, _("The proposal is stored as scenario '{name}'.").format(name=name)])


def trade_off_table(
    options: argparse.Namespace, change: Change, executor: Executor, progress: Progress
) -> str:
    """Store the plans of the trade-off; return their table."""
    from gridplanner.workspace.plan_table import request_from_table  # slow imports
    from gridplanner.workspace.trade_off import trade_off_project

    totals = [request_from_table({"total": int(n) if n.isdigit() else n}).total for n in options.trade_off]
    rows = trade_off_project(options.project, change, totals, executor, progress)
    return "\n".join(aligned(rows))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table for the terminal, where a Chinese character is two columns wide.

    Examples
    --------
    >>> aligned([["", "a"], ["网格", "12"]])
    ['       a', '网格  12']
    """
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *rest = [
            (" " * (width - _columns(cell)), cell) for cell, width in zip(row, widths, strict=True)
        ]
        lines.append(first[1] + first[0] + "".join(f"  {gap}{cell}" for gap, cell in rest))
    return lines


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
