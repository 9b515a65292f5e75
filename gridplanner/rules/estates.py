# SPDX-License-Identifier: LGPL-3.0-or-later
"""An estate stays in one grid while it fits; a grid is not enclosed by another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.load import load_of
from gridplanner.rules.case import Case, label, severity
from gridplanner.texts import _


def check_estates(case: Case) -> Iterator[Finding]:
    """Yield a finding for each estate in several general grids; soft where it exceeds the upper limit."""
    rule = case.rules.estates
    atoms = case.district.atoms
    if not rule.on or not case.whole:
        return
    general = np.append(case.plan.general(), False)
    held = np.flatnonzero((atoms.estate >= 0) & general[case.plan.assignment])
    # An estate name may occur in several communities: each occurrence is an estate of its own.
    keys = np.column_stack([atoms.estate[held], atoms.community[held], case.plan.assignment[held]])
    triples, inverse = np.unique(keys, axis=0, return_inverse=True)
    people = np.bincount(inverse, weights=load_of(case.district, case.rules)[held]).astype(int)
    estates, of_triple = np.unique(triples[:, :2], axis=0, return_inverse=True)
    for e in np.flatnonzero(np.bincount(of_triple) > 1):
        rows = np.flatnonzero(of_triple == e)
        total, limit = int(people[rows].sum()), case.limits(int(triples[rows[0], 2])).people.max
        hard = rule.hard and total <= limit
        grids = [case.plan.grids[g] for g in triples[rows, 2]]
        spot = held[np.flatnonzero(np.isin(inverse, rows))[0]]
        yield Finding(
            rule="estates",
            severity=severity(hard=hard),
            text=_("Estate {estate} with {people} people lies in {n} grids: {grids}.").format(
                estate=case.district.estates[estates[e, 0]],
                people=total,
                n=len(rows),
                grids=_(", ").join(label(g) for g in grids),
            ),
            remedy=_("Put it together where the upper limit allows."),
            hard=hard,
            subject_kind="estate",
            subjects=(str(case.district.estates[estates[e, 0]]), *(g.code for g in grids)),
            value=len(rows),
            limit=1,
            unit="parts",
            people=total - int(people[rows].max()),
            x=float(atoms.x[spot]),
            y=float(atoms.y[spot]),
        )


def check_enclosed(case: Case) -> Iterator[Finding]:
    """Yield a remark for each general grid that lies wholly inside another one."""
    if not case.whole:
        return
    shapes = np.array([*case.polygons, None], dtype=object)[:-1]
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = np.append(False, part[1:] == part[:-1])[: len(rings)]
    holes, hole_owner = shapely.polygons(rings[inner]), owner[part[inner]]
    if not len(holes):
        return
    rows, hits = shapely.STRtree(shapes).query(holes, predicate="covers")
    for hole, grid in zip(rows, hits, strict=True):
        outer, record = int(hole_owner[hole]), case.plan.grids[grid]
        if outer == grid or record.kind is not GridKind.GENERAL:
            continue
        x, y = case.place(int(grid))
        yield Finding(
            rule="enclosed",
            severity=Severity.INFO,
            text=_("Grid {grid} lies wholly inside grid {outer}.").format(
                grid=label(record), outer=label(case.plan.grids[outer])
            ),
            remedy=_("Merge the two, or give one of them a way out."),
            subject_kind="grid",
            subjects=(record.code, case.plan.grids[outer].code),
            people=int(case.measures.people[grid]),
            x=x,
            y=y,
        )
