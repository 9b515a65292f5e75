# SPDX-License-Identifier: LGPL-3.0-or-later
"""Buildings that no legal grid can hold: too few people live within reach of any point that reaches them."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import numpy.typing as npt

from gridplanner.solve.part import CENTRE, Field, IntArray, LongArray, Part
from gridplanner.solve.pricing import LOOSE

#: Rows of the distance table at a time; a part of any size must fit in memory.
_ROWS = 512
Positions = npt.NDArray[np.intp]


def most_within(f: Field, radius_m: float) -> tuple[LongArray, LongArray]:
    """Return for each demand point the most people and households one service point near it can reach.

    Parameters
    ----------
    f : Field
    radius_m : float
        Straight-line metres.

    Returns
    -------
    people, households : int64[p]
        The most over all points of the part within the radius of it. Every grid that holds the point
        holds no more, whatever its shape.
    """
    home = np.repeat(np.arange(len(f.people)), np.diff(f.points))
    lived = np.flatnonzero(f.load > 0)
    atoms = np.unique(home[lived])
    first = np.searchsorted(home[lived], atoms)
    people = np.zeros(len(f.load), np.int64)
    households = np.zeros(len(f.load), np.int64)
    for begin in range(0, len(f.load), _ROWS):
        rows = np.arange(begin, min(begin + _ROWS, len(f.load)))
        near = _near(f, rows, lived, radius_m)
        # An atom is in a grid whole or not at all: it counts where all its points are within reach.
        whole = np.logical_and.reduceat(near, first, axis=1) if len(lived) else np.zeros((len(rows), 0), bool)
        sums = whole @ np.column_stack([f.people[atoms], f.households[atoms]])
        for row, (persons, homes) in zip(near, sums.tolist(), strict=True):
            reached = lived[row]
            people[reached] = np.maximum(people[reached], persons)
            households[reached] = np.maximum(households[reached], homes)
    return people, households


def _near(f: Field, rows: Positions, lived: Positions, radius_m: float) -> npt.NDArray[np.bool_]:
    if f.far.shape[0]:
        return ~f.far[np.ix_(rows, lived)]
    dx, dy = f.x[rows, None] - f.x[None, lived], f.y[rows, None] - f.y[None, lived]
    near: npt.NDArray[np.bool_] = dx * dx + dy * dy <= radius_m**2 * LOOSE
    return near


def blocked_points(part: Part) -> tuple[IntArray, LongArray]:
    """Return the demand points that no grid under the hard rules can hold, and the people in their reach."""
    hard, f = part.limits.hard_only(), part.field
    if hard.radius_m == inf or hard.points == CENTRE:
        return np.empty(0, np.int32), np.empty(0, np.int64)
    people, households = most_within(f, hard.radius_m)
    short = (f.load > 0) & ((people < hard.people[0]) | (households < hard.households[0]))
    if part.people < hard.people[0] or part.households < hard.households[0]:
        # The whole part is too small: that is the smaller reason, and nothing is gained by excusing points.
        short[:] = False
    found = np.flatnonzero(short)
    return found.astype(np.int32), people[found]


def excused(part: Part) -> Part:
    """Return the part with blocked buildings left out of the radius, so that all else can keep the rules."""
    points, people = blocked_points(part)
    if not len(points):
        return part
    load = part.field.load.copy()
    load[points] = 0
    return replace(part, field=part.field._replace(load=load), blocked=points, blocked_people=people)


def least_radius(f: Field, load: LongArray, point: int, wanted: float) -> float:
    """Return the least radius at which some service point reaches a point and `wanted` people.

    Parameters
    ----------
    f : Field
    load : int64[p]
        People at each point, none left out.
    point : int
    wanted : float
        Persons.
    """
    if load.sum() < wanted:
        return inf
    # A service point farther from the point than the answer never gives a smaller one.
    near = np.argsort(np.hypot(f.x - f.x[point], f.y - f.y[point]), kind="stable")[:_ROWS]
    least = inf
    for candidate in near:
        distance = np.hypot(f.x - f.x[candidate], f.y - f.y[candidate])
        order = np.argsort(distance, kind="stable")
        reached = order[int(np.searchsorted(np.cumsum(load[order]), wanted))]
        least = min(least, max(float(distance[reached]), float(distance[point])))
    return least
