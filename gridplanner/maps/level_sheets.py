# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sheets of further levels: area grids over the district, micro-grids community by community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.maps.atlas import community_subtitle, locator_marks, page_order
from gridplanner.maps.compose import Draft, Page, arrow_marks, numbered_or_alone
from gridplanner.maps.continued import list_pages
from gridplanner.maps.frame import Frame
from gridplanner.maps.furniture import Entry
from gridplanner.maps.graticule import graticule_marks
from gridplanner.maps.ground import ground_marks, station_marks
from gridplanner.maps.keys import border_entries, ground_entries
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Mark, Sheet, Stroke, rectangle
from gridplanner.maps.match import match_marks, windows
from gridplanner.maps.naming import label_areas, label_grids, place_names
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.sheets import begin_column, district_draft, head, street_names
from gridplanner.maps.skeleton import Layout
from gridplanner.maps.tables import Content, Table, missing_lines, pour, short_name
from gridplanner.maps.theme import border_marks, fill_marks, label_marks, outline_marks
from gridplanner.model.measures import Measures
from gridplanner.model.outcome import Division
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.texts import _

#: Borders of area grids stand out over those of their grids by so much.
_AREA_WIDTH = 3.0
#: Borders of grids on a sheet of micro-grids, and of the micro-grids inside them.
_GRID_WIDTH, _MICRO_WIDTH = 2.2, 0.7


class LevelView(View):
    """One further level of a plan as maps see it; its numbers say which unit above each lies in."""

    def __init__(self, scene: Scene, level: str) -> None:
        plan = scene.outcome.levels[level]
        super().__init__(scene.outcome, _division(scene, plan), scene.style, "neighbours")
        number_of = dict(zip((g.code for g in scene.after.records), scene.after.numbers, strict=True))
        self.numbers = [_number(record, level, number_of) for record in self.records]


def _division(scene: Scene, plan: Plan) -> Division:
    """Return a level as a division with the counts that maps write; no rule of the grids holds for it."""
    atoms, n = scene.outcome.district.atoms, plan.n_grids
    unknown, none = np.full(n, np.nan), np.zeros(n, np.int64)
    people, homes = plan.sums(atoms.people), plan.sums(atoms.households)
    measures = Measures(people, homes, none, unknown, unknown, unknown, unknown, none)
    return Division(plan, measures, grid_polygons(atoms.geometry, plan.assignment, n))


def _number(record: GridRecord, level: str, number_of: dict[str, str]) -> str:
    """Return what a unit of a level is called on a map: `7-2` is the second micro-grid of grid 7."""
    tail = record.code.removeprefix(record.note)
    if level == "micro":
        return f"{number_of.get(record.note, '')}-{int(tail)}"
    return _("A{number}").format(number=int(tail.lstrip("P")))


def level_sheets(scene: Scene, paper: str, communities: Sequence[int] = ()) -> list[Sheet]:
    """Return the sheet of area grids, then one of micro-grids per community, as far as there are any.

    Parameters
    ----------
    communities : sequence of int
        Those to draw, without the sheet of the district; all where empty.
    """
    sheets: list[Sheet] = []
    if "area" in scene.outcome.levels and not communities:
        sheets += numbered_or_alone(area_pages(scene, paper))
    if "micro" in scene.outcome.levels:
        view = LevelView(scene, "micro")
        for community in communities or page_order(scene):
            sheets += numbered_or_alone(micro_pages(scene, view, paper, community))
    return sheets


def area_pages(scene: Scene, paper: str) -> list[Page]:
    """Return the map of the area grids: each in a colour, its grids as thin lines, and their list."""
    draft = district_draft(scene, paper, "level", _("{title}: area grids").format(title=head(scene)))
    view, frame, k, occupied = LevelView(scene, "area"), draft.frame, draft.k, Occupied()
    grids, look, places = scene.style.grids, scene.style.labels, scene.outcome.district.communities
    arrow = graticule_marks(draft, occupied) + arrow_marks(draft.layout, occupied)
    sizes = [size * k for size in (look.grid * 1.3, look.grid, look.small)]
    labels, missing = label_grids(scene, view, frame, range(view.plan.n_grids), sizes, False, occupied)
    steps = [look.community * k * share for share in (1, 0.85, 0.7, 0.55)]
    titles = label_areas(frame, [str(name) for name in places.names], places.geometry, steps, occupied)
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += fill_marks(frame, view.polygons, view.fills, range(view.plan.n_grids))
    inside += ground_marks(scene, frame, k, buildings=False)
    line = Stroke(grids.line, grids.line_width * _AREA_WIDTH * k)
    inside += outline_marks(frame, view.polygons, line)
    inside += border_marks(scene, scene.after, frame, k)
    inside += street_names(draft, occupied)
    inside += label_marks(labels, look.color, look.halo, k)
    inside += label_marks(titles, look.community_color, look.halo, k, bold=True)
    entries = [
        Entry(_("Area grid (adjoining ones differ in colour)"), grids.palette[0]),
        Entry(_("Border of an area grid"), stroke=line),
        *border_entries(scene, k),
        *ground_entries(scene, frame, k, close=False, buildings=False),
    ]
    flow = begin_column(draft, entries)
    rest = pour(flow, [area_table(scene, view), *missing_lines(view, missing)], scene, k)
    return [draft.finish([*inside, *arrow], flow, labels, missing), *list_pages(draft, rest)]


def area_table(scene: Scene, view: View) -> Table:
    """Return the area grids by community: number, grids, people."""
    pairs = np.unique(np.column_stack([view.plan.assignment, scene.after.plan.assignment]), axis=0)
    holds = np.bincount(pairs[(pairs >= 0).all(axis=1), 0], minlength=view.plan.n_grids)
    rows: list[list[str]] = []
    for community in page_order(scene):
        for row in view.rows_of(community).tolist():
            counts = [] if scene.options.public else [view.count(view.people[row])]
            rows.append([view.community_names[community], view.numbers[row], f"{int(holds[row]):,}", *counts])
    header = [_("Community"), _("Area"), _("Grids")]
    if scene.options.public:
        return _folding(Table(_("Area grids"), header, rows, (0.5, 0.25, 0.25), "lrr"))
    return _folding(Table(_("Area grids"), [*header, _("People")], rows, (0.4, 0.18, 0.18, 0.24), "lrrr"))


def _folding(table: Table) -> Table:
    """Return a table of short words that may stand in two columns where it is long."""
    return replace(table, narrow=table)


def micro_pages(scene: Scene, view: View, paper: str, community: int) -> list[Page]:
    """Return the micro-grids of a community inside its grids, and their list."""
    frames = windows(scene, paper, scene.outcome.district.communities.geometry[community])
    pages: list[Page] = []
    rest: list[Content] = []
    for part in range(len(frames)):
        page, rest = _micro_part(scene, view, community, frames, part)
        pages.append(page)
    return [*pages, *list_pages(pages[-1].draft, rest)]


def _micro_part(
    scene: Scene, view: View, community: int, frames: Sequence[tuple[Layout, Frame]], part: int
) -> tuple[Page, list[Content]]:
    """Return one page of a community's micro-grids and what its lists lack."""
    (layout, frame), places = frames[part], scene.outcome.district.communities
    title = _("{name}: micro-grids").format(name=places.names[community])
    if len(frames) > 1:
        title = _("{title} (sheet {part} of {parts})").format(title=title, part=part + 1, parts=len(frames))
    subtitle = community_subtitle(scene, community)
    draft = Draft(scene, layout, frame, "level", title, subtitle, str(places.codes[community]))
    k, occupied, look, rows = draft.k, Occupied(), scene.style.labels, view.rows_of(community).tolist()
    arrow = graticule_marks(draft, occupied) + arrow_marks(layout, occupied, frame.angle)
    locator, taken = locator_marks(scene, frame, community, k)
    if locator:
        occupied.add("locator", taken)
    lines = match_marks(draft, frames, part, occupied)
    sizes = [size * k for size in (look.grid * 1.2, look.grid, look.small)]
    labels, missing = label_grids(scene, view, frame, rows, sizes, False, occupied)
    inside = _micro_ground(scene, view, frame, community, k)
    inside += place_names(scene, frame, occupied, k) + label_marks(labels, look.color, look.halo, k)
    flow = begin_column(draft, _micro_entries(scene, frame, k))
    # Of several sheets each shows a part: what it does not show needs no label on it.
    seen = {
        view.key(row) for row in rows if view.polygons[row] is not None and frame.holds(view.polygons[row])
    }
    missing = [key for key in missing if len(frames) == 1 or key in seen]
    rest = pour(flow, [micro_table(scene, view, rows), *missing_lines(view, missing)], scene, k)
    return draft.finish([*inside, *lines, *arrow, *locator], flow, labels, missing), rest


def _micro_ground(scene: Scene, view: View, frame: Frame, community: int, k: float) -> list[Mark]:
    """Return the micro-grids in colour on the grey of the neighbours, the borders of grids above them."""
    grids, ground, places = scene.style.grids, scene.style.ground, scene.outcome.district.communities
    rows = view.rows_of(community)
    marks: list[Mark] = [rectangle(frame.rect, None, ground.outside)]
    marks.append(frame.shape(places.geometry, None, ground.neighbour))
    marks += fill_marks(frame, view.polygons, view.fills, rows.tolist())
    marks += ground_marks(scene, frame, k)
    marks += outline_marks(frame, scene.community_lines, Stroke("#8d8d8a", 0.3 * k, (5.0, 2.0)))
    marks += outline_marks(
        frame, view.polygons[rows], Stroke(grids.line, grids.line_width * _MICRO_WIDTH * k)
    )
    own = scene.after.polygons[scene.after.rows_of(community)]
    marks += outline_marks(frame, own, Stroke(grids.line, grids.line_width * _GRID_WIDTH * k))
    edge = Stroke(grids.community, grids.community_width * 1.5 * k)
    marks += outline_marks(frame, places.geometry[community : community + 1], edge)
    return marks + station_marks(scene, frame, k)


def _micro_entries(scene: Scene, frame: Frame, k: float) -> list[Entry]:
    """Return the legend of a sheet of micro-grids."""
    grids = scene.style.grids
    return [
        Entry(_("Micro-grid (adjoining ones differ in colour)"), grids.palette[0]),
        Entry(_("Border of a micro-grid"), stroke=Stroke(grids.line, grids.line_width * _MICRO_WIDTH * k)),
        Entry(_("Grid border"), stroke=Stroke(grids.line, grids.line_width * _GRID_WIDTH * k)),
        border_entries(scene, k, streets=False)[1],
        Entry(_("Neighbouring community"), scene.style.ground.neighbour),
        *ground_entries(scene, frame, k, close=True),
    ]


def micro_table(scene: Scene, view: View, rows: Sequence[int]) -> Table:
    """Return the micro-grids of a community under the names of their grids: households and people."""
    above = {g.code: row for row, g in enumerate(scene.after.records)}
    body: list[list[str]] = []
    last = ""
    for row in rows:
        note = view.records[row].note
        if note != last and note in above:
            body.append([short_name(scene.after, above[note])])
        last = note
        counts = [view.count(view.households[row]), view.count(view.people[row])]
        body.append([view.numbers[row], *([] if scene.options.public else counts)])
    if scene.options.public:
        return _folding(Table(_("Micro-grids"), [_("No.")], body, (1.0,), "l"))
    header = [_("No."), _("Households"), _("People")]
    return _folding(Table(_("Micro-grids"), header, body, (0.4, 0.3, 0.3), "lrr"))
