# SPDX-License-Identifier: LGPL-3.0-or-later
"""The before/after table: `crosswalk.csv`, and the same both ways for papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gridplanner.model.kinds import ChangeKind
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord
from gridplanner.reports.cells import Cell, write_csv
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

#: Columns of `crosswalk.csv`.
FIELDS = (
    "old_code",
    "old_name",
    "new_code",
    "new_name",
    "atoms",
    "people",
    "households",
    "area_m2",
    "kind",
    "reason",
)


def write_crosswalk(outcome: Outcome, path: Path) -> None:
    """Write `crosswalk.csv`: a row per pair of grids with an atom in common; each atom in one row.

    A code is empty where an atom had no old grid (a gap) or has no new one.
    """
    table = crosswalk_table(outcome).masked(outcome.mask_below)
    write_csv(path, FIELDS, table.rows)


def crosswalk_rows(outcome: Outcome) -> list[tuple[Cell, ...]]:
    """Return the rows of the crosswalk, sorted by old, then new grid."""
    pairs = outcome.pairs
    before, after = outcome.before.plan.grids, outcome.after.plan.grids
    rows: list[tuple[Cell, ...]] = []
    for k in range(len(pairs)):
        old = before[pairs.old[k]] if pairs.old[k] >= 0 else None
        new = after[pairs.new[k]] if pairs.new[k] >= 0 else None
        rows.append(
            (
                old.code if old else "",
                old.name if old else "",
                new.code if new else "",
                new.name if new else "",
                int(pairs.atoms[k]),
                int(pairs.people[k]),
                int(pairs.households[k]),
                round(float(pairs.area_m2[k]), 3),
                str((new.change if new else ChangeKind.RETIRED) or ""),
                _reason(old, new),
            )
        )
    return rows


def _reason(old: GridRecord | None, new: GridRecord | None) -> str:
    """Return why ground came to its new grid."""
    if new is None:
        return ""
    return new.reason if old is not None else _("Ground that belonged to no grid.")


def crosswalk_table(outcome: Outcome) -> Table:
    """Return the before/after table (调整前后对照表), old to new, with totals."""
    return Table("crosswalk", _("Before and after"), _columns(), tuple(crosswalk_rows(outcome)))


def crosswalk_back_table(outcome: Outcome) -> Table:
    """Return the table read the other way: each new grid and what it is made of."""
    pairs = outcome.pairs
    order = np.lexsort((-pairs.people, pairs.new)).tolist()
    rows = crosswalk_rows(outcome)
    swapped = tuple((*rows[k][2:4], *rows[k][0:2], *rows[k][4:]) for k in order)
    columns = _columns()
    columns = (*columns[2:4], *columns[0:2], *columns[4:])
    return Table("crosswalk_back", _("After and before"), columns, swapped)


def _columns() -> tuple[Column, ...]:
    """Return the columns of the table, old to new."""
    return (
        Column(_("Old code"), 18),
        Column(_("Old name"), 22),
        Column(_("New code"), 18),
        Column(_("New name"), 22),
        Column(_("Smallest areas"), 9, "int", total=True),
        Column(_("People"), 9, "count", total=True),
        Column(_("Households"), 9, "count", total=True),
        Column(_("Area m²"), 12, "int", total=True),
        Column(_("Kind of change"), 11),
        Column(_("Reason"), 44, wrap=True),
    )


def retired_grids(outcome: Outcome) -> tuple[int, ...]:
    """Return the old grids whose code is no longer used."""
    codes = {record.code for record in outcome.after.plan.grids}
    return tuple(g for g, record in enumerate(outcome.before.plan.grids) if record.code not in codes)
