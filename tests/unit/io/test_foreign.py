# SPDX-License-Identifier: LGPL-3.0-or-later
"""Formats of other programs: read by content that fits the name, refused where it does not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.io.probe import probe
from gridplanner.io.raw import objects
from gridplanner.io.sources import layers_in, open_layer
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

DRIVERS = {"tab": "MapInfo File", "mif": "MapInfo File", "kml": "KML", "gdb": "OpenFileGDB"}


def write(path: Path) -> list:
    x = 106.75 + 0.001 * np.arange(3)
    shapes = shapely.box(x, 31.85, x + 0.001, 31.851)
    columns = [objects(["甲社区", "乙社区", "丙社区"]), np.array([1, 2, 3], dtype=np.int32)]
    options = {"encoding": "UTF-8"} if path.suffix in (".tab", ".mif") else {}
    pyogrio.raw.write(
        str(path), shapely.to_wkb(shapes), columns, ["SQMC", "RK"], driver=DRIVERS[path.suffix[1:]],
        geometry_type="Polygon", crs="EPSG:4326", layer=path.stem, **options,
    )  # fmt: skip
    return list(shapes)


@pytest.mark.parametrize("suffix", list(DRIVERS))
def test_each_format_gives_texts_numbers_and_shapes(tmp_path, suffix):
    path = tmp_path / f"communities.{suffix}"
    shapes = write(path)
    raw = open_layer(path)
    assert [str(v) for v in raw.columns["SQMC"]] == ["甲社区", "乙社区", "丙社区"]
    assert [int(v) for v in raw.columns["RK"]] == [1, 2, 3]
    assert shapely.area(raw.geometry).sum() == pytest.approx(shapely.area(shapes).sum(), rel=1e-6)
    (guess,) = probe(path)
    assert guess.role == "communities" and guess.kind == "polygon" and guess.rows == 3
    assert guess.fields["name"] == "SQMC" and guess.fields["people"] == "RK"


@pytest.mark.parametrize("suffix", ["kml", "tab", "mif", "dxf"])
@pytest.mark.parametrize(
    "content", [b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", b"", b"\0" * 100, b"PK\x03\x04"]
)
def test_other_content_under_the_name_is_refused(tmp_path, suffix, content):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with pytest.raises(UserError):
        open_layer(path)


def test_an_empty_gdb_folder_is_refused(tmp_path):
    (tmp_path / "x.gdb").mkdir()
    with pytest.raises(UserError):
        layers_in(tmp_path / "x.gdb")


def test_a_gbk_drawing_keeps_its_texts(tmp_path):
    layer = Layer("grids", "x", shapely.box([0.0], [0.0], [9.0], [9.0]), {"WGMC": objects(["第一网格"])})
    write_vector(layer, tmp_path / "g.dxf", "EPSG:4545", format="dxf")
    assert "第一网格" in open_layer(tmp_path / "g.dxf").columns["Text"].tolist()


def test_a_folder_lists_each_layer_once(tmp_path):
    layer = Layer("grids", "x", shapely.box([0.0], [0.0], [9.0], [9.0]), {"WGMC": objects(["甲"])})
    for name in ("a.shp", "b.gpkg", "c.geojson", "d.csv"):
        write_vector(layer, tmp_path / name, "EPSG:4545", format=name[2:])
    assert layers_in(tmp_path) == ["a.shp", "b.gpkg", "c.geojson", "d.csv"]


def test_edits_that_another_program_still_holds_in_its_journal_are_read(tmp_path):
    layer = Layer("grids", "x", shapely.box([0.0], [0.0], [9.0], [9.0]), {"WGMC": objects(["旧"])})
    write_vector(layer, tmp_path / "g.gpkg", "EPSG:4545", format="gpkg")
    editor = sqlite3.connect(tmp_path / "g.gpkg")
    editor.execute("PRAGMA journal_mode = WAL")
    editor.execute("UPDATE grids SET WGMC = '新'")
    editor.commit()
    before = sorted(p.name for p in tmp_path.iterdir())
    assert "g.gpkg-wal" in before
    assert open_layer(tmp_path / "g.gpkg").columns["WGMC"].tolist() == ["新"]
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    editor.close()
