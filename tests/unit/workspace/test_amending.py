# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of what a plan rests on: applied, taken back, logged, and never losing land or people."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.geometry.adjacency import build_adjacency
from gridplanner.geometry.correct import cut_atom, move_corner
from gridplanner.model.amendment import AtomPatch, BuildingCount
from gridplanner.model.jurisdiction import District
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.amend.amending import amended, count_before, from_row, to_row
from gridplanner.workspace.amend.communities import NewCommunity, split_community
from gridplanner.workspace.commands import EditGrid, MoveAtoms, NewGrid
from gridplanner.workspace.safety.recovery_codec import apply_step, step_between
from gridplanner.workspace.scene.commands import SetStatus
from gridplanner.workspace.scene.scene import patched_polygons, polygon_arrays
from gridplanner.workspace.workspace import Correction, Workspace
from tests.builders import SIDE_M, town

DRAWING = "AABB\nAABB\nCCDD"


def workspace_of(district: District) -> Workspace:
    return Workspace(ProjectContents(district, RuleSet(), PlanRequest()))


def same(one: District, other: District) -> None:
    """Compare what a correction may touch."""
    for name in ("ids", "people", "households", "community", "old_grid", "x", "y", "building"):
        assert (getattr(one.atoms, name) == getattr(other.atoms, name)).all(), name
    assert shapely.equals_exact(one.atoms.geometry, other.atoms.geometry).all()
    for name in ("a", "b", "length_m", "kind"):
        assert np.allclose(getattr(one.adjacency, name), getattr(other.adjacency, name)), name
    assert (one.buildings.atom == other.buildings.atom).all()
    assert (one.buildings.people == other.buildings.people).all()


def test_a_count_changes_building_area_and_every_plan_and_comes_back() -> None:
    space = workspace_of(town(DRAWING))
    before = count_before(space.district, 3)
    change = space.amend(
        Correction(BuildingCount(3, 150, 60, "入户", "2026-11-20"), before, "改", {"source": "入户"})
    )
    assert change.kind == "district"
    assert (space.district.buildings.people[3], space.district.atoms.people[3]) == (150, 150)
    assert space.district.atoms.people.sum() == 12 * 100 + 50
    assert "source=入户" in space.contents.journal[-1].parameters
    space.undo()
    assert space.district.atoms.people[3] == 100
    space.redo()
    assert space.district.atoms.people[3] == 150
    assert len(space.contents.amendments) == 3, "taking back is a correction of its own"


def test_counts_below_zero_are_refused_and_leave_no_trace() -> None:
    space = workspace_of(town(DRAWING))
    with pytest.raises(UserError):
        space.amend(Correction(BuildingCount(0, -1, 0), count_before(space.district, 0), ""))
    assert not space.contents.amendments
    assert not space.undo_label


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 11), st.floats(-40, 40), st.floats(-40, 40))
def test_a_cut_keeps_land_people_and_neighbours(atom: int, low: float, high: float) -> None:
    district = town(DRAWING)
    x, y = float(district.atoms.x[atom]), float(district.atoms.y[atom])
    line = np.array([[x + low, y - SIDE_M], [x + high, y + SIDE_M]])
    patch, back = cut_atom(district, atom, line)
    after = amended(district, patch)
    assert len(after.atoms) == 13
    assert after.atoms.people.sum() == district.atoms.people.sum()
    assert np.isclose(after.atoms.area_m2.sum(), district.atoms.area_m2.sum())
    assert shapely.coverage_is_valid(after.atoms.geometry)
    assert after.atoms.people[after.buildings.atom[atom]] == 100, "people go where their building stands"
    fresh = build_adjacency(after.atoms.geometry)
    assert list(zip(after.adjacency.a, after.adjacency.b, strict=True)) == list(
        zip(fresh.a, fresh.b, strict=True)
    )
    assert np.allclose(after.adjacency.length_m, fresh.length_m, atol=1e-3)
    same(amended(after, back), district)


def test_a_line_that_does_not_cross_is_refused() -> None:
    district = town(DRAWING)
    x, y = float(district.atoms.x[0]), float(district.atoms.y[0])
    with pytest.raises(UserError):
        cut_atom(district, 0, np.array([[x, y], [x, y + 10]]))


def inner_corner(district: District) -> tuple[float, float]:
    """Return the corner between atoms 0, 1, 4 and 5."""
    shared = shapely.intersection_all(district.atoms.geometry[[0, 1, 4, 5]])
    return shared.x, shared.y


def test_a_corner_moves_for_all_who_share_it_and_comes_back() -> None:
    district = town(DRAWING)
    at = inner_corner(district)
    patch, back = move_corner(district, at, (at[0] + 12, at[1] - 7))
    assert patch.rows.tolist() == [0, 1, 4, 5]
    after = amended(district, patch)
    assert shapely.coverage_is_valid(after.atoms.geometry)
    assert np.isclose(after.atoms.area_m2.sum(), district.atoms.area_m2.sum())
    same(amended(after, back), district)


def test_a_corner_at_the_rim_or_beyond_a_building_is_refused() -> None:
    district = town(DRAWING)
    at = inner_corner(district)
    rim = min(
        map(tuple, shapely.get_coordinates(district.atoms.geometry[0]).tolist()), key=lambda p: (p[0], -p[1])
    )
    for where, to in (
        (rim, (rim[0] + 5, rim[1] - 5)),
        (at, (at[0] + 130, at[1])),
        (at, (at[0] + 60, at[1] + 55)),
    ):
        with pytest.raises(UserError):
            move_corner(district, where, to)


def test_every_plan_follows_a_cut_and_its_undo() -> None:
    space = workspace_of(town(DRAWING))
    space.add_scenario("一", space.plan)
    space.do(MoveAtoms((1,), 1))
    space.add_scenario("二", space.plan)
    x, y = float(space.district.atoms.x[1]), float(space.district.atoms.y[1])
    by, back = cut_atom(space.district, 1, np.array([[x + 9, y - 99], [x + 9, y + 99]]))
    space.amend(Correction(by, back, "切开"))
    assert [len(s.plan.assignment) for s in space.contents.scenarios.values()] == [13, 13]
    assert space.plan.assignment[12] == space.plan.assignment[1] == 1
    space.do(MoveAtoms((12,), 0))
    space.undo()
    space.undo()
    assert [len(s.plan.assignment) for s in space.contents.scenarios.values()] == [12, 12]
    assert len(space.district.atoms) == 12


def test_the_recovery_log_brings_corrections_back() -> None:
    space = workspace_of(town(DRAWING))
    space.add_scenario("一", space.plan)
    base = space.contents
    x, y = float(space.district.atoms.x[1]), float(space.district.atoms.y[1])
    by, back = cut_atom(space.district, 1, np.array([[x + 9, y - 99], [x + 9, y + 99]]))
    space.amend(Correction(by, back, "切开"))
    space.amend(Correction(BuildingCount(2, 7, 3, "社区", ""), count_before(space.district, 2), "改"))
    step = json.loads(json.dumps(step_between(base, space.contents)))
    found = apply_step(base, step)
    same(found.district, space.district)
    assert (found.scenarios["一"].plan.assignment == space.plan.assignment).all()
    assert found.journal == space.contents.journal


def test_rows_of_the_log_are_read_back() -> None:
    by, _back = cut_atom(town(DRAWING), 0, np.array([[400_060.0, 0.0], [400_060.0, 1e7]]))
    again = from_row(json.loads(json.dumps(to_row(by))))
    assert isinstance(again, AtomPatch)
    same(amended(town(DRAWING), again), amended(town(DRAWING), by))
    with pytest.raises(KeyError):
        from_row({"type": "patch", "rows": []})


def test_the_map_follows_a_correction_without_shapes() -> None:
    district = town(DRAWING)
    by, back = cut_atom(
        district, 5, np.array([[float(district.atoms.x[5]) + 9, 0.0], [float(district.atoms.x[5]) + 9, 1e7]])
    )
    drawn = polygon_arrays(district.atoms.geometry)
    after = patched_polygons(drawn, by)
    wanted = polygon_arrays(amended(district, by).atoms.geometry)
    for name in ("xy", "rings", "features", "boxes"):
        assert np.array_equal(getattr(after, name), getattr(wanted, name)), name
    again = patched_polygons(after, back)
    assert np.array_equal(again.xy, drawn.xy)
    assert np.array_equal(again.features, drawn.features)


def test_an_approved_plan_keeps_what_it_rests_on() -> None:
    space = workspace_of(town(DRAWING))
    space.add_scenario("一", space.plan)
    space.do(SetStatus("approved", "文1"))
    with pytest.raises(UserError):
        space.amend(Correction(BuildingCount(0, 5, 1), count_before(space.district, 0), ""))


def test_a_saved_project_holds_what_was_corrected(tmp_path) -> None:
    from gridplanner.io.project.project import open_project, save_project
    from gridplanner.workspace.usecases import judge

    space = workspace_of(town(DRAWING))
    space.add_scenario("一", space.plan)
    x, y = float(space.district.atoms.x[1]), float(space.district.atoms.y[1])
    by, back = cut_atom(space.district, 1, np.array([[x + 9, y - 99], [x + 9, y + 99]]))
    space.amend(Correction(by, back, "切开"))
    space.amend(
        Correction(BuildingCount(2, 7, 3, "社区", "2026-11-20"), count_before(space.district, 2), "改")
    )
    space.do(MoveAtoms((12,), 1))
    save_project(tmp_path / "项目.gpkg", space.contents)
    found = open_project(tmp_path / "项目.gpkg")
    same(found.district, space.district)
    assert (found.scenarios["一"].plan.assignment == space.plan.assignment).all()
    assert not found.amendments, "what is saved needs no correction any more"
    assert any("BuildingCount" in entry.action for entry in found.journal)
    judged = judge(found.district, found.scenarios["一"].plan, found.rules, found.waivers)
    assert judged.measures is not None


def cut_through(space: Workspace, atom: int) -> Correction:
    x, y = float(space.district.atoms.x[atom]), float(space.district.atoms.y[atom])
    return Correction(*cut_atom(space.district, atom, np.array([[x + 9, y - 99], [x + 9, y + 99]])), "切开")


def test_a_correction_made_before_the_first_plan_can_be_taken_back_after_it() -> None:
    space = workspace_of(town(DRAWING))
    untouched = space.district
    space.amend(cut_through(space, 1))
    space.amend(Correction(BuildingCount(3, 150, 60), count_before(space.district, 3), "改"))
    space.do(MoveAtoms((12,), 1))
    space.do(EditGrid(0, name="甲"))
    assert space.contents.current, "the first command begins a plan"
    labels = []
    while space.undo_label:
        labels.append(space.undo_label)
        space.undo()
    assert labels[-2:] == ["改", "切开"]
    assert len(labels) == 4
    same(space.district, untouched)
    assert (space.plan.assignment == untouched.plan_today().assignment).all()
    assert len(space.contents.amendments) == 4, "each step and its way back, in order"
    while space.redo_label:
        space.redo()
    assert (space.plan.assignment[12], space.plan.grids[0].name, space.district.atoms.people[3]) == (
        1,
        "甲",
        150,
    )


def test_corrections_stay_undoable_whatever_plan_is_opened() -> None:
    space = workspace_of(town(DRAWING))
    space.add_scenario("一", space.plan)
    untouched = space.contents.scenarios["一"]
    space.amend(cut_through(space, 1))
    space.set_notes("一", "记")
    space.add_scenario("二", space.plan)
    space.do(MoveAtoms((12, 2), 0))
    space.open_scenario("一")
    assert space.undo_label == "切开", "steps of the other plan and notes are no steps of this one"
    space.undo()
    assert space.undo_label == ""
    assert [len(s.plan.assignment) for s in space.contents.scenarios.values()] == [12, 12]
    assert space.contents.scenarios["二"].plan.assignment[2] == 0, "what was edited meanwhile stays"
    assert (space.plan.assignment == untouched.plan.assignment).all()
    space.redo()
    assert space.contents.scenarios["二"].plan.assignment[12] == 0
    assert len(space.contents.amendments) == 3


def test_a_new_community_is_taken_back_under_a_plan_with_grids_of_its_own() -> None:
    space = workspace_of(town("AABB\nAABB", "1122\n1122"))
    codes = [str(c) for c in space.district.communities.codes]
    mine = np.flatnonzero(space.district.atoms.community == 0)[:2]
    new = NewCommunity("新社区")
    space.amend(split_community(space.district, codes[0], mine, new))
    home = int(space.district.atoms.community[mine[0]])
    space.do(NewGrid(tuple(int(a) for a in mine)))
    assert space.plan.grids[-1].community == home
    while space.undo_label:
        space.undo()
    assert [str(c) for c in space.district.communities.codes] == codes
    assert max(g.community for g in space.plan.grids) < len(codes)


def test_an_approved_plan_keeps_its_ground_from_undo_as_well() -> None:
    space = workspace_of(town(DRAWING))
    space.amend(cut_through(space, 1))
    space.add_scenario("一", space.plan)
    space.do(SetStatus("approved", "文1"))
    space.add_scenario("二", space.plan.renamed("二"))
    with pytest.raises(UserError):
        space.undo()
    assert len(space.district.atoms) == 13
