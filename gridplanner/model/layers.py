# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers as read and gated: columns of plain arrays, geometry in one projected CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.model.finding import Finding

ObjectArray = npt.NDArray[np.object_]

#: Roles that `[layers.ROLE]` of a configuration may name; nets come as `[layers.nets.NAME]`.
ROLES = (
    "communities",
    "streets",
    "grids",
    "atoms",
    "buildings",
    "people",
    "stairs",
    "estates",
    "barriers",
    "bridges",
    "roads",
    "sites",
    "stations",
    "branches",
    "staff",
)

#: Key of the communities layer with its faults mended, beside the one as delivered.
MENDED_COMMUNITIES = "communities_mended"

#: Column to name where a layer has no codes of its own: the number of the row.
ROW_NUMBER = "#"

#: Meanings a column can have; the keys of `fields = {key = "COLUMN"}`.
FIELD_KEYS = (
    "id",
    "code",
    "name",
    "street",
    "street_code",
    "community",
    "community_code",
    "community_type",
    "estate",
    "building",
    "people",
    "households",
    "kind",
    "dedicated_kind",
    "old_grid",
    "members",
    "secretary",
    "floating",
    "elderly",
    "shops",
    "management",
)


@dataclass(frozen=True)
class LayerSpec:
    """Where a layer lies and how to read it, as the configuration or the import assistant names it.

    Parameters
    ----------
    path : str
        File or folder; relative paths are relative to the configuration file.
    layer : str
        Layer (or sheet) inside a container; empty for the only one.
    encoding : str
        Text encoding; empty to decide by test.
    crs : str
        CRS where the file declares none or a wrong one (`EPSG:4545`, WKT, `GCJ-02`, `BD-09`);
        empty to trust the file.
    fields : mapping
        Meaning to column name; meanings not named are matched by the alias table. `ROW_NUMBER` stands
        for the number of the row, where a layer has no codes of its own.
    gap_m : float
        Of a drawing: gaps in its boundary lines up to this are closed, metres. Half a metre is less
        than a wall and more than a draughtsman's slip.
    """

    path: str
    layer: str = ""
    encoding: str = ""
    crs: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    gap_m: float = 0.5


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer or a table: geometry and columns of equal length.

    Parameters
    ----------
    role : str
        One of `ROLES`, or `nets.NAME`, or the name of an output layer.
    source : str
        File (and inner layer) it came from, for findings; no absolute path.
    geometry : object[n] or None
        Shapely geometries in `LayerSet.crs` (projected, metres); None for a table.
    fields : mapping of str to array[n]
        Meaning (`FIELD_KEYS`) or output column to values. Texts are object arrays of `str`
        ("" = missing); numbers are float64 (NaN = missing) or int64.
    extra : mapping of str to array[n]
        Columns without a known meaning, under their own names, carried along.
    rows : int64[n]
        Row number in the source, counted from 1 as the user sees it.
    """

    role: str
    source: str
    geometry: ObjectArray | None
    fields: Mapping[str, npt.NDArray[Any]]
    extra: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        """Return the number of rows."""
        if self.geometry is not None:
            return len(self.geometry)
        return len(next(iter(self.fields.values()))) if self.fields else 0

    def texts(self, key: str) -> ObjectArray:
        """Return a column of texts; empty strings where the layer has no such column."""
        if key in self.fields:
            return np.asarray(self.fields[key], dtype=object)
        return np.full(len(self), "", dtype=object)

    def numbers(self, key: str) -> npt.NDArray[np.float64]:
        """Return a column of numbers; NaN where the layer has no such column."""
        if key in self.fields:
            return np.asarray(self.fields[key], dtype=np.float64)
        return np.full(len(self), np.nan)


@dataclass(frozen=True, eq=False)
class LayerSet:
    """Everything read for one district, in one CRS, with all doubts as findings.

    Parameters
    ----------
    crs : str
        Projected CRS in metres of all geometry: `EPSG:n`, else WKT.
    layers : mapping of role to Layer
    nets : mapping of net name to Layer
        Departmental nets over the same ground.
    findings : tuple of Finding
        Losses, repairs and doubts met while reading.
    """

    crs: str
    layers: Mapping[str, Layer]
    nets: Mapping[str, Layer] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
