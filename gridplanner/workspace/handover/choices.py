# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an export may be made of, in the planner's words; no slow imports, so the window may ask at once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from gridplanner.texts import _


@dataclass(frozen=True)
class Choice:
    """One format, encoding or profile to choose.

    Parameters
    ----------
    key : str
        As `[export]` of a configuration writes it.
    name, hint : str
        What the planner reads: a short name, and for whom or what it is.
    always : bool
        Written whether chosen or not: other outputs count on it.
    missing : str
        Why it cannot be written here; "" where it can.
    """

    key: str
    name: str
    hint: str = ""
    always: bool = False
    missing: str = ""


def format_choices() -> tuple[Choice, ...]:
    """Return every format of the layers, in the order of `[export] formats`."""
    parquet = "" if find_spec("pyarrow") else _("needs the package pyarrow: install gridplanner[parquet]")
    return (
        Choice("shp", "Shapefile", _("every layer; any GIS opens it"), always=True),
        Choice("gpkg", "GeoPackage", _("grids in one file, Chinese field names, no limits"), always=True),
        Choice("geojson", "GeoJSON", _("grids in WGS 84, for web maps"), always=True),
        Choice("kml", "KML", _("grids in WGS 84, for globe programs and phones")),
        Choice("dxf", "DXF", _("a drawing layer for each kind of grid, for CAD")),
        Choice("gdb", "FileGDB", _("file geodatabase, for ArcGIS")),
        Choice("csv", "CSV", _("the table of grids without shapes")),
        Choice("xlsx", "Excel", _("the table of grids without shapes, as a workbook")),
        Choice("parquet", "GeoParquet", _("for data platforms"), missing=parquet),
    )


def encoding_choices() -> tuple[Choice, ...]:
    """Return the encodings of the shapefiles in `shp/`."""
    return (
        Choice("utf8", "UTF-8", _("ArcGIS 10.2.1 and later, QGIS, SuperMap")),
        Choice("gbk", "GBK", _("older ArcMap, SuperMap and MapGIS; rare characters are lost")),
        Choice("gb18030", "GB18030", _("every Chinese character; not every older program reads it")),
    )


def profile_choices() -> tuple[Choice, ...]:
    """Return the further sets of shapefiles, each in a folder of its own."""
    short = _("{encoding}, Chinese field names of at most five characters")
    shorter = _("{encoding}, Chinese field names of at most three characters")
    plain = [
        Choice(c.key, _("also in {encoding}").format(encoding=c.name), c.hint) for c in encoding_choices()
    ]
    named = [
        Choice(f"{c.key}+chinese", (shorter if c.key == "utf8" else short).format(encoding=c.name), c.hint)
        for c in encoding_choices()
    ]
    return (*plain, *named)


def database_missing() -> str:
    """Return why no plan can be published to a database here; "" where one can."""
    return "" if find_spec("psycopg") else _("needs the package psycopg: install gridplanner[postgis]")
