# SPDX-License-Identifier: LGPL-3.0-or-later
"""From lines to faces that fit together exactly, and small faces folded into neighbours."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from gridplanner.geometry.dissolve import dissolved
from gridplanner.geometry.segments import SharedSegments, shared_segments

#: Lines are snapped to this raster when they are noded, metres: finer than any survey, coarse
#: enough that a line which ends on another one really meets it.
NODING_GRID_M = 1e-3


def faces_of(lines: list[ObjectArray]) -> ObjectArray:
    """Return the faces that lines enclose, as polygons whose common borders are identical.

    Parameters
    ----------
    lines : list of object[k] of line or polygon
        Polygons stand for their rings. Projected CRS, metres. Loose ends enclose nothing.
    """
    rings = [_linework(geometry) for geometry in lines if len(geometry)]
    if not rings:
        return np.empty(0, dtype=object)
    noded = shapely.union_all(np.concatenate(rings), grid_size=NODING_GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces[shapely.area(faces) > 0], dtype=object)


def _linework(geometry: ObjectArray) -> ObjectArray:
    """Return polygons as their rings, lines as they are; points and empty geometry as nothing."""
    present = geometry[~shapely.is_missing(geometry)]
    parts = shapely.get_parts(present)
    dimension = shapely.get_dimensions(parts)
    rings = shapely.boundary(parts[dimension == 2])
    lines = np.concatenate([rings, parts[dimension == 1]])
    return np.asarray(lines[~shapely.is_empty(lines)], dtype=object)


def width_m(polygons: ObjectArray) -> FloatArray:
    """Return the mean width of narrow polygons, 2 x area / perimeter, metres.

    Source: own choice; exact for a long strip, half the side for a square.
    """
    perimeter = np.maximum(shapely.length(polygons), 1e-12)
    return np.asarray(2 * shapely.area(polygons) / perimeter, dtype=np.float64)


def locate(points: ObjectArray, polygons: ObjectArray, within_m: float = 0.0) -> IntArray:
    """Return the first polygon that holds each point, -1 where none does.

    With `within_m` > 0, points outside are given to the nearest polygon at most that far away.
    """
    found = np.full(len(points), -1, np.int64)
    if not len(polygons) or not len(points):
        return found
    tree = shapely.STRtree(polygons)
    rows, hits = tree.query(points, predicate="intersects")
    # Written from the last to the first, so that the lowest index stays.
    order = np.lexsort((-hits, rows))
    found[rows[order]] = hits[order]
    lost = np.flatnonzero(found < 0)
    if within_m > 0 and len(lost):
        rows, hits = tree.query_nearest(points[lost], max_distance=within_m, all_matches=False)
        found[lost[rows]] = hits
    return found


def fold(
    polygons: ObjectArray, small: BoolArray, group: IntArray, shared: SharedSegments | None = None
) -> IntArray:
    """Return which polygon each one joins: itself, or for a small one the neighbour of longest border.

    Parameters
    ----------
    polygons : object[n]
    small : bool[n]
        Those that must not stay on their own.
    group : int[n]
        Only polygons of one group join.
    shared : SharedSegments or None
        Common borders, where they are known already.

    Returns
    -------
    int64[n]
        A small polygon whose whole neighbourhood is small joins the largest of it; one without any
        neighbour in its group stays.
    """
    owner = np.arange(len(polygons))
    if not small.any():
        return owner
    shared = shared or shared_segments(polygons)
    inner = shared.b >= 0
    inner[inner] &= group[shared.a[inner]] == group[shared.b[inner]]
    a, b, length = _pair_lengths(shared.a[inner], shared.b[inner], shared.length_m[inner], len(polygons))
    left, right, weight = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([length, length])
    rank = np.empty(len(polygons), np.int64)
    rank[np.argsort(shapely.area(polygons), kind="stable")] = np.arange(len(polygons))
    waiting = small.copy()
    while waiting.any():
        ready = waiting[left] & ~waiting[right]
        if not ready.any():
            # Only small ones are left together: the largest around becomes one that others join.
            between = waiting[left] & waiting[right]
            rival = np.full(len(polygons), -1, np.int64)
            np.maximum.at(rival, left[between], rank[right[between]])
            waiting &= rank < rival
            continue
        order = np.lexsort((right[ready], -weight[ready], left[ready]))
        who = left[ready][order]
        first = np.append(True, who[1:] != who[:-1])
        joins, target = who[first], right[ready][order][first]
        owner[joins] = owner[target]
        waiting[joins] = False
    return owner


def _pair_lengths(
    a: IntArray, b: IntArray, length: FloatArray, n: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Sum common borders per pair."""
    pairs, inverse = np.unique(a * max(n, 1) + b, return_inverse=True)
    total = np.bincount(inverse, weights=length, minlength=len(pairs)).astype(np.float64)
    return pairs // max(n, 1), pairs % max(n, 1), total


def merged(polygons: ObjectArray, owner: IntArray) -> tuple[ObjectArray, IntArray]:
    """Return polygons joined as `fold` says, and the index of each one's new polygon."""
    keep, index = np.unique(owner, return_inverse=True)
    result = polygons[keep].copy()
    order = np.argsort(index, kind="stable")
    bounds = np.searchsorted(index[order], np.arange(len(keep) + 1))
    for k in np.flatnonzero(np.diff(bounds) > 1):
        result[k] = dissolved(polygons[order[bounds[k] : bounds[k + 1]]])
    return result, index.astype(np.int64)
