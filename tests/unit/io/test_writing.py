# SPDX-License-Identifier: LGPL-3.0-or-later
"""Export profiles: what a second reader finds is what was meant, or the loss was named before writing."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapefile
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.io import shapefile_writer
from gridplanner.io.dbf_fields import plan_fields, profile_of
from gridplanner.io.raw import objects
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.io.writing import losses, write_vector
from gridplanner.model.layers import Layer

CRS = "EPSG:4545"
PROFILES = ("utf8", "gbk", "gb18030", "utf8+chinese", "gbk+chinese", "gb18030+chinese")
CODECS = {"utf8": "utf-8", "gbk": "gbk", "gb18030": "gb18030"}
ISLAND = shapely.MultiPolygon(
    [
        shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (2, 7), (7, 7), (7, 2)]]),
        shapely.box(4, 4, 5, 5),
    ]
)


def layer(**fields) -> Layer:
    n = len(next(iter(fields.values()))) if fields else 3
    shapes = [shapely.box(500_000 + 10.1 * i, 3_500_000, 500_009 + 10.1 * i, 3_500_009) for i in range(n)]
    columns = {k: objects(v) if isinstance(v, list) else np.asarray(v) for k, v in fields.items()}
    return Layer("grids", "x", objects(shapes), columns, rows=np.arange(1, n + 1))


def write(value: Layer, path: Path, **options):
    return write_vector(value, path, CRS, format=path.suffix[1:], **options)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_cell_and_vertex_as_pyshp_sees_it(tmp_path, profile):
    value = layer(
        WGBM=["519999001001001", "01", ""], WGMC=["第一网格", "龘", "a b"], RK=np.array([1, -2, 10**15])
    )
    value = Layer("grids", "x", objects([ISLAND, None, shapely.box(0.1, 0.2, 1 / 3, 2)]), value.fields)
    assert write(value, tmp_path / "g.shp", profile=profile, aliases={"WGMC": "网格名称"}) == ()
    codec = CODECS[profile.partition("+")[0]]
    with shapefile.Reader(str(tmp_path / "g.shp"), encoding=codec) as reader:
        names = [field[0] for field in reader.fields[1:]]
        assert names == (
            ["WGBM", "WGMC", "RK"]
            if "+" not in profile or profile.startswith("utf8")
            else ["WGBM", "网格名称", "RK"]
        )
        records = [list(record) for record in reader.records()]
        shapes = [
            shapely.geometry.shape(s.__geo_interface__) if s.shapeType else None for s in reader.shapes()
        ]
    assert records == [["519999001001001", "第一网格", 1], ["01", "龘", -2], ["", "a b", 10**15]]
    assert shapes[1] is None
    assert shapes[0].equals(ISLAND)
    assert shapely.get_coordinates(shapes[2]).max() == 2
    assert (tmp_path / "g.dbf").read_bytes()[29] == (0x4D if codec == "gbk" else 0)


def test_gdal_agrees(tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    value = layer(WGMC=["甲", "乙"], MJ=np.array([1.25, np.nan]), CSRQ=["2026-01-02", ""])
    write(value, tmp_path / "g.shp", profile="gbk")
    meta, _fid, wkb, columns = pyogrio.raw.read(str(tmp_path / "g.shp"))
    assert list(columns[0]) == ["甲", "乙"]
    assert columns[1][0] == 1.25 and np.isnan(columns[1][1])
    assert str(columns[2][0]) == "2026-01-02"
    assert meta["crs"] == "EPSG:4545"
    assert shapely.equals_exact(shapely.from_wkb(wkb), value.geometry, normalize=True).all()


@pytest.mark.parametrize("name", ["王䶮", "𠮷野", "㛃"])
def test_characters_that_gbk_lacks_are_named_before_writing(tmp_path, name):
    value = layer(WGY=["李", name, "张"])
    told = losses(value, "shp", "gbk")
    assert told[0].subjects == ("2",) and "WGY" in told[0].text
    assert losses(value, "shp", "gb18030") == losses(value, "shp", "utf8") == ()
    assert write(value, tmp_path / "g.shp", profile="gbk") == told
    assert read_shapefile(tmp_path / "g.shp").columns["WGY"][1].count("?") == 1


def test_long_texts_are_cut_between_characters_and_named(tmp_path):
    value = layer(BZ=["短", "长" * 100])
    told = write(value, tmp_path / "g.shp")
    assert told[0].subjects == ("2",)
    assert read_shapefile(tmp_path / "g.shp").columns["BZ"][1] == "长" * 84


def test_long_and_equal_names_stay_apart(tmp_path):
    value = layer(网格员联系电话=["1"], 网格员联系地址=["2"], Name=["3"], NAME=["4"])
    told = write(value, tmp_path / "g.shp", profile="gbk")
    back = read_shapefile(tmp_path / "g.shp").columns
    assert [v[0] for v in back.values()] == ["1", "2", "3", "4"]
    assert len({name.upper() for name in back}) == 4
    assert all(len(name.encode("gbk")) <= 10 for name in back)
    assert told


def test_stale_sidecars_go_and_strangers_stay(tmp_path):
    for suffix in (".prj", ".qpj", ".shp.xml", ".qix", ".sbn"):
        (tmp_path / f"g{suffix}").write_text("old")
    (tmp_path / "other.prj").write_text("keep")
    write(layer(A=["1"]), tmp_path / "g.shp")
    write(layer(A=["1"]), tmp_path / "g.geojson")
    assert (tmp_path / "g.cpg").exists()
    assert not any((tmp_path / f"g{suffix}").exists() for suffix in (".qpj", ".shp.xml", ".qix", ".sbn"))
    assert "CGCS2000" in (tmp_path / "g.prj").read_text()
    assert (tmp_path / "other.prj").read_text() == "keep"


def test_a_refused_export_leaves_the_old_file_whole(tmp_path):
    write(layer(A=["old"]), tmp_path / "g.shp")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    mixed = Layer(
        "grids", "x", objects([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)]), {"A": objects(["1", "2"])}
    )
    with pytest.raises(UserError):
        write(mixed, tmp_path / "g.shp")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_field_table_holds_each_layer_once(tmp_path):
    for _round in range(2):
        write(layer(WGBM=["1"]), tmp_path / "a.shp", aliases={"WGBM": "网格编码"})
        write(layer(SQDM=["1"]), tmp_path / "b.shp")
    with (tmp_path / "字段说明.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:3] for row in rows[1:]] == [["a", "WGBM", "网格编码"], ["b", "SQDM", "SQDM"]]


def test_geopackage_takes_several_layers_and_plain_sqlite_reads_them(tmp_path):
    path = tmp_path / "out.gpkg"
    first = layer(WGBM=["001", "=1+1"], MJ=np.array([1.5, np.nan]))
    write(first, path, aliases={"WGBM": "网格编码"})
    write(Layer("atoms", "x", first.geometry, {"fid": np.array([7, 8])}), path, append=True)
    write(Layer("atoms", "x", first.geometry, {"fid": np.array([9, 8])}), path, append=True)
    database = sqlite3.connect(path)
    assert database.execute("SELECT WGBM, MJ FROM grids").fetchall() == [("001", 1.5), ("=1+1", None)]
    assert database.execute("SELECT fid_2 FROM atoms").fetchall() == [(9,), (8,)]
    assert database.execute("SELECT count(*) FROM gpkg_contents").fetchone() == (2,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("suffix", ["geojson", "kml", "dxf", "csv", "xlsx", "gdb"])
def test_other_formats_carry_every_row(tmp_path, suffix):
    value = layer(WGBM=["001", "002"], WGMC=["甲<&>", '乙"'], RK=np.array([3, 4]), WGLX=["综合", "专属"])
    path = tmp_path / f"out.{suffix}"
    write(value, path)
    pyogrio = pytest.importorskip("pyogrio")
    kind = pyogrio.list_layers(path)[0, 0]
    # Named, or Windows takes its own code page.
    _meta, _fid, _wkb, columns = pyogrio.raw.read(str(path), layer=kind, encoding="utf-8")
    if suffix == "dxf":
        kinds = {str(v) for v in columns[0]}
        assert kinds == {"网格_综合", "网格_专属"}
        return
    found = dict(zip(_meta["fields"], columns, strict=True))
    assert [str(v) for v in found["WGBM"]] == ["001", "002"]
    assert list(found["WGMC"]) == ["甲<&>", '乙"']


def test_formulas_stay_texts(tmp_path):
    payloads = ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "+1", "-2", "=cmd|' /C calc'!A0"]
    write(layer(WGMC=payloads), tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert [sheet.cell(i + 2, 1).value for i in range(6)] == payloads
    assert all(sheet.cell(i + 2, 1).data_type == "s" for i in range(6))
    write(layer(WGMC=payloads), tmp_path / "o.csv")
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == [f"'{p}" for p in payloads]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_infinity=False), min_size=2, max_size=2))
@example([1499.7498749374688, 0.1])
def test_numbers_keep_their_last_bit(tmp_path, numbers):
    """A number of seventeen digits once stopped the whole workbook: its cell held sixteen."""
    for suffix in ("xlsx", "csv", "gpkg"):
        write(layer(MJ=np.array(numbers)), tmp_path / f"n.{suffix}")
    sheet = openpyxl.load_workbook(tmp_path / "n.xlsx").active
    found = [sheet.cell(row, 1).value for row in (2, 3)]
    assert found == [None if number != number else number for number in numbers]


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=6),
    name=st.text("网格编码名称社区人口户数面积ABC", min_size=1, max_size=12),
    profile=st.sampled_from(PROFILES),
)
def test_lossless_or_named(tmp_path, texts, name, profile):
    """R11: whatever comes back different was named by row and column."""
    value = layer(**{name: texts})
    told = write(value, tmp_path / "h.shp", profile=profile)
    back = next(iter(read_shapefile(tmp_path / "h.shp").columns.values()))
    rows = {int(row) for f in told if f.rule == "write.text" for row in f.subjects}
    from gridplanner.io.encoding import clean_text

    for i, text in enumerate(texts):
        found = "" if back.dtype != object else back[i]
        assert found == clean_text(text) or i + 1 in rows


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.none()), min_size=1, max_size=5
    )
)
def test_numbers_are_right_empty_or_named(tmp_path, values):
    numbers = np.array([np.nan if v is None else v for v in values])
    told = write(layer(MJ=numbers), tmp_path / "n.shp")
    back = read_shapefile(tmp_path / "n.shp").columns["MJ"]
    rows = {int(row) for f in told for row in f.subjects}
    for i, number in enumerate(numbers):
        if i + 1 in rows:
            continue
        found = float(back[i]) if back.dtype != object else np.nan
        assert (np.isnan(number) and np.isnan(found)) or abs(found - number) <= 0.0006


SHAPES = [
    shapely.box(0, 0, 9, 9).difference(shapely.box(2, 2, 3, 3)),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]),
    shapely.Polygon(),
    None,
]


@pytest.mark.parametrize(
    "shapes",
    [
        SHAPES,
        [shapely.Point(1, 2), None],
        [shapely.Point(1, 2), shapely.MultiPoint([(0, 0), (1, 1)])],
        [shapely.LineString([(0, 0), (1, 1), (2, 5)]), shapely.MultiLineString([[(0, 0), (1, 1)]] * 3)],
    ],
)
def test_sizes_are_known_before_a_byte_is_made(tmp_path, monkeypatch, shapes):
    value = Layer("grids", "x", objects(shapes), {"WGMC": objects(["网格"] * len(shapes))})
    write(value, tmp_path / "s.shp")
    fields, _told = plan_fields(value, profile_of("utf8"), {}, {})
    real = {suffix: (tmp_path / f"s{suffix}").stat().st_size for suffix in (".shp", ".shx", ".dbf")}
    assert shapefile_writer.member_sizes(value, fields) == real
    (tmp_path / "s.shp").unlink()
    monkeypatch.setattr(shapefile_writer, "MAX_BYTES", max(real.values()) - 1)
    for attempt in (lambda: losses(value, "shp"), lambda: write(value, tmp_path / "s.shp")):
        with pytest.raises(UserError, match=r"1\.9 GB"):
            attempt()
    assert not (tmp_path / "s.shp").exists()
