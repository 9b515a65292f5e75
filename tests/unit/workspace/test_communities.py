# SPDX-License-Identifier: LGPL-3.0-or-later
"""The five operations on communities: figures, grids that follow, undo, recovery, plan anew."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.project import ProjectContents
from gridplanner.model.reform import CommunityAction, reform_from_table, reform_to_table, successors
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.solve.engine import propose
from gridplanner.workspace.amend.amending import amended
from gridplanner.workspace.amend.communities import (
    NewCommunity,
    adjust_communities,
    atoms_named,
    convert_community,
    create_community,
    figures_of,
    merge_communities,
    replan_request,
    split_community,
)
from gridplanner.workspace.safety.recovery_codec import apply_step, step_between
from gridplanner.workspace.usecases import judge
from gridplanner.workspace.workspace import Correction, Workspace
from tests.builders import town

ONE, TWO, THREE = "511902001001", "511902001002", "511902001003"


def three() -> District:
    """Three communities in a row, two grids each."""
    return town("AABBCCDDEEFF\nAABBCCDDEEFF", "aaaabbbbcccc\naaaabbbbcccc", people=100)


def changed(district: District, correction: Correction) -> District:
    return amended(district, correction.by)


def test_merging_keeps_people_and_takes_the_grids_along() -> None:
    district = three()
    step = merge_communities(district, [ONE, TWO], reason="规模过小")
    after = changed(district, step)
    assert after.communities.codes.tolist() == [ONE, THREE]
    assert [g.community for g in after.grids_before] == [0, 0, 0, 0, 1, 1]
    assert shapely.area(after.communities.geometry).tolist() == [160_000, 80_000]
    (reform,) = after.reforms
    assert (reform.action, reform.people_moved, reform.reason) == (CommunityAction.MERGE, 800, "规模过小")
    assert [f.households for f in reform.before] == [400, 400]
    assert [(f.code, f.people, f.grids) for f in reform.after] == [(ONE, 1600, 4)]
    assert successors(after.reforms) == {TWO: ONE}
    assert not [f for f in judge(after, after.plan_today(), RuleSet()).findings if f.rule == "nesting"]


def test_splitting_gives_the_next_code_and_never_one_used_before() -> None:
    district = changed(three(), merge_communities(three(), [TWO, THREE], into=TWO))
    step = split_community(district, ONE, atoms_named(district, [district.grids_before[1].code]), new("新苑"))
    after = changed(district, step)
    assert after.communities.codes.tolist() == [ONE, TWO, "511902001004"]
    assert after.communities.types[2] == after.communities.types[0]
    assert [f.people for f in after.reforms[-1].after] == [400, 400]
    assert after.grids_before[1].community == 2
    with pytest.raises(UserError):
        convert_community(after, ONE, NewCommunity(code=THREE))


def test_creating_adjusting_and_converting() -> None:
    district = three()
    made = create_community(district, np.array([3, 4]), new("中街"))
    after = changed(district, made)
    assert [f.people for f in after.reforms[-1].before] == [800, 800]
    assert [f.people for f in after.reforms[-1].after] == [700, 700, 200]
    moved = changed(district, adjust_communities(district, np.array([3]), TWO))
    assert moved.reforms[-1].people_moved == 100
    assert moved.reforms[-1].action is CommunityAction.ADJUST
    named = changed(district, convert_community(district, ONE, NewCommunity("河东社区", "", "商品住宅型")))
    assert named.communities.names[0] == "河东社区"
    assert named.reforms[-1].people_moved == 0


def test_a_step_is_journaled_undone_and_survives_a_crash() -> None:
    workspace = Workspace(ProjectContents(three(), RuleSet(), PlanRequest()))
    workspace.add_scenario("甲", workspace.plan)
    before = workspace.contents
    workspace.amend(merge_communities(workspace.district, [ONE, TWO]))
    assert len(workspace.district.communities) == 2
    assert [g.community for g in workspace.plan.grids] == [0, 0, 0, 0, 1, 1]
    assert "action=合" in workspace.contents.journal[-1].parameters
    restored = apply_step(before, step_between(before, workspace.contents))
    assert restored.district.reforms == workspace.district.reforms
    assert [g.community for g in restored.scenarios["甲"].plan.grids] == [0, 0, 0, 0, 1, 1]
    workspace.undo()
    assert workspace.district.communities.codes.tolist() == [ONE, TWO, THREE]
    back = workspace.contents.amendments[-1]
    again = amended(restored.district, back)
    assert again.communities.codes.tolist() == [ONE, TWO, THREE]
    assert again.atoms.community.tolist() == before.district.atoms.community.tolist()
    assert again.reforms == ()


def test_grids_cut_by_a_new_community_line_are_planned_anew_and_the_others_stay() -> None:
    district = three()
    rules = RuleSet(people=Band(200, 500))
    after = changed(district, split_community(district, ONE, np.array([1, 2, 13, 14]), new("中段")))
    assert [f.rule for f in judge(after, after.plan_today(), rules).findings if f.counts].count(
        "nesting"
    ) == 2
    request = replan_request(after, PlanRequest())
    assert request.only == (ONE, "511902001004")
    plan = propose(after, rules, request).plan
    assert not [f for f in judge(after, plan, rules).findings if f.counts and f.rule in {"nesting", "people"}]
    elsewhere = np.isin(after.atoms.community, [1, 2])
    assert parts_of(plan.assignment[elsewhere]) == parts_of(after.atoms.old_grid[elsewhere])
    with pytest.raises(UserError):
        replan_request(district, PlanRequest())


@pytest.mark.parametrize(
    "refused",
    [
        lambda d: merge_communities(d, [ONE]),
        lambda d: merge_communities(d, [ONE, TWO], into=THREE),
        lambda d: merge_communities(d, [ONE, "9"]),
        lambda d: split_community(d, ONE, np.array([4]), new("x")),
        lambda d: split_community(d, ONE, atoms_named(d, [d.grids_before[g].code for g in (0, 1)]), new("x")),
        lambda d: split_community(d, ONE, np.array([0]), NewCommunity()),
        lambda d: create_community(d, np.array([], int), new("x")),
        lambda d: create_community(d, np.array([99]), new("x")),
        lambda d: adjust_communities(d, np.array([0]), ONE),
        lambda d: adjust_communities(d, np.flatnonzero(d.atoms.community == 0), TWO),
        lambda d: convert_community(d, ONE, NewCommunity()),
        lambda d: convert_community(d, ONE, NewCommunity(code=TWO)),
        lambda d: atoms_named(d, ["没有"]),
    ],
)
def test_what_makes_no_sense_is_refused(refused) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError):
        refused(three())


def test_reforms_read_back() -> None:
    district = changed(three(), merge_communities(three(), [ONE, TWO]))
    assert tuple(reform_from_table(reform_to_table(r)) for r in district.reforms) == district.reforms


def step_of(district: District, action: str, seed: int) -> Correction:
    """Return some operation, chosen by a number."""
    rng = np.random.default_rng(seed)
    codes = district.communities.codes.tolist()
    some = rng.choice(24, rng.integers(1, 8), replace=False)
    if action == "merge":
        return merge_communities(district, rng.choice(codes, min(2, len(codes)), replace=False).tolist())
    if action == "split":
        return split_community(district, codes[0], some, new("新"))
    if action == "create":
        return create_community(district, some, new("新"))
    return adjust_communities(district, some, str(rng.choice(codes)))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["merge", "split", "create", "adjust"]), st.integers(0, 999)), max_size=6
    )
)
def test_any_chain_of_operations_keeps_every_person(steps: list[tuple[str, int]]) -> None:
    """Totals hold after each step, and taking all back gives the district as it was."""
    start = district = three()
    back = []
    for action, seed in steps:
        try:
            step = step_of(district, action, seed)
        except UserError:
            continue
        district = amended(district, step.by)
        back.append(step.back)
        figures = figures_of(district)
        assert sum(f.people for f in figures) == 2400
        assert all(f.people > 0 for f in figures)
        assert district.atoms.community.max() == len(district.communities) - 1
        assert shapely.area(district.communities.geometry).sum() == pytest.approx(240_000)
    for patch in reversed(back):
        district = amended(district, patch)
    assert district.communities.codes.tolist() == start.communities.codes.tolist()
    assert district.atoms.community.tolist() == start.atoms.community.tolist()


def parts_of(labels: np.ndarray) -> set[frozenset[int]]:
    """Return the sets of places with one label."""
    return {frozenset(np.flatnonzero(labels == v).tolist()) for v in np.unique(labels)}


def new(name: str) -> NewCommunity:
    return NewCommunity(name)
