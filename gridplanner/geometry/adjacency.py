# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which atoms touch, by shared length; what barriers cut and bridges join."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.geometry.arrays import FloatArray, IntArray, ObjectArray
from gridplanner.geometry.segments import BORDER_TOLERANCE_M, SharedSegments, shared_segments
from gridplanner.model.adjacency import Adjacency, EdgeKind

_NOTHING = np.empty(0, dtype=object)


def build_adjacency(
    polygons: ObjectArray,
    barriers: ObjectArray | None = None,
    bridges: ObjectArray | None = None,
    points: FloatArray | None = None,
    min_shared_border_m: float = 2.0,
) -> Adjacency:
    """Return which polygons touch, along which length, and what lies between them.

    Parameters
    ----------
    polygons : object[n]
        Atoms; projected CRS, metres. Their borders need not be noded.
    barriers : object[k] of line or polygon
        A border along a line, or over a surface, is no passage. Where atoms also share more than
        `min_shared_border_m` of dry land, that land joins them.
    bridges : object[k] of line or point
        Join the atoms on both banks.
    points : float64[n, 2]
        Points of the atoms, to choose between atoms at the foot of a bridge; None for no preference.
    min_shared_border_m : float

    Returns
    -------
    Adjacency
        Corner contacts are no edges.

    Examples
    --------
    >>> cells = np.array([shapely.box(i, 0, i + 1, 1) for i in range(3)], dtype=object)
    >>> wall = np.array([shapely.LineString([(2, 0), (2, 1)])], dtype=object)
    >>> edges = build_adjacency(cells, wall, min_shared_border_m=0.5)
    >>> edges.open.tolist()
    [True, False]
    """
    surfaces = _surfaces(barriers if barriers is not None else _NOTHING)
    shared = shared_segments(polygons)
    inner = shared.b >= 0
    stretch = SharedSegments(shared.a[inner], shared.b[inner], shared.xy[inner], shared.length_m[inner])
    blocked = _blocked_length(stretch, surfaces)
    n = len(polygons)
    pairs, inverse = np.unique(stretch.a * n + stretch.b, return_inverse=True)
    length = np.bincount(inverse, weights=stretch.length_m, minlength=len(pairs)).astype(np.float64)
    wet = np.bincount(inverse, weights=blocked, minlength=len(pairs)).astype(np.float64)
    cut = (length - wet <= min_shared_border_m) & (wet > 0)
    kind = np.where(cut, EdgeKind.BARRIER, EdgeKind.BORDER).astype(np.int8)
    joined = _bridged_pairs(polygons, bridges, surfaces, stretch, blocked, points)
    return _with_bridges(n, pairs, length, kind, joined, min_shared_border_m)


def free_borders(shared: SharedSegments, barriers: ObjectArray) -> SharedSegments:
    """Return the common borders that do not lie on a barrier for half their length or more."""
    inner = shared.b >= 0
    wet = _blocked_length(shared, _surfaces(barriers))
    free = np.flatnonzero(inner & (2 * wet < shared.length_m))
    return SharedSegments(shared.a[free], shared.b[free], shared.xy[free], shared.length_m[free])


def _surfaces(barriers: ObjectArray) -> ObjectArray:
    """Return barriers as polygons a little wider than they are drawn."""
    present = barriers[~shapely.is_missing(barriers) & ~shapely.is_empty(barriers)]
    return np.asarray(shapely.buffer(shapely.get_parts(present), BORDER_TOLERANCE_M), dtype=object)


def _blocked_length(stretch: SharedSegments, surfaces: ObjectArray) -> FloatArray:
    """Return how much of each stretch of border lies on a barrier, metres."""
    blocked = np.zeros(len(stretch.a))
    if not len(surfaces) or not len(stretch.a):
        return blocked
    lines = shapely.linestrings(stretch.xy.reshape(-1, 2, 2))
    # Asked from the few surfaces, which the tree prepares once each; asked from the many lines, each
    # would walk along the whole bank.
    walls, rows = shapely.STRtree(lines).query(surfaces, predicate="intersects")
    shapely.prepare(surfaces)
    within = shapely.contains_properly(surfaces[walls], lines[rows])
    lengths = np.where(within, stretch.length_m[rows], 0.0)
    partial = np.flatnonzero(~within)
    lengths[partial] = shapely.length(shapely.intersection(lines[rows[partial]], surfaces[walls[partial]]))
    np.add.at(blocked, rows, lengths)
    return np.minimum(blocked, stretch.length_m)


def _bridged_pairs(
    polygons: ObjectArray,
    bridges: ObjectArray | None,
    surfaces: ObjectArray,
    stretch: SharedSegments,
    blocked: FloatArray,
    points: FloatArray | None,
) -> IntArray:
    """Return int64[k, 2]: atoms that bridges join, the smaller index first."""
    if bridges is None or not len(bridges) or not len(polygons):
        return np.empty((0, 2), np.int64)
    parts = shapely.get_parts(bridges[~shapely.is_missing(bridges) & ~shapely.is_empty(bridges)])
    tree = shapely.STRtree(polygons)
    wall_tree = shapely.STRtree(surfaces) if len(surfaces) else None
    wet = np.flatnonzero(blocked > 0)
    wet_tree = shapely.STRtree(shapely.linestrings(stretch.xy[wet].reshape(-1, 2, 2))) if len(wet) else None
    found = []
    for bridge in parts:
        ends = _feet(bridge, surfaces, wall_tree)
        atoms = [_atom_at(foot, tree, points) for foot in ends]
        if len(atoms) == 2 and atoms[0] != atoms[1]:
            found.append(sorted(atoms))
        elif wet_tree is not None:
            row = wet[int(wet_tree.nearest(bridge))]
            found.append([int(stretch.a[row]), int(stretch.b[row])])
    return np.unique(np.array(found, np.int64).reshape(-1, 2), axis=0)


def _feet(
    bridge: shapely.Geometry, surfaces: ObjectArray, tree: shapely.STRtree | None
) -> list[shapely.Point]:
    """Return the two points where a bridge leaves the barrier; none for a bridge drawn as a point."""
    if bridge.geom_type != "LineString":
        return []
    hit = tree.query(bridge, predicate="intersects") if tree is not None else []
    if len(hit):
        crossing = shapely.line_merge(bridge.intersection(shapely.union_all(surfaces[hit])))
        lines = [part for part in shapely.get_parts(crossing) if part.geom_type == "LineString"]
        if lines:
            longest = max(lines, key=lambda line: line.length)
            return [shapely.Point(longest.coords[0]), shapely.Point(longest.coords[-1])]
    return [shapely.Point(bridge.coords[0]), shapely.Point(bridge.coords[-1])]


def _atom_at(foot: shapely.Point, tree: shapely.STRtree, points: FloatArray | None) -> int:
    """Return the atom at the foot of a bridge; of several, the one whose own point is nearest."""
    hits = tree.query_nearest(foot, all_matches=True)
    if points is None or len(hits) == 1:
        return int(hits[0])
    gap = np.hypot(points[hits, 0] - foot.x, points[hits, 1] - foot.y)
    return int(hits[int(np.argmin(gap))])


def _with_bridges(
    n: int,
    pairs: IntArray,
    length: FloatArray,
    kind: np.ndarray[tuple[int], np.dtype[np.int8]],
    joined: IntArray,
    min_shared_border_m: float,
) -> Adjacency:
    """Put bridges among the borders; the result is sorted by (a, b)."""
    keys = joined[:, 0] * n + joined[:, 1]
    present = np.isin(pairs, keys)
    kind = np.where(present & (kind == EdgeKind.BARRIER), EdgeKind.BRIDGE, kind).astype(np.int8)
    fresh = np.setdiff1d(keys, pairs)
    all_pairs = np.concatenate([pairs, fresh])
    order = np.argsort(all_pairs, kind="stable")
    return Adjacency(
        a=(all_pairs // max(n, 1))[order].astype(np.int32),
        b=(all_pairs % max(n, 1))[order].astype(np.int32),
        length_m=np.concatenate([length, np.zeros(len(fresh))])[order],
        kind=np.concatenate([kind, np.full(len(fresh), EdgeKind.BRIDGE, np.int8)])[order],
        min_shared_border_m=min_shared_border_m,
    )
