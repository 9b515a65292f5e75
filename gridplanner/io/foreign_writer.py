# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write FileGDB through GDAL and GeoParquet through Arrow (an extra), read back and compared."""

from __future__ import annotations

import importlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely
from pyogrio.errors import DataSourceError

from gridplanner.errors import UserError
from gridplanner.io.columns import text_of
from gridplanner.io.crs import name_of, parse
from gridplanner.io.file_set import publish_one
from gridplanner.io.gdal_reader import read_foreign
from gridplanner.io.geopackage_writer import one_type
from gridplanner.io.raw import objects
from gridplanner.io.read_back import check_columns, check_geometry, differs
from gridplanner.model.finding import Finding
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

#: FileGDB keeps coordinates as whole multiples of its resolution.
_GDB_RESOLUTION_M = 1e-4


def write_filegdb(
    layer: Layer, path: Path, crs: str, aliases: Mapping[str, str], append: bool = False
) -> tuple[Finding, ...]:
    """Write a layer into a FileGDB folder that ArcGIS Pro and ArcMap 10 open.

    Raises
    ------
    UserError
        It cannot be written, or does not read back the same.
    """
    geometry = None if layer.geometry is None else one_type(layer.geometry)
    columns = {key: _plain(np.asarray(values)) for key, values in layer.fields.items()}
    with publish_one(path) as temporary:
        if append and path.is_dir():
            shutil.copytree(path, temporary)
        parsed = parse(crs)
        try:
            pyogrio.raw.write(
                str(temporary),
                objects([None] * len(layer)) if geometry is None else shapely.to_wkb(geometry),
                list(columns.values()),
                list(columns),
                layer=layer.role,
                driver="OpenFileGDB",
                geometry_type=_type_name(geometry),
                crs=parsed.to_wkt() if parsed else None,
                append=False,
                layer_options={
                    "XYSCALE": str(round(1 / _GDB_RESOLUTION_M)),
                    "XORIGIN": "-400000000",
                    "YORIGIN": "-400000000",
                    "XYTOLERANCE": "0.001",
                },
            )
        except (DataSourceError, ValueError, OSError) as error:
            raise UserError(
                _("'{path}' cannot be written: {cause}. Choose another folder, or make room.").format(
                    path=path, cause=error
                )
            ) from error
        back = read_foreign(temporary, layer.role)
        check_columns(back, columns, layer.role, {})
        if geometry is not None:
            check_geometry(back.geometry, geometry, layer.role, _GDB_RESOLUTION_M)
    return ()


def _plain(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column as GDAL takes it: whole numbers (32 bits where they fit), float64 or texts.

    Older ArcGIS knows no 64-bit whole numbers: GDAL would turn them into decimals.
    """
    if values.dtype.kind in "iub":
        small = not len(values) or np.abs(values.astype(np.int64)).max() < 2**31
        return values.astype(np.int32 if small else np.int64)
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    return objects([text_of(value) for value in values.tolist()])


def _type_name(geometry: ObjectArray | None) -> str | None:
    """Return GDAL's name for the one type of the shapes."""
    if geometry is None:
        return None
    names = {shape.geom_type for shape in geometry if shape is not None}
    return names.pop() if len(names) == 1 else "Unknown"


def write_parquet(layer: Layer, path: Path, crs: str) -> tuple[Finding, ...]:
    """Write GeoParquet 1.0; needs the extra `parquet`.

    Raises
    ------
    UserError
        The extra is not installed, or the file does not read back the same.
    """
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UserError(
            _("GeoParquet needs the package pyarrow. Install gridplanner[parquet], or choose another format.")
        ) from error
    geometry = None if layer.geometry is None else one_type(layer.geometry)
    columns = {key: _plain(np.asarray(values)) for key, values in layer.fields.items()}
    table = {key: arrow.array(values.tolist(), from_pandas=True) for key, values in columns.items()}
    metadata = {}
    if geometry is not None:
        table["geometry"] = arrow.array(shapely.to_wkb(geometry).tolist(), type=arrow.binary())
        parsed = parse(name_of(crs))
        kinds = sorted({shape.geom_type for shape in geometry if shape is not None})
        column = {
            "encoding": "WKB",
            "geometry_types": kinds,
            "crs": parsed.to_json_dict() if parsed else None,
        }
        geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
        metadata[b"geo"] = json.dumps(geo).encode("utf-8")
    with publish_one(path) as temporary:
        parquet.write_table(arrow.table(table).replace_schema_metadata(metadata), temporary)
        # From memory: given a path, Arrow may hold the file open, and Windows moves no such file.
        back = parquet.read_table(io.BytesIO(temporary.read_bytes()))
        for key, values in columns.items():
            found = back[key].to_pylist()
            wanted = [None if value != value else value for value in values.tolist()]
            if found != wanted:
                raise differs(layer.role, _("column '{column}'").format(column=key))
        if geometry is not None:
            check_geometry(shapely.from_wkb(objects(back["geometry"].to_pylist())), geometry, layer.role, 0.0)
    return ()
