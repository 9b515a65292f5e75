# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the search came to its plan: the rows of the convergence table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import inf, nan
from typing import NamedTuple

from gridplanner.model.certificate import Step
from gridplanner.model.request import PlanRequest
from gridplanner.solve.part import Part


class Drawn(NamedTuple):
    """A division that the search drew."""

    seconds: float  #: wall time since the search began
    part: int
    k: int  #: grids
    cost: float


def convergence(
    drawn: Iterable[Drawn],
    parts: Sequence[Part],
    least: Sequence[Mapping[int, float]],
    request: PlanRequest,
) -> tuple[Step, ...]:
    """Return a row per division drawn, in the order in which they came.

    Parameters
    ----------
    least : sequence of mapping
        Per part: number of grids to proven least pieces; inf where proven impossible.
    request : PlanRequest
        Only the mode `keep` pays in pieces, so only there a bound on pieces is one on the cost.
    """
    in_pieces = request.mode == "keep" and not request.order and request.total != "fewest"
    count = Counter[str]()
    steps = []
    for each in drawn:
        community = parts[each.part].code
        count[community] += 1
        bound = least[each.part].get(each.k, inf) if in_pieces else inf
        known = bound if bound < inf else nan
        steps.append(Step(community, count[community], each.seconds, float(each.cost), each.k, known))
    return tuple(steps)
