# SPDX-License-Identifier: LGPL-3.0-or-later
"""Search for a legal division: short runs that pay for the rules alone and stop at the first one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridplanner.solve.covering import Covering
from gridplanner.solve.division import Divided, judged, seed_of, unavoidable
from gridplanner.solve.located import located
from gridplanner.solve.part import IntArray, Part
from gridplanner.solve.pricing import BREACH, heat_of
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.start import first_division
from gridplanner.solve.state import Prices


class Way(NamedTuple):
    """One way to search for a legal division."""

    steps: int
    spread: float  #: price of uneven grids
    hot: float
    cold: float
    piece_share: float
    recut_share: float


#: Tried in turn for one number of grids; the first is enough for nine parts in ten.
WAYS = (
    Way(25_000, 4.0, 4.0, 4.0, 0.05, 0.02),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 0.0, 4.0, 4.0, 0.05, 0.02),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 4.0, 8.0, 0.5, 0.0, 0.1),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.05),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
)


#: After these the search starts around service points, in the ways that stay near their start.
AROUND = (
    Way(30_000, 4.0, 0.5, 0.5, 0.05, 0.05),
    Way(30_000, 4.0, 4.0, 0.5, 0.05, 0.05),
    Way(30_000, 4.0, 2.0, 0.2, 0.05, 0.05),
    Way(60_000, 4.0, 4.0, 0.5, 0.05, 0.05),
)
#: Searches of a part before it is asked whether the number is proven impossible.
_QUICK = 1


class Lawyer:
    """Finds a legal division of a part into k grids, or the proof that there is none.

    Parameters
    ----------
    part : Part
    seed : int
    """

    def __init__(self, part: Part, seed: int) -> None:
        self._part, self._seed = part, seed
        self._hopeless = unavoidable(part)
        self._covering: Covering | None = None
        self._located: dict[int, IntArray | None] = {}
        #: Numbers of grids proven impossible.
        self.refuted: set[int] = set()

    def content(self, found: Divided) -> bool:
        """Tell whether a division breaks no more rules than every other one does."""
        return found.breaches <= self._hopeless

    def refutes(self, k: int) -> bool:
        """Tell whether k grids are proven impossible."""
        if k not in self.refuted:
            self._covering = self._covering or Covering(self._part)
            if self._covering.refutes(k):
                self.refuted.add(k)
        return k in self.refuted

    def best(self, k: int, prices: Prices, turns: int = len(WAYS) + len(AROUND)) -> Divided:
        """Return the first division met that is legal, else the one that breaks the fewest rules.

        Parameters
        ----------
        turns : int
            Searches at most.
        """
        best = searched(self._part, k, prices, self._seed, 0)
        for turn in range(1, 1 if k == 1 else turns):
            if self.content(best) or (turn == _QUICK and self.refutes(k)):
                break
            start = self._around(k) if turn >= len(WAYS) else None
            if turn >= len(WAYS) and start is None:
                break
            found = searched(self._part, k, prices, self._seed, turn, start)
            best = min(best, found, key=lambda d: (d.breaches, d.cost))
        return best

    def _around(self, k: int) -> IntArray | None:
        """Return the division around service points, found once."""
        if k not in self._located:
            self._located[k] = located(self._part, k)
        return self._located[k]


def searched(
    part: Part, k: int, prices: Prices, seed: int, turn: int, start: IntArray | None = None
) -> Divided:
    """Return a division sought for the rules alone, in the way of this turn, from nothing or a start."""
    if k == 1:
        return judged(part.field, np.zeros(len(part), np.int32), 1, part.limits, prices)
    way = (*WAYS, *AROUND)[turn]
    rules = prices._replace(pieces=0.0, moved=0.0, deviation=0.0, spread=way.spread, roundness=0.0)
    own = seed_of(seed, part.code, part.number, k, turn)
    nothing = np.zeros(len(part), np.int32)
    first = first_division(part.field, nothing if start is None else start, k, own)
    # The search stops where what is left to pay is less than one broken rule.
    plan = Schedule(way.steps, way.hot, way.cold, way.piece_share, way.recut_share, own, 0.8 * BREACH[0])
    label, _cost = anneal(part.field, first, k, rules, plan)
    return judged(part.field, label, k, part.limits, prices)


def polished(part: Part, found: Divided, prices: Prices, steps: int, seed: int) -> Divided:
    """Return a division improved towards the soft goals, with no more breaches."""
    k = found.k
    if k == 1:
        return found
    own = seed_of(seed, part.code, part.number, k, "polish")
    plan = Schedule(steps, *heat_of(prices), 0.25, 0.02, own)
    label, _cost = anneal(part.field, found.label, k, prices, plan)
    better = judged(part.field, label, k, part.limits, prices)
    return min(better, found, key=lambda d: (d.breaches, d.cost))
