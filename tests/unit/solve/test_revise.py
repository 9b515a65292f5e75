# SPDX-License-Identifier: LGPL-3.0-or-later
"""After an edit a community is planned again from what it has, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.solve.engine import propose
from tests.unit.solve.cities import city
from tests.unit.solve.test_engine import RULES, breaches

TOTAL = 24


@pytest.fixture(scope="module")
def planned() -> tuple[District, Plan]:
    district = city(3, communities=4, atoms_each=90, people_each=9_000)
    return district, propose(district, RULES, PlanRequest(total=TOTAL, certify_s=0.0)).plan


def broken(district: District, plan: Plan, community: int) -> Plan:
    """Return the plan with half of a grid handed to a neighbour, so that the people rule breaks."""
    edges, atoms = district.adjacency, district.atoms
    inside = edges.open & (atoms.community[edges.a] == community) & (atoms.community[edges.b] == community)
    a, b = plan.assignment[edges.a[inside]], plan.assignment[edges.b[inside]]
    giver, taker = next((int(g), int(h)) for g, h in zip(a, b, strict=True) if g != h)
    own = np.flatnonzero(plan.assignment == giver)
    assignment = plan.assignment.copy()
    assignment[own[: len(own) // 2]] = taker
    return replace(plan, assignment=assignment)


@pytest.mark.parametrize("total", [TOTAL, "repair"])
def test_an_edit_that_breaks_a_rule_is_mended_in_its_community(
    planned: tuple[District, Plan], total: int | str
) -> None:
    district, plan = planned
    edited = broken(district, plan, 1)
    assert breaches(district, edited)
    only = (str(district.communities.codes[1]),)
    request = PlanRequest(total=total, only=only, certify_s=0.0)
    found = propose(district, RULES, request, start=edited).plan
    assert breaches(district, found) == []
    assert found.general().sum() == TOTAL
    elsewhere = district.atoms.community != 1
    same = np.unique(np.column_stack([plan.assignment, found.assignment])[elsewhere], axis=0)
    assert len(same) == len(np.unique(plan.assignment[elsewhere]))


def test_another_number_of_grids_is_planned_afresh(planned: tuple[District, Plan]) -> None:
    district, plan = planned
    only = (str(district.communities.codes[1]),)
    start = broken(district, plan, 1)
    found = propose(district, RULES, PlanRequest(total=TOTAL + 1, only=only, certify_s=0.0), start=start).plan
    assert found.general().sum() == TOTAL + 1
