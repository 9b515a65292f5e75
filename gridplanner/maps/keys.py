# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the legends say: one list of entries for each kind of map."""

from __future__ import annotations

from gridplanner.maps.frame import Frame
from gridplanner.maps.furniture import Entry
from gridplanner.maps.ground import ESTATES_TO, SITES_TO, meeting_points, shapes_of, shows_buildings, water_of
from gridplanner.maps.marks import Stroke
from gridplanner.maps.scene import Scene
from gridplanner.maps.theme import DEDICATED_HATCH, HATCHES, STREET_DASH
from gridplanner.model.kinds import ChangeKind
from gridplanner.texts import _

#: Denominators up to which an overview names its grids and shows stations and meeting places.
CLOSE = 10_000
#: Kinds of change that a map shows, and their colours' names in the house style.
CHANGES: dict[ChangeKind, str] = {
    ChangeKind.KEPT: "kept",
    ChangeKind.MERGED: "merged",
    ChangeKind.SPLIT: "split",
    ChangeKind.RESHAPED: "reshaped",
    ChangeKind.NEW: "new",
    ChangeKind.CARVED_OUT: "carved_out",
}


def grid_entries(
    scene: Scene, frame: Frame, k: float, *, single: bool = False, neighbours: bool = False
) -> list[Entry]:
    """Return the legend of a map of grids: what its window shows, and nothing else.

    Parameters
    ----------
    frame : Frame
    single : bool
        Whether it is the sheet of one community: no street borders, its stations at any scale.
    neighbours : bool
        Whether what lies around is drawn in grey.
    """
    grids = scene.style.grids
    entries = colour_entries(scene)
    if frame.shows(scene.after.polygons[scene.after.dedicated]):
        entries.append(Entry(_("Dedicated grid"), grids.palette[1], hatch=DEDICATED_HATCH))
    entries += border_entries(scene, k, streets=not single)
    if neighbours:
        entries.append(Entry(_("Neighbouring community"), scene.style.ground.neighbour))
    return entries + ground_entries(scene, frame, k, close=single or frame.scale <= CLOSE)


def border_entries(scene: Scene, k: float, streets: bool = True) -> list[Entry]:
    """Return the entries of the borders, streets only where there are several."""
    grids = scene.style.grids
    entries = [
        Entry(_("Grid border"), stroke=Stroke(grids.line, grids.line_width * k)),
        Entry(_("Community border"), stroke=Stroke(grids.community, grids.community_width * k)),
    ]
    if streets and len(scene.streets) > 1:
        line = Stroke(grids.street, grids.street_width * k, STREET_DASH)
        entries.append(Entry(_("Street border"), stroke=line))
    return entries


def meeting_entries(scene: Scene, frame: Frame) -> list[Entry]:
    """Return the entry of meeting places where any is seen."""
    if not frame.shows(meeting_points(scene)):
        return []
    return [Entry(_("Meeting place of a branch"), scene.style.ground.meeting, symbol="disc")]


def ground_entries(scene: Scene, frame: Frame, k: float, close: bool, buildings: bool = True) -> list[Entry]:
    """Return the entries of the background that is seen in the window.

    Parameters
    ----------
    close : bool
        Whether stations and meeting places are drawn.
    buildings : bool
        As `ground_marks` was told.
    """
    ground, entries = scene.style.ground, list[Entry]()
    if frame.shows(water_of(scene)):
        entries.append(Entry(_("Water"), ground.water))
    if frame.shows(shapes_of(scene, "roads")):
        band = Stroke(ground.road, 1.5 * k)
        entries.append(Entry(_("Road"), stroke=band, under=Stroke(ground.road_casing, 1.9 * k)))
    if buildings and frame.scale <= ESTATES_TO and frame.shows(shapes_of(scene, "estates")):
        entries.append(Entry(_("Estate limit"), stroke=Stroke(ground.estate, 0.2 * k, (5.0, 4.0))))
    if buildings and frame.scale <= SITES_TO and frame.shows(shapes_of(scene, "sites")):
        entries.append(Entry(_("School, hospital, market"), ground.site_fill))
    if buildings and shows_buildings(scene, frame):
        entries.append(Entry(_("Building"), ground.building, symbol="square"))
    if close and frame.shows(shapes_of(scene, "stations")):
        entries.append(Entry(_("Service station"), ground.station, symbol="diamond"))
    return entries + (meeting_entries(scene, frame) if close else [])


def colour_entries(scene: Scene) -> list[Entry]:
    """Return what the colours of the grids mean: neighbours told apart, or classes of people per grid."""
    if scene.options.colouring != "people":
        return [Entry(_("Grid (adjoining ones differ in colour)"), scene.style.grids.palette[0])]
    low, one, two, high = (f"{limit:,.0f}" for limit in scene.after.limits)
    texts = (
        _("below {low} people").format(low=low),
        f"{low}–{one}",
        f"{one}–{two}",
        f"{two}–{high}",
        _("above {high} people").format(high=high),
    )
    return [Entry(text, fill) for text, fill in zip(texts, scene.style.grids.classes, strict=True)]


def change_entries(scene: Scene, frame: Frame, k: float) -> list[Entry]:
    """Return the legend of the map of change, with the number of grids of each kind."""
    look, grids, change = scene.style.change, scene.style.grids, scene.outcome.change
    entries = []
    for kind, word in CHANGES.items():
        text = _("{kind} ({count})").format(kind=kind.value, count=getattr(change, word))
        entries.append(Entry(text, getattr(look, word), hatch=HATCHES.get(word, ((), 0.0))[0]))
    return entries + [
        Entry(_("Border as before"), stroke=Stroke(grids.line, grids.line_width * k)),
        Entry(_("New border"), stroke=Stroke(grids.new, grids.new_width * k)),
        Entry(_("Border given up"), stroke=Stroke(grids.old, grids.old_width * k, (3.0, 2.0))),
        *border_entries(scene, k)[1:],
        *ground_entries(scene, frame, k, close=False, buildings=False),
    ]


def change_notes(scene: Scene) -> list[str]:
    """Return the totals of change in words."""
    change = scene.outcome.change
    return [
        _("Old codes no longer used: {count}").format(count=f"{change.retired:,}"),
        _("Pieces cut off old grids: {count}").format(count=f"{change.pieces:,}"),
        _("People who change to another grid: {count}").format(count=f"{change.people_moved:,}"),
        _("People whose grid code changes: {count}").format(count=f"{change.people_recoded:,}"),
    ]
