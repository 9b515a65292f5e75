# SPDX-License-Identifier: LGPL-3.0-or-later
"""The delivery zip with its log, people estimated from floors, and labels of every spelling."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import openpyxl
import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.io.delivery import LOG, deliver_zip
from gridplanner.io.raw import objects
from gridplanner.io.reading import read_layers
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.io.sources import open_layer
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer, LayerSpec


def layer(name: str = "第一网格") -> Layer:
    return Layer(
        "grids",
        "x",
        shapely.box([476_000.0], [3_525_000.0], [476_100.0], [3_525_200.0]),
        {"WGMC": objects([name]), "CS": np.array([6])},
    )


def test_delivery_zip_reads_back_and_carries_its_log(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    told = write_vector(layer("王䶮"), out / "g.shp", "EPSG:4545", format="shp", profile="gbk")
    assert deliver_zip(out, tmp_path / "d.zip", told) == 6
    first = (tmp_path / "d.zip").read_bytes()
    deliver_zip(out, tmp_path / "d.zip", told)
    assert (tmp_path / "d.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        rows = list(csv.reader(io.StringIO(archive.read(LOG).decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:7]} == {"g.shp", "g.shx", "g.dbf", "g.prj", "g.cpg", "字段说明.csv"}
    assert "䶮" in rows[-1][1]
    assert open_layer(tmp_path / "d.zip", "g.shp").columns["WGMC"][0] == "王?"
    with pytest.raises(UserError):
        deliver_zip(tmp_path / "nothing", tmp_path / "e.zip")


def test_people_from_floors_are_estimated_and_said_to_be(tmp_path):
    write_vector(layer(), tmp_path / "b.shp", "EPSG:4545", format="shp")
    spec = LayerSpec("b.shp", fields={"people": "estimate(CS, 40, 0.7)"})
    layers = read_layers({"buildings": spec}, {}, tmp_path)
    assert layers.layers["buildings"].numbers("people").tolist() == [2100]
    assert [f.people for f in layers.findings if f.rule == "read.estimated"] == [2100]
    for bad in ("estimate(CS, 0)", "estimate(CS, 40, 2)", "estimate(XX, 40)"):
        with pytest.raises(UserError):
            read_layers({"buildings": LayerSpec("b.shp", fields={"people": bad})}, {}, tmp_path)


@pytest.mark.parametrize("language_byte", [0x00, 0x4D, 0x57])
@pytest.mark.parametrize("label", [None, "UTF-8", "GBK", "ANSI 936", "65001", "OEM", "936"])
@pytest.mark.parametrize("profile", ["utf8", "gbk", "gb18030"])
def test_every_label_and_language_byte(tmp_path, profile, label, language_byte):
    for name in ("社", "社区", "示例区第一社区网格党支部名称"):
        write_vector(layer(name), tmp_path / "g.shp", "EPSG:4545", format="shp", profile=profile)
        dbf = tmp_path / "g.dbf"
        data = bytearray(dbf.read_bytes())
        data[29] = language_byte
        dbf.write_bytes(bytes(data))
        (tmp_path / "g.cpg").unlink()
        if label is not None:
            (tmp_path / "g.cpg").write_text(label)
        assert read_shapefile(tmp_path / "g.shp").columns["WGMC"][0] == name


def test_workbook_with_all_that_offices_do(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    sheet["A1"] = "示例区网格台账（2026年）"
    sheet.merge_cells("A1:F1")
    sheet["A2"] = "单位：人、户"
    for column, name in zip("ABCDEF", ["社区", "网格编码", "户数", "人口", "成立日期", "备注"], strict=True):
        sheet[f"{column}3"] = name
    sheet["A4"] = "甲社区"
    sheet.merge_cells("A4:A5")
    sheet["B4"], sheet["C4"], sheet["D4"] = "519999001001001", 1469, "1,469人"
    sheet["B5"], sheet["C5"], sheet["D5"] = 519999001001002, "７", 12.0
    import datetime

    sheet["E4"] = datetime.date(2026, 1, 2)
    sheet["F5"] = "=1+1"
    sheet["A6"] = "小计"
    sheet["D6"] = 1481
    book.create_sheet("空表")
    book.save(tmp_path / "t.xlsx")
    raw = open_layer(tmp_path / "t.xlsx")
    assert raw.rows.tolist() == [4, 5]
    assert raw.columns["社区"].tolist() == ["甲社区", "甲社区"]
    assert raw.columns["网格编码"].tolist() == ["519999001001001", "519999001001002"]
    assert raw.columns["成立日期"][0] == "2026-01-02"
    assert [f.rule for f in raw.findings] == ["read.totals"]
