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
from gridplanner.io.sources import layers_in, local_path, open_layer
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

DRIVERS = {"tab": "MapInfo File", "mif": "MapInfo File", "kml": "KML", "gdb": "OpenFileGDB"}


def write(path: Path) -> list:
    x = 106.75 + 0.001 * np.arange(3)
    shapes = shapely.box(x, 31.85, x + 0.001, 31.851)
    columns = [objects(["甲社区", "乙社区", "丙社区"]), np.array([1, 2, 3], dtype=np.int32)]
    options = {"layer_options": {"ENCODING": "UTF-8"}} if path.suffix in (".tab", ".mif") else {}
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


@pytest.mark.parametrize("suffix", ["tab", "mif"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese", "WindowsLatin1", "UTF-8", "未知"])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_mapinfo_texts_are_read_by_what_they_are(tmp_path, suffix, charset, codec):
    """Whatever the header says and whatever this computer's code page is; a rare name stays whole."""
    path = tmp_path / f"communities.{suffix}"
    write(path)
    for member in path.parent.iterdir():
        data = member.read_bytes().replace("甲社区".encode(), "甲䶮社".encode(codec).ljust(9))
        for name in ("乙社区", "丙社区"):
            data = data.replace(name.encode(), name.encode(codec).ljust(9))
        if member == path:
            data = data.replace(b"harset UTF-8", b"harset " + charset.encode("gbk"))
            data = data.replace(b'harset "UTF-8"', b'harset "' + charset.encode("gbk") + b'"')
            data = data.replace(b"SQMC", "社区名称".encode(codec))
        member.write_bytes(data)
    raw = open_layer(path)
    assert raw.columns["社区名称"].tolist() == ["甲䶮社", "乙社区", "丙社区"]
    assert raw.encoding == codec
    lies = charset in ("WindowsLatin1", "WindowsSimpChinese" if codec == "utf-8" else "UTF-8")
    assert [f.rule for f in raw.findings] == (["read.encoding"] if lies else [])
    assert open_layer(path, encoding=codec).columns["社区名称"].tolist() == ["甲䶮社", "乙社区", "丙社区"]


@pytest.mark.parametrize(
    "head", [b'!table\r\n!version 100\r\n\r\nopen table "../x"\r\nCreate View v As\r\nSelect * From x']
)
def test_a_mapinfo_table_that_points_elsewhere_is_refused(tmp_path, head):
    (tmp_path / "v.tab").write_bytes(head)
    with pytest.raises(UserError, match="本身没有数据"):
        open_layer(tmp_path / "v.tab")


def drawing(version: str, page: str) -> str:
    """Return a drawing with one text of a name, one with an escape and one with a degree sign."""
    page = f"  9\n$DWGCODEPAGE\n  3\n{page}\n" if page else ""
    head = f"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\n{version}\n{page}  0\nENDSEC\n"
    texts = "".join(
        f"  0\nTEXT\n  8\n网格界\n 10\n1.0\n 20\n2.0\n 40\n1\n  1\n{text}\n"
        for text in ("第一䶮网格", "\\U+7532社区", "45%%d")
    )
    return f"{head}  0\nSECTION\n  2\nENTITIES\n{texts}  0\nENDSEC\n  0\nEOF\n"


@pytest.mark.parametrize(
    ("version", "page", "codec", "lies"),
    [
        ("AC1009", "", "gb18030", False),
        ("AC1009", "ANSI_936", "gb18030", False),
        ("AC1009", "ansi_936", "utf-8", True),
        ("AC1015", "ANSI_1252", "gb18030", True),
        ("AC1009", "dos850", "gb18030", True),
        ("AC1021", "ANSI_936", "utf-8", False),
        ("AC1021", "ANSI_936", "gb18030", True),
    ],
)
def test_drawings_are_read_by_what_they_are(tmp_path, version, page, codec, lies):
    (tmp_path / "d.dxf").write_bytes(drawing(version, page).encode(codec))
    raw = open_layer(tmp_path / "d.dxf")
    assert raw.columns["Text"].tolist() == ["第一䶮网格", "甲社区", "45°"]
    assert set(raw.columns["Layer"].tolist()) == {"网格界"}
    assert [f.rule for f in raw.findings] == (["read.encoding"] if lies else [])


@pytest.mark.parametrize("declared", ["GBK", "GB2312", "UTF-8", "utf-8", "ISO-8859-1", ""])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_kml_is_read_in_what_it_is(tmp_path, declared, codec):
    declared = f' encoding="{declared}"' if declared else ""
    text = (
        f'<?xml version="1.0"{declared}?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        "<name>社区</name><Placemark><name>甲社区</name><Point><coordinates>106.7,31.8</coordinates></Point>"
        "</Placemark></Document></kml>"
    )
    (tmp_path / "c.kml").write_bytes(text.encode(codec))
    assert layers_in(tmp_path / "c.kml") == ["社区"]
    assert open_layer(tmp_path / "c.kml").columns["Name"].tolist() == ["甲社区"]


def test_an_archive_of_kml_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "c.kmz").write_bytes(b"PK")
    with pytest.raises(UserError, match="解压"):
        local_path("c.kmz", tmp_path)


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
