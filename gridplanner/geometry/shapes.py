# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be wrong with one polygon by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import ObjectArray

#: A corner whose sides are longer than this and whose ends lie this close together is a spike, metres.
_SPIKE_M = 1.0
_SPIKE_WIDTH_M = 0.02


_AREAS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))


@dataclass(frozen=True, eq=False)
class CleanShapes:
    """Polygons that can be compared.

    Parameters
    ----------
    polygons : object[n] of Polygon or MultiPolygon or None
        Valid, two-dimensional, finite; None where nothing is left.
    invalid : tuple of (int, Point or None)
        Polygons that were not so as delivered, and where.
    """

    polygons: ObjectArray
    invalid: tuple[tuple[int, shapely.Point | None], ...]


def clean_shapes(polygons: ObjectArray) -> CleanShapes:
    """Return polygons without Z and M, rings repaired, with a list of those that needed it."""
    shapes = np.asarray(shapely.force_2d(polygons), dtype=object).copy()
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    sound = shapely.is_valid(shapes) & finite & (shapely.area(shapes) > 0)
    # A collection may hold an area beside points and lines: only the area counts.
    sound &= np.isin(shapely.get_type_id(shapes), _AREAS)
    faults: list[tuple[int, shapely.Point | None]] = []
    for unit in np.flatnonzero(~sound):
        whole = bool(finite[unit]) and _finite(shapes[unit])
        faults.append((int(unit), _spot(shapes[unit]) if whole else None))
        shapes[unit] = _repaired(shapes[unit]) if whole else None
    return CleanShapes(shapes, tuple(faults))


def _finite(shape: shapely.Geometry | None) -> bool:
    """Tell whether all coordinates are numbers; an empty shape has none."""
    if shape is None or shape.is_empty:
        return False
    return bool(np.isfinite(shapely.get_coordinates(shape)).all())


def _spot(shape: shapely.Geometry) -> shapely.Point:
    """Return a point on a shape, valid or not."""
    return shapely.Point(shapely.get_coordinates(shape)[0])


def _repaired(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the areas of a repaired shape; None where it has none."""
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    # Twice, for a multipolygon inside a collection.
    parts = shapely.get_parts(shapely.get_parts(valid))
    areas = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    return shapely.union_all(areas) if areas else None


def detached_parts(polygons: ObjectArray) -> Iterator[tuple[int, shapely.Geometry]]:
    """Yield every part of a multipolygon but its largest."""
    several = np.flatnonzero(shapely.get_num_geometries(polygons) > 1)
    for unit in several:
        parts = shapely.get_parts(polygons[unit])
        order = np.argsort(-shapely.area(parts), kind="stable")
        for k in order[1:]:
            yield int(unit), parts[k]


def spikes(polygons: ObjectArray) -> Iterator[tuple[int, shapely.Geometry]]:
    """Yield corners where the border runs out and straight back, as lines of three points.

    Source: own choice; a corner that a neighbour fills exactly is a border, so ask only polygons
    with borders that nobody shares.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy) < 4:
        return
    last = np.flatnonzero(np.append(ring[1:] != ring[:-1], True))
    first = np.flatnonzero(np.append(True, ring[1:] != ring[:-1]))
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    # The first point of a ring is its last one too: its neighbours are the second and the last but one.
    before[first] = last - 1
    after[last] = first + 1
    back, ahead = xy[before] - xy, xy[after] - xy
    shorter, longer = np.sort([np.hypot(*back.T), np.hypot(*ahead.T)], axis=0)
    twice_area = np.abs(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        width = twice_area / longer
    sharp = (shorter > _SPIKE_M) & (width <= _SPIKE_WIDTH_M) & ((back * ahead).sum(axis=1) > 0)
    sharp[last] = False
    for k in np.flatnonzero(sharp):
        yield int(owner[ring_part[ring[k]]]), shapely.LineString(xy[[before[k], k, after[k]]])
