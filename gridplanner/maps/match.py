# SPDX-License-Identifier: LGPL-3.0-or-later
"""Split ground that is too long for one sheet into several, with match lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

import numpy as np
import shapely
from shapely.affinity import rotate

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
#: Ground whose length is less than so many times its breadth is shown with north up, whatever it costs.
_LONG = 2.5
#: Ground that lies so nearly along the paper is not turned, degrees.
_LEAST_TURN = 5.0
#: By how much the scale may be smaller to save a sheet that would show this share of another again.
_NEARLY = 1.25
_SHARED = 0.5
#: Windows that lie so nearly in one row do, mm.
_SAME = 0.01


def windows(scene: Scene, paper: str, area: shapely.Geometry) -> list[tuple[Layout, Frame]]:
    """Return the map windows that show an area at a community's scale, in reading order.

    One window where the area fits at 1:8,000 or larger, or nearly does; else as few as cover it at
    1:8,000 (or at the next smaller round scale at which eight do), and then at the largest scale at
    which no more are needed. Long narrow ground is laid along the paper where that saves a sheet;
    north then points aside.
    """
    west, south, east, north = (float(v) for v in shapely.bounds(area))
    layout = best_layout(scene, paper, (west, south, east, north))
    whole = window_frame(layout, (west, south, east, north))
    layouts = [lay_out(Paper.of(paper, landscape), scene) for landscape in (True, False)]
    turns = _turns(area)
    for scale in ROUND_SCALES[ROUND_SCALES.index(SMALLEST) :]:
        if whole.scale <= scale:
            break
        best = _fewest(layouts, area, scale, turns)
        if len(best) <= _MOST:
            best = _enlarged(layouts, area, best)
            # Two sheets of nearly the same ground are worse than one that is a little smaller.
            return [(layout, whole)] if whole.scale <= _NEARLY * scale and _repeat(best) else best
    return [(layout, whole)]


def _repeat(frames: Sequence[tuple[Layout, Frame]]) -> bool:
    """Tell whether two windows show mostly the same ground."""
    shown = [frame.outline for _layout, frame in frames]
    return any(one.intersection(two).area > _SHARED * one.area for one, two in pairwise(shown))


def _fewest(
    layouts: Sequence[Layout], area: shapely.Geometry, scale: int, turns: Sequence[float]
) -> list[tuple[Layout, Frame]]:
    """Return the fewest windows at a scale; among as few the ones with north up."""
    found = [_cover(layout, area, scale, turn) for turn in turns for layout in layouts]
    return min(found, key=len)


def _enlarged(
    layouts: Sequence[Layout], area: shapely.Geometry, best: list[tuple[Layout, Frame]]
) -> list[tuple[Layout, Frame]]:
    """Return as many windows at the largest scale: two that show nearly the same help nobody."""
    frame = best[0][1]
    for larger in reversed(ROUND_SCALES[: ROUND_SCALES.index(frame.scale)]):
        finer = _fewest(layouts, area, larger, [frame.angle])
        if len(finer) > len(best):
            break
        best = finer
    return best


def _turns(area: shapely.Geometry) -> list[float]:
    """Return the angles of north that are worth a try: up, and the long side along the paper's sides."""
    ring = shapely.get_coordinates(shapely.oriented_envelope(area))
    sides = np.diff(ring, axis=0)
    length = np.hypot(sides[:, 0], sides[:, 1])
    if len(sides) < 2 or length.max() < _LONG * length.min():
        return [0.0]
    along = sides[int(np.argmax(length))]
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    turns = [(turn + 90) % 180 - 90 for turn in (angle, angle - 90)]
    return [0.0, *(turn for turn in turns if abs(turn) > _LEAST_TURN)]


def _cover(layout: Layout, ground: shapely.Geometry, scale: int, angle: float) -> list[tuple[Layout, Frame]]:
    """Return the windows of one layout, turned by `angle`, that touch the area."""
    middle = shapely.centroid(ground)
    # Shapely turns against the clock: the sheet's axes lie along the turned area's west and north.
    area = rotate(ground, -angle, origin=middle) if angle else ground
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
                at = rotate(shapely.Point(x, y), angle, origin=middle)
                rect = window_frame(layout, bounds, scale).rect
                result.append((layout, Frame(rect, scale, float(at.x), float(at.y), angle)))
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
        place = frame.to_mm(np.array([((frame.x + neighbour.x) / 2, (frame.y + neighbour.y) / 2)]))[0]
        rect, upright = frame.rect, side in ("right", "left")
        ends = (
            [(place[0], rect.y), (place[0], rect.bottom)]
            if upright
            else [(rect.x, place[1]), (rect.right, place[1])]
        )
        marks.append(polyline(ends, Stroke("#b03a2e", 0.35 * k, (6.0, 3.0))))
        size = draft.scene.style.sheet.body * k
        text = _("continued on sheet {number}").format(number=other + 1)
        shift = size * 0.9 * (1 if side in ("right", "above") else -1)
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
    rect = frame.rect
    across, down = (
        frame.to_mm(np.array([(other.x, other.y)]))[0] - (rect.x + rect.width / 2, rect.y + rect.height / 2)
    ).tolist()
    if abs(down) < _SAME and 0 < abs(across) < rect.width:
        return "right" if across > 0 else "left"
    if abs(across) < _SAME and 0 < abs(down) < rect.height:
        return "below" if down > 0 else "above"
    return ""
