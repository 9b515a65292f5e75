# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compose the overview sheets: district, street, change, branches, before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridplanner.maps.borders import compare_borders
from gridplanner.maps.compose import Draft, Page, arrow_marks, best_layout, numbered_or_alone, window_frame
from gridplanner.maps.continued import list_pages
from gridplanner.maps.frame import Bounds, Frame
from gridplanner.maps.furniture import Entry, feedback_box, legend, notes, scale_bar, sign_off
from gridplanner.maps.graticule import graticule_marks
from gridplanner.maps.ground import ground_marks, meeting_marks, station_marks
from gridplanner.maps.keys import (
    CHANGES,
    CLOSE,
    border_entries,
    change_entries,
    change_notes,
    grid_entries,
    ground_entries,
    meeting_entries,
)
from gridplanner.maps.labels import Label, Occupied
from gridplanner.maps.marks import Mark, Sheet, Stroke, rectangle
from gridplanner.maps.naming import label_areas, label_grids, place_names
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.skeleton import Flow
from gridplanner.maps.tables import (
    Group,
    Table,
    add_if_room,
    community_groups,
    community_table,
    everywhere,
    grid_list,
    missing_lines,
    pour,
    street_groups,
    street_table,
    word_counts,
)
from gridplanner.maps.theme import (
    HATCHES,
    border_marks,
    fill_marks,
    grid_marks,
    hatch_marks,
    label_marks,
    outline_marks,
    street_marks,
)
from gridplanner.texts import _


def bounds_of(shape: shapely.Geometry) -> Bounds:
    """Return the extent of a shape."""
    west, south, east, north = shapely.bounds(shape)
    return float(west), float(south), float(east), float(north)


def head(scene: Scene) -> str:
    """Return what all titles begin with."""
    return scene.outcome.title or scene.outcome.district.name


def district_subtitle(scene: Scene, view: View | None = None) -> str:
    """Return scenario and counts in one line."""
    shown = view or scene.after
    general = shown.plan.general()
    text = _("{communities} communities, {grids} general grids, {dedicated} dedicated grids").format(
        communities=len(scene.outcome.district.communities),
        grids=int(general.sum()),
        dedicated=int((~general).sum()),
    )
    if scene.has_streets:
        text = _("{streets} streets, {others}").format(streets=len(scene.streets), others=text)
    name = shown.plan.name
    return f"{name}　{text}" if name else text


def labels_of(
    draft: Draft, view: View, rows: Sequence[int], communities: Sequence[int], occupied: Occupied
) -> tuple[list[Label], list[str], list[Mark]]:
    """Place numbers of grids, then names of streets and communities.

    Returns
    -------
    labels : list of Label
        Of the grids.
    missing : list of str
        Keys of the grids without a place.
    titles : list of Mark
        The names of streets and communities.
    """
    scene, frame, k = draft.scene, draft.frame, draft.k
    look, places = scene.style.labels, scene.outcome.district.communities
    sizes = [size * k for size in (look.grid, (look.grid + look.small) / 2, look.small)]
    labels, missing = label_grids(scene, view, frame, rows, sizes, frame.scale <= CLOSE, occupied)
    marks = [] if draft.kind == "street" else street_names(draft, occupied)
    names = [str(places.names[c]) for c in communities]
    steps = [look.community * k * share for share in (1, 0.85, 0.7, 0.55)]
    titles = label_areas(frame, names, places.geometry[np.asarray(communities, np.int64)], steps, occupied)
    return labels, missing, label_marks(titles, look.community_color, look.halo, k, bold=True) + marks


def street_names(draft: Draft, occupied: Occupied) -> list[Mark]:
    """Return the names of all streets where the labels so far leave room; none where there is but one."""
    scene, k = draft.scene, draft.k
    if len(scene.streets) < 2:
        return []
    names = [scene.street_name(key) for key in scene.streets]
    steps = [scene.style.labels.street * k * share for share in (1, 0.85, 0.72, 0.6)]
    # Looked for twice as densely as others: seven names must not be missing among three hundred numbers.
    labels = label_areas(draft.frame, names, scene.street_polygons, steps, occupied, samples=35)
    return label_marks(labels, scene.style.grids.street, scene.style.labels.halo, k * 1.5, bold=True)


def written(draft: Draft, labels: Sequence[Label], titles: Sequence[Mark], occupied: Occupied) -> list[Mark]:
    """Return all names of an overview: ground first, grids, communities and streets above."""
    look, k = draft.scene.style.labels, draft.k
    marks = place_names(draft.scene, draft.frame, occupied, k)
    return [*marks, *label_marks(labels, look.color, look.halo, k), *titles]


def begin_column(draft: Draft, entries: Sequence[Entry]) -> Flow:
    """Return the columns with scale, legend, and a box to sign; on a notice to say where remarks go."""
    flow, sizes, k, options = draft.flow(), draft.scene.style.sheet, draft.k, draft.scene.options
    if draft.kind == "notice":
        period, phone = options.notice_period, options.notice_phone
        flow.add_at_bottom(lambda x, y, w: feedback_box(x, y, w, period, phone, sizes, k))
    else:
        flow.add_at_bottom(lambda x, y, w: sign_off(x, y, w, sizes, k))
    flow.add(lambda x, y, w: scale_bar(x, y, w, draft.frame.scale, sizes, k))
    flow.add(lambda x, y, w: legend(x, y, w, entries, sizes, k))
    return flow


def overview(draft: Draft, view: View) -> list[Page]:
    """Return a map of the whole district in one division."""
    scene, k, occupied = draft.scene, draft.k, Occupied()
    arrow = graticule_marks(draft, occupied) + arrow_marks(draft.layout, occupied)
    labels, missing, titles = labels_of(draft, view, range(view.plan.n_grids), everywhere(scene), occupied)
    inside: list[Mark] = [rectangle(draft.frame.rect, None, scene.style.ground.outside)]
    inside += grid_marks(scene, view, draft.frame, range(view.plan.n_grids), k)
    inside += ground_marks(scene, draft.frame, k)
    inside += border_marks(scene, view, draft.frame, k)
    if draft.frame.scale <= CLOSE:
        inside += station_marks(scene, draft.frame, k) + meeting_marks(scene, draft.frame, k)
    inside += written(draft, labels, titles, occupied) + arrow
    flow = begin_column(draft, grid_entries(scene, draft.frame, k))
    rest = pour(flow, [street_table(scene), *missing_lines(view, missing)], scene, k)
    if scene.has_streets:
        add_if_room(flow, [community_table(scene, everywhere(scene))], scene, k)
    return [draft.finish(inside, flow, labels, missing), *list_pages(draft, rest)]


def district_draft(scene: Scene, paper: str, kind: str, title: str) -> Draft:
    """Return the draft of a sheet of the whole district."""
    layout = best_layout(scene, paper, scene.bounds)
    return Draft(scene, layout, window_frame(layout, scene.bounds), kind, title, district_subtitle(scene))


def district_pages(scene: Scene, paper: str) -> list[Page]:
    """Return the wall map of the whole district: coloured grids, numbers, communities, streets."""
    title = _("{title}: grid map").format(title=head(scene))
    return overview(district_draft(scene, paper, "district", title), scene.after)


def before_after_pages(scene: Scene, paper: str) -> list[Page]:
    """Return today's grids and the new ones at the same scale and place, to lay side by side."""
    layout = best_layout(scene, paper, scene.bounds)
    frame = window_frame(layout, scene.bounds)
    titles = (_("{title}: grids today"), _("{title}: grids of the plan"))
    pages: list[Page] = []
    for title, view in zip(titles, (scene.before, scene.after), strict=True):
        name, subtitle = title.format(title=head(scene)), district_subtitle(scene, view)
        pages += overview(Draft(scene, layout, frame, "before_after", name, subtitle), view)
    return pages


def street_sheets(scene: Scene, paper: str, keys: Sequence[str]) -> list[Sheet]:
    """Return the sheets of streets, each with its own numbers of pages."""
    return [sheet for key in keys for sheet in numbered_or_alone(street_pages(scene, paper, key))]


def street_pages(scene: Scene, paper: str, key: str) -> list[Page]:
    """Return the sheet of one street: its communities and grids, everything around in grey.

    The list of its grids goes on on a further page where it is long.
    """
    area, ground, grids = (
        scene.street_polygons[scene.streets.index(key)],
        scene.style.ground,
        scene.style.grids,
    )
    layout = best_layout(scene, paper, bounds_of(area))
    communities = np.flatnonzero(scene.street_of_community == key).tolist()
    title = _("{name}: grid map").format(name=scene.street_name(key))
    frame = window_frame(layout, bounds_of(area))
    draft = Draft(scene, layout, frame, "street", title, street_subtitle(scene, communities), key)
    view, k, occupied = scene.after, draft.k, Occupied()
    arrow = graticule_marks(draft, occupied) + arrow_marks(layout, occupied)
    rows = [row for c in communities for row in view.rows_of(c).tolist()]
    labels, missing, titles = labels_of(draft, view, rows, communities, occupied)
    places = scene.outcome.district.communities.geometry
    inside: list[Mark] = [
        rectangle(frame.rect, None, ground.outside),
        frame.shape(places, None, ground.neighbour),
    ]
    inside += grid_marks(scene, view, frame, rows, k)
    inside += ground_marks(scene, frame, k)
    inside += outline_marks(frame, scene.community_lines, Stroke("#8d8d8a", 0.3 * k, (5.0, 2.0)))
    inside += outline_marks(frame, view.polygons[rows], Stroke(grids.line, grids.line_width * k))
    inside += outline_marks(frame, places[communities], Stroke(grids.community, grids.community_width * k))
    inside += street_marks(scene, frame, k, scene.streets.index(key))
    if frame.scale <= CLOSE:
        inside += station_marks(scene, frame, k) + meeting_marks(scene, frame, k)
    inside += written(draft, labels, titles, occupied) + arrow
    flow = begin_column(draft, grid_entries(scene, frame, k, neighbours=True))
    contents = [community_table(scene, communities), *missing_lines(view, missing)]
    rest = pour(flow, [*contents, grid_list(scene, communities)], scene, k)
    return [draft.finish(inside, flow, labels, missing), *list_pages(draft, rest)]


def street_subtitle(scene: Scene, communities: Sequence[int]) -> str:
    """Return the counts of a street in one line."""
    rows = np.concatenate([scene.after.rows_of(int(c)) for c in communities])
    text = _("{communities} communities, {grids} grids").format(communities=len(communities), grids=len(rows))
    if scene.options.public:
        return text
    people = _("{people} people").format(people=f"{scene.after.people[rows].sum():,}")
    return f"{text}　{people}"


def change_pages(scene: Scene, paper: str) -> list[Page]:
    """Return the map of change: kinds of change in colour and hatch, borders kept, added, given up."""
    draft = district_draft(scene, paper, "change", _("{title}: map of changes").format(title=head(scene)))
    view, k, frame, occupied = scene.after, draft.k, draft.frame, Occupied()
    grids, sizes = scene.style.grids, scene.style.sheet
    arrow = graticule_marks(draft, occupied) + arrow_marks(draft.layout, occupied)
    labels, missing, titles = labels_of(draft, view, range(view.plan.n_grids), everywhere(scene), occupied)
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += change_fills(scene, frame, k)
    inside += ground_marks(scene, frame, k, buildings=False)
    inside += border_marks(scene, view, frame, k)
    lines = compare_borders(scene.before.polygons, view.polygons)
    inside += outline_marks(frame, lines.gone, Stroke(grids.old, grids.old_width * k, (3.0, 2.0)))
    inside += outline_marks(frame, lines.added, Stroke(grids.new, grids.new_width * k))
    inside += written(draft, labels, titles, occupied) + arrow
    flow = begin_column(draft, change_entries(scene, frame, k))
    flow.add(lambda x, y, w: notes(x, y, w, change_notes(scene), sizes, k * 1.15))
    rest = pour(flow, [change_table(scene, street_groups(scene)), *missing_lines(view, missing)], scene, k)
    add_if_room(flow, [change_table(scene, community_groups(scene, everywhere(scene)))], scene, k)
    return [draft.finish(inside, flow, labels, missing), *list_pages(draft, rest)]


def change_words(scene: Scene) -> list[str]:
    """Return the kind of change of each grid as the house style names it."""
    return [CHANGES.get(record.change, "none") if record.change else "none" for record in scene.after.records]


def change_table(scene: Scene, groups: Sequence[Group]) -> Table:
    """Return how many grids of each group are kept, merged, split and so on; what is nowhere is left out."""
    view, title = scene.after, _("Changes by street")
    # As everywhere, only general grids count, and the dedicated ones carved out by this plan.
    words = [
        word if general or word == "carved_out" else ""
        for word, general in zip(change_words(scene), view.general.tolist(), strict=True)
    ]
    first = _("Street")
    if len(groups) != len(scene.streets) or not scene.has_streets:
        title, first = _("Changes by community"), _("Community")
    kinds = [(word, kind.value) for kind, word in CHANGES.items() if word in words]
    return word_counts(scene, (title, first), groups, kinds or [("none", _("none yet"))], words)


def change_fills(scene: Scene, frame: Frame, k: float) -> list[Mark]:
    """Return the grids coloured and hatched by kind of change."""
    look, view = scene.style.change, scene.after
    words = change_words(scene)
    marks = fill_marks(frame, view.polygons, [getattr(look, word) for word in words], range(len(words)))
    for word in HATCHES:
        rows = np.flatnonzero(np.array(words) == word)
        marks += hatch_marks(frame, view.polygons[rows], word, look.hatch, k)
    return marks


def branch_pages(scene: Scene, paper: str) -> list[Page]:
    """Return the map of party branches: own, joint or none for each grid, and where each meets."""
    draft = district_draft(scene, paper, "branch", _("{title}: party branches").format(title=head(scene)))
    view, k, frame, occupied = scene.after, draft.k, draft.frame, Occupied()
    arrow = graticule_marks(draft, occupied) + arrow_marks(draft.layout, occupied)
    labels, missing, titles = labels_of(draft, view, range(view.plan.n_grids), everywhere(scene), occupied)
    kinds = branch_kinds(scene)
    look = scene.style.change
    fills = [{"own": look.reshaped, "joint": look.split, "none": look.none}[kind] for kind in kinds]
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += fill_marks(frame, view.polygons, fills, range(len(fills)))
    joint = view.polygons[np.array(kinds) == "joint"]
    inside += hatch_marks(frame, joint, "split", look.hatch, k)
    inside += ground_marks(scene, frame, k, buildings=False)
    inside += border_marks(scene, view, frame, k)
    inside += branch_lines(scene, frame, k) + meeting_marks(scene, frame, k)
    inside += written(draft, labels, titles, occupied) + arrow
    count = {kind: kinds.count(kind) for kind in ("own", "joint", "none")}
    entries = [
        Entry(_("Own branch ({count} grids)").format(count=count["own"]), look.reshaped),
        Entry(_("Joint branch ({count} grids)").format(count=count["joint"]), look.split, hatch=(45.0,)),
        Entry(_("No branch yet ({count} grids)").format(count=count["none"]), look.none),
        Entry(_("Grids led together"), stroke=Stroke(scene.style.ground.station, 0.5 * k)),
        *meeting_entries(scene, frame),
        *border_entries(scene, k),
        *ground_entries(scene, frame, k, close=False, buildings=False),
    ]
    flow = begin_column(draft, entries)
    table = _branches_by_street(scene, kinds)
    rest = pour(flow, [table, *missing_lines(view, missing)], scene, k)
    return [draft.finish(inside, flow, labels, missing), *list_pages(draft, rest)]


def branch_kinds(scene: Scene) -> list[str]:
    """Return for each grid whether its leading branch is its `own`, a `joint` one, or there is `none`."""
    leads: dict[int, str] = {tie.grid: tie.branch for tie in scene.outcome.after.plan.ties if tie.leading}
    grids_of: dict[str, int] = {}
    for branch in leads.values():
        grids_of[branch] = grids_of.get(branch, 0) + 1
    return [
        ("joint" if grids_of[leads[row]] > 1 else "own") if row in leads else "none"
        for row in range(scene.after.plan.n_grids)
    ]


def branch_lines(scene: Scene, frame: Frame, k: float) -> list[Mark]:
    """Return lines that join the grids of a joint branch, from the first to each other one."""
    members: dict[str, list[int]] = {}
    for tie in scene.outcome.after.plan.ties:
        if tie.leading and scene.after.polygons[tie.grid] is not None:
            members.setdefault(tie.branch, []).append(tie.grid)
    lines = []
    for rows in members.values():
        points = shapely.get_coordinates(shapely.point_on_surface(scene.after.polygons[sorted(rows)]))
        lines += [shapely.LineString([points[0], point]) for point in points[1:]]
    array = np.empty(len(lines), dtype=object)
    array[:] = lines
    return outline_marks(frame, array, Stroke(scene.style.ground.station, 0.5 * k))


def _branches_by_street(scene: Scene, kinds: Sequence[str]) -> Table:
    """Return how many grids of each street have an own, a joint or no branch."""
    words = [("own", _("Own")), ("joint", _("Joint")), ("none", _("none yet"))]
    return word_counts(scene, (_("Grid branches by street"), _("Street")), street_groups(scene), words, kinds)
