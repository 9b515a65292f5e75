# SPDX-License-Identifier: LGPL-3.0-or-later
"""R11 and R12 as figures: every encoding with every label, every format with a second reader.

R11: 3 encodings x 6 labels (.cpg) x 3 language bytes x column names of 1 to 12 characters, with
rare characters; R12: each format written, read by a reader that is not ours, and compared cell by
cell and vertex by vertex.
"""

from __future__ import annotations

import csv
import itertools
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import shapefile
import shapely

from gridplanner.io.encoding import clean_text
from gridplanner.io.raw import objects
from gridplanner.io.shapefile_reader import read_shapefile
from gridplanner.io.text_writers import in_degrees
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

CRS = "EPSG:4545"
ENCODINGS = ("utf8", "gbk", "gb18030")
LABELS = ("UTF-8", "GBK", "GB18030", "ANSI 936", "65001", None)
LANGUAGE_BYTES = (0x00, 0x4D, 0x57)
NAME = "网格党支部书记联系电话号码"
TEXTS = ("滨江一号网格", "王䶮院", "𠮷祥里", "㛃园", "A区3号楼", "")


@dataclass
class Figure:
    """How many cases there were, and what went wrong in silence."""

    cases: int = 0
    silent: list[str] = field(default_factory=list)


# --- R11 -----------------------------------------------------------------------------------------------


def encodings(folder: Path, lengths: range = range(1, 13)) -> Figure:
    """Return the cases of R11 that came back otherwise without a word."""
    figure = Figure()
    shapes = objects([shapely.box(i, 0, i + 1, 1) for i in range(len(TEXTS))])
    path = folder / "r11.shp"
    for encoding, length in itertools.product(ENCODINGS, lengths):
        layer = Layer("grids", "", shapes, {NAME[:length]: objects(list(TEXTS))})
        told = write_vector(layer, path, CRS, format="shp", profile=f"{encoding}+chinese")
        lost = {int(row) for f in told if f.rule == "write.text" for row in f.subjects}
        table = path.with_suffix(".dbf").read_bytes()
        for label, language in itertools.product(LABELS, LANGUAGE_BYTES):
            figure.cases += 1
            path.with_suffix(".dbf").write_bytes(table[:29] + bytes([language]) + table[30:])
            path.with_suffix(".cpg").unlink(missing_ok=True)
            if label is not None:
                path.with_suffix(".cpg").write_text(label, encoding="ascii")
            back = read_shapefile(path)
            found = next(iter(back.columns.values()))
            wrong = {i + 1 for i, text in enumerate(TEXTS) if found[i] != clean_text(text)}
            if wrong - lost and not any(f.rule in ("read.encoding", "read.text") for f in back.findings):
                figure.silent.append(f"{encoding} .cpg={label} LDID={language:#04x} name of {length}")
    return figure


# --- R12 -----------------------------------------------------------------------------------------------


def grids(n: int = 60) -> Layer:
    """Return grids with holes, several parts, no shape, awkward texts and numbers."""
    x = 434_000 + 137.0 * (np.arange(n) % 10)
    y = 3_527_000 + 137.0 * (np.arange(n) // 10)
    shapes = shapely.buffer(shapely.points(x + 0.123456, y), 55, quad_segs=9)
    shapes[::4] = shapely.difference(shapes[::4], shapely.box(x[::4] - 9, y[::4] - 9, x[::4] + 9, y[::4] + 9))
    shapes[::5] = shapely.union(shapes[::5], shapely.box(x[::5] + 56, y[::5], x[::5] + 66, y[::5] + 9))
    names = ["第一网格", "a'b\"c", "<&>", "=1+1", "逗号,分号;", "行\u3000末", "", "名" * 60]
    fields = {
        "WGBM": objects([f"519999001{i:06d}" for i in range(n)]),
        "WGMC": objects([names[i % len(names)] for i in range(n)]),
        "CSRQ": objects(["2026-01-02" if i % 3 else "" for i in range(n)]),
        "RK": np.arange(n, dtype=np.int64) * 37,
        "FWBJ": np.where(np.arange(n) % 7, np.linspace(0, 400, n).round(3), np.nan),
    }
    return Layer("grids", "", shapes, fields)


def round_trips(folder: Path) -> dict[str, Figure]:
    """Return for each format how many cells and vertices a second reader saw, and which differed."""
    layer = grids()
    degrees = in_degrees(layer, CRS)
    readers: dict[str, tuple[Callable[[Path], Any], Any, float]] = {
        "shp": (by_pyshp, layer.geometry, 0.0),
        "gpkg": (_sqlite, layer.geometry, 0.0),
        "geojson": (_json, degrees, 1e-9),
        "kml": (by_gdal, degrees, 1e-9),
        "gdb": (by_gdal, layer.geometry, 1e-4),
        "xlsx": (_openpyxl, None, 0.0),
        "csv": (_csv, None, 0.0),
    }
    figures = {}
    for form, (reader, shapes, tolerance) in readers.items():
        path = folder / f"r12.{form}"
        write_vector(layer, path, CRS, format=form)
        columns, found = reader(path)
        figures[form] = compared(layer, columns, found, shapes, tolerance)
    write_vector(layer, folder / "r12.dxf", CRS, format="dxf")
    figures["dxf"] = drawing(layer, folder / "r12.dxf")
    return figures


def compared(layer: Layer, columns: Any, found: Any, shapes: Any, tolerance: float) -> Figure:
    """Compare every cell and vertex that a reader saw with the layer; `shapes` is None for a table."""
    figure = Figure()
    for key, values in layer.fields.items():
        for row, (have, want) in enumerate(zip(columns[key], values.tolist(), strict=True)):
            figure.cases += 1
            if not _same_cell(have, want):
                figure.silent.append(f"{key} row {row + 1}: {have!r} instead of {want!r}")
    if shapes is None:
        return figure
    for row, (have, want) in enumerate(zip(found, shapes, strict=True)):
        figure.cases += int(shapely.get_num_coordinates(want))
        near = max(tolerance, 1e-12)
        if not shapely.equals_exact(_plain(have), _plain(want), tolerance=near, normalize=True):
            figure.silent.append(f"shape of row {row + 1}")
    return figure


def _same_cell(have: Any, want: Any) -> bool:
    """Tell whether a cell is the same, or the same as far as a text file can say it."""
    if isinstance(want, float):
        if want != want:
            return have in (None, "") or have != have
        return have is not None and abs(float(have) - want) < 1e-9
    if isinstance(want, int):
        return have is not None and int(float(have)) == want
    text = "" if have is None or have != have else str(have)
    # A CSV disarms formulas; a date may come as a date.
    return text.removesuffix(" 00:00:00") in (want, f"'{want}")


def _plain(shape: Any) -> Any:
    """Return a multi geometry of one part as that part."""
    shape = shapely.force_2d(shape)
    return shape.geoms[0] if shape.geom_type.startswith("Multi") and len(shape.geoms) == 1 else shape


def by_pyshp(path: Path, encoding: str = "utf-8") -> tuple[dict[str, list[Any]], list[Any]]:
    """Return columns and shapes of a shapefile."""
    with shapefile.Reader(str(path), encoding=encoding) as reader:
        names = [f[0] for f in reader.fields if f[0] != "DeletionFlag"]
        rows = [list(record) for record in reader.records()]
        shapes = [shapely.geometry.shape(shape.__geo_interface__) for shape in reader.shapes()]
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), shapes


def _sqlite(path: Path) -> tuple[dict[str, list[Any]], list[Any]]:
    names = list(grids(1).fields)
    with sqlite3.connect(path) as database:
        cursor = database.execute("SELECT * FROM grids ORDER BY fid")
        heads = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    blobs = [row[heads.index("geom")] for row in rows]
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    shapes = [shapely.from_wkb(blob[8 + envelope[(blob[3] >> 1) & 7] :]) for blob in blobs]
    return {name: [row[heads.index(name)] for row in rows] for name in names}, shapes


def _json(path: Path) -> tuple[dict[str, list[Any]], list[Any]]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    columns = {key: [f["properties"][key] for f in features] for key in features[0]["properties"]}
    return columns, [shapely.geometry.shape(f["geometry"]) for f in features]


def by_gdal(path: Path) -> tuple[dict[str, list[Any]], list[Any] | None]:
    """Return columns and shapes as GDAL reads them."""
    meta, _fids, wkb, columns = pyogrio.raw.read(str(path))
    cells = {name: list(values.tolist()) for name, values in zip(meta["fields"], columns, strict=True)}
    return cells, None if wkb is None else [shapely.from_wkb(item) for item in wkb]


def _openpyxl(path: Path) -> tuple[dict[str, list[Any]], None]:
    head, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True)), None


def _csv(path: Path) -> tuple[dict[str, list[Any]], None]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True)), None


#: Readers that share no code with GDAL or with ours.
PLAIN_READERS: dict[str, Callable[[Path], Any]] = {
    "gpkg": _sqlite,
    "geojson": _json,
    "xlsx": _openpyxl,
    "csv": _csv,
}


def drawing(layer: Layer, path: Path) -> Figure:
    """Compare a drawing as GDAL sees it: each ring in its order, each name."""
    meta, _fids, wkb, columns = pyogrio.raw.read(str(path))
    texts = columns[list(meta["fields"]).index("Text")]
    lines = [shapely.force_2d(shapely.from_wkb(item)) for item in wkb]
    figure = Figure()
    parts = [part for shape in layer.geometry for part in shapely.get_parts(shape)]
    rings = [ring for part in parts for ring in shapely.get_rings(part)]
    drawn = [line for line in lines if line.geom_type != "Point"]
    for row, (have, want) in enumerate(zip(drawn, rings, strict=True)):
        xy, found = shapely.get_coordinates(want), shapely.get_coordinates(have)
        figure.cases += len(xy)
        if found.shape != xy.shape or np.abs(found - xy).max() > 1e-4:
            figure.silent.append(f"line {row + 1}")
    labels = [str(text) for text in texts if text]
    wanted = [text for text in layer.fields["WGMC"].tolist() if text]
    figure.cases += len(wanted)
    figure.silent += [f"text {have!r}" for have, want in zip(labels, wanted, strict=True) if have != want]
    return figure
