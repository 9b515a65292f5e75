# SPDX-License-Identifier: LGPL-3.0-or-later
"""How compact grids are: several figures, each 1 for a circle and less for anything else, and cut edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.arrays import FloatArray, ObjectArray
from gridplanner.model.adjacency import Adjacency


def polsby_popper(polygons: ObjectArray) -> FloatArray:
    """Return 4 pi area / perimeter^2 of each polygon; NaN without land.

    Source: Polsby and Popper 1991, Yale Law & Policy Review 9.

    Examples
    --------
    >>> polsby_popper(np.array([shapely.box(0, 0, 1, 1)])).round(3).tolist()
    [0.785]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(4 * np.pi * shapely.area(polygons) / shapely.length(polygons) ** 2)


def reock(polygons: ObjectArray) -> FloatArray:
    """Return area / area of the smallest circle around each polygon; NaN without land.

    Source: Reock 1961, Midwest Journal of Political Science 5.

    Examples
    --------
    >>> reock(np.array([shapely.box(0, 0, 1, 1)])).round(3).tolist()
    [0.637]
    """
    radius = shapely.minimum_bounding_radius(polygons)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(shapely.area(polygons) / (np.pi * radius**2))


def inertia(polygons: ObjectArray) -> FloatArray:
    """Return area^2 / (2 pi moment of inertia around the centroid) of each polygon; NaN without land.

    Source: Weaver and Hess 1963, Yale Law Journal 73; normalised so that a circle has 1.

    Examples
    --------
    >>> inertia(np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 4, 1)])).round(3).tolist()
    [0.955, 0.449]
    """
    parts, owner = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    of = owner[part[ring]]
    middle = shapely.get_coordinates(shapely.centroid(polygons[shapely.area(polygons) > 0]))
    centre = np.zeros((len(polygons), 2))
    centre[shapely.area(polygons) > 0] = middle
    xy = xy - centre[of]
    step = ring[1:] == ring[:-1]
    (x0, y0), (x1, y1) = xy[:-1][step].T, xy[1:][step].T
    cross = x0 * y1 - x1 * y0
    moment = cross * (x0 * x0 + x0 * x1 + x1 * x1 + y0 * y0 + y0 * y1 + y1 * y1) / 12.0
    total = np.abs(np.bincount(of[:-1][step], weights=moment, minlength=len(polygons)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(shapely.area(polygons) ** 2 / (2 * np.pi * total))


def cut_edges(adjacency: Adjacency, assignment: npt.NDArray[np.integer]) -> int:
    """Return how many pairs of touching atoms lie in different grids."""
    a, b = assignment[adjacency.a], assignment[adjacency.b]
    return int((adjacency.open & (a != b)).sum())
