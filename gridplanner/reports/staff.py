# SPDX-License-Identifier: LGPL-3.0-or-later
"""Staff in numbers: posts, surplus and vacancies, community workers, load."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from gridplanner.model.kinds import GridKind
from gridplanner.model.outcome import Outcome
from gridplanner.model.staffing import StaffCount, StaffingRules
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def staff_count(outcome: Outcome) -> StaffCount:
    """Count workers, posts, surplus and vacancies of a plan."""
    plan = outcome.after.plan
    general = [record for record in plan.grids if record.kind is GridKind.GENERAL]
    in_post = {record.worker for record in general if record.worker}
    return StaffCount(
        workers_before=len(plan.workers),
        workers_needed=len(general),
        surplus=sum(worker.id not in in_post for worker in plan.workers),
        vacant=sum(not record.worker for record in general),
    )


def staffing_table(outcome: Outcome, rules: StaffingRules | None = None) -> Table:
    """Return the staff that each community calls for, beside its grids before and after."""
    rules = rules or outcome.staffing
    before, after = _general_by_community(outcome, after=False), _general_by_community(outcome, after=True)
    units, atoms = outcome.district.communities, outcome.district.atoms
    people: dict[int, int] = defaultdict(int)
    households: dict[int, int] = defaultdict(int)
    for c, p, h in zip(
        atoms.community.tolist(), atoms.people.tolist(), atoms.households.tolist(), strict=True
    ):
        people[c] += p
        households[c] += h
    rows: list[tuple[Cell, ...]] = []
    for c in np.argsort(units.codes.astype(str), kind="stable").tolist():
        low, high = rules.community_range(households[c])
        grids = after.get(c, 0)
        rows.append(
            (
                str(units.street_names[c]),
                str(units.names[c]),
                people[c],
                households[c],
                before.get(c, 0),
                grids,
                before.get(c, 0) - grids,
                rules.community_workers(people[c]),
                f"{low}—{high}",
                rules.deputies(people[c]),
                round(people[c] / grids, 0) if grids else None,
            )
        )
    return Table(
        "staffing",
        _("Staffing"),
        _staffing_columns(),
        tuple(rows),
        note=_(
            "Reference: {per} community workers per 10,000 residents; one more deputy above {deputy} people."
        ).format(per=f"{rules.per_10000:g}", deputy=rules.deputy_above),
    )


def _staffing_columns() -> tuple[Column, ...]:
    """Return the columns of the staffing table."""
    return (
        Column(_("Street"), 14),
        Column(_("Community"), 16),
        Column(_("People"), 9, "int", total=True),
        Column(_("Households"), 9, "int", total=True),
        Column(_("Workers before"), 9, "int", total=True),
        Column(_("Workers after"), 9, "int", total=True),
        Column(_("Posts saved"), 9, "int", total=True),
        Column(_("Community workers by residents"), 13, "int", total=True),
        Column(_("Community workers by households"), 13),
        Column(_("More deputy secretaries"), 11, "int", total=True),
        Column(_("People per worker"), 10, "int"),
    )


def _general_by_community(outcome: Outcome, *, after: bool) -> dict[int, int]:
    """Count general grids per community."""
    count: dict[int, int] = defaultdict(int)
    for record in (outcome.after if after else outcome.before).plan.grids:
        count[record.community] += record.kind is GridKind.GENERAL
    return count
