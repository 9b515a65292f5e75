# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small shapefile writer with every byte under control: language byte, .cpg, .prj, date."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tools.sample_district.spec import Geometries

_POINT, _LINE, _POLYGON = 1, 3, 5
_DATE = (126, 1, 1)
PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_108E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@dataclass(frozen=True)
class Form:
    """How a shapefile is written: text encoding, language byte, and which sidecars it gets."""

    encoding: str = "utf-8"
    language_byte: int = 0
    cpg: bool = True
    prj: bool = True


def _kind(geometry: shapely.Geometry) -> int:
    return {0: _POINT, 1: _LINE, 5: _LINE, 3: _POLYGON, 6: _POLYGON}[shapely.get_type_id(geometry)]


def _parts(geometry: shapely.Geometry, kind: int) -> list[np.ndarray]:
    """Return the rings or lines of a geometry; outer rings clockwise, as the format asks."""
    if kind == _LINE:
        return [shapely.get_coordinates(g) for g in shapely.get_parts(geometry)]
    rings = []
    for polygon in shapely.get_parts(geometry):
        for i, ring in enumerate((polygon.exterior, *polygon.interiors)):
            xy = shapely.get_coordinates(ring)
            rings.append(xy[::-1] if shapely.is_ccw(ring) == (i == 0) else xy)
    return rings


def _record(geometry: shapely.Geometry, kind: int) -> bytes:
    if kind == _POINT:
        return struct.pack("<i2d", kind, geometry.x, geometry.y)
    parts = _parts(geometry, kind)
    starts = np.cumsum([0, *(len(p) for p in parts[:-1])]).astype("<i4")
    xy = np.concatenate(parts).astype("<f8")
    head = struct.pack("<i4d2i", kind, *xy.min(axis=0), *xy.max(axis=0), len(parts), len(xy))
    return head + starts.tobytes() + xy.tobytes()


def _header(kind: int, size: int, bounds: Sequence[float]) -> bytes:
    return struct.pack(">i20xi", 9994, size // 2) + struct.pack("<2i4d32x", 1000, kind, *bounds)


def _column(values: Sequence[Any], encoding: str) -> tuple[bytes, int, int, list[bytes]]:
    """Return type, width, decimals and cells of a column."""
    first = values[0]
    if isinstance(first, str):
        cells = [v.encode(encoding) for v in values]
        width = max(1, *(len(c) for c in cells))
        return b"C", width, 0, [c.ljust(width) for c in cells]
    decimals = 0 if isinstance(first, int | np.integer) else 2
    cells = [f"{v:.{decimals}f}".encode() for v in values]
    width = max(4, *(len(c) for c in cells))
    return b"N", width, decimals, [c.rjust(width) for c in cells]


def _write_table(stem: Path, columns: Mapping[str, Sequence[Any]], form: Form) -> None:
    made = {name: _column(values, form.encoding) for name, values in columns.items()}
    n = len(next(iter(columns.values())))
    width = 1 + sum(m[1] for m in made.values())
    head = struct.pack("<4BIHH20x", 3, *_DATE, n, 33 + 32 * len(made), width)
    head = head[:29] + bytes([form.language_byte]) + head[30:]
    for name, (letter, size, decimals, _) in made.items():
        head += struct.pack("<11sc4x2B14x", name.encode("ascii"), letter, size, decimals)
    rows = [b" " + b"".join(row) for row in zip(*(m[3] for m in made.values()), strict=True)]
    stem.with_suffix(".dbf").write_bytes(head + b"\r" + b"".join(rows) + b"\x1a")


class ShapefileWriter:
    """Writes one layer batch by batch: shapes go to disk at once, only their table waits in memory.

    Parameters
    ----------
    stem : Path
        File without suffix.
    form : Form
        Encoding and sidecars; UTF-8 with all of them by default.
    """

    def __init__(self, stem: Path, form: Form | None = None) -> None:
        self._stem, self._form = stem, form or Form()
        self._columns: dict[str, list[Any]] = {}
        self._kind, self._bounds = 0, np.array([np.inf, np.inf, -np.inf, -np.inf])
        self._sizes: list[int] = []
        self._shapes = stem.with_suffix(".shp").open("wb")
        self._shapes.write(bytes(100))

    def add(self, geometry: Geometries, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append rows.

        Parameters
        ----------
        geometry : object[n]
            Points, lines or polygons, all of the kind of the first ever added.
        columns : mapping of ASCII name to n values
            Texts, whole numbers or floats (two decimals); the same names each time.
        """
        geometry = np.asarray(geometry, dtype=object)
        self._kind = self._kind or _kind(geometry[0])
        for shape in geometry:
            body = _record(shape, self._kind)
            self._sizes.append(len(body))
            self._shapes.write(struct.pack(">2i", len(self._sizes), len(body) // 2) + body)
        bounds = shapely.total_bounds(geometry)
        self._bounds[:2] = np.minimum(self._bounds[:2], bounds[:2])
        self._bounds[2:] = np.maximum(self._bounds[2:], bounds[2:])
        for name, values in columns.items():
            self._columns.setdefault(name, []).extend(values)

    def close(self) -> None:
        """Write the header, the index, the table and the sidecars."""
        starts = 100 + np.concatenate([[0], np.cumsum(np.array(self._sizes, np.int64) + 8)])
        self._shapes.seek(0)
        self._shapes.write(_header(self._kind, int(starts[-1]), self._bounds))
        self._shapes.close()
        index = np.column_stack([starts[:-1] // 2, np.array(self._sizes) // 2]).astype(">i4").tobytes()
        head = _header(self._kind, 100 + len(index), self._bounds)
        self._stem.with_suffix(".shx").write_bytes(head + index)
        _write_table(self._stem, self._columns, self._form)
        if self._form.cpg:
            self._stem.with_suffix(".cpg").write_text(self._form.encoding.upper(), encoding="ascii")
        if self._form.prj:
            self._stem.with_suffix(".prj").write_text(PRJ, encoding="ascii")


def write_shapefile(
    stem: Path, geometry: Geometries, columns: Mapping[str, Sequence[Any]], form: Form | None = None
) -> None:
    """Write one layer at once; see `ShapefileWriter`."""
    writer = ShapefileWriter(stem, form)
    writer.add(geometry, columns)
    writer.close()
