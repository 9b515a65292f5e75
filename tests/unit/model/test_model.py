# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plans are frozen, rules resolve, unknown keys are named."""

from math import nan

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.finding import Finding
from gridplanner.model.keys import check_keys
from gridplanner.model.kinds import Severity
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.ruleset import Band, Override, RadiusRule, RuleSet
from gridplanner.model.staff import Branch


def test_assignment_of_a_plan_cannot_be_written() -> None:
    plan = Plan(np.zeros(3, np.int32), (GridRecord("A", "A", 0),))
    with pytest.raises(ValueError, match="read-only"):
        plan.assignment[0] = 1


def test_unassigned_atoms_count_in_no_grid() -> None:
    plan = Plan(np.array([0, -1, 1], np.int32), (GridRecord("A", "A", 0), GridRecord("B", "B", 0)))
    assert plan.sums(np.array([1, 2, 4])).tolist() == [1, 4]


def test_later_overrides_win_and_other_facts_do_not_match() -> None:
    rules = RuleSet(
        people=Band(1000, 2000),
        service_radius=RadiusRule(400),
        by=(
            Override({"community_type": "城乡融合型"}, {"people": Band(500, 2000)}),
            Override({"community_type": "城乡融合型", "street": "东街"}, {"people": Band(300, 2000)}),
        ),
    )
    assert rules.resolve({"community_type": "城乡融合型"}).people.min == 500
    assert rules.resolve({"community_type": "城乡融合型", "street": "东街"}).people.min == 300
    assert rules.resolve({"street": "东街"}).people.min == 1000
    assert rules.resolve({"community_type": "城乡融合型"}).service_radius.max == 400


def test_short_borders_and_barriers_do_not_join_but_bridges_do() -> None:
    adjacency = Adjacency(
        a=np.array([0, 0, 1, 2], np.int32),
        b=np.array([1, 2, 2, 3], np.int32),
        length_m=np.array([10.0, 1.5, 30.0, 0.0]),
        kind=np.array([EdgeKind.BORDER, EdgeKind.BORDER, EdgeKind.BARRIER, EdgeKind.BRIDGE], np.int8),
    )
    assert adjacency.open.tolist() == [True, False, False, True]


def test_unknown_key_names_the_nearest_known_one() -> None:
    with pytest.raises(UserError, match="total"):
        check_keys({"totl": 1}, ("total", "mode"), "[plan]")


def test_records_without_a_number_or_a_place_are_equal() -> None:
    one, other = (Finding("gap", Severity.ERROR, "空白", x=number) for number in (nan, float("nan")))
    assert one == other and len({one, other}) == 1
    assert one != Finding("gap", Severity.ERROR, "空白", x=1.0)
    assert Branch("B1", "支部", x=float("nan")) == Branch("B1", "支部")
    assert Branch("B1", "支部") != Branch("B2", "支部") and Branch("B1", "支部") != "B1"
