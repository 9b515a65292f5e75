# SPDX-License-Identifier: LGPL-3.0-or-later
"""Is a written file whole? The gate between writing an output and showing it under its name.

Some writers do not notice a full disk (KML and DXF drivers, Qt's PDF writer), so each format is
judged by what a complete file of it must end with or contain, not by what its writer reported.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

_TAIL_BYTES = 2048


def broken_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are cut off or damaged, sorted by path."""
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file() and not is_whole(path)))


def is_whole(path: Path) -> bool:
    """Tell whether a file is complete as far as its format can tell; unknown formats count as whole.

    Parameters
    ----------
    path : Path
        Judged by its suffix; nothing of it is trusted.
    """
    check = _CHECKS.get(path.suffix.lower())
    if check is None:
        return True
    try:
        return check(path)
    except (OSError, ValueError, struct.error, sqlite3.Error, zipfile.BadZipFile):
        return False


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().rstrip()


def _ends_with(*endings: bytes) -> Callable[[Path], bool]:
    return lambda path: _tail(path).endswith(endings)


def _parses(path: Path) -> bool:
    json.loads(path.read_bytes())
    return True


def _zip_is_sound(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is None


def _lines_are_closed(path: Path) -> bool:
    content = path.read_bytes()
    content.decode("utf-8-sig")
    return content.endswith(b"\n")


def _shp_is_as_long_as_it_says(path: Path) -> bool:
    """Compare with the header, which holds the file length in 16-bit words."""
    with path.open("rb") as file:
        header = file.read(100)
    code, length = struct.unpack(">i20xi", header[:28])
    return bool(code == 9994 and length * 2 == path.stat().st_size)


def _dbf_is_as_long_as_it_says(path: Path) -> bool:
    with path.open("rb") as file:
        records, header, size = struct.unpack("<4xIHH", file.read(12))
    return path.stat().st_size - header - records * size in {0, 1}


def _database_is_sound(path: Path) -> bool:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        answer = database.execute("PRAGMA quick_check").fetchone()
        tables = database.execute("SELECT count(*) FROM gpkg_contents").fetchone()
    return bool(answer[0] == "ok" and tables[0] > 0)


def _png_is_closed(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-12, 2)
        return file.read() == b"\x00\x00\x00\x00IEND\xaeB`\x82"


_CHECKS: Mapping[str, Callable[[Path], bool]] = {
    ".pdf": _ends_with(b"%%EOF"),
    ".png": _png_is_closed,
    ".svg": _ends_with(b"</svg>"),
    ".html": _ends_with(b"</html>"),
    ".kml": _ends_with(b"</kml>"),
    ".gml": _ends_with(b"FeatureCollection>"),
    ".dxf": _ends_with(b"EOF"),
    ".json": _parses,
    ".geojson": _parses,
    ".xlsx": _zip_is_sound,
    ".docx": _zip_is_sound,
    ".kmz": _zip_is_sound,
    ".zip": _zip_is_sound,
    ".csv": _lines_are_closed,
    ".shp": _shp_is_as_long_as_it_says,
    ".shx": _shp_is_as_long_as_it_says,
    ".dbf": _dbf_is_as_long_as_it_says,
    ".gpkg": _database_is_sound,
}
