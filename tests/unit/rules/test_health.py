# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check as a whole: tiers, faults by kind, headline numbers, and its files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridplanner.geometry.tiers import tier_faults
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.check import measure
from gridplanner.rules.health import health_of
from gridplanner.rules.presets import load_preset
from gridplanner.workspace.checking import Checked, checked_lines, write_checked
from gridplanner.workspace.usecases import judge
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


def test_a_plan_over_atoms_has_no_faults_of_layers() -> None:
    district = shifted(town("AABB\nAABB"), 0, 60.0)
    plan = plan_of(district, "XXXY\nXXXY")
    found = health_of(district, plan, measure(district, plan, RuleSet()))
    assert found.faults == ()
    assert [s.level for s in found.splits] == ["old_grid"]
    assert 0 <= found.followed_mean <= 1
