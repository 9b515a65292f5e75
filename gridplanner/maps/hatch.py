# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hatches as real lines: they print the same on every printer and stay lines in a PDF."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

ObjectArray = npt.NDArray[np.object_]


def hatch_lines(areas: ObjectArray, direction: float, spacing: float) -> ObjectArray:
    """Return parallel lines inside areas, in step across all of them.

    Parameters
    ----------
    areas : object[n] of Polygon or MultiPolygon, mm
    direction : float
        Degrees.
    spacing : float
        Between lines, mm; they are phased to the paper's corner.
    """
    turn = np.radians(direction)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    parts = shapely.get_parts(areas)
    lines, owner = [], []
    for number, (left, top, right, bottom) in enumerate(shapely.bounds(parts)):
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        over, ahead = corners @ across, corners @ along
        steps = np.arange(np.ceil(over.min() / spacing), np.floor(over.max() / spacing) + 1) * spacing
        one = steps[:, None] * across + (ahead.min() - 1) * along
        two = steps[:, None] * across + (ahead.max() + 1) * along
        lines.append(np.stack([one, two], axis=1))
        owner.append(np.full(len(steps), number))
    if not lines:
        return np.empty(0, dtype=object)
    drawn = shapely.linestrings(np.concatenate(lines))
    return np.asarray(shapely.intersection(drawn, parts[np.concatenate(owner)]), dtype=object).reshape(-1)
