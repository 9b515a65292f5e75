# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which areas hang together: shared borders, what cuts them, and bridges that join again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.verify.shapefile import Table

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
#: Two areas drawn this near to each other share the border between them. Metres.
_SAME_LINE_M = 0.05
#: A border this near to a barrier lies on it. Metres.
_ON_BARRIER_M = 0.06
#: An area this near to the foot of a bridge can be reached from it. Metres.
_AT_FOOT_M = 0.5
_NONE = np.empty(0, dtype=object)


@dataclass(frozen=True, eq=False)
class Walls:
    """Barriers, a little wider than drawn, and bridges."""

    barriers: Objects
    bridges: Objects

    @classmethod
    def of(cls, barriers: Table | None, bridges: Table | None) -> Walls:
        """Return what two layers hold; either may be absent."""
        wall = shapely.buffer(_shapes(barriers), _ON_BARRIER_M)
        return cls(np.asarray(wall, dtype=object), shapely.get_parts(_shapes(bridges)))

    def borders(self, areas: Objects, least_m: float) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
        """Return pairs of areas and the length of common border that one may pass.

        Parameters
        ----------
        areas : object[n] of (Multi)Polygon
        least_m : float
            Shorter borders are measured once more, for the two sides may be drawn a little apart.

        Returns
        -------
        a, b : int64[m], a < b
        length_m : float64[m]
            Without what lies on a barrier; infinite where a bridge joins the two.
        """
        a, b = shapely.STRtree(areas).query(areas, predicate="dwithin", distance=_SAME_LINE_M)
        keep = a < b
        a, b = a[keep].astype(np.int64), b[keep].astype(np.int64)
        common = shapely.intersection(areas[a], areas[b])
        apart = np.flatnonzero(shapely.length(common) <= least_m)
        wide = shapely.buffer(areas[b[apart]], _SAME_LINE_M)
        common[apart] = shapely.intersection(shapely.boundary(areas[a[apart]]), wide)
        length = shapely.length(common)
        if len(self.barriers):
            wall = shapely.union_all(self.barriers)
            shapely.prepare(wall)
            wet = np.flatnonzero(shapely.intersects(wall, common))
            length[wet] = shapely.length(shapely.difference(common[wet], wall))
        bridged = self._bridged(areas)
        return (
            np.r_[a, bridged[:, 0]],
            np.r_[b, bridged[:, 1]],
            np.r_[length, np.full(len(bridged), np.inf)],
        )

    def _bridged(self, areas: Objects) -> Ints:
        """Return the pairs of areas at opposite feet of a bridge."""
        tree = shapely.STRtree(areas)
        pairs = []
        for bridge in self.bridges:
            near = [tree.query(foot, predicate="dwithin", distance=_AT_FOOT_M) for foot in self._feet(bridge)]
            pairs += [(min(i, j), max(i, j)) for i in near[0] for j in near[1] if i != j]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def _feet(self, bridge: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
        """Return where a bridge meets the two banks."""
        if shapely.get_type_id(bridge) != 1:
            # Drawn as a point or an area: whoever it touches is joined.
            return bridge, bridge
        over = (
            shapely.intersection(bridge, shapely.union_all(self.barriers)) if len(self.barriers) else bridge
        )
        xy = shapely.get_coordinates(bridge if over.is_empty else over)
        return shapely.Point(xy[0]), shapely.Point(xy[-1])


def _shapes(table: Table | None) -> Objects:
    if table is None:
        return _NONE
    present = table.geometry[~shapely.is_missing(table.geometry)]
    return np.asarray(present, dtype=object)


def connected_parts(n: int, label: Ints, a: Ints, b: Ints) -> Ints:
    """Return a part number for each of n units: joined by pairs (a, b) of the same label.

    Units with label -1 get -1.
    """
    leader = np.arange(n)
    same = (label[a] == label[b]) & (label[a] >= 0)
    for i, j in zip(a[same].tolist(), b[same].tolist(), strict=True):
        i, j = _root(leader, i), _root(leader, j)
        leader[max(i, j)] = min(i, j)
    roots = np.array([_root(leader, i) for i in range(n)], dtype=np.int64)
    return np.where(label >= 0, roots, -1)


def _root(leader: Ints, i: int) -> int:
    while leader[i] != i:
        leader[i] = leader[leader[i]]
        i = int(leader[i])
    return i
