# SPDX-License-Identifier: LGPL-3.0-or-later
"""A reader of shapefiles for the verifier alone: it shares no line with the program's own reader."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.texts import _

_POINT, _LINE, _POLYGON = 1, 3, 5
#: Z and M variants carry the same plane coordinates first.
_PLAIN = {1: 1, 11: 1, 21: 1, 3: 3, 13: 3, 23: 3, 5: 5, 15: 5, 25: 5}


@dataclass(frozen=True, eq=False)
class Table:
    """Geometry and texts of one layer.

    Parameters
    ----------
    geometry : object[n] of shapely geometry
        None for an empty record.
    columns : mapping of name to n texts
        Cells as they stand in the file, stripped.
    """

    geometry: npt.NDArray[np.object_]
    columns: Mapping[str, list[str]]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.geometry)

    def texts(self, name: str) -> npt.NDArray[np.object_]:
        """Return a column of texts; raise UserError where the layer has none of that name."""
        if name not in self.columns:
            raise UserError(_("The output has no field '{name}' where one is promised.").format(name=name))
        return np.array(self.columns[name], dtype=object)

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Return a column of numbers; NaN where a cell is empty or holds none."""
        return np.array([_number(cell) for cell in self.texts(name)], dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def read_table(stem: Path) -> Table:
    """Read `stem.shp` and `stem.dbf`.

    Raises
    ------
    UserError
        A file is missing or is no shapefile, or the two disagree in their number of rows.
    """
    try:
        shp, dbf = stem.with_suffix(".shp").read_bytes(), stem.with_suffix(".dbf").read_bytes()
    except OSError as error:
        raise UserError(
            _("Cannot read '{path}': {cause}.").format(path=error.filename, cause=error.strerror)
        ) from error
    try:
        geometry = _geometries(shp)
        columns = _columns(dbf, _encoding(stem))
    except (struct.error, ValueError, IndexError, shapely.errors.GEOSException) as error:
        raise UserError(
            _("'{path}' is damaged and cannot be read: {cause}.").format(path=f"{stem}.shp", cause=error)
        ) from error
    rows = len(next(iter(columns.values()), []))
    if rows != len(geometry):
        raise UserError(
            _("'{path}' holds {shapes} shapes but {rows} rows of attributes.").format(
                path=f"{stem}.shp", shapes=len(geometry), rows=rows
            )
        )
    return Table(geometry, columns)


def _encoding(stem: Path) -> str:
    path = stem.with_suffix(".cpg")
    name = path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else "utf-8"
    return {"936": "gb18030", "cp936": "gb18030", "gbk": "gb18030"}.get(name.lower(), name)


def _geometries(data: bytes) -> npt.NDArray[np.object_]:
    shapes: list[shapely.Geometry | None] = []
    offset = 100
    while offset + 12 <= len(data):
        (words,) = struct.unpack_from(">i", data, offset + 4)
        (kind,) = struct.unpack_from("<i", data, offset + 8)
        shapes.append(_shape(data, offset + 8, _PLAIN.get(kind, 0)))
        offset += 8 + 2 * words
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def _shape(data: bytes, at: int, kind: int) -> shapely.Geometry | None:
    if kind == 0:
        return None
    if kind == _POINT:
        return shapely.Point(struct.unpack_from("<2d", data, at + 4))
    n_parts, n_points = struct.unpack_from("<2i", data, at + 36)
    starts = np.frombuffer(data, "<i4", n_parts, at + 44)
    xy = np.frombuffer(data, "<f8", 2 * n_points, at + 44 + 4 * n_parts).reshape(-1, 2)
    rings = [xy[a:b] for a, b in zip(starts, [*starts[1:], n_points], strict=True)]
    if kind == _LINE:
        return shapely.MultiLineString(rings) if len(rings) > 1 else shapely.LineString(rings[0])
    return _polygon(rings)


def _polygon(rings: list[npt.NDArray[np.float64]]) -> shapely.Geometry:
    """Return the (multi)polygon of rings: outer ones run clockwise, holes the other way."""
    if len(rings) == 1:
        return shapely.Polygon(rings[0])
    hole = [bool(shapely.is_ccw(shapely.LinearRing(ring))) for ring in rings]
    outers = [shapely.Polygon(ring) for ring, is_hole in zip(rings, hole, strict=True) if not is_hole]
    holes: list[list[npt.NDArray[np.float64]]] = [[] for _ in outers]
    for ring in (r for r, is_hole in zip(rings, hole, strict=True) if is_hole):
        inner = shapely.Polygon(ring).representative_point()
        homes = [k for k, outer in enumerate(outers) if outer.contains(inner)]
        if homes:
            holes[min(homes, key=lambda k: outers[k].area)].append(ring)
    made = [shapely.Polygon(o.exterior, h) for o, h in zip(outers, holes, strict=True)]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def _columns(data: bytes, encoding: str) -> dict[str, list[str]]:
    n_rows, header, width = struct.unpack_from("<IHH", data, 4)
    if len(data) < header + n_rows * width:
        raise ValueError(_("it ends before its last row"))
    names, offset, at = [], 32, 1
    while data[offset] != 0x0D:
        name = data[offset : offset + 11].split(b"\0")[0].decode(encoding)
        names.append((name, at, data[offset + 16]))
        at += data[offset + 16]
        offset += 32
    columns: dict[str, list[str]] = {name: [] for name, _, _ in names}
    for row in range(n_rows):
        record = data[header + row * width : header + (row + 1) * width]
        if record[:1] == b"*":
            raise ValueError("deleted row")
        for name, start, size in names:
            columns[name].append(record[start : start + size].decode(encoding).strip(" \0"))
    return columns
