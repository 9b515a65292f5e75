# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every question the window may ask its worker, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridplanner.workspace.scene import basemap as scene_basemap
from gridplanner.workspace.scene import facts as scene_facts
from gridplanner.workspace.scene import headlines as scene_headlines
from gridplanner.workspace.scene import levels as scene_levels
from gridplanner.workspace.scene import offices as scene_offices
from gridplanner.workspace.scene import papers as scene_papers
from gridplanner.workspace.scene import plans as scene_plans
from gridplanner.workspace.scene import safety as scene_safety
from gridplanner.workspace.scene import tasks as scene_tasks
from gridplanner.workspace.scene import trial as scene_trial
from gridplanner.workspace.scene import units as scene_units
from gridplanner.workspace.scene.tasks import KEEP_BEST, State

__all__ = ["KEEP_BEST", "TASKS", "State"]

TASKS: Mapping[str, Callable[..., Any]] = {
    **scene_tasks.TASKS,
    **scene_safety.TASKS,
    **scene_plans.TASKS,
    **scene_facts.TASKS,
    **scene_papers.TASKS,
    **scene_basemap.TASKS,
    **scene_units.TASKS,
    **scene_trial.TASKS,
    **scene_offices.TASKS,
    **scene_headlines.TASKS,
    **scene_levels.TASKS,
}
