# SPDX-License-Identifier: LGPL-3.0-or-later
"""Basemaps for the window: where tiles lie in the project's system, and tiles kept on the disk.

Off until the planner chooses one; only an address that the planner entered is ever asked.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.basemaps import MbTiles, check_address, fetch, tile_address
from gridplanner.texts import _
from gridplanner.workspace.intake.scans import read_scan

__all__ = ["PICTURES", "Basemap", "TileCache", "Tiles", "Warp", "check_basemap"]

Floats = npt.NDArray[np.float64]
PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
#: Half the width of the Web Mercator square, metres.
HALF_M = 20_037_508.342789244
#: Largest zoom that is asked of an address.
DEEPEST = 18


@dataclass(frozen=True)
class Basemap:
    """What lies under the map.

    Parameters
    ----------
    address : str
        A file (GeoTIFF or another picture with a world file, MBTiles) or a pattern of addresses.
    shifted : bool
        Its tiles are in GCJ-02, as those of phone maps.
    degrees : bool
        Its tiles are squares of longitude and latitude (the `c` sets of WMTS services), not Web Mercator.
    crs : str
        System of a picture that states none.
    """

    address: str
    shifted: bool = False
    degrees: bool = False
    crs: str = ""

    @property
    def online(self) -> bool:
        """Whether it asks the network."""
        return self.address.lower().startswith(("http://", "https://"))

    @property
    def picture(self) -> bool:
        """Whether it is one picture, not tiles."""
        return not self.online and self.address.lower().endswith(PICTURES)

    @property
    def title(self) -> str:
        """What the list shows."""
        return self.address if self.online else Path(self.address).name


def check_basemap(basemap: Basemap) -> None:
    """Refuse what cannot be shown, before it is tried.

    Raises
    ------
    UserError
        No such file, damaged, or no pattern of tiles.
    """
    if basemap.online:
        check_address(basemap.address)
    elif basemap.picture:
        read_scan(Path(basemap.address))
    elif Path(basemap.address).suffix.lower() == ".mbtiles":
        MbTiles(Path(basemap.address)).close()
    else:
        raise UserError(
            _("'{path}' is no basemap. Take a GeoTIFF, a picture with a world file, or MBTiles.").format(
                path=Path(basemap.address).name
            )
        )


@dataclass(frozen=True, eq=False)
class Grid:
    """Values on a raster of points, read between them in straight lines.

    Parameters
    ----------
    x0, y0, step : float
        Lower left point and distance of the points.
    values : float64[rows, columns, 2]
    """

    x0: float
    y0: float
    step: float
    values: Floats

    def at(self, xy: Floats) -> Floats:
        """Return the values at some points, float64[n, 2]; beyond the rim the rim goes on straight."""
        rows, columns = self.values.shape[:2]
        u, v = (xy[:, 0] - self.x0) / self.step, (xy[:, 1] - self.y0) / self.step
        i = np.clip(np.floor(u), 0, columns - 2).astype(np.int64)
        j = np.clip(np.floor(v), 0, rows - 2).astype(np.int64)
        s, t = (u - i)[:, None], (v - j)[:, None]
        low = self.values[j, i] * (1 - s) + self.values[j, i + 1] * s
        high = self.values[j + 1, i] * (1 - s) + self.values[j + 1, i + 1] * s
        mixed: Floats = low * (1 - t) + high * t
        return mixed


@dataclass(frozen=True, eq=False)
class Warp:
    """From the project's system to Web Mercator and back, over one district.

    Parameters
    ----------
    forth, back : Grid
    """

    forth: Grid
    back: Grid

    def to_mercator(self, xy: Floats) -> Floats:
        """Return Web Mercator metres of points in the project's system."""
        return self.forth.at(xy)

    def to_ground(self, xy: Floats) -> Floats:
        """Return points in the project's system of Web Mercator metres."""
        return self.back.at(xy)


def tile_corners(zoom: int, column: int, row: int, *, degrees: bool = False) -> Floats:
    """Return the corners of a tile in Web Mercator metres: upper left, upper right, lower right, lower left.

    Examples
    --------
    >>> tile_corners(0, 0, 0)[0].round().tolist()
    [-20037508.0, 20037508.0]
    """
    if degrees:
        side = 360.0 / 2**zoom
        lon = np.array([column, column + 1, column + 1, column]) * side - 180.0
        lat = np.clip(90.0 - np.array([row, row, row + 1, row + 1]) * side, -85.05, 85.05)
        bent: Floats = np.column_stack([lon, lat_to_north(lat)]) * np.array([HALF_M / 180.0, 1.0])
        return bent
    side = 2 * HALF_M / 2**zoom
    x = -HALF_M + np.array([column, column + 1, column + 1, column]) * side
    y = HALF_M - np.array([row, row, row + 1, row + 1]) * side
    corners: Floats = np.column_stack([x, y])
    return corners


def lat_to_north(lat: Floats) -> Floats:
    """Return Web Mercator metres north of the equator of a latitude in degrees."""
    north: Floats = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * HALF_M / np.pi
    return north


def tile_of(mercator: Floats, zoom: int, *, degrees: bool = False) -> npt.NDArray[np.int64]:
    """Return column and row of the tile that holds each point, int64[n, 2]."""
    share = 2**zoom
    if degrees:
        lon = mercator[:, 0] / HALF_M * 180.0
        lat = np.degrees(2 * np.arctan(np.exp(mercator[:, 1] / HALF_M * np.pi)) - np.pi / 2)
        place = np.column_stack([lon + 180.0, 90.0 - lat]) / 360.0 * share
    else:
        place = np.column_stack([mercator[:, 0] + HALF_M, HALF_M - mercator[:, 1]]) / (2 * HALF_M) * share
    cells: npt.NDArray[np.int64] = np.floor(place).astype(np.int64)
    return cells


class TileCache:
    """Tiles of an address kept on the disk; the oldest go when there are too many.

    Parameters
    ----------
    folder : Path
    limit_bytes : int
    """

    def __init__(self, folder: Path, limit_bytes: int = 500_000_000) -> None:
        self.folder, self.limit_bytes = folder, limit_bytes

    def path(self, address: str) -> Path:
        """Return where the tile of an address is kept."""
        name = hashlib.sha256(address.encode()).hexdigest()[:40]
        return self.folder / name[:2] / name

    def get(self, address: str) -> bytes | None:
        """Return a kept tile; None if there is none."""
        try:
            return self.path(address).read_bytes()
        except OSError:
            return None

    def put(self, address: str, content: bytes) -> None:
        """Keep a tile; a full disk costs only the keeping."""
        path = self.path(address)
        temporary = path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(path)

    def size(self) -> int:
        """Return the bytes kept."""
        return sum(size for _time, size, _path in self._files())

    def prune(self) -> int:
        """Remove the oldest tiles until the limit holds; return how many went."""
        files = sorted(self._files())
        total, gone = sum(size for _time, size, _path in files), 0
        for _time, size, path in files:
            if total <= self.limit_bytes:
                break
            path.unlink(missing_ok=True)
            total, gone = total - size, gone + 1
        return gone

    def clear(self) -> None:
        """Remove every kept tile."""
        for _time, _size, path in self._files():
            path.unlink(missing_ok=True)

    def _files(self) -> list[tuple[float, int, Path]]:
        """Return time, size and path of each kept tile."""
        found = []
        for path in self.folder.glob("??/*"):
            with suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return found


class Tiles:
    """The tiles of one basemap; `tile` may be called from any thread.

    Parameters
    ----------
    basemap : Basemap
    cache : TileCache
        For tiles of an address.
    get : callable
        How an address is asked; tests put something else here.
    """

    def __init__(self, basemap: Basemap, cache: TileCache, get: Callable[[str], bytes] = fetch) -> None:
        self.basemap, self._cache, self._get = basemap, cache, get
        self._file = None if basemap.online else MbTiles(Path(basemap.address))
        self.zooms = self._file.zooms if self._file is not None else (0, DEEPEST)

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return a tile, None where there is none or the network is silent."""
        if self._file is not None:
            return self._file.tile(zoom, column, row)
        address = tile_address(self.basemap.address, zoom, column, row)
        kept = self._cache.get(address)
        if kept is not None:
            return kept
        try:
            found = self._get(address)
        except (OSError, ValueError):
            return None
        self._cache.put(address, found)
        return found

    def close(self) -> None:
        """Give the file free."""
        if self._file is not None:
            self._file.close()
