# SPDX-License-Identifier: LGPL-3.0-or-later
"""The parts of a project as tables: column sets, layers, records; each written and read side by side."""

from __future__ import annotations

import sqlite3
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from gridplanner.io.project import codec, sql
from gridplanner.io.project.geometry import announce, from_blobs, geometry_type, to_blobs
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.layers import Layer

T = TypeVar("T")

_LAYERS, _LAYER_COLUMNS = "input_layers", "input_columns"


class TableWriter:
    """Writes tables to a project file and remembers how many rows each must have.

    Parameters
    ----------
    database : sqlite3.Connection
    srs_id : int
        Reference system of all geometry.
    """

    def __init__(self, database: sqlite3.Connection, srs_id: int) -> None:
        self.database = database
        self.srs_id = srs_id
        self.rows: dict[str, int] = {}

    def table(
        self,
        name: str,
        columns: Mapping[str, Sequence[Any]],
        types: Mapping[str, str],
        geometry: ObjectArray | None = None,
    ) -> None:
        """Write one table; with geometry it is a layer that any GIS opens."""
        cells: dict[str, Sequence[Any]] = (
            {} if geometry is None else {"geom": to_blobs(geometry, self.srs_id)}
        )
        types = types if geometry is None else {"geom": geometry_type(geometry), **types}
        cells.update(columns)
        sql.create_table(self.database, name, types)
        announce(self.database, name, name, geometry, self.srs_id)
        sql.insert_columns(self.database, name, cells)
        self.rows[name] = max((len(column) for column in cells.values()), default=0)

    def column_set(self, name: str, value: Any) -> None:
        """Write a dataclass of equally long arrays; its field `geometry` makes the table a layer."""
        arrays = {f.name: getattr(value, f.name) for f in fields(value)}
        geometry = arrays.pop("geometry", None)
        types = {key: sql.SQL_TYPES[sql.kind_of(array)] for key, array in arrays.items()}
        self.table(name, {key: sql.to_cells(array) for key, array in arrays.items()}, types, geometry)

    def records(self, name: str, record: type, groups: Sequence[Sequence[Any]]) -> None:
        """Write records; column `owner` is the place of the group (the scenario) each belongs to."""
        flat = [item for group in groups for item in group]
        columns = {"owner": [place for place, group in enumerate(groups) for _item in group]}
        columns.update(codec.records_to_columns(flat, record))
        self.table(name, columns, {"owner": "INTEGER", **codec.record_fields(record)})

    def layers(self, layers: Mapping[str, Layer], nets: Mapping[str, Layer]) -> None:
        """Write the inputs as they were read, each under its own name."""
        taken, entries, described = {_LAYERS, _LAYER_COLUMNS, *self.rows}, [], []
        for key, layer, is_net in [(k, v, 0) for k, v in layers.items()] + [
            (k, v, 1) for k, v in nets.items()
        ]:
            wanted = f"nets_{key}" if is_net else key if key in _PLAIN_NAMES else f"input_{key}"
            table = sql.free_name(wanted, taken)
            taken.add(table)
            described += self._layer(table, layer)
            entries.append((table, key, is_net, layer.role, layer.source, int(layer.geometry is not None)))
        columns = zip(*entries, strict=True) if entries else [[] for _column in _LAYER_TYPES]
        self.table(_LAYERS, dict(zip(_LAYER_TYPES, map(list, columns), strict=True)), _LAYER_TYPES)
        columns = zip(*described, strict=True) if described else [[] for _column in _COLUMN_TYPES]
        self.table(_LAYER_COLUMNS, dict(zip(_COLUMN_TYPES, map(list, columns), strict=True)), _COLUMN_TYPES)

    def _layer(self, table: str, layer: Layer) -> list[tuple[str, str, int, str, str, str]]:
        """Write one layer and return the description of its columns."""
        parts = [("field", key, array) for key, array in layer.fields.items()]
        parts += [("extra", key, array) for key, array in layer.extra.items()]
        if len(layer.rows):
            parts.append(("rows", "row_number", layer.rows))
        columns: dict[str, list[Any]] = {}
        types: dict[str, str] = {}
        described = []
        for place, (part, key, array) in enumerate(parts):
            name = sql.free_name(key, ["fid", "geom", *columns])
            kind = sql.kind_of(array)
            columns[name], types[name] = sql.to_cells(array), sql.SQL_TYPES[kind]
            described.append((table, name, place, part, key, kind))
        self.table(table, columns, types, layer.geometry)
        return described


#: Inputs whose names no table of ours uses, so that a GIS shows them under the plain name.
_PLAIN_NAMES = frozenset(
    {"estates", "barriers", "bridges", "roads", "sites", "stations", "streets", "stairs"}
)
_LAYER_TYPES = {
    "table_name": "TEXT",
    "key": "TEXT",
    "net": "INTEGER",
    "role": "TEXT",
    "source": "TEXT",
    "features": "INTEGER",
}
_COLUMN_TYPES = {
    "table_name": "TEXT",
    "column_name": "TEXT",
    "place": "INTEGER",
    "part": "TEXT",
    "key": "TEXT",
    "kind": "TEXT",
}


class TableReader:
    """Reads the tables of a project file back; every cell is checked against what it must be.

    Raises
    ------
    TypeError, ValueError, KeyError
        From all methods: the file does not hold what it must.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def column_set(self, name: str, kind: type[T]) -> T:
        """Return a dataclass of arrays as `TableWriter.column_set` was given it."""
        dtypes = _dtypes(kind)
        present = sql.column_names(self.database, name)
        required = {f.name for f in codec.dataclass_fields(kind) if codec.is_required(f)}
        wanted = [key for key in dtypes if key == "geometry" or key in present or key in required]
        cells = sql.read_columns(
            self.database, name, ["geom" if key == "geometry" else key for key in wanted]
        )
        arrays = {
            key: from_blobs(column) if key == "geometry" else _as_dtype(column, dtypes[key])
            for key, column in zip(wanted, cells, strict=True)
        }
        return kind(**arrays)

    def geometry(self, name: str) -> ObjectArray:
        """Return the geometry column of a layer."""
        return from_blobs(sql.read_columns(self.database, name, ["geom"])[0])

    def records(self, name: str, record: type[T], groups: int) -> list[tuple[T, ...]]:
        """Return the records of each group."""
        known = {f.name for f in codec.dataclass_fields(record)}
        names = [column for column in sql.column_names(self.database, name) if column in known]
        owners, *cells = sql.read_columns(self.database, name, ["owner", *names])
        columns = dict(zip(names, cells, strict=True))
        found: list[list[T]] = [[] for _group in range(groups)]
        for owner, item in zip(owners, codec.records_from_columns(record, columns), strict=True):
            if type(owner) is not int or not 0 <= owner < groups:
                raise ValueError(owner)
            found[owner].append(item)
        return [tuple(items) for items in found]

    def layers(self) -> tuple[dict[str, Layer], dict[str, Layer]]:
        """Return the inputs and the departmental nets."""
        described: dict[str, list[list[Any]]] = {}
        for row in zip(*sql.read_columns(self.database, _LAYER_COLUMNS, list(_COLUMN_TYPES)), strict=True):
            described.setdefault(row[0], []).append(list(row[1:]))
        layers: dict[str, Layer] = {}
        nets: dict[str, Layer] = {}
        for table, key, net, role, source, features in zip(
            *sql.read_columns(self.database, _LAYERS, list(_LAYER_TYPES)), strict=True
        ):
            columns = sorted(described.get(table, []), key=lambda column: int(column[1]))
            layer = self._layer(table, columns, str(role), str(source), bool(features))
            (nets if net else layers)[str(key)] = layer
        return layers, nets

    def _layer(self, table: str, columns: list[list[Any]], role: str, source: str, features: bool) -> Layer:
        names = [str(column[0]) for column in columns] + ["geom"] * features
        cells = sql.read_columns(self.database, table, names) if names else []
        parts: dict[str, dict[str, npt.NDArray[Any]]] = {"field": {}, "extra": {}, "rows": {}}
        for (_name, _place, part, key, kind), column in zip(columns, cells, strict=False):
            parts[part][str(key)] = sql.from_cells(column, str(kind))
        rows = parts["rows"].get("row_number", np.empty(0, np.int64))
        geometry = from_blobs(cells[-1]) if features else None
        return Layer(role, source, geometry, parts["field"], parts["extra"], rows)


def _dtypes(kind: type) -> dict[str, Any]:
    """Return the dtype that each array field of a dataclass declares."""
    hints = typing.get_type_hints(kind)
    return {f.name: _scalar(hints[f.name]) for f in fields(kind)}


def _scalar(hint: Any) -> Any:
    """Return the numpy scalar inside an array's type hint; numpy nests it differently from 2.5 on."""
    if isinstance(hint, type) and issubclass(hint, np.generic):
        return hint
    return next((found for part in typing.get_args(hint) if (found := _scalar(part)) is not None), None)


def _as_dtype(cells: Sequence[Any], dtype: Any) -> npt.NDArray[Any]:
    if dtype is np.object_:
        return sql.from_cells(cells, "text")
    if np.issubdtype(dtype, np.floating):
        return sql.from_cells(cells, "float64")
    whole = sql.from_cells(cells, "int64")
    limits = np.iinfo(dtype)
    if len(whole) and (whole.min() < limits.min or whole.max() > limits.max):
        raise ValueError(dtype)
    return whole.astype(dtype)
