# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which labels a map asks for: grids in several forms, communities, estates, roads and water."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.fonts import text_width
from gridplanner.maps.frame import Frame
from gridplanner.maps.ground import layer_of, road_class, shapes_of, water_names, water_of
from gridplanner.maps.labels import Form, Label, Occupied, Request, place, sample_points
from gridplanner.maps.marks import Mark, Text, from_geometry
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.tables import short_name
from gridplanner.maps.theme import label_marks
from gridplanner.texts import _

ObjectArray = npt.NDArray[np.object_]

#: Denominators up to which names of main and of minor roads, and of estates and sites, are tried.
_ROAD_NAMES_TO = 20_000
_MINOR_NAMES_TO = 12_000
_ESTATE_NAMES_TO = 9_000


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
    people = _("{people} people").format(people=view.count(view.people[row]))
    households = _("{households} households").format(households=view.count(view.households[row]))
    heads = [short_name(view, row), number] if full else [number]
    counts: list[tuple[str, ...]] = [] if public or not view.people[row] else [(people,)]
    if counts and full and view.counts_households:
        counts = [(f"{households} {people}",), (households, people), (people,)]
    forms = [Form((head, *count), size) for head in heads for count in [*counts, ()] for size in sizes[:-1]]
    # The smallest letters come last: they are better than no label, not better than fewer words.
    return tuple(forms) + tuple(Form((head, *count), sizes[-1]) for head in heads for count in [*counts, ()])


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
    return place(requests, occupied, frame.rect.inset(1.0), reach=36.0 if full else 9.0)


def label_areas(
    frame: Frame,
    names: Sequence[str],
    polygons: ObjectArray,
    sizes: Sequence[float],
    occupied: Occupied,
    samples: int = 17,
) -> list[Label]:
    """Place names of areas where the other labels leave room; a name without room is left out."""
    seen = np.flatnonzero(frame.seen(polygons)) if len(polygons) else np.empty(0, np.int64)
    requests = []
    for row, area in zip(seen.tolist(), frame.on_sheet(polygons[seen]), strict=True):
        name = names[row]
        half = (len(name) + 1) // 2
        whole = [Form((name,), size) for size in sizes]
        broken = [Form((name[:half], name[half:]), size) for size in sizes] if len(name) > 3 else []
        pairs = zip(whole, broken, strict=True) if broken else ((form,) for form in whole)
        requests.append(
            Request(f"{name} {row}", area, tuple(f for pair in pairs for f in pair), leader=False)
        )
    return place(requests, occupied, frame.rect.inset(1.0), samples)[0]


def place_names(scene: Scene, frame: Frame, occupied: Occupied, enlarge: float) -> list[Mark]:
    """Return names of water, roads, sites and estates, in this order of right of way."""
    look = scene.style.labels
    marks = _name_water(scene, frame, occupied, look.place * 1.5 * enlarge)
    size = look.place * enlarge
    layer = layer_of(scene, "roads")
    if layer is not None:
        rows = road_class(layer) <= (2 if frame.scale <= _MINOR_NAMES_TO else 0)
        rows &= frame.scale <= _ROAD_NAMES_TO
        rows &= frame.seen(shapes_of(scene, "roads"))
        names = layer.texts("name")[rows]
        roads = shapes_of(scene, "roads")[rows]
        marks += _lifted(scene, frame, name_lines(frame, names, roads, (size, look.place_color), occupied))
    if frame.scale <= _ESTATE_NAMES_TO:
        for role, color in (("sites", scene.style.ground.site), ("estates", look.place_color)):
            named = layer_of(scene, role)
            if named is not None:
                areas = shapes_of(scene, role)
                flat = shapely.get_dimensions(areas) == 2
                texts = [str(name) for name in named.texts("name")[flat]]
                labels = label_areas(frame, texts, areas[flat], [size], occupied, samples=7)
                marks += label_marks(labels, color, "", enlarge)
    return marks


def _lifted(scene: Scene, frame: Frame, names: Sequence[Text]) -> list[Mark]:
    """Return road names, on a piece of road where a border runs through them: it would strike them out.

    A rim would do as well, but it is drawn as outlines and makes the file twice as large.
    """
    if not names:
        return []
    lines = np.concatenate([scene.after.lines, scene.community_lines])
    borders = shapely.STRtree(frame.on_sheet(frame.cut(lines)))
    boxes = np.array([_turned(t.x, t.y, text_width(t.text, t.size), t.size, t.angle) for t in names], object)
    struck = np.unique(borders.query(boxes, predicate="intersects")[0])
    return [from_geometry(boxes[struck], None, scene.style.ground.road), *names]


def _name_water(scene: Scene, frame: Frame, occupied: Occupied, size: float) -> list[Mark]:
    """Return the names of rivers, set along their banks."""
    layer, color = layer_of(scene, "barriers"), scene.style.labels.water_color
    if layer is None:
        return []
    water, names = water_of(scene), water_names(scene)
    rect, marks = frame.rect.inset(2.0), list[Mark]()
    areas = shapely.clip_by_rect(frame.on_sheet(water), rect.x, rect.y, rect.right, rect.bottom)
    for name, area in zip(names, areas, strict=True):
        if not name or shapely.get_dimensions(area) != 2 or area.is_empty:
            continue
        spaced = "  ".join(name)
        width = text_width(spaced, size) + size
        shapely.prepare(area)
        xy, _owner, depth = sample_points(np.array([area], dtype=object), 41)
        for (x, y), deep in zip(xy[:120], depth[:120], strict=True):
            if deep < size * 0.6:
                break
            angle = _bank_angle(area, x, y)
            box = _turned(x, y, width, size * 1.1, angle)
            if area.contains(box) and occupied.free(np.array([box.bounds]))[0]:
                occupied.add(f"water {name}", box.bounds)
                marks.append(Text(float(x), float(y), spaced, size, color, False, "centre", "", angle))
                break
    return marks


def _bank_angle(area: shapely.Geometry, x: float, y: float) -> float:
    """Return the direction of the nearest bank, degrees, between -90 and 90."""
    bank = area.boundary
    along = bank if bank.geom_type == "LineString" else max(bank.geoms, key=lambda part: part.length)
    at = along.project(shapely.Point(x, y))
    one, two = along.interpolate(max(0.0, at - 6)), along.interpolate(at + 6)
    angle = float(np.degrees(np.arctan2(two.y - one.y, two.x - one.x)))
    return (angle + 90) % 180 - 90


def name_lines(
    frame: Frame, names: Iterable[str], lines: ObjectArray, look: tuple[float, str], occupied: Occupied
) -> list[Text]:
    """Return names set along roads, each once, where they hit no other label.

    A name stands on a straight enough piece; it is left out where nothing is free.

    Parameters
    ----------
    look : (float, str)
        Em height (mm) and colour.
    """
    rect, size = frame.rect.inset(1.5), look[0]
    moved = shapely.clip_by_rect(frame.on_sheet(lines), rect.x, rect.y, rect.right, rect.bottom)
    joined: dict[str, list[shapely.Geometry]] = {}
    for name, line in zip(names, moved, strict=True):
        # What is hardly longer than the name has no straight piece to carry it.
        if name and line.length > text_width(name, size):
            joined.setdefault(name, []).extend(shapely.get_parts(line))
    marks: list[Text] = []
    for name, parts in sorted(joined.items()):
        merged = (
            parts
            if len(parts) == 1
            else list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))))
        )
        mark = _along(name, merged, look, occupied)
        if mark is not None:
            marks.append(mark)
    return marks


def _along(
    name: str, parts: Sequence[shapely.Geometry], look: tuple[float, str], occupied: Occupied
) -> Text | None:
    """Find a place for one name along its line."""
    size, color = look
    width = text_width(name, size) + size * 0.4
    for line in sorted(parts, key=lambda part: -part.length)[:3]:
        for share in (0.5, 0.3, 0.7, 0.15, 0.85):
            start = line.length * share - width / 2
            if start < 0 or start + width > line.length:
                continue
            one, two = line.interpolate(start), line.interpolate(start + width)
            if np.hypot(two.x - one.x, two.y - one.y) < 0.96 * width:
                continue
            angle = float(np.degrees(np.arctan2(two.y - one.y, two.x - one.x)))
            # Upright roads are read from the left side of the sheet, as in every street atlas.
            angle = (angle + 90) % 180 - 90
            middle = line.interpolate(start + width / 2)
            bounds = _turned(middle.x, middle.y, width, size * 1.2, angle).bounds
            if occupied.free(np.array([bounds]))[0]:
                occupied.add(f"line {name}", bounds)
                return Text(middle.x, middle.y, name, size, color, False, "centre", "", angle)
    return None


def _turned(x: float, y: float, width: float, height: float, angle: float) -> shapely.Polygon:
    """Return a turned rectangle around (x, y)."""
    turn = np.radians(angle)
    along = np.array([np.cos(turn), np.sin(turn)]) * width / 2
    across = np.array([-np.sin(turn), np.cos(turn)]) * height / 2
    corners = [along + across, along - across, -along - across, -along + across]
    return shapely.Polygon([(x + c[0], y + c[1]) for c in corners])
