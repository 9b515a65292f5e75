# SPDX-License-Identifier: LGPL-3.0-or-later
"""Micro-grids of a plan one step on: those of the grids that stay are not worked out again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.model.kinds import LEVEL_KINDS
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RuleSet
from gridplanner.solve import levels as solving
from gridplanner.workspace.commands import without_grids
from gridplanner.workspace.levels import level_plan
from gridplanner.workspace.scene.levels import show_level
from gridplanner.workspace.scene.tasks import State
from tests.builders import town

DRAWING = "AAAABBBB\nAAAABBBB\nCCCCDDDD\nCCCCDDDD"
RULES = RuleSet(
    people=Band(600, 1000), by=(Override({"kind": LEVEL_KINDS["micro"]}, {"people": Band(150, 350)}),)
)


def codes(plan: Plan) -> list[tuple[str, str]]:
    return [(plan.grids[g].code, plan.grids[g].name) for g in plan.assignment.tolist()]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 31), st.integers(-1, 3)), max_size=4), st.booleans())
def test_a_level_is_the_same_whether_worked_out_anew_or_from_an_earlier_plan(moves, merged) -> None:
    district = town(DRAWING)
    before = district.plan_today()
    assignment = before.assignment.copy()
    for atom, grid in moves:
        assignment[atom] = grid
    if merged:
        assignment[assignment == 1] = 0
    after = replace(before, assignment=assignment)
    if merged:
        after = without_grids(after, {1})
    earlier = level_plan("micro", district, before, RULES, PlanRequest())
    anew = level_plan("micro", district, after, RULES, PlanRequest())
    quick = level_plan("micro", district, after, RULES, PlanRequest(), (before, earlier))
    placed = after.assignment >= 0
    assert np.array_equal(quick.assignment >= 0, placed)
    assert [c for c, p in zip(codes(quick), placed, strict=True) if p] == [
        c for c, p in zip(codes(anew), placed, strict=True) if p
    ]


def test_only_the_grids_of_a_step_are_divided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    district, divided = town(DRAWING), []
    make = solving.micro_grids

    def counting(district, plan, *rest):
        divided.append(int((plan.assignment >= 0).sum()))
        return make(district, plan, *rest)

    monkeypatch.setattr(solving, "micro_grids", counting)
    state = State(ProjectContents(district, RULES, PlanRequest()))
    plan = district.plan_today()
    moved = plan.assignment.copy()
    moved[3] = 1
    for one, rules in (
        (plan, RULES),
        (replace(plan, assignment=moved), RULES),
        (plan, replace(RULES, people=Band(500, 900))),
    ):
        show_level(state, None, "micro", one, rules, PlanRequest())
    assert divided == [32, 16, 32], "two grids after the step, all of them under other rules"
