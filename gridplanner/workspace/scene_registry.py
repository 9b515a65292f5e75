# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every question the window may ask its worker, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridplanner.workspace import (
    scene_basemap,
    scene_facts,
    scene_offices,
    scene_papers,
    scene_plans,
    scene_safety,
    scene_tasks,
    scene_trial,
    scene_units,
)
from gridplanner.workspace.scene_tasks import State

__all__ = ["TASKS", "State"]

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
}
