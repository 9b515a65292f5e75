# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much of a grid's line follows a road, a river or an estate's limit (T9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.segments import shared_segments
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
    shared = shared_segments(district.atoms.geometry)
    label = np.append(np.asarray(assignment, np.int64), -1)
    left, right = label[shared.a], label[shared.b]
    border = left != right
    a, b = np.minimum(left, right)[border], np.maximum(left, right)[border]
    xy, length = shared.xy[border], shared.length_m[border]
    near = np.zeros(len(length), bool)
    middles = shapely.points((xy[:, :2] + xy[:, 2:]) / 2)
    hits, _features_hit = shapely.STRtree(_features(district)).query(
        middles, predicate="dwithin", distance=within_m
    )
    near[hits] = True
    pairs, of = np.unique(np.column_stack([a, b]), axis=0, return_inverse=True)
    total = np.bincount(of, weights=length, minlength=len(pairs)).astype(np.float64)
    along = np.bincount(of, weights=length * near, minlength=len(pairs)).astype(np.float64)
    return FollowedBorders(pairs[:, 0], pairs[:, 1], total, along)


def _features(district: District) -> ObjectArray:
    """Return the lines that a grid may follow, cut at each vertex: long lines are near to everything."""
    shapes = [shapely.boundary(district.communities.geometry)]
    for role in _ROLES:
        layer = district.originals.get(role)
        if layer is not None and layer.geometry is not None:
            flat = shapely.get_dimensions(layer.geometry) == 2
            shapes.extend([shapely.boundary(layer.geometry[flat]), layer.geometry[~flat]])
    lines = shapely.get_parts(np.concatenate(shapes))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    pieces = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    return np.asarray(shapely.linestrings(pieces), dtype=object)
