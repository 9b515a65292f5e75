# SPDX-License-Identifier: LGPL-3.0-or-later
"""Edits, undo, scenarios and the journal on a town of two communities."""

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.commands import (
    AcceptPlan,
    CarveSite,
    CopyGrid,
    EditGrid,
    MergeGrids,
    MoveAtoms,
    NewGrid,
    RetireGrid,
    SplitGrid,
)
from gridplanner.workspace.workspace import Workspace


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the messages in the source language."""
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


@pytest.fixture
def district() -> District:
    """Six atoms: four in community East (grids A, A, B, B), two in West (C, C)."""
    zeros = np.zeros(6)
    atoms = Atoms(
        texts(*"abcdef"),
        np.full(6, None, object),
        np.array([0, 0, 0, 0, 1, 1], np.int32),
        np.array([0, 0, 1, 1, 2, 2], np.int32),
        np.array([10, 20, 30, 40, 50, 60], np.int64),
        np.ones(6, np.int64),
        zeros + 1,
        zeros,
        zeros,
        np.full(6, -1, np.int32),
        texts(*[""] * 6),
    )
    empty = np.empty(0)
    none = np.empty(0, object)
    return District(
        "town",
        "EPSG:4545",
        Communities(
            texts("E", "W"), texts("东", "西"), texts("", ""), texts("1", "1"), texts("s", "s"), texts("", "")
        ),
        atoms,
        Adjacency(np.empty(0, np.int32), np.empty(0, np.int32), empty, np.empty(0, np.int8)),
        Buildings(
            none, none, none, np.empty(0, np.int32), empty, empty, empty.astype(int), empty.astype(int), none
        ),
        tuple(GridRecord(c, c, home) for c, home in (("A", 0), ("B", 0), ("C", 1))),
    )


@pytest.fixture
def workspace(district: District) -> Workspace:
    return Workspace(ProjectContents(district, RuleSet(), PlanRequest()))


def test_merge_keeps_the_grid_with_most_people(district: District) -> None:
    plan = MergeGrids((0, 1)).apply(district.plan_today(), district)
    assert [g.code for g in plan.grids] == ["B", "C"]
    assert plan.assignment.tolist() == [0, 0, 0, 0, 1, 1]


def test_split_makes_a_grid_without_code_in_the_same_community(district: District) -> None:
    plan = SplitGrid(1, (3,)).apply(district.plan_today(), district)
    assert plan.grids[3].code == ""
    assert plan.grids[3].community == 0
    assert plan.assignment.tolist() == [0, 0, 1, 3, 2, 2]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (MergeGrids((1,)), "two"),
        (SplitGrid(1, (2, 3)), "whole"),
        (SplitGrid(1, (0,)), "inside"),
        (MoveAtoms((4,), 0), "community"),
        (NewGrid((0, 4)), "one community"),
        (RetireGrid(0), "still holds"),
        (EditGrid(0, code="B"), "in use"),
    ],
)
def test_impossible_edits_are_refused_with_a_sentence(district: District, command: object, said: str) -> None:
    with pytest.raises(UserError, match=said):
        command.apply(district.plan_today(), district)


def test_locked_grids_and_approved_plans_refuse_edits(district: District) -> None:
    locked = EditGrid(0, locked=True).apply(district.plan_today(), district)
    for command in (MergeGrids((0, 1)), MoveAtoms((0,), 1), MoveAtoms((2,), 0), SplitGrid(0, (0,))):
        with pytest.raises(UserError, match="locked"):
            command.apply(locked, district)
    approved = replace(district.plan_today(), status="approved")
    with pytest.raises(UserError, match="approved"):
        MergeGrids((0, 1)).apply(approved, district)


def test_copied_grid_takes_the_place_of_those_it_empties(district: District) -> None:
    today = district.plan_today()
    whole = CopyGrid(GridRecord("A", "甲", 0), (0, 1, 2, 3)).apply(today, district)
    assert [(g.code, g.name) for g in whole.grids] == [("A", "甲"), ("C", "C")]
    assert whole.assignment.tolist() == [0, 0, 0, 0, 1, 1]
    # The rest of A stays A, so the copy begins without a code.
    part = CopyGrid(GridRecord("A", "甲", 0), (1, 2, 3)).apply(today, district)
    assert [(g.code, g.name) for g in part.grids] == [("A", "A"), ("C", "C"), ("", "甲")]
    assert part.assignment.tolist() == [0, 2, 2, 2, 1, 1]
    with pytest.raises(UserError, match="one community"):
        CopyGrid(GridRecord("A", "甲", 0), (3, 4)).apply(today, district)


def test_empty_grid_can_be_retired(district: District) -> None:
    moved = MoveAtoms((0, 1), 1).apply(district.plan_today(), district)
    plan = RetireGrid(0).apply(moved, district)
    assert [g.code for g in plan.grids] == ["B", "C"]
    assert plan.assignment.tolist() == [0, 0, 0, 0, 1, 1]


def test_carving_makes_a_named_dedicated_grid(district: District) -> None:
    plan = CarveSite("s1", "第一中学", "学校", (1,)).apply(district.plan_today(), district)
    record = plan.grids[3]
    assert (record.kind, record.name, record.site) == (GridKind.DEDICATED, "第一中学", "s1")


def test_accepting_one_community_leaves_the_others(district: District) -> None:
    proposal = Plan(
        np.array([0, 0, 0, 0, 1, 2], np.int32),
        tuple(GridRecord(c, c, h) for c, h in (("X", 0), ("Y", 1), ("Z", 1))),
    )
    plan = AcceptPlan(proposal, (1,)).apply(district.plan_today(), district)
    assert [g.code for g in plan.grids] == ["A", "B", "Y", "Z"]
    assert plan.assignment.tolist() == [0, 0, 1, 1, 2, 3]


def test_undo_and_redo_walk_the_same_plans_and_the_journal_only_grows(workspace: Workspace) -> None:
    seen = []
    workspace.subscribe(seen.append)
    start = workspace.plan
    workspace.do(MoveAtoms((0,), 1))
    moved = workspace.plan
    workspace.do(MergeGrids((0, 1)))
    merged = workspace.plan
    workspace.undo()
    assert workspace.plan is moved
    workspace.undo()
    assert workspace.plan.assignment.tolist() == start.assignment.tolist()
    workspace.redo()
    workspace.redo()
    assert workspace.plan is merged
    assert workspace.redo_label == ""
    assert len(workspace.contents.journal) == 7  # the scenario, two steps, four undo/redo
    assert [change.kind for change in seen[:3]] == ["scenario", "atoms", "scenario"]
    assert seen[1].grids == (0, 1)


def test_a_failing_command_leaves_no_trace(workspace: Workspace) -> None:
    workspace.do(MoveAtoms((0,), 1))
    before, journal = workspace.plan, workspace.contents.journal
    with pytest.raises(UserError):
        workspace.do(RetireGrid(1))
    assert workspace.plan is before
    assert workspace.contents.journal == journal


def test_read_only_refuses_every_change(district: District) -> None:
    workspace = Workspace(ProjectContents(district, RuleSet(), PlanRequest()), read_only=True)
    with pytest.raises(UserError, match="read-only"):
        workspace.do(MoveAtoms((0,), 1))


def test_scenarios_keep_their_own_plans(workspace: Workspace) -> None:
    workspace.do(MoveAtoms((0,), 1))
    first = workspace.contents.current
    workspace.add_scenario("second", workspace.plan)
    workspace.do(MoveAtoms((1,), 1))
    workspace.open_scenario(first)
    assert workspace.plan.assignment.tolist() == [1, 0, 1, 1, 2, 2]
    workspace.rename_scenario("second", "zweite")
    workspace.open_scenario("zweite")
    assert workspace.plan.assignment.tolist() == [1, 1, 1, 1, 2, 2]
    with pytest.raises(UserError, match="exists"):
        workspace.add_scenario(first, workspace.plan)
    workspace.delete_scenario("zweite")
    assert workspace.contents.current == ""
