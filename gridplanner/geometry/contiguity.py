# SPDX-License-Identifier: LGPL-3.0-or-later
"""Connected parts: of the district, of a community, of a grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridplanner.geometry.arrays import Int32Array, IntArray
from gridplanner.model.adjacency import Adjacency


def components(n_atoms: int, adjacency: Adjacency, labels: npt.NDArray[np.integer]) -> Int32Array:
    """Return the connected part each atom lies in, among atoms of its own label.

    Parameters
    ----------
    n_atoms : int
    adjacency : Adjacency
        Only open edges connect.
    labels : int[n_atoms]
        Grid or community of each atom; -1 = none.

    Returns
    -------
    int32[n_atoms]
        Number of the part, from 0, in the order of first atoms; -1 where the label is -1.

    Examples
    --------
    >>> a, b = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    >>> row = Adjacency(a, b, np.array([5.0, 5.0]), np.zeros(2, np.int8))
    >>> components(3, row, np.array([0, 1, 0])).tolist()
    [0, 1, 2]
    """
    labels = np.asarray(labels)
    live = adjacency.open & (labels[adjacency.a] == labels[adjacency.b]) & (labels[adjacency.a] >= 0)
    a, b = adjacency.a[live], adjacency.b[live]
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(n_atoms, n_atoms))
    _count, part = connected_components(graph, directed=False)
    placed = np.flatnonzero(labels >= 0)
    result = np.full(n_atoms, -1, np.int32)
    _, first, inverse = np.unique(part[placed], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    result[placed] = rank[inverse]
    return result


def parts_per_label(parts: Int32Array, labels: npt.NDArray[np.integer], n_labels: int) -> IntArray:
    """Return the number of connected parts of each label, int64[n_labels]; 0 for an empty one."""
    placed = labels >= 0
    if not placed.any():
        return np.zeros(n_labels, np.int64)
    pairs = np.unique(np.column_stack([labels[placed], parts[placed]]).astype(np.int64), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_labels).astype(np.int64)
