# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write layers into a GeoPackage through SQLite, read them back, and put the file in place."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io.crs import name_of
from gridplanner.io.file_set import publish_one
from gridplanner.io.geopackage_reader import read_geopackage
from gridplanner.io.project.geometry import announce, create_geopackage, to_blobs
from gridplanner.io.project.sql import SQL_TYPES, create_table, insert_columns, kind_of, statement, to_cells
from gridplanner.io.read_back import check_columns, check_geometry, differs
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

_KEY, _SHAPE = "fid", "geom"


def write_geopackage(
    layer: Layer, path: Path, crs: str, aliases: Mapping[str, str] | None = None, append: bool = False
) -> None:
    """Write a layer into a GeoPackage.

    Parameters
    ----------
    layer : Layer
        Its role is the name of the table.
    path : Path
    crs : str
    aliases : mapping of column to Chinese name
        Kept as column descriptions (`gpkg_data_columns`), which QGIS shows.
    append : bool
        Add the layer to an existing file, in place of one of the same name.

    Raises
    ------
    UserError
        What was read back differs from what was written, or the file cannot be written.
    """
    columns = _free_of_key(layer.fields)
    geometry = None if layer.geometry is None else one_type(layer.geometry)
    with publish_one(path) as temporary:
        if append and path.is_file():
            shutil.copyfile(path, temporary)
        try:
            _write(temporary, layer.role, columns, geometry, crs, aliases or {})
        except sqlite3.Error as error:
            raise UserError(
                _("'{path}' cannot be written: {cause}. Choose another folder, or make room.").format(
                    path=path, cause=error
                )
            ) from error
        _check(temporary, layer.role, columns, geometry, crs)


def one_type(geometry: ObjectArray) -> ObjectArray:
    """Return the geometries of one type: single ones become multi where both occur; empty ones None."""
    shapes: ObjectArray = shapely.force_2d(geometry).copy()
    shapes[shapely.is_empty(shapes)] = None
    types = shapely.get_type_id(shapes)
    for single, multi, build in (
        (0, 4, shapely.multipoints),
        (1, 5, shapely.multilinestrings),
        (3, 6, shapely.multipolygons),
    ):
        if (types == single).any() and (types == multi).any():
            which = np.flatnonzero(types == single)
            shapes[which] = build(shapes[which], indices=np.arange(len(which)))
    return shapes


def _free_of_key(fields: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return columns under names that do not clash with the key and shape columns or one another."""
    columns: dict[str, npt.NDArray[Any]] = {}
    taken = {_KEY, _SHAPE}
    for name, values in fields.items():
        free, n = name, 1
        while free.lower() in taken:
            n += 1
            free = f"{name}_{n}"
        taken.add(free.lower())
        columns[free] = np.asarray(values)
    return columns


def _write(
    path: Path,
    table: str,
    columns: Mapping[str, npt.NDArray[Any]],
    geometry: ObjectArray | None,
    crs: str,
    aliases: Mapping[str, str],
) -> None:
    """Write the table and its entries."""
    fresh = not path.exists()
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA synchronous = OFF")
        srs = create_geopackage(database, crs) if fresh else _known_srs(database, crs)
        if not fresh:
            _forget(database, table)
        types = {name: SQL_TYPES[kind_of(values)] for name, values in columns.items()}
        cells = {name: to_cells(values) for name, values in columns.items()}
        if geometry is not None:
            types, cells = {_SHAPE: "GEOMETRY"} | types, {_SHAPE: to_blobs(geometry, srs)} | cells
        create_table(database, table, types)
        insert_columns(database, table, cells)
        announce(database, table, aliases.get(table, table), geometry, srs)
        _describe(database, table, columns, aliases)
        database.commit()
    finally:
        database.close()


def _known_srs(database: sqlite3.Connection, crs: str) -> int:
    """Return the id of the file's CRS; another one than ours is refused."""
    code = name_of(crs)
    rows = database.execute("SELECT srs_id, organization, definition FROM gpkg_spatial_ref_sys").fetchall()
    for srs_id, organization, definition in rows:
        if f"{organization}:{srs_id}" == code or (srs_id > 0 and definition and name_of(definition) == code):
            return int(srs_id)
    raise UserError(
        _("The GeoPackage is in another coordinate system than the new layer. Write it to a new file.")
    )


def _forget(database: sqlite3.Connection, table: str) -> None:
    """Remove a table and its entries, if it is there."""
    database.execute(statement("DROP TABLE IF EXISTS {table}", table=table))
    for entry in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_data_columns"):
        known = database.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (entry,)).fetchone()
        if known:
            database.execute(statement("DELETE FROM {entry} WHERE table_name = ?", entry=entry), (table,))


def _describe(
    database: sqlite3.Connection, table: str, columns: Mapping[str, Any], aliases: Mapping[str, str]
) -> None:
    """Write the Chinese names of the columns where GeoPackage's schema extension keeps them."""
    if not any(name in aliases for name in columns):
        return
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
        "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
        "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name))"
    )
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
        "extension_name TEXT NOT NULL, "
        "definition TEXT NOT NULL, scope TEXT NOT NULL, "
        "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    entry = (
        "gpkg_data_columns",
        None,
        "gpkg_schema",
        "http://www.geopackage.org/spec121/#extension_schema",
        "read-write",
    )
    if not database.execute("SELECT 1 FROM gpkg_extensions WHERE table_name = ?", entry[:1]).fetchone():
        database.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", entry)
    rows = [(table, name, aliases[name], aliases[name], aliases[name]) for name in columns if name in aliases]
    database.executemany("INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)", rows)


def _check(
    path: Path, table: str, columns: Mapping[str, npt.NDArray[Any]], geometry: ObjectArray | None, crs: str
) -> None:
    """Raise UserError unless the table reads back exactly."""
    back = read_geopackage(path, table)
    if geometry is not None and name_of(back.crs) != name_of(crs):
        raise differs(table, _("coordinate system {crs}").format(crs=back.crs[:60]))
    check_columns(back, columns, table, {})
    if geometry is not None:
        check_geometry(back.geometry, geometry, table, 0.0)
