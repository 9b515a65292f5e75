# SPDX-License-Identifier: LGPL-3.0-or-later
"""Distances along the road layer, for a service radius people can walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from gridplanner.geometry.arrays import FloatArray, Int32Array, IntArray, ObjectArray
from gridplanner.geometry.faces import NODING_GRID_M

#: Straight lines are made this much longer where no road joins two places.
#: Source: usual ratio of walking to straight distance in Chinese towns, from memory (mark C).
DETOUR = 1.3
#: The search for a way stops at this many times the straight distance, plus so many metres.
_FAR, _FAR_M = 4.0, 500.0


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as a graph.

    Parameters
    ----------
    lines : object[k] of LineString
        Roads between two crossings, largest connected part only.
    ends : int64[k, 2]
        Nodes at both ends of each.
    graph : csr_matrix
        Lengths between nodes, metres.
    """

    lines: ObjectArray
    ends: IntArray
    graph: csr_matrix

    @classmethod
    def of(cls, roads: ObjectArray, bridges: ObjectArray | None = None) -> RoadNetwork:
        """Build the graph: lines are cut where they cross; loose small parts are left out.

        Parameters
        ----------
        roads, bridges : object[k] of line
            Projected CRS, metres.

        Examples
        --------
        >>> cross = np.array([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(5, -5), (5, 5)])])
        >>> len(RoadNetwork.of(cross).lines)
        4
        """
        drawn = np.concatenate([roads, bridges if bridges is not None else np.empty(0, dtype=object)])
        drawn = drawn[~shapely.is_missing(drawn)]
        drawn = drawn[shapely.get_dimensions(drawn) == 1]
        if not len(drawn):
            return cls(np.empty(0, dtype=object), np.empty((0, 2), np.int64), csr_matrix((0, 0)))
        lines = shapely.get_parts(shapely.line_merge(shapely.union_all(drawn, grid_size=NODING_GRID_M)))
        first = shapely.get_coordinates(shapely.get_point(lines, 0))
        last = shapely.get_coordinates(shapely.get_point(lines, -1))
        raster = np.round(np.vstack([first, last]) / NODING_GRID_M).astype(np.int64)
        _nodes, index = np.unique(raster, axis=0, return_inverse=True)
        ends = index.reshape(2, -1).T
        n, length = int(ends.max()) + 1, shapely.length(lines)
        graph = _graph(ends, length, n)
        _count, part = connected_components(graph, directed=False)
        main = part[ends[:, 0]] == np.bincount(part).argmax()
        kept = np.flatnonzero(main)
        return cls(lines[kept], ends[kept], _graph(ends[kept], length[kept], n))

    def attach(self, xy: FloatArray) -> Attached:
        """Return where points reach the nearest road."""
        points = shapely.points(xy)
        _rows, road = shapely.STRtree(self.lines).query_nearest(points, all_matches=False)
        along = shapely.line_locate_point(self.lines[road], points)
        off = shapely.distance(self.lines[road], points)
        return Attached(np.asarray(road, np.int64), along, off, shapely.length(self.lines[road]) - along)


@dataclass(frozen=True, eq=False)
class Attached:
    """Points on the network: road of each, metres to both its ends, metres off the road.

    Parameters
    ----------
    road : int64[m]
    to_first, off, to_last : float64[m]
    """

    road: IntArray
    to_first: FloatArray
    off: FloatArray
    to_last: FloatArray

    def take(self, rows: IntArray) -> Attached:
        """Return some of the points."""
        return Attached(self.road[rows], self.to_first[rows], self.off[rows], self.to_last[rows])


def _graph(ends: IntArray, length: FloatArray, n: int) -> csr_matrix:
    """Return the graph of lines; of two roads between the same nodes the shorter counts."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    order = np.lexsort((length, high, low))
    first = np.append(True, (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1]))
    rows = order[first[: len(order)]]
    return csr_matrix((np.maximum(length[rows], 1e-6), (low[rows], high[rows])), shape=(n, n))


def road_distances(network: RoadNetwork, one: Attached, two: Attached, limit_m: float = np.inf) -> FloatArray:
    """Return walking distances between two sets of points, float64[len(one), len(two)], metres.

    Places farther apart than `limit_m` count as that far: the search stops there.
    """
    nodes, index = np.unique(network.ends[one.road], return_inverse=True)
    index = index.reshape(-1, 2)
    reach = dijkstra(network.graph, directed=False, indices=nodes, limit=limit_m)
    reach = np.minimum(reach, limit_m)
    best = np.full((len(one.road), len(two.road)), np.inf)
    for side, start in enumerate((one.to_first, one.to_last)):
        for other, finish in enumerate((two.to_first, two.to_last)):
            way = reach[index[:, side]][:, network.ends[two.road, other]]
            best = np.minimum(best, start[:, None] + way + finish[None, :])
    same = one.road[:, None] == two.road[None, :]
    direct = np.abs(one.to_first[:, None] - two.to_first[None, :])
    best = np.where(same, np.minimum(best, direct), best)
    return np.asarray(best + one.off[:, None] + two.off[None, :], dtype=np.float64)


def walking_distances(
    network: RoadNetwork, one_xy: FloatArray, two_xy: FloatArray, one: Attached | None, two: Attached | None
) -> FloatArray:
    """Return how far it is on foot between two sets of points, float64[len(one), len(two)], metres.

    Each pair is measured by itself, so that a grid and its whole community agree on it. Where no road
    is known, straight lines times `DETOUR` stand in; neighbours cross the yard between them.

    Parameters
    ----------
    network : RoadNetwork
    one_xy, two_xy : float64[m, 2]
    one, two : Attached or None
        The same points on the network; None without any road.
    """
    straight = np.hypot(one_xy[:, 0][:, None] - two_xy[:, 0], one_xy[:, 1][:, None] - two_xy[:, 1])
    across = np.asarray(DETOUR * straight, dtype=np.float64)
    if one is None or two is None or not straight.size:
        return across
    most = _FAR * straight + _FAR_M
    walked = np.minimum(road_distances(network, one, two, float(most.max())), most)
    # Neighbours cross the yard between them; they do not walk to the road and back.
    yard = straight <= one.off[:, None] + two.off[None, :]
    return np.asarray(np.where(yard, np.minimum(walked, across), walked), dtype=np.float64)


def road_service_points(
    network: RoadNetwork,
    xy: FloatArray,
    grid: Int32Array,
    people: IntArray,
    n_grids: int,
    stations: Mapping[int, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return radius, x and y of each grid's best service point, walking along roads.

    Parameters
    ----------
    network : RoadNetwork
        Without any road, straight lines times `DETOUR` stand in.
    xy : float64[m, 2]
    grid : int32[m]
        Grid of each point, -1 for none.
    people : int64[m]
    n_grids : int
    stations : mapping of grid to float64[k, 2], optional
        Given service points; a grid without any starts from its own points.

    Returns
    -------
    float64[n_grids] each
        Radius NaN where nobody lives; x and y NaN for a grid without points.
    """
    result = np.full((3, n_grids), np.nan)
    known = bool(len(network.lines))
    attached = network.attach(xy) if known else None
    order = np.argsort(grid, kind="stable")
    bounds = np.searchsorted(grid[order], np.arange(n_grids + 1))
    for g in range(n_grids):
        rows = order[bounds[g] : bounds[g + 1]]
        lived = rows[people[rows] > 0]
        if not len(rows):
            continue
        ends = lived if len(lived) else rows
        given = (stations or {}).get(g)
        starts = xy[rows] if given is None else given
        way = walking_distances(
            network,
            starts,
            xy[ends],
            (attached.take(rows) if given is None else network.attach(given)) if attached else None,
            attached.take(ends) if attached else None,
        )
        farthest = way.max(axis=1)
        best = int(np.argmin(farthest))
        result[0, g] = farthest[best] if len(lived) else np.nan
        result[1:, g] = starts[best]
    return result[0], result[1], result[2]
