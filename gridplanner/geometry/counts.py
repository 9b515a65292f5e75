# SPDX-License-Identifier: LGPL-3.0-or-later
"""People as whole numbers: rounding and spreading that keep every total."""

from __future__ import annotations

import numpy as np

from gridplanner.geometry.arrays import FloatArray, IntArray


def whole_numbers(values: FloatArray, group: IntArray) -> IntArray:
    """Round by largest remainder inside each group, so that its total stays within 0.5.

    Parameters
    ----------
    values : float64[n], >= 0
        NaN counts as 0.
    group : int[n]

    Returns
    -------
    int64[n]

    Source: method of largest remainders (Hamilton); ties go to the lower row.

    Examples
    --------
    >>> whole_numbers(np.array([1.5, 1.5, 1.0]), np.zeros(3, int)).tolist()
    [2, 1, 1]
    """
    clean = np.nan_to_num(np.asarray(values, np.float64), nan=0.0)
    result = np.floor(clean + 1e-9).astype(np.int64)
    remainder = clean - result
    order = np.lexsort((np.arange(len(clean)), -remainder, group))
    sorted_group = np.asarray(group)[order]
    _names, start = np.unique(sorted_group, return_index=True)
    ends = np.append(start[1:], len(order))
    for first, last in zip(start, ends, strict=True):
        rows = order[first:last]
        extra = int(np.floor(clean[rows].sum() + 0.5)) - int(result[rows].sum())
        result[rows[: max(extra, 0)]] += 1
    return result


def spread(total: int, weights: FloatArray) -> IntArray:
    """Spread a whole number in proportion to weights; equally where all weights are 0.

    Examples
    --------
    >>> spread(10, np.array([1.0, 1.0, 2.0])).tolist()
    [3, 2, 5]
    """
    if not len(weights):
        return np.empty(0, np.int64)
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))
    return whole_numbers(total * share, np.zeros(len(weights), np.int64))
