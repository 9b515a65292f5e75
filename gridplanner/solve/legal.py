# SPDX-License-Identifier: LGPL-3.0-or-later
"""Search for a legal division: short runs that pay for the rules alone and stop at the first one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridplanner.solve.division import Divided, judged, seed_of, unavoidable
from gridplanner.solve.located import Around
from gridplanner.solve.part import IntArray, Part
from gridplanner.solve.pricing import BREACH, heat_of
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.start import first_division
from gridplanner.solve.state import Prices


class Way(NamedTuple):
    """One way to search for a legal division."""

    steps: int
    spread: float  #: price of uneven grids, squared
    deviation: float  #: the same, plain
    hot: float
    cold: float
    piece_share: float
    recut_share: float
    around: bool = False  #: starts around service points, not from nothing


#: Tried in turn for one number of grids; the first is enough for nine parts in ten. The others were chosen
#: by how often they succeed for the time they take, over the hard parts of eight cities: each is good at
#: other parts (a band that is nearly full asks for even grids, a short radius for starts around points).
WAYS = (
    Way(25_000, 4.0, 0.0, 4.0, 4.0, 0.05, 0.02),
    Way(30_000, 4.0, 0.0, 4.0, 0.5, 0.05, 0.05, around=True),
    Way(30_000, 4.0, 0.0, 5.0, 0.2, 0.0, 0.1),
    Way(30_000, 0.0, 100.0, 8.0, 0.5, 0.0, 0.1),
    Way(60_000, 4.0, 0.0, 4.0, 0.5, 0.05, 0.05, around=True),
    Way(30_000, 4.0, 0.0, 16.0, 1.0, 0.0, 0.1),
    Way(60_000, 4.0, 0.0, 8.0, 0.5, 0.0, 0.1),
    Way(30_000, 0.0, 100.0, 8.0, 0.5, 0.0, 0.1),
    Way(30_000, 0.0, 0.0, 4.0, 4.0, 0.05, 0.02),
    Way(60_000, 4.0, 0.0, 5.0, 0.2, 0.0, 0.1, around=True),
    Way(60_000, 4.0, 0.0, 8.0, 0.5, 0.0, 0.1),
    Way(30_000, 0.0, 100.0, 8.0, 0.5, 0.0, 0.1),
)


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
        self._around: Around | None = None
        #: Numbers of grids proven impossible.
        self.refuted: set[int] = set()

    def content(self, found: Divided) -> bool:
        """Tell whether a division breaks no more rules than every other one does."""
        return found.breaches <= self._hopeless

    def refutes(self, k: int) -> bool:
        """Tell whether k grids are proven impossible."""
        if self._points().refutes(k):
            self.refuted.add(k)
        return k in self.refuted

    def best(self, k: int, prices: Prices, turns: int = len(WAYS)) -> Divided:
        """Return the first division met that is legal, else the one that breaks the fewest rules.

        Parameters
        ----------
        turns : int
            Searches at most.
        """
        best = searched(self._part, k, prices, self._seed, 0)
        for turn in range(1, 1 if k == 1 else turns):
            if self.content(best) or self.refutes(k):
                break
            start = self._points().start(k) if WAYS[turn].around else None
            found = searched(self._part, k, prices, self._seed, turn, start)
            best = min(best, found, key=lambda d: (d.breaches, d.cost))
        return best

    def _points(self) -> Around:
        """Return where the service points could be, worked out once."""
        self._around = self._around or Around(self._part)
        return self._around


def searched(
    part: Part, k: int, prices: Prices, seed: int, turn: int, start: IntArray | None = None
) -> Divided:
    """Return a division sought for the rules alone, in the way of this turn, from nothing or a start."""
    if k == 1:
        return judged(part.field, np.zeros(len(part), np.int32), 1, part.limits, prices)
    way = WAYS[turn]
    rules = prices._replace(pieces=0.0, moved=0.0, deviation=way.deviation, spread=way.spread, roundness=0.0)
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
