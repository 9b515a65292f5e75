# SPDX-License-Identifier: LGPL-3.0-or-later
"""Proposals that mend a layer: who gives, who gets, before and after; nothing happens by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.defects import Defect, DefectKind
from gridplanner.geometry.halving import halves
from gridplanner.geometry.segments import ring_segments


class MendKind(StrEnum):
    """What a mend does."""

    GIVE = "give"  #: disputed land goes to one unit
    SPLIT = "split"  #: disputed land is halved between its units
    FILL = "fill"  #: blank land goes to a neighbour
    SNAP = "snap"  #: a sliver or a missing vertex: the two lines become one
    DROP = "drop"  #: an exact duplicate goes
    EXPLODE = "explode"  #: a detached part becomes a unit of its own
    TRIM = "trim"  #: a spike is cut off
    REPAIR = "repair"  #: a ring that crosses itself is put right
    CUT = "cut"  #: land beyond the higher unit is cut off, and goes to a unit that belongs there


@dataclass(frozen=True)
class Policy:
    """Who gets the land where several mends are possible.

    Parameters
    ----------
    overlap : str
        `most_people`, `official`, `longest_border` or `split`.
    gap : str
        `longest_border` or `most_people`.
    """

    overlap: str = "most_people"
    gap: str = "longest_border"


@dataclass(frozen=True, eq=False)
class Mend:
    """One proposal.

    Parameters
    ----------
    kind : MendKind
    defect : Defect
    keeper : int
        Unit that holds the land afterwards; -1 where nobody gains any.
    choices : tuple of int
        Units that may be chosen instead.
    area_before, area_after : tuple of float
        Square metres of each unit of the defect (`defect.units`), as far as this mend goes.
    people_before, people_after : tuple of int
    """

    kind: MendKind
    defect: Defect
    keeper: int
    choices: tuple[int, ...]
    area_before: tuple[float, ...]
    area_after: tuple[float, ...]
    people_before: tuple[int, ...]
    people_after: tuple[int, ...]


_FIXED = {
    DefectKind.DUPLICATE: MendKind.DROP,
    DefectKind.DETACHED_PART: MendKind.EXPLODE,
    DefectKind.SPIKE: MendKind.TRIM,
    DefectKind.INVALID: MendKind.REPAIR,
    DefectKind.UNMATCHED_VERTEX: MendKind.SNAP,
}


def propose_mends(
    polygons: ObjectArray,
    defects: Sequence[Defect],
    policy: Policy | None = None,
    people: IntArray | None = None,
    official: IntArray | None = None,
) -> tuple[Mend, ...]:
    """Return a proposal for each fault that can be mended.

    Parameters
    ----------
    polygons : object[n]
    defects : sequence of Defect
        As `coverage_defects` lists them.
    policy : Policy or None
    people : int64[n] or None
        People per unit, for the choice by people.
    official : int64[n] or None
        Rank of each unit on the official line, 0 first; without it the earlier unit is official.

    Examples
    --------
    >>> from gridplanner.geometry.defects import coverage_defects
    >>> cells = np.array([shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)], dtype=object)
    >>> found = propose_mends(cells, coverage_defects(cells), people=np.array([5, 9]))
    >>> found[0].kind.value, found[0].keeper, found[0].area_after
    ('give', 1, (80.0, 120.0))
    """
    rule = policy or Policy()
    weight = np.zeros(len(polygons), np.int64) if people is None else people
    rank = np.arange(len(polygons)) if official is None else official
    chooser = _Chooser(polygons, rule, weight, rank)
    return tuple(chooser.mend(defect) for defect in defects if defect.units)


def choose(mend: Mend, polygons: ObjectArray, people: IntArray, keeper: int) -> Mend:
    """Return the same proposal with another unit as keeper."""
    if keeper not in mend.choices:
        raise ValueError(f"unit {keeper} is no choice of this mend: {mend.choices}")
    kind = MendKind.GIVE if mend.kind is MendKind.SPLIT else mend.kind
    return _told(kind, mend.defect, keeper, mend.choices, polygons, people)


class _Chooser:
    """Chooses kind and keeper of each mend."""

    def __init__(self, polygons: ObjectArray, policy: Policy, people: IntArray, rank: IntArray) -> None:
        self.polygons, self.policy, self.people, self.rank = polygons, policy, people, rank

    def mend(self, defect: Defect) -> Mend:
        """Return the proposal for one fault."""
        kind, units = _FIXED.get(defect.kind), defect.units
        keeper = units[0]
        if kind is None and len(units) < 2:
            # A hole, or a strip that only one line makes.
            kind = MendKind.FILL if defect.kind is DefectKind.HOLE else MendKind.SNAP
        elif kind is None and defect.folded:
            kind, keeper = MendKind.SNAP, self._by("longest_border", defect)
        elif defect.kind is DefectKind.GAP:
            kind, keeper = MendKind.FILL, self._by(self.policy.gap, defect)
        elif defect.kind is DefectKind.CONTAINED:
            # The outer unit stays whole but for the land of the inner one, which would vanish otherwise.
            kind, keeper = MendKind.GIVE, min(units, key=lambda u: float(shapely.area(self.polygons[u])))
        elif kind is None and self.policy.overlap == "split":
            kind, keeper = MendKind.SPLIT, -1
        elif kind is None:
            kind, keeper = MendKind.GIVE, self._by(self.policy.overlap, defect)
        return _told(kind, defect, keeper, units, self.polygons, self.people)

    def _by(self, choice: str, defect: Defect) -> int:
        """Return the unit that a choice favours; ties go to the official one."""
        units = defect.units
        if choice == "most_people":
            return min(units, key=lambda u: (-int(self.people[u]), int(self.rank[u])))
        if choice == "longest_border":
            length = {u: self._border(u, defect) for u in units}
            return min(units, key=lambda u: (-round(length[u], 3), int(self.rank[u])))
        return min(units, key=lambda u: int(self.rank[u]))

    def _border(self, unit: int, defect: Defect) -> float:
        """Return how much of the border of the land lies on a unit's own border, metres."""
        sides = ring_segments(np.array([defect.geometry, None], dtype=object)[:1])
        middle = shapely.points((sides.xy[:, :2] + sides.xy[:, 2:]) / 2)
        own = shapely.boundary(self.polygons[unit])
        shapely.prepare(own)
        on_line = shapely.dwithin(own, middle, 1e-6)
        # Disputed land lies inside a claimant; its undisputed rest begins where the others end.
        beyond = on_line if defect.bare or defect.folded else ~on_line
        return float(sides.length_m[beyond].sum())


def _told(
    kind: MendKind,
    defect: Defect,
    keeper: int,
    choices: tuple[int, ...],
    polygons: ObjectArray,
    people: IntArray,
) -> Mend:
    """Build a proposal with its figures before and after."""
    units, area, living = defect.units, defect.area_m2, defect.people
    before = tuple(float(shapely.area(polygons[u])) for u in units)
    lived = tuple(int(people[u]) for u in units)
    after, moved = list(before), list(lived)
    lost = _lost_by_halving(defect, polygons) if kind is MendKind.SPLIT else ()
    for k, u in enumerate(units):
        if kind is MendKind.FILL or (kind is MendKind.SNAP and defect.bare):
            after[k] += area if u == keeper else 0.0
            moved[k] += living if u == keeper else 0
        elif kind in {MendKind.GIVE, MendKind.SNAP} and u != keeper:
            after[k] -= area
            moved[k] -= living
        elif kind is MendKind.SPLIT:
            after[k] -= lost[k]
        elif kind is MendKind.DROP and u != keeper:
            after[k], moved[k] = 0.0, 0
        elif kind is MendKind.EXPLODE:
            after[k] -= area
            moved[k] -= living
    return Mend(kind, defect, keeper, choices, before, tuple(after), lived, tuple(moved))


def _lost_by_halving(defect: Defect, polygons: ObjectArray) -> tuple[float, ...]:
    """Return how much land each claimant gives up, square metres."""
    first, second = defect.units
    shared = halves(defect.geometry, polygons[first], polygons[second])
    if shared is None:
        return defect.area_m2 / 2, defect.area_m2 / 2
    kept = shapely.area(shared.parts)
    return float(kept[1]), float(kept[0])
