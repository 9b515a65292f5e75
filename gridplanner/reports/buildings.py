# SPDX-License-Identifier: LGPL-3.0-or-later
"""What changes for me: each building with its grid, worker and branch before and after."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import Plan
from gridplanner.reports.cells import Cell, write_csv
from gridplanner.reports.people import worker_text
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def buildings_table(outcome: Outcome, *, only_changed: bool = False) -> Table:
    """Return the list by estate and building that a resident looks up.

    A building changes when its grid's code, its branch or its worker does. Without personal data:
    workers appear by number unless names are switched on.
    """
    district = outcome.district
    buildings, community = district.buildings, district.communities.names
    before, after = _Side(outcome.before.plan, outcome), _Side(outcome.after.plan, outcome)
    home = np.where(buildings.atom >= 0, district.atoms.community[buildings.atom], -1)
    order = np.lexsort((buildings.names.astype(str), buildings.estates.astype(str), home))
    rows: list[tuple[Cell, ...]] = []
    for b in order.tolist():
        atom = int(buildings.atom[b])
        if atom < 0:
            continue
        old, new = before.at(atom), after.at(atom)
        changed = old != new
        if only_changed and not changed:
            continue
        rows.append(
            (
                str(community[home[b]]),
                str(buildings.estates[b]),
                str(buildings.names[b]),
                str(buildings.codes[b]),
                int(buildings.households[b]),
                int(buildings.people[b]),
                *old[:2],
                *new[:2],
                new[2],
                new[3],
                _what_changes(old, new),
            )
        )
    return Table("buildings", _("What changes for me"), _columns(), tuple(rows))


def write_buildings(outcome: Outcome, path: Path, *, only_changed: bool = False) -> None:
    """Write the list as CSV, for the community's notice or a look-up page."""
    table = buildings_table(outcome, only_changed=only_changed).masked(outcome.mask_below)
    write_csv(path, [column.title for column in table.columns], table.rows)


class _Side:
    """One division as a building sees it."""

    def __init__(self, plan: Plan, outcome: Outcome) -> None:
        workers = {worker.id: worker for worker in plan.workers}
        branches = {branch.code: branch.name for branch in plan.branches}
        lead = {tie.grid: branches.get(tie.branch, "") for tie in plan.ties if tie.leading}
        self._assignment = plan.assignment
        self._rows = [
            (
                record.code,
                record.name,
                worker_text(workers.get(record.worker), names=outcome.phones),
                lead.get(g, ""),
            )
            for g, record in enumerate(plan.grids)
        ]

    def at(self, atom: int) -> tuple[str, str, str, str]:
        """Return grid code, grid name, worker, branch of an atom; empty texts in a gap."""
        grid = int(self._assignment[atom])
        return self._rows[grid] if grid >= 0 else ("", "", "", "")


def _what_changes(old: tuple[str, str, str, str], new: tuple[str, str, str, str]) -> str:
    """Say in words what differs."""
    words = (_("grid"), "", _("worker"), _("branch"))
    changed = [word for word, a, b in zip(words, old, new, strict=True) if word and a != b]
    return "、".join(changed) if changed else _("nothing")


def _columns() -> tuple[Column, ...]:
    """Return the columns of the list."""
    return (
        Column(_("Community"), 14),
        Column(_("Estate"), 20),
        Column(_("Building name"), 14),
        Column(_("Building code"), 20),
        Column(_("Households"), 9, "count", total=True),
        Column(_("People"), 9, "count", total=True),
        Column(_("Grid code before"), 18),
        Column(_("Name of the old grid"), 22),
        Column(_("Grid code after"), 18),
        Column(_("Name of the new grid"), 22),
        Column(_("Worker"), 14),
        Column(_("Leading branch"), 26),
        Column(_("What changes"), 18),
    )
