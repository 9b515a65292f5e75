# SPDX-License-Identifier: LGPL-3.0-or-later
"""Take a plan up again: the divisions that a stopped run left are done, and the work goes on from there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplanner.model.request import PlanRequest
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import Divided, judged, unavoidable
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import prices_of


def taken_up(
    scope: Scope, request: PlanRequest, ranges: Sequence[range], mean: float
) -> list[dict[int, Divided]]:
    """Return for each part the division that the plan to improve has there, by its number of grids.

    Nothing for a part whose division breaks a rule that could be kept, holds ground without a grid, or
    has a number of grids that is out of the question: it is divided anew.
    """
    out: list[dict[int, Divided]] = []
    for part, allowed in zip(scope.parts, ranges, strict=True):
        done = _division(scope, part, request, mean)
        fits = done is not None and done.k in allowed and done.breaches <= unavoidable(part)
        out.append({done.k: done} if done is not None and fits else {})
    return out


def _division(scope: Scope, part: Part, request: PlanRequest, mean: float) -> Divided | None:
    """Return the division of one part as it stands in the plan; None where some ground has no grid."""
    own = scope.start.assignment[part.atoms]
    # A grid that reaches beyond the part is none of its own.
    if (own < 0).any() or np.isin(scope.start.assignment, own).sum() > len(own):
        return None
    k = int(part.start.max()) + 1
    prices = prices_of(part.limits, request.mode, mean or part.people / k, request.order)
    return judged(part.field, part.start.astype(np.int32), k, part.limits, prices)
