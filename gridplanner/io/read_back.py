# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compare what was written with what was meant, cell by cell and vertex by vertex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io.dbf_fields import DbfField
from gridplanner.io.raw import RawTable
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _


def check_shapefile(path: Path, fields: Sequence[DbfField], geometry: ObjectArray, layer: str) -> None:
    """Raise UserError unless the set reads back exactly: names, rows, cells, vertices, no damage."""
    back = read_shapefile(path)
    damage = [item for item in back.findings if item.rule == "read.count"]
    if damage:
        raise differs(layer, damage[0].text)
    wanted = {field.name: field.values for field in fields}
    tolerance = {field.name: 0.51 * 10.0**-field.decimals for field in fields}
    check_columns(back, wanted, layer, tolerance)
    check_geometry(back.geometry, geometry, layer, 0.0)


def differs(layer: str, what: str) -> UserError:
    """Return the error for a file that did not read back as written."""
    return UserError(
        _("Layer '{layer}' was written but did not read back the same: {what}. Nothing was replaced.").format(
            layer=layer, what=what
        )
    )


def check_columns(
    back: RawTable, wanted: Mapping[str, npt.NDArray[Any]], layer: str, tolerance: Mapping[str, float]
) -> None:
    """Raise UserError at the first column whose name or cells differ."""
    if wanted and list(back.columns) != list(wanted):
        raise differs(
            layer,
            _("columns {found} instead of {wanted}").format(found=list(back.columns), wanted=list(wanted)),
        )
    for name, values in wanted.items():
        unequal = _unequal(back.columns[name], values, tolerance.get(name, 0.0))
        if len(unequal):
            row = int(unequal[0])
            raise differs(
                layer,
                _("column '{column}', row {row}: '{found}' instead of '{wanted}'").format(
                    column=name, row=row + 1, found=back.columns[name][row], wanted=values[row]
                ),
            )


def _unequal(found: npt.NDArray[Any], wanted: npt.NDArray[Any], tolerance: float) -> npt.NDArray[np.int64]:
    """Return the indices where two columns differ; the lengths differing counts as the first cell."""
    if len(found) != len(wanted):
        return np.zeros(1, dtype=np.int64)
    if wanted.dtype == object:
        texts = found if found.dtype == object else found.astype(str).astype(object)
        if found.dtype == np.float64 and np.isnan(found).all():
            # A column of empty texts reads back as a column without numbers.
            texts = np.full(len(found), "", dtype=object)
        return np.flatnonzero(texts != wanted)
    if found.dtype == object:
        # A column of numbers that are all missing reads back as a column of empty texts.
        empty = wanted.dtype == np.float64 and np.isnan(wanted).all() and (found == "").all()
        return np.arange(0 if empty else min(1, len(wanted)))
    both = np.isnan(found.astype(float)) & np.isnan(wanted.astype(float))
    with np.errstate(invalid="ignore"):
        near = np.abs(found.astype(float) - wanted.astype(float)) <= tolerance
    exact = (found == wanted) if wanted.dtype == np.int64 else near
    return np.flatnonzero(~(exact | both))


def check_geometry(found: ObjectArray | None, wanted: ObjectArray, layer: str, tolerance: float) -> None:
    """Raise UserError unless all vertices are within `tolerance` (per axis) of those written.

    Rings may start elsewhere or come in another order; they are brought into one order first
    where the plain sequence of coordinates differs.
    """
    if found is None or len(found) != len(wanted):
        raise differs(
            layer,
            _("{n} shapes instead of {wanted}").format(
                n=0 if found is None else len(found), wanted=len(wanted)
            ),
        )
    missing = shapely.is_missing(found) != shapely.is_missing(wanted)
    if missing.any():
        raise differs(layer, _("row {row} lost its shape").format(row=int(np.flatnonzero(missing)[0]) + 1))
    a, of_a = shapely.get_coordinates(found, return_index=True)
    b, of_b = shapely.get_coordinates(wanted, return_index=True)
    if len(a) == len(b) and (of_a == of_b).all() and (np.abs(a - b) <= tolerance).all():
        return
    same = shapely.equals_exact(_single(found), _single(wanted), tolerance=tolerance, normalize=True)
    same |= shapely.is_missing(wanted)
    if not same.all():
        raise differs(layer, _("row {row} has another shape").format(row=int(np.flatnonzero(~same)[0]) + 1))


def _single(geometry: ObjectArray) -> ObjectArray:
    """Return geometries with multi ones of one part as that part: formats differ in what they call it."""
    plain: ObjectArray = geometry.copy()
    alone = np.flatnonzero((shapely.get_type_id(geometry) >= 4) & (shapely.get_num_geometries(geometry) == 1))
    plain[alone] = shapely.get_geometry(geometry[alone], 0)
    return plain
