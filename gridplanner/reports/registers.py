# SPDX-License-Identifier: LGPL-3.0-or-later
"""The ledgers of grids as tables: overview by street, register, dedicated grids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gridplanner.model.kinds import GridKind
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord
from gridplanner.model.staff import Branch, Worker
from gridplanner.reports.cells import Cell
from gridplanner.reports.people import secretary_text, worker_text
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

#: Meanings of the columns of table B, in order; an office's own register is filled by these.
REGISTER_KEYS = (
    "number",
    "street",
    "community",
    "code",
    "name",
    "kind",
    "dedicated_kind",
    "east",
    "south",
    "west",
    "north",
    "contents",
    "households",
    "people",
    "area",
    "buildings",
    "radius",
    "worker",
    "phone",
    "branch",
    "secretary",
    "members",
    "change",
    "former",
    "note",
)


class Ledger:
    """What the ledgers look up again and again, worked out once per outcome.

    Parameters
    ----------
    outcome : Outcome
    """

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.plan = outcome.after.plan
        self.units = outcome.district.communities

    @cached_property
    def branches(self) -> dict[str, Branch]:
        """Branches by code."""
        return {branch.code: branch for branch in self.plan.branches}

    @cached_property
    def workers(self) -> dict[str, Worker]:
        """Workers by number."""
        return {worker.id: worker for worker in self.plan.workers}

    @cached_property
    def leading(self) -> dict[int, Branch]:
        """Leading branch of each grid."""
        return {
            tie.grid: self.branches[tie.branch]
            for tie in self.plan.ties
            if tie.leading and tie.branch in self.branches
        }

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Grids as registers list them: by community code, then by grid code."""
        codes = self.units.codes
        return tuple(
            sorted(
                range(self.plan.n_grids),
                key=lambda g: (str(codes[self.plan.grids[g].community]), self.plan.grids[g].code),
            )
        )

    def branch_of(self, grid: int) -> Branch | None:
        """Return the leading branch of a grid."""
        return self.leading.get(grid)

    def worker_of(self, grid: int) -> Worker | None:
        """Return the worker of a grid."""
        return self.workers.get(self.plan.grids[grid].worker)

    def place(self, record: GridRecord) -> tuple[str, str]:
        """Return street and community of a grid."""
        return str(self.units.street_names[record.community]), str(self.units.names[record.community])

    @cached_property
    def contents(self) -> tuple[str, ...]:
        """Estates and single buildings of each grid in words."""
        buildings, plan = self.outcome.district.buildings, self.plan
        found: dict[int, Counter[str]] = defaultdict(Counter)
        for atom, estate in zip(buildings.atom.tolist(), buildings.estates.tolist(), strict=True):
            if atom >= 0 and plan.assignment[atom] >= 0:
                found[int(plan.assignment[atom])][str(estate)] += 1
        return tuple(_estates_in_words(found[g]) for g in range(plan.n_grids))


def _estates_in_words(count: Counter[str]) -> str:
    """Return `甲小区3栋、乙小区2栋、单体楼4栋`, the largest first."""
    named = sorted(((n, name) for name, n in count.items() if name), key=lambda item: (-item[0], item[1]))
    parts = [_("{estate} {n} buildings").format(estate=name, n=n) for n, name in named]
    if count[""]:
        parts.append(_("{n} single buildings").format(n=count[""]))
    return "、".join(parts)


def overview_table(outcome: Outcome) -> Table:
    """Return table A: the result by street, with totals."""
    units, atoms = outcome.district.communities, outcome.district.atoms
    streets = sorted(set(zip(units.street_codes.tolist(), units.street_names.tolist(), strict=True)))
    index = {street: i for i, street in enumerate(streets)}
    pairs = zip(units.street_codes.tolist(), units.street_names.tolist(), strict=True)
    street_of = np.array([index[pair] for pair in pairs], np.int64)
    n, home = len(streets), street_of[atoms.community]
    people = np.bincount(home, atoms.people, n).astype(np.int64)
    households = np.bincount(home, atoms.households, n).astype(np.int64)
    area = np.bincount(home, atoms.area_m2, n) / 1e6
    before, after = (_grids_by_street(d.plan.grids, street_of) for d in (outcome.before, outcome.after))
    branches: dict[int, set[str]] = defaultdict(set)
    for grid, branch in Ledger(outcome).leading.items():
        branches[int(street_of[outcome.after.plan.grids[grid].community])].add(branch.code)
    rows: list[tuple[Cell, ...]] = []
    for i, (_code, name) in enumerate(streets):
        old, new = before[i, GridKind.GENERAL], after[i, GridKind.GENERAL]
        rows.append(
            (
                str(name) or _("not stated"),
                int((street_of == i).sum()),
                round(float(area[i]), 2),
                *(old, new, new - old),
                *(before[i, GridKind.DEDICATED], after[i, GridKind.DEDICATED]),
                int(households[i]),
                int(people[i]),
                round(int(people[i]) / new) if new else None,
                new,
                len(branches[i]),
            )
        )
    return Table("overview", _("Overview by street"), _overview_columns(), tuple(rows))


def _grids_by_street(
    grids: Sequence[GridRecord], street_of: npt.NDArray[np.int64]
) -> Counter[tuple[int, GridKind]]:
    """Count grids by street and kind."""
    return Counter((int(street_of[record.community]), record.kind) for record in grids)


def _overview_columns() -> tuple[Column, ...]:
    """Return the columns of table A."""
    return (
        Column(_("Street"), 16),
        Column(_("Number of communities"), 8, "int", total=True),
        Column(_("Area km²"), 10, "number", total=True),
        Column(_("General grids before"), 10, "int", total=True),
        Column(_("General grids after"), 10, "int", total=True),
        Column(_("Change in number"), 8, "int", total=True),
        Column(_("Dedicated grids before"), 10, "int", total=True),
        Column(_("Dedicated grids after"), 10, "int", total=True),
        Column(_("Households"), 10, "count", total=True),
        Column(_("People"), 10, "count", total=True),
        Column(_("People per grid"), 10, "int"),
        Column(_("Workers needed"), 10, "int", total=True),
        Column(_("Leading branches"), 10, "int", total=True),
    )


def register_table(outcome: Outcome) -> Table:
    """Return table B: the register of all grids (网格划分一览表) with limits on four sides."""
    ledger, measures = Ledger(outcome), outcome.after.measures
    rows: list[tuple[Cell, ...]] = []
    for number, g in enumerate(ledger.order, 1):
        record, branch = ledger.plan.grids[g], ledger.branch_of(g)
        rows.append(
            (
                number,
                *ledger.place(record),
                record.code,
                record.name,
                str(record.kind),
                record.dedicated_kind,
                *record.limits,
                ledger.contents[g],
                int(measures.households[g]),
                int(measures.people[g]),
                round(float(measures.area_m2[g])),
                int(measures.buildings[g]),
                _metres(float(measures.radius_m[g])),
                worker_text(ledger.worker_of(g), names=outcome.phones),
                _phone(ledger.worker_of(g), outcome),
                branch.name if branch else "",
                secretary_text(branch, names=outcome.phones),
                branch.full_members if branch else None,
                str(record.change or ""),
                "； ".join(record.former),
                record.note,
            )
        )
    return Table("register", _("Register of grids"), _register_columns(), tuple(rows))


def _register_columns() -> tuple[Column, ...]:
    """Return the columns of table B; together they fill an A3 sheet at a readable size."""
    return (
        Column(_("Number"), 5, "int"),
        Column(_("Street"), 10),
        Column(_("Community"), 11),
        Column(_("Grid code"), 16),
        Column(_("Grid name"), 18, wrap=True),
        Column(_("Kind"), 6),
        Column(_("Dedicated kind"), 6),
        Column(_("East limit"), 13, wrap=True),
        Column(_("South limit"), 13, wrap=True),
        Column(_("West limit"), 13, wrap=True),
        Column(_("North limit"), 13, wrap=True),
        Column(_("Estates and buildings"), 28, wrap=True),
        Column(_("Households"), 7, "count", total=True),
        Column(_("People"), 7, "count", total=True),
        Column(_("Area m²"), 10, "int", total=True),
        Column(_("Buildings"), 6, "int", total=True),
        Column(_("Service radius m"), 8, "int"),
        Column(_("Grid worker"), 12),
        Column(_("Phone"), 12, optional=True),
        Column(_("Leading branch"), 19, wrap=True),
        Column(_("Secretary"), 7, optional=True),
        Column(_("Full members"), 6, "int"),
        Column(_("Kind of change"), 9),
        Column(_("Former codes"), 17, wrap=True),
        Column(_("Note"), 9, wrap=True, optional=True),
    )


def _metres(value: float) -> int | None:
    """Return whole metres; None where there is no radius."""
    return None if np.isnan(value) else round(value)


def _phone(worker: Worker | None, outcome: Outcome) -> str:
    """Return a phone number where the switch allows it."""
    return worker.phone if worker and outcome.phones else ""


def dedicated_table(outcome: Outcome) -> Table:
    """Return table D: the dedicated grids."""
    ledger, measures = Ledger(outcome), outcome.after.measures
    grids = [g for g in ledger.order if ledger.plan.grids[g].kind is GridKind.DEDICATED]
    rows: list[tuple[Cell, ...]] = []
    for number, g in enumerate(grids, 1):
        record, branch = ledger.plan.grids[g], ledger.branch_of(g)
        rows.append(
            (
                number,
                *ledger.place(record),
                record.code,
                record.name,
                record.dedicated_kind,
                int(measures.people[g]),
                round(float(measures.area_m2[g])),
                branch.name if branch else "",
                str(record.change or ""),
                record.reason,
            )
        )
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Street"), 12),
        Column(_("Community"), 14),
        Column(_("Grid code"), 18),
        Column(_("Grid name"), 26),
        Column(_("Dedicated kind"), 9),
        Column(_("People"), 9, "count", total=True),
        Column(_("Area m²"), 12, "int", total=True),
        Column(_("Leading branch"), 28, wrap=True),
        Column(_("Kind of change"), 11),
        Column(_("Reason"), 36, wrap=True),
    )
    return Table("dedicated", _("Dedicated grids"), columns, tuple(rows))
