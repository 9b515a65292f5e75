# SPDX-License-Identifier: LGPL-3.0-or-later
"""Grids as polygons and as lines, from the atoms they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.segments import shared_segments

_AREA_BALANCE = 1e-9


def grid_polygons(geometry: ObjectArray, assignment: npt.NDArray[np.integer], n_grids: int) -> ObjectArray:
    """Return the polygon of each grid.

    Parameters
    ----------
    geometry : object[n_atoms] of Polygon
    assignment : int[n_atoms]
        -1 = in no grid.
    n_grids : int

    Returns
    -------
    object[n_grids]
        Polygon or MultiPolygon; None for a grid without atoms.

    Examples
    --------
    >>> cells = np.array([shapely.box(i, 0, i + 1, 1) for i in range(3)], dtype=object)
    >>> [p and p.area for p in grid_polygons(cells, np.array([0, 0, -1]), 2)]
    [2.0, None]
    """
    result = np.full(n_grids, None, dtype=object)
    order = np.argsort(assignment, kind="stable")
    bounds = np.searchsorted(assignment[order], np.arange(n_grids + 1))
    many = np.diff(bounds)
    alone = np.flatnonzero(many == 1)
    result[alone] = geometry[order[bounds[alone]]]
    for grid in np.flatnonzero(many > 1).tolist():
        result[grid] = dissolved(geometry[order[bounds[grid] : bounds[grid + 1]]])
    return result


def dissolved(cells: ObjectArray) -> shapely.Geometry:
    """Return cells as one area; quick where they fit together exactly, right where they do not."""
    if len(cells) == 1:
        return cells[0]
    try:
        merged = shapely.coverage_union_all(cells)
    except shapely.GEOSException:
        return shapely.union_all(cells)
    # Cells that overlap or miss each other's vertices come back with area lost or inner seams.
    area = float(shapely.area(cells).sum())
    if merged.is_valid and abs(merged.area - area) <= _AREA_BALANCE * max(area, 1.0):
        return single_if_one(merged)
    return shapely.union_all(cells)


def single_if_one(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a collection of one polygon as that polygon, everything else as it is."""
    if geometry.geom_type in {"MultiPolygon", "GeometryCollection"} and len(geometry.geoms) == 1:
        return geometry.geoms[0]
    return geometry


@dataclass(frozen=True, eq=False)
class GridBorders:
    """Lines between grids.

    Parameters
    ----------
    a, b : int64[k]
        Grids on both sides, a < b; a = -1 where the other side is in no grid or outside.
    lines : object[k] of MultiLineString or LineString
    """

    a: IntArray
    b: IntArray
    lines: ObjectArray


def grid_borders(geometry: ObjectArray, assignment: npt.NDArray[np.integer]) -> GridBorders:
    """Return the line between each two grids that touch, and the outer line of each."""
    shared = shared_segments(geometry)
    label = np.append(np.asarray(assignment, np.int64), -1)
    left, right = label[shared.a], label[shared.b]
    border = left != right
    a, b = np.minimum(left, right)[border], np.maximum(left, right)[border]
    pieces = np.asarray(shapely.linestrings(shared.xy[border].reshape(-1, 2, 2)), dtype=object)
    pairs, inverse = np.unique(np.column_stack([a, b]), axis=0, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    bounds = np.searchsorted(inverse[order], np.arange(len(pairs) + 1))
    lines = np.array([None] * len(pairs), dtype=object)
    for k in range(len(pairs)):
        group = shapely.multilinestrings(pieces[order[bounds[k] : bounds[k + 1]]])
        lines[k] = shapely.line_merge(group)
    return GridBorders(pairs[:, 0], pairs[:, 1], lines)
