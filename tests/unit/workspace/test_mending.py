# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mends of today's grids as steps: figures before and after, by class, undo, journal, recovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridplanner.errors import UserError
from gridplanner.geometry.defects import coverage_defects
from gridplanner.geometry.mend import Policy, propose_mends
from gridplanner.geometry.safely import mend_safely
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.workspace.amend.amending import amended, from_row, to_row
from gridplanner.workspace.amend.mending import (
    SPLIT_IT,
    MendChoice,
    MendProposal,
    mend_correction,
    mend_proposals,
    simplify_correction,
)
from gridplanner.workspace.safety.recovery_codec import apply_step, step_between
from gridplanner.workspace.workspace import Workspace
from tests.builders import ORIGIN, SIDE_M, objects, town


def with_outlines(district: District, **boxes: tuple[float, float, float, float]) -> District:
    """Redraw today's grids by letter, in units of an atom's side from the lower left corner."""
    shapes = district.grids_before_geometry.copy()
    for g, record in enumerate(district.grids_before):
        if record.name[0] in boxes:
            x0, y0, x1, y1 = (v * SIDE_M for v in boxes[record.name[0]])
            shapes[g] = box(ORIGIN[0] + x0, ORIGIN[1] + y0, ORIGIN[0] + x1, ORIGIN[1] + y1)
    return replace(district, grids_before_geometry=shapes)


def overlapping() -> District:
    """A reaches over B's first atom, and the derived coverage counted that atom to A."""
    return with_outlines(town("AAAB", people=[10, 20, 30, 40]), B=(2, 0, 4, 1))


def opened(district: District) -> Workspace:
    return Workspace(ProjectContents(district, RuleSet(), PlanRequest()))


def only(proposals: tuple[MendProposal, ...], action: str) -> MendProposal:
    (found,) = [p for p in proposals if p.action == action]
    return found


def test_a_proposal_tells_land_and_people_before_and_after() -> None:
    proposal = only(mend_proposals(overlapping()), "give")
    assert (proposal.fault, proposal.area_m2, proposal.people) == ("overlap", 10_000.0, 30)
    # Both claim the thirty; B has more people and keeps them.
    assert proposal.keeper == 1
    assert (proposal.people_before, proposal.people_after) == ((60, 70), (30, 70))
    assert (proposal.area_before, proposal.area_after) == ((30_000.0, 20_000.0), (20_000.0, 20_000.0))
    assert set(proposal.choices) == {0, 1, SPLIT_IT}
    assert shapely.Polygon(proposal.rings[0]).area == 10_000.0


def test_giving_the_land_to_the_other_moves_its_atoms_and_undo_brings_them_back() -> None:
    workspace = opened(overlapping())
    before = workspace.district
    number = only(mend_proposals(before), "give").number
    answer = mend_correction(before, [MendChoice(number, keeper=1)])
    assert answer.correction is not None
    assert (answer.done, answer.refused) == ((number,), ())
    assert answer.area_balance_m2 == pytest.approx(0, abs=1e-6)
    workspace.amend(answer.correction)
    after = workspace.district
    assert after.atoms.old_grid.tolist() == [0, 0, 1, 1]
    assert workspace.plan.sums(after.atoms.people).tolist() == [30, 70]
    assert coverage_defects(after.grids_before_geometry) == ()
    assert "give" in workspace.contents.journal[-1].parameters
    workspace.undo()
    assert workspace.district is before
    workspace.redo()
    assert workspace.district.atoms.old_grid.tolist() == [0, 0, 1, 1]


def test_by_the_official_line_land_goes_to_the_grid_of_its_community() -> None:
    district = with_outlines(town("AAAB", "aabb", people=[10, 200, 30, 40]), B=(2, 0, 4, 1))
    assert only(mend_proposals(district), "give").keeper == 0
    assert only(mend_proposals(district, Policy(overlap="official")), "give").keeper == 1


def test_halving_gives_each_its_nearer_part() -> None:
    district = overlapping()
    number = only(mend_proposals(district), "give").number
    answer = mend_correction(district, [MendChoice(number, keeper=SPLIT_IT)])
    assert answer.correction is not None
    after = amended(district, answer.correction.by)
    assert shapely.area(after.grids_before_geometry).tolist() == pytest.approx([25_000.0, 15_000.0])


def test_a_gap_is_filled_and_its_people_counted() -> None:
    district = with_outlines(town("AA.BB\nAA.BB", people=50), A=(0, 0, 2, 2), B=(3, 0, 5, 2))
    walls = with_outlines(town("AAABB\nAA.BB\nAAABB", people=50))
    assert only(mend_proposals(walls), "fill").people == 50
    answer = mend_correction(walls, [MendChoice(only(mend_proposals(walls), "fill").number)])
    assert answer.correction is not None
    assert (amended(walls, answer.correction.by).atoms.old_grid >= 0).all()
    # Blank land that is open to the outside is no gap of the layer.
    assert mend_proposals(district) == ()


def test_a_duplicate_is_dropped_and_a_detached_part_becomes_a_grid() -> None:
    twice = with_outlines(town("AABB"), A=(0, 0, 2, 1), B=(0, 0, 2, 1))
    answer = mend_correction(twice, [MendChoice(only(mend_proposals(twice), "drop").number)])
    assert answer.correction is not None
    after = amended(twice, answer.correction.by)
    assert len(after.grids_before) == len(after.grids_before_geometry) == 1
    assert after.atoms.old_grid.tolist() == [0, 0, -1, -1]
    apart = town("ABA")
    answer = mend_correction(apart, [MendChoice(only(mend_proposals(apart), "explode").number)])
    assert answer.correction is not None
    after = amended(apart, answer.correction.by)
    assert after.atoms.old_grid.tolist() == [0, 1, 2]
    assert [record.code == "" for record in after.grids_before] == [False, False, True]
    assert amended(after, answer.correction.back).grids_before == apart.grids_before


def test_land_beyond_the_community_is_cut_at_its_line() -> None:
    district = town("AAAB", "aabb", people=[1, 2, 3, 4])
    x, y = ORIGIN
    layer = Layer(
        "communities",
        "",
        objects([box(x, y, x + 200, y + 100), box(x + 200, y, x + 400, y + 100)]),
        {"code": district.communities.codes},
    )
    district = replace(district, originals={"communities": layer})
    proposal = only(mend_proposals(district), "cut")
    assert (proposal.people_before, proposal.people_after) == ((6, 4), (3, 7))
    answer = mend_correction(district, [MendChoice(proposal.number)])
    assert answer.correction is not None
    assert amended(district, answer.correction.by).atoms.old_grid.tolist() == [0, 0, 1, 1]


def test_a_mend_survives_a_crash() -> None:
    workspace = opened(overlapping())
    before = workspace.contents
    answer = mend_correction(workspace.district, [MendChoice(0, keeper=1)])
    assert answer.correction is not None
    workspace.amend(answer.correction)
    restored = apply_step(before, step_between(before, workspace.contents))
    assert restored.district.atoms.old_grid.tolist() == [0, 0, 1, 1]
    assert shapely.equals(
        restored.district.grids_before_geometry, workspace.district.grids_before_geometry
    ).all()
    again = from_row(to_row(answer.correction.back))
    assert amended(restored.district, again).atoms.old_grid.tolist() == [0, 0, 0, 1]


def test_a_window_without_shapes_follows_all_the_same() -> None:
    district = overlapping()
    answer = mend_correction(district, [MendChoice(0, keeper=1)])
    assert answer.correction is not None
    nothing = np.full(4, None, dtype=object)
    slim = replace(
        district,
        atoms=replace(district.atoms, geometry=nothing),
        grids_before_geometry=nothing[:2],
    )
    assert amended(slim, answer.correction.by).atoms.old_grid.tolist() == [0, 0, 1, 1]


def test_refusals_are_sentences() -> None:
    district = overlapping()
    with pytest.raises(UserError):
        mend_correction(district, [])
    with pytest.raises(UserError):
        mend_correction(district, [MendChoice(99)])
    with pytest.raises(UserError):
        mend_correction(district, [MendChoice(0, keeper=7)])
    with pytest.raises(UserError):
        simplify_correction(district, 1.0)
    with pytest.raises(UserError):
        mend_proposals(replace(district, grids_before=(), grids_before_geometry=objects([])))


def test_simplified_lines_stay_shared() -> None:
    district = town("AABB\nAABB")
    x, y = ORIGIN
    border = [(x + 200, y), (x + 200.4, y + 50), (x + 199.7, y + 120), (x + 200, y + 200)]
    shapes = objects(
        [
            shapely.Polygon([(x, y), *border, (x, y + 200)]),
            shapely.Polygon([(x + 400, y), (x + 400, y + 200), *border[::-1]]),
        ]
    )
    district = replace(district, grids_before_geometry=shapes)
    after = amended(district, simplify_correction(district, 10.0).by)
    assert shapely.coverage_is_valid(after.grids_before_geometry)
    assert shapely.get_num_coordinates(after.grids_before_geometry).sum() < 14


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=2, max_size=7),
    st.sampled_from(["split", "most_people"]),
)
def test_no_mend_makes_a_new_fault(corners: list[tuple[int, int, int, int]], overlap: str) -> None:
    """However tangled the layer: nothing fresh, no land lost, and what was refused is as it was."""
    shapes = objects(
        box(min(a, c) * 9, min(b, d) * 9, max(a, c) * 9 + 9, max(b, d) * 9 + 9) for a, b, c, d in corners
    )
    mends = propose_mends(shapes, coverage_defects(shapes), Policy(overlap=overlap))
    done, refused = mend_safely(shapes, mends)
    assert done.fresh == ()
    assert done.area_balance_m2 == pytest.approx(0, abs=1e-3)
    assert len(refused) <= len(mends)
    assert all(m in mends or m.defect in [x.defect for x in mends] for m in refused)
