# SPDX-License-Identifier: LGPL-3.0-or-later
"""Border segments that polygons share: matched exactly, then within a tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray

#: Lines of two polygons that run closer than this, metres, are one border.
BORDER_TOLERANCE_M = 0.05
#: Coordinates are compared on this raster, metres.
_RASTER_M = 1e-4


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight pieces of the rings of polygons.

    Parameters
    ----------
    owner : int64[k]
        Polygon each segment belongs to.
    xy : float64[k, 4]
        x0, y0, x1, y1 in metres, in ring order.
    """

    owner: IntArray
    xy: FloatArray

    @property
    def length_m(self) -> FloatArray:
        """float64[k]: length of each segment."""
        return np.asarray(np.hypot(self.xy[:, 2] - self.xy[:, 0], self.xy[:, 3] - self.xy[:, 1]))

    def lines(self, rows: IntArray | BoolArray) -> ObjectArray:
        """Return the chosen segments as LineStrings."""
        return np.asarray(shapely.linestrings(self.xy[rows].reshape(-1, 2, 2)), dtype=object)


@dataclass(frozen=True, eq=False)
class SharedSegments:
    """Common stretches of border, one row per stretch, `a` < `b` (`b` = -1 on the outer border).

    Parameters
    ----------
    a, b : int64[k]
    xy : float64[k, 4]
    length_m : float64[k]
        Length of the stretch that is common; at most that of the segment.
    """

    a: IntArray
    b: IntArray
    xy: FloatArray
    length_m: FloatArray


def ring_segments(polygons: ObjectArray) -> Segments:
    """Return every segment of every ring of polygons and multipolygons; None and empty have none."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return Segments(np.empty(0, np.int64), np.empty((0, 4)))
    inside = ring[1:] == ring[:-1]
    pieces = np.column_stack([xy[:-1], xy[1:]])[inside]
    owner = part_owner[ring_part[ring[:-1][inside]]].astype(np.int64)
    moving = (pieces[:, 0] != pieces[:, 2]) | (pieces[:, 1] != pieces[:, 3])
    return Segments(owner[moving], pieces[moving])


def shared_segments(polygons: ObjectArray, tolerance_m: float = BORDER_TOLERANCE_M) -> SharedSegments:
    """Return the stretches of border that two polygons share, and those that none shares.

    Parameters
    ----------
    polygons : object[n]
        Projected CRS, metres.
    tolerance_m : float
        Lines that lie this close count as common although their vertices differ.

    Examples
    --------
    >>> import shapely
    >>> cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    >>> found = shared_segments(cells)
    >>> float(found.length_m[found.b >= 0].sum())
    1.0
    """
    segments = ring_segments(polygons)
    first, second, alone = _match_exactly(segments)
    near_first, near_second, near_length = match_nearly(segments, alone, tolerance_m)
    rows = np.concatenate([first, near_first])
    partner = np.concatenate([second, near_second])
    length = np.concatenate([segments.length_m[first], near_length])
    a, b = segments.owner[rows], segments.owner[partner]
    outer = np.setdiff1d(alone, np.union1d(near_first, near_second), assume_unique=True)
    return SharedSegments(
        np.concatenate([np.minimum(a, b), segments.owner[outer]]),
        np.concatenate([np.maximum(a, b), np.full(len(outer), -1)]),
        segments.xy[np.concatenate([rows, outer])],
        np.concatenate([length, segments.length_m[outer]]),
    )


def _match_exactly(segments: Segments) -> tuple[IntArray, IntArray, IntArray]:
    """Return the rows of matching segments (first, second) and of segments without a match."""
    raster = np.round(segments.xy / _RASTER_M).astype(np.int64)
    swap = (raster[:, 0] > raster[:, 2]) | ((raster[:, 0] == raster[:, 2]) & (raster[:, 1] > raster[:, 3]))
    raster[swap] = raster[swap][:, [2, 3, 0, 1]]
    key = _mixed(raster)
    order = np.lexsort((segments.owner, key))
    same = np.zeros(len(order), bool)
    if len(order):
        left, right = order[:-1], order[1:]
        same[:-1] = (raster[left] == raster[right]).all(axis=1)
    paired = np.flatnonzero(same)
    first, second = order[paired], order[np.minimum(paired + 1, max(len(order) - 1, 0))]
    different = segments.owner[first] != segments.owner[second]
    lonely = np.ones(len(order), bool)
    lonely[first] = lonely[second] = False
    return first[different], second[different], np.flatnonzero(lonely)


def _mixed(raster: IntArray) -> IntArray:
    """Return one 64-bit key per row; equal rows have equal keys."""
    key = np.zeros(len(raster), np.uint64)
    for column in range(raster.shape[1]):
        key = (key ^ raster[:, column].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key.astype(np.int64)


def match_nearly(
    segments: Segments, alone: IntArray, tolerance_m: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Match segments that lie along each other although their ends differ."""
    nothing = np.empty(0, np.int64)
    if len(alone) < 2 or tolerance_m <= 0:
        return nothing, nothing, np.empty(0)
    lines = segments.lines(alone)
    tree = shapely.STRtree(lines)
    left, right = tree.query(lines, predicate="dwithin", distance=tolerance_m)
    first, second = alone[left], alone[right]
    keep = (left < right) & (segments.owner[first] != segments.owner[second])
    first, second = first[keep], second[keep]
    overlap = _overlap_along(segments.xy[first], segments.xy[second], tolerance_m)
    common = overlap > 0
    return first[common], second[common], overlap[common]


def _overlap_along(one: FloatArray, two: FloatArray, tolerance_m: float) -> FloatArray:
    """Return how far segments of `two` run along those of `one` within the tolerance, metres."""
    span = one[:, 2:] - one[:, :2]
    length = np.hypot(span[:, 0], span[:, 1])
    unit = span / length[:, None]
    starts, ends = two[:, :2] - one[:, :2], two[:, 2:] - one[:, :2]
    along0, along1 = (starts * unit).sum(1), (ends * unit).sum(1)
    off0 = starts[:, 0] * unit[:, 1] - starts[:, 1] * unit[:, 0]
    off1 = ends[:, 0] * unit[:, 1] - ends[:, 1] * unit[:, 0]
    low, high = np.maximum(np.minimum(along0, along1), 0), np.minimum(np.maximum(along0, along1), length)
    # A segment may leave the tolerance at its far end: only the stretch in common has to be close.
    run = np.where(np.abs(along1 - along0) > 1e-9, along1 - along0, np.inf)
    off_low, off_high = (
        off0 + (off1 - off0) * (low - along0) / run,
        off0 + (off1 - off0) * (high - along0) / run,
    )
    close = (np.abs(off_low) <= tolerance_m) & (np.abs(off_high) <= tolerance_m)
    return np.where(close & (high > low), high - low, 0.0)
