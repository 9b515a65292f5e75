# SPDX-License-Identifier: LGPL-3.0-or-later
"""A grid of round ground coordinates over the map, where the office wants one."""

from __future__ import annotations

import numpy as np

from gridplanner.maps.compose import Draft
from gridplanner.maps.fonts import text_width
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Mark, Stroke, Text, polyline

_INK = "#8a8a8a"
#: Least distance between two lines, mm.
_APART = 45.0


def graticule_marks(draft: Draft, occupied: Occupied) -> list[Mark]:
    """Return lines of round eastings and northings with their kilometres at the lower and left edge.

    Nothing where the options ask for none. The labels' places are taken.
    """
    frame, k = draft.frame, draft.k
    # On a turned map its lines would run askew, and its numbers could not be told apart.
    if not draft.scene.options.graticule or frame.angle:
        return []
    west, south, east, north = frame.bounds
    step = line_step(frame.scale, _APART * k)
    size, rect = draft.scene.style.sheet.caption * k, frame.rect
    stroke = Stroke(_INK, 0.1 * k)
    marks: list[Mark] = []
    for x in np.arange(np.ceil(west / step), np.floor(east / step) + 1) * step:
        place = float(frame.to_mm(np.array([(x, south)]))[0, 0])
        marks.append(polyline([(place, rect.y), (place, rect.bottom)], stroke))
        marks.append(_label(place, rect.bottom - size * 0.8, x, size, occupied))
    for y in np.arange(np.ceil(south / step), np.floor(north / step) + 1) * step:
        place = float(frame.to_mm(np.array([(west, y)]))[0, 1])
        marks.append(polyline([(rect.x, place), (rect.right, place)], stroke))
        half = text_width(_kilometres(y), size) / 2 + size * 0.3
        marks.append(_label(rect.x + half, place, y, size, occupied))
    return marks


def line_step(scale: int, apart: float) -> float:
    """Return the distance of two lines on the ground: 1, 2 or 5 times a power of ten, metres.

    Examples
    --------
    >>> line_step(25_000, 45.0)
    2000.0
    """
    least = apart * scale / 1000
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(base * power for base in (1.0, 2.0, 5.0, 10.0) if base * power >= least))


def _kilometres(metres: float) -> str:
    """Return a coordinate in kilometres, as short as it is exact."""
    return f"{metres / 1000:.2f}".rstrip("0").rstrip(".")


def _label(x: float, y: float, metres: float, size: float, occupied: Occupied) -> Text:
    """Return the label of one line, its place taken."""
    text = _kilometres(metres)
    half = text_width(text, size) / 2 + size * 0.2
    occupied.add(f"graticule {x:.2f} {y:.2f}", (x - half, y - size * 0.6, x + half, y + size * 0.6))
    return Text(x, y, text, size, _INK, False, "centre", "#ffffff")
