# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every fault of a layer that should cover the ground once: kind, place, size, people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from gridplanner.geometry.crowds import Ground, owners_along
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.segments import Segments, match_nearly
from gridplanner.geometry.shapes import CleanShapes, clean_shapes, detached_parts, spikes
from gridplanner.geometry.suspects import Suspects, flagged, suspects


class DefectKind(StrEnum):
    """What is wrong; two units are concerned in an overlap, any number around a gap, one around a hole."""

    OVERLAP = "overlap"
    DUPLICATE = "duplicate"
    CONTAINED = "contained"
    GAP = "gap"
    SHIFTED_EDGE = "shifted_edge"
    SLIVER = "sliver"
    UNMATCHED_VERTEX = "unmatched_vertex"
    DETACHED_PART = "detached_part"
    HOLE = "hole"
    SPIKE = "spike"
    INVALID = "invalid"
    OUTSIDE = "outside"  #: between tiers: land beyond the higher unit


@dataclass(frozen=True, eq=False)
class Defect:
    """One fault.

    Parameters
    ----------
    kind : DefectKind
    units : tuple of int
        Polygons concerned, lowest first.
    geometry : shapely geometry or None
        The land (or line, or point) concerned.
    area_m2, width_m : float
        Width is the mean of a narrow shape; both 0 for a point.
    people : int
        People living on it.
    x, y : float
    folded : bool
        Below the tolerance: counted, not listed.
    bare : bool
        Land that no unit covers.
    """

    kind: DefectKind
    units: tuple[int, ...]
    geometry: shapely.Geometry | None
    area_m2: float
    width_m: float
    people: int
    x: float
    y: float
    folded: bool
    bare: bool = False


@dataclass(frozen=True)
class Tolerance:
    """Below which size a fault is folded into one line.

    Source: own choice, after real community layers: true overlaps have thousands of square metres,
    the many others under 0.01 m2.
    """

    area_m2: float = 1.0
    width_m: float = 0.1
    strip_m: float = 5.0


def coverage_defects(
    polygons: ObjectArray,
    points: ObjectArray | None = None,
    people: IntArray | None = None,
    tolerance: Tolerance | None = None,
) -> tuple[Defect, ...]:
    """Return all faults of a layer, most people first, then by area.

    Parameters
    ----------
    polygons : object[n]
        Projected CRS, metres. Rings that cross themselves are judged as repaired and listed as
        `invalid`, so are NaN coordinates and areas of 0; None and empty count as invalid too.
    points : object[m] of Point, people : int64[m]
        Buildings, for the people concerned.
    tolerance : Tolerance or None

    Examples
    --------
    >>> cells = np.array([shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)], dtype=object)
    >>> [(d.kind.value, d.units, d.area_m2) for d in coverage_defects(cells)]
    [('overlap', (0, 1), 20.0)]
    """
    limit = tolerance or Tolerance()
    shapes = clean_shapes(polygons)
    odd = suspects(shapes.polygons)
    ground = Ground.of(shapes.polygons, odd.lines[odd.distinct()[0]])
    found = [
        *_overlaps(shapes.polygons, ground, odd, limit),
        *_gaps(ground, odd, limit),
        *_unmatched_vertices(odd),
        *_own_faults(shapes, flagged(odd, len(polygons))),
    ]
    counted = _with_people(found, points, people)
    return tuple(sorted(counted, key=lambda d: (d.folded, -d.people, -d.area_m2, d.kind, d.units)))


#: Land that several units cover, whatever its width.
_SHARED = (DefectKind.OVERLAP, DefectKind.DUPLICATE, DefectKind.CONTAINED)


def is_shared_land(defect: Defect) -> bool:
    """Tell whether a fault is land under more than one unit, slivers included."""
    narrow = defect.folded and not defect.bare and defect.area_m2 > 0
    return defect.kind in _SHARED or narrow


def _overlaps(polygons: ObjectArray, ground: Ground, odd: Suspects, limit: Tolerance) -> list[Defect]:
    """Return land that two or more polygons cover, put together per pair."""
    twin_of = {int(u): k for k, group in enumerate(odd.twins) for u in group}
    return [
        _overlap(polygons, a, b, land, twin_of, limit)
        for (a, b), faces in ground.crowded(polygons).items()
        for land in _touching(np.array([*faces, None], dtype=object)[:-1])
    ]


def _touching(faces: ObjectArray) -> list[shapely.Geometry]:
    """Return faces of one pair as connected pieces of land."""
    if len(faces) == 1:
        return [faces[0]]
    parts = shapely.get_parts(shapely.union_all(faces))
    # Faces of next to no area may vanish when they are put together.
    return list(parts[shapely.area(parts) > 0])


def _overlap(
    polygons: ObjectArray,
    a: int,
    b: int,
    land: shapely.Geometry,
    twin_of: dict[int, int],
    limit: Tolerance,
) -> Defect:
    """Name one overlap by how much of either polygon it takes."""
    share = land.area / max(min(polygons[a].area, polygons[b].area), 1e-12)
    if a in twin_of and twin_of.get(a) == twin_of.get(b):
        return _defect(DefectKind.DUPLICATE, (a, b), land, folded=False)
    if share > 1 - 1e-6:
        both = land.area / max(polygons[a].area, polygons[b].area, 1e-12) > 1 - 1e-6
        return _defect(DefectKind.DUPLICATE if both else DefectKind.CONTAINED, (a, b), land, folded=False)
    return _narrow_or(DefectKind.OVERLAP, (a, b), land, limit)


def _gaps(ground: Ground, odd: Suspects, limit: Tolerance) -> list[Defect]:
    """Return enclosed land that no polygon covers: a gap between several of them, a hole in one."""
    free = ground.faces[ground.count == 0]
    around = owners_along(free, odd)
    kinds = [DefectKind.HOLE if len(units) == 1 else DefectKind.GAP for units in around]
    found = (_narrow_or(kinds[k], around[k], face, limit) for k, face in enumerate(free))
    return [replace(defect, bare=True) for defect in found]


def _narrow_or(kind: DefectKind, units: tuple[int, ...], land: shapely.Geometry, limit: Tolerance) -> Defect:
    """Return a fault of an area: of its kind, or a strip or sliver below the tolerance."""
    width = float(width_m(np.array([land], dtype=object))[0])
    if width <= limit.width_m:
        strip = land.area / max(width, 1e-12) >= limit.strip_m
        return _defect(DefectKind.SHIFTED_EDGE if strip else DefectKind.SLIVER, units, land, folded=True)
    if land.area <= limit.area_m2:
        return _defect(DefectKind.SLIVER, units, land, folded=True)
    return _defect(kind, units, land, folded=False)


def _defect(kind: DefectKind, units: tuple[int, ...], land: shapely.Geometry, *, folded: bool) -> Defect:
    """Build a fault with its measures."""
    spot = shapely.point_on_surface(land)
    width = float(width_m(np.array([land], dtype=object))[0]) if land.area else 0.0
    return Defect(kind, units, land, float(land.area), width, 0, spot.x, spot.y, folded)


def _unmatched_vertices(odd: Suspects) -> list[Defect]:
    """Return borders that two polygons share although their vertices differ, one per pair."""
    if not len(odd.owner):
        return []
    segments = Segments(odd.owner, odd.xy)
    # Segments of duplicates are told as duplicates.
    first, count = odd.distinct()
    first, second, length = match_nearly(segments, np.sort(first[count == 1]), 1e-6)
    keep = _opposite(odd.xy[first], odd.xy[second]) & (length > 1e-6)
    first, second = first[keep], second[keep]
    pairs = np.sort(np.column_stack([odd.owner[first], odd.owner[second]]), axis=1)
    names, index = np.unique(pairs, axis=0, return_index=True)
    result = []
    for (a, b), row in zip(names, index, strict=True):
        line = shapely.LineString(odd.xy[first[row]].reshape(2, 2))
        spot = line.interpolate(0.5, normalized=True)
        units = (int(a), int(b))
        result.append(Defect(DefectKind.UNMATCHED_VERTEX, units, line, 0.0, 0.0, 0, spot.x, spot.y, True))
    return result


def _opposite(one: FloatArray, two: FloatArray) -> BoolArray:
    """Tell which pairs of segments run against each other, as the two sides of a border do."""
    d1, d2 = one[:, 2:] - one[:, :2], two[:, 2:] - two[:, :2]
    return np.asarray((d1 * d2).sum(axis=1) < 0, dtype=bool)


def _own_faults(shapes: CleanShapes, odd: BoolArray) -> list[Defect]:
    """Return the faults a polygon has by itself."""
    result = []
    for unit, point in shapes.invalid:
        x, y = (point.x, point.y) if point is not None else (float("nan"), float("nan"))
        result.append(Defect(DefectKind.INVALID, (unit,), point, 0.0, 0.0, 0, x, y, False))
    for unit, part in detached_parts(shapes.polygons):
        result.append(_defect(DefectKind.DETACHED_PART, (unit,), part, folded=False))
    for unit, line in spikes(_only(shapes.polygons, odd)):
        spot = shapely.Point(line.coords[1])
        result.append(Defect(DefectKind.SPIKE, (unit,), line, 0.0, 0.0, 0, spot.x, spot.y, False))
    return result


def _only(polygons: ObjectArray, chosen: BoolArray) -> ObjectArray:
    """Return the chosen polygons at their places, None elsewhere."""
    result = np.full(len(polygons), None, dtype=object)
    result[chosen] = polygons[chosen]
    return result


def _with_people(found: list[Defect], points: ObjectArray | None, people: IntArray | None) -> list[Defect]:
    """Count the people living on each fault."""
    if points is None or people is None or not len(points) or not found:
        return found
    land = np.array([d.geometry if d.area_m2 > 0 else None for d in found] + [None], dtype=object)[:-1]
    _points, hit = shapely.STRtree(land).query(points, predicate="intersects")
    total = np.zeros(len(found), np.int64)
    np.add.at(total, hit, people[_points])
    return [replace(d, people=int(n)) if n else d for d, n in zip(found, total, strict=True)]
