# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much of a grid's line follows a road, a river or an estate's limit (T9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.dissolve import grid_borders
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan

#: A line within this distance of a feature follows it, metres. Own choice: half a lane and a kerb.
WITHIN_M = 5.0
_ROLES = ("roads", "barriers", "estates")


def followed_share(district: District, plan: Plan, within_m: float = WITHIN_M) -> npt.NDArray[np.float64]:
    """Return for each grid the share of its line that follows a feature or its community's line.

    Returns
    -------
    float64[n_grids]
        0 to 1; NaN for a grid without land.
    """
    found = followed_borders(district, plan.assignment, within_m)
    total, along = np.zeros(plan.n_grids), np.zeros(plan.n_grids)
    for side in (found.a, found.b):
        held = side >= 0
        total += np.bincount(side[held], weights=found.length_m[held], minlength=plan.n_grids)
        along += np.bincount(side[held], weights=found.along_m[held], minlength=plan.n_grids)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, along / total, np.nan)


@dataclass(frozen=True, eq=False)
class FollowedBorders:
    """Borders between units, and how much of each follows a feature.

    Parameters
    ----------
    a, b : int64[k]
        The units on both sides; -1 for the outside.
    length_m, along_m : float64[k]
    """

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    along_m: npt.NDArray[np.float64]


def followed_borders(
    district: District, assignment: npt.NDArray[np.integer], within_m: float = WITHIN_M
) -> FollowedBorders:
    """Return the borders between the units of an assignment, and how much of each follows a feature."""
    borders = grid_borders(district.atoms.geometry, assignment)
    tree = shapely.STRtree(_features(district))
    pieces, row = shapely.get_parts(borders.lines, return_index=True)
    xy, line = shapely.get_coordinates(pieces, return_index=True)
    same = line[1:] == line[:-1]
    starts, ends = xy[:-1][same], xy[1:][same]
    length = np.hypot(*(ends - starts).T)
    near = np.zeros(len(length), bool)
    hits, _features_hit = tree.query(
        shapely.points((starts + ends) / 2), predicate="dwithin", distance=within_m
    )
    near[hits] = True
    of, n = row[line[:-1][same]], len(borders.lines)
    total = np.bincount(of, weights=length, minlength=n).astype(np.float64)
    along = np.bincount(of, weights=length * near, minlength=n).astype(np.float64)
    return FollowedBorders(borders.a, borders.b, total, along)


def _features(district: District) -> ObjectArray:
    """Return the lines that a grid may follow, in short pieces."""
    shapes = [shapely.boundary(district.communities.geometry)]
    for role in _ROLES:
        layer = district.originals.get(role)
        if layer is not None and layer.geometry is not None:
            flat = shapely.get_dimensions(layer.geometry) == 2
            shapes.extend([shapely.boundary(layer.geometry[flat]), layer.geometry[~flat]])
    lines = np.concatenate(shapes)
    return np.asarray(lines[~shapely.is_missing(lines) & ~shapely.is_empty(lines)], dtype=object)
