# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small edits: each leaves a plan that the planner can go on with."""

from __future__ import annotations

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.solve.connected import connected_by
from gridplanner.solve.edits import fill_unassigned, merge_away, repair_strays, smallest_moves, split_grid
from tests.builders import plan_of, town

RULES = RuleSet(people=Band(300, 600))


def parts(district: object, plan: Plan) -> list[int]:
    """Return the number of connected parts of each grid."""
    label = connected_by(district, plan.assignment)  # type: ignore[arg-type]  # a District, drawn
    return [len(np.unique(label[plan.assignment == g])) for g in range(plan.n_grids)]


def test_split_makes_even_connected_grids() -> None:
    district = town("AAAA\nAAAA")
    plan = split_grid(district, district.plan_today(), RULES, 0, 2)
    assert plan.sums(district.atoms.people).tolist() == [400, 400]
    assert parts(district, plan) == [1, 1]
    assert plan.grids[0].code and plan.grids[1].code == ""


def test_split_of_one_atom_is_refused() -> None:
    district = town("AB")
    with pytest.raises(UserError, match="1"):
        split_grid(district, district.plan_today(), RULES, 0, 2)


def test_merge_away_hands_everything_to_neighbours() -> None:
    district = town("AABBCC\nAABBCC", people=70)
    plan = merge_away(district, district.plan_today(), RULES, 1)
    assert plan.n_grids == 2
    assert plan.sums(district.atoms.people).sum() == 840
    assert all(300 <= p <= 600 for p in plan.sums(district.atoms.people))
    assert parts(district, plan) == [1, 1]


def test_merge_away_of_an_island_is_refused() -> None:
    district = town("A B")
    with pytest.raises(UserError):
        merge_away(district, district.plan_today(), RULES, 0)


def test_smallest_moves_mend_the_band_and_no_more() -> None:
    district = town("AAB\nAAB\nAAB")
    plan = plan_of(district, "AAB\nAAB\nAAB")
    rules = RuleSet(people=Band(400, 500))
    moves = smallest_moves(district, plan, rules, [1])
    assert sum(m.people for m in moves) == 100
    assert [(m.source, m.target) for m in moves] == [(0, 1)]
    assert "50" in moves[0].text


def test_no_moves_where_all_is_well() -> None:
    district = town("AABB\nAABB")
    assert smallest_moves(district, district.plan_today(), RULES, [0, 1]) == ()


def test_fill_reaches_every_touching_atom() -> None:
    district = town("A..B")
    plan = fill_unassigned(district, district.plan_today(), RULES)
    assert plan.sums(district.atoms.people).tolist() == [200, 200]


def test_strays_join_what_they_touch() -> None:
    district = town("AABA\nAABB")
    plan = repair_strays(district, district.plan_today(), RULES)
    assert parts(district, plan) == [1, 1]
    assert (plan.assignment >= 0).all()
