# SPDX-License-Identifier: LGPL-3.0-or-later
"""A grid is one piece (T4) and lies in one community (T3)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from gridplanner.geometry.contiguity import components
from gridplanner.geometry.defects import Defect, DefectKind
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case, label, severity
from gridplanner.rules.overlap import folded
from gridplanner.texts import _

#: Grids around a stretch of blank land that its sentence names.
_NAMED = 4


def check_contiguity(case: Case) -> Iterator[Finding]:
    """Yield a finding for each grid in several parts; the place is its smallest part."""
    people, area = case.district.atoms.people, case.district.atoms.area_m2
    for grid in np.flatnonzero(case.measures.parts > 1):
        rule = case.limits(int(grid)).contiguity
        if not rule.on or grid not in case.grids:
            continue
        record = case.plan.grids[grid]
        atoms = np.flatnonzero(case.plan.assignment == grid)
        parts = case.parts[atoms]
        size = {
            part: (int(people[atoms[parts == part]].sum()), float(area[atoms[parts == part]].sum()))
            for part in set(parts.tolist())
        }
        main = max(size, key=lambda part: size[part])
        stray = atoms[parts != main]
        smallest = min((p for p in size if p != main), key=lambda part: size[part])
        spot = atoms[parts == smallest][0]
        yield Finding(
            rule="contiguity",
            severity=severity(hard=rule.hard),
            text=_("Grid {grid} lies in {n} parts; {people} people live outside the main part.").format(
                grid=label(record), n=len(size), people=int(people[stray].sum())
            ),
            remedy=_("Give the detached parts to the grids around them."),
            hard=rule.hard,
            subject_kind="grid",
            subjects=(record.code,),
            value=len(size),
            limit=1,
            unit="parts",
            people=int(people[stray].sum()),
            x=float(case.district.atoms.x[spot]),
            y=float(case.district.atoms.y[spot]),
        )
    if case.whole_today:
        yield from _delivered_parts(case)


def _delivered_parts(case: Case) -> Iterator[Finding]:
    """Yield a finding for each of today's grids drawn in several parts that is one smallest area.

    Where nothing finer than grids is known, the atoms cannot tell.
    """
    apart: dict[int, list[Defect]] = {}
    for defect in case.defects:
        if defect.kind is DefectKind.DETACHED_PART and not defect.folded:
            apart.setdefault(defect.units[0], []).append(defect)
    for grid, parts in apart.items():
        rule, record = case.limits(grid).contiguity, case.plan.grids[grid]
        if not rule.on or case.measures.parts[grid] != 1:
            continue
        people = sum(part.people for part in parts)
        area = sum(part.area_m2 for part in parts)
        yield Finding(
            rule="contiguity",
            severity=severity(hard=rule.hard),
            text=_("Grid {grid} lies in {n} parts; {area:.0f} m2{living} lie outside the main part.").format(
                grid=label(record), n=len(parts) + 1, area=area, living=case.living(people)
            ),
            remedy=_("Give the detached parts to the grids around them."),
            hard=rule.hard,
            subject_kind="grid",
            subjects=(record.code,),
            value=len(parts) + 1,
            limit=1,
            unit="parts",
            people=people,
            x=parts[0].x,
            y=parts[0].y,
        )


def check_nesting(case: Case) -> Iterator[Finding]:
    """Yield a finding for each grid with land in another community than its own."""
    atoms, plan = case.district.atoms, case.plan
    placed = np.flatnonzero(plan.assignment >= 0)
    home = np.array([g.community for g in plan.grids], np.int64)
    outside = placed[atoms.community[placed] != home[plan.assignment[placed]]]
    for grid in np.intersect1d(np.unique(plan.assignment[outside]), case.grids):
        rule = case.limits(int(grid)).nesting
        if not rule.on:
            continue
        mine = outside[plan.assignment[outside] == grid]
        record = plan.grids[grid]
        names = sorted({str(case.district.communities.names[c]) for c in atoms.community[mine]})
        yield Finding(
            rule="nesting",
            severity=severity(hard=rule.hard),
            text=_("Grid {grid} reaches into {names}: {area:.0f} m2 with {people} people.").format(
                grid=label(record),
                names="、".join(names),
                area=float(atoms.area_m2[mine].sum()),
                people=int(atoms.people[mine].sum()),
            ),
            remedy=_("Cut it at the community line, or waive it as a cross-community grid."),
            hard=rule.hard,
            subject_kind="grid",
            subjects=(record.code,),
            value=round(float(atoms.area_m2[mine].sum()), 1),
            limit=0,
            unit="m2",
            people=int(atoms.people[mine].sum()),
            x=float(atoms.x[mine[0]]),
            y=float(atoms.y[mine[0]]),
        )


def _closed_slivers(case: Case) -> Iterator[Finding]:
    """Yield one remark for blank strips without width, one for vertices that neighbours miss."""
    bare = [d for d in case.defects if d.folded and d.bare]
    if bare:
        yield folded("gap", _("{n} blank strips without width between grids.").format(n=len(bare)), bare)
    missed = [d for d in case.defects if d.kind is DefectKind.UNMATCHED_VERTEX]
    if missed:
        text = _("{n} shared borders miss a vertex on one side.").format(n=len(missed))
        yield folded("vertex", text, missed)


def _delivered_gaps(case: Case) -> Iterator[Finding]:
    """Yield a finding for blank land between today's grids that no atom stands on.

    Without communities nobody says what belongs to the whole, so the atoms end where the grids end.
    """
    kinds = (DefectKind.GAP, DefectKind.HOLE)
    blank = [d for d in case.defects if d.kind in kinds and not d.folded and d.geometry is not None]
    inside = shapely.point_on_surface(np.array([*(d.geometry for d in blank), None], dtype=object)[:-1])
    held, _atom = shapely.STRtree(case.district.atoms.geometry).query(inside, predicate="intersects")
    rule, codes = case.rules.gap, [record.code for record in case.plan.grids]
    for k in np.setdiff1d(np.arange(len(blank)), held).tolist():
        gap = blank[k]
        around = "、".join(codes[u] for u in gap.units[:_NAMED]) + ("……" if len(gap.units) > _NAMED else "")
        yield Finding(
            rule="gap",
            severity=severity(hard=rule.hard),
            text=_("Blank land at grids {around}: {area:.0f} m2{living} belongs to no grid.").format(
                around=around, area=gap.area_m2, living=case.living(gap.people)
            ),
            remedy=_("Give it to the neighbour with the longest border."),
            hard=rule.hard,
            subject_kind="grid",
            subjects=tuple(codes[u] for u in gap.units),
            value=round(gap.area_m2, 1),
            limit=0,
            unit="m2",
            people=gap.people,
            x=gap.x,
            y=gap.y,
        )


def check_gap(case: Case) -> Iterator[Finding]:
    """Yield a finding for each connected stretch of land that no grid holds (T2).

    Where there are no grids at all, none of them leaves a gap: the division is still to be made.
    """
    if not case.rules.gap.on or not case.plan.grids:
        return
    if case.whole_today:
        yield from _closed_slivers(case)
        yield from _delivered_gaps(case)
    atoms = case.district.atoms
    blank = np.where(case.plan.assignment < 0, atoms.community, -1)
    if not (blank >= 0).any():
        return
    parts = components(len(atoms), case.district.adjacency, blank)
    for part in np.unique(parts[parts >= 0]):
        mine = np.flatnonzero(parts == part)
        area, people = float(atoms.area_m2[mine].sum()), int(atoms.people[mine].sum())
        community = int(atoms.community[mine[0]])
        yield Finding(
            rule="gap",
            severity=severity(hard=case.rules.gap.hard) if area > 1.0 or people else Severity.INFO,
            text=_("Blank land in {community}: {area:.0f} m2{living} belongs to no grid.").format(
                community=case.district.communities.names[community], area=area, living=case.living(people)
            ),
            remedy=_("Give it to the neighbour with the longest border."),
            hard=case.rules.gap.hard,
            subject_kind="community",
            subjects=(str(case.district.communities.codes[community]),),
            value=round(area, 1),
            limit=0,
            unit="m2",
            people=people,
            x=float(atoms.x[mine[0]]),
            y=float(atoms.y[mine[0]]),
        )
