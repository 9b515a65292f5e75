# SPDX-License-Identifier: LGPL-3.0-or-later
"""Catch the pointer on roads, barriers and borders of areas while a line is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gridplanner.workspace.scene.scene import LineArrays, PolygonArrays, ReferenceLayer, Scene

#: Pixels within which a line catches the pointer; corners catch before edges do.
REACH_PX = 10
#: Reference layers whose lines catch the pointer.
CATCHING = ("roads", "barriers", "streets")


@dataclass(frozen=True)
class Snap:
    """Where the pointer was caught.

    Parameters
    ----------
    x, y : float
        Metres.
    line : int
        Number of the road that caught it, -1 for the border of an area or a free point.
    along : float
        Place on that road: number of the segment and share of it.
    caught : bool
        False for a free point.
    """

    x: float
    y: float
    line: int = -1
    along: float = 0.0
    caught: bool = True


class Snapper:
    """The lines of one scene that catch the pointer.

    Parameters
    ----------
    lines : sequence of float64[k, 2]
        Roads and barriers.
    areas : PolygonArrays
        Areas whose borders catch it too; only those named in `at` are looked at.
    """

    def __init__(self, lines: Sequence[np.ndarray], areas: PolygonArrays) -> None:
        self._lines = [line for line in lines if len(line) > 1]
        self._areas = areas
        ends = [(*line.min(axis=0), *line.max(axis=0)) for line in self._lines]
        self._boxes = np.array(ends, np.float64).reshape(-1, 4)

    @classmethod
    def of(cls, scene: Scene) -> Snapper:
        """Return the snapper of a scene."""
        lines: list[np.ndarray] = []
        for key in CATCHING:
            if key in scene.reference:
                lines += _lines_of(scene.reference[key])
        return cls(lines, scene.atoms)

    def at(self, x: float, y: float, reach: float, areas: Iterable[int] = ()) -> Snap:
        """Return where a point is caught; the point itself where nothing is within reach, metres."""
        boxes = self._boxes
        near = (boxes[:, 0] <= x + reach) & (boxes[:, 2] >= x - reach)
        near &= (boxes[:, 1] <= y + reach) & (boxes[:, 3] >= y - reach)
        best, found = reach, Snap(x, y, caught=False)
        for i in np.flatnonzero(near).tolist():
            far, px, py, along = nearest_on(self._lines[i], x, y, reach)
            if far < best:
                best, found = far, Snap(px, py, i, along)
        if found.caught:
            return found
        for area in areas:
            for ring in self._areas.feature_rings(area):
                far, px, py, _along = nearest_on(ring, x, y, reach)
                if far < best:
                    best, found = far, Snap(px, py)
        return found

    def between(self, a: Snap, b: Snap) -> np.ndarray:
        """Return the corners of the road between two points caught by the same one, float64[k, 2]."""
        if a.line < 0 or a.line != b.line:
            return np.empty((0, 2))
        line = self._lines[a.line]
        if a.along <= b.along:
            return line[int(np.floor(a.along)) + 1 : int(np.ceil(b.along))]
        return line[int(np.floor(b.along)) + 1 : int(np.ceil(a.along))][::-1]


def nearest_on(line: np.ndarray, x: float, y: float, reach: float) -> tuple[float, float, float, float]:
    """Return the distance from a point to a line, the point there, and its place along the line.

    A corner within half the reach goes before any edge, so that lines can be closed exactly.
    """
    corner = np.hypot(line[:, 0] - x, line[:, 1] - y)
    k = int(np.argmin(corner))
    if corner[k] <= reach / 2:
        return float(corner[k]), float(line[k, 0]), float(line[k, 1]), float(k)
    start, step = line[:-1], np.diff(line, axis=0)
    length2 = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(((x - start[:, 0]) * step[:, 0] + (y - start[:, 1]) * step[:, 1]) / length2, 0, 1)
    foot = start + share[:, None] * step
    far = np.hypot(foot[:, 0] - x, foot[:, 1] - y)
    i = int(np.argmin(far))
    return float(far[i]), float(foot[i, 0]), float(foot[i, 1]), i + float(share[i])


def _lines_of(layer: ReferenceLayer) -> list[np.ndarray]:
    """Return the lines of a reference layer, or the outlines of its polygons."""
    if layer.lines is not None:
        return _cut(layer.lines)
    if layer.polygons is not None:
        return _cut(LineArrays(layer.polygons.xy, layer.polygons.rings))
    return []


def _cut(lines: LineArrays) -> list[np.ndarray]:
    """Return ragged lines one by one."""
    return [lines.xy[lines.starts[i] : lines.starts[i + 1]] for i in range(len(lines))]
