# SPDX-License-Identifier: LGPL-3.0-or-later
"""Can a cluster become two grids with one extra piece? A necessary test, exact in reach and people.

With one extra piece exactly one old grid is cut and all others go whole to one of the two grids. Both
grids need a service point that reaches their whole old grids, and together they must reach the cut one.
"""

from __future__ import annotations

from math import inf

import numpy as np

from gridplanner.solve.compiled import kernel
from gridplanner.solve.olds import Olds
from gridplanner.solve.part import CENTRE, FloatArray, IntArray, Limits, LongArray, Part
from gridplanner.solve.pricing import LOOSE

#: Clusters of more old grids are taken to be possible: the sides to try double with each.
MAX_MEMBERS = 10


class SingleCut:
    """Answers the question for clusters of one part, and remembers the answers.

    Parameters
    ----------
    part : Part
    olds : Olds
        Those of the part.
    """

    def __init__(self, part: Part, olds: Olds) -> None:
        self._olds, limits = olds, part.limits.hard_only()
        self._known: dict[int, bool] = {}
        self._band = _open_band(limits, olds)
        f = part.field
        self._blind = limits.radius_m == inf or limits.points == CENTRE
        lived = np.flatnonzero(f.load > 0)
        atom = np.repeat(np.arange(len(part)), np.diff(f.points))
        lived = lived[f.old[atom[lived]] >= 0]
        self._load = f.load[lived]
        order = np.argsort(f.old[atom[lived]], kind="stable")
        lived = lived[order]
        self._load = f.load[lived]
        self._begin = np.searchsorted(f.old[atom[lived]], np.arange(len(olds) + 1)).astype(np.int64)
        if self._blind or f.far.shape[0]:
            near = ~f.far[:, lived] if f.far.shape[0] else np.ones((1, len(lived)), bool)
        else:
            dx, dy = f.x[:, None] - f.x[None, lived], f.y[:, None] - f.y[None, lived]
            near = dx * dx + dy * dy <= limits.radius_m**2 * LOOSE
        self._near = near

    def possible(self, mask: int) -> bool:
        """Return False only where it is proven that one extra piece is not enough."""
        if mask.bit_count() > MAX_MEMBERS:
            return True
        if mask not in self._known:
            self._known[mask] = self._search(mask)
        return self._known[mask]

    def _search(self, mask: int) -> bool:
        members = np.array([o for o in range(len(self._olds)) if mask >> o & 1], np.int32)
        home = np.array([-1], np.int64) if self._blind else self._olds.home
        reach = np.array([-1], np.int64) if self._blind else self._olds.reach
        ground = (self._olds.touch, self._olds.people, reach, home)
        return bool(_any_cut(members, ground, (self._begin, self._load, self._near), self._band))


def _open_band(limits: Limits, olds: Olds) -> tuple[float, float]:
    """Return the band of people, its lower end opened by the people on loose ground."""
    return (limits.people[0] - olds.loose_people, limits.people[1])


Ground = tuple[LongArray, LongArray, LongArray, LongArray]
Points = tuple[LongArray, LongArray, "np.ndarray[tuple[int, int], np.dtype[np.bool_]]"]


@kernel
def _any_cut(members: IntArray, ground: Ground, points: Points, band: tuple[float, float]) -> bool:
    """Try each old grid as the one that is cut, and each way to send the others to two sides."""
    n = len(members)
    for cut in range(n):
        others = np.delete(members, cut)
        for code in range(1 << max(n - 2, 0)):
            # The last of the others always goes to the second side: the sides are alike.
            if _sides_fit(members[cut], others, code, ground, points, band):
                return True
    return False


@kernel
def _sides_fit(
    cut: int, others: IntArray, code: int, ground: Ground, points: Points, band: tuple[float, float]
) -> bool:
    """Tell whether the old grid `cut` can be shared between the two sides that `code` makes."""
    touch, people, reach, home = ground
    one, two = np.int64(0), np.int64(0)
    people_one, people_two = 0, 0
    for i in range(len(others)):
        if code >> i & 1:
            one |= np.int64(1) << np.int64(others[i])
            people_one += people[others[i]]
        else:
            two |= np.int64(1) << np.int64(others[i])
            people_two += people[others[i]]
    own = np.int64(1) << np.int64(cut)
    if people_one > band[1] or people_two > band[1]:
        return False
    if people_one + people[cut] < band[0] or people_two + people[cut] < band[0]:
        return False
    if not (_together(one | own, touch) and _together(two | own, touch)):
        return False
    first = np.flatnonzero((one & ~reach == 0) & (home & (one | own) != 0))
    second = np.flatnonzero((two & ~reach == 0) & (home & (two | own) != 0))
    low = max(band[0] - people_one, people[cut] + people_two - band[1])
    high = min(band[1] - people_one, people[cut] + people_two - band[0])
    return _pair_reaches(first, second, cut, points, (low, high))


@kernel
def _pair_reaches(
    first: LongArray, second: LongArray, cut: int, points: Points, share: tuple[float, float]
) -> bool:
    """Tell whether two service points reach the cut old grid, the first taking people within `share`."""
    begin, load, near = points
    start, stop = begin[cut], begin[cut + 1]
    for a in first:
        for b in second:
            only_first, both, reached = 0, 0, True
            for d in range(start, stop):
                if near[a, d] and near[b, d]:
                    both += load[d]
                elif near[a, d]:
                    only_first += load[d]
                elif not near[b, d]:
                    reached = False
                    break
            if reached and only_first <= share[1] and only_first + both >= share[0]:
                return True
    return False


@kernel
def _together(mask: np.int64, touch: LongArray) -> bool:
    """Tell whether a set of old grids hangs together."""
    grown = mask & -mask
    while True:
        wider = grown
        for o in range(len(touch)):
            if grown >> o & 1:
                wider |= touch[o] & mask
        if wider == grown:
            return bool(grown == mask)
        grown = wider


def raised(cost: FloatArray, row: int) -> None:
    """Note that a cluster of two grids costs two pieces at least."""
    cost[row, 2] = max(cost[row, 2], 2.0)
