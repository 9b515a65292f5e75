# SPDX-License-Identifier: LGPL-3.0-or-later
"""Next year's release: changes listed, the plan carried over, street plans merged with their conflicts."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.io.raw import objects
from gridplanner.io.release import carry_over, compare_release, merge_street_plans
from gridplanner.model.layers import Layer


def buildings(codes: str, xs, people=None) -> Layer:
    fields = {"code": objects(list(codes)), "people": np.array(people or [10.0] * len(codes))}
    return Layer(
        "buildings", "b", shapely.points(np.array(xs, float), 5.0), fields, rows=np.arange(1, len(codes) + 1)
    )


def grids(codes, boxes, source="g") -> Layer:
    return Layer(
        "grids",
        source,
        shapely.box(*np.array(boxes, float).T),
        {"code": objects(codes)},
        rows=np.arange(1, len(codes) + 1),
    )


TWO = [(0, 0, 50, 10), (50, 0, 100, 10)]


def test_changes_of_a_release_are_listed_each_once():
    old = buildings("ABCD", [5, 15, 60, 70], [10, 20, 30, 40])
    new = buildings("BCDE", [15.5, 95, 70, 80], [20, 30, 41, 7])
    found = compare_release(old, new)
    assert (found.added, found.removed, found.moved) == (("E",), ("A",), ("C",))
    assert found.recounted == {"D": (40, 41)}
    assert {(f.rule, f.subjects) for f in found.findings} == {
        ("release.added", ("E",)),
        ("release.removed", ("A",)),
        ("release.moved", ("C",)),
        ("release.recounted", ("D",)),
    }
    same = compare_release(old, old)
    assert not same.findings


def test_reshaped_polygons_are_told_and_slivers_are_not():
    old = grids(["1", "2"], TWO)
    new = grids(["1", "2"], [(0, 0, 50, 10.001), (50, 0, 90, 10)])
    assert compare_release(old, new).reshaped == ("2",)


def test_layers_without_codes_cannot_be_compared():
    bare = Layer("buildings", "b", shapely.points([1.0], [1.0]), {})
    with pytest.raises(UserError):
        compare_release(bare, bare)


def test_known_buildings_keep_their_grid_and_new_ones_take_the_one_they_stand_in():
    plan = grids(["G1", "G2"], TWO)
    carried = carry_over(plan, buildings("AB", [10, 60]), buildings("ABCD", [60, 61, 20, 500]))
    assert carried.grid.tolist() == ["G1", "G2", "G1", ""]
    assert [f.subjects for f in carried.findings] == [("A",), ("D",)]


def test_a_grid_across_a_new_community_border_is_told():
    plan = grids(["G1", "G2"], TWO)
    land = Layer(
        "communities",
        "c",
        shapely.box([0, 60], [0, 0], [60, 100], [10, 10]),
        {"code": objects("12"), "name": objects(["甲", "乙"])},
    )
    found = carry_over(plan, buildings("A", [10]), buildings("A", [10]), land).findings
    assert [f.subjects for f in found] == [("G2",)]
    assert found[0].value == pytest.approx(100)


def test_street_plans_are_merged_with_every_conflict():
    one = grids(["1", "2"], TWO, "甲街道.shp")
    other = grids(["2", "3"], [(95, 0, 150, 10), (150, 0, 200, 9)], "乙街道.shp")
    land = Layer("streets", "s", shapely.box([0], [0], [200], [10]), {"code": objects(["S"])})
    merged, findings = merge_street_plans([one, other], land)
    assert merged.texts("code").tolist() == ["1", "2", "2", "3"]
    assert [(f.rule, f.subjects) for f in findings] == [
        ("merge.code", ("2",)),
        ("merge.overlap", ("2", "2")),
        ("merge.gap", ()),
    ]
    assert [round(f.value) for f in findings[1:]] == [50, 50]
    clean, nothing = merge_street_plans([one], Layer("streets", "s", shapely.box([0], [0], [100], [10]), {}))
    assert len(clean) == 2 and not nothing
