# SPDX-License-Identifier: LGPL-3.0-or-later
"""Frozen records of the model as rows and as JSON, without pickle and without code in the file.

A field added to a record later gets its default when an older file is read; a field that the
record does not know, or a value of the wrong type, makes the file damaged.
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RadiusRule, RuleSet, Switch

T = TypeVar("T")

_TYPE, _FLOAT = "$type", "$float"
_CLASSES: Mapping[str, type] = {
    c.__name__: c for c in (RuleSet, Band, RadiusRule, Switch, Override, PlanRequest)
}


# --- records as rows -----------------------------------------------------------------------------------


@cache
def _hints(record: Any) -> dict[str, Any]:
    return typing.get_type_hints(record)


def dataclass_fields(record: Any) -> tuple[Field[Any], ...]:
    """Return the fields of a dataclass given as a type that the checker does not know to be one."""
    return fields(record)


def record_fields(record: type) -> dict[str, str]:
    """Return the columns that a record needs, `name: SQL type`."""
    return {f.name: _sql_type(_hints(record)[f.name]) for f in dataclass_fields(record)}


def _sql_type(hint: Any) -> str:
    if hint in {int, bool}:
        return "INTEGER"
    return "REAL" if hint is float else "TEXT"


def records_to_columns(records: Sequence[Any], record: type) -> dict[str, list[Any]]:
    """Return records as columns; tuples become JSON, NaN and None become NULL."""
    return {name: [_cell(getattr(r, name)) for r in records] for name in record_fields(record)}


def _cell(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    if hasattr(value, "item"):
        return value.item()
    return value


def records_from_columns(record: type[T], columns: Mapping[str, Sequence[Any]]) -> tuple[T, ...]:
    """Return the records; columns that are not there take the defaults.

    Raises
    ------
    TypeError, ValueError
        A cell does not fit its field, or a field without a default is missing.
    """
    known = {f.name: f for f in dataclass_fields(record)}
    used = [name for name in columns if name in known]
    missing = [name for name, f in known.items() if name not in used and is_required(f)]
    if missing:
        raise ValueError(missing)
    hints = typing.get_type_hints(record)
    decoded = [[_value(cell, hints[name]) for cell in columns[name]] for name in used]
    return tuple(record(**dict(zip(used, row, strict=True))) for row in zip(*decoded, strict=True))


def is_required(field: Field[Any]) -> bool:
    """Tell whether a field has no default, so that every file must hold it."""
    return field.default is MISSING and field.default_factory is MISSING


def _value(cell: Any, hint: Any) -> Any:
    """Return a cell as the type of its field."""
    if isinstance(hint, types.UnionType):
        if cell is None:
            return None
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if hint is float:
        return math.nan if cell is None else float(cell)
    if hint is bool:
        return bool(_checked(cell, int))
    if typing.get_origin(hint) is tuple:
        return _texts(cell, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(cell)
    return _checked(cell, hint)


def _checked(cell: Any, hint: type) -> Any:
    if type(cell) is not hint:
        raise TypeError(hint.__name__)
    return cell


def _texts(cell: Any, hint: Any) -> tuple[str, ...]:
    parts = json.loads(_checked(cell, str))
    arguments = typing.get_args(hint)
    fixed = arguments[-1] is not Ellipsis
    if not isinstance(parts, list) or (fixed and len(parts) != len(arguments)):
        raise ValueError(cell)
    return tuple(_checked(part, str) for part in parts)


# --- nested records as JSON ----------------------------------------------------------------------------


def to_json(value: Any) -> str:
    """Return rules or a request as JSON; each record names its type."""
    return json.dumps(_encoded(value), ensure_ascii=False, allow_nan=False)


def from_json(text: str, record: type[T]) -> T:
    """Return what `to_json` was given.

    Raises
    ------
    TypeError, ValueError, KeyError
        The text is no JSON, names an unknown type or field, or is another record.
    """
    value = _decoded(json.loads(text))
    if not isinstance(value, record):
        raise TypeError(record.__name__)
    return value


def _encoded(value: Any) -> Any:
    if type(value).__name__ in _CLASSES:
        return {
            _TYPE: type(value).__name__,
            **{f.name: _encoded(getattr(value, f.name)) for f in fields(value)},
        }
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: repr(value)}
    if isinstance(value, Mapping):
        return {str(key): _encoded(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_encoded(part) for part in value]
    return value.item() if hasattr(value, "item") else value


def _decoded(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(_decoded(part) for part in data)
    if not isinstance(data, dict):
        return data
    if _FLOAT in data:
        return float(data[_FLOAT])
    parts = {key: _decoded(part) for key, part in data.items() if key != _TYPE}
    return _CLASSES[data[_TYPE]](**parts) if _TYPE in data else parts
