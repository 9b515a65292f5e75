# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine keeps the rules, or says why it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.solve.decompose import free_components
from gridplanner.solve.engine import propose
from tests.builders import town
from tests.unit.solve.cities import city

RULES = RuleSet(people=Band(1000, 2000), service_radius=RadiusRule(400))


def radius_of(district: District, atoms: np.ndarray) -> float:
    """Return the grid radius by the definition, atom points standing for buildings."""
    xy = np.column_stack([district.atoms.x, district.atoms.y])[atoms]
    lived = xy[district.atoms.people[atoms] > 0]
    if not len(lived):
        return 0.0
    return float(np.linalg.norm(xy[:, None] - lived[None], axis=2).max(axis=1).min())


def breaches(district: District, plan: Plan, rules: RuleSet = RULES) -> list[tuple[int, str]]:
    """Return each broken hard rule of a plan as (grid, rule), by plain arithmetic."""
    out = []
    people = plan.sums(district.atoms.people)
    for g, record in enumerate(plan.grids):
        own = plan.assignment == g
        if record.kind is not GridKind.GENERAL:
            continue
        if not rules.people.min <= people[g] <= rules.people.max:
            out.append((g, "people"))
        if radius_of(district, np.flatnonzero(own)) > rules.service_radius.max:
            out.append((g, "service_radius"))
        if free_components(district, own).max(initial=-1) != 0:
            out.append((g, "contiguity"))
        if len(np.unique(district.atoms.community[own])) != 1:
            out.append((g, "nesting"))
    return out


@pytest.fixture(scope="module")
def small_city() -> District:
    return city(3, communities=4, atoms_each=90, people_each=9_000)


@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_plan_has_the_number_asked_and_keeps_the_rules(small_city: District, mode: str) -> None:
    total = int(small_city.atoms.people.sum() / 1500)
    proposal = propose(small_city, RULES, PlanRequest(total=total, mode=mode, certify_s=0.0))
    assert proposal.plan.general().sum() == total
    assert (proposal.plan.assignment >= 0).all()
    assert breaches(small_city, proposal.plan) == []
    assert proposal.findings == ()


def test_dedicated_grids_stay_alone(small_city: District) -> None:
    plan = propose(small_city, RULES, PlanRequest(total="fewest", certify_s=0.0)).plan
    before = small_city.plan_today()
    for g, record in enumerate(before.grids):
        if record.kind is GridKind.DEDICATED:
            new = np.unique(plan.assignment[before.assignment == g])
            assert [plan.grids[i].code for i in new] == [record.code]


def test_same_seed_same_plan(small_city: District) -> None:
    request = PlanRequest(total=24, seed=5, certify_s=0.0)
    first, second = (propose(small_city, RULES, request).plan for _ in range(2))
    assert np.array_equal(first.assignment, second.assignment)


def test_a_tower_over_the_limit_is_named() -> None:
    district = town("AAB", people=[2500, 1200, 1300])
    proposal = propose(district, RULES, PlanRequest(total="fewest"))
    assert (proposal.plan.assignment >= 0).all()
    assert "2500" in proposal.findings[0].text
    assert proposal.findings[0].rule == "people"


def test_nobody_lives_here() -> None:
    proposal = propose(town("AABB", people=0), RULES, PlanRequest(total="fewest"))
    assert proposal.plan.general().sum() == 1
    assert proposal.findings


def test_limits_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(UserError, match="2000"):
        propose(town("AB"), RuleSet(people=Band(2000, 1000)), PlanRequest())


def test_radius_zero_is_refused() -> None:
    with pytest.raises(UserError):
        propose(town("AB"), RuleSet(service_radius=RadiusRule(0.0)), PlanRequest())


def test_repair_touches_only_what_breaks_a_rule() -> None:
    district = town("AABBCDD\nAABBCDD", people=300)
    proposal = propose(district, RULES, PlanRequest(total="repair", certify_s=0.0))
    assert proposal.findings == ()
    assert breaches(district, proposal.plan) == []
    kept = {g.code for g in proposal.plan.grids if g.code}
    assert district.grids_before[0].code in kept
    assert len(kept) == 2
