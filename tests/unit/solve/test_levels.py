# SPDX-License-Identifier: LGPL-3.0-or-later
"""Micro-grids nest in grids, grids nest in area grids; alternatives beat each other in something."""

from __future__ import annotations

import numpy as np

from gridplanner.model.kinds import GridKind
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RuleSet
from gridplanner.solve.alternatives import alternatives
from gridplanner.solve.levels import area_grids, micro_grids, outside_band
from tests.builders import plan_of, town
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


def test_what_no_division_mends_is_told_from_what_was_not_found() -> None:
    """A building of 600 breaks the limit of 500 by itself; two of 100 lie together without need."""
    district = town("AABB", people=[600, 100, 100, 100])
    band = RuleSet(people=Band(150, 500))
    plan = plan_of(district, "ABCC")
    outside, alone = outside_band(district, plan, band, np.arange(4, dtype=np.int32))
    assert outside.tolist() == [0, 1]
    assert alone.tolist() == [True, False]
    outside, alone = outside_band(district, plan_of(district, "AAAA"), band, district.atoms.old_grid)
    assert (outside.tolist(), alone.tolist()) == ([0], [True])
