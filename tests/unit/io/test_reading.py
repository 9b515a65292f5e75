# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers as offices have them: each loss is told with row and cause, each doubt refused in one sentence."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import openpyxl
import pyproj
import pytest
import shapefile
import shapely

from gridplanner.errors import UserError
from gridplanner.io.geojson_reader import read_geojson
from gridplanner.io.placements import remember_placements
from gridplanner.io.reading import read_layers
from gridplanner.model.layers import LayerSpec

PRJ = pyproj.CRS.from_epsg(4545).to_wkt("WKT1_ESRI")
X, Y = 475_000.0, 3_525_000.0


def boxes(n: int, x: float = X, y: float = Y, size: float = 100.0) -> list:
    return [shapely.box(x + i * size, y, x + (i + 1) * size, y + size) for i in range(n)]


def write_shp(path: Path, shapes, rows, fields, encoding="utf-8", prj=PRJ, cpg=None) -> Path:
    writer = shapefile.Writer(str(path), encoding=encoding)
    for field in fields:
        writer.field(*field)
    for shape, row in zip(shapes, rows, strict=True):
        if shape is None:
            writer.null()
        elif shape.geom_type == "Point":
            writer.point(shape.x, shape.y)
        else:
            writer.shape(shape.__geo_interface__)
        writer.record(*row)
    writer.close()
    if prj:
        path.with_suffix(".prj").write_text(prj)
    cpg_file = path.with_suffix(".cpg")
    if cpg is not None:
        cpg_file.write_text(cpg)
    else:
        cpg_file.unlink(missing_ok=True)
    return path


COMMUNITY_FIELDS = [("SQDM", "C", 12), ("SQMC", "C", 40)]


def communities(folder: Path, n: int = 3, **options) -> Path:
    rows = [(f"51999900100{i}", f"示例{i}社区") for i in range(1, n + 1)]
    return write_shp(folder / "communities.shp", boxes(n), rows, COMMUNITY_FIELDS, **options)


def read(folder: Path, nets=None, ask=None, **specs):
    return read_layers(
        {role: spec if isinstance(spec, LayerSpec) else LayerSpec(spec) for role, spec in specs.items()},
        {name: LayerSpec(path) for name, path in (nets or {}).items()},
        folder,
        ask,
    )


def rules(layers, rule):
    return [finding for finding in layers.findings if finding.rule == rule]


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize("label", [None, "UTF-8", "GBK", "ANSI 936", "OEM", "ISO-8859-1", "65001"])
def test_texts_are_right_whatever_the_label_says(tmp_path, codec, label):
    communities(tmp_path, encoding=codec, cpg=label)
    layers = read(tmp_path, communities="communities.shp")
    assert layers.layers["communities"].texts("name").tolist() == ["示例1社区", "示例2社区", "示例3社区"]


def test_a_lying_label_is_told(tmp_path):
    communities(tmp_path, encoding="gbk", cpg="UTF-8")
    assert "UTF-8" in rules(read(tmp_path, communities="communities.shp"), "read.encoding")[0].text


def test_missing_prj_is_refused_with_the_likely_crs_or_asked(tmp_path):
    communities(tmp_path, prj="")
    # Metres without a zone number fit every zone: none is called the likely one.
    with pytest.raises(UserError, match="EPSG:4545") as told:
        read(tmp_path, communities="communities.shp")
    assert "EPSG:4549" in str(told.value) and "很可能" not in str(told.value)
    asked = []
    layers = read(tmp_path, communities="communities.shp", ask=lambda q: asked.append(q) or q.choices[0])
    assert layers.crs == "EPSG:4545"
    assert asked[0].kind == "crs"
    named = read(tmp_path, communities=LayerSpec("communities.shp", crs="EPSG:4545"))
    assert named.crs == "EPSG:4545"


def test_zone_number_that_is_not_declared_is_noticed(tmp_path):
    rows = [("1", "甲社区")]
    write_shp(tmp_path / "c.shp", boxes(1, x=36_475_000.0), rows, COMMUNITY_FIELDS)
    layers = read(tmp_path, communities="c.shp")
    assert layers.crs == "EPSG:4524"
    assert rules(layers, "read.crs")


def test_swapped_axes_are_turned(tmp_path):
    shape = shapely.box(31.85, 106.75, 31.86, 106.76)
    feature = {
        "type": "Feature",
        "properties": {"SQDM": "1", "SQMC": "甲"},
        "geometry": shape.__geo_interface__,
    }
    (tmp_path / "c.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    layers = read(tmp_path, communities="c.geojson")
    assert layers.crs == "EPSG:4545"
    assert rules(layers, "read.axes")
    x, y = shapely.centroid(layers.layers["communities"].geometry[0]).coords[0]
    assert 381_000 < x < 383_000 and 3_525_000 < y < 3_527_000


def test_zone_is_chosen_by_share_of_area_not_by_the_first(tmp_path):
    shapes = [shapely.box(106.3, 31.8, 106.31, 31.81), shapely.box(106.6, 31.8, 106.9, 31.9)]
    features = [
        {"type": "Feature", "properties": {"SQDM": str(i), "SQMC": "甲"}, "geometry": shape.__geo_interface__}
        for i, shape in enumerate(shapes)
    ]
    (tmp_path / "c.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert read(tmp_path, communities="c.geojson").crs == "EPSG:4545"


def test_gcj_is_declared_and_moves_by_some_hundred_metres(tmp_path):
    features = [
        {
            "type": "Feature",
            "properties": {"SQDM": "1"},
            "geometry": shapely.box(106.75, 31.85, 106.76, 31.86).__geo_interface__,
        }
    ]
    (tmp_path / "c.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    plain = read(tmp_path, communities="c.geojson").layers["communities"].geometry[0]
    moved = read(tmp_path, communities=LayerSpec("c.geojson", crs="GCJ-02")).layers["communities"].geometry[0]
    assert 400 < plain.centroid.distance(moved.centroid) < 520


def test_rows_without_a_partner_are_told_and_kept(tmp_path):
    path = communities(tmp_path, n=8)
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    head, size = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[4:8] = (5).to_bytes(4, "little")
    dbf.write_bytes(data[: head + 5 * size] + b"\x1a")
    layers = read(tmp_path, communities="communities.shp")
    assert len(layers.layers["communities"]) == 8
    assert any("8" in f.text and "5" in f.text for f in rules(layers, "read.count"))


def test_missing_shx_is_made_up_for_without_touching_the_folder(tmp_path):
    communities(tmp_path).with_suffix(".shx").unlink()
    layers = read(tmp_path, communities="communities.shp")
    assert len(layers.layers["communities"]) == 3
    assert not (tmp_path / "communities.shx").exists()


def test_bow_tie_keeps_both_wings_and_is_counted(tmp_path):
    tie = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    write_shp(tmp_path / "c.shp", [tie, *boxes(1, x=X + 500)], [("1", "甲"), ("2", "乙")], COMMUNITY_FIELDS)
    layers = read(tmp_path, communities="c.shp")
    assert layers.layers["communities"].geometry[0].area == pytest.approx(5000)
    assert rules(layers, "read.repaired")[0].subjects == ("1",)


def test_null_and_duplicate_shapes_are_told(tmp_path):
    shapes = [*boxes(2), None, boxes(1)[0]]
    rows = [(str(i), "甲") for i in range(4)]
    write_shp(tmp_path / "c.shp", shapes, rows, COMMUNITY_FIELDS)
    layers = read(tmp_path, communities="c.shp")
    assert rules(layers, "read.geometry")[0].subjects == ("3",)
    assert rules(layers, "read.duplicate")[0].subjects == ("4",)
    assert len(layers.layers["communities"]) == 4


def test_swapped_layers_are_refused(tmp_path):
    communities(tmp_path)
    points = [shapely.Point(X + 10 * i, Y + 5) for i in range(5)]
    write_shp(tmp_path / "b.shp", points, [(str(i),) for i in range(5)], [("JZWBM", "C", 9)])
    with pytest.raises(UserError, match=r"社区.*b\.shp"):
        read(tmp_path, communities="b.shp", buildings="communities.shp")


def test_layers_that_do_not_meet_are_refused_with_the_distance(tmp_path):
    communities(tmp_path)
    write_shp(tmp_path / "b.shp", [shapely.Point(X + 50_000, Y)], [("1",)], [("JZWBM", "C", 9)])
    with pytest.raises(UserError, match=r"49\.7"):
        read(tmp_path, communities="communities.shp", buildings="b.shp")


@pytest.mark.parametrize(("cell", "word"), [("-5", "-5"), ("很多", "很多")])
def test_negative_or_textual_people_are_refused_with_the_row(tmp_path, cell, word):
    fields = [("JZWBM", "C", 9), ("RK", "C", 12)]
    write_shp(tmp_path / "b.shp", [shapely.Point(X, Y)] * 2, [("1", "12"), ("2", cell)], fields)
    with pytest.raises(UserError, match=word) as caught:
        read(tmp_path, buildings="b.shp")
    assert "2" in str(caught.value)


def test_numbers_as_offices_write_them(tmp_path):
    fields = [("JZWBM", "C", 9), ("RK", "C", 20)]
    cells = ["1,469", "１２", "328人", "", " 7 "]
    shapes = [shapely.Point(X + i, Y) for i in range(5)]
    write_shp(tmp_path / "b.shp", shapes, list(zip("12345", cells, strict=True)), fields)
    people = read(tmp_path, buildings="b.shp").layers["buildings"].numbers("people")
    assert people[[0, 1, 2, 4]].tolist() == [1469, 12, 328, 7]
    assert np.isnan(people[3])


def test_empty_layer_and_missing_file_are_refused(tmp_path):
    write_shp(tmp_path / "c.shp", [], [], COMMUNITY_FIELDS)
    with pytest.raises(UserError, match=r"c\.shp"):
        read(tmp_path, communities="c.shp")
    with pytest.raises(UserError, match=r"nowhere\.shp"):
        read(tmp_path, communities="nowhere.shp")


@pytest.mark.parametrize(
    "path",
    [
        "/vsizip/a.zip",
        "http://example.org/a.shp",
        "CSV:/etc/passwd",
        "PG:dbname=x",
        "/vsicurl/x",
        "a.vrt",
        "plan.dwg",
    ],
)
def test_doors_that_stay_shut(tmp_path, path):
    (tmp_path / "a.vrt").write_text("<OGRVRTDataSource/>")
    (tmp_path / "plan.dwg").write_bytes(b"AC1032")
    with pytest.raises(UserError):
        read(tmp_path, communities=path)


def test_wrong_field_name_names_the_nearest(tmp_path):
    communities(tmp_path)
    with pytest.raises(UserError, match="SQDM"):
        read(tmp_path, communities=LayerSpec("communities.shp", fields={"code": "SQDN"}))


def ledger(path: Path, rows: list[list]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["示例区楼栋人口台账"])
    sheet.merge_cells("A1:D1")
    sheet.append(["小区", "楼栋编码", "户数（户）", "人口（人）"])
    for row in rows:
        sheet.append(row)
    sheet.append(["合计", None, 999, 9999])
    book.save(path)


def people_case(tmp_path, rows):
    communities(tmp_path)
    points = [shapely.Point(X + 10 + 20 * i, Y + 5) for i in range(3)]
    write_shp(tmp_path / "b.shp", points, [("B1",), ("B2",), ("B3",)], [("JZWBM", "C", 9)])
    ledger(tmp_path / "people.xlsx", rows)
    return read(tmp_path, communities="communities.shp", buildings="b.shp", people="people.xlsx")


def test_people_are_joined_added_up_and_none_is_dropped(tmp_path):
    rows = [["甲", "B1", 10, 30], ["甲", "B1", 2, "1,005"], ["乙", "B2", 4, 11], ["丙", "B9", 1, 2]]
    layers = people_case(tmp_path, rows)
    buildings, people = layers.layers["buildings"], layers.layers["people"]
    assert buildings.numbers("people")[:2].tolist() == [1035, 11]
    assert np.isnan(buildings.numbers("people")[2])
    assert people.extra["placed"].tolist() == [1, 1, 1, 0]
    assert people.numbers("people").sum() == 1048
    assert any(f.people == 2 and f.subjects == ("6",) for f in rules(layers, "read.unplaced"))
    assert rules(layers, "read.totals")[0].subjects == ("7",)


def test_rows_placed_by_hand_stay_placed(tmp_path):
    rows = [["老街", "", 4, 11]]
    assert people_case(tmp_path, rows).layers["people"].extra["placed"].tolist() == [0]
    remember_placements(tmp_path, {("老街", ""): "B9"})
    remember_placements(tmp_path, {("老街", ""): "B2", ("别处", "临时点"): "B1"})
    layers = people_case(tmp_path, rows)
    assert layers.layers["people"].extra["placed"].tolist() == [1]
    assert layers.layers["buildings"].numbers("people")[1] == 11


def test_codes_that_became_floats_are_mended_or_told(tmp_path):
    (tmp_path / "people.csv").write_bytes("楼栋编码,人口\n519999001.0,5\n5.19999E+11,7\n".encode("gbk"))
    points = [shapely.Point(X + 10 + 20 * i, Y + 5) for i in range(2)]
    write_shp(tmp_path / "b.shp", points, [("519999001",), ("519999002",)], [("JZWBM", "C", 12)])
    layers = read(tmp_path, buildings="b.shp", people="people.csv")
    assert layers.layers["buildings"].numbers("people")[0] == 5
    assert rules(layers, "read.code")[0].subjects == ("3",)


def test_old_datum_is_not_moved_blindly(tmp_path):
    communities(tmp_path)
    old = pyproj.CRS.from_epsg(2381).to_wkt("WKT1_ESRI")
    write_shp(tmp_path / "b.shp", [shapely.Point(X + 5, Y + 5)], [("1",)], [("JZWBM", "C", 9)], prj=old)
    with pytest.raises(UserError, match="Xian"):
        read(tmp_path, communities="communities.shp", buildings="b.shp")


def test_web_mercator_is_never_planned_in(tmp_path):
    shape = shapely.box(11_883_000, 3_740_000, 11_884_000, 3_741_000)
    prj = pyproj.CRS.from_epsg(3857).to_wkt("WKT1_ESRI")
    write_shp(tmp_path / "c.shp", [shape], [("1", "甲")], COMMUNITY_FIELDS, prj=prj)
    layers = read(tmp_path, communities="c.shp")
    assert layers.crs == "EPSG:4545"
    assert layers.layers["communities"].geometry[0].area < 0.75e6


def test_sample_reads_whole(tmp_path):
    from gridplanner.workspace.config import load_config

    sample = Path(__file__).parents[3] / "sample_shapefiles" / "config.toml"
    if not sample.is_file():
        pytest.skip("no sample district")
    config = load_config(sample)
    layers = read_layers(config.layers, config.nets, config.base)
    assert layers.crs == "EPSG:4545"
    assert not [f for f in layers.findings if f.severity == "error"]
    placed = layers.layers["people"].extra["placed"] == 1
    people = layers.layers["people"].numbers("people")
    assert np.nansum(layers.layers["buildings"].numbers("people")) == people[placed].sum()


@pytest.mark.parametrize(
    "prj",
    ["garbage", "ROJCS[", 'LOCAL_CS["Drawing"]', "CGCS2000_3_Degree_GK_CM_108", "\0\0\0", '{"type": 1}'],
)
def test_a_prj_that_names_nothing_is_asked_about_at_once(tmp_path, prj):
    communities(tmp_path, prj=prj)
    started = time.process_time()
    with pytest.raises(UserError, match="EPSG:4545"):
        read(tmp_path, communities="communities.shp")
    assert time.process_time() - started < 1


def test_a_prj_that_contradicts_its_own_name_is_told(tmp_path):
    communities(tmp_path, prj=PRJ.replace("108.0", "109.0"))
    assert "CM 108E" in rules(read(tmp_path, communities="communities.shp"), "read.crs")[0].text


def test_an_unknown_word_for_the_system_is_named_itself(tmp_path):
    """The user's own word is quoted, not blamed on the file."""
    communities(tmp_path)
    spec = LayerSpec(path="communities.shp", crs="西安八零", fields={"code": "SQDM", "name": "SQMC"})
    with pytest.raises(UserError, match="西安八零"):
        read_layers({"communities": spec}, {}, tmp_path)


def test_an_open_ring_of_geojson_is_closed_and_told(tmp_path):
    ring = [[106.7, 31.8], [106.71, 31.8], [106.71, 31.81]]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring + more]}}
        for more in ([], ring[:1])
    ]
    path = tmp_path / "open.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    table = read_geojson(path)
    assert [(f.rule, f.subjects) for f in table.findings] == [("read.geometry", ("1",))]
    assert table.geometry[0].equals(table.geometry[1])
