# SPDX-License-Identifier: LGPL-3.0-or-later
"""Grids of one scheme do not overlap (T1); slivers are folded into one line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case, label, severity
from gridplanner.texts import _

#: Overlaps up to this area count as slivers. Own choice, after real layers (most lie under 0.01 m2).
SLIVER_M2 = 1.0


def check_overlap(case: Case) -> Iterator[Finding]:
    """Yield a finding for each pair of today's grids that overlap; a plan over atoms cannot."""
    rule = case.rules.overlap
    if not rule.on or not case.is_today or len(case.grids) < case.plan.n_grids:
        return
    shapes = case.district.grids_before_geometry
    if not len(shapes):
        return
    tree = shapely.STRtree(shapes)
    i, j = tree.query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    both = shapely.intersection(shapes[i], shapes[j])
    area = shapely.area(both)
    slivers = int(((area > 0) & (area <= SLIVER_M2)).sum())
    points = shapely.points(np.column_stack([case.district.buildings.x, case.district.buildings.y]))
    for k in np.flatnonzero(area > SLIVER_M2)[np.argsort(-area[area > SLIVER_M2])]:
        yield _finding(case, int(i[k]), int(j[k]), both[k], points)
    if slivers:
        yield Finding(
            rule="overlap",
            severity=Severity.INFO,
            text=_("{n} overlaps of at most {limit:g} m2 between grids.").format(n=slivers, limit=SLIVER_M2),
            remedy=_("Snap the shared borders; no one lives there."),
            subject_kind="grid",
            limit=SLIVER_M2,
            unit="m2",
            count=slivers,
        )


def _finding(case: Case, a: int, b: int, both: shapely.Geometry, points: np.ndarray) -> Finding:
    """Word one overlap with the people who live in it."""
    inside = shapely.contains(both, points) if len(points) else np.empty(0, bool)
    people = int(case.district.buildings.people[inside].sum())
    first, second = case.plan.grids[a], case.plan.grids[b]
    spot = both.representative_point()
    hard = case.rules.overlap.hard
    return Finding(
        rule="overlap",
        severity=severity(hard=hard),
        text=_("Grids {a} and {b} overlap by {area:.0f} m2 with {people} people.").format(
            a=label(first), b=label(second), area=both.area, people=people
        ),
        remedy=_("Give the overlap to one of them."),
        hard=hard,
        subject_kind="grid",
        subjects=(first.code, second.code),
        value=round(both.area, 2),
        limit=SLIVER_M2,
        unit="m2",
        people=people,
        x=spot.x,
        y=spot.y,
    )
