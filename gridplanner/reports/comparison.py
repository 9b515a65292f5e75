# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plans side by side: numbers, what each unit changes, who moves between two plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gridplanner.model.change import change_kinds, change_totals, crosswalk, deviation
from gridplanner.model.outcome import Outcome
from gridplanner.model.staffing import StaffingRules
from gridplanner.reports.buildings import buildings_table
from gridplanner.reports.cells import Cell
from gridplanner.reports.crosswalk import crosswalk_table
from gridplanner.reports.matrix import write_matrix
from gridplanner.reports.sheets import open_workbook, write_table
from gridplanner.reports.staff import staff_count
from gridplanner.reports.summary import branch_summary
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

Number = int | float | None


def write_comparison(outcomes: Mapping[str, Outcome], path: Path, rules: StaffingRules | None = None) -> None:
    """Write plans of one district side by side; of the first two also every pair and every building.

    Parameters
    ----------
    outcomes : mapping of name to Outcome
        In the order shown.
    path : Path
        A workbook.
    rules : StaffingRules, optional
        Cost of a worker, for the cost of each plan.
    """
    with open_workbook(path) as book:
        write_table(book, comparison_table(outcomes, rules), _("Plans side by side"))
        if len(outcomes) > 1:
            (left, one), (right, other) = list(outcomes.items())[:2]
            between = between_plans(one, other)
            below = between.mask_below
            write_table(book, crosswalk_table(between).masked(below), f"{left} → {right}")
            differ = buildings_table(between, only_changed=True).masked(below)
            write_table(book, differ, _("Buildings that differ"))
            plans = between.before.plan, between.after.plan
            write_matrix(book, between.district, *plans, _("People by old and new"), between.mask_below)


def comparison_table(outcomes: Mapping[str, Outcome], rules: StaffingRules | None = None) -> Table:
    """Return one row per number and one column per plan."""
    rules = rules or next((outcome.staffing for outcome in outcomes.values()), StaffingRules())
    numbers = _numbers(rules)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (title, *(value(outcome) for outcome in outcomes.values())) for title, value in numbers.items()
    )
    columns = (Column(_("Number compared"), 34), *(Column(name, 18, "figure") for name in outcomes))
    return Table("comparison", _("Plans side by side"), columns, rows)


def between_plans(one: Outcome, other: Outcome) -> Outcome:
    """Return the change from one plan to another of the same district, as if the first were today's."""
    atoms = one.district.atoms
    before, after = one.after, other.after
    pairs = crosswalk(atoms, before.plan, after.plan)
    kinds = change_kinds(before.plan, after.plan, pairs)
    grids = tuple(
        replace(record, change=kind, reason="") for record, kind in zip(after.plan.grids, kinds, strict=True)
    )
    after = replace(after, plan=replace(after.plan, grids=grids))
    change = change_totals(atoms, before.plan, after.plan)
    return replace(other, before=before, after=after, pairs=pairs, change=change)


def _numbers(rules: StaffingRules) -> dict[str, Callable[[Outcome], Number]]:
    """Return what is compared: title and how to read it off an outcome."""
    numbers: dict[str, Callable[[Outcome], Number]] = {
        _("General grids"): lambda o: int(o.after.plan.general().sum()),
        _("Dedicated grids in number"): lambda o: int((~o.after.plan.general()).sum()),
        _("Errors that remain in number"): lambda o: sum(f.counts for f in o.after.findings),
        _("Kept grids"): lambda o: o.change.kept,
        _("Merged grids"): lambda o: o.change.merged,
        _("Split grids"): lambda o: o.change.split,
        _("Reshaped grids"): lambda o: o.change.reshaped,
        _("Pieces of old grids"): lambda o: o.change.pieces,
        _("People moved"): lambda o: o.change.people_moved,
        _("People whose code changes"): lambda o: o.change.people_recoded,
        _("Smallest grid, people"): lambda o: _people(o, np.min),
        _("Mean grid, people"): lambda o: _people(o, np.mean),
        _("Largest grid, people"): lambda o: _people(o, np.max),
        _("Mean deviation of grid size"): _deviation,
        _("Largest service radius, m"): _largest_radius,
        _("Workers needed"): lambda o: staff_count(o).workers_needed,
        _("Surplus workers"): lambda o: staff_count(o).surplus,
        _("Vacant posts"): lambda o: staff_count(o).vacant,
        _("People per worker"): _load,
        _("Joint branches"): lambda o: branch_summary(o.before.plan, o.after.plan)["joint"],
        _("Branches founded"): lambda o: branch_summary(o.before.plan, o.after.plan)["founded"],
        _("Branches merged"): lambda o: branch_summary(o.before.plan, o.after.plan)["merged"],
    }
    if rules.worker_cost:
        numbers[_("Cost of workers per year")] = lambda o: staff_count(o).workers_needed * rules.worker_cost
    return numbers


def _people(outcome: Outcome, number: Callable[[Sequence[int]], float]) -> Number:
    """Return a number of the general grids' people; None without grids."""
    people = outcome.after.measures.people[outcome.after.plan.general()]
    return round(float(number(people.tolist()))) if len(people) else None


def _deviation(outcome: Outcome) -> Number:
    """Return the mean deviation of the general grids, a share."""
    return round(deviation(outcome.after.measures.people[outcome.after.plan.general()]), 4)


def _largest_radius(outcome: Outcome) -> Number:
    """Return the largest service radius of the general grids, metres."""
    radius = outcome.after.measures.radius_m[outcome.after.plan.general()]
    known = radius[np.isfinite(radius)]
    return round(float(known.max()), 1) if len(known) else None


def _load(outcome: Outcome) -> Number:
    """Return how many people a worker serves on the average."""
    general = outcome.after.plan.general()
    people = outcome.after.measures.people[general]
    return round(float(people.sum()) / len(people)) if len(people) else None
