# SPDX-License-Identifier: LGPL-3.0-or-later
"""The gate: only finite, valid, non-empty shapes of the right kind go on, and every change is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io.faults import row_finding
from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

AREAS = ("communities", "streets", "grids", "atoms", "estates")
POINTS_OR_AREAS = ("buildings", "sites", "stations", "stairs")
LINES_OR_AREAS = ("barriers", "roads")
TABLES = ("people", "branches", "staff")
_POINT, _LINE, _AREA = "point", "line", "polygon"
_KIND_OF_TYPE = {0: _POINT, 4: _POINT, 1: _LINE, 2: _LINE, 5: _LINE, 3: _AREA, 6: _AREA}
#: Share of its area that a repair may change before it is a warning instead of a remark.
_AREA_CHANGE = 0.001


def allowed_kinds(role: str) -> tuple[str, ...]:
    """Return the kinds of shape that a role may have; any for tables and bridges."""
    if role in AREAS or role.startswith("nets."):
        return (_AREA,)
    if role in POINTS_OR_AREAS:
        return (_POINT, _AREA)
    if role in LINES_OR_AREAS:
        return (_LINE, _AREA)
    return (_POINT, _LINE, _AREA)


def kind_word(kind: str) -> str:
    """Return the user's word for a kind of shape."""
    return {_POINT: _("points"), _LINE: _("lines"), _AREA: _("polygons")}[kind]


def main_kind(geometry: ObjectArray) -> str:
    """Return the commonest kind of shape, "" where there is none."""
    types = shapely.get_type_id(geometry)
    counts = {
        kind: int(np.isin(types, [t for t, k in _KIND_OF_TYPE.items() if k == kind]).sum())
        for kind in (_AREA, _LINE, _POINT)
    }
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else ""


def check_kind(role: str, role_word: str, geometry: ObjectArray, source: str) -> None:
    """Raise UserError if most shapes are of a kind that the role cannot have (swapped layers)."""
    kind = main_kind(geometry)
    allowed = allowed_kinds(role)
    if kind and kind not in allowed:
        raise UserError(
            _(
                "Layer '{role}' ('{source}') holds {found}, but must hold {wanted}. Are two layers swapped?"
            ).format(
                role=role_word,
                source=source,
                found=kind_word(kind),
                wanted=_(" or ").join(kind_word(item) for item in allowed),
            )
        )


def pass_gate(
    role: str, geometry: ObjectArray, rows: npt.NDArray[np.int64], source: str
) -> tuple[ObjectArray, list[Finding]]:
    """Return the shapes that may go on (None for the others) and what was changed or lost.

    Parameters
    ----------
    role : str
    geometry : object[n]
        Any CRS; shapes that are no longer there are None.
    rows : int64[n]
    source : str
    """
    findings: list[Finding] = []
    shapes = shapely.force_2d(geometry)
    shapes, more = _finite(shapes, rows, source)
    findings.extend(more)
    shapes, more = _repaired(shapes, rows, source)
    findings.extend(more)
    shapes, more = _right_kind(role, shapes, rows, source)
    findings.extend(more)
    findings.extend(_duplicates(shapes, rows, source))
    return shapes, findings


def _finite(
    shapes: ObjectArray, rows: npt.NDArray[np.int64], source: str
) -> tuple[ObjectArray, list[Finding]]:
    """Leave out shapes with coordinates that are no numbers, and empty ones."""
    xy, index = shapely.get_coordinates(shapes, return_index=True)
    wild = np.unique(index[~np.isfinite(xy).all(axis=1)])
    empty = np.flatnonzero(shapely.is_empty(shapes) & ~shapely.is_missing(shapes))
    if not len(wild) and not len(empty):
        return shapes, []
    shapes = shapes.copy()
    shapes[wild] = None
    shapes[empty] = None
    lost = _("These rows have no place on the map; draw them or ask for the file again.")
    findings = []
    if len(wild):
        text = _("'{source}': rows {rows} hold coordinates that are no numbers; their shapes were left out.")
        findings.append(
            row_finding(
                "read.geometry",
                Severity.ERROR,
                text.format(source=source, rows="{rows}"),
                rows[wild].tolist(),
                lost,
            )
        )
    if len(empty):
        text = _("'{source}': rows {rows} have no shape.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, rows[empty].tolist(), lost))
    return shapes, findings


def _repaired(
    shapes: ObjectArray, rows: npt.NDArray[np.int64], source: str
) -> tuple[ObjectArray, list[Finding]]:
    """Repair invalid polygons; nothing that was covered is lost, only doubly covered land counts once."""
    bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(bad):
        return shapes, []
    shapes = shapes.copy()
    before = shapely.area(shapes[bad])
    areal = np.isin(shapely.get_type_id(shapes[bad]), (3, 6))
    with np.errstate(over="ignore", invalid="ignore"):
        fixed = shapely.make_valid(shapes[bad], method="linework")
    fixed[areal] = [_mended(shape) for shape in shapes[bad][areal]]
    shapes[bad] = fixed
    gone = shapely.is_missing(fixed)
    after = np.nan_to_num(shapely.area(fixed))
    change = np.abs(after - before) > _AREA_CHANGE * np.maximum(after, before)
    return shapes, _repair_findings(rows[bad], gone, change, source)


def _repair_findings(
    rows: npt.NDArray[np.int64], gone: npt.NDArray[np.bool_], change: npt.NDArray[np.bool_], source: str
) -> list[Finding]:
    """Word the repairs: those without effect on the area, those with one, and those that left nothing."""
    look = _("Look at these shapes on the map.")
    parts = (
        (~gone & ~change, Severity.INFO, _("'{source}': {n} invalid shapes were repaired: rows {rows}."), ""),
        (
            ~gone & change,
            Severity.WARNING,
            _(
                "'{source}': {n} invalid shapes were repaired and changed their area by more "
                "than 0.1 %: rows {rows}."
            ),
            look,
        ),
        (
            gone,
            Severity.ERROR,
            _("'{source}': {n} invalid shapes enclose no area and were left out: rows {rows}."),
            look,
        ),
    )
    return [
        row_finding(
            "read.repaired",
            severity,
            text.format(source=source, n=int(which.sum()), rows="{rows}"),
            rows[which].tolist(),
            remedy,
        )
        for which, severity, text, remedy in parts
        if which.any()
    ]


def _mended(shape: Any) -> Any:
    """Return a valid area: all land that the shells enclose, less all holes; None if none is left."""
    parts = []
    for part in shapely.get_parts(shape):
        land = _enclosed(part.exterior)
        holes = [_enclosed(ring) for ring in part.interiors]
        parts.append(shapely.difference(land, shapely.union_all(holes)) if holes else land)
    return _areas_of(objects([shapely.union_all(parts)]))[0]


def _enclosed(ring: Any) -> Any:
    """Return the land a ring goes round, however often and whichever way.

    Each method of repair alone loses some: by linework what is gone round twice, by
    structure what is gone round once each way.
    """
    plate = shapely.Polygon(ring)
    # Damaged coordinates may be finite and still too great to be multiplied.
    with np.errstate(over="ignore", invalid="ignore"):
        by_lines = _areas_of(objects([shapely.make_valid(plate, method="linework")]))
        by_structure = shapely.make_valid(plate, method="structure", keep_collapsed=False)
    return shapely.union_all([by_lines[0], by_structure])


def _areas_of(shapes: ObjectArray) -> ObjectArray:
    """Return only the areal parts of shapes; None where none is left."""
    result: ObjectArray = np.empty(len(shapes), dtype=object)
    for i, shape in enumerate(shapes):
        parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
        flat = [piece for part in parts for piece in shapely.get_parts(part)]
        flat = [piece for piece in flat if piece.area > 0]
        result[i] = None if not flat else flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)
        if result[i] is not None and not result[i].is_valid:
            result[i] = shapely.union_all(flat)
    return result


def _right_kind(
    role: str, shapes: ObjectArray, rows: npt.NDArray[np.int64], source: str
) -> tuple[ObjectArray, list[Finding]]:
    """Leave out shapes of a kind that the role cannot have; take the fitting parts of collections."""
    types = shapely.get_type_id(shapes)
    allowed = [t for t, kind in _KIND_OF_TYPE.items() if kind in allowed_kinds(role)]
    wrong = np.flatnonzero(~np.isin(types, allowed) & (types >= 0))
    if not len(wrong):
        return shapes, []
    shapes = shapes.copy()
    if role in AREAS or role.startswith("nets."):
        shapes[wrong] = _areas_of(shapes[wrong])
    else:
        shapes[wrong] = None
    lost = wrong[shapely.is_missing(shapes[wrong])]
    if not len(lost):
        return shapes, []
    wanted = _(" or ").join(kind_word(kind) for kind in allowed_kinds(role))
    text = _("'{source}': rows {rows} are not {wanted}; their shapes were left out.").format(
        source=source, rows="{rows}", wanted=wanted
    )
    return shapes, [row_finding("read.geometry", Severity.WARNING, text, rows[lost].tolist())]


def _duplicates(shapes: ObjectArray, rows: npt.NDArray[np.int64], source: str) -> list[Finding]:
    """Tell which rows have exactly the same polygon as an earlier one; they are kept."""
    areal = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    seen: dict[bytes, int] = {}
    twice = []
    for i, wkb in zip(areal, shapely.to_wkb(shapes[areal]), strict=True):
        if wkb in seen:
            twice.append(int(rows[i]))
        seen.setdefault(wkb, int(rows[i]))
    if not twice:
        return []
    text = _("'{source}': rows {rows} have exactly the same shape as an earlier row.").format(
        source=source, rows="{rows}"
    )
    return [
        row_finding(
            "read.duplicate",
            Severity.WARNING,
            text,
            twice,
            _("Delete the copies, or give them their own shape."),
        )
    ]
