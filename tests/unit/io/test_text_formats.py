# SPDX-License-Identifier: LGPL-3.0-or-later
"""KML, DXF and GeoParquet: every cell and vertex that the format holds, every loss named."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.io import writing
from gridplanner.io.drawing import polygons_of_drawing
from gridplanner.io.raw import objects
from gridplanner.io.sources import open_layer
from gridplanner.io.text_checks import read_entities
from gridplanner.io.writing import losses, write_vector
from gridplanner.model.layers import Layer

CRS = "EPSG:4545"
X, Y = 434_000.0, 3_527_000.0


def grids() -> Layer:
    """Four rows: a hole, two parts, none, and a plain one; two kinds."""
    hole = shapely.difference(shapely.box(X, Y, X + 90, Y + 90), shapely.box(X + 20, Y + 20, X + 40, Y + 40))
    two = shapely.MultiPolygon(
        [shapely.box(X + 100, Y, X + 150, Y + 50), shapely.box(X + 100, Y + 60, X + 120, Y + 90)]
    )
    plain = shapely.Polygon([(X + 200.123456, Y), (X + 260, Y + 0.5), (X + 230, Y + 77.7777)])
    fields = {
        "WGBM": objects([f"51190200100100{i}" for i in range(4)]),
        "WGMC": objects(["第一<网格>&", "王䶮院", "", "a\"b'c"]),
        "WGLX": objects(["综合", "专属", "综合", "综合"]),
        "RK": np.array([1500, 0, 7, -1]),
        "FWBJ": np.array([398.25, np.nan, 1e-7, 123456789.125]),
    }
    return Layer("grids", "", objects([hole, two, None, plain]), fields)


@pytest.mark.parametrize("suffix", ["kml", "dxf", "parquet"])
def test_what_the_format_holds_reads_back(tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    layer = grids()
    told = write_vector(layer, tmp_path / f"g.{suffix}", CRS, format=suffix)
    assert set(told) == set(losses(layer, suffix))


@pytest.mark.parametrize(
    ("suffix", "old", "new"),
    [
        ("kml", "第一", "第二"),
        ("kml", "<value>1500<", "<value>1501<"),
        ("kml", "</coordinates>", " 106.0,31.0</coordinates>"),
        ("dxf", "434000.0000", "434000.0002"),
        ("dxf", "网格_专属", "网格_综合"),
        ("dxf", "a\"b'c", "a"),
        ("dxf", "\r\n70\r\n1\r\n0\r\nVERTEX", "\r\n70\r\n0\r\n0\r\nVERTEX"),
    ],
)
def test_anything_else_on_the_disk_is_refused(tmp_path, monkeypatch, suffix, old, new):
    name = f"{suffix}_text"
    honest = getattr(writing, name)

    def tampered(*arguments):
        text = honest(*arguments)
        assert old in text
        return text.replace(old, new, 1) if suffix == "kml" else new.join(text.rsplit(old, 1))

    monkeypatch.setattr(writing, name, tampered)
    with pytest.raises(UserError):
        write_vector(grids(), tmp_path / f"g.{suffix}", CRS, format=suffix)
    assert not list(tmp_path.iterdir())


def test_losses_of_a_drawing_are_named(tmp_path):
    layer = grids()
    layer.fields["WGMC"][1] = "𠮷家院"
    told = {f.rule: f for f in losses(layer, "dxf")}
    assert told["write.shape"].subjects == ("3",)
    assert told["write.text"].subjects == ("2",)
    assert "RK" in told["write.columns"].text


def test_control_characters_are_named_for_kml(tmp_path):
    layer = grids()
    layer.fields["WGMC"][0] = "第一\x07网格"
    (told,) = losses(layer, "kml")
    assert told.subjects == ("1",)
    assert write_vector(layer, tmp_path / "g.kml", CRS, format="kml") == (told,)


def test_our_drawing_becomes_the_same_areas_again(tmp_path):
    layer = grids()
    write_vector(layer, tmp_path / "g.dxf", CRS, format="dxf")
    raw = open_layer(tmp_path / "g.dxf")
    assert set(raw.columns["Layer"]) == {"网格_综合", "网格_专属"}
    back = polygons_of_drawing(raw)
    areas = dict(zip(back.columns["name"].tolist(), shapely.area(back.geometry).tolist(), strict=True))
    assert areas["第一<网格>&"] == pytest.approx(layer.geometry[0].area, abs=0.1)
    assert areas["a\"b'c"] == pytest.approx(layer.geometry[3].area, abs=0.1)
    assert areas["王䶮院"] in (pytest.approx(2500, abs=0.1), pytest.approx(600, abs=0.1))


def test_geoparquet_carries_crs_and_types(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    layer = grids()
    write_vector(layer, tmp_path / "g.parquet", CRS, format="parquet")
    table = parquet.read_table(tmp_path / "g.parquet")
    about = json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]
    assert about["crs"]["id"] == {"authority": "EPSG", "code": 4545}
    assert about["geometry_types"] == ["MultiPolygon"]
    assert table["WGBM"].to_pylist() == layer.fields["WGBM"].tolist()
    assert table["FWBJ"].to_pylist()[1] is None
    frame = pytest.importorskip("geopandas").read_parquet(tmp_path / "g.parquet")
    assert frame.area.sum() == pytest.approx(float(np.nansum(shapely.area(layer.geometry))))


@settings(max_examples=25, deadline=None)
@given(name=st.text(max_size=30), kind=st.text(max_size=10))
def test_any_text_is_written_or_named(tmp_path_factory, name, kind):
    folder = tmp_path_factory.mktemp("t")
    box = objects([shapely.box(X, Y, X + 9, Y + 9)])
    layer = Layer("grids", "", box, {"WGMC": objects([name]), "WGLX": objects([kind])})
    for suffix in ("kml", "dxf"):
        assert set(write_vector(layer, folder / f"g.{suffix}", CRS, format=suffix)) == set(
            losses(layer, suffix)
        )


def test_entities_are_read_with_their_vertices():
    text = "\r\n".join(
        ["0", "SECTION", "2", "ENTITIES", "0", "POLYLINE", "8", "a", "70", "1"]
        + [
            "0",
            "VERTEX",
            "8",
            "a",
            "10",
            "1.0",
            "20",
            "2.0",
            "0",
            "SEQEND",
            "0",
            "POINT",
            "8",
            "b",
            "10",
            "3",
            "20",
            "4",
        ]
        + ["0", "ENDSEC", "0", "EOF", ""]
    )
    found = list(read_entities(text))
    assert [(e.kind, e.groups.get(8), e.xy) for e in found if e.kind != "ENDSEC"] == [
        ("POLYLINE", "a", [(1.0, 2.0)]),
        ("POINT", "b", []),
    ]
