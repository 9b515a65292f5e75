# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check as a whole: tiers, faults by kind, headline numbers, and its files."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridplanner.errors import UserError
from gridplanner.geometry.tiers import tier_faults
from gridplanner.model.certificate import Certificate
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.summary import build_summary
from gridplanner.reports.workbook import write_workbook
from gridplanner.rules.check import check, measure
from gridplanner.rules.health import health_of
from gridplanner.rules.presets import load_preset
from gridplanner.texts import _
from gridplanner.workspace.checking import Checked, checked_lines, finding_lines, write_checked
from gridplanner.workspace.usecases import compare, judge
from tests.builders import ORIGIN, SIDE_M, objects, plan_of, town


def shifted(district: District, grid: int, metres: float) -> District:
    """Move the eastern line of one of today's grids, so that it overlaps its neighbour."""
    shapes = district.grids_before_geometry.copy()
    x0, y0, x1, y1 = shapes[grid].bounds
    shapes[grid] = box(x0, y0, x1 + metres, y1)
    return replace(district, grids_before_geometry=shapes)


def health(district: District):  # type: ignore[no-untyped-def]  # short for tests
    plan = district.plan_today()
    return health_of(district, plan, measure(district, plan, RuleSet()))


def test_a_clean_town_has_no_faults_and_no_crossing() -> None:
    found = health(town("AABB\nAABB"))
    assert found.faults == ()
    assert found.table()["crossing_people"] == 0
    assert found.table()["balance"] == 100


def test_overlap_counts_its_people_once_in_faults_and_in_crossing() -> None:
    found = health(shifted(town("AABB\nAABB"), 0, 60.0))
    shared = [f for f in found.faults if f.tier == "grids" and f.kind == "overlap"]
    assert [(f.count, f.area_m2, f.people) for f in shared] == [(1, 60 * 2 * SIDE_M, 200)]
    assert found.table()["crossing_people"] == 200


def test_without_buildings_people_on_shared_land_are_estimated_by_land(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    district = shifted(town("AABB\nAABB"), 0, 60.0)
    nobody = np.zeros_like(district.buildings.people)
    district = replace(district, buildings=replace(district.buildings, people=nobody))
    (found,) = (f for f in check(district, district.plan_today(), RuleSet()) if f.rule == "overlap")
    # 60 of the 200 m of either grid and its 400 people; grid A has grown to 260 m.
    assert found.people == 120
    assert "(about 120 people)" in found.text
    assert health(district).table()["crossing_people"] == 120
    empty = replace(district, atoms=replace(district.atoms, people=np.zeros_like(district.atoms.people)))
    (found,) = (f for f in check(empty, empty.plan_today(), RuleSet()) if f.rule == "overlap")
    assert "people" not in found.text


def test_communities_made_up_for_a_loose_layer_are_not_split() -> None:
    district = town("ABA", "aab")
    known = district.communities
    assert [s.level for s in health(district).splits] == ["community", "community"]
    district = replace(district, communities=replace(known, types=objects([""] * len(known))))
    assert health(district).splits == ()


def test_a_layer_with_thousands_of_faults_is_said_in_words_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gridplanner.workspace.checking.MOST_LINES", 2)
    found = Finding(rule="people", severity=Severity.ERROR, text="Too few.")
    lines = finding_lines([found] * 5 + [replace(found, rule="gap", text="Blank.")])
    assert len(lines) == 5
    assert "--json" in lines[-1] and "3" in lines[-1]


def test_a_detached_part_is_no_crossing() -> None:
    found = health(town("ABA"))
    assert [f.kind for f in found.faults if f.tier == "grids"] == ["detached_part"]
    assert found.table()["crossing_m2"] == 0


def test_tiers_are_held_against_each_other() -> None:
    district = town("AABB", "aabb")
    x, y = ORIGIN
    layer = Layer(
        "communities",
        "",
        objects([box(x, y, x + 150, y + 100), box(x + 150, y, x + 420, y + 100)]),
        {"code": district.communities.codes},
    )
    found = health(replace(district, originals={"communities": layer}))
    between = {f.kind: (f.count, f.area_m2, f.people) for f in found.faults if "/" in f.tier}
    assert between == {"outside": (1, 5000.0, 100), "unclaimed": (1, 2000.0, 0)}


def test_an_estate_in_two_grids_is_a_split_with_the_people_of_each_part() -> None:
    found = health(town("AABB", estates="eeef", people=[1, 2, 3, 4]))
    assert [(s.level, s.unit, [p[1] for p in s.parts]) for s in found.splits] == [("estate", "e小区", [3, 3])]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 8)] * 4), min_size=1, max_size=5), st.integers(1, 8))
def test_outside_and_unclaimed_add_up(corners: list[tuple[int, int, int, int]], width: int) -> None:
    """What lies outside, and what is left blank, agree with plain set operations."""
    units = objects(box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners)
    home = objects([box(0, 0, width, 9)])
    found = tier_faults(units, home, np.zeros(len(units), np.int64))
    outside = sum(f.area_m2 for f in found if f.kind == "outside")
    blank = sum(f.area_m2 for f in found if f.kind == "unclaimed")
    assert outside == pytest.approx(sum(shapely.area(shapely.difference(units, home[0]))))
    assert blank == pytest.approx(shapely.difference(home[0], shapely.union_all(units)).area)


def test_every_output_of_a_check(tmp_path: Path) -> None:
    district = shifted(town("AABB\nAABB", estates="eeff\nefff"), 0, 60.0)
    rules = load_preset("bazhou")
    plan = district.plan_today()
    division = judge(district, plan, rules)
    division = replace(division, health=health_of(district, plan, division.measures))
    contents = ProjectContents(district, rules, PlanRequest())
    checked = Checked(contents, division, division.findings)
    write_checked(checked, tmp_path / "f.json", tmp_path / "f.xlsx", tmp_path / "f.gpkg")
    stated = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert len(stated["findings"]) == len(division.findings)
    assert stated["indicators"]["crossing_people"] == 200
    assert stated["counts"]["error"] == sum(f.severity == "error" for f in division.findings)
    sheets = openpyxl.load_workbook(tmp_path / "f.xlsx").sheetnames
    assert len(sheets) == 5
    assert pyogrio.read_info(tmp_path / "f.gpkg", layer="findings")["features"] == len(
        [f for f in division.findings if f.x == f.x]
    )
    faults = pyogrio.read_dataframe(tmp_path / "f.gpkg", layer="faults")
    assert faults[faults.kind == "overlap"].area.sum() == pytest.approx(12_000)
    assert len(checked_lines(checked)) > len(division.findings)


def test_a_full_disk_leaves_the_old_list_of_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    district = town("AABB")
    plan = district.plan_today()
    division = judge(district, plan, RuleSet())
    checked = Checked(ProjectContents(district, RuleSet(), PlanRequest()), division, division.findings)

    def half(_findings: object, path: Path, *_more: object) -> None:
        path.write_text('{"find', encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "f.json").write_text("old", encoding="utf-8")
    monkeypatch.setattr("gridplanner.workspace.checking.write_findings_json", half)
    with pytest.raises(UserError):
        write_checked(checked, tmp_path / "f.json")
    assert (tmp_path / "f.json").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["f.json"]


def test_a_plan_over_atoms_has_no_faults_of_layers() -> None:
    district = shifted(town("AABB\nAABB"), 0, 60.0)
    plan = plan_of(district, "XXXY\nXXXY")
    found = health_of(district, plan, measure(district, plan, RuleSet()))
    assert found.faults == ()
    assert [s.level for s in found.splits] == ["old_grid"]
    assert 0 <= found.followed_mean <= 1


def with_layer(
    district: District, role: str, codes: list[str], shapes: list[object], **fields: list[str]
) -> District:
    """Add a layer as delivered."""
    columns = {"code": objects(codes), **{key: objects(values) for key, values in fields.items()}}
    layer = Layer(role, "", objects(shapes), columns)
    return replace(district, originals={**district.originals, role: layer})


def at(x0: float, y0: float, x1: float, y1: float) -> object:
    """Return a box in units of an atom's side from the lower left corner."""
    x, y = ORIGIN
    return box(x + x0 * SIDE_M, y + y0 * SIDE_M, x + x1 * SIDE_M, y + y1 * SIDE_M)


def layer_faults(district: District) -> list[tuple[str, int]]:
    found = check(district, district.plan_today(), RuleSet())
    return [(f.text, f.people) for f in found if f.rule == "layer_fault"]


@pytest.mark.parametrize(
    ("shapes", "word", "people"),
    [
        ([at(0, 0, 3, 1), at(2, 0, 4, 1)], "重叠", 30),
        ([at(0, 0, 4, 1), at(0, 0, 4, 1)], "完全相同", 100),
        ([at(0, 0, 4, 1), at(1, 0, 2, 1)], "位于另一个之内", 20),
        ([at(-1, -1, 5, 2) - at(0, 0, 1, 1)], "空洞", 10),
        ([at(-1, -1, 2, 2) - at(0, 0, 2, 1), at(2, -1, 5, 2) - at(2, 0, 4, 1)], "不属于任何一方", 100),
    ],
)
def test_faults_of_communities_are_told_with_their_people(
    shapes: list[object], word: str, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    district = town("AABB", people=[10, 20, 30, 40])
    codes = [f"51190200100{k + 1}" for k in range(len(shapes))]
    ((text, living),) = layer_faults(with_layer(district, "communities", codes, shapes))
    assert word in text
    assert living == people


def test_street_land_without_a_community_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    district = with_layer(town("AABB"), "streets", ["511902001"], [at(0, 0, 5, 1)])
    code = str(district.communities.codes[0])
    district = with_layer(district, "communities", [code], [at(0, 0, 4, 1)], street_code=["511902001"])
    ((text, _people),) = layer_faults(district)
    assert "10000 平方米" in text


def test_small_faults_of_a_layer_fold_into_one_line() -> None:
    district = with_layer(
        town("AABB"), "communities", ["511902001001", "511902001002"], [at(0, 0, 2, 1), at(1.9995, 0, 4, 1)]
    )
    found = [f for f in check(district, district.plan_today(), RuleSet()) if f.rule == "layer_fault"]
    assert [(f.count, f.severity.value) for f in found] == [(1, "info")]


def test_papers_of_a_plan_carry_the_health_check(tmp_path: Path) -> None:
    district = shifted(town("AABB\nAABB", estates="eeff\nefff"), 0, 60.0)
    contents = ProjectContents(district, load_preset("bazhou"), PlanRequest())
    outcome = compare(contents, plan_of(district, "XXYY\nXXYY"), Certificate())
    summary = build_summary(outcome, seconds=0, cpu_seconds={}, outputs=(), seed=1)
    assert summary["indicators"]["before"]["crossing_people"] == 200
    assert summary["indicators"]["after"]["crossing_people"] == 0
    write_workbook(outcome, tmp_path / "ledger.xlsx")
    book = openpyxl.load_workbook(tmp_path / "ledger.xlsx")
    cells = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert {_("Balance index"), _("Headline indicators"), _("In per cent")} <= cells
    write_plan_document(outcome, tmp_path / "plan.docx")
    titles = [paragraph.text for paragraph in docx.Document(str(tmp_path / "plan.docx")).paragraphs]
    assert any(_("Headline indicators") in title for title in titles)
