# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check of loose layers: whatever lies there is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pyogrio
from geopandas import GeoDataFrame
from shapely import LineString, MultiPolygon, Polygon, box

from tests.workflow.conftest import ROOT, run_program

SAMPLE = ROOT / "sample_shapefiles"


def test_grid_layer_alone_is_judged_by_the_people_it_states(tmp_path: Path) -> None:
    done = run_program("check", SAMPLE / "grids.shp", "--json", tmp_path / "f.json", "--lang", "zh_CN")
    assert done.code == 1, done.complained
    findings = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    wrong_size = {code for f in findings if f["rule"] == "people" for code in f["subjects"]}
    assert wrong_size == set(truth["oversize"]) | set(truth["undersize"])
    assert sum(f["rule"] == "overlap" and f["severity"] == "error" for f in findings) == 3


def test_check_of_nothing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.shp").write_bytes(b"")
    done = run_program("check", tmp_path / "empty.shp")
    assert done.code == 2
    assert "Traceback" not in done.complained


def test_nameless_areas_without_code_and_crs_are_grids(tmp_path: Path) -> None:
    areas = [box(x, 3_526_000, x + 1_000, 3_526_500) for x in (383_000, 383_980, 385_100)]
    pyogrio.write_dataframe(GeoDataFrame({"note": list("abc")}, geometry=areas), tmp_path / "shapes.shp")
    asked = run_program("check", tmp_path / "shapes.shp", "--lang", "en")
    assert asked.code == 2
    assert "x 383000 to 386100" in asked.complained
    done = run_program(
        "check", tmp_path / "shapes.shp", "--crs", "EPSG:4545", "--json", tmp_path / "f.json", "--lang", "en"
    )
    assert done.code == 1, done.complained
    findings = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    (overlap,) = (f for f in findings if f["rule"] == "overlap")
    assert set(overlap["subjects"]) == {"1", "2"}
    assert round(overlap["value"]) == 10_000
    assert not {"people", "nesting", "service_radius"} & {f["rule"] for f in findings}


def test_a_row_without_land_does_not_spoil_the_others(tmp_path: Path) -> None:
    """One missing outline once made the whole layer blank land."""
    areas = [None, *(box(x, 3_526_000, x + 500, 3_526_500) for x in (383_000, 383_500, 384_000))]
    frame = GeoDataFrame({"WGBM": list("abcd"), "RK": [1500] * 4}, geometry=areas, crs="EPSG:4545")
    pyogrio.write_dataframe(frame, tmp_path / "grids.gpkg")
    done = run_program("check", tmp_path / "grids.gpkg", "--json", tmp_path / "f.json", "--lang", "en")
    findings = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    assert not [f for f in findings if f["rule"] == "gap"], done.said
    assert [f["people"] for f in findings if f["rule"] == "read.people"] == [1500]
    assert ["a"] in [f["subjects"] for f in findings if f["rule"] == "layer_fault"]


def test_parts_blank_land_and_doubles_of_a_bare_layer_are_each_told_once(tmp_path: Path) -> None:
    """Where each grid is one smallest area, parts and blank land were counted but never said."""

    def cell(column: int, row: int) -> Polygon:
        x, y = 383_000 + 500 * column, 3_526_000 + 500 * row
        return box(x, y, x + 500, y + 500)

    areas = [cell(c, r) for c in range(3) for r in range(3) if (c, r) != (1, 1)]
    areas += [areas[0], MultiPolygon([cell(3, 0), cell(6, 0)])]
    frame = GeoDataFrame({"WGBM": list("abcdefghij"), "RK": [1500] * 10}, geometry=areas, crs="EPSG:4545")
    pyogrio.write_dataframe(frame, tmp_path / "grids.gpkg")
    run_program("check", tmp_path / "grids.gpkg", "--json", tmp_path / "f.json", "--lang", "en")
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    errors = {f["rule"]: (set(f["subjects"]), f["value"], f["people"]) for f in found if f["hard"]}
    assert errors == {
        "overlap": ({"a", "i"}, 250_000, 1500),
        "gap": (set("bdeg"), 250_000, 0),
        "contiguity": ({"j"}, 2, 750),
    }


def test_lines_alone_are_nothing_to_check(tmp_path: Path) -> None:
    lines = GeoDataFrame({"note": ["a"]}, geometry=[LineString([(0, 0), (9, 9)])], crs="EPSG:4545")
    pyogrio.write_dataframe(lines, tmp_path / "lines.shp")
    done = run_program("check", tmp_path / "lines.shp", "--lang", "en")
    assert done.code == 2
    assert done.complained.strip().startswith("lines.shp: no layer of areas to check.")


def test_two_layers_of_one_kind_are_not_told_apart_by_guessing(tmp_path: Path) -> None:
    """The second of two layers of communities once passed for grids, and the sentence blamed its columns."""
    frame = GeoDataFrame(
        {"SQDM": ["511902001001"], "SQMC": ["江滨社区"]}, geometry=[box(0, 0, 9, 9)], crs="EPSG:4545"
    )
    for layer in ("500m", "250m"):
        pyogrio.write_dataframe(frame, tmp_path / "two.gpkg", layer=layer)
    done = run_program("check", tmp_path / "two.gpkg", "--lang", "zh_CN")
    assert done.code == 2
    assert "500m" in done.complained and "250m" in done.complained and "社区" in done.complained


def test_boundary_lines_of_a_drawing_are_checked_as_areas(tmp_path: Path) -> None:
    """Lines of a DXF alone were once "nothing to check"; its loose ends come with the areas."""
    x, y = 475_000, 3_526_000
    lines = [
        [(x, y), (x + 300, y), (x + 300, y + 200), (x, y + 200), (x, y + 0.3)],
        [(x + 150, y), (x + 150, y + 200)],
        [(x + 200, y + 50), (x + 240, y + 60)],
    ]
    frame = GeoDataFrame({"Layer": ["0"] * 3}, geometry=[LineString(line) for line in lines])
    pyogrio.write_dataframe(frame, tmp_path / "g.dxf", driver="DXF")
    done = run_program("check", tmp_path / "g.dxf", "--crs", "EPSG:4545", "--lang", "zh_CN")
    assert done.code == 0, done.complained
    assert "围成 2 个面" in done.said and "1 处不超过 0.5 米的缺口" in done.said
    assert done.said.count("未与其他界线相接") == 2
