# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a map is about: grids in colour, borders by weight, hatches for kinds of change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gridplanner.maps.frame import Frame
from gridplanner.maps.hatch import hatch_lines
from gridplanner.maps.labels import LINE_SPACING, Label
from gridplanner.maps.marks import Mark, Stroke, Text, from_geometry, polyline
from gridplanner.maps.scene import Scene, View

ObjectArray = npt.NDArray[np.object_]
IntArray = npt.NDArray[np.int64]

#: Line directions (degrees) and spacing (mm on A3) of the hatch of each kind of change.
HATCHES: dict[str, tuple[tuple[float, ...], float]] = {
    "merged": ((), 0.0),
    "split": ((45.0,), 1.6),
    "reshaped": ((-45.0,), 1.9),
    "new": ((0.0, 90.0), 1.9),
    "carved_out": ((45.0, -45.0), 1.9),
}
#: Directions and spacing of the hatch that marks dedicated grids.
DEDICATED_HATCH = (45.0,)
_DEDICATED_SPACING = 1.1
STREET_DASH = (6.0, 1.5, 1.0, 1.5)


def fill_marks(frame: Frame, polygons: ObjectArray, fills: list[str], rows: Iterable[int]) -> list[Mark]:
    """Return grids as areas, one mark per colour."""
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(fills[row], []).append(row)
    return [frame.shape(polygons[group], None, fill) for fill, group in groups.items()]


def grid_marks(scene: Scene, view: View, frame: Frame, rows: Sequence[int], enlarge: float) -> list[Mark]:
    """Return grids in their colours, the dedicated ones hatched."""
    marks = fill_marks(frame, view.polygons, view.fills, rows)
    special = [row for row in rows if view.dedicated[row] and view.polygons[row] is not None]
    if not special:
        return marks
    ink = scene.style.change.hatch
    return marks + _hatched(
        frame, view.polygons[special], (DEDICATED_HATCH, _DEDICATED_SPACING), ink, enlarge
    )


def outline_marks(frame: Frame, polygons: ObjectArray, stroke: Stroke) -> list[Mark]:
    """Return the outlines of polygons as one mark."""
    return [frame.shape(polygons, stroke)] if len(polygons) else []


def border_marks(scene: Scene, view: View, frame: Frame, enlarge: float) -> list[Mark]:
    """Return grid, community and street borders, the heavier above the lighter."""
    grids = scene.style.grids
    places = scene.outcome.district.communities.geometry
    marks = outline_marks(frame, view.polygons, Stroke(grids.line, grids.line_width * enlarge))
    marks += outline_marks(frame, places, Stroke(grids.community, grids.community_width * enlarge))
    return marks + street_marks(scene, frame, enlarge)


def street_marks(scene: Scene, frame: Frame, enlarge: float, only: int = -1) -> list[Mark]:
    """Return the borders of all streets, or of `only` one; none where the district is one street."""
    if len(scene.streets) < 2:
        return []
    shapes = scene.street_lines if only < 0 else scene.street_polygons[only : only + 1]
    width = scene.style.grids.street_width * enlarge
    under = outline_marks(frame, shapes, Stroke(scene.style.ground.paper, width))
    line = Stroke(scene.style.grids.street, width, STREET_DASH)
    return under + outline_marks(frame, shapes, line)


def hatch_marks(frame: Frame, polygons: ObjectArray, kind: str, color: str, enlarge: float) -> list[Mark]:
    """Return the pattern of a kind of change, drawn as lines so that it prints the same everywhere."""
    return _hatched(frame, polygons, HATCHES.get(kind, ((), 0.0)), color, enlarge)


def _hatched(
    frame: Frame, polygons: ObjectArray, pattern: tuple[tuple[float, ...], float], color: str, enlarge: float
) -> list[Mark]:
    """Return a pattern of lines over polygons."""
    directions, spacing = pattern
    if not directions or not len(polygons):
        return []
    area = frame.on_sheet(frame.cut(polygons))
    marks: list[Mark] = []
    for direction in directions:
        lines = hatch_lines(area, direction, spacing * enlarge)
        marks.append(from_geometry(lines, Stroke(color, 0.13 * enlarge)))
    return marks


def label_marks(
    labels: Iterable[Label], color: str, halo: str, enlarge: float, bold: bool = False
) -> list[Mark]:
    """Return labels with their leader lines; the first line of a label of several is bold."""
    marks: list[Mark] = []
    texts: list[Mark] = []
    for label in labels:
        if label.leader is not None:
            left, top, right, bottom = label.box
            x = float(np.clip(label.leader[0], left, right))
            y = float(np.clip(label.leader[1], top, bottom))
            marks.append(polyline([label.leader, (x, y)], Stroke(color, 0.15 * enlarge)))
        size, count = label.form.size, len(label.form.lines)
        for number, line in enumerate(label.form.lines):
            y = label.y + (number - (count - 1) / 2) * size * LINE_SPACING
            strong = bold or (number == 0 and count > 1)
            texts.append(Text(label.x, y, line, size, color, strong, "centre", halo))
    return marks + texts
