# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide a part evenly or roundly, whatever its grids are today: short runs from fresh starts.

One long run is often caught in an arrangement that no small move leaves; several short ones are not
caught in the same one, and most parts need only the first.
"""

from __future__ import annotations

import numpy as np

from gridplanner.solve.division import Divided, judged, seed_of, unavoidable
from gridplanner.solve.legal import Lawyer, polished
from gridplanner.solve.part import IntArray, Part
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.share import even_cost
from gridplanner.solve.start import first_division
from gridplanner.solve.state import Prices

#: Runs, and moves of one run (more for large parts), where sizes are nearly all that counts, and where
#: shapes count too: there none is ever enough.
_EVEN, _ROUND = (16, 20_000), (24, 40_000)
#: How uneven a grid may be not to need another run.
_NEAR = 0.002
#: First and last temperature where sizes count most.
_HOT, _COLD = 3.0, 0.002


def divide_evenly(part: Part, k: int, prices: Prices, seed: int, runs: int = 0) -> Divided:
    """Return the best division into k grids that was met: fewest broken rules, then least cost.

    `runs` limits the runs; 0 for as many as the prices ask for.
    """
    f, limits = part.field, part.limits
    nothing: IntArray = np.zeros(len(part), np.int32)
    if k == 1:
        return judged(f, nothing, 1, limits, prices)
    usual, moves = _EVEN if prices.deviation > 20 * prices.roundness else _ROUND
    steps = int(moves * max(1.0, len(part) / 400))
    floor, hopeless = even_cost(part.people, k, prices.mean), unavoidable(part)
    best = judged(f, first_division(f, nothing, k, seed), k, limits, prices)
    for run in range(runs or usual):
        own = seed_of(seed, part.code, part.number, k, "even", run)
        start = first_division(f, nothing, k, own)
        label, _cost = anneal(f, start, k, prices, Schedule(steps, _HOT, _COLD, 0.02, 0.04, own))
        found = judged(f, label, k, limits, prices)
        if (found.breaches, found.cost) < (best.breaches, best.cost):
            best = found
        uneven = sum(abs(people / prices.mean - 1.0) for people in best.people) - floor
        if best.breaches <= hopeless and uneven <= _NEAR * k:
            break
    if best.breaches > hopeless:
        best = _rescued(part, best, prices, seed)
    return best


def _rescued(part: Part, best: Divided, prices: Prices, seed: int) -> Divided:
    """Return a legal division, improved, where the search for the rules alone finds one."""
    found = Lawyer(part, seed).best(best.k, prices)
    if found.breaches < best.breaches:
        best = polished(part, found, prices, _EVEN[1], seed)
    return best
