# SPDX-License-Identifier: LGPL-3.0-or-later
"""Size and place of a scanned map (PNG, JPEG, TIFF), read from its header without decoding a pixel."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridplanner.errors import UserError
from gridplanner.io.plane_fit import Fit, from_world_file
from gridplanner.texts import _

#: World files by the suffix of the image, the most usual first.
WORLD = {
    ".png": (".pgw", ".pngw"),
    ".jpg": (".jgw", ".jpgw"),
    ".jpeg": (".jgw", ".jpegw"),
    ".tif": (".tfw", ".tifw"),
    ".tiff": (".tfw", ".tiffw"),
}
#: Largest side and largest number of pixels taken: an A0 sheet at 600 dpi has 20,000 x 28,000.
_MAX_SIDE, _MAX_PIXELS = 65_000, 1_000_000_000
_MAX_TAGS = 4_096
#: TIFF tags (TIFF 6.0; GeoTIFF 1.1): width, height, pixel scale, tie points, whole transformation.
_WIDTH, _HEIGHT, _SCALE, _TIES, _MATRIX = 256, 257, 33_550, 33_922, 34_264
#: TIFF field types that we read: code to struct letter.
_TYPES = {3: "H", 4: "I", 12: "d", 16: "Q"}
#: JPEG markers of frames, which hold the size.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, eq=False)
class Scan:
    """A scanned map.

    Parameters
    ----------
    path : Path
    width, height : int
        Pixels as stored; a turn that a camera notes beside them is not applied.
    placed : Fit or None
        From pixels (column, row from the upper left corner) to metres, where a world file beside it
        or tags inside say so.
    """

    path: Path
    width: int
    height: int
    placed: Fit | None = None


def read_scan(path: Path) -> Scan:
    """Return size and place of a scanned map.

    Raises
    ------
    UserError
        It is no PNG, JPEG or TIFF, is damaged, or is larger than can be shown.
    """
    readers = {".png": _png, ".jpg": _jpeg, ".jpeg": _jpeg, ".tif": _tiff, ".tiff": _tiff}
    reader = readers.get(path.suffix.lower())
    if reader is None or not path.is_file():
        raise UserError(
            _("'{path}' is no scanned map that can be placed. Save it as PNG, JPG or TIFF.").format(
                path=path.name
            )
        )
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            width, height, placed = reader(data)
    except (struct.error, IndexError, ValueError, MemoryError) as error:
        raise UserError(
            _("'{path}' is damaged or no {kind} picture. Scan or export it again.").format(
                path=path.name, kind=path.suffix[1:].upper()
            )
        ) from error
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE and width * height <= _MAX_PIXELS):
        raise UserError(
            _("'{path}' has {width} x {height} pixels, too many to show. Save it smaller.").format(
                path=path.name, width=width, height=height
            )
        )
    return Scan(path, width, height, _beside(path) or placed)


def _beside(path: Path) -> Fit | None:
    """Return the placing that a world file beside the image states."""
    for suffix in WORLD[path.suffix.lower()]:
        world = path.with_suffix(suffix)
        if world.is_file() and world.stat().st_size < 4_096:
            return from_world_file(world.read_text(encoding="ascii", errors="replace"))
    return None


def _png(data: mmap.mmap) -> tuple[int, int, Fit | None]:
    """Return the size of a PNG (its IHDR chunk)."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise ValueError(data[:8])
    width, height = struct.unpack(">II", data[16:24])
    return width, height, None


def _jpeg(data: mmap.mmap) -> tuple[int, int, Fit | None]:
    """Return the size of a JPEG: that of its first frame."""
    if data[:2] != b"\xff\xd8":
        raise ValueError(data[:2])
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            raise ValueError(at)
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height, None
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    raise ValueError(at)


def _tiff(data: mmap.mmap) -> tuple[int, int, Fit | None]:
    """Return size and place of a TIFF or BigTIFF: the tags of its first picture."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError(data[:2])
    (version,) = struct.unpack(f"{order}H", data[2:4])
    big = version == 43
    if version not in (42, 43):
        raise ValueError(version)
    (at,) = struct.unpack(f"{order}{'Q' if big else 'I'}", data[8:16] if big else data[4:8])
    tags = _tags(data, at, order, big)
    return int(tags[_WIDTH][0]), int(tags[_HEIGHT][0]), _geotiff(tags)


def _tags(data: mmap.mmap, at: int, order: str, big: bool) -> dict[int, tuple[float, ...]]:
    """Return the tags of the directory that starts at `at`, those that we read."""
    (count,) = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, at)
    entry = f"{order}{'HHQ8s' if big else 'HHI4s'}"
    at += 8 if big else 2
    found: dict[int, tuple[float, ...]] = {_WIDTH: (), _HEIGHT: ()}
    for k in range(min(count, _MAX_TAGS)):
        tag, kind, number, body = struct.unpack_from(entry, data, at + k * struct.calcsize(entry))
        if tag not in (_WIDTH, _HEIGHT, _SCALE, _TIES, _MATRIX) or kind not in _TYPES or number > 64:
            continue
        form = f"{order}{number}{_TYPES[kind]}"
        if struct.calcsize(form) <= len(body):
            found[tag] = struct.unpack_from(form, body)
        else:
            (place,) = struct.unpack(f"{order}{'Q' if big else 'I'}", body)
            found[tag] = struct.unpack_from(form, data, place)
    return found


def _geotiff(tags: dict[int, tuple[float, ...]]) -> Fit | None:
    """Return the placing that GeoTIFF tags state; None where there are none."""
    if len(tags.get(_MATRIX, ())) == 16:
        m = tags[_MATRIX]
        return Fit("affine", np.array([[m[0], m[1]], [m[4], m[5]]]), np.array([m[3], m[7]]), np.empty(0))
    if len(tags.get(_SCALE, ())) >= 2 and len(tags.get(_TIES, ())) >= 6:
        (sx, sy), (i, j, _k, x, y) = tags[_SCALE][:2], tags[_TIES][:5]
        matrix = np.diag([sx, -sy])
        return Fit("affine", matrix, np.array([x, y]) - matrix @ np.array([i, j]), np.empty(0))
    return None
