# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faces between suspicious segments: how many polygons cover each, and which.

Crossing a segment that is shared as it should be leaves one polygon and enters another, so the
number of polygons on a face is the same everywhere on it. Which polygons they are may change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.segments import ring_segments
from gridplanner.geometry.suspects import Suspects

#: More polygons than this on one spot are named as a chain, not pair by pair.
_CROWD = 5
#: How often a face is asked, each time at another point.
_TURNS = 3
#: Smaller faces are rounding, square metres.
_NOTHING_M2 = 1e-6
#: Faces narrower than this get their inner point from a triangulation, metres.
_NARROW_M = 1.0
#: A vertex made by noding lies this near to the segments it came from, metres.
_ON_LINE_M = 1e-6

Pairs = dict[tuple[int, int], list[shapely.Geometry]]


@dataclass(frozen=True, eq=False)
class Ground:
    """Faces and the polygons that cover a point of each.

    Parameters
    ----------
    faces : object[n] of Polygon
    rows, hits : int64[k]
        Face and polygon, sorted by face.
    """

    faces: ObjectArray
    rows: IntArray
    hits: IntArray

    @classmethod
    def of(cls, polygons: ObjectArray, lines: ObjectArray) -> Ground:
        """Make faces of lines and count who covers them."""
        if not len(lines):
            none = np.empty(0, np.int64)
            return cls(np.empty(0, dtype=object), none, none)
        noded = shapely.union_all(lines)
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        faces = np.asarray(faces[shapely.area(faces) > _NOTHING_M2], dtype=object)
        rows, hits = _covering(polygons, faces)
        order = np.lexsort((hits, rows))
        return cls(faces, rows[order], hits[order])

    @property
    def count(self) -> IntArray:
        """int64[n]: how many polygons cover each face, the same everywhere on it."""
        return np.bincount(self.rows, minlength=len(self.faces))

    def crowded(self, polygons: ObjectArray) -> Pairs:
        """Return for each pair of polygons the pieces of land that both cover."""
        many = np.flatnonzero(self.count > 1)
        pairs: Pairs = {}
        if not len(many):
            return pairs
        near_face, near = shapely.STRtree(polygons).query(self.faces[many], predicate="intersects")
        starts = np.searchsorted(near_face, np.arange(len(many)))
        ends = np.searchsorted(near_face, np.arange(len(many)), side="right")
        for k, face in enumerate(many):
            here = self._on(int(face))
            others = np.setdiff1d(near[starts[k] : ends[k]], here)
            land = self.faces[face]
            if len(others) and (shapely.area(shapely.intersection(polygons[others], land)) > 1e-9).any():
                crowd = np.union1d(here, others)
                _add_parts(pairs, polygons, crowd, land)
            else:
                _add(pairs, here, land)
        return pairs

    def _on(self, face: int) -> IntArray:
        """Return the polygons on the point of a face."""
        first = np.searchsorted(self.rows, face)
        last = np.searchsorted(self.rows, face, side="right")
        return self.hits[first:last]


def _covering(polygons: ObjectArray, faces: ObjectArray) -> tuple[IntArray, IntArray]:
    """Return (face, polygon) pairs of cover.

    A point that happens to lie on a border between two polygons would count both: such faces are
    asked again at another point.
    """
    asked, points = np.arange(len(faces)), inner_points(faces)
    all_rows, all_hits = [], []
    for turn in range(_TURNS):
        hits, rows = shapely.STRtree(points).query(polygons, predicate="intersects")
        on_border = np.zeros(len(asked), bool)
        on_border[rows[~shapely.contains_properly(polygons[hits], points[rows])]] = True
        if turn == _TURNS - 1:
            on_border[:] = False
        good = ~on_border[rows]
        all_rows.append(asked[rows[good]])
        all_hits.append(hits[good])
        asked = asked[on_border]
        if not len(asked):
            break
        points = _other_points(faces[asked], turn)
    return np.concatenate(all_rows), np.concatenate(all_hits)


def _other_points(faces: ObjectArray, turn: int) -> ObjectArray:
    """Return a point inside the largest triangle of each face, another one each turn."""
    triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(faces), return_index=True)
    order = np.lexsort((shapely.area(triangles), owner))
    last = np.append(owner[order][1:] != owner[order][:-1], True)
    corners = shapely.get_coordinates(triangles[order][last]).reshape(-1, 4, 2)[:, :3]
    weights = np.array([0.41, 0.33, 0.26]) if turn == 0 else np.array([0.57, 0.24, 0.19])
    return np.asarray(shapely.points((corners * weights[None, :, None]).sum(axis=1)), dtype=object)


def inner_points(faces: ObjectArray) -> ObjectArray:
    """Return a point well inside each face.

    The usual point on the surface of a sliver with thin wings may lie so near to its border that
    rounding decides on which side; the middle of its largest triangle does not.
    """
    points = np.asarray(shapely.point_on_surface(faces), dtype=object)
    width = width_m(faces)
    # A face of no width to speak of cannot be triangulated.
    narrow = np.flatnonzero((width < _NARROW_M) & (width > _NOTHING_M2))
    triangles, owner = shapely.get_parts(
        shapely.constrained_delaunay_triangles(faces[narrow]), return_index=True
    )
    order = np.lexsort((shapely.area(triangles), owner))
    last = np.append(owner[order][1:] != owner[order][:-1], True)[: len(order)]
    points[narrow[owner[order][last]]] = shapely.centroid(triangles[order][last])
    return points


def _add(pairs: Pairs, units: Iterable[int], land: shapely.Geometry) -> None:
    """Put a piece of land down for each pair of its polygons."""
    names = [int(u) for u in units]
    for a, b in combinations(names, 2) if len(names) <= _CROWD else pairwise(names):
        pairs.setdefault((a, b), []).append(land)


def _add_parts(pairs: Pairs, polygons: ObjectArray, crowd: IntArray, land: shapely.Geometry) -> None:
    """Put down a face on which the polygons change, part by part."""
    lines = np.append(shapely.boundary(polygons[crowd]), shapely.boundary(land))
    parts = Ground.of(polygons[crowd], lines)
    within = shapely.intersects(land, inner_points(parts.faces))
    for face in np.flatnonzero(within & (parts.count > 1)):
        _add(pairs, crowd[parts._on(int(face))], parts.faces[face])


def owners_along(faces: ObjectArray, odd: Suspects) -> list[tuple[int, ...]]:
    """Return for each face the polygons whose suspicious segments make its border."""
    around: list[set[int]] = [set() for _face in faces]
    sides = ring_segments(faces)
    if len(sides.owner):
        middle = shapely.points((sides.xy[:, :2] + sides.xy[:, 2:]) / 2)
        rows, hits = shapely.STRtree(odd.lines).query(middle, predicate="dwithin", distance=_ON_LINE_M)
        for face, unit in zip(sides.owner[rows], odd.owner[hits], strict=True):
            around[face].add(int(unit))
    return [tuple(sorted(units)) for units in around]
