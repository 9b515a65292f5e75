# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small questions to the engine about the plan in work: split, merge away, balance by few moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.projects import assign_options
from gridplanner.workspace.results import error_lines
from gridplanner.workspace.safety.restoring import editing
from gridplanner.workspace.usecases import complete, free_name, judge, keep_as_scenario, today

if TYPE_CHECKING:
    from gridplanner.solve.edits import Transfer


def split_evenly(contents: ProjectContents, plan: Plan, code: str, into: int = 2) -> Plan:
    """Return the plan with one grid split into grids as even as the rules allow."""
    from gridplanner.solve.edits import split_grid  # numba, felt by the window

    return split_grid(contents.district, plan, contents.rules, grid_of(plan, code), into)


def merge_away(contents: ProjectContents, plan: Plan, code: str) -> Plan:
    """Return the plan without a grid; its neighbours take what they best can."""
    from gridplanner.solve.edits import merge_away as merge  # numba, felt by the window

    return merge(contents.district, plan, contents.rules, grid_of(plan, code))


def few_moves(contents: ProjectContents, plan: Plan, codes: Sequence[str]) -> tuple[Transfer, ...]:
    """Return a small set of moves after which some grids of one community keep the rules."""
    from gridplanner.solve.edits import smallest_moves  # numba, felt by the window

    return smallest_moves(contents.district, plan, contents.rules, [grid_of(plan, code) for code in codes])


def moved(plan: Plan, moves: Sequence[Transfer]) -> Plan:
    """Return the plan after the moves."""
    assignment = plan.assignment.copy()
    for move in moves:
        assignment[move.atoms] = move.target
    return replace(plan, assignment=assignment)


def grid_of(plan: Plan, code: str) -> int:
    """Return the index of a grid by its code.

    Raises
    ------
    UserError
        The plan has no such grid.
    """
    for index, record in enumerate(plan.grids):
        if record.code == code:
            return index
    raise UserError(_("The plan has no grid with the code {code}.").format(code=code))


def edit_project(
    path: Path, *, split: str = "", into: int = 2, merge: str = "", moves: Sequence[str] = (), accept: bool
) -> tuple[str, tuple[str, ...]]:
    """Answer one small question about the plan in work and store the answer as a scenario.

    Returns
    -------
    name : str
        Name of the scenario; "" where nothing was moved.
    texts : tuple of str
        The moves in words, the grids that changed, and what still breaks a rule there.
    """
    with editing(path) as (contents, save):
        scenario = contents.scenarios.get(contents.current)
        before = plan = scenario.plan if scenario else today(contents)
        texts: tuple[str, ...] = ()
        if split:
            plan = split_evenly(contents, plan, split, into)
        elif merge:
            plan = merge_away(contents, plan, merge)
        else:
            found = few_moves(contents, plan, moves)
            texts = tuple(move.text for move in found)
            plan = moved(plan, found)
        if moves and not texts:
            return "", _unmoved(contents, plan, moves)
        plan, _findings = complete(contents, plan, assign_options(contents, path.resolve().parent))
        name = free_name(contents, lambda n: _("Proposal {n}").format(n=n))
        stored = keep_as_scenario(contents, name, plan, Certificate())
        save(stored if accept else replace(stored, current=contents.current))
    return name, (*texts, *_changed(contents, before, plan))


def _unmoved(contents: ProjectContents, plan: Plan, codes: Sequence[str]) -> tuple[str, ...]:
    """Return why nothing was moved: there is no need, or no move helps; then what is broken."""
    broken = _broken(contents, plan, codes)
    if not broken:
        return (_("These grids keep the rules already; nothing has to move."),)
    return (_("No move within their community mends these grids."), *error_lines(broken)[1:])


def _changed(contents: ProjectContents, before: Plan, after: Plan) -> Iterator[str]:
    """Yield the people and households of each grid that was changed, then what breaks a rule there."""
    people, homes = contents.district.atoms.people, contents.district.atoms.households
    was = {grid.code: np.flatnonzero(before.assignment == g) for g, grid in enumerate(before.grids)}
    codes = []
    for g, grid in enumerate(after.grids):
        atoms = np.flatnonzero(after.assignment == g)
        if grid.code in was and np.array_equal(was[grid.code], atoms):
            continue
        codes.append(grid.code)
        text = _("{name} {code}: {people} people, {homes} households")
        yield text.format(
            name=grid.name, code=grid.code, people=int(people[atoms].sum()), homes=int(homes[atoms].sum())
        )
    yield from error_lines(_broken(contents, after, codes))


def _broken(contents: ProjectContents, plan: Plan, codes: Sequence[str]) -> list[Finding]:
    """Return the findings about some grids of a plan."""
    found = judge(contents.district, plan, contents.rules, contents.waivers).findings
    return [f for f in found if f.subject_kind == "grid" and set(f.subjects) & set(codes)]
