# SPDX-License-Identifier: LGPL-3.0-or-later
"""The atlas: an index page, then one page per community with its grids and their table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridplanner.maps.compose import (
    Draft,
    Page,
    arrow_marks,
    best_layout,
    numbered,
    numbered_or_alone,
    window_frame,
)
from gridplanner.maps.continued import list_pages
from gridplanner.maps.frame import Frame
from gridplanner.maps.furniture import scale_bar
from gridplanner.maps.graticule import graticule_marks
from gridplanner.maps.ground import ground_marks, meeting_marks, station_marks
from gridplanner.maps.keys import grid_entries
from gridplanner.maps.labels import Box, Label, Occupied
from gridplanner.maps.marks import Clip, Mark, Rect, Sheet, Stroke, rectangle
from gridplanner.maps.match import match_marks, windows
from gridplanner.maps.naming import label_areas, label_grids, place_names
from gridplanner.maps.scene import Scene
from gridplanner.maps.sheets import begin_column, district_subtitle, head, street_names
from gridplanner.maps.skeleton import Layout
from gridplanner.maps.tables import Content, Table, add_if_room, four_limits, grid_tables, missing_lines, pour
from gridplanner.maps.theme import fill_marks, grid_marks, label_marks, outline_marks, street_marks
from gridplanner.texts import _


def page_order(scene: Scene) -> list[int]:
    """Return the communities in the order of the atlas: by street, then by code."""
    places = scene.outcome.district.communities
    return sorted(
        range(len(places)), key=lambda c: (str(scene.street_of_community[c]), str(places.codes[c]), c)
    )


def atlas_sheets(scene: Scene, paper: str) -> list[Sheet]:
    """Return the index page and the pages of all communities, numbered.

    A community that is too long for one page at the smallest scale of an atlas gets several.
    """
    first: dict[int, int] = {}
    pages: list[Page] = []
    for community in page_order(scene):
        first[community] = len(pages)
        pages += community_pages(scene, paper, community)
    index = index_pages(scene, paper, first)
    # Where the list of pages is long, the index takes more than one page, and all others move on.
    ahead = len(index) + 1
    index = index_pages(scene, paper, {c: page + ahead for c, page in first.items()})
    return numbered([*index, *pages])


def index_pages(scene: Scene, paper: str, first: dict[int, int]) -> list[Page]:
    """Return the index: every community on the map with its page number, and the list of pages.

    Parameters
    ----------
    first : dict of int to int
        First page of each community, in the order of the atlas.
    """
    layout = best_layout(scene, paper, scene.bounds)
    title = _("{title}: community atlas").format(title=head(scene))
    frame = window_frame(layout, scene.bounds)
    draft = Draft(scene, layout, frame, "index", title, district_subtitle(scene))
    k, occupied, look = draft.k, Occupied(), scene.style.labels
    places, grids = scene.outcome.district.communities, scene.style.grids
    arrow = arrow_marks(layout, occupied)
    names = [_("{name} {page}").format(name=places.names[c], page=first[c]) for c in range(len(places))]
    titles = label_areas(
        frame, names, places.geometry, [look.community * k * f for f in (1, 0.8, 0.6)], occupied
    )
    tints = [grids.palette[scene.street_tints[key]] for key in scene.street_of_community]
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += fill_marks(frame, places.geometry, tints, range(len(places)))
    inside += ground_marks(scene, frame, k, buildings=False)
    inside += outline_marks(frame, places.geometry, Stroke(grids.community, grids.community_width * k))
    inside += street_marks(scene, frame, k)
    inside += label_marks(titles, look.community_color, look.halo, k, bold=True)
    inside += street_names(draft, occupied) + arrow
    flow = draft.flow()
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, scene.style.sheet, k))
    rows = [
        [
            *(str(page), str(places.names[c]), scene.street_name(str(scene.street_of_community[c]))),
            str(len(scene.after.rows_of(c))),
        ]
        for c, page in first.items()
    ]
    header = [_("Page"), _("Community"), _("Street"), _("Grids")]
    table = Table(_("Index of pages"), header, rows, (0.12, 0.40, 0.34, 0.14), "rllr")
    rest = pour(flow, [table], scene, k)
    return [draft.finish(inside, flow), *list_pages(draft, rest)]


def community_sheets(scene: Scene, paper: str, community: int, kind: str = "community") -> list[Sheet]:
    """Return the sheets of a community on their own; see `community_pages`."""
    return numbered_or_alone(community_pages(scene, paper, community, kind))


def community_pages(scene: Scene, paper: str, community: int, kind: str = "community") -> list[Page]:
    """Return the page of a community, or several with match lines where it is too long for one.

    Lists that find no room beside the map go on on further pages.

    Parameters
    ----------
    kind : str
        `community`, or `notice` for the notice board: limits in words, nobody's numbers.
    """
    frames = windows(scene, paper, scene.outcome.district.communities.geometry[community])
    pages: list[Page] = []
    rest: list[Content] = []
    for part in range(len(frames)):
        page, rest = _community_part(scene, community, frames, part, kind)
        pages.append(page)
    return [*pages, *list_pages(pages[-1].draft, rest)]


def _community_part(
    scene: Scene, community: int, frames: Sequence[tuple[Layout, Frame]], part: int, kind: str
) -> tuple[Page, list[Content]]:
    """Return one page of a community (its grids, neighbours in grey, a locator) and what its lists lack."""
    (layout, frame), name = frames[part], scene.outcome.district.communities.names[community]
    title = (_("{name}: notice of grids") if kind == "notice" else _("{name}: grid map")).format(name=name)
    if len(frames) > 1:
        title = _("{title} (sheet {part} of {parts})").format(title=title, part=part + 1, parts=len(frames))
    code = str(scene.outcome.district.communities.codes[community])
    draft = Draft(scene, layout, frame, kind, title, community_subtitle(scene, community), code)
    k, view, occupied = draft.k, scene.after, Occupied()
    rows = view.rows_of(community).tolist()
    arrow = graticule_marks(draft, occupied) + arrow_marks(layout, occupied, frame.angle)
    locator, taken = locator_marks(scene, frame, community, k)
    if locator:
        occupied.add("locator", taken)
    lines = match_marks(draft, frames, part, occupied)
    labels, missing, near = _community_labels(draft, community, occupied)
    look = scene.style.labels
    inside = community_ground(scene, frame, community, k)
    inside += station_marks(scene, frame, k) + meeting_marks(scene, frame, k)
    inside += place_names(scene, frame, occupied, k)
    inside += label_marks(labels, look.color, look.halo, k)
    inside += label_marks(near, look.place_color, look.halo, k)
    inside += lines + arrow + locator
    flow = begin_column(draft, grid_entries(scene, frame, k, single=True, neighbours=True))
    # Of several sheets each shows a part: a grid is missing only where its part is seen and has no label.
    seen = {
        view.key(row) for row in rows if view.polygons[row] is not None and frame.holds(view.polygons[row])
    }
    missing = [key for key in missing if len(frames) == 1 or key in seen]
    contents, limits = [*missing_lines(view, missing), *grid_tables(scene, rows)], four_limits(scene, rows)
    rest = pour(flow, [*contents, *(limits if kind == "notice" else [])], scene, k)
    if kind != "notice" and not rest:
        add_if_room(flow, limits, scene, k)
    return draft.finish(inside, flow, labels, missing), rest


def _community_labels(
    draft: Draft, community: int, occupied: Occupied
) -> tuple[list[Label], list[str], list[Label]]:
    """Place the labels of the grids, then the names of the neighbours."""
    scene, frame, k = draft.scene, draft.frame, draft.k
    look, places = scene.style.labels, scene.outcome.district.communities
    sizes = [size * k for size in (look.grid * 1.8, look.grid * 1.4, look.grid, look.small)]
    rows = scene.after.rows_of(community).tolist()
    labels, missing = label_grids(scene, scene.after, frame, rows, sizes, True, occupied)
    others = np.array([c for c in range(len(places)) if c != community], np.int64)
    names = [str(places.names[c]) for c in others]
    near = label_areas(frame, names, places.geometry[others], [look.grid * k], occupied)
    return labels, missing, near


def community_ground(scene: Scene, frame: Frame, community: int, k: float) -> list[Mark]:
    """Return coloured grids of a community on the grey of its neighbours, with all borders."""
    view, grids, ground = scene.after, scene.style.grids, scene.style.ground
    places = scene.outcome.district.communities
    marks: list[Mark] = [rectangle(frame.rect, None, ground.outside)]
    marks.append(frame.shape(places.geometry, None, ground.neighbour))
    marks += grid_marks(scene, view, frame, view.rows_of(community).tolist(), k)
    marks += ground_marks(scene, frame, k)
    marks += outline_marks(frame, scene.community_lines, Stroke("#8d8d8a", 0.3 * k, (5.0, 2.0)))
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
    text = _("{grids} grids").format(grids=len(rows))
    if not scene.options.public:
        if view.counts_households:
            text += "　" + _("{households} households").format(households=f"{view.households[rows].sum():,}")
        text += "　" + _("{people} people").format(people=f"{view.people[rows].sum():,}")
    head = [places.street_names[community], places.codes[community], places.types[community]]
    return "    ".join(str(part) for part in [*head, text] if part)


def locator_marks(scene: Scene, frame: Frame, community: int, k: float) -> tuple[list[Mark], Box]:
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
