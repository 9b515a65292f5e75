# SPDX-License-Identifier: LGPL-3.0-or-later
"""Share a surface (water, disputed land) among its banks: each point to the nearest bank."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.segments import SharedSegments

#: Distance of the points that stand for a bank, metres, and the most points of one surface.
_STEP_M = 10.0
_MOST_POINTS = 20_000


def divide(surface: shapely.Geometry, banks: ObjectArray) -> ObjectArray:
    """Return the part of a surface that lies nearest to each bank.

    Parameters
    ----------
    surface : Polygon or MultiPolygon, metres
    banks : object[k] of line
        The stretch of border each neighbour has with the surface.

    Returns
    -------
    object[k]
        Polygon, MultiPolygon or empty; together they are the surface, but for rounding of 1 mm.

    Source: own choice; the line is the set of points equally far from both banks, as rivers
    are halved between districts where no channel is surveyed.
    """
    if len(banks) == 1:
        return np.array([surface], dtype=object)
    length = float(shapely.length(banks).sum())
    step = max(_STEP_M, length / _MOST_POINTS)
    points, bank = shapely.get_coordinates(shapely.segmentize(banks, step), return_index=True)
    points, first = np.unique(np.round(points, 3), axis=0, return_index=True)
    bank = bank[first]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=surface, ordered=True)
    )
    shares = np.array([None] * len(banks), dtype=object)
    for k in range(len(banks)):
        near = shapely.union_all(cells[bank == k], grid_size=1e-3)
        shares[k] = _polygonal(shapely.intersection(near, surface, grid_size=1e-3))
    return shares


def bank_lines(
    surface: int, shared: SharedSegments, allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[IntArray, ObjectArray]:
    """Return the neighbours of one face and the line each has in common with it.

    Parameters
    ----------
    surface : int
        Index of the face.
    shared : SharedSegments
        Common borders of all faces.
    allowed : bool[n]
        Faces that may take a part.
    """
    rows = np.flatnonzero(((shared.a == surface) | (shared.b == surface)) & (shared.b >= 0))
    other = np.where(shared.a[rows] == surface, shared.b[rows], shared.a[rows])
    rows, other = rows[allowed[other]], other[allowed[other]]
    names = np.unique(other)
    lines = [shapely.multilinestrings(list(shared.xy[rows[other == k]].reshape(-1, 2, 2))) for k in names]
    return names, np.array([*lines, None], dtype=object)[:-1]


def _polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return only the areas of a geometry."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)
