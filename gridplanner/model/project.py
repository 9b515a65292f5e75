# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a project file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridplanner.model.amendment import Amendment
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One step of the append-only journal: who, when, what, with which parameters."""

    time: str
    user: str
    action: str
    parameters: str
    scenario: str = ""


@dataclass(frozen=True, eq=False)
class Scenario:
    """A named plan with its proof and notes."""

    plan: Plan
    certificate: Certificate = field(default_factory=Certificate)
    notes: str = ""


@dataclass(frozen=True, eq=False)
class ProjectContents:
    """A whole project, as saved and opened.

    Parameters
    ----------
    district : District
        Inputs copied in (`District.originals`, `District.nets` included).
    rules : RuleSet
    request : PlanRequest
        The last question asked.
    scenarios : mapping of name to Scenario
        In the order shown; names are unique.
    current : str
        Name of the scenario in work; "" for today's division.
    findings : tuple of Finding
        Findings of reading and repairing.
    waivers : mapping of str to str
        `rule|subject codes` to the reason why the planner accepts it.
    journal : tuple of JournalEntry
    config : str
        Text of the CONFIG.toml it came from; "" if none.
    amendments : tuple of Amendment
        Corrections since the district was read from its file, oldest first, only ever appended to;
        `district` holds them already. A saved project holds the corrected district and the journal.
    """

    district: District
    rules: RuleSet
    request: PlanRequest
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    current: str = ""
    findings: tuple[Finding, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    journal: tuple[JournalEntry, ...] = ()
    config: str = ""
    amendments: tuple[Amendment, ...] = ()
