# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faults between two tiers: land of a lower unit outside its higher one, land that no lower unit fills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, IntArray, ObjectArray
from gridplanner.geometry.defects import Tolerance
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.shapes import clean_shapes

OUTSIDE, UNCLAIMED = "outside", "unclaimed"


@dataclass(frozen=True, eq=False)
class TierFault:
    """Land on which two tiers do not agree.

    Parameters
    ----------
    kind : str
        `outside` (a lower unit beyond its higher one) or `unclaimed` (a higher unit not filled).
    lower : int
        Lower unit; -1 for unclaimed land.
    upper : int
        The higher unit concerned: the one the lower unit belongs to.
    other : int
        Higher unit that the land lies in; -1 for none, or the same for unclaimed land.
    geometry : Polygon
    area_m2 : float
    people : int
    x, y : float
    folded : bool
        Below the tolerance: counted, not listed.
    """

    kind: str
    lower: int
    upper: int
    other: int
    geometry: shapely.Geometry
    area_m2: float
    people: int
    x: float
    y: float
    folded: bool


def tier_faults(
    lower: ObjectArray,
    upper: ObjectArray,
    parent: IntArray,
    points: ObjectArray | None = None,
    people: IntArray | None = None,
    tolerance: Tolerance | None = None,
) -> tuple[TierFault, ...]:
    """Return where two tiers disagree, most people first, then by area.

    Parameters
    ----------
    lower, upper : object[n], object[k]
        Polygons of both tiers, one projected CRS, metres; repaired where a ring crosses itself.
    parent : int64[n]
        Higher unit each lower one belongs to; -1 where unknown: it is not judged.
    points : object[m] of Point, people : int64[m]
        Buildings, for the people concerned.
    tolerance : Tolerance or None

    Examples
    --------
    >>> grids = np.array([shapely.box(0, 0, 6, 10), shapely.box(6, 0, 12, 8)], dtype=object)
    >>> home = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
    >>> found = tier_faults(grids, home, np.array([0, 0]))
    >>> [(f.kind, f.lower, f.area_m2) for f in found]
    [('outside', 1, 16.0), ('unclaimed', -1, 8.0)]
    """
    below, above = clean_shapes(lower).polygons, clean_shapes(upper).polygons
    limit = tolerance or Tolerance()
    found = [*_outside(below, above, parent, limit), *_unclaimed(below, above, limit)]
    counted = _with_people(found, points, people)
    return tuple(sorted(counted, key=lambda f: (f.folded, -f.people, -f.area_m2, f.kind, f.lower)))


def _outside(
    below: ObjectArray, above: ObjectArray, parent: IntArray, limit: Tolerance
) -> Iterator[TierFault]:
    """Yield the land of lower units beyond the higher unit they belong to."""
    known = np.flatnonzero((parent >= 0) & ~shapely.is_missing(below))
    known = known[~shapely.is_missing(above[parent[known]])]
    # Most units lie inside with nothing left over; telling so is quicker than cutting.
    shapely.prepare(above)
    known = known[~shapely.covers(above[parent[known]], below[known])]
    rest = shapely.difference(below[known], above[parent[known]])
    tree = shapely.STRtree(above)
    for unit, land in zip(known.tolist(), rest, strict=True):
        for part in _areas(land):
            spot = shapely.point_on_surface(part)
            near = tree.query(spot, predicate="intersects")
            other = int(near.min()) if len(near) else -1
            yield _fault(OUTSIDE, unit, int(parent[unit]), other, part, limit)


def _unclaimed(below: ObjectArray, above: ObjectArray, limit: Tolerance) -> Iterator[TierFault]:
    """Yield the land of higher units that no lower unit holds."""
    present = below[~shapely.is_missing(below)]
    tree = shapely.STRtree(present)
    for unit, home in enumerate(above):
        if home is None:
            continue
        near = present[tree.query(home, predicate="intersects")]
        for part in _areas(shapely.difference(home, shapely.union_all(near)) if len(near) else home):
            yield _fault(UNCLAIMED, -1, unit, unit, part, limit)


def _areas(land: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the polygons of what a difference left."""
    return [p for p in shapely.get_parts(land) if p.geom_type == "Polygon" and p.area > 0]


def _fault(
    kind: str, lower: int, upper: int, other: int, land: shapely.Geometry, limit: Tolerance
) -> TierFault:
    """Build one fault with its measures; people are counted later."""
    spot = shapely.point_on_surface(land)
    narrow = float(width_m(np.array([land], dtype=object))[0]) <= limit.width_m
    small = bool(narrow or land.area <= limit.area_m2)
    return TierFault(kind, lower, upper, other, land, float(land.area), 0, spot.x, spot.y, small)


def _with_people(
    found: list[TierFault], points: ObjectArray | None, people: IntArray | None
) -> list[TierFault]:
    """Count the people who live on each fault."""
    if points is None or people is None or not len(points) or not found:
        return found
    land = np.array([f.geometry for f in found] + [None], dtype=object)[:-1]
    rows, hits = shapely.STRtree(land).query(points, predicate="intersects")
    total = np.zeros(len(found), np.int64)
    np.add.at(total, hits, people[rows])
    return [replace(f, people=int(n)) if n else f for f, n in zip(found, total, strict=True)]


def belongs_to(codes: ObjectArray, upper_codes: ObjectArray) -> IntArray:
    """Return the row of the higher unit each code names, int64[n]; -1 where there is none.

    Examples
    --------
    >>> belongs_to(np.array(["b", "x"], object), np.array(["a", "b"], object)).tolist()
    [1, -1]
    """
    row = {str(code): k for k, code in enumerate(upper_codes) if str(code)}
    return np.array([row.get(str(code), -1) for code in codes], np.int64)


def most_land(lower: ObjectArray, upper: ObjectArray, unknown: BoolArray, parent: IntArray) -> IntArray:
    """Return parents with the unknown ones filled in by the higher unit that holds most of the land."""
    result = parent.copy()
    rows = np.flatnonzero(unknown & ~shapely.is_missing(lower))
    if not len(rows) or not len(upper):
        return result
    inner, hits = shapely.STRtree(upper).query(lower[rows], predicate="intersects")
    area = shapely.area(shapely.intersection(lower[rows[inner]], upper[hits]))
    order = np.argsort(area, kind="stable")
    result[rows[inner[order]]] = hits[order]
    return result
