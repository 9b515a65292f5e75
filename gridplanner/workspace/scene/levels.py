# SPDX-License-Identifier: LGPL-3.0-or-later
"""Micro-grids and area grids of the plan in work, as layers of the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gridplanner.model.amendment import Amendment
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.scene.scene import LevelView, ReferenceLayer, polygon_arrays
from gridplanner.workspace.scene.tasks import Reporter, State


def show_level(
    state: State,
    progress: Reporter,
    level: str,
    plan: Plan,
    rules: RuleSet,
    request: PlanRequest,
    amendments: Sequence[Amendment] = (),
) -> LevelView:
    """Return the micro-grids (`micro`) or the area grids (`area`) of a plan.

    Parameters
    ----------
    state : State
    progress : Reporter
    level : str
    plan : Plan
        The plan in work.
    rules, request
        As they are in the window now.
    amendments : sequence of Amendment
        Corrections made so far (`ProjectContents.amendments`).
    """
    from gridplanner.geometry.dissolve import grid_polygons  # shapes
    from gridplanner.workspace.levels import level_plan  # numba

    district = state.whole(None, amendments).district
    basis = (district, rules, request)
    # A step changes few grids; the others are not divided again.
    known = state.levels.get(level)
    fits = known is not None and known[0][0] is district and known[0][1:] == basis[1:]
    made = level_plan(level, district, plan, rules, request, known[1] if known is not None and fits else None)
    state.levels[level] = (basis, (plan, made))
    people = made.sums(district.atoms.people)
    shapes = grid_polygons(district.atoms.geometry, made.assignment, made.n_grids)
    names = np.empty(made.n_grids, dtype=object)
    names[:] = [
        f"{record.code.removeprefix(record.note)} / {count:,}"
        for record, count in zip(made.grids, people.tolist(), strict=True)
    ]
    layer = ReferenceLayer(f"level.{level}", level, "polygon", polygons=polygon_arrays(shapes), names=names)
    return LevelView(layer, made, people)


TASKS: Mapping[str, Callable[..., Any]] = {"show_level": show_level}
