# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many people a division needs: thresholds of the party rules, teams, staff, cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite

from gridplanner.texts import _

#: Who a grid's team is made of, by template. `N` and `X` stand for an open number.
#: Source: 1+1+1+N Neijiang, 1+3+N Zhejiang and Xianlin, 8+X Zibo.
TEAM_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "1+1+1+N": ("专职网格员", "社区工作者", "社区民警", "其他力量"),
    "1+3+N": ("网格长", "专职网格员", "兼职网格员", "网格指导员", "其他力量"),
    "8+X": (
        "网格长",
        "党支部书记",
        "专职网格员",
        "社区民警",
        "综合执法人员",
        "卫生健康人员",
        "法律服务人员",
        "物业服务人员",
        "其他力量",
    ),
}


#: What may be proposed for a branch above the usual size.
ABOVE_MAX = ("divide", "general", "report")


def _is_no_number(value: object) -> bool:
    """Tell whether a value is no finite number; a bool is an int to Python and a mistake here."""
    return isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value)


def _positive(rules: object, keys: tuple[str, ...]) -> None:
    """Raise ValueError for the first field that is no number above 0."""
    for key in keys:
        value = getattr(rules, key)
        if _is_no_number(value) or value <= 0:
            raise ValueError(_("{key} = {value}: give a number above 0.").format(key=key, value=repr(value)))


@dataclass(frozen=True, slots=True)
class PartyRules:
    """Thresholds that decide which branch a grid can have.

    Parameters
    ----------
    min_members : int
        Full members with affiliation here that a branch needs. Source: Branch Work Regulations Art. 4.
    max_members : int
        Above it two branches or a general branch are proposed. Source: the same article, "in general".
    max_joint : int
        Grids that a joint branch covers at most. Source: the same regulations, "in general 5 units".
    committee_from : int
        From so many full members on the branch elects a committee of 3 to 5. Source: the same regulations.
    general_branch_above, committee_above : int
        More members: a general branch, a party committee (with leave of the superior organisation).
    above_max : str
        What is proposed for a branch above the usual size: `divide` into branches of that size,
        divide under a `general` branch, or only `report` it.
    """

    min_members: int = 3
    max_members: int = 50
    max_joint: int = 5
    committee_from: int = 7
    general_branch_above: int = 50
    committee_above: int = 100
    above_max: str = "divide"

    def __post_init__(self) -> None:
        """Refuse numbers that cannot work."""
        whole = ("min_members", "max_members", "max_joint", "committee_from")
        _positive(self, (*whole, "general_branch_above", "committee_above"))
        if self.max_members < 2 * self.min_members:
            # A branch that is divided must leave two that can stand.
            raise ValueError(
                _("max_members = {most} is less than twice min_members = {least}.").format(
                    most=self.max_members, least=self.min_members
                )
            )
        if self.above_max not in ABOVE_MAX:
            raise ValueError(
                _("{key} = '{value}' is unknown; choose from {known}.").format(
                    key="above_max", value=self.above_max, known=", ".join(ABOVE_MAX)
                )
            )

    def committee_size(self, full_members: int) -> int:
        """Return how many sit on the branch committee; 1 is a secretary alone, 0 too few for a branch.

        Examples
        --------
        >>> [PartyRules().committee_size(n) for n in (2, 3, 7, 30)]
        [0, 1, 3, 5]
        """
        if full_members < self.min_members:
            return 0
        if full_members < self.committee_from:
            return 1
        return 3 if full_members < 3 * self.committee_from else 5


@dataclass(frozen=True, slots=True)
class StaffingRules:
    """Numbers that staff is calculated from.

    Parameters
    ----------
    per_10000 : float
        Community workers per 10,000 residents. Source: district practice of Bazhou, 18; Changji 25.
    large_households : int
        From so many households a community counts as large. Source: Shangnan.
    small_range, large_range : (int, int)
        Staff of a small and of a large community. Source: Shangnan.
    deputy_above : int
        A community with more people gets one more deputy secretary. Source: Bazhong.
    worker_cost : float
        Yearly cost of one full-time worker, in the user's currency; 0 leaves cost out.
    """

    per_10000: float = 18.0
    large_households: int = 6000
    small_range: tuple[int, int] = (16, 18)
    large_range: tuple[int, int] = (18, 20)
    deputy_above: int = 5000
    worker_cost: float = 0.0

    def __post_init__(self) -> None:
        """Refuse numbers that cannot work."""
        _positive(self, ("per_10000", "large_households", "deputy_above"))
        for key in ("small_range", "large_range"):
            value = getattr(self, key)
            pair = isinstance(value, tuple) and len(value) == 2 and all(isinstance(n, int) for n in value)
            if not pair or not 0 <= value[0] <= value[1]:
                raise ValueError(
                    _("{key} = {value}: give two whole numbers, the smaller first.").format(
                        key=key, value=value
                    )
                )
        if _is_no_number(self.worker_cost) or self.worker_cost < 0:
            raise ValueError(
                _("{key} = {value}: give a number above 0.").format(key="worker_cost", value=self.worker_cost)
            )

    def community_workers(self, people: int) -> int:
        """Return the community workers that a number of residents calls for.

        Examples
        --------
        >>> StaffingRules().community_workers(450_000)
        810
        """
        # Guard against 0.1-like residues: 50,000 people need 90, not 91.
        return ceil(round(people * self.per_10000 / 10_000, 9))

    def community_range(self, households: int) -> tuple[int, int]:
        """Return the range of staff by households of the community."""
        return self.large_range if households >= self.large_households else self.small_range

    def deputies(self, people: int) -> int:
        """Return the additional deputy secretaries of a community: one above `deputy_above`, else none."""
        return int(people > self.deputy_above)


@dataclass(frozen=True, slots=True)
class StaffCount:
    """Workers before and after, and what is left over.

    Parameters
    ----------
    workers_before : int
        Workers on today's list.
    workers_needed : int
        General grids of the plan, one worker each. Source: one grid, one worker (Bazhou).
    surplus, vacant : int
        Workers without a grid; general grids without a worker.
    """

    workers_before: int
    workers_needed: int
    surplus: int
    vacant: int
