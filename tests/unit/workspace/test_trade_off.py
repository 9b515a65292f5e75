# SPDX-License-Identifier: LGPL-3.0-or-later
"""The trade-off: plans that no other beats, with all their figures, stored as scenarios of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from gridplanner.geometry.compactness import cut_edges, inertia, polsby_popper, reock
from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.progress import Inline, Silent
from gridplanner.workspace.projects import compare_project
from gridplanner.workspace.trade_off import trade_off_project
from tests.builders import objects, plan_of, town


@pytest.mark.parametrize("figure", [polsby_popper, reock, inertia])
def test_a_circle_is_1_and_nothing_is_more(figure) -> None:  # type: ignore[no-untyped-def]
    circle = shapely.Point(3e5, 4e6).buffer(100, quad_segs=64)
    ring = circle.difference(shapely.Point(3e5, 4e6).buffer(60))
    strip = shapely.box(3e5, 4e6, 3e5 + 900, 4e6 + 30)
    two = shapely.union_all([circle, shapely.affinity.translate(circle, 500)])
    values = figure(objects([circle, ring, strip, two]))
    assert values[0] == pytest.approx(1.0, abs=0.002)
    assert (values[1:] < 0.9).all()
    assert (values > 0).all()


def test_figures_do_not_depend_on_place_or_size() -> None:
    shape = shapely.Polygon([(0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)])
    moved = shapely.affinity.translate(shapely.affinity.scale(shape, 50, 50), 4e5, 3.5e6)
    for figure in (polsby_popper, reock, inertia):
        small, large = figure(objects([shape, moved]))
        assert small == pytest.approx(large, rel=1e-6)


def test_cut_edges_are_the_borders_between_grids() -> None:
    district = town("AABB\nAABB")
    assert cut_edges(district.adjacency, plan_of(district, "XXYY\nXXYY").assignment) == 2
    assert cut_edges(district.adjacency, np.zeros(8, np.int32)) == 0


def test_plans_are_stored_as_scenarios_and_can_be_compared(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    district = town("AABBCCDD\nAABBCCDD\nEEEEFFFF", people=rng.integers(60, 140, 24).tolist())
    rules = RuleSet(people=Band(250, 800))
    path = tmp_path / "town.gpkg"
    save_project(path, ProjectContents(district, rules, PlanRequest(total=5, certify_s=0.0)))
    rows = trade_off_project(path, lambda request: request, (6,), Inline(), Silent())
    contents = open_project(path)
    assert len(rows[0]) == 10
    assert [row[0] for row in rows[1:]] == list(contents.scenarios)
    assert {row[2] for row in rows[1:]} == {"5", "6"}
    assert contents.current == ""
    first = rows[1]
    table = compare_project(path, "", first[0])
    assert table["general_grids"][1] == int(first[2])
    assert table["people_moved"][1] == int(first[3])
    assert table["cut_edges"][1] == int(first[9])
    assert f"{table['reock'][1]:.3f}" == first[7]
