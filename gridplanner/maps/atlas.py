# SPDX-License-Identifier: LGPL-3.0-or-later
"""The atlas: an index page, then one page per community with its grids and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridplanner.maps.crs import crs_text
from gridplanner.maps.frame import Bounds, Frame
from gridplanner.maps.furniture import Block, heading, legend, notes, scale_bar, sign_off, table
from gridplanner.maps.ground import ground_marks, station_marks
from gridplanner.maps.keys import grid_entries
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Clip, Mark, Rect, Sheet, Stroke, rectangle
from gridplanner.maps.naming import label_areas, label_grids, place_names
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.sheets import (
    arrow_marks,
    base_frame,
    best_paper,
    district_subtitle,
)
from gridplanner.maps.skeleton import Flow, footer_marks, neat_marks, title_marks
from gridplanner.maps.theme import border_marks, fill_marks, grid_marks, label_marks, outline_marks
from gridplanner.texts import _

#: Height of a table row, in em.
_ROW = 1.62


def community_bounds(scene: Scene, community: int) -> Bounds:
    """Return the extent of a community, metres."""
    west, south, east, north = shapely.bounds(scene.outcome.district.communities.geometry[community])
    return float(west), float(south), float(east), float(north)


def page_order(scene: Scene) -> list[int]:
    """Return the communities in the order of the atlas: by street, then by code."""
    places = scene.outcome.district.communities
    return sorted(
        range(len(places)), key=lambda c: (str(scene.street_of_community[c]), str(places.codes[c]), c)
    )


def atlas_sheets(scene: Scene, paper: str) -> list[Sheet]:
    """Return the index page and one page per community, numbered."""
    order = page_order(scene)
    total = len(order) + 1
    pages = [index_sheet(scene, paper, order, total)]
    for number, community in enumerate(order, start=2):
        pages.append(community_sheet(scene, paper, community, (number, total)))
    return pages


def page_text(page: tuple[int, int]) -> str:
    """Return `page / pages` for the footer; "" for a sheet on its own."""
    return _("Page {page} of {pages}").format(page=page[0], pages=page[1]) if page[1] else ""


def index_sheet(scene: Scene, paper: str, order: Sequence[int], total: int) -> Sheet:
    """Return the index: every community on the map with its page number, and the list of pages."""
    layout = best_paper(scene, paper, scene.bounds)
    k = layout.paper.enlarge
    frame, occupied, look = base_frame(layout, scene.bounds), Occupied(), scene.style.labels
    arrow = arrow_marks(layout, occupied)
    places, grids = scene.outcome.district.communities, scene.style.grids
    page_of = {community: number for number, community in enumerate(order, start=2)}
    names = [_("{name} {page}").format(name=places.names[c], page=page_of[c]) for c in range(len(places))]
    titles = label_areas(
        frame, names, places.geometry, [look.community * k * f for f in (1, 0.8, 0.6)], occupied
    )
    tints = [
        grids.palette[scene.streets.index(key) % len(grids.palette)] for key in scene.street_of_community
    ]
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += fill_marks(frame, places.geometry, tints, range(len(places)))
    inside += ground_marks(scene, frame, k, buildings=False)
    inside += border_marks(scene, replace_polygons(scene.after, places.geometry[:0]), frame, k)
    inside += label_marks(titles, look.community_color, look.halo, k, bold=True)
    inside += arrow
    flow = Flow(layout.columns, 2.0 * k)
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, scene.style.sheet, k))
    rows = [
        [
            str(page_of[c]),
            str(places.names[c]),
            scene.street_name(str(scene.street_of_community[c])),
            str(len(scene.after.rows_of(c))),
        ]
        for c in order
    ]
    header = [_("Page"), _("Community"), _("Street"), _("Grids")]
    add_table(flow, Table(_("Index of pages"), header, rows, (0.12, 0.40, 0.34, 0.14), "rllr"), scene, k)
    title = _("{title}: community atlas").format(title=scene.outcome.title or scene.outcome.district.name)
    marks = [Clip(frame.rect, tuple(inside)), *neat_marks(layout, scene), *flow.marks]
    marks += title_marks(layout, scene, title, district_subtitle(scene))
    marks += footer_marks(layout, scene, crs_text(scene), page_text((1, total)))
    return Sheet("index", title, layout.paper.width, layout.paper.height, tuple(marks), frame.scale)


def replace_polygons(view: View, polygons: np.ndarray) -> View:
    """Return a view that draws other grid borders."""
    other = View.__new__(View)
    other.__dict__.update(view.__dict__)
    other.polygons = polygons
    return other


def community_sheet(scene: Scene, paper: str, community: int, page: tuple[int, int] = (0, 0)) -> Sheet:
    """Return the sheet of one community: its grids, its neighbours in grey, its table, a locator."""
    bounds = community_bounds(scene, community)
    layout = best_paper(scene, paper, bounds)
    k = layout.paper.enlarge
    frame, view, occupied = base_frame(layout, bounds), scene.after, Occupied()
    look, places = scene.style.labels, scene.outcome.district.communities
    rows = view.rows_of(community)
    arrow = arrow_marks(layout, occupied)
    locator, taken = locator_marks(scene, frame, community, k)
    if locator:
        occupied.add("locator", taken)
    sizes = [size * k for size in (look.grid * 1.8, look.grid * 1.4, look.grid, look.small)]
    labels, missing = label_grids(scene, view, frame, rows.tolist(), sizes, True, occupied)
    others = [c for c in range(len(places)) if c != community and frame.seen(places.geometry[c : c + 1])[0]]
    near = label_areas(
        frame, [str(places.names[c]) for c in others], places.geometry[others], [look.grid * k], occupied
    )
    inside = community_ground(scene, frame, community, k)
    inside += station_marks(scene, frame, k)
    inside += place_names(scene, frame, occupied, k)
    inside += label_marks(labels, look.color, look.halo, k)
    inside += label_marks(near, look.place_color, look.halo, k)
    inside += arrow + locator
    flow = Flow(layout.columns, 2.0 * k)
    flow.add_at_bottom(lambda x, y, w: sign_off(x, y, w, scene.style.sheet, k))
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, scene.style.sheet, k))
    flow.add(
        lambda x, y, w: legend(
            x, y, w, grid_entries(scene, k, streets=False, close=True), scene.style.sheet, k
        )
    )
    grid_tables(scene, flow, rows.tolist(), k)
    if missing:
        text = _("Grids not labelled on the map: {codes}").format(codes="、".join(missing))
        flow.add(lambda x, y, w: notes(x, y, w, [text], scene.style.sheet, k))
    title = _("{name}: grid map").format(name=places.names[community])
    marks = [Clip(frame.rect, tuple(inside)), *neat_marks(layout, scene), *flow.marks]
    marks += title_marks(layout, scene, title, community_subtitle(scene, community))
    marks += footer_marks(layout, scene, crs_text(scene), page_text(page))
    keys = tuple(label.key for label in labels)
    sheet = Sheet(
        "community", title, layout.paper.width, layout.paper.height, tuple(marks), frame.scale, keys
    )
    return replace(sheet, listed=tuple(missing), key=str(places.codes[community]))


def community_ground(scene: Scene, frame: Frame, community: int, k: float) -> list[Mark]:
    """Return coloured grids of a community on the grey of its neighbours, with all borders."""
    view, grids, ground = scene.after, scene.style.grids, scene.style.ground
    places = scene.outcome.district.communities
    marks: list[Mark] = [rectangle(frame.rect, None, ground.outside)]
    marks.append(frame.shape(places.geometry, None, ground.neighbour))
    marks += grid_marks(scene, view, frame, view.rows_of(community).tolist(), k)
    marks += ground_marks(scene, frame, k)
    marks += outline_marks(frame, places.geometry, Stroke("#8d8d8a", 0.3 * k, (5.0, 2.0)))
    own = view.polygons[view.rows_of(community)]
    marks += outline_marks(frame, own, Stroke(grids.line, grids.line_width * 1.5 * k))
    marks += outline_marks(
        frame,
        places.geometry[community : community + 1],
        Stroke(grids.community, grids.community_width * 1.5 * k),
    )
    return marks


def community_subtitle(scene: Scene, community: int) -> str:
    """Return street, code and counts of a community in one line."""
    places, view = scene.outcome.district.communities, scene.after
    rows = view.rows_of(community)
    text = _("{grids} grids, {households} households, {people} people").format(
        grids=len(rows), households=f"{view.households[rows].sum():,}", people=f"{view.people[rows].sum():,}"
    )
    if scene.options.public:
        text = _("{grids} grids").format(grids=len(rows))
    head = [places.street_names[community], places.codes[community], places.types[community]]
    return "    ".join(str(part) for part in [*head, text] if part)


def locator_marks(
    scene: Scene, frame: Frame, community: int, k: float
) -> tuple[list[Mark], tuple[float, float, float, float]]:
    """Return a small map of the district that shows where the community lies, in the emptiest corner."""
    side = min(34.0 * k, frame.rect.height * 0.22, frame.rect.width * 0.22)
    places = scene.outcome.district.communities.geometry
    own = frame.on_sheet(places[community : community + 1])[0]
    rect, gap = frame.rect, 2.0 * k
    corners = [
        Rect(rect.x + gap, rect.bottom - side - gap, side, side),
        Rect(rect.x + gap, rect.y + gap, side, side),
        Rect(rect.right - side - gap, rect.bottom - side - gap, side, side),
    ]
    covers = [own.intersection(shapely.box(b.x, b.y, b.right, b.bottom)).area for b in corners]
    best = int(np.argmin(covers))
    if covers[best] > 0:
        return [], (0.0, 0.0, 0.0, 0.0)
    box = corners[best]
    small = Frame.around(scene.bounds, box, 1.5 * k)
    ground, grids, tiny = scene.style.ground, scene.style.grids, scene.small_communities
    marks: list[Mark] = [
        rectangle(box, Stroke(scene.style.sheet.line, 0.25 * k), ground.paper),
        small.shape(tiny, Stroke("#ffffff", 0.12 * k), ground.neighbour),
        small.shape(tiny[community : community + 1], Stroke(grids.community, 0.2 * k), grids.community),
    ]
    return [Clip(box, tuple(marks))], (box.x - gap, box.y - gap, box.right + gap, box.bottom + gap)


def leading_branches(scene: Scene) -> dict[int, str]:
    """Return the name of the leading branch of each grid."""
    plan = scene.outcome.after.plan
    names = {branch.code: branch.name for branch in plan.branches}
    return {tie.grid: names.get(tie.branch, tie.branch) for tie in plan.ties if tie.leading}


def grid_tables(scene: Scene, flow: Flow, rows: Sequence[int], k: float) -> None:
    """Add the table of grids, and that of their leading branches, over as many columns as there are."""
    view, measures = scene.after, scene.outcome.after.measures
    body, people = [], not scene.options.public
    for row in rows:
        radius = measures.radius_m[row]
        numbers = [f"{view.households[row]:,}", f"{view.people[row]:,}"] if people else []
        far = f"{radius:,.0f}" if np.isfinite(radius) else "—"
        change = view.records[row].change
        body.append([view.numbers[row], view.name(row), *numbers, far, change.value if change else ""])
    head = [
        _("No."),
        _("Grid name"),
        *([_("Households"), _("People")] if people else []),
        _("Radius m"),
        _("Change"),
    ]
    shares = (0.09, 0.34, 0.12, 0.13, 0.16, 0.16) if people else (0.1, 0.56, 0.16, 0.18)
    align = "rlrrrc" if people else "rlrc"
    add_table(flow, Table(_("Grids"), head, body, shares, align), scene, k)
    branches = leading_branches(scene)
    if branches:
        lines = [[view.numbers[row], branches.get(row, _("none yet"))] for row in rows]
        content = Table(_("Leading party branches"), [_("No."), _("Party branch")], lines, (0.12, 0.88), "rl")
        add_table(flow, content, scene, k)


@dataclass(frozen=True)
class Table:
    """A table of a sheet: heading, head row, rows, share of each column's width, and its alignment."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    align: str


def add_table(flow: Flow, content: Table, scene: Scene, k: float) -> int:
    """Add a table, continued in the next columns; return how many rows found no room.

    The letters shrink, down to a limit, before a row is left out.
    """
    size = scene.style.sheet.body * k * 0.95
    room = flow.room + sum(column.height for column in flow.columns[len(flow.columns) - flow.columns_left :])
    needed = (len(content.rows) + 4 + 3 * flow.columns_left) * _ROW * size
    size *= min(1.0, max(0.62, room / needed)) if needed > 0 else 1.0
    left = list(content.rows)
    while left:
        fit = int((flow.room - size * 2.4 - size * 0.8) / (_ROW * size)) - 1
        if fit < 1:
            if not flow.columns_left:
                return len(left)
            flow.next_column()
            continue
        part, left = left[:fit], left[fit:]

        def draw(x: float, y: float, width: float, part: list[Sequence[str]] = part) -> Block:
            marks, top = heading(x, y, width, content.title, size * 1.1)
            widths = [width * share for share in content.shares]
            drawn, high = table(x, y + top, widths, content.header, part, size, content.align)
            return marks + drawn, top + high

        flow.add(draw)
    return 0
