# SPDX-License-Identifier: LGPL-3.0-or-later
"""The five operations on communities (建 改 合 分 调): what each changed, for the approval table.

Communities are no grids: a change of theirs is proposed by the street office and approved by the
district government (Urban Residents' Committees Law, revised 2025, article 3), while grids are
approved with the plan. So each operation keeps its own figures before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class CommunityAction(StrEnum):
    """What is done; the value is the word of the approval table."""

    CREATE = "建"
    CONVERT = "改"
    MERGE = "合"
    SPLIT = "分"
    ADJUST = "调"


@dataclass(frozen=True, slots=True)
class CommunityFigures:
    """A community at one moment.

    Parameters
    ----------
    code, name, kind, street : str
        `kind` is the community type.
    households, people : int
    area_m2 : float
    grids : int
        General grids of today that lie in it with most of their smallest areas.
    """

    code: str
    name: str
    kind: str
    street: str
    households: int
    people: int
    area_m2: float
    grids: int


@dataclass(frozen=True, slots=True)
class CommunityChange:
    """One operation, a line of the approval table.

    Parameters
    ----------
    action : CommunityAction
    before, after : tuple of CommunityFigures
        The communities concerned, before and after.
    people_moved, households_moved : int
        Of those who come to another community: all but the part that keeps its code.
    reason, document, day : str
        Why; number of the approval and its date (`YYYY-MM-DD`), once there is one.
    """

    action: CommunityAction
    before: tuple[CommunityFigures, ...]
    after: tuple[CommunityFigures, ...]
    people_moved: int
    households_moved: int
    reason: str = ""
    document: str = ""
    day: str = ""


def reform_to_table(change: CommunityChange) -> dict[str, Any]:
    """Return an operation as JSON can hold it."""
    return asdict(change)


def reform_from_table(table: Mapping[str, Any]) -> CommunityChange:
    """Return the operation that `reform_to_table` was given.

    Raises
    ------
    TypeError, ValueError, KeyError
        The table is no operation.
    """
    parts = dict(table)
    for side in ("before", "after"):
        parts[side] = tuple(CommunityFigures(**figures) for figures in parts[side])
    return CommunityChange(**{**parts, "action": CommunityAction(parts["action"])})


def successors(reforms: Iterable[CommunityChange]) -> dict[str, str]:
    """Return which community follows each code that is no longer used: the one with most people.

    Examples
    --------
    >>> one, two = (CommunityFigures(c, c, "", "", 1, 1, 1.0, 1) for c in "ab")
    >>> successors([CommunityChange(CommunityAction.MERGE, (one, two), (one,), 1, 1)])
    {'b': 'a'}
    """
    follows: dict[str, str] = {}
    for change in reforms:
        kept = {figures.code for figures in change.after}
        heir = max(change.after, key=lambda f: f.people).code
        gone = {figures.code for figures in change.before} - kept
        follows = {old: heir if new in gone else new for old, new in follows.items()}
        follows.update(dict.fromkeys(sorted(gone), heir))
        # A code taken into use again follows nobody.
        follows = {old: new for old, new in follows.items() if old not in kept}
    return follows
