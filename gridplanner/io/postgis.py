# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read layers from a PostGIS database, and publish divisions into it with their history (extra `postgis`).

A publication is one transaction: grids and crosswalk of the new division go in, the rows of
the one before get their `valid_to`, or nothing happens at all. If the server is restarted in
the middle, the whole publication is tried again, and its identifier keeps it from being
entered twice when only the answer to the commit was lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
import shapely
from psycopg import sql

from gridplanner.errors import UserError
from gridplanner.io.geopackage_writer import one_type
from gridplanner.io.postgis_rows import (
    Database,
    Publication,
    Version,
    cells_of,
    check_names,
    raw_rows,
    sql_type,
    srid_of,
    stored_name,
)
from gridplanner.io.postgis_session import patiently
from gridplanner.io.raw import RawTable
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.progress import Progress, Silent, settle
from gridplanner.texts import _


def list_tables(database: Database) -> list[tuple[str, str]]:
    """Return schema and name of every table with shapes."""

    def ask(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
        """Return them from PostGIS' own list."""
        _need_postgis(connection)
        rows = connection.execute(
            "SELECT f_table_schema, f_table_name FROM geometry_columns ORDER BY 1, 2"
        ).fetchall()
        return [(str(schema), str(name)) for schema, name in rows]

    return patiently(database, ask)


def _need_postgis(connection: psycopg.Connection[Any]) -> None:
    """Raise UserError if the database has no PostGIS."""
    if not connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone():
        raise UserError(_("The database has no PostGIS. Ask its administrator for CREATE EXTENSION postgis."))


def list_versions(database: Database, schema: str) -> list[Version]:
    """Return the divisions published in a schema, oldest first; none where nothing was published."""

    def ask(connection: psycopg.Connection[Any]) -> list[Version]:
        """Return them with the number of grids each brought."""
        if not _column_types(connection, schema, "publications"):
            return []
        query = sql.SQL(
            "SELECT p.version, p.author, p.note, p.valid_from, p.valid_to, "
            "(SELECT count(*) FROM {grids} g WHERE g.publication = p.id) FROM {publications} p ORDER BY 1"
        ).format(grids=sql.Identifier(schema, "grids"), publications=sql.Identifier(schema, "publications"))
        return [
            Version(int(r[0]), r[1] or "", r[2] or "", r[3], r[4], int(r[5]))
            for r in connection.execute(query)
        ]

    return patiently(database, ask)


def read_table(database: Database, schema: str, table: str, version: int = 0) -> RawTable:
    """Read a table with shapes.

    Parameters
    ----------
    database : Database
    schema, table : str
    version : int
        Only the rows that this publication brought; 0 for all rows of the table.

    Raises
    ------
    UserError
        It is not there, cannot be reached, or has no shapes.
    """

    def ask(connection: psycopg.Connection[Any]) -> RawTable:
        """Read everything in one transaction."""
        _need_postgis(connection)
        found = connection.execute(
            "SELECT f_geometry_column, srid FROM geometry_columns WHERE f_table_schema = %s AND "
            "f_table_name = %s",
            (schema, table),
        ).fetchone()
        if found is None:
            raise UserError(
                _("The database has no layer {schema}.{table}. Check the name.").format(
                    schema=schema, table=table
                )
            )
        columns = [name for name in _column_types(connection, schema, table) if name != found[0]]
        query = sql.SQL(
            "SELECT {columns} ST_AsBinary(ST_Force2D(ST_CurveToLine({shape}))) FROM {table} "
            "WHERE %(version)s = 0 OR {which}"
        ).format(
            which=_of_version(connection, schema, columns),
            columns=sql.SQL("").join(sql.SQL("{}, ").format(_bound(name)) for name in columns),
            shape=_bound(found[0]),
            table=_bound(schema, table),
        )
        rows = connection.execute(query, {"version": version}, binary=False).fetchall()
        cells = list(zip(*rows, strict=True)) or [() for _name in (*columns, "")]
        return raw_rows(f"{schema}.{table}", columns, cells, _authority(connection, found[1]))

    return patiently(database, ask)


def _of_version(connection: psycopg.Connection[Any], schema: str, columns: Sequence[str]) -> sql.Composable:
    """Return the condition that a row came with the publication `version`."""
    if "publication" not in columns or not _column_types(connection, schema, "publications"):
        return sql.SQL("false")
    return sql.SQL("publication = (SELECT id FROM {} WHERE version = %(version)s)").format(
        _bound(schema, "publications")
    )


def _bound(*names: str) -> sql.Identifier:
    """Return a name for a query with parameters: there a `%` in it would start a placeholder."""
    return sql.Identifier(*(name.replace("%", "%%") for name in names))


def _authority(connection: psycopg.Connection[Any], srid: int) -> str:
    """Return the CRS of an SRID: its EPSG code, else its definition, "" for none."""
    row = connection.execute(
        "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s", (srid,)
    ).fetchone()
    if row is None:
        return ""
    return f"EPSG:{row[1]}" if row[0] == "EPSG" else str(row[2])


def _column_types(connection: psycopg.Connection[Any], schema: str, table: str) -> dict[str, str]:
    """Return the columns of a table and their types, in order."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        (schema, table),
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows}


def publish(
    database: Database,
    schema: str,
    grids: Layer,
    crosswalk: Layer,
    crs: str,
    publication: Publication | None = None,
    progress: Progress | None = None,
) -> int:
    """Publish a division: grids, crosswalk and history, all or nothing.

    Tables `publications`, `grids`, `crosswalk` and the view `grids_current` in `schema`. Rows of
    `grids` carry `valid_from` and `valid_to`; those in force have no `valid_to`.

    Parameters
    ----------
    database : Database
    schema : str
        Made if it is not there.
    grids : Layer
        Polygons in `crs`.
    crosswalk : Layer
        Table.
    crs : str
        Must have an EPSG code: PostGIS knows no other.
    publication : Publication, optional
    progress : Progress, optional
        Looked at until everything is entered; a stop takes it all back.

    Returns
    -------
    int
        Number of this version, from 1.

    Raises
    ------
    UserError
        The CRS has no EPSG code, a name is too long, or the database refuses or stays away.
    Cancelled
        The user asked to stop; nothing was published.
    """
    srid, receiver = srid_of(crs), progress or Silent()
    about = publication or Publication()
    check_names((schema, *grids.fields, *crosswalk.fields))

    def enter(connection: psycopg.Connection[Any]) -> int:
        """Do everything in this one transaction."""
        _need_postgis(connection)
        _make_tables(connection, schema)
        done = connection.execute(
            sql.SQL("SELECT version FROM {}").format(_bound(schema, "publications"))
            + sql.SQL(" WHERE id = %s"),
            (about.id,),
        ).fetchone()
        if done is not None:
            return int(done[0])
        version = _enter(connection, schema, grids, crosswalk, srid, about)
        settle(receiver)
        return version

    return patiently(database, enter, receiver)


def _make_tables(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make schema and list of publications, and let only one publication at a time go on."""
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {} (id uuid PRIMARY KEY, version integer UNIQUE NOT NULL, "
            "author text, note text, valid_from timestamptz NOT NULL, valid_to timestamptz)"
        ).format(sql.Identifier(schema, "publications"))
    )
    connection.execute(
        sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(schema, "publications"))
    )


def _enter(
    connection: psycopg.Connection[Any],
    schema: str,
    grids: Layer,
    crosswalk: Layer,
    srid: int,
    about: Publication,
) -> int:
    """Enter a publication whose identifier is new."""
    publications = _bound(schema, "publications")
    query = sql.SQL("SELECT coalesce(max(version), 0) + 1, now() FROM {}").format(publications)
    row = connection.execute(query, ())
    version, now = row.fetchone() or (1, None)
    connection.execute(
        sql.SQL("UPDATE {} SET valid_to = %s WHERE valid_to IS NULL").format(publications), (now,)
    )
    connection.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, NULL)").format(publications),
        (about.id, version, about.author, about.note, now),
    )
    geometry = one_type(grids.geometry) if grids.geometry is not None else None
    _fit_table(connection, schema, "grids", grids.fields, srid if geometry is not None else None)
    _fit_table(connection, schema, "crosswalk", crosswalk.fields, None)
    for table in ("grids", "crosswalk"):
        connection.execute(
            sql.SQL("UPDATE {} SET valid_to = %s WHERE valid_to IS NULL").format(_bound(schema, table)),
            (now,),
        )
    _copy(connection, schema, "grids", grids.fields, geometry, srid, (about.id, now))
    _copy(connection, schema, "crosswalk", crosswalk.fields, None, srid, (about.id, now))
    _renew_view(connection, schema)
    _require_grids(connection, schema, len(grids))
    return int(version)


def _require_grids(connection: psycopg.Connection[Any], schema: str, wanted: int) -> None:
    """Raise UserError, and with it undo everything, unless exactly these grids are in force."""
    count = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE valid_to IS NULL").format(sql.Identifier(schema, "grids"))
    ).fetchone()
    found = int(count[0]) if count else 0
    if found != wanted:
        raise UserError(
            _("The database holds {n} grids instead of {wanted}; nothing was published.").format(
                n=found, wanted=wanted
            )
        )


def _fit_table(
    connection: psycopg.Connection[Any],
    schema: str,
    table: str,
    fields: Mapping[str, npt.NDArray[Any]],
    srid: int | None,
) -> None:
    """Make the table, or add the columns it lacks; another CRS than before is refused."""
    where = sql.Identifier(schema, table)
    known = _column_types(connection, schema, table)
    if not known:
        connection.execute(
            sql.SQL(
                "CREATE TABLE {} (gid bigserial PRIMARY KEY, publication uuid NOT NULL, "
                "valid_from timestamptz NOT NULL, valid_to timestamptz)"
            ).format(where)
        )
        if srid is not None:
            connection.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN geom geometry(Geometry, {})").format(
                    where, sql.Literal(srid)
                )
            )
            connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(where))
    elif srid is not None:
        found = connection.execute("SELECT Find_SRID(%s, %s, 'geom')", (schema, table)).fetchone()
        if found is None or int(found[0]) != srid:
            raise UserError(
                _(
                    "Earlier divisions in the database are in EPSG:{old}, this one in EPSG:{new}. "
                    "Use another schema."
                ).format(old=found[0] if found else 0, new=srid)
            )
    for key, values in fields.items():
        if stored_name(key) not in known:
            kind = sql.SQL(sql_type(values))
            connection.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                    where, sql.Identifier(stored_name(key)), kind
                )
            )


def _copy(
    connection: psycopg.Connection[Any],
    schema: str,
    table: str,
    fields: Mapping[str, npt.NDArray[Any]],
    geometry: ObjectArray | None,
    srid: int,
    stamp: tuple[str, Any],
) -> None:
    """Send the rows."""
    names = ["publication", "valid_from", *map(stored_name, fields)]
    columns = [cells_of(np.asarray(values)) for values in fields.values()]
    if geometry is not None:
        names.append("geom")
        columns.append(shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True).tolist())
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor().copy(query) as copy:
        for row in zip(*columns, strict=True):
            copy.write_row((*stamp, *row))


def _renew_view(connection: psycopg.Connection[Any], schema: str) -> None:
    """Let `grids_current` show all columns of the grids in force; grants on it stay.

    Only columns at its end may be added to a view that is there, so their order is kept.
    """
    shown = list(_column_types(connection, schema, "grids_current"))
    columns = shown + [name for name in _column_types(connection, schema, "grids") if name not in shown]
    connection.execute(
        sql.SQL("CREATE OR REPLACE VIEW {} AS SELECT {} FROM {} WHERE valid_to IS NULL").format(
            sql.Identifier(schema, "grids_current"),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Identifier(schema, "grids"),
        )
    )
