# SPDX-License-Identifier: LGPL-3.0-or-later
"""Split ground that is too long for one sheet into several, with match lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
import shapely

from gridplanner.maps.compose import Draft, best_layout, window_frame
from gridplanner.maps.frame import ROUND_SCALES, Bounds, Frame
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Mark, Stroke, Text, polyline
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene
from gridplanner.maps.skeleton import Layout, lay_out
from gridplanner.texts import _

#: Smallest scale of a community sheet; smaller, and buildings cannot be told apart.
SMALLEST = 8_000
#: Share of a window that the next one shows again.
_OVERLAP = 0.08
#: Share of a window that lies beyond the ends of the area, so that its border is seen.
_RIM = 0.02
#: More sheets than this help nobody; the scale is made smaller instead.
_MOST = 8


def windows(scene: Scene, paper: str, area: shapely.Geometry) -> list[tuple[Layout, Frame]]:
    """Return the map windows that show an area at a community's scale, in reading order.

    One window where the area fits at 1:8,000 or larger; else as few as cover it at 1:8,000, or at
    the next smaller round scale at which eight do.
    """
    west, south, east, north = (float(v) for v in shapely.bounds(area))
    layout = best_layout(scene, paper, (west, south, east, north))
    whole = window_frame(layout, (west, south, east, north))
    for scale in ROUND_SCALES[ROUND_SCALES.index(SMALLEST) :]:
        if whole.scale <= scale:
            break
        found = [
            _cover(lay_out(Paper.of(paper, landscape), scene), area, scale) for landscape in (True, False)
        ]
        best = min(found, key=len)
        if len(best) <= _MOST:
            return best
    return [(layout, whole)]


def _cover(layout: Layout, area: shapely.Geometry, scale: int) -> list[tuple[Layout, Frame]]:
    """Return the windows of one layout that touch the area."""
    west, south, east, north = (float(v) for v in shapely.bounds(area))
    probe = window_frame(layout, (west, south, east, north), scale).bounds
    wide, high = probe[2] - probe[0], probe[3] - probe[1]
    columns = _count(east - west, wide)
    rows = _count(north - south, high)
    rim_x, rim_y = wide * _RIM, high * _RIM
    xs = (
        np.linspace(west - rim_x + wide / 2, east + rim_x - wide / 2, columns)
        if columns > 1
        else [(west + east) / 2]
    )
    ys = (
        np.linspace(north + rim_y - high / 2, south - rim_y + high / 2, rows)
        if rows > 1
        else [(south + north) / 2]
    )
    result = []
    for y in ys:
        for x in xs:
            bounds: Bounds = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if shapely.intersects(area, shapely.box(*bounds)):
                result.append(
                    (layout, Frame(window_frame(layout, bounds, scale).rect, scale, float(x), float(y)))
                )
    return result


def _count(length: float, window: float) -> int:
    """Return how many windows cover a length with overlaps."""
    whole = length + 2 * _RIM * window
    if whole <= window:
        return 1
    return 1 + ceil((whole - window) / (window * (1 - _OVERLAP)))


def match_marks(
    draft: Draft, frames: Sequence[tuple[Layout, Frame]], part: int, occupied: Occupied
) -> list[Mark]:
    """Return the match lines of one of several sheets: a dashed line in the middle of each overlap."""
    frame, k = frames[part][1], draft.k
    marks: list[Mark] = []
    for other, (_layout, neighbour) in enumerate(frames):
        side = _side(frame, neighbour) if other != part else ""
        if not side:
            continue
        x, y = (frame.x + neighbour.x) / 2, (frame.y + neighbour.y) / 2
        place = frame.to_mm(np.array([(x, y)]))[0]
        rect, upright = frame.rect, side in ("east", "west")
        ends = (
            [(place[0], rect.y), (place[0], rect.bottom)]
            if upright
            else [(rect.x, place[1]), (rect.right, place[1])]
        )
        marks.append(polyline(ends, Stroke("#b03a2e", 0.35 * k, (6.0, 3.0))))
        size = draft.scene.style.sheet.body * k
        text = _("continued on sheet {number}").format(number=other + 1)
        shift = size * 0.9 * (1 if side in ("east", "north") else -1)
        at = (
            (place[0] + shift, rect.y + rect.height / 2)
            if upright
            else (rect.x + rect.width / 2, place[1] - shift)
        )
        marks.append(
            Text(float(at[0]), float(at[1]), text, size, "#b03a2e", True, "centre", "#ffffff", 90.0 * upright)
        )
        half = (size, size * len(text) / 2) if upright else (size * len(text) / 2, size)
        occupied.add(f"match {other}", (at[0] - half[0], at[1] - half[1], at[0] + half[0], at[1] + half[1]))
    return marks


def _side(frame: Frame, other: Frame) -> str:
    """Return on which side another window adjoins; "" where it does not or only at a corner."""
    west, south, east, north = frame.bounds
    if frame.y == other.y and west < other.x - (east - west) / 2 < east:
        return "east"
    if frame.y == other.y and west < other.x + (east - west) / 2 < east:
        return "west"
    if frame.x == other.x and south < other.y - (north - south) / 2 < north:
        return "north"
    if frame.x == other.x and south < other.y + (north - south) / 2 < north:
        return "south"
    return ""
