# SPDX-License-Identifier: LGPL-3.0-or-later
"""The grid radius: how far the farthest lived-in building lies from the best service point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from gridplanner.geometry.arrays import FloatArray, Int32Array, IntArray
from gridplanner.model.ruleset import RadiusRule

#: From this many lived-in points on, only their convex hull is measured: the farthest point lies on it.
_HULL_FROM = 32


@dataclass(frozen=True, eq=False)
class ServiceDistances:
    """Radius and service point of each grid.

    Parameters
    ----------
    radius_m : float64[n_grids]
        NaN for a grid where nobody lives.
    x, y : float64[n_grids]
        The service point; NaN for a grid without any point.
    """

    radius_m: FloatArray
    x: FloatArray
    y: FloatArray


def service_points(
    xy: FloatArray,
    atom: Int32Array,
    people: IntArray,
    assignment: npt.NDArray[np.integer],
    n_grids: int,
    rule: RadiusRule,
    stations_xy: FloatArray | None = None,
) -> ServiceDistances:
    """Return the grid radius and the service point it is measured from.

    The radius is the minimum over candidate points of the greatest distance to a point with
    people > 0, straight line times the detour factor.

    Parameters
    ----------
    xy : float64[m, 2], metres
        Points as `District.demand_points` gives them.
    atom : int32[m]
        Atom of each point.
    people : int64[m]
    assignment : int[n_atoms]
    n_grids : int
    rule : RadiusRule
        `points`: `best` (any own point), `stations` (a given station in the grid, else any own
        point) or `centre` (the population centre). A station lies in the grid of its nearest point.
    stations_xy : float64[k, 2] or None

    Source: own definition of the project; the centre of a grid is nowhere fixed by a standard.

    Examples
    --------
    >>> xy = np.array([[0.0, 0.0], [100.0, 0.0], [300.0, 0.0]])
    >>> found = service_points(
    ...     xy, np.arange(3, dtype=np.int32), np.array([5, 5, 5]), np.zeros(3, int), 1, RadiusRule()
    ... )
    >>> float(found.radius_m[0]), float(found.x[0])
    (200.0, 100.0)
    """
    grid = np.asarray(assignment)[atom]
    radius, sx, sy = np.full(n_grids, np.nan), np.full(n_grids, np.nan), np.full(n_grids, np.nan)
    stations = stations_by_grid(xy, grid, rule, stations_xy)
    order = np.argsort(grid, kind="stable")
    bounds = np.searchsorted(grid[order], np.arange(n_grids + 1))
    many = np.diff(bounds)
    alone = np.flatnonzero(many == 1)
    only = order[bounds[alone]]
    radius[alone], sx[alone], sy[alone] = np.where(people[only] > 0, 0.0, np.nan), *xy[only].T
    for g in sorted({*np.flatnonzero(many > 1).tolist(), *(g for g in stations if many[g])}):
        rows = order[bounds[g] : bounds[g + 1]]
        radius[g], sx[g], sy[g] = one_grid(xy[rows], people[rows], rule, stations.get(g))
    return ServiceDistances(radius, sx, sy)


def one_grid(
    xy: FloatArray, people: IntArray, rule: RadiusRule, stations: FloatArray | None = None
) -> tuple[float, float, float]:
    """Return radius, x and y of one grid's service point; radius NaN where nobody lives."""
    lived_in = xy[people > 0]
    if rule.points == "centre" and len(lived_in):
        candidates = np.average(lived_in, axis=0, weights=people[people > 0])[None, :]
    elif stations is not None:
        candidates = stations
    else:
        candidates = xy
    if not len(lived_in):
        middle = candidates.mean(axis=0)
        best = int(np.argmin(((candidates - middle) ** 2).sum(axis=1)))
        return float("nan"), float(candidates[best, 0]), float(candidates[best, 1])
    ends = _hull(lived_in)
    dx = candidates[:, 0][:, None] - ends[:, 0][None, :]
    dy = candidates[:, 1][:, None] - ends[:, 1][None, :]
    farthest = (dx * dx + dy * dy).max(axis=1)
    best = int(np.argmin(farthest))
    return (
        float(np.sqrt(farthest[best])) * rule.detour,
        float(candidates[best, 0]),
        float(candidates[best, 1]),
    )


def _hull(points: FloatArray) -> FloatArray:
    """Return the points that can be farthest from anywhere."""
    if len(points) < _HULL_FROM:
        return points
    return np.asarray(shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(points))))


def stations_by_grid(
    xy: FloatArray, grid: npt.NDArray[np.integer], rule: RadiusRule, stations_xy: FloatArray | None
) -> dict[int, FloatArray]:
    """Return the stations of each grid that has any."""
    if rule.points != "stations" or stations_xy is None or not len(stations_xy) or not len(xy):
        return {}
    _distance, nearest = cKDTree(xy).query(stations_xy)
    at = grid[nearest]
    return {int(g): stations_xy[at == g] for g in np.unique(at[at >= 0])}
