# SPDX-License-Identifier: LGPL-3.0-or-later
"""SQL for the project file: quoted names, bound values, columns of arrays as ordinary tables.

A statement is a constant template whose `{names}` are replaced by quoted identifiers here and
nowhere else; values are always bound. So no name in a file, however odd, becomes code.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BATCH = 50_000

#: SQL type of each kind of array we keep.
SQL_TYPES: Mapping[str, str] = {"text": "TEXT", "float64": "REAL", "int64": "INTEGER"}


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    Examples
    --------
    >>> quoted('odd "name"; drop table x')
    '"odd ""name""; drop table x"'
    """
    return '"' + _CONTROL.sub(" ", name).replace('"', '""') + '"'


def statement(template: str, *, marks: int = 0, **names: str | Sequence[str]) -> str:
    """Return a statement whose `{fields}` are filled with quoted names.

    Parameters
    ----------
    template : str
        A constant; never a text that came from outside.
    marks : int
        Number of `?` that `{marks}` stands for.
    **names : str or sequence of str
        A name, or names joined by commas.

    Examples
    --------
    >>> statement("SELECT {columns} FROM {table}", table="atoms", columns=["id", "people"])
    'SELECT "id", "people" FROM "atoms"'
    """
    filled = {
        key: quoted(value) if isinstance(value, str) else ", ".join(quoted(name) for name in value)
        for key, value in names.items()
    }
    return template.format(marks=", ".join("?" * marks), **filled)


def kind_of(array: npt.NDArray[Any]) -> str:
    """Return how an array is kept: `text`, `float64` or `int64` (whole numbers and flags)."""
    if array.dtype.kind in "iub":
        return "int64"
    return "float64" if array.dtype.kind == "f" else "text"


def to_cells(array: npt.NDArray[Any]) -> list[Any]:
    """Return an array as values for SQLite; NaN is kept as NULL, anything in an object array as text."""
    if array.dtype.kind == "b":
        return list(array.astype(np.int64).tolist())
    if array.dtype.kind in "iuf":
        return list(array.tolist())
    return [value if type(value) is str else "" if value is None else str(value) for value in array.tolist()]


def from_cells(cells: Sequence[Any], kind: str) -> npt.NDArray[Any]:
    """Return what `to_cells` was given; raises TypeError or ValueError where a cell does not fit."""
    if kind == "float64":
        return np.array([np.nan if cell is None else float(cell) for cell in cells], np.float64)
    if kind == "int64":
        if not all(type(cell) is int for cell in cells):
            raise TypeError(kind)
        return np.array(cells, np.int64)
    if not all(type(cell) is str for cell in cells):
        raise TypeError(kind)
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out


def create_table(database: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    """Make a table with an `fid` key, as GeoPackage wants it, and columns `name: SQL type`."""
    # The types are ours, not the file's; only the names can be odd.
    typed = ", ".join(f"{quoted(name)} {sql_type}" for name, sql_type in columns.items())
    parts = ("CREATE TABLE", quoted(table), '("fid" INTEGER PRIMARY KEY NOT NULL,', typed, ")")
    database.execute(" ".join(parts))


def insert_columns(
    database: sqlite3.Connection, table: str, columns: Mapping[str, Sequence[Any]], first_fid: int = 1
) -> None:
    """Append rows given as columns of equal length."""
    names = ["fid", *columns]
    rows = max((len(cells) for cells in columns.values()), default=0)
    fids = range(first_fid, first_fid + rows)
    sql = statement(
        "INSERT INTO {table} ({columns}) VALUES ({marks})", marks=len(names), table=table, columns=names
    )
    database.executemany(sql, zip(fids, *columns.values(), strict=True))


def read_columns(database: sqlite3.Connection, table: str, names: Sequence[str]) -> list[list[Any]]:
    """Return columns of a table in the order of their keys, one list each."""
    sql = statement("SELECT {columns} FROM {table} ORDER BY {key}", table=table, columns=names, key="fid")
    rows = database.execute(sql).fetchall()
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _name in names]


def column_names(database: sqlite3.Connection, table: str) -> list[str]:
    """Return the names of a table's columns; none if there is no such table."""
    rows = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return [str(name) for (name,) in rows]


def table_names(database: sqlite3.Connection) -> set[str]:
    """Return the names of all ordinary tables."""
    return {str(name) for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for a table or column that differs from the others also in capitals.

    Examples
    --------
    >>> free_name("Name", ["NAME", "code"])
    'Name_2'
    """
    clean = _CONTROL.sub(" ", wanted).strip() or "column"
    lower = {name.lower() for name in taken}
    number, name = 1, clean
    while name.lower() in lower:
        number += 1
        name = f"{clean}_{number}"
    return name
