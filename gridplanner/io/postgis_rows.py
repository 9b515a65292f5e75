# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names, types and cells as PostgreSQL takes them; no database is spoken to here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.columns import column_of, text_of
from gridplanner.io.crs import name_of
from gridplanner.io.raw import RawTable
from gridplanner.io.wkb import wkb_to_geometry
from gridplanner.texts import _

#: PostgreSQL cuts longer names in silence: 21 Chinese characters.
MAX_NAME_BYTES = 63
_OWN = ("gid", "publication", "valid_from", "valid_to", "geom")


@dataclass(frozen=True)
class Database:
    """Where the database is, and how long to wait for it to come back.

    Parameters
    ----------
    address : str
        `postgresql://user@host:port/name` or `key=value` pairs, as libpq takes it.
    patience_s : float
        How long a transaction is tried again while the server is away.
    """

    address: str = field(repr=False)
    patience_s: float = 30.0


@dataclass(frozen=True)
class Publication:
    """What a publication is about.

    Parameters
    ----------
    author, note : str
    id : str
        Identifier; the same one is never entered twice.
    """

    author: str = ""
    note: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Version:
    """A division that was published.

    Parameters
    ----------
    number : int
        From 1.
    author, note : str
    valid_from, valid_to : datetime
        `valid_to` is None for the one in force.
    grids : int
    """

    number: int
    author: str
    note: str
    valid_from: datetime
    valid_to: datetime | None
    grids: int


def check_names(names: Iterable[str]) -> None:
    """Raise UserError for a name that PostgreSQL would cut."""
    for name in names:
        if len(name.encode("utf-8")) > MAX_NAME_BYTES:
            raise UserError(
                _("'{name}' is longer than the 63 bytes that PostgreSQL allows. Shorten it.").format(
                    name=name
                )
            )


def srid_of(crs: str) -> int:
    """Return the EPSG code of a CRS; UserError if it has none."""
    name = name_of(crs)
    if not name.startswith("EPSG:"):
        raise UserError(
            _(
                "This coordinate system has no EPSG code, and PostGIS would lose it without a "
                "word. Convert the plan to a CGCS2000 zone first."
            )
        )
    return int(name[5:])


def stored_name(key: str) -> str:
    """Return the column name of a field; one that clashes with ours gets a line behind it."""
    return f"{key}_" if key in _OWN else key


def sql_type(values: npt.NDArray[Any]) -> LiteralString:
    """Return the column type of an array."""
    if values.dtype.kind in "iub":
        return "bigint"
    return "double precision" if values.dtype.kind == "f" else "text"


def cells_of(values: npt.NDArray[Any]) -> list[Any]:
    """Return a column as PostgreSQL takes it: NaN as NULL, texts without the NUL it cannot hold."""
    if values.dtype.kind in "iub":
        return list(values.astype(np.int64).tolist())
    if values.dtype.kind == "f":
        return [None if value != value else value for value in values.tolist()]
    return [text_of(value).replace("\0", "") for value in values.tolist()]


def raw_rows(source: str, columns: list[str], cells: Sequence[tuple[Any, ...]], crs: str) -> RawTable:
    """Return rows as a raw table."""
    geometry, _broken = wkb_to_geometry([None if item is None else bytes(item) for item in cells[-1]])
    table = {
        name: column_of([float(v) if hasattr(v, "as_tuple") else v for v in values])
        for name, values in zip(columns, cells[:-1], strict=True)
    }
    return RawTable(source, table, geometry, np.arange(1, len(geometry) + 1), crs)
