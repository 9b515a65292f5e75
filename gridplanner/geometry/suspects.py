# SPDX-License-Identifier: LGPL-3.0-or-later
"""Border segments that no neighbour shares: where the faults of a coverage can be, and nowhere else.

In a coverage without faults every segment is used twice, once in each direction, or once on the
outer border. Whatever overlaps, gapes, repeats or misses a vertex has segments used otherwise. They
are found by sorting, in a fraction of the time that comparing neighbours takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray


@dataclass(frozen=True, eq=False)
class Suspects:
    """Segments that are not shared as a coverage asks.

    Parameters
    ----------
    owner : int64[k]
        Polygon of each suspicious segment.
    xy : float64[k, 4]
        x0, y0, x1, y1, metres; the interior of the polygon lies to the left.
    twins : tuple of int64 arrays
        Sets of polygons with exactly the same rings.
    """

    owner: IntArray
    xy: FloatArray
    twins: tuple[IntArray, ...]

    def distinct(self) -> tuple[IntArray, IntArray]:
        """Return a row of each distinct segment, direction left out, and how often it occurs."""
        xy = self.xy
        swap = (xy[:, 0] > xy[:, 2]) | ((xy[:, 0] == xy[:, 2]) & (xy[:, 1] > xy[:, 3]))
        ordered = np.where(swap[:, None], xy[:, [2, 3, 0, 1]], xy)
        _rows, first, count = np.unique(ordered, axis=0, return_index=True, return_counts=True)
        return first, count

    @property
    def lines(self) -> ObjectArray:
        """object[k]: the segments as LineStrings."""
        return np.asarray(shapely.linestrings(self.xy.reshape(-1, 2, 2)), dtype=object)


def suspects(polygons: ObjectArray) -> Suspects:
    """Return the segments that break the pattern of a coverage.

    Parameters
    ----------
    polygons : object[n] of Polygon or MultiPolygon, valid; None and empty are passed over.

    Examples
    --------
    >>> cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    >>> len(suspects(cells).owner)
    6
    """
    owner, xy = _oriented_segments(polygons)
    if not len(owner):
        return Suspects(owner, xy, ())
    bits = xy.view(np.uint64)
    swap = (xy[:, 0] > xy[:, 2]) | ((xy[:, 0] == xy[:, 2]) & (xy[:, 1] > xy[:, 3]))
    key = _hash(np.where(swap[:, None], bits[:, [2, 3, 0, 1]], bits))
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    start = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    count = np.diff(np.append(start, len(order)))
    forward = np.add.reduceat(swap[order].astype(np.int64), start)
    fine = (count == 2) & (forward == 1)
    odd = np.repeat(~fine, count)
    return Suspects(owner[order][odd], xy[order][odd], _twins(owner, key, len(polygons)))


def _oriented_segments(polygons: ObjectArray) -> tuple[IntArray, FloatArray]:
    """Return every segment with the interior to its left, and the polygon it belongs to."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return np.empty(0, np.int64), np.empty((0, 4))
    # Adding 0.0 turns -0.0 into 0.0, whose bits differ.
    points = points + 0.0
    same = ring[1:] == ring[:-1]
    xy = np.column_stack([points[:-1], points[1:]])[same]
    of_ring = ring[:-1][same]
    origin = points[np.searchsorted(ring, of_ring)]
    cross = (xy[:, 0] - origin[:, 0]) * (xy[:, 3] - origin[:, 1]) - (xy[:, 2] - origin[:, 0]) * (
        xy[:, 1] - origin[:, 1]
    )
    turn = np.bincount(of_ring, weights=cross, minlength=len(rings))
    shell = np.append(True, ring_part[1:] != ring_part[:-1])
    backward = (turn > 0) != shell
    flip = backward[of_ring]
    xy[flip] = xy[flip][:, [2, 3, 0, 1]]
    moving = (xy[:, 0] != xy[:, 2]) | (xy[:, 1] != xy[:, 3])
    return part_owner[ring_part[of_ring[moving]]].astype(np.int64), np.ascontiguousarray(xy[moving])


def _hash(
    bits: np.ndarray[tuple[int, int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return one well-mixed 64-bit key per row; equal rows have equal keys."""
    key = np.zeros(len(bits), np.uint64)
    for column in range(bits.shape[1]):
        key = (key ^ bits[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(32)
    return key


def _twins(owner: IntArray, key: np.ndarray[tuple[int], np.dtype[np.uint64]], n: int) -> tuple[IntArray, ...]:
    """Return sets of polygons with the same set of segments."""
    total = np.zeros(n, np.uint64)
    np.add.at(total, owner, key)
    size = np.bincount(owner, minlength=n)
    order = np.lexsort((total, size))
    alike = (total[order][1:] == total[order][:-1]) & (size[order][1:] == size[order][:-1])
    alike &= size[order][1:] > 0
    if not alike.any():
        return ()
    breaks = np.flatnonzero(~alike) + 1
    return tuple(np.sort(group) for group in np.split(order, breaks) if len(group) > 1)


def flagged(found: Suspects, n: int) -> BoolArray:
    """Return bool[n]: polygons with a suspicious segment."""
    result = np.zeros(n, bool)
    result[found.owner] = True
    return result
