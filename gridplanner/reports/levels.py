# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ledgers of the further levels: micro-grids inside the grids, area grids of several grids."""

from __future__ import annotations

import numpy as np

from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def level_tables(outcome: Outcome) -> tuple[tuple[Table, str], ...]:
    """Return a sheet with its tab per further level of the plan; none where no level was asked for."""
    words = {"micro": (_("Micro-grids"), _("In the grid")), "area": (_("Area grids"), _("In the community"))}
    return tuple(
        (_level_table(outcome, level, outcome.levels[level], *words[level]), words[level][0])
        for level in words
        if level in outcome.levels
    )


def _level_table(outcome: Outcome, level: str, plan: Plan, title: str, above: str) -> Table:
    """Return one row per grid of a level: where it lies, its people, what it is made of."""
    atoms, names = outcome.district.atoms, outcome.district.communities.names
    people, homes = plan.sums(atoms.people), plan.sums(atoms.households)
    held = _held(outcome, level, plan)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            g + 1,
            str(names[record.community]),
            record.code,
            record.name,
            record.note,
            int(homes[g]),
            int(people[g]),
            held[g],
        )
        for g, record in enumerate(plan.grids)
    )
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Community"), 16),
        Column(_("Code"), 20),
        Column(_("Name"), 26),
        Column(above, 18),
        Column(_("Households"), 9, "count", total=True),
        Column(_("People"), 9, "count", total=True),
        Column(_("Buildings") if level == "micro" else _("Grids in it"), 9, "int", total=True),
    )
    return Table(f"{level}_grids", title, columns, rows)


def _held(outcome: Outcome, level: str, plan: Plan) -> list[int]:
    """Return how many buildings each micro-grid holds, or how many grids each area grid."""
    if level == "micro":
        atom = outcome.district.buildings.atom
        own = plan.assignment[atom[atom >= 0]]
    else:
        upper = outcome.after.plan.assignment
        inside = (upper >= 0) & (plan.assignment >= 0)
        own = np.unique(np.column_stack([plan.assignment[inside], upper[inside]]), axis=0)[:, 0]
    counts: list[int] = np.bincount(own[own >= 0], minlength=plan.n_grids).tolist()
    return counts
