# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mends of communities as steps: land and people change community, lines become one, all can be undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridplanner.cli.parser import run_command
from gridplanner.errors import UserError
from gridplanner.geometry.defects import coverage_defects
from gridplanner.geometry.mend import Policy
from gridplanner.io.project.project import open_project, save_project
from gridplanner.io.writing import write_vector
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import MENDED_COMMUNITIES, Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.rules.delivered import tier_defects, tiers_of
from gridplanner.workspace.amend.amending import amended, from_row, to_row
from gridplanner.workspace.amend.communities import NewCommunity, convert_community
from gridplanner.workspace.amend.mending import SPLIT_IT, MendChoice, mend_correction, mend_proposals
from gridplanner.workspace.safety.recovery_codec import apply_step, step_between
from gridplanner.workspace.usecases import judge, today
from gridplanner.workspace.workspace import Workspace
from tests.builders import CRS, ORIGIN, SIDE_M, objects, town

Boxes = list[tuple[float, float, float, float]]


def at(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Return a box in units of an atom's side from the lower left corner."""
    x, y = ORIGIN
    return box(x + x0 * SIDE_M, y + y0 * SIDE_M, x + x1 * SIDE_M, y + y1 * SIDE_M)


def delivered(district: District, boxes: Boxes, role: str = "communities", **fields: list[str]) -> District:
    """Return the district with a layer of areas as delivered."""
    codes = fields.pop("code", district.communities.codes.tolist())
    columns = {"code": codes, "name": codes, **fields}
    layer = Layer(role, "", objects([at(*b) for b in boxes]), {k: objects(v) for k, v in columns.items()})
    return replace(district, originals={**district.originals, role: layer})


def disputed() -> District:
    """Community a reaches over b's first atom; the reading counted that atom to a."""
    district = town("AABB", "aaab", people=[10, 20, 30, 40])
    return delivered(district, [(0, 0, 3, 1), (2, 0, 4, 1)])


def faults(district: District) -> list[str]:
    tier = next(t for t in tiers_of(district) if t.role == "communities")
    return [d.kind.value for d in tier_defects(district, tier)]


def opened(district: District) -> Workspace:
    return Workspace(ProjectContents(district, RuleSet(), PlanRequest()))


def test_a_proposal_tells_land_and_people_of_both_communities() -> None:
    (proposal,) = mend_proposals(disputed(), role="communities")
    assert (proposal.action, proposal.fault, proposal.area_m2, proposal.people) == (
        "give",
        "overlap",
        10_000.0,
        30,
    )
    assert proposal.units == tuple(disputed().communities.codes)
    assert (proposal.people_before, proposal.people_after) == ((60, 70), (30, 70))


def test_land_given_away_takes_its_people_along_and_undo_brings_all_back() -> None:
    workspace = opened(disputed())
    before = workspace.district
    answer = mend_correction(before, [MendChoice(0, keeper=1)], role="communities")
    assert answer.correction is not None
    assert answer.concerned.people == 30
    assert answer.concerned.grids == (before.grids_before[1].code,)
    assert answer.concerned.communities == tuple(sorted(before.communities.codes))
    workspace.amend(answer.correction)
    after = workspace.district
    assert after.atoms.community.tolist() == [0, 0, 1, 1]
    assert faults(before) == ["overlap"]
    assert faults(after) == []
    assert after.communities.geometry[1].area == pytest.approx(20_000)
    assert after.originals["communities"] is before.originals["communities"], "as delivered"
    assert after.grids_before[1].community == 1, "today's grid follows most of its areas"
    assert "people_moved" in workspace.contents.journal[-1].parameters
    assert judge(after, today(workspace.contents), RuleSet()).findings is not None
    workspace.undo()
    assert workspace.district is before
    again = amended(after, from_row(to_row(answer.correction.back)))
    assert MENDED_COMMUNITIES not in again.originals
    assert again.atoms.community.tolist() == [0, 0, 0, 1]


def test_a_second_mend_rests_on_the_first_and_its_undo_keeps_it() -> None:
    district = delivered(town("AABBCC", "aaabbc", people=10), [(0, 0, 3, 1), (2, 0, 5, 1), (4, 0, 6, 1)])
    first = mend_correction(district, [MendChoice(0, keeper=1)], role="communities").correction
    assert first is not None
    once = amended(district, first.by)
    assert faults(once) == ["overlap"]
    second = mend_correction(once, [MendChoice(0)], role="communities").correction
    assert second is not None
    twice = amended(once, second.by)
    assert faults(twice) == []
    assert faults(amended(twice, second.back)) == ["overlap"]


def test_halving_moves_whole_areas_by_their_point() -> None:
    district = town("AAAABBBB", "aaaaaabb", people=10)
    district = delivered(district, [(0, 0, 6, 1), (2, 0, 8, 1)])
    (proposal,) = mend_proposals(district, Policy(overlap="split"), "communities")
    assert proposal.people_after == (40, 40)
    answer = mend_correction(district, [MendChoice(0, SPLIT_IT)], role="communities")
    assert answer.correction is not None
    after = amended(district, answer.correction.by)
    assert after.atoms.community.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_gap_goes_to_the_neighbour_and_a_sliver_closes() -> None:
    district = town("AAB\nA.B\nAAB", "aab\naab\naab", people=10)
    ring = shapely.difference(at(0, 0, 2, 3), at(1, 1, 2, 2))
    layer = Layer(
        "communities",
        "",
        objects([ring, at(2, 0, 3, 3)]),
        {"code": district.communities.codes, "name": district.communities.codes},
    )
    district = replace(district, originals={"communities": layer})
    (fill,) = [p for p in mend_proposals(district, role="communities") if p.action == "fill"]
    assert (fill.action, fill.people) == ("fill", 10)
    answer = mend_correction(district, [MendChoice(fill.number, keeper=1)], role="communities")
    assert answer.correction is not None
    after = amended(district, answer.correction.by)
    assert faults(after) == []
    assert int((after.atoms.community == 1).sum()) == 4
    sliver = delivered(town("AABB", "aabb"), [(0, 0, 1.9995, 1), (2, 0, 4, 1)])
    narrow = [p.action for p in mend_proposals(sliver, role="communities")]
    assert narrow == [] or narrow == ["snap"], "open to the outside it is no gap between them"


def test_a_duplicate_community_is_dropped_with_its_areas() -> None:
    district = town("AABB", "aabb", people=10)
    district = delivered(district, [(0, 0, 4, 1), (0, 0, 4, 1)])
    (proposal,) = mend_proposals(district, role="communities")
    assert proposal.action == "drop"
    answer = mend_correction(district, [MendChoice(0)], role="communities")
    assert answer.correction is not None
    after = amended(district, answer.correction.by)
    assert len(after.communities) == 1
    assert set(after.atoms.community.tolist()) == {0}
    assert {record.community for record in after.grids_before} == {0}


def test_land_beyond_the_street_goes_to_a_community_there() -> None:
    district = delivered(town("AABB", "aaab", people=10), [(0, 0, 3, 1), (3, 0, 4, 1)])
    known = replace(district.communities, street_codes=objects(["s1", "s2"]))
    district = delivered(
        replace(district, communities=known), [(0, 0, 2, 1), (2, 0, 4, 1)], "streets", code=["s1", "s2"]
    )
    layer = district.originals["communities"]
    layer = replace(layer, fields={**layer.fields, "street_code": objects(["s1", "s2"])})
    district = replace(district, originals={**district.originals, "communities": layer})
    (cut,) = mend_proposals(district, role="communities")
    assert (cut.action, cut.people, cut.people_after) == ("cut", 10, (20, 20))
    answer = mend_correction(district, [MendChoice(cut.number)], role="communities")
    assert answer.correction is not None
    after = amended(district, answer.correction.by)
    assert after.atoms.community.tolist() == [0, 0, 1, 1]
    assert mend_proposals(after, role="communities") == ()
    rules = {f.rule for f in judge(after, after.plan_today(), RuleSet()).findings}
    assert "street_line" not in rules


def test_a_mend_survives_a_crash_and_a_saved_project(tmp_path: Path) -> None:
    workspace = opened(disputed())
    before = workspace.contents
    answer = mend_correction(workspace.district, [MendChoice(0, keeper=1)], role="communities")
    assert answer.correction is not None
    workspace.amend(answer.correction)
    restored = apply_step(before, step_between(before, workspace.contents))
    assert faults(restored.district) == []
    save_project(tmp_path / "p.gpkg", workspace.contents)
    again = open_project(tmp_path / "p.gpkg").district
    assert faults(again) == []
    assert again.atoms.community.tolist() == [0, 0, 1, 1]
    assert len(again.originals["communities"]) == 2


def test_a_window_without_shapes_follows_all_the_same() -> None:
    district = disputed()
    answer = mend_correction(district, [MendChoice(0, keeper=1)], role="communities")
    assert answer.correction is not None
    bare = replace(district, atoms=replace(district.atoms, geometry=np.full(4, None, dtype=object)))
    assert amended(bare, answer.correction.by).atoms.community.tolist() == [0, 0, 1, 1]


def test_without_a_layer_there_is_nothing_to_mend_and_after_a_reform_no_fault() -> None:
    with pytest.raises(UserError):
        mend_proposals(town("AB"), role="communities")
    district = disputed()
    code = str(district.communities.codes[0])
    converted = amended(district, convert_community(district, code, NewCommunity(name="新名社区")).by)
    assert mend_proposals(converted, role="communities") == ()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 5)] * 4), min_size=2, max_size=4),
    st.sampled_from(["split", "most_people"]),
)
def test_every_area_keeps_a_community_and_no_mend_makes_a_new_fault(corners: list, overlap: str) -> None:
    names = "abcd"[: len(corners)]
    drawing = "\n".join("".join(names[(r + c) % len(names)] for c in range(6)) for r in range(6))
    district = town("\n".join("A" * 6 for _row in range(6)), drawing, people=7)
    boxes = [(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners]
    district = delivered(district, boxes)
    proposals = mend_proposals(district, Policy(overlap=overlap), "communities")
    if not proposals:
        return
    choices = [MendChoice(p.number) for p in proposals]
    answer = mend_correction(district, choices, Policy(overlap=overlap), "communities")
    if answer.correction is None:
        return
    after = amended(district, answer.correction.by)
    assert (after.atoms.community >= 0).all()
    assert int(after.atoms.community.max()) < len(after.communities)
    assert answer.area_balance_m2 == pytest.approx(0, abs=1e-3)
    left = [p for p in mend_proposals(after, role="communities") if not p.small]
    assert len(left) <= len(answer.refused)
    back = amended(after, answer.correction.back)
    assert back.atoms.community.tolist() == district.atoms.community.tolist()


# --- the command line ----------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    district = town("AABBCC\nAABBCC", "aaabbb\naaabbb", people=100)
    district = delivered(district, [(0, 0, 4, 2), (3, 0, 6, 2)])
    path = tmp_path / "p.gpkg"
    save_project(path, ProjectContents(district, RuleSet(people=Band(100, 500)), PlanRequest()))
    return path


def test_a_project_is_mended_and_the_grids_concerned_are_planned_anew(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["mend", str(project), "--layer", "communities"]) == 0
    assert "20,000" in capsys.readouterr().out
    code = str(open_project(project).district.communities.codes[0])
    arguments = ["mend", str(project), "--layer", "communities", "--accept", f"1={code}", "--replan"]
    assert run_command(arguments) == 0
    said = capsys.readouterr().out
    assert "200" in said
    contents = open_project(project)
    assert faults(contents.district) == []
    assert len(contents.scenarios) == 1
    assert "CommunityPatch" in " ".join(entry.action for entry in contents.journal)
    plan = next(iter(contents.scenarios.values())).plan
    homes = [
        {int(c) for c in contents.district.atoms.community[plan.assignment == g]} for g in range(plan.n_grids)
    ]
    assert all(len(home) <= 1 for home in homes), "no grid lies in two communities any more"


def test_loose_communities_go_into_a_new_layer(tmp_path: Path) -> None:
    codes = ["511902001001", "511902001002"]
    shapes = objects([at(0, 0, 3, 1), at(2, 0, 4, 1)])
    layer = Layer("communities", "", shapes, {"SQDM": objects(codes), "SQMC": objects(["甲社区", "乙社区"])})
    source, out = tmp_path / "communities.shp", tmp_path / "mended.gpkg"
    write_vector(layer, source, CRS, format="shp")
    assert run_command(["mend", str(source), "--layer", "communities", "--all", "--out", str(out)]) == 0
    mended = pyogrio.read_dataframe(out)
    assert mended.SQDM.tolist() == codes
    assert not coverage_defects(objects(mended.geometry))
