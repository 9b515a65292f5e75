# SPDX-License-Identifier: LGPL-3.0-or-later
"""Party branches, workers, and their ties to grids."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from gridplanner.model.by_value import ByValue


@dataclass(frozen=True, slots=True, eq=False)
class Branch(ByValue):
    """A party branch, today's or proposed.

    Parameters
    ----------
    code, name : str
    kind : str
        `支部`, `联合党支部`, `总支`, `党委`.
    community, community_code, street : str
        Where it belongs, as the ledger names it.
    setting_mode : str
        `单独组建`, `区域联建`, `派驻促建`, or "".
    superior : str
        Superior organisation.
    full_members, probationary, reporting : int
        正式党员 with affiliation here, 预备党员, 双报到 (counted apart, feed no threshold).
    secretary, phone : str
        Shown only where the phone switch allows it.
    committee_size : int
    term_end, founded, document, meeting_place, partner_unit, instructor, building_heads, groups, note : str
    property_branch : str
        Branch of the property firm that works with it.
    grids : tuple of str
        Codes of the old grids it leads today.
    x, y : float
        Meeting place, project CRS; NaN if unknown.
    status : str
        What becomes of it: `found`, `keep`, `rename`, `merge`, `dissolve`; "" for today's list.
    reason : str
        Why, in the user's language.
    """

    code: str
    name: str
    kind: str = "支部"
    community: str = ""
    community_code: str = ""
    street: str = ""
    setting_mode: str = ""
    superior: str = ""
    full_members: int = 0
    probationary: int = 0
    reporting: int = 0
    secretary: str = ""
    phone: str = ""
    committee_size: int = 0
    term_end: str = ""
    founded: str = ""
    document: str = ""
    meeting_place: str = ""
    partner_unit: str = ""
    instructor: str = ""
    building_heads: str = ""
    groups: str = ""
    note: str = ""
    grids: tuple[str, ...] = ()
    x: float = nan
    y: float = nan
    status: str = ""
    reason: str = ""
    property_branch: str = ""


@dataclass(frozen=True, slots=True)
class BranchTie:
    """A branch works in a grid; exactly one of a grid's branches leads it.

    Parameters
    ----------
    grid : int
        Index into `Plan.grids`.
    branch : str
        `Branch.code`.
    leading : bool
    joint : bool
        The branch leads several grids together (联合).
    reason : str
    """

    grid: int
    branch: str
    leading: bool = True
    joint: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """A full-time grid worker.

    Parameters
    ----------
    id : str
        Number in the ledger; the name where there is none.
    name, phone : str
        Shown only where the phone switch allows it.
    grid : str
        Code of the old grid served today.
    community, community_code, post : str
    status : str
        `stay`, `move`, `surplus`; "" for today's list.
    """

    id: str
    name: str = ""
    phone: str = ""
    grid: str = ""
    community: str = ""
    community_code: str = ""
    post: str = ""
    status: str = ""
