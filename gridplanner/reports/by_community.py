# SPDX-License-Identifier: LGPL-3.0-or-later
"""Table of communities: grids before and after, people in grids, and people counted on no building."""

from __future__ import annotations

from collections import Counter

import numpy as np

from gridplanner.model.kinds import GridKind
from gridplanner.model.ledger import unplaced_totals
from gridplanner.model.outcome import Division, Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def community_totals_table(outcome: Outcome) -> Table:
    """Return one row per community; its total holds the people without a place, no grid does.

    The columns of people without a place are left out where every row of the ledger has one.
    """
    units, atoms = outcome.district.communities, outcome.district.atoms
    n = len(units)
    people = np.bincount(atoms.community, atoms.people, n).astype(np.int64)
    households = np.bincount(atoms.community, atoms.households, n).astype(np.int64)
    alone, homes = unplaced_totals(outcome.district)
    before, after = _general(outcome.before), _general(outcome.after)
    rows: list[tuple[Cell, ...]] = []
    for i in range(n):
        more: tuple[Cell, ...] = (None,) * 4
        if alone.any() or homes.any():
            total = int(people[i] + alone[i]), int(households[i] + homes[i])
            more = int(alone[i]), int(homes[i]), *total
        where = str(units.codes[i]), str(units.names[i]), str(units.street_names[i])
        rows.append((*where, before[i], after[i], int(people[i]), int(households[i]), *more))
    if alone[-1] or homes[-1]:
        lost = int(alone[-1]), int(homes[-1])
        rows.append(("", _("community unknown"), "", 0, 0, 0, 0, *lost, *lost))
    return Table("by_community", _("Overview by community"), _columns(), tuple(rows)).without_empty()


def _general(division: Division) -> Counter[int]:
    """Count the general grids of each community."""
    return Counter(g.community for g in division.plan.grids if g.kind is GridKind.GENERAL)


def _columns() -> tuple[Column, ...]:
    """Return the columns."""
    return (
        Column(_("Community code"), 16),
        Column(_("Community"), 18),
        Column(_("Street"), 16),
        Column(_("General grids before"), 10, "int", total=True),
        Column(_("General grids after"), 10, "int", total=True),
        Column(_("People in grids"), 12, "count", total=True),
        Column(_("Households in grids"), 12, "count", total=True),
        Column(_("People without a place"), 12, "count", total=True, optional=True),
        Column(_("Households without a place"), 12, "count", total=True, optional=True),
        Column(_("People of the community"), 12, "count", total=True, optional=True),
        Column(_("Households of the community"), 12, "count", total=True, optional=True),
    )
