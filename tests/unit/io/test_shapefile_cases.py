# SPDX-License-Identifier: LGPL-3.0-or-later
"""The 26 ways in which the usual libraries lose something in a shapefile without a word, one by one.

Each is written by us and read by a reader that is not ours (pyshp), or the other way round: nothing is
lost, or the loss is named by row and column before a byte is written.
"""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

import numpy as np
import pytest
import shapefile
import shapely

from gridplanner.errors import UserError
from gridplanner.io.raw import objects
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.io.writing import losses, write_vector
from gridplanner.model.layers import Layer

CRS = "EPSG:4545"
CODECS = {"utf8": "utf-8", "gbk": "gbk", "gb18030": "gb18030"}
LONG = {"网格编码": ["一"], "网格员联系电话": ["二"], "网格员联系地址": ["三"]}


def layer(fields, shapes=None) -> Layer:
    n = len(next(iter(fields.values()))) if fields else 3
    given = shapes or [shapely.box(5e5 + 11 * i, 35e5, 5e5 + 11 * i + 9, 35e5 + 9) for i in range(n)]
    columns = {k: v if isinstance(v, np.ndarray) else objects(v) for k, v in fields.items()}
    return Layer("grids", "x", objects(given), columns, rows=np.arange(1, len(given) + 1))


def second_reader(path: Path, encoding: str = "utf-8") -> tuple[dict[str, list], list, list]:
    """Return columns, field descriptions and shapes as pyshp sees them."""
    with shapefile.Reader(str(path), encoding=encoding) as reader:
        fields = [list(f)[:4] for f in reader.fields if f[0] != "DeletionFlag"]
        rows = [list(record) for record in reader.records()]
        shapes = [
            None if s.shapeType == 0 else shapely.geometry.shape(s.__geo_interface__) for s in reader.shapes()
        ]
    columns = list(zip(*rows, strict=True)) or [() for _f in fields]
    return {f[0]: list(v) for f, v in zip(fields, columns, strict=True)}, fields, shapes


def write(value: Layer, path: Path, profile: str = "utf8", crs: str = CRS):
    told = write_vector(value, path, crs, format="shp", profile=profile)
    assert set(told) == set(losses(value, "shp", profile))
    return told


def rows_of(told, column: str) -> set[int]:
    return {int(row) for f in told if column in f.text for row in f.subjects}


@pytest.mark.parametrize("profile", ["utf8+chinese", "gbk+chinese", "gb18030+chinese"])
def test_cases_1_and_2_long_chinese_names_stay_readable_and_apart(tmp_path, profile):
    write(layer(LONG), tmp_path / "g.shp", profile)
    columns, fields, _shapes = second_reader(tmp_path / "g.shp", CODECS[profile.partition("+")[0]])
    assert [v[0] for v in columns.values()] == ["一", "二", "三"]
    assert len({f[0] for f in fields}) == 3


def test_case_3_texts_over_254_bytes_are_named_and_cut_between_characters(tmp_path):
    told = write(layer({"BZ": ["网" * 200, "短"]}), tmp_path / "g.shp")
    assert rows_of(told, "BZ") == {1}
    assert second_reader(tmp_path / "g.shp")[0]["BZ"] == ["网" * 84, "短"]


@pytest.mark.parametrize("name", ["王䶮", "𠮷家院", "㛃园"])
def test_case_4_a_character_outside_gbk_is_named_never_dropped(tmp_path, name):
    told = write(layer({"XM": ["甲", name]}), tmp_path / "g.shp", "gbk")
    assert rows_of(told, "XM") == {2}
    assert "?" in second_reader(tmp_path / "g.shp", "gbk")[0]["XM"][1]
    assert not write(layer({"XM": ["甲", name]}), tmp_path / "u.shp")


def test_case_5_gb18030_keeps_every_character(tmp_path):
    assert not write(layer({"XM": ["王䶮", "𠮷㛃"]}), tmp_path / "g.shp", "gb18030")
    assert second_reader(tmp_path / "g.shp", "gb18030")[0]["XM"] == ["王䶮", "𠮷㛃"]
    assert (tmp_path / "g.cpg").read_text() == "GB18030"


def test_cases_6_and_7_moments_are_texts_and_days_are_days(tmp_path):
    moment, day = datetime.datetime(2026, 11, 21, 13, 45, 10), datetime.date(2026, 11, 21)
    write(layer({"SJ": [moment], "RQ": [day], "CSRQ": ["2026-01-02"]}), tmp_path / "g.shp")
    columns, fields, _shapes = second_reader(tmp_path / "g.shp")
    assert [f[1] for f in fields] == ["C", "D", "D"]
    assert columns == {"SJ": ["2026-11-21T13:45:10"], "RQ": [day], "CSRQ": [datetime.date(2026, 1, 2)]}


def test_cases_8_and_9_no_digit_of_a_whole_number_is_lost(tmp_path):
    big = np.array([9007199254740993, 9223372036854775807])
    gap = np.array([1.0, np.nan])
    write(layer({"BIG": big, "GAP": gap, "YES": np.array([True, False])}), tmp_path / "g.shp")
    columns, _fields, _shapes = second_reader(tmp_path / "g.shp")
    assert [int(v) for v in columns["BIG"]] == big.tolist()
    assert columns["GAP"] == [1.0, None]
    assert [int(v) for v in columns["YES"]] == [1, 0]


def test_case_10_empty_texts_stay_empty(tmp_path):
    write(layer({"BZ": ["", "甲"]}), tmp_path / "g.shp")
    assert second_reader(tmp_path / "g.shp")[0]["BZ"] == ["", "甲"]


def test_case_11_nested_values_are_json_not_python(tmp_path):
    write(layer({"LB": [["甲", 1], {"a": "乙"}]}), tmp_path / "g.shp")
    assert second_reader(tmp_path / "g.shp")[0]["LB"] == ['["甲", 1]', '{"a": "乙"}']


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300])
def test_cases_12_and_13_numbers_without_room_are_named_and_left_empty(tmp_path, value):
    told = write(layer({"MJ": np.array([1.5, value, np.nan])}), tmp_path / "g.shp")
    assert rows_of(told, "MJ") == {2}
    assert second_reader(tmp_path / "g.shp")[0]["MJ"] == [1.5, None, None]


def test_rounding_is_named(tmp_path):
    told = write(layer({"MJ": np.array([1.5, 0.12345, 7.0])}), tmp_path / "g.shp")
    assert rows_of(told, "MJ") == {2}


def test_case_14_names_that_differ_by_case_only_are_told(tmp_path):
    told = write(layer({"Name": ["1"], "NAME": ["2"]}), tmp_path / "g.shp")
    assert any("NAME" in f.text for f in told)
    assert [v[0] for v in second_reader(tmp_path / "g.shp")[0].values()] == ["1", "2"]


def test_case_15_more_than_255_columns_are_refused(tmp_path):
    with pytest.raises(UserError, match="255"):
        write_vector(layer({f"C{i}": ["1"] for i in range(256)}), tmp_path / "g.shp", CRS, format="shp")
    assert not list(tmp_path.iterdir())


def test_case_16_a_layer_without_columns_keeps_its_rows(tmp_path):
    write(layer({}), tmp_path / "g.shp")
    assert len(read_shapefile(tmp_path / "g.shp")) == 3
    assert len(second_reader(tmp_path / "g.shp")[2]) == 3


@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.Point(0, 0), shapely.box(0, 0, 1, 1)],
        [shapely.box(0, 0, 1, 1), shapely.Polygon([(0, 0), (np.nan, 1), (1, 1)])],
        [shapely.box(0, 0, 1, 1), shapely.Polygon([(0, 0), (np.inf, 1), (1, 1)])],
    ],
    ids=["mixed", "nan", "inf"],
)
def test_cases_17_18_and_21_a_refused_layer_leaves_the_old_one_whole(tmp_path, shapes):
    write(layer({"A": ["old", "old", "old"]}), tmp_path / "g.shp")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(UserError):
        write_vector(layer({"A": ["1", "2"]}, shapes), tmp_path / "g.shp", CRS, format="shp")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_case_19_no_old_coordinate_system_stays(tmp_path):
    write(layer({"A": ["1"]}), tmp_path / "g.shp")
    for suffix in (".shp.xml", ".qmd", ".qpj"):
        (tmp_path / f"g{suffix}").write_text("old")
    write(layer({"A": ["1"]}), tmp_path / "g.shp", crs="")
    assert {p.suffix for p in tmp_path.glob("g.*")} == {".shp", ".shx", ".dbf", ".cpg"}


def test_case_20_holes_islands_parts_none_and_empty(tmp_path):
    ring = [(0, 0), (9, 0), (9, 9), (0, 9)]
    hole = shapely.Polygon(ring, [[(2, 2), (2, 7), (7, 7), (7, 2)]])
    island = shapely.MultiPolygon([hole, shapely.box(4, 4, 5, 5)])
    high = shapely.Polygon([(*xy, 7.0) for xy in ring])
    given = [hole, island, None, shapely.Polygon(), high]
    write(layer({"A": list("abcde")}, given), tmp_path / "g.shp")
    columns, _fields, shapes = second_reader(tmp_path / "g.shp")
    assert columns["A"] == list("abcde")
    assert shapes[2] is None and shapes[3] is None
    for have, want in ((shapes[0], hole), (shapes[1], island), (shapes[4], shapely.force_2d(high))):
        assert have.equals(want) and have.area == want.area


def written_by_others(folder: Path, encoding: str, label: str | None, language: int) -> Path:
    """Write a set as other programs do."""
    with shapefile.Writer(str(folder / "o"), shapeType=5, encoding=encoding) as writer:
        writer.field("网格名", "C", 60)
        for name in ("滨江一号网格", "王家院", "隆坊社区第三网格"):
            writer.poly([[[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]]])
            writer.record(name)
    table = bytearray((folder / "o.dbf").read_bytes())
    table[29] = language
    (folder / "o.dbf").write_bytes(table)
    (folder / "o.cpg").unlink(missing_ok=True)
    if label is not None:
        (folder / "o.cpg").write_text(label)
    return folder / "o.shp"


@pytest.mark.parametrize(
    ("encoding", "label", "language"),
    [
        ("gbk", None, 0),  # 22: no label at all
        ("gbk", "ANSI 936", 0),  # 23: spellings the usual library does not know
        ("utf-8", "65001", 0),
        ("gbk", "OEM", 0),
        ("utf-8", "GBK", 0),  # 23: a label that lies
        ("gbk", None, 0x4D),  # 24: the language byte alone
        ("gbk", "UTF-8", 0x4D),  # 24: a lying label beside a true byte
    ],
)
def test_cases_22_to_24_the_texts_decide_not_the_label(tmp_path, encoding, label, language):
    back = read_shapefile(written_by_others(tmp_path, encoding, label, language))
    assert back.columns["网格名"].tolist() == ["滨江一号网格", "王家院", "隆坊社区第三网格"]


def test_case_25_a_short_table_drops_no_shape(tmp_path):
    path = written_by_others(tmp_path, "utf-8", "UTF-8", 0)
    table = bytearray((tmp_path / "o.dbf").read_bytes())
    header, size = struct.unpack("<HH", table[8:12])
    table[4:8] = struct.pack("<I", 2)
    (tmp_path / "o.dbf").write_bytes(table[: header + 2 * size])
    back = read_shapefile(path)
    assert len(back) == 3 and shapely.is_valid(back.geometry).all()
    assert any(f.rule == "read.count" for f in back.findings)


@pytest.mark.parametrize(("missing", "rule"), [("dbf", "read.count"), ("prj", ""), ("cpg", ""), ("shx", "")])
def test_case_26_a_missing_member_costs_only_what_was_in_it(tmp_path, missing, rule):
    write(layer({"WGMC": ["滨江一号网格", "王家院", "三网格"]}), tmp_path / "g.shp")
    (tmp_path / f"g.{missing}").unlink()
    before = sorted(p.name for p in tmp_path.iterdir())
    back = read_shapefile(tmp_path / "g.shp")
    assert len(back) == 3 and shapely.is_valid(back.geometry).all()
    assert bool(back.crs) is (missing != "prj")
    assert ("WGMC" in back.columns) is (missing != "dbf")
    if missing != "dbf":
        assert back.columns["WGMC"][0] == "滨江一号网格"
    else:
        assert rule in {f.rule for f in back.findings}
    assert sorted(p.name for p in tmp_path.iterdir()) == before  # nothing written beside the user's file
