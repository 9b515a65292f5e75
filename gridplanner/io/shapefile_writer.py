# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write a shapefile set, read it back with the separate reader, and only then put it in place.

Our own writer, because the general one cuts Chinese names inside a character, deletes
characters that GBK lacks, leaves the old `.prj` of an overwritten layer, and destroys the
old file before it has written the new one. Layout: ESRI Shapefile Technical Description, 1998;
dBase III table.
"""

from __future__ import annotations

import csv
import datetime
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io.crs import parse
from gridplanner.io.dbf_fields import DbfField, Profile, plan_fields, profile_of
from gridplanner.io.file_set import publish_set
from gridplanner.io.read_back import check_shapefile
from gridplanner.model.finding import Finding
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

#: ESRI readers take 2 GB per file; a little less is left for what they count differently.
MAX_BYTES = 1_900_000_000
FIELD_TABLE = "字段说明.csv"
_POINT, _LINE, _POLYGON, _MULTIPOINT = 1, 3, 5, 8
_TYPE_OF = {0: _POINT, 4: _MULTIPOINT, 1: _LINE, 2: _LINE, 5: _LINE, 3: _POLYGON, 6: _POLYGON}


def shapefile_losses(
    layer: Layer,
    profile: str,
    aliases: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> tuple[Finding, ...]:
    """Return what a shapefile of this profile would lose, by row and column, without writing anything.

    Raises
    ------
    UserError
        A member would be larger than 1.9 GB.
    """
    fields, findings = plan_fields(layer, profile_of(profile), aliases or {}, decimals or {})
    _refuse_too_large(layer, fields)
    return findings


def member_sizes(layer: Layer, fields: Sequence[DbfField]) -> dict[str, int]:
    """Return the bytes that `.shp`, `.shx` and `.dbf` will have, without making them."""
    n = len(layer)
    sizes = {".dbf": 32 + 32 * len(fields) + 1 + n * (1 + sum(field.width for field in fields)) + 1}
    if layer.geometry is None:
        return sizes
    kinds = shapely.get_type_id(layer.geometry)
    vertices = shapely.get_num_coordinates(layer.geometry)
    rings = np.bincount(_ring_owners(layer.geometry), minlength=n)
    parts = np.where(np.isin(kinds, (3, 6)), rings, np.maximum(shapely.get_num_geometries(layer.geometry), 0))
    bodies = 44 + 4 * parts + 16 * vertices
    bodies[kinds == 4] = 40 + 16 * vertices[kinds == 4]
    bodies[kinds == 0] = 40 + 16 if (kinds == 4).any() else 20
    bodies[(kinds < 0) | (vertices == 0)] = 4
    return {".shp": 100 + int((8 + bodies).sum()), ".shx": 100 + 8 * n, **sizes}


def _ring_owners(geometry: ObjectArray) -> npt.NDArray[np.int64]:
    """Return for each ring of polygons the row it belongs to."""
    parts, rows = shapely.get_parts(geometry, return_index=True)
    areal = shapely.get_type_id(parts) == 3
    _rings, at = shapely.get_rings(parts[areal], return_index=True)
    owners: npt.NDArray[np.int64] = rows[areal][at]
    return owners


def _refuse_too_large(layer: Layer, fields: Sequence[DbfField]) -> None:
    """Raise UserError, before a byte is made, where ESRI readers could not open a member."""
    if max(member_sizes(layer, fields).values()) > MAX_BYTES:
        raise UserError(
            _(
                "Layer '{layer}' would be larger than 1.9 GB as a shapefile. Write a GeoPackage instead."
            ).format(layer=layer.role)
        )


def write_shapefile(
    layer: Layer,
    path: Path,
    crs: str,
    profile: str = "utf8",
    aliases: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> tuple[Finding, ...]:
    """Write a layer as a shapefile set with its row in the field table.

    Parameters
    ----------
    layer : Layer
        `fields` in order are the columns; geometry in `crs`.
    path : Path
        Name of the `.shp`.
    crs : str
    profile : str
        See `profile_of`.
    aliases : mapping of column to Chinese name
    decimals : mapping of column to number of decimals

    Returns
    -------
    tuple of Finding
        Every unavoidable loss, known before writing.

    Raises
    ------
    UserError
        Shapes of different kinds, more than 1.9 GB, or what was read back differs from what was written.
    """
    chosen = profile_of(profile)
    fields, findings = plan_fields(layer, chosen, aliases or {}, decimals or {})
    _refuse_too_large(layer, fields)
    geometry = _oriented(layer)
    shp, shx = shape_bytes(geometry, layer.role)
    dbf = table_bytes(fields, len(layer), chosen)
    parsed = parse(crs)
    members = {".shp": shp, ".shx": shx, ".dbf": dbf, ".cpg": chosen.label.encode("ascii")}
    if parsed is not None:
        members[".prj"] = parsed.to_wkt("WKT1_ESRI").encode("utf-8")
    with publish_set(path, members) as written:
        check_shapefile(written, fields, geometry, layer.role)
    _note_fields(path, fields, aliases or {})
    return findings


def _oriented(layer: Layer) -> ObjectArray:
    """Return the geometries with shells clockwise, as the format wants; empty ones as None."""
    if layer.geometry is None:
        raise UserError(_("Layer '{layer}' has no shapes. Write it as CSV or xlsx.").format(layer=layer.role))
    geometry: ObjectArray = shapely.force_2d(layer.geometry).copy()
    geometry[shapely.is_empty(geometry)] = None
    areal = np.isin(shapely.get_type_id(geometry), (3, 6))
    geometry[areal] = shapely.orient_polygons(geometry[areal], exterior_cw=True)
    return geometry


def shape_bytes(geometry: ObjectArray, layer: str) -> tuple[bytes, bytes]:
    """Return the contents of the `.shp` and the `.shx`."""
    kinds = {_TYPE_OF.get(int(t), -1) for t in np.unique(shapely.get_type_id(geometry)) if t >= 0}
    if kinds == {_POINT, _MULTIPOINT}:
        kinds = {_MULTIPOINT}
    if len(kinds) > 1 or -1 in kinds:
        raise UserError(
            _(
                "Layer '{layer}' mixes points, lines and polygons; a shapefile holds one kind. Split "
                "the layer."
            ).format(layer=layer)
        )
    kind = kinds.pop() if kinds else _POLYGON
    bodies = _bodies(geometry, kind)
    lengths = np.array([len(body) for body in bodies], dtype=np.int64)
    offsets = 100 + np.concatenate([[0], np.cumsum(lengths + 8)])
    bounds = shapely.total_bounds(geometry) if len(geometry) else np.zeros(4)
    bounds = np.where(np.isfinite(bounds), bounds, 0.0)
    pieces = [_header(kind, int(offsets[-1]), bounds)]
    for number, body in enumerate(bodies, start=1):
        pieces.append(struct.pack(">ii", number, len(body) // 2))
        pieces.append(body)
    index = np.column_stack([offsets[:-1] // 2, lengths // 2]).astype(">i4").tobytes()
    return b"".join(pieces), _header(kind, 100 + 8 * len(bodies), bounds) + index


def _header(kind: int, size: int, bounds: npt.NDArray[np.float64]) -> bytes:
    """Return the 100 bytes at the start of both files."""
    head = struct.pack(">iiiiiii", 9994, 0, 0, 0, 0, 0, size // 2)
    return head + struct.pack("<ii", 1000, kind) + struct.pack("<8d", *bounds, 0, 0, 0, 0)


def _bodies(geometry: ObjectArray, kind: int) -> list[bytes]:
    """Return the content of each record."""
    null = struct.pack("<i", 0)
    if kind == _POINT:
        return [null if g is None else struct.pack("<idd", kind, g.x, g.y) for g in geometry]
    boxes = shapely.bounds(geometry)
    counts = shapely.get_num_coordinates(geometry)
    xy = np.ascontiguousarray(shapely.get_coordinates(geometry), dtype="<f8")
    ends = np.cumsum(counts)
    parts = _part_sizes(geometry, kind)
    bodies = []
    for i, shape in enumerate(geometry):
        if shape is None:
            bodies.append(null)
            continue
        head = struct.pack("<i4d", kind, *boxes[i])
        points = xy[ends[i] - counts[i] : ends[i]].tobytes()
        if kind == _MULTIPOINT:
            bodies.append(head + struct.pack("<i", counts[i]) + points)
        else:
            starts = np.concatenate([[0], np.cumsum(parts[i])[:-1]]).astype("<i4")
            bodies.append(head + struct.pack("<ii", len(starts), counts[i]) + starts.tobytes() + points)
    return bodies


def _part_sizes(geometry: ObjectArray, kind: int) -> list[npt.NDArray[np.int64]]:
    """Return the number of points of each ring or line of each shape, in the order of the coordinates."""
    if kind == _MULTIPOINT:
        return []
    parts, owner = shapely.get_parts(geometry, return_index=True)
    if kind == _POLYGON:
        rings, of_part = shapely.get_rings(parts, return_index=True)
        owner = owner[of_part]
    else:
        rings = parts
    sizes = shapely.get_num_coordinates(rings).astype(np.int64)
    return np.split(sizes, np.searchsorted(owner, np.arange(1, len(geometry))))


def table_bytes(fields: Sequence[DbfField], n: int, profile: Profile) -> bytes:
    """Return the contents of the `.dbf`; a table without columns gets a running number."""
    if not fields:
        fields = (DbfField("FID", "FID", "N", 9, 0, np.arange(n, dtype=np.int64)),)
    size = 1 + sum(field.width for field in fields)
    head_size = 32 + 32 * len(fields) + 1
    today = datetime.date.today()
    head = struct.pack("<4BIHH", 3, today.year - 1900, today.month, today.day, n, head_size, size)
    head += bytes(17) + bytes([profile.language_byte]) + bytes(2)
    for field in fields:
        name = field.name.encode(profile.codec).ljust(11, b"\0")
        head += (
            name + field.kind.encode("ascii") + bytes(4) + bytes([field.width, field.decimals]) + bytes(14)
        )
    block = np.full((n, size), 0x20, dtype=np.uint8)
    at = 1
    for field in fields:
        if n:
            block[:, at : at + field.width] = (
                _cells(field, profile.codec).view(np.uint8).reshape(n, field.width)
            )
        at += field.width
    return head + b"\r" + block.tobytes() + b"\x1a"


def _cells(field: DbfField, codec: str) -> npt.NDArray[np.bytes_]:
    """Return a column as byte strings of its width: texts to the left, numbers to the right."""
    if field.kind == "C":
        cells = [text.encode(codec).ljust(field.width) for text in field.values.tolist()]
    elif field.kind == "D":
        cells = [text.replace("-", "").encode("ascii").ljust(8) for text in field.values.tolist()]
    elif field.values.dtype == np.int64:
        cells = [b"%*d" % (field.width, value) for value in field.values.tolist()]
    else:
        cells = [
            b" " * field.width if value != value else b"%*.*f" % (field.width, field.decimals, value)
            for value in field.values.tolist()
        ]
    return np.array(cells, dtype=f"S{field.width}")


def _note_fields(path: Path, fields: Sequence[DbfField], aliases: Mapping[str, str]) -> None:
    """Write the layer's columns into the field table of the folder, in place of what it said before."""
    table = path.parent / FIELD_TABLE
    header = ["图层", "字段名", "中文名称", "类型", "宽度", "小数位"]
    kept: list[list[str]] = []
    if table.is_file():
        with table.open(encoding="utf-8-sig", newline="") as file:
            kept = [row for row in csv.reader(file) if row and row[0] not in (header[0], path.stem)]
    words = {"C": "文本", "N": "数值", "D": "日期"}
    for field in fields:
        name = aliases.get(field.key, field.key)
        kept.append([path.stem, field.name, name, words[field.kind], str(field.width), str(field.decimals)])
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *kept])
