# SPDX-License-Identifier: LGPL-3.0-or-later
"""Equality of records whose numbers may be missing."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any


class ByValue:
    """Equal where all fields are, a missing number (NaN) equal to a missing number.

    What a dataclass makes of NaN differs: up to Python 3.12 the same object is equal to itself, from
    3.13 on it is not, and after a trip between processes it never is. Subclasses are dataclasses with
    `eq=False`.

    Examples
    --------
    >>> from gridplanner.model.staff import Branch
    >>> Branch("B1", "东门支部", x=float("nan")) == Branch("B1", "东门支部")
    True
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(_values(self))


def _values(record: Any) -> tuple[Any, ...]:
    """Return the fields of a record, None for NaN: only NaN is unlike itself."""
    return tuple(None if value != value else value for value in _reader(record.__class__)(record))


@cache
def _reader(kind: Any) -> Any:
    return attrgetter(*(field.name for field in fields(kind)))
