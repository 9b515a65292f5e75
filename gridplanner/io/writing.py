# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hand a layer over in the format another office takes: written aside, read back, compared, moved in."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gridplanner.errors import UserError
from gridplanner.io.columns import text_of
from gridplanner.io.crs import is_old_datum, parse
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.file_set import publish_one, publish_set
from gridplanner.io.geojson_reader import read_geojson
from gridplanner.io.geopackage_writer import write_geopackage
from gridplanner.io.read_back import check_columns, check_geometry, differs
from gridplanner.io.shapefile_writer import shapefile_losses, write_shapefile
from gridplanner.io.text_checks import check_dxf, check_kml, dxf_losses, xml_losses
from gridplanner.io.text_writers import (
    csv_cells,
    csv_text,
    dxf_string,
    dxf_text,
    geojson_text,
    in_degrees,
    kml_text,
)
from gridplanner.io.xlsx_cells import Workbook
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.texts import _

_NOT_IN_LAYER_NAMES = re.compile(r"[<>/\\\":;?*|,=`]")
FORMATS = ("shp", "gpkg", "geojson", "kml", "dxf", "gdb", "csv", "xlsx", "parquet")


def write_vector(  # noqa: PLR0913 - each is a choice of the export dialog, all but three with a default
    layer: Layer,
    path: Path,
    crs: str,
    *,
    format: str,
    profile: str = "utf8",
    aliases: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    append: bool = False,
) -> tuple[Finding, ...]:
    """Write a layer and prove by reading it back that it is what was meant.

    Parameters
    ----------
    layer : Layer
        `fields` in order are the columns; `role` names the layer inside a container.
    path : Path
    crs : str
        CRS of the shapes. GeoJSON and KML are written in WGS 84, as these formats demand.
    format : str
        One of `FORMATS`.
    profile : str
        Shapefile profile: `utf8`, `gbk`, `gb18030`, with `+chinese` for Chinese column names.
    aliases : mapping of column to Chinese name
    decimals : mapping of column to number of decimals
        For shapefiles; three where not named.
    append : bool
        Add to an existing GeoPackage or FileGDB instead of replacing it.

    Returns
    -------
    tuple of Finding
        Each unavoidable loss, by row and column, as known before writing.

    Raises
    ------
    UserError
        The format is unknown, the place cannot be written, or the file did not read back the same.
    """
    names = dict(aliases or {})
    if format == "shp":
        return write_shapefile(layer, path, crs, profile, names, decimals)
    if format == "gpkg":
        write_geopackage(layer, path, crs, names, append)
        return ()
    if format in ("gdb", "parquet"):
        # Only these need libraries that take seconds to load.
        from gridplanner.io.foreign_writer import write_filegdb, write_parquet

        return (
            write_filegdb(layer, path, crs, names, append)
            if format == "gdb"
            else write_parquet(layer, path, crs)
        )
    writers: dict[str, Callable[[], tuple[Finding, ...]]] = {
        "geojson": lambda: _write_geojson(layer, path, crs),
        "kml": lambda: _write_kml(layer, path, crs, names),
        "dxf": lambda: _write_dxf(layer, path),
        "csv": lambda: _write_csv(layer, path, names),
        "xlsx": lambda: _write_xlsx(layer, path, names),
    }
    if format not in writers:
        raise UserError(
            _("The format '{format}' cannot be written. Known formats: {known}.").format(
                format=format, known=", ".join(FORMATS)
            )
        )
    return writers[format]()


def losses(
    layer: Layer,
    format: str,
    profile: str = "utf8",
    aliases: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
    crs: str = "",
) -> tuple[Finding, ...]:
    """Return what a format would lose of a layer, without writing anything; for the export dialog."""
    if format == "shp":
        return shapefile_losses(layer, profile, aliases, decimals)
    if format == "geojson":
        return (*_infinite(layer), *_uncertain_degrees(layer, crs))
    if format == "kml":
        return (*xml_losses(layer), *_uncertain_degrees(layer, crs))
    if format == "dxf":
        return dxf_losses(layer, _label_key(layer))
    return ()


def _uncertain_degrees(layer: Layer, crs: str) -> tuple[Finding, ...]:
    """Tell that degrees made of Xian 1980 or Beijing 1954 coordinates are off by tens of metres."""
    parsed = parse(crs) if crs else None
    if parsed is None or not is_old_datum(parsed) or parsed.is_bound:
        return ()
    text = _(
        "Layer '{layer}' is in {name}: its tie to WGS 84 is not public, so GeoJSON, KML and the web map "
        "may lie tens of metres off, in places more than a hundred."
    ).format(layer=layer.role, name=parsed.name)
    remedy = _("Use the plane coordinates for work; plan in CGCS2000 with your survey office's parameters.")
    return (layer_finding("write.crs", Severity.WARNING, text, layer.role, remedy),)


def _infinite(layer: Layer) -> tuple[Finding, ...]:
    """Tell infinite numbers, which JSON has no word for."""
    found = []
    for key, values in layer.fields.items():
        bad = np.flatnonzero(np.isinf(values)) if values.dtype.kind == "f" else ()
        if len(bad):
            text = _(
                "Layer '{layer}', column '{column}': numbers that are not finite are left empty in "
                "rows {rows}."
            )
            told = text.format(layer=layer.role, column=key, rows="{rows}")
            found.append(row_finding("write.number", Severity.WARNING, told, (np.asarray(bad) + 1).tolist()))
    return tuple(found)


def _write_geojson(layer: Layer, path: Path, crs: str) -> tuple[Finding, ...]:
    """Write GeoJSON in WGS 84."""
    shapes = in_degrees(layer, crs)
    told = (*_infinite(layer), *_uncertain_degrees(layer, crs))
    with publish_set(path, {path.suffix: geojson_text(layer, shapes).encode("utf-8")}) as written:
        back = read_geojson(written)
        check_columns(back, _finite_columns(layer), layer.role, {})
        check_geometry(back.geometry, shapes, layer.role, 0.0)
    return told


def _finite_columns(layer: Layer) -> dict[str, npt.NDArray[Any]]:
    """Return the columns as they will read back from text: infinities as NaN."""
    return {
        key: np.where(np.isfinite(values), values, np.nan) if values.dtype.kind == "f" else values
        for key, values in layer.fields.items()
    }


def _write_kml(layer: Layer, path: Path, crs: str, aliases: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write KML in WGS 84."""
    shapes = in_degrees(layer, crs)
    text = kml_text(layer, shapes, aliases)
    with publish_set(path, {path.suffix: text.encode("utf-8")}) as written:
        check_kml(written, layer, shapes)
    return (*xml_losses(layer), *_uncertain_degrees(layer, crs))


def _kind_column(layer: Layer) -> npt.NDArray[Any]:
    """Return the name of the drawing layer of each row: the kind of grid where there is one."""
    kinds = layer.fields.get("WGLX")
    if kinds is None:
        return np.full(len(layer), layer.role, dtype=object)
    return np.asarray([f"网格_{text_of(kind)}" if kind else "网格" for kind in kinds], dtype=object)


def _label_key(layer: Layer) -> str:
    """Return the column whose texts are set inside the shapes; "" if there is none."""
    return next((key for key in ("WGMC", "SQMC", "XQMC", "name") if key in layer.fields), "")


def _write_dxf(layer: Layer, path: Path) -> tuple[Finding, ...]:
    """Write a drawing, a layer per kind of grid, the name set inside each shape."""
    kinds, label = _kind_column(layer), _label_key(layer)

    def layer_of(row: int) -> str:
        """Return the drawing layer of a row; AutoCAD refuses some characters in its name."""
        return _NOT_IN_LAYER_NAMES.sub("_", dxf_string(str(kinds[row])))

    def label_of(row: int) -> str:
        """Return the text of a row."""
        return dxf_string(text_of(layer.fields[label][row])) if label else ""

    with publish_set(path, {path.suffix: dxf_text(layer, layer_of, label_of).encode("gbk")}) as written:
        check_dxf(written, layer, layer_of, label_of)
    return dxf_losses(layer, label)


def _header(layer: Layer, aliases: Mapping[str, str]) -> list[str]:
    """Return unique column headings: the Chinese names where there are any."""
    heads = [aliases.get(key, key) for key in layer.fields]
    return [
        head if heads.count(head) == 1 else f"{head}({key})"
        for head, key in zip(heads, layer.fields, strict=True)
    ]


def _write_csv(layer: Layer, path: Path, aliases: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write CSV in UTF-8 with BOM, which spreadsheet programs recognise."""
    header = _header(layer, aliases)
    text = csv_text(layer, header)
    wanted = [csv_cells(np.asarray(values)) for values in layer.fields.values()]
    with publish_set(path, {path.suffix: b"\xef\xbb\xbf" + text.encode("utf-8")}) as written:
        with written.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.reader(file))
        _compare_cells(layer, found, [header, *map(list, zip(*wanted, strict=True))])
    return ()


def _compare_cells(layer: Layer, found: list[list[Any]], wanted: list[list[Any]]) -> None:
    """Raise UserError at the first row or cell of a table that reads back otherwise."""
    if len(found) != len(wanted):
        raise differs(
            layer.role, _("{n} rows instead of {wanted}").format(n=len(found) - 1, wanted=len(wanted) - 1)
        )
    for row, (have, want) in enumerate(zip(found, wanted, strict=True)):
        have = list(have) + [None] * (len(want) - len(have))
        for place, (one, other) in enumerate(zip(have, want, strict=True)):
            if one != other:
                raise differs(
                    layer.role,
                    _("column '{column}', row {row}: '{found}' instead of '{wanted}'").format(
                        column=wanted[0][place], row=row, found=one, wanted=other
                    ),
                )


def _write_xlsx(layer: Layer, path: Path, aliases: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write one sheet; texts stay texts, also those that look like formulas or long numbers."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(layer.role[:31] or "Sheet1")
    header = _header(layer, aliases)
    columns = [[_cell(value) for value in np.asarray(values).tolist()] for values in layer.fields.values()]
    rows = [header, *map(list, zip(*columns, strict=True))]
    for row in rows:
        sheet.append([_exact_cell(sheet, value) for value in row])
    with publish_one(path) as temporary:
        workbook.save(temporary)
        with Workbook(temporary) as back:
            found, _merged = back.cells(back.sheets[0])
        found += [[] for _row in range(len(rows) - len(found))]
        _compare_cells(layer, found, rows)
    return ()


def _cell(value: Any) -> Any:
    """Return a cell: a number as it is, nothing as empty, a text without what XML cannot hold."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value if np.isfinite(value) else None
    return ILLEGAL_CHARACTERS_RE.sub("", text_of(value)) or None


def _exact_cell(sheet: Any, value: Any) -> Any:
    """Return a cell that stays as it is: a text also where it looks like a formula, a number to its last bit.

    Left to itself openpyxl writes 16 digits of a number, and every seventeenth one reads back otherwise.
    """
    if not isinstance(value, (str, float)):
        return value
    cell = WriteOnlyCell(sheet, value if isinstance(value, str) else repr(value))
    cell.data_type = "s" if isinstance(value, str) else "n"
    return cell
