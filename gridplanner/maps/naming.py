# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which labels a map asks for: grids in several forms, communities, roads and water."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.fonts import text_width
from gridplanner.maps.frame import Frame
from gridplanner.maps.labels import Form, Label, Occupied, Request, place
from gridplanner.maps.marks import Mark, Text
from gridplanner.maps.scene import Scene, View
from gridplanner.texts import _

ObjectArray = npt.NDArray[np.object_]


def grid_forms(view: View, row: int, sizes: Sequence[float], full: bool, public: bool) -> tuple[Form, ...]:
    """Return the forms of a grid's label, the fullest first.

    Parameters
    ----------
    sizes : sequence of float
        Em heights to try, the largest first, mm.
    full : bool
        Whether the name may stand on the map; otherwise the number only.
    public : bool
        Leave out people and households.
    """
    number = view.numbers[row]
    people = _("{people} people").format(people=f"{view.people[row]:,}")
    both = _("{households} households {people} people").format(
        households=f"{view.households[row]:,}", people=f"{view.people[row]:,}"
    )
    heads = [_short_name(view, row), number] if full else [number]
    forms: list[Form] = []
    for size in sizes:
        for head in heads:
            if not public:
                if full:
                    forms.append(Form((head, both), size))
                    forms.append(Form((head, *both.split("  ")), size))
                forms.append(Form((head, people), size))
            forms.append(Form((head,), size))
    if not full:
        forms.sort(key=lambda form: (-len(form.lines), -form.size))
    return tuple(forms)


def _short_name(view: View, row: int) -> str:
    """Return a grid's name without its community's, which the sheet's title says already."""
    name = view.name(row)
    community = view.community_names[view.community[row]]
    short = name.removeprefix(community) if community else name
    return short or name


def label_grids(
    scene: Scene,
    view: View,
    frame: Frame,
    rows: Iterable[int],
    sizes: Sequence[float],
    full: bool,
    occupied: Occupied,
) -> tuple[list[Label], list[str]]:
    """Place the labels of grids; return them and the keys of grids that found no place."""
    chosen = [row for row in rows if view.polygons[row] is not None]
    areas = frame.on_sheet(view.polygons[chosen]) if chosen else np.empty(0, dtype=object)
    requests = [
        Request(view.key(row), area, grid_forms(view, row, sizes, full, scene.options.public))
        for row, area in zip(chosen, areas, strict=True)
    ]
    return place(requests, occupied, frame.rect.inset(1.0))


def label_areas(
    frame: Frame, names: Sequence[str], polygons: ObjectArray, sizes: Sequence[float], occupied: Occupied
) -> list[Label]:
    """Place names of communities or streets where the other labels leave room."""
    areas = frame.on_sheet(polygons)
    requests = []
    for number, (name, area) in enumerate(zip(names, areas, strict=True)):
        half = (len(name) + 1) // 2
        forms = [
            form for size in sizes for form in (Form((name,), size), Form((name[:half], name[half:]), size))
        ]
        requests.append(Request(f"area {number}", area, tuple(forms), leader=False))
    return place(requests, occupied, frame.rect.inset(1.0), samples=17)[0]


def name_lines(
    frame: Frame,
    names: Iterable[str],
    lines: ObjectArray,
    size: float,
    color: str,
    halo: str,
    occupied: Occupied,
) -> list[Mark]:
    """Return names set along roads or rivers, each once, where they hit no other label.

    A name stands on the longest straight-enough piece; it is left out where nothing is free.
    """
    marks: list[Mark] = []
    joined: dict[str, list[shapely.Geometry]] = {}
    for name, line in zip(names, lines, strict=True):
        if name and line is not None:
            joined.setdefault(name, []).append(line)
    for name, parts in sorted(joined.items()):
        mark = _along(frame, name, parts, Text(0, 0, name, size, color, halo=halo, align="centre"), occupied)
        if mark is not None:
            marks.append(mark)
    return marks


def _along(
    frame: Frame, name: str, parts: list[shapely.Geometry], text: Text, occupied: Occupied
) -> Text | None:
    """Find a place for one name along its line."""
    rect = frame.rect.inset(1.5)
    array = np.empty(len(parts), dtype=object)
    array[:] = parts
    merged = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(frame.on_sheet(array))))
    seen = shapely.get_parts(shapely.clip_by_rect(merged, rect.x, rect.y, rect.right, rect.bottom))
    width = text_width(name, text.size) + text.size * 0.4
    for line in sorted(seen, key=lambda part: -part.length)[:3]:
        for share in (0.5, 0.3, 0.7, 0.15, 0.85):
            start = line.length * share - width / 2
            if start < 0 or start + width > line.length:
                continue
            one, two = line.interpolate(start), line.interpolate(start + width)
            if np.hypot(two.x - one.x, two.y - one.y) < 0.96 * width:
                continue
            angle = float(np.degrees(np.arctan2(two.y - one.y, two.x - one.x)))
            angle = (angle + 90) % 180 - 90
            middle = line.interpolate(start + width / 2)
            box = _turned(middle.x, middle.y, width, text.size * 1.2, angle)
            if occupied.free(np.array([box.bounds]))[0]:
                occupied.add(f"line {name}", box.bounds)
                return Text(
                    middle.x, middle.y, name, text.size, text.color, False, "centre", text.halo, angle
                )
    return None


def _turned(x: float, y: float, width: float, height: float, angle: float) -> shapely.Polygon:
    """Return a turned rectangle around (x, y)."""
    turn = np.radians(angle)
    along = np.array([np.cos(turn), np.sin(turn)]) * width / 2
    across = np.array([-np.sin(turn), np.cos(turn)]) * height / 2
    corners = [along + across, along - across, -along - across, -along + across]
    return shapely.Polygon([(x + c[0], y + c[1]) for c in corners])
