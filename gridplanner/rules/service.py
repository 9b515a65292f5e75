# SPDX-License-Identifier: LGPL-3.0-or-later
"""Service cover: stations in reach, facilities in one grid, sites that could be dedicated (T10)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.faces import locate
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.rules.case import Case
from gridplanner.texts import _

#: Radius of the fifteen-minute circle around a community's station, metres.
#: Source: GB 50180-2018, 800-1,000 m; the larger figure.
STATION_M = 1000.0
#: A dedicated grid holds a site when it holds this share of it.
_HELD = 0.5


def check_stations(case: Case) -> Iterator[Finding]:
    """Yield a remark per community whose lived-in buildings lie too far from every station of its own."""
    layer = case.district.originals.get("stations")
    if not case.whole or not case.plan.grids or layer is None or layer.geometry is None or not len(layer):
        return
    atoms, buildings, communities = case.district.atoms, case.district.buildings, case.district.communities
    stations = np.asarray(shapely.centroid(layer.geometry), dtype=object)
    home = locate(stations, communities.geometry)
    lived = np.flatnonzero((buildings.atom >= 0) & (buildings.people > 0))
    of_building = atoms.community[buildings.atom[lived]]
    for community in np.unique(home[home >= 0]):
        mine = lived[of_building == community]
        own = shapely.get_coordinates(stations[home == community])
        gap = np.hypot(buildings.x[mine][:, None] - own[:, 0], buildings.y[mine][:, None] - own[:, 1]).min(
            axis=1
        )
        far = mine[gap > STATION_M]
        if len(far):
            yield _station_finding(case, int(community), far, float(gap.max()))


def _station_finding(case: Case, community: int, far: npt.NDArray[np.int64], worst: float) -> Finding:
    """Word the buildings of a community out of reach."""
    buildings, communities = case.district.buildings, case.district.communities
    people = int(buildings.people[far].sum())
    return Finding(
        rule="station_reach",
        severity=Severity.INFO,
        text=_(
            "{community}: {n} buildings with {people} people lie more than {limit:g} m from its service "
            "station, the farthest {worst:.0f} m."
        ).format(
            community=communities.names[community], n=len(far), people=people, limit=STATION_M, worst=worst
        ),
        remedy=_("Plan a second station or a visiting service there."),
        subject_kind="community",
        subjects=(str(communities.codes[community]),),
        value=round(worst, 1),
        limit=STATION_M,
        unit="m",
        people=people,
        count=len(far),
        x=float(buildings.x[far[0]]),
        y=float(buildings.y[far[0]]),
    )


def check_sites(case: Case) -> Iterator[Finding]:
    """Yield remarks: sites in no grid, sites cut by a grid line, sites not yet dedicated grids."""
    layer = case.district.originals.get("sites")
    if not case.whole or not case.plan.grids or layer is None or layer.geometry is None or not len(layer):
        return
    shapes = layer.geometry
    rows, hits = shapely.STRtree(case.polygons).query(shapes, predicate="intersects")
    share = shapely.area(shapely.intersection(shapes[rows], case.polygons[hits]))
    whole = np.maximum(shapely.area(shapes), 1e-9)
    point = shapely.get_dimensions(shapes) < 2
    share = np.where(point[rows], 1.0, share / whole[rows])
    held = share >= 0.01
    rows, hits, share = rows[held], hits[held], share[held]
    dedicated = np.array([g.kind is GridKind.DEDICATED for g in case.plan.grids], bool)
    several = np.bincount(rows, minlength=len(layer)) > 1
    in_dedicated = np.zeros(len(layer), bool)
    in_dedicated[rows[dedicated[hits] & (share >= _HELD)]] = True
    nowhere = ~np.isin(np.arange(len(layer)), rows)
    outside, cut = _("{n} facilities lie in no grid: {names}."), several & ~in_dedicated
    yield from _site_findings(
        layer, nowhere, "site_outside", outside, _("Check whether they stand on blank land or outside.")
    )
    move = _("Move the grid line around the facility, or carve it out as a dedicated grid.")
    text = _("{n} facilities lie in two or more grids: {names}.")
    yield from _site_findings(layer, cut, "site_cut", text, move)
    text = _("{n} schools, hospitals and markets could become dedicated grids: {names}.")
    carve = _("Carve them out where the unit can run its own grid.")
    yield from _site_findings(layer, ~in_dedicated & ~nowhere, "site_candidate", text, carve)


def _site_findings(
    layer: Layer, chosen: npt.NDArray[np.bool_], rule: str, text: str, remedy: str
) -> Iterator[Finding]:
    """Yield one remark that names all chosen sites."""
    rows = np.flatnonzero(chosen)
    if not len(rows) or layer.geometry is None:
        return
    names = [str(name) for name in layer.texts("name")[rows]]
    shown = _(", ").join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
    spot = shapely.point_on_surface(layer.geometry[rows[0]])
    yield Finding(
        rule=rule,
        severity=Severity.INFO,
        text=text.format(n=len(rows), names=shown),
        remedy=remedy,
        subject_kind="site",
        subjects=tuple(str(code) for code in layer.texts("code")[rows]),
        count=len(rows),
        x=spot.x,
        y=spot.y,
    )


_NAMED = 8


def check_dedicated(case: Case) -> Iterator[Finding]:
    """Yield a finding for each dedicated grid without the name of its unit (T10)."""
    for grid in case.grids.tolist():
        record = case.plan.grids[grid]
        if record.kind is not GridKind.DEDICATED or record.name.strip():
            continue
        x, y = case.place(grid)
        yield Finding(
            rule="dedicated",
            severity=Severity.WARNING,
            text=_("Dedicated grid {code} is not named after its unit.").format(code=record.code or "?"),
            remedy=_("Enter the name of the unit it serves."),
            subject_kind="grid",
            subjects=(record.code,),
            people=int(case.measures.people[grid]),
            x=x,
            y=y,
        )


def check_buildings_cut(case: Case) -> Iterator[Finding]:
    """Yield a finding for the buildings that a line of today's grids cuts (T5)."""
    shapes = case.district.buildings.geometry
    if not case.whole_today or not len(shapes) or not (shapely.get_dimensions(shapes) == 2).any():
        return
    rows, hits = shapely.STRtree(case.district.grids_before_geometry).query(shapes, predicate="intersects")
    part = shapely.area(shapely.intersection(shapes[rows], case.district.grids_before_geometry[hits]))
    inside = part > 0.02 * np.maximum(shapely.area(shapes[rows]), 1e-9)
    cut = np.flatnonzero(np.bincount(rows[inside], minlength=len(shapes)) > 1)
    if len(cut):
        people = int(case.district.buildings.people[cut].sum())
        yield Finding(
            rule="building_cut",
            severity=Severity.WARNING,
            text=_("{n} buildings with {people} people are cut by a grid line.").format(
                n=len(cut), people=people
            ),
            remedy=_("Draw the line between buildings; the plan keeps each building whole."),
            subject_kind="building",
            subjects=tuple(str(code) for code in case.district.buildings.codes[cut[:50]]),
            people=people,
            count=len(cut),
            x=float(case.district.buildings.x[cut[0]]),
            y=float(case.district.buildings.y[cut[0]]),
        )
