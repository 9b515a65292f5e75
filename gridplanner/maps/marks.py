# SPDX-License-Identifier: LGPL-3.0-or-later
"""What lies on a sheet: lines, areas and texts in millimetres from its upper left corner.

A sheet is plain data without Qt, so that what a map shows can be tested without drawing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

Coordinates = npt.NDArray[np.float64]
Starts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in millimetres; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height

    def inset(self, by: float) -> Rect:
        """Return the rectangle made smaller by `by` on each side."""
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line's look: colour, width in mm, dashes in multiples of the width (empty: solid)."""

    color: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """Lines or areas drawn in one go.

    Parameters
    ----------
    coords : float64[n, 2], mm
    starts : int64[k]
        Index of the first coordinate of each line or ring.
    stroke : Stroke or None
    fill : str
        Colour; "" for lines. Rings inside rings are holes.
    parts : int64[p] or None
        Index into `starts` at which each polygon begins; None where each ring stands alone.
    """

    coords: Coordinates
    starts: Starts
    stroke: Stroke | None = None
    fill: str = ""
    parts: Starts | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Parameters
    ----------
    x, y : float
        Anchor on the middle line of the characters, mm.
    text : str
    size : float
        Height of the em, mm.
    align : str
        `left`, `centre` or `right` of the anchor.
    halo : str
        Colour of the rim that keeps it readable on a busy ground; "" for none.
    angle : float
        Degrees, clockwise.
    """

    x: float
    y: float
    text: str
    size: float
    color: str = "#1a1a1a"
    bold: bool = False
    align: str = "left"
    halo: str = ""
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Clip:
    """Marks, moved by (dx, dy), of which only the part inside `rect` is drawn."""

    rect: Rect
    marks: tuple[Mark, ...]
    dx: float = 0.0
    dy: float = 0.0


Mark = Shape | Text | Clip


@dataclass(frozen=True, eq=False)
class Sheet:
    """One printed page.

    Parameters
    ----------
    kind : str
        What it shows: `district street community index walk change branch notice before_after`.
    title : str
    width, height : float
        Paper, mm.
    marks : tuple of Mark
        In the order they are painted.
    scale : int
        Denominator of the scale of the main map; 0 for a page without one.
    labelled, listed : tuple of str
        Codes of the grids whose label stands in the map, and of those that a list names instead.
    key : str
        Code of what it shows (community, street); used in bookmarks.
    """

    kind: str
    title: str
    width: float
    height: float
    marks: tuple[Mark, ...]
    scale: int = 0
    labelled: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    key: str = field(default="")


def from_geometry(geometries: npt.NDArray[np.object_], stroke: Stroke | None = None, fill: str = "") -> Shape:
    """Return shapely geometries as one shape; points, None and empty ones give nothing.

    Coordinates are taken as they are; the caller moves them to millimetres.
    """
    parts = shapely.get_parts(shapely.get_parts(geometries[~shapely.is_missing(geometries)]))
    parts = parts[~shapely.is_empty(parts)]
    areas = parts[shapely.get_dimensions(parts) == 2]
    rings, polygon = shapely.get_rings(areas, return_index=True)
    lines = parts[shapely.get_dimensions(parts) == 1]
    coords, owner = shapely.get_coordinates(np.concatenate([rings, lines]), return_index=True)
    starts = np.flatnonzero(np.diff(owner, prepend=-1)).astype(np.int64)
    first = np.flatnonzero(np.diff(polygon, prepend=-1))
    groups = np.concatenate([first, np.arange(len(rings), len(rings) + len(lines))]).astype(np.int64)
    return Shape(coords, starts, stroke, fill, groups)


def polyline(points: Sequence[tuple[float, float]], stroke: Stroke) -> Shape:
    """Return one open line through `points` (mm)."""
    return Shape(np.asarray(points, float), np.zeros(1, np.int64), stroke)


def rectangle(rect: Rect, stroke: Stroke | None = None, fill: str = "") -> Shape:
    """Return the outline or the area of a rectangle."""
    x, y, right, bottom = rect.x, rect.y, rect.right, rect.bottom
    ring = np.array([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], float)
    return Shape(ring, np.zeros(1, np.int64), stroke, fill)
