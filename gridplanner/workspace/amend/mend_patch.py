# SPDX-License-Identifier: LGPL-3.0-or-later
"""What mended outlines change in a district: today's grids, and the grid of each atom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.mending import Mended
from gridplanner.model.jurisdiction import District
from gridplanner.model.unit_patch import GridPatch
from gridplanner.workspace.amend.amending_units import to_hex

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
        old_grid=place[_regridded(district, shapes, touched)].astype(np.int32),
    )


def _regridded(district: District, shapes: Objects, touched: npt.NDArray[np.bool_]) -> Ints:
    """Return the grid of each atom afterwards: by its point, among the grids touched, its own first."""
    atoms = district.atoms
    result = atoms.old_grid.astype(np.int64)
    points = np.asarray(shapely.points(atoms.x, atoms.y), dtype=object)
    rows, hits = shapely.STRtree(shapes).query(points, predicate="intersects")
    lost = (result >= 0) & touched[result]
    own = hits == result[rows]
    lost[rows[own]] = False
    concerned = lost.copy()
    concerned[rows[touched[hits]]] |= result[rows[touched[hits]]] < 0
    result[concerned] = -1
    # The first hit stays: written from the last to the first.
    take = concerned[rows]
    order = np.lexsort((-hits[take], rows[take]))
    result[rows[take][order]] = hits[take][order]
    return result
