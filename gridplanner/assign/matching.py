# SPDX-License-Identifier: LGPL-3.0-or-later
"""Optimal one-to-one matching: what stays where most people stay, what is nearest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def best_matching(rows: IntArray, cols: IntArray, values: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the matching of greatest total value on a sparse table.

    Each row and each column is used at most once; pairs not listed, or of value 0, are never
    matched. The table falls into connected components that are solved one by one, which is exact
    and keeps a city's table small: an old grid meets only the new grids of its surroundings.

    Parameters
    ----------
    rows, cols : int64[k], >= 0
    values : float64[k], >= 0

    Returns
    -------
    rows, cols : int64[m]
        Matched pairs, sorted by row.

    Examples
    --------
    >>> best_matching(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([5.0, 4.0, 3.0]))
    (array([0, 1]), array([1, 0]))
    """
    listed = values > 0
    rows, cols, values = rows[listed], cols[listed], values[listed]
    if not len(rows):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    n_rows, n = int(rows.max()) + 1, int(rows.max()) + int(cols.max()) + 2
    graph = coo_array((np.ones(len(rows), np.int8), (rows, n_rows + cols)), shape=(n, n))
    label = connected_components(graph, directed=False)[1][rows]
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    parts = np.split(order, starts[1:].tolist())
    found = [_match_component(rows[part], cols[part], values[part]) for part in parts]
    pairs = np.concatenate(found)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    return pairs[:, 0], pairs[:, 1]


def _match_component(rows: IntArray, cols: IntArray, values: FloatArray) -> npt.NDArray[np.int64]:
    """Solve one component as a dense table; return int64[m, 2]."""
    own_rows, r = np.unique(rows, return_inverse=True)
    own_cols, c = np.unique(cols, return_inverse=True)
    table = np.zeros((len(own_rows), len(own_cols)))
    np.add.at(table, (r, c), values)
    i, j = linear_sum_assignment(table, maximize=True)
    kept = table[i, j] > 0
    return np.column_stack([own_rows[i[kept]], own_cols[j[kept]]]).astype(np.int64)


def cheapest_matching(cost: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the matching of least total cost that is as large as the table allows; inf forbids a pair.

    Examples
    --------
    >>> cheapest_matching(np.array([[1.0, 2.0], [1.0, np.inf]]))
    (array([0, 1]), array([1, 0]))
    """
    if not cost.size or not np.isfinite(cost).any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    finite = np.isfinite(cost)
    # A forbidden pair costs more than all allowed ones together, so it is chosen only for want of another.
    span = float(np.abs(cost[finite]).max()) + 1.0
    barrier = span * (2 * min(cost.shape) + 2)
    i, j = linear_sum_assignment(np.where(finite, cost, barrier))
    kept = finite[i, j]
    return i[kept].astype(np.int64), j[kept].astype(np.int64)


def match_nearest(
    rows_xy: FloatArray, cols_xy: FloatArray, fare: FloatArray | None = None
) -> tuple[IntArray, IntArray]:
    """Return the matching of least total distance in metres (plus `fare`), inside one group.

    Parameters
    ----------
    rows_xy, cols_xy : float64[n, 2], metres
        NaN coordinates count as far away, not as an error.
    fare : float64[n_rows, n_cols], metres, optional
        Added to the distance of each pair.
    """
    gap = rows_xy[:, None, :] - cols_xy[None, :, :]
    cost = np.hypot(gap[..., 0], gap[..., 1])
    known = np.isfinite(cost)
    far = float(cost[known].max()) + 1.0 if known.any() else 1.0
    cost = np.where(known, cost, far)
    return cheapest_matching(cost if fare is None else cost + fare)
