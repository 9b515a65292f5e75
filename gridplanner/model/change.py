# SPDX-License-Identifier: LGPL-3.0-or-later
"""What changed between today's division and a plan: crosswalk, kinds of change, totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.atoms import Atoms
from gridplanner.model.kinds import ChangeKind, GridKind
from gridplanner.model.plan import Plan

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Pairs (old grid, new grid) with an atom in common, sorted by (old, new).

    Parameters
    ----------
    old, new : int32[k]
        Grid indices; -1 where an atom had no old grid, or has no new one.
    atoms, people, households : int64[k]
    area_m2 : float64[k]
        Each atom counts in exactly one pair.
    """

    old: npt.NDArray[np.int32]
    new: npt.NDArray[np.int32]
    atoms: IntArray
    people: IntArray
    households: IntArray
    area_m2: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.old)


def crosswalk(atoms: Atoms, before: Plan, after: Plan) -> Crosswalk:
    """Return the crosswalk old grid <-> new grid; totals of people, households and area are conserved."""
    width = after.n_grids + 1
    key = (before.assignment.astype(np.int64) + 1) * width + after.assignment + 1
    keys, inverse = np.unique(key, return_inverse=True)
    counts = np.bincount(inverse, minlength=len(keys)).astype(np.int64)
    area = np.bincount(inverse, weights=atoms.area_m2, minlength=len(keys)).astype(np.float64)
    people, households = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    np.add.at(people, inverse, atoms.people)
    np.add.at(households, inverse, atoms.households)
    old, new = (keys // width - 1).astype(np.int32), (keys % width - 1).astype(np.int32)
    return Crosswalk(old, new, counts, people, households, area)


def change_kinds(before: Plan, after: Plan, pairs: Crosswalk) -> tuple[ChangeKind, ...]:
    """Return what each grid of `after` is against `before`.

    Kept: the same atoms as one old grid. Merged: whole old grids only. Split: a part of one old
    grid. Carved out: a dedicated grid that names a site. New: no old grid. Reshaped: the rest.
    """
    size_old = np.bincount(before.assignment[before.assignment >= 0], minlength=before.n_grids)
    kinds = []
    for g, record in enumerate(after.grids):
        rows = np.flatnonzero((pairs.new == g) & (pairs.atoms > 0))
        olds = pairs.old[rows]
        whole = np.array(
            [o >= 0 and pairs.atoms[r] == size_old[o] for r, o in zip(rows, olds, strict=True)], bool
        )
        kinds.append(_kind_of(record.kind, record.site, olds, whole))
    return tuple(kinds)


def _kind_of(
    kind: GridKind, site: str, olds: npt.NDArray[np.int32], whole: npt.NDArray[np.bool_]
) -> ChangeKind:
    """Classify one new grid from its old grids and which of them it took whole."""
    if kind is GridKind.DEDICATED and site:
        return ChangeKind.CARVED_OUT
    if not (olds >= 0).any():
        return ChangeKind.NEW
    if whole.all():
        return ChangeKind.KEPT if len(olds) == 1 else ChangeKind.MERGED
    return ChangeKind.SPLIT if len(olds) == 1 else ChangeKind.RESHAPED


@dataclass(frozen=True, slots=True)
class ChangeTotals:
    """Totals of `summary.json`'s `change`; the words are defined in `ChangeKind` and below."""

    kept: int
    merged: int
    split: int
    reshaped: int
    new: int
    retired: int
    carved_out: int
    pieces: int
    people_moved: int
    people_recoded: int


def pieces_and_moved(before: Plan, pairs: Crosswalk) -> tuple[int, int]:
    """Return pieces and people moved, over general old grids.

    Pieces: an old grid cut into m parts counts m - 1 (parts without a new grid count too).
    People moved: people outside the largest part of their old grid.
    """
    pieces = moved = 0
    general = before.general()
    order = np.argsort(pairs.old, kind="stable")
    starts = np.searchsorted(pairs.old[order], np.arange(before.n_grids + 1))
    for g in range(before.n_grids):
        rows = order[starts[g] : starts[g + 1]]
        if len(rows) and general[g]:
            pieces += len(rows) - 1
            moved += int(pairs.people[rows].sum() - pairs.people[rows].max())
    return pieces, moved


def change_totals(atoms: Atoms, before: Plan, after: Plan) -> ChangeTotals:
    """Return the totals of change; kept + merged + split + reshaped + new = general grids after."""
    pairs = crosswalk(atoms, before, after)
    kinds = change_kinds(before, after, pairs)
    count = dict.fromkeys(ChangeKind, 0)
    for record, kind in zip(after.grids, kinds, strict=True):
        if record.kind is GridKind.GENERAL or kind is ChangeKind.CARVED_OUT:
            count[kind] += 1
    pieces, moved = pieces_and_moved(before, pairs)
    codes_after = {g.code for g in after.grids}
    code_before = np.array([g.code for g in before.grids] + [""], dtype=object)[before.assignment]
    code_after = np.array([g.code for g in after.grids] + [""], dtype=object)[after.assignment]
    recoded = int(atoms.people[(code_before != code_after) & (before.assignment >= 0)].sum())
    return ChangeTotals(
        kept=count[ChangeKind.KEPT],
        merged=count[ChangeKind.MERGED],
        split=count[ChangeKind.SPLIT],
        reshaped=count[ChangeKind.RESHAPED],
        new=count[ChangeKind.NEW],
        retired=sum(g.code not in codes_after for g in before.grids),
        carved_out=count[ChangeKind.CARVED_OUT],
        pieces=pieces,
        people_moved=moved,
        people_recoded=recoded,
    )


def deviation(people: IntArray) -> float:
    """Return mean |people / m - 1| over general grids, a share; m is their mean. NaN without people."""
    if not len(people) or not people.sum():
        return float("nan")
    return float(np.abs(people / people.mean() - 1).mean())
