# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures to lie under the map: tiles of an MBTiles file or of an address, and where a GeoTIFF belongs.

Nothing here is called unless the planner has chosen such a source; the program itself asks no network.
"""

from __future__ import annotations

import mmap
import re
import sqlite3
import struct
import threading
import urllib.request
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.texts import _

#: A tile has some tens of kilobytes; more than this is no tile, bytes.
_MOST_BYTES = 4_000_000
_TIMEOUT_S = 15.0
_GEOKEYS, _PROJECTED, _GEOGRAPHIC, _USER_DEFINED = 34_735, 3_072, 2_048, 32_767
_PLACES = re.compile(r"\{(-?[A-Za-z]+)\}")


class MbTiles:
    """Tiles in a file (MBTiles 1.3): PNG, JPEG or WebP in Web Mercator.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UserError
        The file is none, is damaged, or holds vector tiles.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            # Opened for reading only, and never as the database of a project would be.
            uri = f"{path.resolve(strict=True).as_uri()}?mode=ro&immutable=1"
            self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)
            known = dict(self._file.execute("SELECT name, value FROM metadata").fetchall())
            low, high = self._file.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        except (OSError, sqlite3.DatabaseError, ValueError) as error:
            raise UserError(
                _("'{path}' is no MBTiles file, or is damaged.").format(path=path.name)
            ) from error
        if low is None:
            raise UserError(_("'{path}' holds no tiles.").format(path=path.name))
        if str(known.get("format", "")).lower() in ("pbf", "mvt"):
            raise UserError(
                _("'{path}' holds vector tiles. Export it as picture tiles (PNG or JPG).").format(
                    path=path.name
                )
            )
        self.zooms = (int(low), int(high))

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return a tile (rows counted from the north), None where there is none."""
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        with self._lock:
            found = self._file.execute(query, (zoom, column, 2**zoom - 1 - row)).fetchone()
        return bytes(found[0]) if found else None

    def close(self) -> None:
        """Give the file free."""
        with self._lock:
            self._file.close()


def check_address(template: str) -> None:
    """Refuse an address that is no pattern of tiles.

    Raises
    ------
    UserError
        It is not http(s), or names no zoom, column and row.

    Examples
    --------
    >>> check_address("https://example.org/{z}/{x}/{y}.png")
    """
    named = {word.lower() for word in _PLACES.findall(template)}
    zoom = named & {"z", "tilematrix"}
    column, row = named & {"x", "tilecol"}, named & {"y", "-y", "tilerow"}
    if not template.lower().startswith(("http://", "https://")) or not (zoom and column and row):
        raise UserError(
            _(
                "The address must begin with http(s):// and hold {places}, for WMTS {wmts}. "
                "Ask who runs the map service for it."
            ).format(places="{z} {x} {y}", wmts="{TileMatrix} {TileCol} {TileRow}")
        )


def tile_address(template: str, zoom: int, column: int, row: int) -> str:
    """Return the address of one tile.

    Examples
    --------
    >>> tile_address("https://t{s}.example.org/{z}/{x}/{-y}.png", 2, 1, 0)
    'https://t1.example.org/2/1/3.png'
    """
    values = {
        "z": zoom,
        "tilematrix": zoom,
        "x": column,
        "tilecol": column,
        "y": row,
        "tilerow": row,
        "-y": 2**zoom - 1 - row,
        "s": (column + row) % 4,
    }
    return _PLACES.sub(lambda found: str(values.get(found[1].lower(), found[0])), template)


def fetch(address: str) -> bytes:
    """Return what an address gives.

    Raises
    ------
    OSError
        No connection, no such tile, or far too much.
    """
    if not address.lower().startswith(("http://", "https://")):
        raise OSError(address)
    request = urllib.request.Request(address, headers={"User-Agent": "gridplanner"})  # noqa: S310 - http(s) only
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - http(s) only
        found: bytes = answer.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise OSError(address)
    return found


def picture_crs(path: Path) -> str:
    """Return the CRS that a picture states, by `.prj` beside it or GeoTIFF keys; "" where it states none."""
    beside = path.with_suffix(".prj")
    if beside.is_file() and beside.stat().st_size < 65_536:
        return beside.read_text(encoding="utf-8", errors="replace").strip()
    if path.suffix.lower() not in (".tif", ".tiff"):
        return ""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            keys = _geokeys(data)
    except (OSError, struct.error, IndexError, ValueError):
        return ""
    code = keys.get(_PROJECTED) or keys.get(_GEOGRAPHIC) or _USER_DEFINED
    return f"EPSG:{code}" if code != _USER_DEFINED else ""


def _geokeys(data: mmap.mmap) -> dict[int, int]:
    """Return the short keys of a classic TIFF's GeoKeyDirectory (GeoTIFF 1.1)."""
    order = {b"II": "<", b"MM": ">"}[data[:2]] if data[:2] in (b"II", b"MM") else ""
    if not order or struct.unpack(f"{order}H", data[2:4])[0] != 42:
        return {}
    (at,) = struct.unpack(f"{order}I", data[4:8])
    (count,) = struct.unpack_from(f"{order}H", data, at)
    for k in range(min(count, 4_096)):
        tag, _kind, number, place = struct.unpack_from(f"{order}HHII", data, at + 2 + 12 * k)
        if tag == _GEOKEYS and 4 <= number <= 4_096:
            shorts = struct.unpack_from(f"{order}{number}H", data, place)
            rows = [shorts[i : i + 4] for i in range(4, len(shorts) - 3, 4)]
            return {key: value for key, where, _n, value in rows if where == 0}
    return {}
