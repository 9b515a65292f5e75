# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tiers that should fit into each other: parts of communities, communities in streets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from gridplanner.geometry.contiguity import components
from gridplanner.geometry.faces import locate, width_m
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case
from gridplanner.rules.overlap import SLIVER_M2
from gridplanner.texts import _

_NARROW_M = 0.1


def check_community_parts(case: Case) -> Iterator[Finding]:
    """Yield a remark for each community in several parts: it is planned part by part."""
    if not case.whole_today:
        return
    atoms, communities = case.district.atoms, case.district.communities
    parts = components(len(atoms), case.district.adjacency, atoms.community)
    for community in range(len(communities)):
        mine = np.flatnonzero(atoms.community == community)
        names, inverse = np.unique(parts[mine], return_inverse=True)
        if len(names) < 2:
            continue
        people = np.bincount(inverse, weights=atoms.people[mine]).astype(int)
        spot = mine[np.flatnonzero(inverse == int(np.argmin(people)))[0]]
        yield Finding(
            rule="community_parts",
            severity=Severity.INFO,
            text=_("{community} lies in {n} parts with {people} people; each is planned by itself.").format(
                community=communities.names[community],
                n=len(names),
                people=_(", ").join(str(n) for n in sorted(people, reverse=True)),
            ),
            remedy=_("If the parts belong together, add the bridge or path that joins them."),
            subject_kind="community",
            subjects=(str(communities.codes[community]),),
            value=len(names),
            limit=1,
            unit="parts",
            people=int(people.sum() - people.max()),
            x=float(atoms.x[spot]),
            y=float(atoms.y[spot]),
        )


def check_streets(case: Case) -> Iterator[Finding]:
    """Yield a finding where the line of a street differs from the communities it consists of."""
    layer = case.district.originals.get("streets")
    if not case.whole_today or layer is None or layer.geometry is None:
        return
    communities = case.district.communities
    code_of = {str(code): k for k, code in enumerate(layer.texts("code"))}
    own = np.array([code_of.get(str(code), -1) for code in communities.street_codes], np.int64)
    for community in np.flatnonzero(own >= 0):
        shape = communities.geometry[community]
        outside = shapely.difference(shape, layer.geometry[own[community]])
        parts = shapely.get_parts(outside)
        for part in parts[(shapely.area(parts) > SLIVER_M2) & (width_m(parts) > _NARROW_M)]:
            yield _street_finding(case, int(community), part)


def _street_finding(case: Case, community: int, part: shapely.Geometry) -> Finding:
    """Word one piece of a community that its street does not hold."""
    layer, communities = case.district.originals["streets"], case.district.communities
    spot = shapely.point_on_surface(part)
    assert layer.geometry is not None  # noqa: S101 - the caller looked
    other = int(locate(np.array([spot], dtype=object), layer.geometry)[0])
    claimed = str(layer.texts("name")[other]) if other >= 0 else _("no street")
    inside = shapely.intersects(part, case.points)
    people = int(case.district.buildings.people[inside].sum()) if len(case.points) else 0
    return Finding(
        rule="street_line",
        severity=Severity.WARNING,
        text=_(
            "{area:.0f} m2 of {community} ({people} people) belong to {street}, but its line gives them to "
            "{other}."
        ).format(
            area=part.area,
            community=communities.names[community],
            people=people,
            street=communities.street_names[community],
            other=claimed,
        ),
        remedy=_("Draw the street line along the community line, or move the land by decree."),
        subject_kind="street",
        subjects=tuple(
            code
            for code in (
                str(communities.street_codes[community]),
                str(layer.texts("code")[other]) if other >= 0 else "",
                str(communities.codes[community]),
            )
            if code
        ),
        value=round(float(part.area), 2),
        limit=SLIVER_M2,
        unit="m2",
        people=people,
        x=spot.x,
        y=spot.y,
    )
