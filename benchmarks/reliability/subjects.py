# SPDX-License-Identifier: LGPL-3.0-or-later
"""Projects and plans to try the promises on: toy towns large enough to take some time to save."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplanner.model.certificate import Certificate
from gridplanner.model.outcome import Outcome
from gridplanner.model.project import JournalEntry, ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.workspace.usecases import compare
from tests.builders import plan_of, town

NAME = "方案一"


def project(side: int = 20) -> ProjectContents:
    """Return a project of side x side atoms, a grid for each 4 x 4 of them, one community."""
    rows = ["".join(chr(0x4E00 + (r // 4) * 64 + c // 4) for c in range(side)) for r in range(side)]
    district = town("\n".join(rows))
    plan = plan_of(district, "\n".join(rows)).renamed(NAME)
    rules = RuleSet(people=Band(1000, 2000))
    return ProjectContents(district, rules, PlanRequest(), {NAME: Scenario(plan)}, NAME)


def marked(contents: ProjectContents, mark: int) -> ProjectContents:
    """Return the project with a number written into parts that lie far apart in the file."""
    scenario = contents.scenarios[NAME]
    assignment = np.roll(scenario.plan.assignment, mark)
    plan = replace(scenario.plan, assignment=assignment)
    entry = JournalEntry("2026-01-01T00:00:00+08:00", "u", "mark", str(mark))
    return replace(
        contents,
        config=str(mark),
        scenarios={NAME: replace(scenario, plan=plan, notes=str(mark))},
        journal=(entry,),
    )


def mark_of(contents: ProjectContents, original: ProjectContents) -> int:
    """Return the number of `marked`; raises ValueError where the parts disagree, a mix of two saves."""
    mark = int(contents.config)
    wanted = marked(original, mark)
    same = np.array_equal(wanted.scenarios[NAME].plan.assignment, contents.scenarios[NAME].plan.assignment)
    if not same or contents.scenarios[NAME].notes != str(mark) or contents.journal != wanted.journal:
        raise ValueError(f"parts of two saves around {mark}")
    return mark


def outcome(side: int = 8, **texts: str) -> Outcome:
    """Return a finished plan of a small town; `texts` replace fields of its first grid."""
    contents = project(side)
    plan = contents.scenarios[NAME].plan
    plan = replace(plan, grids=(replace(plan.grids[0], **texts), *plan.grids[1:]))
    return compare(contents, plan, Certificate())
