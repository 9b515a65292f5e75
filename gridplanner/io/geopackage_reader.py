# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read GeoPackage layers through SQLite itself: read only, nothing in the file is run.

Layout: OGC 12-128r18, clause 2.1.3 (geometry blob: 8 bytes, an envelope, WKB).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.encoding import clean_text
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.raw import RawTable, objects
from gridplanner.io.wkb import wkb_to_geometry
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
#: WKB types with arcs: CircularString to MultiSurface.
_CURVES = range(8, 13)


def quoted(name: str) -> str:
    """Return an SQL identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def connect(path: Path) -> sqlite3.Connection:
    """Open a GeoPackage read only, trusting no code in it.

    Raises
    ------
    UserError
        It is no SQLite file.
    """
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise sqlite3.DatabaseError("header")
        connection = _with_journal(path) or sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True
        )
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    return connection


def _with_journal(path: Path) -> sqlite3.Connection | None:
    """Return a copy in memory where a write-ahead journal lies beside the file, else None.

    QGIS keeps the latest edits there while it has the file open; without the journal they
    would be missed in silence, and with it SQLite would want to write beside the user's file.
    """
    journal = path.with_name(path.name + "-wal")
    if not journal.is_file() or not journal.stat().st_size:
        return None
    with tempfile.TemporaryDirectory(prefix="gridplanner-gpkg-") as folder:
        for item in (path, journal):
            shutil.copyfile(item, Path(folder) / item.name)
        source = sqlite3.connect(Path(folder) / path.name)
        memory = sqlite3.connect(":memory:")
        try:
            source.backup(memory)
        finally:
            source.close()
    return memory


def _damaged(path: Path, error: Exception) -> UserError:
    """Return the error for a file that SQLite cannot read."""
    return UserError(
        _("'{source}' is not a readable GeoPackage ({cause}). Ask for the file again.").format(
            source=path.name, cause=error
        )
    )


def layer_names(path: Path) -> list[str]:
    """Return the layers (and plain tables) inside, in the file's order."""
    connection = connect(path)
    try:
        return [
            name
            for name, kind in connection.execute(
                "SELECT table_name, data_type FROM gpkg_contents ORDER BY rowid"
            )
            if kind in ("features", "attributes", "aspatial")
        ]
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    finally:
        connection.close()


def read_geopackage(path: Path, layer: str) -> RawTable:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path : Path
    layer : str
        Name as `layer_names` gives it.

    Raises
    ------
    UserError
        The file is damaged or holds no such layer.
    """
    connection = connect(path)
    try:
        return _read(connection, path, layer)
    except (sqlite3.Error, OverflowError) as error:
        raise _damaged(path, error) from error
    finally:
        connection.close()


def _read(connection: sqlite3.Connection, path: Path, layer: str) -> RawTable:
    """Read the layer's rows, columns, CRS."""
    source = f"{path.name}|{layer}"
    found = connection.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
    ).fetchone()
    info = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (layer,)).fetchall()
    if not info:
        raise UserError(
            _("'{source}' holds no layer named '{layer}'. It holds: {names}.").format(
                source=path.name, layer=layer, names="、".join(layer_names(path))
            )
        )
    geometry_column = found[0] if found else None
    keys = {name for name, pk in info if pk}
    names = [name for name, _pk in info if name != geometry_column]
    wanted = [*names, geometry_column] if geometry_column else names
    listed = ", ".join(quoted(name) for name in wanted)
    statement = "SELECT " + listed + " FROM " + quoted(layer)  # noqa: S608 - every name is quoted
    cursor = connection.execute(statement)
    cells = list(zip(*cursor.fetchall(), strict=True)) or [() for _name in wanted]
    findings: list[Finding] = []
    n = len(cells[0]) if cells else 0
    rows = np.arange(1, n + 1, dtype=np.int64)
    geometry = _geometry_of(cells[-1], path, layer, source, findings) if geometry_column else None
    columns = {
        name: _column(values, source, name, findings)
        for name, values in zip(names, cells, strict=False)
        if not (name in keys and name.lower() in ("fid", "ogc_fid", "id", "objectid"))
    }
    crs = _crs(connection, found[1]) if found else ""
    return RawTable(source, columns, geometry, rows, crs, "", tuple(findings))


def _crs(connection: sqlite3.Connection, srs_id: int) -> str:
    """Return the CRS of a layer: EPSG code where there is one, else its definition; "" for undefined."""
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None or srs_id in (0, -1):
        return ""
    return f"EPSG:{row[1]}" if str(row[0]).upper() == "EPSG" else str(row[2])


def _is_curve(wkb: bytes) -> bool:
    """Tell whether a shape has arcs."""
    kind = int.from_bytes(wkb[1:5], "little" if wkb[:1] == b"\1" else "big")
    return kind % 1000 in _CURVES


def _straightened(path: Path, layer: str, n: int, source: str, findings: list[Finding]) -> list[bytes | None]:
    """Return the shapes with arcs replaced by short lines; GDAL can do that."""
    from gridplanner.io.gdal_reader import straight_shapes  # slow to load, and arcs are rare

    text = _("'{source}': arcs were replaced by short lines.").format(source=source)
    findings.append(layer_finding("read.geometry", Severity.INFO, text, source))
    wkb = straight_shapes(path, layer)
    return wkb if len(wkb) == n else [None] * n


def _geometry_of(
    blobs: tuple[Any, ...], path: Path, layer: str, source: str, findings: list[Finding]
) -> ObjectArray:
    """Return geometries of GeoPackage blobs; each blob that is none is told."""
    wkb: list[bytes | None] = []
    bad: list[int] = []
    null: list[int] = []
    for row, blob in enumerate(blobs, start=1):
        if blob is None:
            wkb.append(None)
            null.append(row)
        elif isinstance(blob, bytes) and blob[:2] == b"GP" and len(blob) > 8 and (blob[3] >> 1 & 7) <= 4:
            wkb.append(blob[8 + _ENVELOPE_BYTES[blob[3] >> 1 & 7] :])
        else:
            wkb.append(None)
            bad.append(row)
    if any(item is not None and _is_curve(item) for item in wkb):
        wkb = _straightened(path, layer, len(wkb), source, findings)
    geometry, broken = wkb_to_geometry(wkb)
    bad.extend(row + 1 for row in broken)
    lost = _("These rows have no place on the map; draw them or ask for the file again.")
    if null:
        text = _("'{source}': rows {rows} have no shape.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, null, lost))
    if bad:
        text = _("'{source}': the shapes of rows {rows} are damaged.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.ERROR, text, sorted(bad), lost))
    return geometry


def _column(values: tuple[Any, ...], source: str, name: str, findings: list[Finding]) -> npt.NDArray[Any]:
    """Return a column as int64, float64 or texts."""
    kinds = {type(value) for value in values}
    if kinds <= {int} and values:
        return np.asarray(values, dtype=np.int64)
    if kinds <= {int, float, type(None)} and kinds != {type(None)}:
        numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        bad = np.flatnonzero(np.isinf(numbers))
        if len(bad):
            text = _("'{source}', column '{column}': numbers that are not finite in rows {rows}.").format(
                source=source, column=name, rows="{rows}"
            )
            findings.append(row_finding("read.number", Severity.WARNING, text, (bad + 1).tolist()))
            numbers[bad] = np.nan
        return numbers
    texts = [_text(value) for value in values]
    garbled = [row for row, text in enumerate(texts, start=1) if "\ufffd" in text]
    if garbled:
        text = _("'{source}', column '{column}': damaged texts in rows {rows}.").format(
            source=source, column=name, rows="{rows}"
        )
        findings.append(
            row_finding(
                "read.text", Severity.ERROR, text, garbled, _("Compare these cells with the original.")
            )
        )
    return objects(texts)


def _text(value: Any) -> str:
    """Return a cell as clean text; binary cells as nothing."""
    if value is None or isinstance(value, bytes):
        return ""
    return clean_text(value if isinstance(value, str) else str(value))
