# SPDX-License-Identifier: LGPL-3.0-or-later
"""The convergence table: what was drawn, what it cost, and no cost below the bound."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path

from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.certificate import Certificate
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.reports.certificate import certificate_json
from gridplanner.solve.engine import propose
from tests.builders import town

RULES = RuleSet(people=Band(300, 500))
DRAWING, HOMES = "AABBCC\nAABBCC", "aaabbb\naaabbb"


def certificate(mode: str = "keep") -> Certificate:
    """Return the certificate of a toy town of two communities."""
    return propose(town(DRAWING, HOMES), RULES, PlanRequest(total=4, mode=mode, certify_s=0.0)).certificate


def test_each_community_counts_its_divisions_and_none_costs_less_than_the_bound() -> None:
    steps = certificate().steps
    assert {s.community for s in steps} == {"511902001001", "511902001002"}
    for community in ("511902001001", "511902001002"):
        mine = [s for s in steps if s.community == community]
        assert [s.iteration for s in mine] == list(range(1, len(mine) + 1))
        assert [s.seconds for s in mine] == sorted(s.seconds for s in mine)
    assert all(s.value >= s.bound - 1e-9 for s in steps)


def test_a_mode_that_pays_for_other_things_states_no_bound() -> None:
    steps = certificate("balance").steps
    assert steps
    assert all(isnan(s.bound) for s in steps)
    assert all(row["bound"] is None for row in certificate_json(Certificate(steps=steps))["steps"])


def test_the_table_is_kept_in_the_project(tmp_path: Path) -> None:
    district = town(DRAWING, HOMES)
    proposal = propose(district, RULES, PlanRequest(total=4, certify_s=0.0))
    plan = proposal.plan.renamed("one")
    contents = ProjectContents(
        district, RULES, PlanRequest(), scenarios={"one": Scenario(plan, proposal.certificate)}
    )
    save_project(tmp_path / "town.gpkg", contents)
    kept = open_project(tmp_path / "town.gpkg").scenarios["one"].certificate
    assert kept.steps == proposal.certificate.steps
    assert replace(kept, steps=()).total == proposal.certificate.total
