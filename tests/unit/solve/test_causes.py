# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why the rules cannot be met: the right number is blamed, the smallest cause first, the offer works."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.jurisdiction import District
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.rules.check import check, measure
from gridplanner.solve.engine import propose
from gridplanner.solve.relax import nearest_band
from tests.builders import town


def ask(district: District, rules: RuleSet, **question: object) -> Proposal:
    return propose(district, rules, PlanRequest(certify_s=0.0, **question))  # type: ignore[arg-type]


def test_a_band_of_households_is_blamed_on_households() -> None:
    """100 people and 50 households in each atom; the island of one has too few households."""
    proposal = ask(town("AA B\nAA  "), RuleSet(households=Band(150, 250)))
    (found,) = proposal.findings
    assert (found.rule, found.value, found.limit) == ("households", 50, 150)
    assert "50" in found.text
    assert "50" in found.remedy


def test_a_building_with_too_many_households_is_named() -> None:
    district = town("AABB\nAABB", people=[100] * 7 + [400])
    proposal = ask(district, RuleSet(households=Band(100, 180)))
    (found,) = proposal.findings
    assert str(max(proposal.plan.sums(district.atoms.households))) in found.remedy
    assert (found.rule, found.value, found.limit) == ("households", 200, 180)
    assert "B00008" in found.text
    assert (found.x, found.y) == (district.atoms.x[7], district.atoms.y[7])
    assert found.people == 400


def test_people_and_households_that_exclude_each_other_are_said_to() -> None:
    """Eight hundred people make 2 grids, four hundred households of at most 100 make 4."""
    (found,) = ask(town("AABB\nAABB"), RuleSet(people=Band(400, 500), households=Band(0, 100))).findings
    assert "2" in found.text
    assert "4" in found.text


def test_a_soft_limit_is_no_cause() -> None:
    district = town("AA B\nAA  ")
    rules = RuleSet(people=Band(300, 450, hard=False), households=Band(60, 250))
    assert {f.rule for f in ask(district, rules).findings} == {"households"}


def test_causes_come_by_size_and_the_rest_is_planned() -> None:
    """A tower in a large community, an island in a small one, and two plain blocks."""
    district = town(
        "AABBBBBBBB CC D\nAABBBBBBBB CC  ",
        "aabbbbbbbb cc c\naabbbbbbbb cc  ",
        people=[100, 100, 900, *[100] * 7, *[100] * 3, *[100] * 12],
    )
    proposal = ask(district, RuleSet(people=Band(300, 500)), total=99)
    tower, island, number = proposal.findings
    assert (tower.value, island.value, number.rule) == (900, 100, "plan.total")
    people = proposal.plan.sums(district.atoms.people)
    assert sorted(int(p) for p in people if not 300 <= p <= 500) == [100, 900]


def test_what_is_offered_for_a_division_makes_it_legal() -> None:
    """A row of atoms 100 m apart: three fit round a point, so two grids cannot hold eight."""
    district = town("AAAAAAAA", people=100)
    rules = RuleSet(people=Band(300, 500), service_radius=RadiusRule(110.0))
    proposal = ask(district, rules, total=2)
    (found,) = proposal.findings
    offered = float(re.findall(r"\d+", found.remedy)[0])
    eased = replace(rules, service_radius=RadiusRule(offered))
    polygons = grid_polygons(district.atoms.geometry, proposal.plan.assignment, proposal.plan.n_grids)
    measures = measure(district, proposal.plan, eased, polygons)
    found = check(district, proposal.plan, eased, measures, polygons)
    assert not [f for f in found if f.rule == "service_radius"]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9000), st.integers(1, 3000), st.integers(0, 3000))
def test_the_nearest_band_is_kept_by_some_number_of_grids(total: int, low: int, more: int) -> None:
    few, most = nearest_band(total, low, low + more)
    assert few <= low
    assert most >= low + more
    assert few == low or most == low + more
    counts = np.arange(1, total + 1)
    assert ((total // counts >= few) & (-(-total // counts) <= most)).any()


@pytest.mark.parametrize(("asked", "said"), [(1, "2"), (99, "2")])
def test_a_number_outside_the_range_is_told_the_range(asked: int, said: str) -> None:
    (found,) = ask(town("AABB\nAABB"), RuleSet(people=Band(300, 500)), total=asked).findings
    assert found.text.count(said) >= 3


def test_two_locks_that_exclude_a_pair_are_named() -> None:
    district = town("AABB\nAABB")
    codes = tuple(grid.code for grid in district.grids_before)
    rules = RuleSet(people=Band(300, 500))
    (found,) = ask(district, rules, locked=codes, join=(("B00001", "B00003"),)).findings
    assert all(code in found.text for code in codes)
    (found,) = ask(district, rules, locked=codes[:1], part=(("B00001", "B00002"),)).findings
    assert codes[0] in found.text


def test_a_pair_wanted_together_and_apart_is_called_a_contradiction() -> None:
    pair = (("B00001", "B00002"),)
    (found,) = ask(town("AABB\nAABB"), RuleSet(people=Band(300, 500)), join=pair, part=pair).findings
    assert found.rule == "part"
