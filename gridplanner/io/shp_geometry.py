# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read the records of a `.shp` into geometries, row by row, losing none unseen.

Written for ourselves because what a planner needs to know (which row has no shape, which
ring was open, which record is cut off) is exactly what general readers keep to themselves.
Layout: ESRI Shapefile Technical Description, 1998.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.model.layers import ObjectArray

_HEADER = 100
POLYGONS, LINES, POINTS, MULTIPOINTS = (5, 15, 25), (3, 13, 23), (1, 11, 21), (8, 18, 28)
_KNOWN = (0, *POLYGONS, *LINES, *POINTS, *MULTIPOINTS, 31)
_MAX_COORDINATE = 1e12

Bytes = bytes | mmap.mmap
Xy = npt.NDArray[np.float64]
_RingRow = tuple[int, npt.NDArray[np.int64], Xy]


@dataclass(eq=False)
class ShapeRows:
    """Geometries of a `.shp`, with the rows (counted from 0) that have a fault.

    Parameters
    ----------
    geometry : object[n]
        None where the row has no usable shape.
    damaged, unfinite, surfaces, open_rings, short_rings, null : list of int
    scanned : bool
        The index file was missing or wrong, and the records were found by scanning.
    unread_bytes : int
        Bytes at the end that could not be understood as records.
    """

    geometry: ObjectArray = field(default_factory=lambda: np.empty(0, dtype=object))
    damaged: list[int] = field(default_factory=list)
    unfinite: list[int] = field(default_factory=list)
    surfaces: list[int] = field(default_factory=list)
    open_rings: list[int] = field(default_factory=list)
    short_rings: list[int] = field(default_factory=list)
    null: list[int] = field(default_factory=list)
    scanned: bool = False
    unread_bytes: int = 0


def record_offsets(data: Bytes, index: bytes | None) -> tuple[list[int], bool, int]:
    """Return where each record starts, whether they were found by scanning, and bytes not understood.

    The index is used only if every entry of it points at a record with the right number;
    otherwise the records are walked through in the `.shp` itself.
    """
    if index is not None:
        offsets = _indexed(data, index)
        if offsets is not None:
            return offsets, False, 0
    offsets = []
    at = _HEADER
    while at + 12 <= len(data):
        number = int.from_bytes(data[at : at + 4], "big")
        length = int.from_bytes(data[at + 4 : at + 8], "big") * 2
        kind = int.from_bytes(data[at + 8 : at + 12], "little")
        # Some writers count records from 0.
        if number not in (len(offsets) + 1, len(offsets)) or length < 4 or kind not in _KNOWN:
            break
        offsets.append(at)
        at += 8 + length
    return offsets, True, max(0, len(data) - at)


def _indexed(data: Bytes, index: bytes) -> list[int] | None:
    """Return the offsets in the index, or None if any entry does not fit the `.shp`."""
    if len(index) < _HEADER or (len(index) - _HEADER) % 8:
        return None
    entries = np.frombuffer(index, ">i4", offset=_HEADER).reshape(-1, 2).astype(np.int64) * 2
    offsets, lengths = entries[:, 0], entries[:, 1]
    if not len(entries):
        return [] if len(data) <= _HEADER + 12 else None
    if (offsets < _HEADER).any() or (offsets + 12 > len(data)).any() or (np.diff(offsets) <= 0).any():
        return None
    raw = np.frombuffer(data, np.uint8)
    heads = np.ascontiguousarray(raw[offsets[:, None] + np.arange(8)]).view(">i4")
    numbers = heads[:, 0].astype(np.int64) - np.arange(len(offsets))
    if not (np.isin(numbers, (0, 1)).all() and (heads[:, 1] * 2 == lengths).all()):
        return None
    if offsets[-1] + 8 + lengths[-1] + 12 <= len(data):
        # Whole records lie behind the last indexed one: the index is too short.
        return None
    return [int(offset) for offset in offsets]


def read_shapes(data: Bytes, index: bytes | None) -> ShapeRows:
    """Return the geometries of a `.shp`.

    Parameters
    ----------
    data : bytes or mmap
        The whole `.shp`.
    index : bytes or None
        The whole `.shx`.
    """
    rows = ShapeRows()
    offsets, rows.scanned, rows.unread_bytes = record_offsets(data, index)
    rows.geometry = np.empty(len(offsets), dtype=object)
    rings: list[_RingRow] = []
    for row, at in enumerate(offsets):
        body = data[at + 8 : at + 8 + int.from_bytes(data[at + 4 : at + 8], "big") * 2]
        _read_record(rows, row, body, rings, whole=at + 8 + len(body) <= len(data))
    _polygons(rows, rings)
    return rows


def _read_record(rows: ShapeRows, row: int, body: bytes, rings: list[_RingRow], whole: bool) -> None:
    """Read one record; polygons are only collected, they are built all together."""
    kind = int.from_bytes(body[:4], "little") if len(body) >= 4 else -1
    if kind == 0:
        rows.null.append(row)
    elif kind == 31:
        rows.surfaces.append(row)
    elif kind in POINTS and len(body) >= 20:
        _single(rows, row, np.frombuffer(body, "<f8", 2, 4))
    elif kind in MULTIPOINTS:
        _multipoint(rows, row, body)
    elif kind in POLYGONS or kind in LINES:
        _parted(rows, row, body, rings if kind in POLYGONS else None)
    else:
        rows.damaged.append(row)
    if not whole and row not in rows.damaged:
        rows.damaged.append(row)


def _multipoint(rows: ShapeRows, row: int, body: bytes) -> None:
    """Read a set of points."""
    n = int.from_bytes(body[36:40], "little", signed=True) if len(body) >= 40 else 0
    if n < 1 or 40 + 16 * n > len(body):
        rows.damaged.append(row)
        return
    xy = _finite(rows, row, np.frombuffer(body, "<f8", 2 * n, 40).reshape(-1, 2))
    if xy is not None:
        rows.geometry[row] = shapely.MultiPoint(xy)


def _parted(rows: ShapeRows, row: int, body: bytes, rings: list[_RingRow] | None) -> None:
    """Read a shape of parts: collect the rings of a polygon, build a line."""
    parts = _parts(body)
    if parts is None:
        rows.damaged.append(row)
        return
    xy = _finite(rows, row, parts[1])
    if xy is None:
        return
    if rings is None:
        _lines(rows, row, parts[0], xy)
    else:
        rings.append((row, parts[0], xy))


def _single(rows: ShapeRows, row: int, xy: Xy) -> None:
    """Read a point."""
    checked = _finite(rows, row, xy.reshape(1, 2))
    if checked is not None:
        rows.geometry[row] = shapely.Point(checked[0])


def _finite(rows: ShapeRows, row: int, xy: Xy) -> Xy | None:
    """Return the coordinates, or None (and a note) if any is not a usable number.

    ESRI writes "no data" as anything below -1e38; such a number is no place either.
    """
    if np.isfinite(xy).all() and (np.abs(xy) < _MAX_COORDINATE).all():
        return xy
    rows.unfinite.append(row)
    return None


def _parts(body: bytes) -> tuple[npt.NDArray[np.int64], Xy] | None:
    """Return the starts of the parts and all points of a record; None if its counts cannot be true."""
    if len(body) < 44:
        return None
    n_parts = int.from_bytes(body[36:40], "little", signed=True)
    n_points = int.from_bytes(body[40:44], "little", signed=True)
    if n_parts < 1 or n_points < 1 or 44 + 4 * n_parts + 16 * n_points > len(body):
        return None
    starts = np.frombuffer(body, "<i4", n_parts, 44).astype(np.int64)
    if starts[0] != 0 or (np.diff(starts) < 0).any() or starts[-1] >= n_points:
        return None
    xy = np.frombuffer(body, "<f8", 2 * n_points, 44 + 4 * n_parts).reshape(-1, 2)
    return starts, xy


def _lines(rows: ShapeRows, row: int, starts: npt.NDArray[np.int64], xy: Xy) -> None:
    """Read a line of one or more parts; parts of one point are no lines."""
    pieces = [piece for piece in np.split(xy, starts[1:]) if len(piece) >= 2]
    if len(pieces) < len(starts):
        rows.short_rings.append(row)
    if pieces:
        lines = [shapely.LineString(piece) for piece in pieces]
        rows.geometry[row] = lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _polygons(rows: ShapeRows, records: list[_RingRow]) -> None:
    """Build all polygons: single rings at once, the others one by one."""
    owners: list[int] = []
    pieces: list[Xy] = []
    for row, starts, xy in records:
        for ring in np.split(xy, starts[1:]) if len(starts) > 1 else (xy,):
            if len(ring) and (ring[0] != ring[-1]).any():
                ring = np.vstack([ring, ring[:1]])
                rows.open_rings.append(row)
            if len(ring) < 4:
                rows.short_rings.append(row)
                continue
            owners.append(row)
            pieces.append(ring)
    if not pieces:
        return
    coordinates = np.concatenate(pieces)
    of_ring = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    linear = shapely.linearrings(coordinates, indices=of_ring)
    owner = np.asarray(owners)
    alone = np.bincount(owner, minlength=len(rows.geometry))[owner] == 1
    rows.geometry[owner[alone]] = shapely.polygons(linear[alone])
    rest = np.flatnonzero(~alone)
    for group in np.split(rest, np.flatnonzero(np.diff(owner[rest])) + 1) if len(rest) else ():
        rows.geometry[owner[group[0]]] = assemble(linear[group])


def assemble(rings: ObjectArray) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the polygon of several rings: clockwise ones are shells, the others holes in them.

    Parameters
    ----------
    rings : object[n] of shapely LinearRing
        If none runs clockwise, the writer ignored the rule, and orientation says nothing:
        then a ring inside an odd number of others is a hole.
    """
    areas = shapely.area(shapely.polygons(rings))
    hole = shapely.is_ccw(rings)
    if hole.all():
        hole = _nested_odd(rings)
    shells, holes = np.flatnonzero(~hole), np.flatnonzero(hole)
    owned: dict[int, list[int]] = {int(shell): [] for shell in shells}
    stray: list[int] = []
    plates = shapely.polygons(rings[shells])
    for ring in holes:
        home = _home(rings[ring], plates, shells, areas)
        if home is None:
            stray.append(int(ring))
        else:
            owned[int(home)].append(int(ring))
    parts = [
        shapely.polygons(rings[shell], holes=rings[inner] if inner else None)
        for shell, inner in owned.items()
    ]
    parts += [shapely.polygons(rings[ring]) for ring in stray]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _home(
    ring: shapely.LinearRing,
    plates: ObjectArray,
    shells: npt.NDArray[np.int64],
    areas: npt.NDArray[np.float64],
) -> int | None:
    """Return the smallest shell that holds a hole, or None for a hole in no shell.

    The ring itself is asked, not a point inside it: an island may stand where that point is.
    A hole that sticks out of its shell belongs to it still; the gate repairs that.
    """
    line = shapely.LineString(ring)
    around = shells[shapely.covers(plates, line)]
    if not len(around):
        larger = areas[shells] > shapely.area(shapely.polygons(ring))
        around = shells[larger & shapely.intersects(plates, line)]
    return int(around[np.argmin(areas[around])]) if len(around) else None


def _nested_odd(rings: ObjectArray) -> npt.NDArray[np.bool_]:
    """Tell of each ring whether it lies inside an odd number of the others."""
    plates = shapely.polygons(rings)
    inside = np.array([shapely.covers(plates, shapely.LineString(ring)) for ring in rings])
    np.fill_diagonal(inside, False)
    odd: npt.NDArray[np.bool_] = inside.sum(axis=1) % 2 == 1
    return odd
