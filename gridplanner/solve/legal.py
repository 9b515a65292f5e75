# SPDX-License-Identifier: LGPL-3.0-or-later
"""Search for a legal division: short runs that pay for the rules alone and stop at the first one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridplanner.solve.division import Divided, judged, seed_of
from gridplanner.solve.part import Part
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


def searched(part: Part, k: int, prices: Prices, seed: int, turn: int) -> Divided:
    """Return a division sought for the rules alone, in the way of this turn."""
    if k == 1:
        return judged(part.field, np.zeros(len(part), np.int32), 1, part.limits, prices)
    way = WAYS[turn]
    rules = prices._replace(pieces=0.0, moved=0.0, deviation=0.0, spread=way.spread, roundness=0.0)
    own = seed_of(seed, part.code, part.number, k, turn)
    start = first_division(part.field, np.zeros(len(part), np.int32), k, own)
    # The search stops where what is left to pay is less than one broken rule.
    plan = Schedule(way.steps, way.hot, way.cold, way.piece_share, way.recut_share, own, 0.8 * BREACH[0])
    label, _cost = anneal(part.field, start, k, rules, plan)
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
