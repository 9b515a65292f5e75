# SPDX-License-Identifier: LGPL-3.0-or-later
"""The export matrix: every profile and format, written once, as four readers see it.

Own reader, a second reader without GDAL, GDAL, and QGIS; every cell and every vertex is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from benchmarks.io import headless, robustness
from benchmarks.io.robustness import CRS, compared
from gridplanner.io.sources import open_layer
from gridplanner.io.text_writers import in_degrees
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer

PROFILES = ("utf8", "gbk", "gb18030", "utf8+chinese", "gbk+chinese", "gb18030+chinese")
FORMATS = ("gpkg", "geojson", "kml", "dxf", "gdb", "csv", "xlsx", "parquet")
READERS = ("own", "second", "gdal", "qgis")
ALIASES = {"WGBM": "网格编码", "WGMC": "网格名称", "RK": "人口"}
#: Formats that hold coordinates to less than the last bit: degrees of nine decimals, tenths of a millimetre.
_TOLERANCE = {"geojson": 1e-9, "kml": 1e-9, "gdb": 1e-4}
Table = tuple[Mapping[str, Any], Any]


@dataclass(frozen=True)
class Cell:
    """What one reader made of one file: how many cells and vertices, which differ, or why it could not."""

    compared: int = 0
    differ: tuple[str, ...] = ()
    reason: str = ""

    @property
    def wrong(self) -> bool:
        """Whether something differs; a reader that lacks the format is not wrong."""
        return bool(self.differ)

    def __str__(self) -> str:
        """Say it in a few words."""
        return self.reason or (f"{len(self.differ)} differ" if self.differ else f"same ({self.compared})")


def matrix(folder: Path, *, with_qgis: bool = True) -> dict[str, dict[str, Cell]]:
    """Return what each reader makes of each file."""
    layer = robustness.grids()
    files = {f"shp {profile}": folder / f"{profile.replace('+', '_')}.shp" for profile in PROFILES}
    files |= {form: folder / f"grids.{form}" for form in FORMATS}
    for name, path in files.items():
        form, _space, profile = name.partition(" ")
        write_vector(layer, path, CRS, format=form, profile=profile or "utf8", aliases=_aliases(form))
    seen = _qgis(list(files.values())) if with_qgis and headless.installed() else {}
    found: dict[str, dict[str, Cell]] = {}
    for name, path in files.items():
        found[name] = {
            "own": _own_drawing(layer, path) if name == "dxf" else _judged(layer, name, _own(path)),
            "second": _second(layer, name, path),
            "gdal": _drawing(layer, path) if name == "dxf" else _by_gdal(layer, name, path),
            "qgis": seen[path](layer, name) if path in seen else Cell(reason="QGIS is not installed here"),
        }
    return found


def _aliases(form: str) -> Mapping[str, str]:
    """Return Chinese names where they become names of columns: the other formats keep the codes."""
    return ALIASES if form == "shp" else {}


def _judged(layer: Layer, name: str, table: Table) -> Cell:
    """Compare what a reader saw with what was written."""
    columns, shapes = table
    if not columns:
        return Cell(reason="-")
    form = name.partition(" ")[0]
    if form == "shp":  # Chinese names of columns: the order is what was asked for
        columns = dict(zip(layer.fields, columns.values(), strict=True))
    tabular = form in ("csv", "xlsx")
    wanted = in_degrees(layer, CRS) if form in ("geojson", "kml") else layer.geometry
    figure = compared(layer, columns, shapes, None if tabular else wanted, _TOLERANCE.get(form, 0.0))
    return Cell(figure.cases, tuple(figure.silent))


def _own(path: Path) -> Table:
    """Return columns and shapes as our reader gives them."""
    if path.suffix == ".parquet":
        return {}, None
    raw = open_layer(path)
    return {key: list(values) for key, values in raw.columns.items()}, raw.geometry


def _second(layer: Layer, name: str, path: Path) -> Cell:
    """Compare as a reader sees it that shares no code with GDAL or with us."""
    if name == "parquet":
        import geopandas  # slow to load

        frame = geopandas.read_parquet(path)
        columns = {key: frame[key].tolist() for key in frame.columns if key != "geometry"}
        return _judged(layer, name, (columns, frame.geometry.to_numpy()))
    form, _space, profile = name.partition(" ")
    if form == "shp":
        encoding = {"utf8": "utf-8"}.get(profile.partition("+")[0], profile.partition("+")[0])
        return _judged(layer, name, robustness.by_pyshp(path, encoding))
    reader = robustness.PLAIN_READERS.get(form)
    return _judged(layer, name, reader(path)) if reader else Cell(reason="-")


def _by_gdal(layer: Layer, name: str, path: Path) -> Cell:
    """Compare as GDAL sees it."""
    try:
        return _judged(layer, name, robustness.by_gdal(path))
    except pyogrio.errors.DataSourceError:
        return Cell(reason="this GDAL has no driver")


def _drawing(layer: Layer, path: Path) -> Cell:
    """Compare a drawing as GDAL sees it."""
    figure = robustness.drawing(layer, path)
    return Cell(figure.cases, tuple(figure.silent))


def _own_drawing(layer: Layer, path: Path) -> Cell:
    """Compare the areas that our reader makes of the lines of a drawing with what was drawn.

    In a drawing a hole is a closed line like any other: it comes back as an area of its own.
    """
    from gridplanner.io.drawing import polygons_of_drawing  # wanted here only

    raw = polygons_of_drawing(open_layer(path), 0.5)
    filled = [shapely.Polygon(part.exterior) for part in shapely.get_parts(layer.geometry)]
    land, drawn = shapely.union_all(filled), shapely.union_all(raw.geometry)
    off = shapely.area(shapely.symmetric_difference(land, drawn))
    # Each vertex is rounded to a tenth of a millimetre, along the whole border.
    limit = 1e-4 * shapely.length(land)
    return Cell(len(raw), () if off < limit else (f"{off:.2f} m2 of the land",))


def _qgis(paths: list[Path]) -> dict[Path, Callable[[Layer, str], Cell]]:
    """Return for each file what compares it as QGIS sees it."""
    answer = headless.qgis_reads(paths)

    def judge(path: Path) -> Callable[[Layer, str], Cell]:
        read = answer["files"][str(path)]

        def one(layer: Layer, name: str) -> Cell:
            if not read["valid"]:
                lacks = f"its GDAL {answer['gdal']} has no driver" if name == "parquet" else read["error"]
                return Cell(reason=lacks if "Parquet" not in answer["drivers"] else read["error"])
            return _qgis_drawing(layer, read) if name == "dxf" else _qgis_table(layer, name, read)

        return one

    return {path: judge(path) for path in paths}


def _qgis_table(layer: Layer, name: str, read: Mapping[str, Any]) -> Cell:
    """Compare rows, cells and vertices as QGIS sees them."""
    rows = read["rows"]
    columns = {key: [row[0][i] for row in rows] for i, key in enumerate(read["names"])}
    shapes = [row[3] and shapely.from_wkb(row[3]) for row in rows]
    return _judged(layer, name, (columns, shapes))


def _qgis_drawing(layer: Layer, read: Mapping[str, Any]) -> Cell:
    """Compare texts, and the length of all borders."""
    at = read["names"].index("Text")
    texts = [row[0][at] for row in read["rows"] if row[0][at]]
    wanted = [text for text in layer.fields["WGMC"].tolist() if text]
    differ = [f"text {have!r}" for have, want in zip(texts, wanted, strict=True) if have != want]
    drawn, length = sum(row[2] or 0.0 for row in read["rows"]), float(np.sum(shapely.length(layer.geometry)))
    if abs(drawn - length) > 0.05:  # some 2,400 vertices, each to a tenth of a millimetre
        differ.append(f"borders of {drawn:.3f} m instead of {length:.3f}")
    return Cell(len(texts) + 1, tuple(differ))


def table_of(found: Mapping[str, Mapping[str, Cell]]) -> list[str]:
    """Return the matrix as a Markdown table."""
    lines = ["| file | own reader | second reader | GDAL | QGIS |", "|---|---|---|---|---|"]
    lines += [f"| {name} | " + " | ".join(str(row[r]) for r in READERS) + " |" for name, row in found.items()]
    return lines
