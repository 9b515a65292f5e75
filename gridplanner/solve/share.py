# SPDX-License-Identifier: LGPL-3.0-or-later
"""Share the number of grids out among parts: the exact optimum for given cost curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.texts import _

FloatArray = npt.NDArray[np.float64]


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
    windows = _windows(curves, total)
    least, base = np.zeros(1), 0
    choices = []
    for curve, (low, high) in zip(curves, windows, strict=True):
        least, choice = _with_part(least, base, curve, low, high)
        # Small whole numbers: a province has thousands of parts and tens of thousands of grids.
        choices.append(choice.astype(np.min_scalar_type(total)))
        base = low
    cost = float(least[-1])
    if cost == inf:
        raise _impossible(total)
    shares, left = [0] * len(curves), total
    for i in range(len(curves) - 1, -1, -1):
        shares[i] = int(choices[i][left - windows[i][0]])
        left -= shares[i]
    return shares, cost


def _windows(curves: Sequence[Mapping[int, float]], total: int) -> list[tuple[int, int]]:
    """Return the least and most grids that the parts up to each one may have together."""
    if not all(curves):
        raise _impossible(total)
    least, most = np.array([min(c) for c in curves]), np.array([max(c) for c in curves])
    later_least = least[::-1].cumsum()[::-1] - least
    later_most = most[::-1].cumsum()[::-1] - most
    low = np.maximum(least.cumsum(), total - later_most)
    high = np.minimum(most.cumsum(), total - later_least)
    if (low > high).any() or (not curves and total):
        raise _impossible(total)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _with_part(
    least: FloatArray, base: int, curve: Mapping[int, float], low: int, high: int
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return the least cost of low..high grids with one more part, and what that part has of them.

    `least` holds the least cost of base, base + 1, ... grids without it.
    """
    after, choice = np.full(high - low + 1, inf), np.zeros(high - low + 1, np.int64)
    for k in sorted(curve):
        first, last = max(low, base + k), min(high, base + k + len(least) - 1)
        if first > last:
            continue
        moved = least[first - k - base : last - k - base + 1] + curve[k]
        span = slice(first - low, last - low + 1)
        better = moved < after[span] - 1e-12
        after[span][better] = moved[better]
        choice[span][better] = k
    return after, choice


def _impossible(total: int) -> UserError:
    return UserError(_("{total} grids cannot be shared out among the parts.").format(total=total))


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
    return float(even_costs(np.array([people]), np.array([k]), mean)[0])


def even_costs(people: npt.NDArray[np.int64], k: npt.NDArray[np.int64], mean: float) -> FloatArray:
    """Return `even_cost` of many groups at once.

    Examples
    --------
    >>> even_costs(np.array([2001, 3000]), np.array([2, 3]), 1000.0).round(9).tolist()
    [0.001, 0.0]
    """
    base, rest = np.divmod(people, k)
    return np.asarray(rest * np.abs((base + 1) / mean - 1.0) + (k - rest) * np.abs(base / mean - 1.0))
