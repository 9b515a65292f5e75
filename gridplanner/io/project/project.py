# SPDX-License-Identifier: LGPL-3.0-or-later
"""The project file: one GeoPackage that holds everything, saved so that no crash can lose it.

Saving writes a temporary file in the same folder, checks it, reads it again and compares, makes it
reach the disk, and only then gives it the name. Opening trusts nothing: read-only, no triggers,
views or virtual tables of others, limits on sizes, every index checked.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import shapely

from gridplanner import __version__
from gridplanner.errors import SavedMeanwhile, UserError
from gridplanner.io.durable import FileHeld, plain_words, publish_file, temporary_beside
from gridplanner.io.project import sql
from gridplanner.io.project.contents import read_contents, write_contents
from gridplanner.io.project.geometry import APPLICATION_ID, create_geopackage
from gridplanner.io.project.tables import TableReader, TableWriter
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _

FORMAT_VERSION = 1
_META = "gridplanner_meta"
_MAX_CELL_BYTES = 200_000_000
_HEADER_BYTES = 100
_DAMAGED = (TypeError, ValueError, KeyError, OverflowError, sqlite3.Error, shapely.errors.ShapelyError)


@dataclass(frozen=True, slots=True)
class SaveStamp:
    """What a project file says about itself.

    Parameters
    ----------
    format_version : int
    program : str
        Name and version of the program that saved it.
    created, modified : str
        ISO times with the zone.
    save_id : str
        A new random text at each save: two files with the same one are the same save.
    """

    format_version: int
    program: str
    created: str
    modified: str
    save_id: str


# --- saving --------------------------------------------------------------------------------------------


def save_project(path: Path, contents: ProjectContents, *, expected: str | None = None) -> SaveStamp:
    """Save a project; after any failure the file that stood there is untouched.

    Parameters
    ----------
    path : Path
        `*.gpkg`; its folder must exist.
    contents : ProjectContents
    expected : str or None
        The `save_id` the caller believes to stand there; None overwrites whatever does.

    Returns
    -------
    SaveStamp
        With the `save_id` to expect at the next save.

    Raises
    ------
    UserError
        Disk full, folder not writable, file held by another program, or somebody else saved meanwhile.
    """
    temporary, kept = temporary_beside(path), False
    with plain_words(path):
        try:
            stamp = _new_stamp(path)
            rows = _write(temporary, contents, stamp)
            _compare(temporary, contents, rows)
            if expected is not None:
                refuse_foreign_save(path, expected)
            publish_file(temporary, path)
        except FileHeld:
            kept = True
            raise
        finally:
            if not kept:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
    return stamp


def refuse_foreign_save(path: Path, expected: str) -> None:
    """Raise SavedMeanwhile when the file at `path` is another save than the one we know."""
    if not path.exists():
        return
    found = read_stamp(path)
    if found.save_id != expected:
        raise SavedMeanwhile(
            _(
                "'{path}' was saved by somebody else at {time}. Open it again to see their work, "
                "or save yours under another name."
            ).format(path=path.name, time=found.modified.replace("T", " ")[:16])
        )


def _new_stamp(path: Path) -> SaveStamp:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    created = now
    with suppress(UserError, OSError):
        created = read_stamp(path).created if path.exists() else now
    return SaveStamp(FORMAT_VERSION, f"gridplanner {__version__}", created, now, secrets.token_hex(16))


def _write(path: Path, contents: ProjectContents, stamp: SaveStamp) -> dict[str, int]:
    """Write a new file and return the rows of each table; nobody else sees it, so no journal is kept."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        tables = TableWriter(database, create_geopackage(database, contents.district.crs))
        write_contents(tables, contents)
        meta = {
            "format_version": str(stamp.format_version),
            "program": stamp.program,
            "created": stamp.created,
            "modified": stamp.modified,
            "save_id": stamp.save_id,
        }
        columns = {"key": list(meta), "value": list(meta.values())}
        tables.table(_META, columns, {"key": "TEXT", "value": "TEXT"})
        database.commit()
        # Files of the rollback journal, never WAL: WAL breaks on network shares.
        database.execute("PRAGMA journal_mode = DELETE")
    return tables.rows


def _compare(path: Path, contents: ProjectContents, rows: Mapping[str, int]) -> None:
    """Read the new file again: sound, every table as long as written, the plans as in memory."""
    with closing(_open_database(path)) as database:
        problems = database.execute("PRAGMA quick_check").fetchone()[0] != "ok"
        for table, count in rows.items():
            found = database.execute(sql.statement("SELECT count(*) FROM {table}", table=table)).fetchone()
            problems |= found[0] != count
        saved = sql.read_columns(database, "assignments", ["grid"])[0]
    wanted = [g for scenario in contents.scenarios.values() for g in scenario.plan.assignment.tolist()]
    if problems or saved != wanted:
        raise UserError(
            _("'{path}' could not be read back after writing, so it was not saved. Check the disk.").format(
                path=path.name
            )
        )


# --- opening -------------------------------------------------------------------------------------------


def open_project(path: Path) -> ProjectContents:
    """Open a project file of this or an older format.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ProjectContents

    Raises
    ------
    UserError
        Not there, not a project, made by a newer program, damaged, or carrying active content.
    """
    stamp = read_stamp(path)
    if stamp.format_version > FORMAT_VERSION:
        raise UserError(
            _(
                "'{path}' was saved by a newer version ({program}, format {found}); this one reads formats "
                "up to {known}. Update the program to open it."
            ).format(path=path.name, program=stamp.program, found=stamp.format_version, known=FORMAT_VERSION)
        )
    try:
        with closing(_open_database(path)) as database:
            if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise ValueError(path)
            return read_contents(TableReader(database))
    except _DAMAGED as error:
        raise UserError(_damaged(path)) from error


def read_stamp(path: Path) -> SaveStamp:
    """Return what a project file says about itself, without reading its contents.

    Raises
    ------
    UserError
        Not there, not a project, damaged, or carrying active content.
    """
    if not path.is_file():
        raise UserError(_("There is no project file '{path}'. Check the name.").format(path=path))
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise UserError(
            _("'{path}' cannot be read ({cause}).").format(path=path, cause=error.strerror)
        ) from error
    if (
        not header.startswith(b"SQLite format 3\x00")
        or int.from_bytes(header[68:72], "big") != APPLICATION_ID
    ):
        raise UserError(_no_project(path))
    try:
        with closing(_open_database(path)) as database:
            _refuse_active_content(database, path)
            if _META not in sql.table_names(database):
                raise UserError(_no_project(path))
            keys, values = sql.read_columns(database, _META, ["key", "value"])
    except _DAMAGED as error:
        raise UserError(_damaged(path)) from error
    meta = {str(key): str(value) for key, value in zip(keys, values, strict=True)}
    try:
        return SaveStamp(
            int(meta["format_version"]), meta["program"], meta["created"], meta["modified"], meta["save_id"]
        )
    except (KeyError, ValueError) as error:
        raise UserError(_damaged(path)) from error


def _open_database(path: Path) -> sqlite3.Connection:
    """Open read-only, with everything off by which a file could do more than hold data."""
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL_BYTES)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    _harden(database)
    return database


def _harden(database: sqlite3.Connection) -> None:
    """Use the switches that Python offers from 3.12 on; on 3.11 reading only ordinary tables must do."""
    switch = getattr(database, "setconfig", None)
    if switch is None:
        return
    switch(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), True)  # noqa: B009 - unknown to 3.11's type hints
    for name in ("SQLITE_DBCONFIG_ENABLE_TRIGGER", "SQLITE_DBCONFIG_ENABLE_VIEW"):
        switch(getattr(sqlite3, name), False)


def _refuse_active_content(database: sqlite3.Connection, path: Path) -> None:
    """Refuse triggers, views and virtual tables, except the spatial index and counters a GIS adds.

    They are never run (we only read ordinary tables), but a file that has them is not one of ours.
    """
    for kind, name, text in database.execute("SELECT type, name, sql FROM sqlite_schema"):
        known = str(name).startswith(
            ("rtree_", "gpkg_", "trigger_insert_feature_", "trigger_delete_feature_")
        )
        virtual = kind == "table" and str(text).upper().startswith("CREATE VIRTUAL")
        if kind == "view" or (kind == "trigger" and not known) or (virtual and not known):
            raise UserError(
                _(
                    "'{path}' carries active content ({kind} '{name}') that a project never has, so it is "
                    "not opened. Ask where the file comes from."
                ).format(path=path.name, kind="virtual table" if virtual else kind, name=name)
            )


def _no_project(path: Path) -> str:
    return _(
        "'{path}' is not a project of this program. To use it as a layer, make a new project and add it."
    ).format(path=path.name)


def _damaged(path: Path) -> str:
    return _("'{path}' is damaged and cannot be opened. Restore one of its backups.").format(path=path.name)
