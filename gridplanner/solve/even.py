# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide a part evenly or roundly, whatever its grids are today: short runs from fresh starts.

One long run is often caught in an arrangement that no small move leaves; several short ones are not
caught in the same one, and most parts need only the first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridplanner.solve.division import Divided, judged, seed_of, unavoidable
from gridplanner.solve.legal import Lawyer, polished
from gridplanner.solve.part import IntArray, Part
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.share import even_cost
from gridplanner.solve.start import first_division
from gridplanner.solve.state import Prices


class Runs(NamedTuple):
    """How the runs from fresh starts go."""

    number: int
    moves: int  #: of one run; more for large parts
    hot: float  #: first temperature
    plain: bool = False  #: pays for the plain distance from the mean only, not for its square too


#: Where sizes are nearly all that counts: short runs, then long and hotter ones for what is still uneven.
_EVEN = (Runs(6, 20_000, 3.0), Runs(8, 60_000, 8.0, plain=True))
#: Where shapes count too, no run is ever enough.
_ROUND = (Runs(24, 40_000, 3.0),)
#: How uneven a grid may be not to need another run.
_NEAR = 0.002
#: A part whose best evenness so many runs have met (nearly) will hardly become more even.
_MET = 5
#: Last temperature where sizes count most.
_COLD = 0.002


def divide_evenly(part: Part, k: int, prices: Prices, seed: int, runs: int = 0) -> Divided:
    """Return the best division into k grids that was met: fewest broken rules, then least cost.

    `runs` limits the runs; 0 for as many as the prices ask for.
    """
    f, limits = part.field, part.limits
    nothing: IntArray = np.zeros(len(part), np.int32)
    if k == 1:
        return judged(f, nothing, 1, limits, prices)
    even = prices.deviation > 20 * prices.roundness
    plan = [each for each in (_EVEN if even else _ROUND) for _run in range(each.number)][: runs or None]
    floor, hopeless, met = even_cost(part.people, k, prices.mean), unavoidable(part), list[float]()
    best = judged(f, first_division(f, nothing, k, seed), k, limits, prices)
    for run, each in enumerate(plan):
        found = _run(part, k, prices, each, seed_of(seed, part.code, part.number, k, "even", run))
        if (found.breaches, found.cost) < (best.breaches, best.cost):
            best = found
        if found.breaches <= hopeless:
            met.append(sum(abs(people / prices.mean - 1.0) for people in found.people) - floor)
        if met and (min(met) <= _NEAR * k or (even and sum(x <= min(met) + _NEAR for x in met) >= _MET)):
            break
    if best.breaches > hopeless:
        best = _rescued(part, best, prices, seed)
    return best


def _run(part: Part, k: int, prices: Prices, plan: Runs, seed: int) -> Divided:
    """Return the division that one run from a fresh start ends at."""
    f = part.field
    start = first_division(f, np.zeros(len(part), np.int32), k, seed)
    steps = int(plan.moves * max(1.0, len(part) / 400))
    paid = prices._replace(spread=0.0) if plan.plain else prices
    label, _cost = anneal(f, start, k, paid, Schedule(steps, plan.hot, _COLD, 0.02, 0.04, seed))
    return judged(f, label, k, part.limits, prices)


def _rescued(part: Part, best: Divided, prices: Prices, seed: int) -> Divided:
    """Return a legal division, improved, where the search for the rules alone finds one."""
    found = Lawyer(part, seed).best(best.k, prices)
    if found.breaches < best.breaches:
        best = polished(part, found, prices, _EVEN[0].moves, seed)
    return best
