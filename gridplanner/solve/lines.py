# SPDX-License-Identifier: LGPL-3.0-or-later
"""The soft goal `lines`: borders of grids run along roads, rivers and the limits of estates."""

from __future__ import annotations

import numpy as np

from gridplanner.model.jurisdiction import District
from gridplanner.rules.lines import followed_borders
from gridplanner.solve.part import FloatArray

#: A metre of border along a feature counts as so much less than a metre through a yard. Own choice.
_DISCOUNT = 0.7


def followed_metres(district: District) -> FloatArray:
    """Return for each edge of the adjacency the metres that its border is taken to be shorter.

    The search pays for perimeters; borders along a feature made shorter draw the lines there.
    """
    n, edges = len(district.atoms), district.adjacency
    found = followed_borders(district, np.arange(n))
    keys = found.a * n + found.b
    order = np.argsort(keys)
    wanted = edges.a.astype(np.int64) * n + edges.b
    place = order[np.minimum(np.searchsorted(keys[order], wanted), len(order) - 1)]
    along = np.where(keys[place] == wanted, found.along_m[place], 0.0)
    return np.minimum(_DISCOUNT * along, edges.length_m)
