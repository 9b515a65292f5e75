# SPDX-License-Identifier: LGPL-3.0-or-later
"""Labels that never cover each other: the weightier one stays, the other shrinks or waits for a zoom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRectF

from gridplanner.gui.canvas.view import View
from gridplanner.model.atoms import Atoms
from gridplanner.workspace.scene.scene import ReferenceLayer

#: Side of a bucket of the occupied-space index, pixels.
_BUCKET = 64
#: How much larger the names of larger units are written.
BIG = 1.25


@dataclass(frozen=True)
class Label:
    """What to write where.

    Parameters
    ----------
    x, y : float
        Ground point the label is centred on, metres.
    lines : tuple of str
        The full text; where it does not fit, only the first line, then nothing.
    weight : float
        The greater, the earlier it is placed.
    room_m : float
        Size of its unit, metres; the text may be at most 1.1 times as wide as that. 0 = no limit.
    strong : bool
        Drawn whatever its unit's size (selection).
    quiet : bool
        The name of a reference feature: plain letters in grey.
    big : bool
        The name of a larger unit: larger letters, shown while its parts are too small to be named.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    weight: float = 0.0
    room_m: float = 0.0
    strong: bool = False
    quiet: bool = False
    big: bool = False


class Occupied:
    """Rectangles already taken, found by bucket."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int], list[QRectF]] = {}

    def _cells(self, rect: QRectF):
        """Yield the buckets a rectangle touches."""
        for bx in range(int(rect.left()) // _BUCKET, int(rect.right()) // _BUCKET + 1):
            for by in range(int(rect.top()) // _BUCKET, int(rect.bottom()) // _BUCKET + 1):
                yield bx, by

    def free(self, rect: QRectF) -> bool:
        """Tell whether nothing taken touches the rectangle."""
        return not any(
            other.intersects(rect) for cell in self._cells(rect) for other in self._buckets.get(cell, ())
        )

    def take(self, rect: QRectF) -> None:
        """Mark the rectangle as taken."""
        for cell in self._cells(rect):
            self._buckets.setdefault(cell, []).append(rect)


def place(
    labels: Sequence[Label], view: View, width_of: Callable[[str], float], line_height: float
) -> list[tuple[Label, tuple[str, ...], QRectF]]:
    """Choose which labels show, with how many lines, and where.

    Parameters
    ----------
    labels : sequence of Label
    view : View
    width_of : callable
        Width of a text in pixels.
    line_height : float
        Pixels.

    Returns
    -------
    list of (label, lines shown, rectangle in pixels)
    """
    taken = Occupied()
    placed = []
    for label in sorted(labels, key=lambda item: -item.weight):
        px, py = view.to_screen(label.x, label.y)
        if not (-50 <= px <= view.width + 50 and -50 <= py <= view.height + 50):
            continue
        room = label.room_m * view.scale * 1.1 if label.room_m else float("inf")
        for count in range(len(label.lines), 0, -1):
            lines = label.lines[:count]
            factor = BIG if label.big else 1.0
            width = max(width_of(line) for line in lines) * factor
            height = count * line_height * factor
            if (width > room or height > room) and not label.strong:
                continue
            rect = QRectF(px - width / 2, py - height / 2, width, height)
            if taken.free(rect.adjusted(-2, -1, 2, 1)):
                taken.take(rect)
                placed.append((label, lines, rect))
                break
    return placed


#: Most names of one reference layer; a district's buildings would hide the map.
MOST_NAMES = 4_000
#: Layers whose names are written; those of buildings come with the card of a place.
NAMED = ("roads", "barriers", "bridges", "estates", "sites", "stations", "level.micro", "level.area")


def unit_labels(atoms: Atoms, unit: np.ndarray, names: Sequence[str] | np.ndarray) -> list[Label]:
    """Return the names of units larger than a grid, written before the labels that have no room yet.

    Parameters
    ----------
    atoms : Atoms
    unit : int[n_atoms]
        Unit of each atom; -1 = none.
    names : sequence of str
        Of each unit; "" is not written.
    """
    n = len(names)
    weight = np.where(unit >= 0, np.maximum(atoms.area_m2, 1e-9), 0.0)
    home = np.maximum(unit, 0)
    total = np.maximum(np.bincount(home, weight, n), 1e-9)
    x = np.bincount(home, weight * atoms.x, n) / total
    y = np.bincount(home, weight * atoms.y, n) / total
    return [
        Label(float(x[u]), float(y[u]), (str(name),), 1e7, float(np.sqrt(total[u])), big=True)
        for u, name in enumerate(names)
        if name
    ]


@lru_cache(maxsize=32)
def layer_labels(layer: ReferenceLayer) -> tuple[Label, ...]:
    """Return the names of a reference layer at their features, after every label of a grid.

    Layers never change, and labels are asked for after every edit.
    """
    if layer.key not in NAMED or len(layer.names) > MOST_NAMES:
        return ()
    made = []
    for i, name in enumerate(layer.names.tolist()):
        place = _place_of(layer, i) if name else None
        if place is not None:
            x, y, room = place
            made.append(Label(x, y, (str(name),), -1.0, room, quiet=True))
    return tuple(made)


def _place_of(layer: ReferenceLayer, i: int) -> tuple[float, float, float] | None:
    """Return where the name of a feature stands and how much room it has, metres."""
    if layer.points is not None and i < len(layer.points):
        return float(layer.points[i, 0]), float(layer.points[i, 1]), 120.0
    if layer.polygons is not None and i < len(layer.polygons):
        x0, y0, x1, y1 = layer.polygons.boxes[i].tolist()
        return (x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, 1.0)
    if layer.lines is not None and i < len(layer.lines) == len(layer.names):
        line = layer.lines.xy[layer.lines.starts[i] : layer.lines.starts[i + 1]]
        x, y = line[len(line) // 2].tolist()
        wide, high = np.ptp(line, axis=0).tolist()
        return x, y, max(wide, high) / 2
    return None
