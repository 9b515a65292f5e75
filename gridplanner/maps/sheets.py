# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compose the single sheets: the district's wall map and the map of change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplanner.maps.borders import compare_borders
from gridplanner.maps.crs import crs_text
from gridplanner.maps.frame import Bounds, Frame
from gridplanner.maps.furniture import heading, legend, north_arrow, notes, scale_bar, sign_off, table
from gridplanner.maps.ground import ground_marks
from gridplanner.maps.keys import CHANGES, change_entries, change_notes, grid_entries
from gridplanner.maps.labels import Occupied
from gridplanner.maps.marks import Clip, Mark, Sheet, Stroke, rectangle
from gridplanner.maps.naming import label_areas, label_grids, place_names
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene
from gridplanner.maps.skeleton import Flow, Layout, footer_marks, lay_out, neat_marks, title_marks
from gridplanner.maps.theme import (
    HATCHES,
    border_marks,
    fill_marks,
    grid_marks,
    hatch_marks,
    label_marks,
    outline_marks,
)
from gridplanner.texts import _


def best_paper(scene: Scene, name: str, bounds: Bounds) -> Layout:
    """Return the layout, lying or standing, that shows the ground at the larger scale; lying if equal."""
    layouts = [lay_out(Paper.of(name, landscape), scene) for landscape in (True, False)]
    scales = [Frame.around(bounds, layout.window).scale for layout in layouts]
    return layouts[0] if scales[0] <= scales[1] else layouts[1]


def base_frame(layout: Layout, bounds: Bounds, scale: int = 0) -> Frame:
    """Return the map window of a layout around some ground, inside the neat line."""
    return Frame.around(
        bounds, layout.window.inset(1.0 * layout.paper.enlarge), 3.0 * layout.paper.enlarge, scale
    )


def arrow_marks(layout: Layout, occupied: Occupied) -> list[Mark]:
    """Return the north arrow in the upper right corner of the map, its place taken."""
    k, window = layout.paper.enlarge, layout.window
    x, y, size = window.right - 9 * k, window.y + 9.5 * k, 13 * k
    occupied.add("north arrow", (x - 5 * k, y - 5 * k, x + 5 * k, y + size + k))
    return north_arrow(x, y, size)


def district_sheet(scene: Scene, paper: str) -> Sheet:
    """Return the wall map of the whole district: coloured grids, numbers, communities, streets."""
    layout = best_paper(scene, paper, scene.bounds)
    k = layout.paper.enlarge
    frame, view, occupied = base_frame(layout, scene.bounds), scene.after, Occupied()
    look = scene.style.labels
    arrow = arrow_marks(layout, occupied)
    full = frame.scale <= 10_000
    sizes = [size * k for size in (look.grid, (look.grid + look.small) / 2, look.small)]
    rows = range(view.plan.n_grids)
    labels, missing = label_grids(scene, view, frame, rows, sizes, full, occupied)
    places = scene.outcome.district.communities
    titles = label_areas(
        frame,
        list(places.names),
        places.geometry,
        [look.community * k * f for f in (1, 0.85, 0.7, 0.55)],
        occupied,
    )
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += grid_marks(scene, view, frame, rows, k)
    inside += ground_marks(scene, frame, k)
    inside += border_marks(scene, view, frame, k)
    inside += place_names(scene, frame, occupied, k)
    inside += label_marks(labels, look.color, look.halo, k)
    inside += label_marks(titles, look.community_color, look.halo, k, bold=True)
    inside += arrow
    flow = Flow(layout.columns, 2.0 * k)
    _district_column(scene, flow, frame, k, missing)
    marks = [Clip(frame.rect, tuple(inside)), *neat_marks(layout, scene), *flow.marks]
    title = scene.outcome.title or scene.outcome.district.name
    marks += title_marks(layout, scene, _("{title}: grid map").format(title=title), district_subtitle(scene))
    marks += footer_marks(layout, scene, crs_text(scene), "")
    return Sheet(
        "district",
        _("{title}: grid map").format(title=title),
        layout.paper.width,
        layout.paper.height,
        tuple(marks),
        frame.scale,
        tuple(label.key for label in labels),
        tuple(missing),
    )


def district_subtitle(scene: Scene) -> str:
    """Return the counts of the plan in one line."""
    general = scene.outcome.after.plan.general()
    text = _(
        "{streets} streets, {communities} communities, {grids} general grids, {dedicated} dedicated grids"
    ).format(
        streets=len(scene.streets),
        communities=len(scene.outcome.district.communities),
        grids=int(general.sum()),
        dedicated=int((~general).sum()),
    )
    return f"{scene.scenario}    {text}" if scene.scenario else text


def _district_column(scene: Scene, flow: Flow, frame: Frame, k: float, missing: Sequence[str]) -> None:
    """Fill the column: scale, legend, counts by street, sign-off."""
    sizes = scene.style.sheet
    flow.add_at_bottom(lambda x, y, w: sign_off(x, y, w, sizes, k))
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, sizes, k))
    flow.add(lambda x, y, w: legend(x, y, w, grid_entries(scene, k, close=frame.scale <= 10_000), sizes, k))
    flow.add(lambda x, y, w: _street_table(scene, x, y, w, k))
    if missing:
        text = _("Grids not labelled on the map: {codes}").format(codes="、".join(missing))
        flow.add(lambda x, y, w: notes(x, y, w, [text], sizes, k))


def _street_table(scene: Scene, x: float, y: float, width: float, k: float) -> tuple[list[Mark], float]:
    """Draw the counts by street, before and after."""
    size = scene.style.sheet.body * k * 0.95
    marks, top = heading(x, y, width, _("Grids by street"), scene.style.sheet.body * 1.15 * k)
    rows, sums = [], np.zeros(4, np.int64)
    for key in scene.streets:
        inside = scene.street_of_community == key
        before = int((inside[scene.before.community] & scene.outcome.before.plan.general()).sum())
        after = int((inside[scene.after.community] & scene.outcome.after.plan.general()).sum())
        people = int(scene.after.people[inside[scene.after.community]].sum())
        numbers = np.array([int(inside.sum()), before, after, people])
        sums += numbers
        rows.append([scene.street_name(key), *(f"{n:,}" for n in numbers)])
    rows.append([_("Total"), *(f"{n:,}" for n in sums)])
    header = [_("Street"), _("Communities"), _("Grids before"), _("Grids after"), _("People")]
    widths = [width * share for share in (0.32, 0.14, 0.16, 0.16, 0.22)]
    if scene.options.public:
        header, rows, widths = (
            header[:-1],
            [row[:-1] for row in rows],
            [width * s for s in (0.4, 0.2, 0.2, 0.2)],
        )
    drawn, high = table(x, y + top, widths, header, rows, size, "l" + "r" * (len(widths) - 1))
    return marks + drawn, top + high


def change_sheet(scene: Scene, paper: str) -> Sheet:
    """Return the map of change: kinds of change in colour and hatch, old borders over new ones."""
    layout = best_paper(scene, paper, scene.bounds)
    k = layout.paper.enlarge
    frame, view, occupied = base_frame(layout, scene.bounds), scene.after, Occupied()
    look, grids = scene.style.labels, scene.style.grids
    arrow = arrow_marks(layout, occupied)
    sizes = [size * k for size in (look.grid, look.small)]
    rows = range(view.plan.n_grids)
    labels, missing = label_grids(scene, view, frame, rows, sizes, frame.scale <= 10_000, occupied)
    places = scene.outcome.district.communities
    titles = label_areas(
        frame,
        list(places.names),
        places.geometry,
        [look.community * k * f for f in (1, 0.85, 0.7, 0.55)],
        occupied,
    )
    inside: list[Mark] = [rectangle(frame.rect, None, scene.style.ground.outside)]
    inside += change_fills(scene, frame, k)
    inside += ground_marks(scene, frame, k, buildings=False)
    inside += border_marks(scene, view, frame, k)
    lines = compare_borders(scene.outcome.before.polygons, view.polygons)
    inside += outline_marks(frame, lines.gone, Stroke(grids.old, grids.old_width * k, (3.0, 2.0)))
    inside += outline_marks(frame, lines.added, Stroke(grids.new, grids.new_width * k))
    inside += label_marks(labels, look.color, look.halo, k)
    inside += label_marks(titles, look.community_color, look.halo, k, bold=True)
    inside += arrow
    flow = Flow(layout.columns, 2.0 * k)
    style = scene.style.sheet
    flow.add_at_bottom(lambda x, y, w: sign_off(x, y, w, style, k))
    flow.add(lambda x, y, w: scale_bar(x, y, w, frame.scale, style, k))
    flow.add(lambda x, y, w: legend(x, y, w, change_entries(scene, k), style, k))
    flow.add(lambda x, y, w: notes(x, y, w, change_notes(scene), style, k * 1.15))
    if missing:
        text = _("Grids not labelled on the map: {codes}").format(codes="、".join(missing))
        flow.add(lambda x, y, w: notes(x, y, w, [text], style, k))
    title = _("{title}: map of changes").format(title=scene.outcome.title or scene.outcome.district.name)
    marks = [Clip(frame.rect, tuple(inside)), *neat_marks(layout, scene), *flow.marks]
    marks += title_marks(layout, scene, title, district_subtitle(scene))
    marks += footer_marks(layout, scene, crs_text(scene), "")
    keys = tuple(label.key for label in labels)
    return Sheet(
        "change",
        title,
        layout.paper.width,
        layout.paper.height,
        tuple(marks),
        frame.scale,
        keys,
        tuple(missing),
    )


def change_fills(scene: Scene, frame: Frame, k: float) -> list[Mark]:
    """Return the grids coloured and hatched by kind of change."""
    look, view = scene.style.change, scene.after
    words = [CHANGES.get(record.change, "none") if record.change else "none" for record in view.records]
    fills = [getattr(look, word) for word in words]
    marks = fill_marks(frame, view.polygons, fills, range(len(fills)))
    for word in HATCHES:
        rows = np.flatnonzero(np.array(words) == word)
        marks += hatch_marks(frame, view.polygons[rows], word, look.hatch, k)
    return marks
