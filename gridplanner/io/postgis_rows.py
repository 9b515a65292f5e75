# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names, types and cells as PostgreSQL takes them; no database is spoken to here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.columns import text_of
from gridplanner.io.crs import name_of
from gridplanner.texts import _

#: PostgreSQL cuts longer names in silence: 21 Chinese characters.
MAX_NAME_BYTES = 63
_OWN = ("gid", "publication", "valid_from", "valid_to", "geom")


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
