# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which atoms hang together over open edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplanner.model.jurisdiction import District
from gridplanner.solve.part import IntArray


def connected_by(district: District, label: npt.NDArray[np.integer]) -> IntArray:
    """Return the connected part of each atom, over open edges between atoms of equal label."""
    edges = district.adjacency
    same = edges.open & (label[edges.a] == label[edges.b])
    n = len(label)
    graph = coo_array((np.ones(int(same.sum()), bool), (edges.a[same], edges.b[same])), shape=(n, n))
    parts: IntArray = connected_components(graph.tocsr(), directed=False)[1].astype(np.int32)
    return parts
