# SPDX-License-Identifier: LGPL-3.0-or-later
"""The export matrix as QGIS itself reads it: same rows, texts and areas. Runs where QGIS is installed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from benchmarks.io import matrix
from benchmarks.io.headless import installed, qgis_reads
from gridplanner.io.raw import objects
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer


def layer() -> Layer:
    x = 500_000 + 20.0 * np.arange(6)
    shapes = shapely.box(x, 3_500_000, x + 9, 3_500_009)
    shapes[2] = shapely.difference(shapes[2], shapely.box(x[2] + 2, 3_500_002, x[2] + 5, 3_500_005))
    fields = {
        "WGBM": objects([f"51999900100100{i}" for i in range(6)]),
        "WGMC": objects(["第一网格", "龘龘", "a'b\"c", "<&>", "名称", "网格"]),
        "RK": np.arange(1000, 1006),
        "CSRQ": objects(["2026-01-02"] * 6),
    }
    return Layer("grids", "x", shapes, fields)


@pytest.mark.skipif(not installed(), reason="QGIS is not installed here")
def test_export_matrix(tmp_path):
    value = layer()
    paths = []
    for profile in ("utf8", "gbk", "gb18030", "gbk+chinese"):
        path = tmp_path / f"{profile.replace('+', '_')}.shp"
        write_vector(value, path, "EPSG:4545", format="shp", profile=profile, aliases={"WGMC": "网格名称"})
        paths.append(path)
    for suffix in ("gpkg", "geojson", "kml", "gdb", "csv", "xlsx"):
        paths.append(tmp_path / f"grids.{suffix}")
        write_vector(value, paths[-1], "EPSG:4545", format=suffix)
    answer = qgis_reads(paths)["files"]
    areas = np.round(shapely.area(value.geometry), 3).tolist()
    for path in paths:
        read = answer[str(path)]
        assert read["valid"], path
        degrees = path.suffix in (".geojson", ".kml")
        table = path.suffix in (".csv", ".xlsx")
        assert read["crs"] == ("" if table else "EPSG:4326" if degrees else "EPSG:4545"), path
        names = {name: i for i, name in enumerate(read["names"])}
        text = names.get("网格名称", names.get("WGMC"))
        assert [row[0][names["WGBM"]] for row in read["rows"]] == value.fields["WGBM"].tolist()
        assert [row[0][text] for row in read["rows"]] == value.fields["WGMC"].tolist()
        assert [float(row[0][names["RK"]]) for row in read["rows"]] == value.fields["RK"].tolist()
        if not degrees and not table:
            assert [row[1] for row in read["rows"]] == areas


@pytest.mark.skipif(not installed(), reason="QGIS is not installed here")
def test_drawing_as_qgis_reads_it(tmp_path):
    """A drawing layer per kind of grid; every border as long as it was; every name in its place."""
    value = layer()
    value.fields["WGLX"] = objects(["综合", "综合", "专属", "微网格", "综合", "专属"])
    path = tmp_path / "网格.dxf"
    write_vector(value, path, "EPSG:4545", format="dxf")
    read = qgis_reads([path])["files"][str(path)]
    assert read["valid"]
    names = {name: i for i, name in enumerate(read["names"])}
    rows = read["rows"]
    labels = [row[0][names["Text"]] for row in rows if row[0][names["Text"]]]
    assert labels == ["第一网格", "龘龘", "a'b\"c", "<&>", "名称", "网格"]
    borders: dict[str, float] = {}
    for row in rows:
        borders[row[0][names["Layer"]]] = borders.get(row[0][names["Layer"]], 0.0) + (row[2] or 0.0)
    lengths = shapely.length(value.geometry)
    wanted: dict[str, float] = {}
    for kind, length in zip(value.fields["WGLX"], lengths, strict=True):
        wanted[f"网格_{kind}"] = wanted.get(f"网格_{kind}", 0.0) + length
    assert borders == pytest.approx(wanted, abs=0.01)


def test_every_profile_and_format_is_the_same_to_every_reader(tmp_path):
    """The matrix of docs/formats.md: cells and vertices, as four readers see them."""
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    found = matrix.matrix(tmp_path)
    assert {
        f"{name}, {reader}": cell.differ
        for name, row in found.items()
        for reader, cell in row.items()
        if cell.wrong
    } == {}
    seen = {name: sum(cell.compared > 0 for cell in row.values()) for name, row in found.items()}
    own_and_gdal = 2
    assert all(n >= own_and_gdal for name, n in seen.items() if name != "parquet"), seen
    assert found["parquet"]["second"].compared > 2000
    if installed():
        assert [name for name, row in found.items() if not row["qgis"].compared] in ([], ["parquet"])
        print("\n".join(matrix.table_of(found)))
