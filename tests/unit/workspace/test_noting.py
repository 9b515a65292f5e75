# SPDX-License-Identifier: LGPL-3.0-or-later
"""The journal tells from which grid to which areas went, whatever the step was."""

from __future__ import annotations

import pytest

from gridplanner.model.kinds import GridKind
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.commands import (
    AcceptPlan,
    Command,
    EditGrid,
    MergeGrids,
    MoveAtoms,
    NewGrid,
    RetireGrid,
    SplitGrid,
    Together,
)
from gridplanner.workspace.workspace import Workspace
from tests.builders import plan_of, town

DRAWING = "AABBCC\nAABBCC"


def noted(*commands: Command) -> str:
    """Return what the journal notes of the last of some commands, codes shortened to their last digits."""
    district = town(DRAWING)
    workspace = Workspace(ProjectContents(district, RuleSet(), PlanRequest()))
    for command in commands:
        workspace.do(command)
    stem = district.grids_before[0].code[:-3]
    return workspace.contents.journal[-1].parameters.replace(stem, "")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (MoveAtoms((2,), 0), "atoms=1, from=002, to=001"),
        (MergeGrids((0, 2), into=0), "atoms=4, from=003, to=001"),
        (SplitGrid(1, (2, 8)), "atoms=2, from=002, to=+4"),
        (NewGrid((1, 2)), "atoms=2, from=001;002, to=+4"),
        (EditGrid(0, locked=True), "locked=001"),
        (EditGrid(0, name="东门, 一"), "name=001 A网格->东门，一"),
        (EditGrid(0, kind=GridKind.DEDICATED), f"kind=001 {GridKind.GENERAL}->{GridKind.DEDICATED}"),
        (Together((SplitGrid(0, (0,)), SplitGrid(0, (1,))), "x"), "atoms=2, from=001, to=+4;+5"),
        (AcceptPlan(plan_of(town(DRAWING), "AAABCC\nAAABCC")), "atoms=2, from=002, to=001"),
    ],
)
def test_a_step_names_who_gave_and_who_took(command: Command, expected: str) -> None:
    assert noted(command) == expected


def test_a_retired_grid_is_named() -> None:
    emptied = MoveAtoms((4, 5, 10, 11), 1)
    assert noted(emptied, RetireGrid(2)) == "retired=003"


def test_many_grids_are_counted() -> None:
    merge = MergeGrids(tuple(range(3)), into=0)
    assert noted(merge) == "atoms=8, from=002;003, to=001"
