# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lands far apart: towns whose frames do not meet can be built one after another.

Noding many towns at once costs more than noding each: its tables outgrow the processor's cache and
all wait in memory for the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray

#: Frames nearer than this are one land, metres.
_NEAR_M = 1.0


@dataclass(frozen=True, eq=False)
class Land:
    """A frame and which units lie in it.

    Parameters
    ----------
    frame : float64[4]
        West, south, east, north, metres.
    units : tuple of int64 arrays
        Rows of each layer of units that was given.
    """

    frame: FloatArray
    units: tuple[IntArray, ...]

    def meets(self, geometry: ObjectArray) -> BoolArray:
        """Return whose frame meets this one, bool[n]; nothing meets an empty geometry."""
        box = shapely.bounds(geometry).reshape(-1, 4)
        with np.errstate(invalid="ignore"):
            east_west = (box[:, 0] <= self.frame[2]) & (box[:, 2] >= self.frame[0])
            return np.asarray(east_west & (box[:, 1] <= self.frame[3]) & (box[:, 3] >= self.frame[1]))


def lands_of(layers: Sequence[ObjectArray]) -> list[Land]:
    """Return the lands that layers of units make, west to east.

    Frames, not outlines, are compared: an island in the hole of another town belongs to it, as the
    land between the two does.

    Parameters
    ----------
    layers : sequence of object[n]
        The first one decides: land without any unit of it, and units without shape, join the
        first land. Metres.

    Examples
    --------
    >>> towns = np.array([shapely.box(0, 0, 9, 9), shapely.box(9, 0, 20, 9), shapely.box(90, 0, 99, 9)])
    >>> [land.units[0].tolist() for land in lands_of([towns])]
    [[0, 1], [2]]
    """
    boxes = np.concatenate([shapely.bounds(layer).reshape(-1, 4) for layer in layers])
    group = _groups(boxes)
    ends = np.cumsum([len(layer) for layer in layers])
    starts = np.concatenate([[0], ends[:-1]])
    leading = np.unique(group[: ends[0]][group[: ends[0]] >= 0])
    if not len(leading):
        leading = np.zeros(1, np.int64)
    group[~np.isin(group, leading)] = leading[0]
    lands = []
    for g in leading:
        own = group == g
        known = own & np.isfinite(boxes).all(axis=1)
        frame = (
            np.concatenate([boxes[known, :2].min(axis=0), boxes[known, 2:].max(axis=0)])
            if known.any()
            else np.array([-np.inf, -np.inf, np.inf, np.inf])
        )
        lands.append(Land(frame, tuple(np.flatnonzero(own[a:b]) for a, b in zip(starts, ends, strict=True))))
    return sorted(lands, key=lambda land: tuple(land.frame))


@dataclass(frozen=True, eq=False)
class Packed:
    """Shapes of a finished land as one run of bytes.

    Shapes that are kept lie scattered among the millions that were dropped on the way, and every
    later land is built in the gaps between them: by the tenth it takes twice as long.
    """

    raw: bytes
    ends: IntArray

    @classmethod
    def of(cls, geometry: ObjectArray) -> Packed:
        """Pack shapes; coordinates keep every bit."""
        blobs = shapely.to_wkb(geometry).tolist()
        return cls(b"".join(blobs), np.cumsum([len(blob) for blob in blobs]))

    def shapes(self) -> ObjectArray:
        """Return the shapes, object[n]."""
        starts = np.concatenate([[0], self.ends])
        return np.asarray(
            shapely.from_wkb([self.raw[a:b] for a, b in pairwise(starts.tolist())]), dtype=object
        )


def _groups(boxes: FloatArray) -> IntArray:
    """Return the group of each box, -1 without one; boxes that meet, or whose groups' frames do, are one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    group = np.full(len(boxes), -1, np.int64)
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    group[known] = np.arange(len(known))
    frames = boxes[known]
    while True:
        n = len(frames)
        shapes = shapely.box(*(frames + [-_NEAR_M, -_NEAR_M, _NEAR_M, _NEAR_M]).T)
        a, b = shapely.STRtree(shapes).query(shapes)
        count, part = connected_components(
            coo_matrix((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False
        )
        if count == n:
            return group
        group[known] = part[group[known]]
        merged = np.empty((count, 4))
        merged[:, :2], merged[:, 2:] = np.inf, -np.inf
        np.minimum.at(merged[:, :2], part, frames[:, :2])
        np.maximum.at(merged[:, 2:], part, frames[:, 2:])
        frames = merged
