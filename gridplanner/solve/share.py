# SPDX-License-Identifier: LGPL-3.0-or-later
"""Share the number of grids out among parts: the exact optimum for given cost curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np

from gridplanner.errors import UserError
from gridplanner.texts import _


def best_shares(curves: Sequence[Mapping[int, float]], total: int) -> tuple[list[int], float]:
    """Return the number of grids per part with the least total cost.

    Parameters
    ----------
    curves : sequence of mapping
        Per part: number of grids to cost; numbers not named are not allowed.
    total : int
        Grids in all.

    Returns
    -------
    (list of int, float)
        The shares and their cost, proven least by dynamic programming over all shares.

    Raises
    ------
    UserError
        No shares add up to `total`.

    Examples
    --------
    >>> best_shares([{1: 0.0, 2: 1.0}, {1: 5.0, 2: 0.0}], 3)
    ([1, 2], 0.0)
    """
    least = np.full(total + 1, inf)
    least[0] = 0.0
    choice = np.zeros((len(curves), total + 1), np.int32)
    for i, curve in enumerate(curves):
        after = np.full(total + 1, inf)
        for k in sorted(curve):
            if k > total:
                continue
            moved = np.full(total + 1, inf)
            moved[k:] = least[: total + 1 - k] + curve[k]
            better = moved < after - 1e-12
            after[better] = moved[better]
            choice[i, better] = k
        least = after
    if least[total] == inf:
        raise UserError(_("{total} grids cannot be shared out among the parts.").format(total=total))
    shares, left = [0] * len(curves), total
    for i in range(len(curves) - 1, -1, -1):
        shares[i] = int(choice[i, left])
        left -= shares[i]
    return shares, float(least[total])


def even_cost(people: int, k: int, mean: float) -> float:
    """Return the least sum of |grid / mean - 1| over k grids with whole people.

    The sum is convex in the grids' people, so the most even division reaches it.

    Examples
    --------
    >>> round(even_cost(2001, 2, 1000.0), 9)
    0.001
    """
    if mean <= 0:
        return 0.0
    base, rest = divmod(people, k)
    return rest * abs((base + 1) / mean - 1.0) + (k - rest) * abs(base / mean - 1.0)
