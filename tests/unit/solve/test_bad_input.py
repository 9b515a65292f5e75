# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bad input: each case is a finding or a clear refusal, and everything else is planned."""

from __future__ import annotations

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.solve.engine import propose
from tests.builders import town

RULES = RuleSet(people=Band(300, 500), service_radius=RadiusRule(401.0))


def ask(district: District, **question: object) -> Proposal:
    """Return the answer; every atom lies in a grid, whatever is wrong."""
    proposal = propose(district, RULES, PlanRequest(certify_s=0.0, **question))  # type: ignore[arg-type]
    assert (proposal.plan.assignment >= 0).all()
    assert proposal.plan.sums(district.atoms.people).sum() == district.atoms.people.sum()
    return proposal


@pytest.mark.parametrize("total", ["fewest", "repair", 2])
def test_nobody_is_counted_anywhere(total: object) -> None:
    proposal = ask(town("AABB\nAABB", people=0), total=total)
    assert any(f.rule == "people" and f.value == 0 for f in proposal.findings)


@pytest.mark.parametrize(("people", "legal"), [(400, True), (40, False), (700, False)])
def test_one_atom(people: int, legal: bool) -> None:
    proposal = ask(town("A", people=people))
    assert proposal.plan.n_grids == 1
    assert (proposal.findings == ()) == legal


@pytest.mark.parametrize("total", ["fewest", "repair", 2])
def test_no_old_grids(total: object) -> None:
    proposal = ask(town("....\n...."), total=total)
    assert proposal.findings == ()
    assert proposal.plan.sums(np.full(8, 100)).tolist() == [400, 400]


def test_a_community_without_people_is_said_and_the_other_planned() -> None:
    district = town("AABB\nAABB", "aabb\naabb", people=[100, 100, 0, 0] * 2)
    proposal = ask(district)
    assert [f.subjects for f in proposal.findings] == [(str(district.communities.codes[1]),)]
    assert proposal.plan.sums(district.atoms.people).tolist() == [400, 0]


@pytest.mark.parametrize(("asked", "got"), [(1, 2), (99, 2)])
def test_a_number_out_of_reach_is_answered_with_the_nearest(asked: int, got: int) -> None:
    proposal = ask(town("AABB\nAABB"), total=asked)
    assert proposal.plan.n_grids == got
    assert [(f.rule, f.value, f.limit) for f in proposal.findings] == [("plan.total", got, asked)]


@pytest.mark.parametrize("limits", [(900.0, 500.0)])
def test_a_band_the_wrong_way_round_is_refused(limits: tuple[float, float]) -> None:
    for rules in (RuleSet(people=Band(*limits)), RuleSet(households=Band(*limits))):
        with pytest.raises(UserError, match="900"):
            propose(town("AABB"), rules, PlanRequest())


@pytest.mark.parametrize("radius", [0.0, -5.0])
def test_a_radius_that_reaches_nowhere_is_refused(radius: float) -> None:
    with pytest.raises(UserError):
        propose(town("AABB"), RuleSet(service_radius=RadiusRule(radius)), PlanRequest())


def test_two_islands_are_planned_each_by_itself() -> None:
    district = town("AA BB\nAA BB")
    proposal = ask(district)
    assert proposal.findings == ()
    assert proposal.plan.assignment.tolist() == [0, 0, 1, 1] * 2


def test_an_island_too_small_is_named_with_its_people() -> None:
    district = town("AA B\nAA  ")
    proposal = ask(district)
    assert [f.value for f in proposal.findings] == [100.0]
    assert proposal.plan.n_grids == 2


@pytest.mark.parametrize("total", ["fewest", "repair", 3])
@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_a_million_people_in_one_atom_spoil_one_grid_only(total: object, mode: str) -> None:
    district = town("AABB\nAABB", people=[1_000_000] + [100] * 7)
    proposal = ask(district, total=total, mode=mode)
    people = sorted(proposal.plan.sums(district.atoms.people).tolist())
    assert people[-1] == 1_000_000
    assert all(300 <= p <= 500 for p in people[:-1])
    assert len(proposal.findings) == 1
    assert "1000000" in proposal.findings[0].text
