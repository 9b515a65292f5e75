# SPDX-License-Identifier: LGPL-3.0-or-later
"""A layer as a file gives it: own column names, own coordinates, and what went wrong on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.model.finding import Finding
from gridplanner.model.layers import ROW_NUMBER, ObjectArray


@dataclass(frozen=True, eq=False)
class RawTable:
    """Rows of one layer or sheet, before meanings, CRS and gate.

    Parameters
    ----------
    source : str
        File name (and inner layer), for messages.
    columns : mapping of str to array[n]
        Texts as object arrays of str ("" = missing), numbers as int64 or float64 (NaN = missing).
    geometry : object[n] of shapely geometry or None, or None for a table
        In the file's own coordinates; None where a row has no usable geometry.
    rows : int64[n]
        Row numbers as the user sees them.
    crs : str
        CRS as the file declares it (WKT, `EPSG:n`); "" where it declares none.
    encoding : str
        Codec the texts were decoded with; "" where the format fixes it.
    findings : tuple of Finding
    """

    source: str
    columns: Mapping[str, npt.NDArray[Any]]
    geometry: ObjectArray | None
    rows: npt.NDArray[np.int64]
    crs: str = ""
    encoding: str = ""
    findings: tuple[Finding, ...] = field(default=())

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)


def objects(values: list[Any]) -> ObjectArray:
    """Return a one-dimensional object array, whatever the elements are."""
    array: ObjectArray = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def numbered(raw: RawTable, columns: Collection[str]) -> RawTable:
    """Return the rows with their numbers as a column too, where `ROW_NUMBER` is among the columns wanted."""
    if ROW_NUMBER not in columns:
        return raw
    return replace(raw, columns={**raw.columns, ROW_NUMBER: objects([str(n) for n in raw.rows.tolist()])})
