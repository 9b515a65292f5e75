# SPDX-License-Identifier: LGPL-3.0-or-later
"""What mended outlines change in a district: today's grids or communities, and those of each atom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.mend import Mend, MendKind
from gridplanner.geometry.mending import Mended
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.unit_patch import CommunityLines, CommunityPatch, GridPatch
from gridplanner.workspace.amend.amending_units import COMMUNITY_TEXTS, to_hex
from gridplanner.workspace.amend.mend_subjects import Subject

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


def grid_patch(district: District, done: Mended) -> GridPatch:
    """Return what a mend changes: outlines of the grids touched, and today's grid of their atoms."""
    shapes, before = done.polygons, district.grids_before_geometry
    stays = np.flatnonzero(~shapely.is_missing(shapes))
    touched = np.zeros(len(shapes), bool)
    touched[done.touched] = True
    touched[len(before) :] = True
    records = [
        district.grids_before[o] if k < len(before) else replace(district.grids_before[o], code="", name="")
        for k, o in enumerate(done.origin.tolist())
    ]
    place = np.full(len(shapes) + 1, -1, np.int64)
    place[stays] = np.arange(len(stays))
    touched |= shapely.is_missing(shapes)
    return GridPatch(
        records=tuple(records[k] for k in stays.tolist()),
        came_from=np.where(touched[stays], -1, stays),
        shapes=to_hex(shapes[stays[touched[stays]]]),
        old_grid=place[_relocated(district, district.atoms.old_grid, shapes, touched)].astype(np.int32),
    )


def community_patch(subject: Subject, done: Mended, mends: Sequence[Mend]) -> CommunityPatch:
    """Return what a mend changes: outlines of communities, and the community of each atom.

    Whole smallest areas move, by their point. One that no outline holds (in a gap still open) stays.
    """
    district, shapes = subject.district, done.polygons
    known = district.communities
    row_of = {str(code): row for row, code in enumerate(known.codes)}
    row = np.array([row_of[code] for code in subject.codes], np.int64)
    unit_of = np.full(len(known) + 1, -1, np.int64)
    unit_of[row] = np.arange(len(row))
    touched = np.zeros(len(shapes), bool)
    touched[done.touched] = True
    touched |= shapely.is_missing(shapes)
    own = unit_of[district.atoms.community]
    unit = _relocated(district, own, shapes, touched)
    unit = np.where(unit >= 0, unit, own)
    heir = np.arange(len(shapes) + 1)
    for mend in mends:
        if mend.kind is MendKind.DROP:
            heir[[u for u in mend.defect.units if u != mend.keeper]] = mend.keeper
    community = np.where(unit >= 0, row[heir[unit]], district.atoms.community)
    gone = set(row[shapely.is_missing(shapes)].tolist()) - set(community.tolist())
    stays = np.array([c for c in range(len(known)) if c not in gone], np.int64)
    place = np.full(len(known), -1, np.int64)
    place[stays] = np.arange(len(stays))
    kept = {name: getattr(known, name)[stays] for name in COMMUNITY_TEXTS}
    present = np.flatnonzero(~shapely.is_missing(shapes)).tolist()
    codes, names, streets = (
        tuple(texts[u] for u in present) for texts in (subject.codes, subject.names, subject.homes)
    )
    lines = CommunityLines(codes, names, streets, to_hex(shapes[present]))
    bare = np.full(len(stays), None, dtype=object)
    return CommunityPatch(
        Communities(**kept, geometry=bare), stays, place[community].astype(np.int32), district.reforms, lines
    )


def _relocated(
    district: District, own: npt.NDArray[np.integer], shapes: Objects, touched: npt.NDArray[np.bool_]
) -> Ints:
    """Return the unit of each atom afterwards: by its point, among the units touched, its own first.

    -1 where none holds it any more.
    """
    atoms = district.atoms
    result = own.astype(np.int64)
    points = np.asarray(shapely.points(atoms.x, atoms.y), dtype=object)
    rows, hits = shapely.STRtree(shapes).query(points, predicate="intersects")
    lost = (result >= 0) & touched[result]
    own_hit = hits == result[rows]
    lost[rows[own_hit]] = False
    concerned = lost.copy()
    concerned[rows[touched[hits]]] |= result[rows[touched[hits]]] < 0
    result[concerned] = -1
    # The first hit stays: written from the last to the first.
    take = concerned[rows]
    order = np.lexsort((-hits[take], rows[take]))
    result[rows[take][order]] = hits[take][order]
    return result
