# SPDX-License-Identifier: LGPL-3.0-or-later
"""Edits of a plan: each a frozen command that yields a new plan and never touches the old one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import COLOUR, GridRecord, Plan
from gridplanner.texts import _


class Command(Protocol):
    """One step of the planner. `apply` returns the new plan or raises UserError; nothing else changes."""

    @property
    def label(self) -> str:
        """The step in the user's language, for the undo list and the journal."""

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan after the step."""


@dataclass(frozen=True)
class MergeGrids:
    """Merge grids into one of them, by default the one with most people; it keeps its code and name."""

    grids: tuple[int, ...]
    into: int = -1

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Merge {n} grids").format(n=len(self.grids))

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the grids merged."""
        if len(set(self.grids)) < 2:
            raise UserError(_("Choose at least two grids to merge."))
        refuse_locked(plan, self.grids)
        people = plan.sums(district.atoms.people)
        into = self.into if self.into in self.grids else max(self.grids, key=lambda g: (people[g], -g))
        assignment = plan.assignment.copy()
        assignment[np.isin(assignment, self.grids)] = into
        return without_grids(replace(plan, assignment=assignment), set(self.grids) - {into})


@dataclass(frozen=True)
class SplitGrid:
    """Give some atoms of a grid to a new grid of the same community."""

    grid: int
    atoms: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Split a grid")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the grid split."""
        atoms = np.array(self.atoms, np.int64)
        if not len(atoms) or (plan.assignment[atoms] != self.grid).any():
            raise UserError(_("The part to split off must lie inside the grid."))
        if len(atoms) == int((plan.assignment == self.grid).sum()):
            raise UserError(_("The part to split off is the whole grid. Choose a smaller part."))
        refuse_locked(plan, (self.grid,))
        return _with_new_grid(plan, atoms, replace(plan.grids[self.grid], code="", name="", worker=""))


@dataclass(frozen=True)
class MoveAtoms:
    """Move atoms to a grid of the same community."""

    atoms: tuple[int, ...]
    to_grid: int

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Move {n} areas").format(n=len(self.atoms))

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the atoms moved; grids left without atoms are kept until retired."""
        atoms = np.array(self.atoms, np.int64)
        refuse_locked(plan, {self.to_grid, *plan.assignment[atoms].tolist()} - {-1})
        home = plan.grids[self.to_grid].community
        if (district.atoms.community[atoms] != home).any():
            raise UserError(
                _("A grid cannot cross a community line. Choose areas of community {name}.").format(
                    name=district.communities.names[home]
                )
            )
        assignment = plan.assignment.copy()
        assignment[atoms] = self.to_grid
        return replace(plan, assignment=assignment)


@dataclass(frozen=True)
class NewGrid:
    """Make a new grid of atoms of one community, assigned or not."""

    atoms: tuple[int, ...]
    kind: GridKind = GridKind.GENERAL
    dedicated_kind: str = ""

    @property
    def label(self) -> str:
        """Name the step."""
        return _("New grid")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the new grid."""
        atoms = np.array(self.atoms, np.int64)
        communities = np.unique(district.atoms.community[atoms])
        if len(communities) != 1:
            raise UserError(_("A new grid needs areas of exactly one community."))
        refuse_locked(plan, set(plan.assignment[atoms].tolist()) - {-1})
        record = GridRecord("", "", int(communities[0]), self.kind, self.dedicated_kind)
        return _with_new_grid(plan, atoms, record)


@dataclass(frozen=True)
class CarveSite:
    """Carve a site out of the general grids as a dedicated grid, named after its unit."""

    site: str
    name: str
    dedicated_kind: str
    atoms: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Carve out {name}").format(name=self.name)

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the dedicated grid."""
        made = NewGrid(self.atoms, GridKind.DEDICATED, self.dedicated_kind).apply(plan, district)
        record = replace(made.grids[-1], name=self.name, site=self.site)
        return replace(made, grids=(*made.grids[:-1], record))


@dataclass(frozen=True)
class CopyGrid:
    """Make a grid as it stands in another scenario: areas, kind, name and, if free, code.

    Grids that it takes every area of are gone afterwards, as they are in the other scenario; the one
    of the same code is then the grid itself, with its branch and its worker.
    """

    record: GridRecord
    atoms: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Copy grid {name}").format(name=self.record.name or self.record.code)

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the grid."""
        atoms, own = np.array(self.atoms, np.int64), self.record
        communities = np.unique(district.atoms.community[atoms])
        if len(communities) != 1:
            raise UserError(_("A new grid needs areas of exactly one community."))
        givers = set(plan.assignment[atoms].tolist()) - {-1}
        refuse_locked(plan, givers)
        left = np.delete(plan.assignment, atoms)
        emptied = {g for g in givers if not (left == g).any()}
        alike = [g for g, known in enumerate(plan.grids) if own.code and known.code == own.code]
        home = int(communities[0])
        if alike and alike[0] in emptied:
            into = alike[0]
            kept = replace(plan.grids[into], name=own.name, kind=own.kind, dedicated_kind=own.dedicated_kind)
            grids = (*plan.grids[:into], kept, *plan.grids[into + 1 :])
            assignment = plan.assignment.copy()
            assignment[atoms] = into
            return without_grids(replace(plan, assignment=assignment, grids=grids), emptied - {into})
        made = GridRecord("" if alike else own.code, own.name, home, own.kind, own.dedicated_kind)
        return without_grids(_with_new_grid(plan, atoms, made), emptied)


@dataclass(frozen=True)
class RetireGrid:
    """Remove a grid that holds no atom any more."""

    grid: int

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Retire a grid")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan without the grid; refused while the grid is not empty."""
        if (plan.assignment == self.grid).any():
            raise UserError(
                _("Grid {code} still holds {n} areas. Move them to a neighbour first.").format(
                    code=plan.grids[self.grid].code, n=int((plan.assignment == self.grid).sum())
                )
            )
        return without_grids(plan, {self.grid})


@dataclass(frozen=True)
class EditGrid:
    """Change what is recorded of a grid: name, code, kind, lock, worker, note, colour on maps."""

    grid: int
    name: str | None = None
    code: str | None = None
    kind: GridKind | None = None
    dedicated_kind: str | None = None
    locked: bool | None = None
    worker: str | None = None
    note: str | None = None
    colour: str | None = None

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Edit a grid")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the record changed; a code used by another grid is refused."""
        changes = {key: value for key, value in vars(self).items() if key != "grid" and value is not None}
        if self.code and any(g.code == self.code for i, g in enumerate(plan.grids) if i != self.grid):
            raise UserError(_("Code {code} is already in use. Choose another.").format(code=self.code))
        if self.colour and not COLOUR.fullmatch(self.colour):
            raise UserError(
                _("'{text}' is no colour. Write it as #rrggbb, or leave it empty.").format(text=self.colour)
            )
        if self.locked is None:
            refuse_locked(plan, (self.grid,))
        record = replace(plan.grids[self.grid], **changes)
        return replace(plan, grids=(*plan.grids[: self.grid], record, *plan.grids[self.grid + 1 :]))


@dataclass(frozen=True, eq=False)
class AcceptPlan:
    """Take over a proposal, for all communities or for some."""

    proposal: Plan
    communities: tuple[int, ...] = ()
    what: str = ""

    @property
    def label(self) -> str:
        """Name the step."""
        return self.what or _("Accept the proposal")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the proposal, or the plan with only the chosen communities taken from it."""
        if not self.communities:
            return replace(self.proposal, name=plan.name)
        taken = np.isin(district.atoms.community, self.communities)
        ours = [i for i, g in enumerate(plan.grids) if g.community not in self.communities]
        theirs = [i for i, g in enumerate(self.proposal.grids) if g.community in self.communities]
        assignment = np.where(
            taken, _renumber(self.proposal, theirs, len(ours)), _renumber(plan, ours, 0)
        ).astype(np.int32)
        grids = tuple(plan.grids[i] for i in ours) + tuple(self.proposal.grids[i] for i in theirs)
        return replace(plan, assignment=assignment, grids=grids, branches=(), ties=())


@dataclass(frozen=True)
class Together:
    """Several commands that the planner gave as one: undone as one, and none is taken where one refuses."""

    steps: tuple[Command, ...]
    what: str

    @property
    def label(self) -> str:
        """Name the step."""
        return self.what

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan after all of them."""
        for step in self.steps:
            plan = step.apply(plan, district)
        return plan


def without_grids(plan: Plan, gone: Iterable[int]) -> Plan:
    """Return the plan without some empty grids, the others renumbered in their order."""
    gone = set(gone)
    kept = [i for i in range(plan.n_grids) if i not in gone]
    place = np.full(plan.n_grids + 1, -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    ties = tuple(replace(t, grid=int(place[t.grid])) for t in plan.ties if t.grid not in gone)
    grids = tuple(plan.grids[i] for i in kept)
    return replace(plan, assignment=place[plan.assignment], grids=grids, ties=ties)


def _renumber(plan: Plan, kept: list[int], start: int) -> npt.NDArray[np.int32]:
    """Return the assignment with the kept grids numbered from `start` on, -1 elsewhere."""
    place = np.full(plan.n_grids + 1, -1, np.int32)
    place[kept] = np.arange(start, start + len(kept), dtype=np.int32)
    return np.asarray(place[plan.assignment], np.int32)


def _with_new_grid(plan: Plan, atoms: npt.NDArray[np.int64], record: GridRecord) -> Plan:
    """Return the plan with one more grid that takes the atoms."""
    assignment = plan.assignment.copy()
    assignment[atoms] = plan.n_grids
    fresh = replace(record, locked=False, change=None, former=(), reason="")
    return replace(plan, assignment=assignment, grids=(*plan.grids, fresh))


def refuse_locked(plan: Plan, grids: Iterable[int]) -> None:
    """Raise UserError when one of the grids is locked, or the plan is approved."""
    if plan.status == "approved":
        raise UserError(_("The plan is approved and locked. Duplicate it to go on editing."))
    locked = [plan.grids[g].code or plan.grids[g].name for g in grids if plan.grids[g].locked]
    if locked:
        raise UserError(_("Grid {code} is locked. Unlock it first.").format(code=", ".join(locked)))
