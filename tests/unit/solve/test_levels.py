# SPDX-License-Identifier: LGPL-3.0-or-later
"""Micro-grids nest in grids, grids nest in area grids; alternatives beat each other in something."""

from __future__ import annotations

import numpy as np

from gridplanner.model.kinds import GridKind
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RuleSet
from gridplanner.solve.alternatives import alternatives
from gridplanner.solve.levels import area_grids, micro_grids
from tests.builders import town
from tests.unit.solve.cities import city


def test_micro_grids_nest_in_grids_and_keep_their_own_band() -> None:
    district = town("AAAABBBB\nAAAABBBB")
    rules = RuleSet(
        people=Band(600, 900), by=(Override({"kind": GridKind.MICRO.value}, {"people": Band(300, 500)}),)
    )
    plan = district.plan_today()
    micro = micro_grids(district, plan, rules, PlanRequest())
    pairs = np.unique(np.column_stack([micro.assignment, plan.assignment]), axis=0)
    assert len(pairs) == micro.n_grids == 4
    assert all(300 <= p <= 500 for p in micro.sums(district.atoms.people))


def test_area_grids_are_made_of_whole_grids() -> None:
    district = town("AABBCCDD\nAABBCCDD")
    plan = district.plan_today()
    areas = area_grids(district, plan, RuleSet(people=Band(700, 900)), PlanRequest())
    pairs = np.unique(np.column_stack([plan.assignment, areas.assignment]), axis=0)
    assert len(pairs) == plan.n_grids
    assert areas.sums(district.atoms.people).tolist() == [800, 800]


def test_no_alternative_is_beaten_in_everything() -> None:
    district = city(7, communities=2, atoms_each=50)
    total = int(district.atoms.people.sum() / 1500)
    found = alternatives(district, RuleSet(people=Band(1000, 2000)), PlanRequest(total=total, certify_s=0.0))
    assert 2 <= len(found) <= 3
    for one in found:
        for other in found:
            if one is not other:
                assert any(a < b for a, b in zip(one.burdens, other.burdens, strict=True))
