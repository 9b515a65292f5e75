# SPDX-License-Identifier: LGPL-3.0-or-later
"""An approved plan is not written over from the command line either."""

from dataclasses import replace

import pytest

from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.progress import Silent
from gridplanner.workspace.projects import assign_project
from tests.builders import town


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_assigning_refuses_an_approved_plan(tmp_path, status):
    district = town("AABB\nAABB")
    plan = replace(district.plan_today(), name="送审稿", status=status)
    contents = ProjectContents(
        district=district,
        rules=RuleSet(people=Band(300, 600)),
        request=PlanRequest(),
        scenarios={"送审稿": Scenario(plan)},
        current="送审稿",
    )
    path = tmp_path / "区.gpkg"
    save_project(path, contents)
    if status == "approved":
        with pytest.raises(UserError):
            assign_project(path, Silent())
    else:
        assign_project(path, Silent())
    assert open_project(path).scenarios["送审稿"].plan.status == status
