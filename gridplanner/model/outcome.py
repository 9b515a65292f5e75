# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everything about a finished plan that ledgers, papers and maps are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridplanner.model.atoms import ObjectArray
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import ChangeTotals, Crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.health import Health
from gridplanner.model.jurisdiction import District
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.staffing import PartyRules, StaffingRules


@dataclass(frozen=True, eq=False)
class Division:
    """A plan with all that is derived from it.

    Parameters
    ----------
    plan : Plan
    measures : Measures
    polygons : object[n_grids]
        Dissolved grid polygons (Polygon or MultiPolygon; None for a grid without atoms).
    findings : tuple of Finding
        The state of this division under the rules.
    health : Health or None
        The state at a glance; None where it was not asked for.
    """

    plan: Plan
    measures: Measures
    polygons: ObjectArray
    findings: tuple[Finding, ...] = ()
    health: Health | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """Before and after, side by side.

    Parameters
    ----------
    district : District
    rules : RuleSet
    request : PlanRequest
    before, after : Division
    pairs : Crosswalk
    change : ChangeTotals
    certificate : Certificate
    summary : mapping
        The contents of `summary.json` (numbers stated once, used everywhere).
    title : str
        Title of papers and maps.
    made_on : str
        Date `YYYY-MM-DD`.
    demonstration : bool
        Sample data: every map and paper is marked 示意数据.
    phones : bool
        Names and phones of staff may be printed.
    mask_below : int
        Counts of people and households above 0 and below this are hidden in all that is handed out; 0: none.
    team : str
        Template of a grid's team (`model.staffing.TEAM_TEMPLATES`).
    levels : mapping of level to Plan
        Micro-grids (`micro`) inside the grids, area grids (`area`) above them, where asked for.
    staffing : StaffingRules
        Numbers that staff is calculated from.
    party : PartyRules
        Thresholds of the party rules.
    """

    district: District
    rules: RuleSet
    request: PlanRequest
    before: Division
    after: Division
    pairs: Crosswalk
    change: ChangeTotals
    certificate: Certificate
    summary: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    made_on: str = ""
    levels: Mapping[str, Plan] = field(default_factory=dict)
    demonstration: bool = False
    phones: bool = False
    team: str = "1+1+1+N"
    staffing: StaffingRules = field(default_factory=StaffingRules)
    party: PartyRules = field(default_factory=PartyRules)
    mask_below: int = 0
