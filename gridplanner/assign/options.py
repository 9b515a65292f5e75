# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the planner chooses about codes, names, branches and teams (`[assign]`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridplanner.assign.codes import CodeTemplate
from gridplanner.assign.naming import NAME_FIELDS, check_template
from gridplanner.model.staffing import TEAM_TEMPLATES, PartyRules, StaffingRules
from gridplanner.texts import _

NUMBERINGS = ("keep", "order")


@dataclass(frozen=True)
class AssignOptions:
    """Choices of the `[assign]` section; every field has a default that a city can live with.

    Parameters
    ----------
    numbering : str
        `keep` (a number stays where most of its people stay, new grids get new numbers in order) or
        `order` (all renumbered: bands of one mean grid height from the north, west to east inside a band).
    code_template : str
        `15` (12 + 3), `14` (CJ/T 213), `18` (15 + micro-grid 3), `20` (CJ/T 349), or segments of one's
        own such as `{community}{seq:3}`.
    object_code : str
        First six digits of a 20-digit code: the managed object of CJ/T 348.
    dedicated_from : int
        First number of the block that dedicated grids are numbered in; 0 numbers them with the others.
    name_template, dedicated_name_template, branch_name_template : str
        Names of new grids and branches; fields `community number estate unit grid street`.
    numerals : str
        `arabic` (第3网格) or `chinese` (第三网格).
    team_template : str
        `1+1+1+N`, `1+3+N` or `8+X`.
    limits : bool
        Draft the limits on four sides (四至).
    limits_tolerance_m : float
        A named road or river this near to the border names the limit. Metres.
    since : str
        Date `YYYY-MM-DD` from which changed grids hold; "" leaves it open.
    party : PartyRules
        Thresholds of branches (`[assign.party]`).
    staff : StaffingRules
        Numbers that staff is calculated from (`[assign.staff]`).
    """

    numbering: str = "keep"
    code_template: str = "15"
    object_code: str = "000000"
    dedicated_from: int = 801
    name_template: str = "{community}第{number}网格"
    dedicated_name_template: str = "{unit}专属网格"
    branch_name_template: str = "{grid}党支部"
    numerals: str = "arabic"
    team_template: str = "1+1+1+N"
    limits: bool = True
    limits_tolerance_m: float = 25.0
    since: str = ""
    party: PartyRules = field(default_factory=PartyRules)
    staff: StaffingRules = field(default_factory=StaffingRules)

    def __post_init__(self) -> None:
        """Refuse what cannot work, naming what would."""
        _one_of("numbering", self.numbering, NUMBERINGS)
        _one_of("numerals", self.numerals, ("arabic", "chinese"))
        _one_of("team_template", self.team_template, tuple(TEAM_TEMPLATES))
        CodeTemplate.parse(self.code_template)
        for template in (self.name_template, self.dedicated_name_template, self.branch_name_template):
            check_template(template, NAME_FIELDS)


def _one_of(key: str, value: str, known: tuple[str, ...]) -> None:
    """Raise ValueError when `value` is not one of `known`."""
    if value not in known:
        raise ValueError(
            _("{key} = '{value}' is unknown; choose from {known}.").format(
                key=key, value=value, known=", ".join(known)
            )
        )
