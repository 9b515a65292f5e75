# SPDX-License-Identifier: LGPL-3.0-or-later
"""Field-walk sheets: one grid, its buildings numbered, and a list to tick off on foot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridplanner.maps.compose import Draft, Page, arrow_marks
from gridplanner.maps.continued import list_pages
from gridplanner.maps.frame import Frame
from gridplanner.maps.furniture import legend, notes, scale_bar
from gridplanner.maps.ground import ground_marks, meeting_marks, squares, station_marks
from gridplanner.maps.keys import ground_entries
from gridplanner.maps.labels import Form, Label, Occupied, Request, place
from gridplanner.maps.marks import Mark, Sheet, Stroke, rectangle
from gridplanner.maps.naming import label_areas, place_names
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene
from gridplanner.maps.skeleton import lay_out
from gridplanner.maps.tables import Content, Table, four_limits, pour, short_name
from gridplanner.maps.theme import label_marks, outline_marks
from gridplanner.texts import _

#: How far from its building a number may stand, mm.
_NEAR = 5.0
#: Half the side of a building's mark, mm.
_POINT = 0.7
_SHARE = 0.9


def walk_sheets(scene: Scene, paper: str, rows: Sequence[int]) -> list[Sheet]:
    """Return the field-walk sheets of grids; a long list of buildings goes on on further pages."""
    pages: list[Sheet] = []
    for row in rows:
        if scene.after.polygons[row] is not None:
            pages += _grid_pages(scene, paper, row)
    return pages


def buildings_of(scene: Scene, row: int) -> list[int]:
    """Return the buildings of a grid by estate and building number, as one walks them."""
    buildings = scene.outcome.district.buildings
    assignment = scene.after.plan.assignment
    inside = np.flatnonzero(buildings.atom >= 0)
    inside = inside[assignment[buildings.atom[inside]] == row]
    return sorted(
        inside.tolist(), key=lambda b: (str(buildings.estates[b]), _natural(str(buildings.names[b])), b)
    )


def _natural(text: str) -> tuple[int, str]:
    """Sort `2` before `10`."""
    digits = "".join(c for c in text if c.isdecimal())
    return (int(digits) if digits else 0, text)


def _grid_pages(scene: Scene, paper: str, row: int) -> list[Sheet]:
    """Return the map page of a grid and the pages its list needs beyond it."""
    listed = buildings_of(scene, row)
    table = _list(scene, listed)
    layout = lay_out(Paper.of(paper, landscape=False), scene, _SHARE)
    shape = scene.after.polygons[row]
    west, south, east, north = (float(v) for v in shapely.bounds(shape))
    frame = Frame.around((west, south, east, north), layout.window.inset(layout.paper.enlarge), 8.0)
    draft = Draft(
        scene, layout, frame, "walk", _title(scene, row), _subtitle(scene, row), scene.after.key(row)
    )
    page, rest = _map_page(draft, row, listed, table)
    return [page.sheet() for page in (page, *list_pages(draft, rest))]


def _title(scene: Scene, row: int) -> str:
    """Return the title of a grid's sheet."""
    return _("{name}: field walk").format(name=scene.after.name(row))


def _subtitle(scene: Scene, row: int) -> str:
    """Return code and counts of a grid."""
    view = scene.after
    text = _("{households} households, {people} people").format(
        households=scene.count(view.households[row]), people=scene.count(view.people[row])
    )
    return "　".join(part for part in (view.records[row].code, "" if scene.options.public else text) if part)


def _list(scene: Scene, listed: Sequence[int]) -> Table:
    """Return the list of buildings with a box to tick."""
    buildings = scene.outcome.district.buildings
    rows = []
    for number, b in enumerate(listed, start=1):
        name = f"{buildings.estates[b]}{buildings.names[b]}".strip() or str(buildings.codes[b])
        counts = (
            ["", ""]
            if scene.options.public
            else [scene.count(buildings.households[b]), scene.count(buildings.people[b])]
        )
        rows.append([str(number), name, *counts, "□"])
    header = [_("No."), _("Building"), _("Households"), _("People"), _("Seen")]
    return Table(_("Buildings to visit"), header, rows, (0.1, 0.46, 0.15, 0.15, 0.14), "rlrrc")


def _map_page(draft: Draft, row: int, listed: Sequence[int], table: Table) -> tuple[Page, list[Content]]:
    """Return the page with the map, and what its lists have no room for."""
    scene, frame, k, view, occupied = draft.scene, draft.frame, draft.k, draft.scene.after, Occupied()
    grids, ground, sizes = scene.style.grids, scene.style.ground, scene.style.sheet
    arrow = arrow_marks(draft.layout, occupied)
    numbers = _numbers(draft, listed, occupied)
    near = sorted(view.near[row])
    # A neighbour of another community has the same number as one of ours.
    home = view.community[row]
    names = [short_name(view, o) if view.community[o] == home else view.name(o) for o in near]
    around = label_areas(frame, names, view.polygons[near], [scene.style.labels.grid * k], occupied)
    inside: list[Mark] = [rectangle(frame.rect, None, ground.neighbour)]
    inside.append(frame.shape(view.polygons[row : row + 1], None, grids.palette[0]))
    inside += ground_marks(scene, frame, k)
    inside += outline_marks(frame, view.lines, Stroke("#8d8d8a", 0.3 * k, (5.0, 2.0)))
    inside += outline_marks(frame, view.polygons[row : row + 1], Stroke(grids.community, 0.8 * k))
    points = shapely.points(*(getattr(scene.outcome.district.buildings, axis)[list(listed)] for axis in "xy"))
    inside.append(squares(frame, np.atleast_1d(points), 1.2 * k, scene.style.labels.color))
    inside += station_marks(scene, frame, k) + meeting_marks(scene, frame, k)
    inside += place_names(scene, frame, occupied, k)
    inside += label_marks(around, scene.style.labels.place_color, "", k)
    inside += label_marks(numbers, scene.style.labels.color, "#ffffff", k) + arrow
    flow = draft.flow()
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, sizes, k))
    flow.add(lambda x, y, w: legend(x, y, w, ground_entries(scene, frame, k, close=True), sizes, k))
    flow.add(
        lambda x, y, w: notes(x, y, w, [_("Walked on: ____________  by: ____________")], sizes, k * 1.15)
    )
    rest = pour(flow, [*four_limits(scene, [row]), table], scene, k)
    return draft.finish(inside, flow, numbers), rest


def _numbers(draft: Draft, listed: Sequence[int], occupied: Occupied) -> list[Label]:
    """Place the numbers of the buildings beside their points; a number without room is left to the list."""
    buildings, k = draft.scene.outcome.district.buildings, draft.k
    xy = draft.frame.to_mm(np.column_stack([buildings.x[list(listed)], buildings.y[list(listed)]]))
    for number, (x, y) in enumerate(xy):
        half = _POINT * k
        occupied.add(f"point {number}", (x - half, y - half, x + half, y + half))
    sizes = [draft.scene.style.labels.grid * k * share for share in (0.95, 0.75, 0.6)]
    requests = [
        Request(
            f"building {number}",
            shapely.Point(x, y).buffer(_NEAR * k) - shapely.Point(x, y).buffer(_POINT * k),
            tuple(Form((str(number),), size) for size in sizes),
            leader=False,
        )
        for number, (x, y) in enumerate(xy, start=1)
    ]
    return place(requests, occupied, draft.frame.rect.inset(1.0), samples=13)[0]
