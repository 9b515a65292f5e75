# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide a part into as few grids as the rules allow: the first number, from the least up, that is legal.

Short searches that pay for the rules alone find a legal division within milliseconds where there is one.
Where they do not, the covering bound often proves that there is none, and the next number is tried. Only
the division found is then improved towards the soft goals.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import NamedTuple

import numpy as np

from gridplanner.solve.covering import Covering
from gridplanner.solve.division import Divided, judged, seed_of, unavoidable
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import BREACH, heat_of, prices_of
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


#: Tried in turn for one number of grids; the cheap one is enough for nine parts in ten.
_WAYS = (
    Way(25_000, 4.0, 4.0, 4.0, 0.05, 0.02),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 0.0, 4.0, 4.0, 0.05, 0.02),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 4.0, 8.0, 0.5, 0.0, 0.1),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.05),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
    Way(30_000, 4.0, 8.0, 0.5, 0.1, 0.2),
)
#: Searches before it is asked whether the number is proven impossible.
_QUICK = 1
#: Numbers of grids searched without a legal division before the part is given up.
FEW = 6
#: Moves of the improvement of the division found.
_POLISH = 16_000


@dataclass(frozen=True, eq=False)
class FewestTask:
    """Divide a part into as few grids as the rules allow, of the numbers given."""

    part: Part
    numbers: tuple[int, ...]
    mode: str
    order: tuple[str, ...]
    seed: int


@dataclass(frozen=True, eq=False)
class Fewest:
    """The division with the fewest grids that was found, and the numbers proven impossible."""

    divided: Divided
    refuted: tuple[int, ...]
    cpu_s: float


def run_fewest(task: FewestTask) -> Fewest:
    """Find the fewest grids of a part; runs in a worker process."""
    begun = process_time()
    hopeless = unavoidable(task.part)
    found: list[Divided] = []
    refuted: list[int] = []
    covering: Covering | None = None
    for k in task.numbers:
        for turn, way in enumerate(_WAYS):
            if turn == _QUICK:
                covering = covering or Covering(task.part)
                if covering.refutes(k):
                    refuted.append(k)
                    break
            found.append(_searched(task, k, turn, way))
            if found[-1].breaches <= hopeless or k == 1:
                break
        if found[-1].breaches <= hopeless or len({d.k for d in found}) - len(refuted) >= FEW:
            break
    best = min(found, key=lambda d: (d.breaches, d.k, d.cost))
    return Fewest(_polished(task, best), tuple(refuted), process_time() - begun)


def _prices(task: FewestTask, k: int) -> Prices:
    return prices_of(task.part.limits, task.mode, task.part.people / k, task.order)


def _searched(task: FewestTask, k: int, turn: int, way: Way) -> Divided:
    """Return a division sought for the rules alone."""
    part, prices = task.part, _prices(task, k)
    if k == 1:
        return judged(part.field, np.zeros(len(part), np.int32), 1, part.limits, prices)
    rules = prices._replace(pieces=0.0, moved=0.0, deviation=0.0, spread=way.spread, roundness=0.0)
    seed = seed_of(task.seed, part.code, part.number, k, turn)
    start = first_division(part.field, np.zeros(len(part), np.int32), k, seed)
    # The search stops where what is left to pay is less than one broken rule.
    plan = Schedule(way.steps, way.hot, way.cold, way.piece_share, way.recut_share, seed, 0.8 * BREACH[0])
    label, _cost = anneal(part.field, start, k, rules, plan)
    return judged(part.field, label, k, part.limits, prices)


def _polished(task: FewestTask, found: Divided) -> Divided:
    """Return a division improved towards the soft goals, with no more breaches."""
    part, k = task.part, found.k
    if k == 1:
        return found
    prices = _prices(task, k)
    hot, cold = heat_of(prices)
    plan = Schedule(_POLISH, hot, cold, 0.25, 0.02, seed_of(task.seed, part.code, part.number, k, "polish"))
    label, _cost = anneal(part.field, found.label, k, prices, plan)
    better = judged(part.field, label, k, part.limits, prices)
    return min(better, found, key=lambda d: (d.breaches, d.cost))
