# SPDX-License-Identifier: LGPL-3.0-or-later
"""The trade-off: a handful of plans that no other beats in everything, kept as scenarios side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gridplanner.assign.options import AssignOptions
from gridplanner.model.parameters import parameter
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.texts import _
from gridplanner.workspace.projects import assign_options
from gridplanner.workspace.safety.restoring import editing
from gridplanner.workspace.usecases import complete, free_name, keep_as_scenario

if TYPE_CHECKING:
    from gridplanner.solve.alternatives import Alternative


def trade_off(
    contents: ProjectContents,
    request: PlanRequest,
    totals: Sequence[int | str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[Alternative, ...]:
    """Return the plans among which the planner chooses; nothing is applied.

    Parameters
    ----------
    request : PlanRequest
        Its number of grids, locks and limits hold for every plan; its mode is varied.
    totals : sequence of int or str
        Further numbers of grids to try.
    """
    from gridplanner.solve.alternatives import alternatives  # numba and HiGHS, felt by the window

    return alternatives(
        contents.district, contents.rules, request, totals, executor or Inline(), progress or Silent()
    )


def with_alternatives(
    contents: ProjectContents, found: Sequence[Alternative], options: AssignOptions
) -> tuple[ProjectContents, tuple[str, ...]]:
    """Return the project with each plan completed and stored as a scenario; the one in work stays."""
    names = []
    current = contents.current
    for one in found:
        plan, _findings = complete(contents, one.proposal.plan, options)
        name = _name_of(contents, one)
        contents = keep_as_scenario(contents, name, plan, one.proposal.certificate)
        names.append(name)
    return replace(contents, current=current), tuple(names)


def _name_of(contents: ProjectContents, one: Alternative) -> str:
    """Return a name for the next plan to choose from that no scenario has."""
    text, mode = _("Choice {n}: {grids} grids, {mode}"), _(one.proposal.request.mode)
    earlier = len(contents.scenarios)
    return free_name(contents, lambda n: text.format(n=earlier + n, grids=one.grids, mode=mode))


def trade_off_rows(found: Sequence[Alternative], names: Sequence[str]) -> list[list[str]]:
    """Return the table of the trade-off: a heading, then a row per plan."""
    head = [
        _("plan"), _("errors"), _("grids"), _("people moved"), _("old grids cut"), _("deviation"),
        "Polsby-Popper", "Reock", _("inertia"), _("cut edges"),
    ]  # fmt: skip
    rows = [
        [
            name, str(one.errors), str(one.grids), str(one.people_moved), str(one.pieces),
            f"{one.deviation:.2%}", f"{one.roundness:.3f}", f"{one.reock:.3f}", f"{one.inertia:.3f}",
            str(one.cut_edges),
        ]
        for name, one in zip(names, found, strict=True)
    ]  # fmt: skip
    return [head, *rows]


def trade_off_project(
    path: Path,
    request: Callable[[PlanRequest], PlanRequest],
    totals: Sequence[int | str],
    executor: Executor,
    progress: Progress,
) -> list[list[str]]:
    """Store the plans of the trade-off as scenarios of a project file; return their table."""
    for total in totals:
        if not isinstance(total, str):
            parameter("plan.total").number(total, "--trade-off")
    with editing(path) as (contents, save):
        found = trade_off(contents, request(contents.request), totals, executor, progress)
        contents, names = with_alternatives(contents, found, assign_options(contents, path.resolve().parent))
        save(contents)
    return trade_off_rows(found, names)
