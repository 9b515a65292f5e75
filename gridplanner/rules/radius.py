# SPDX-License-Identifier: LGPL-3.0-or-later
"""The farthest lived-in building of a general grid lies within the service radius (T8)."""

from __future__ import annotations

from collections.abc import Iterator

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case, label, severity
from gridplanner.texts import _

#: Metres by which a radius may exceed its limit before it counts: coordinates are rounded to millimetres.
TOLERANCE_M = 0.005


def check_radius(case: Case) -> Iterator[Finding]:
    """Yield a finding for each general grid whose radius is too great."""
    for grid in case.general():
        rule = case.limits(grid).service_radius
        value = float(case.measures.radius_m[grid])
        if value > rule.max + TOLERANCE_M:
            yield _finding(case, grid, value, rule.max, severity(hard=rule.hard))
        elif value > rule.warn_max + TOLERANCE_M:
            yield _finding(case, grid, value, rule.warn_max, Severity.WARNING)


def _finding(case: Case, grid: int, value: float, limit: float, worst: Severity) -> Finding:
    """Word one breach; the place is the service point."""
    record = case.plan.grids[grid]
    return Finding(
        rule="service_radius",
        severity=worst,
        text=_(
            "Grid {grid}: the farthest building lies {value:.0f} m from the service point, limit {limit:g} m."
        ).format(grid=label(record), value=value, limit=limit),
        remedy=_("Give far buildings to a neighbour, or split the grid."),
        hard=worst is Severity.ERROR,
        subject_kind="grid",
        subjects=(record.code,),
        value=round(value, 2),
        limit=limit,
        unit="m",
        people=int(case.measures.people[grid]),
        x=float(case.measures.service_x[grid]),
        y=float(case.measures.service_y[grid]),
    )
