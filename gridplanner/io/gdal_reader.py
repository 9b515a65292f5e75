# SPDX-License-Identifier: LGPL-3.0-or-later
"""Formats of other programs, read through GDAL with an allow-list of drivers: FileGDB, MapInfo, KML, DXF.

This is the only reader that runs foreign C++ code over the user's file; the worker process
around it keeps a crash there from the window.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gridplanner.errors import UserError
from gridplanner.io.columns import column_of, text_of
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.foreign_texts import readable, refuse_pointing, settled
from gridplanner.io.raw import RawTable, objects
from gridplanner.io.wkb import wkb_to_geometry
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

#: File name suffix to the first bytes that such a file must have ("" for any).
_SIGNS: dict[str, tuple[bytes, ...]] = {
    ".tab": (b"!table", b"!Table", b"!TABLE"),
    ".mif": (b"version", b"Version", b"VERSION"),
    ".kml": (b"<", b"\xef\xbb\xbf<"),
    ".dxf": (b" ", b"0", b"9", b"\xef\xbb\xbf"),
}


def foreign_layers(path: Path) -> list[str]:
    """Return the layers that GDAL finds in a file or FileGDB folder.

    Raises
    ------
    UserError
        It is not what its name says, or cannot be read.
    """
    _check_sign(path)
    if path.suffix.lower() != ".kml":
        return _names_of(path, path)
    # GDAL knows no Chinese encoding of XML.
    with readable(path) as item:
        return _names_of(item.path, path)


def _names_of(readable_path: Path, path: Path) -> list[str]:
    """Return the layers of a file or its readable copy."""
    try:
        with warnings.catch_warnings():
            # What GDAL remarks on here it remarks on again in reading, and there it is told.
            warnings.simplefilter("ignore")
            return [str(name) for name, _kind in pyogrio.list_layers(str(readable_path))]
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _check_sign(path: Path) -> None:
    """Raise UserError if the first bytes are not those of the format that the name promises.

    GDAL goes by content, not by name: without this a file called .kml could be opened as
    anything GDAL knows, with drivers that follow links to other files.
    """
    suffix = path.suffix.lower()
    if suffix == ".gdb":
        if not path.is_dir() or not any(path.glob("*.gdbtable")):
            raise _unreadable(path, ValueError(_("no FileGDB folder")))
        return
    with path.open("rb") as file:
        head = file.read(64)
    if not head.startswith(_SIGNS[suffix]):
        raise _unreadable(path, ValueError(_("its first bytes are of another format")))
    if suffix == ".tab":
        refuse_pointing(path)


def _unreadable(path: Path, error: Exception) -> UserError:
    """Return the error for a file that GDAL cannot read."""
    return UserError(
        _("'{source}' cannot be read ({cause}). Ask for the file again.").format(
            source=path.name, cause=str(error)[:120]
        )
    )


def read_foreign(path: Path, layer: str, encoding: str = "") -> RawTable:
    """Read one layer through GDAL.

    Parameters
    ----------
    path : Path
    layer : str
    encoding : str
        Only for formats that do not fix it (MapInfo, DXF, KML); "" to decide by test.

    Raises
    ------
    UserError
        It cannot be read.
    """
    source = path.name if path.suffix.lower() in (".tab", ".mif", ".dxf") else f"{path.name}|{layer}"
    with readable(path, encoding) as item:
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                meta, _fids, wkb, columns = pyogrio.raw.read(str(item.path), layer=layer, **item.options)
        except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
            raise _unreadable(path, error) from error
        by_name = {str(name): values for name, values in zip(meta["fields"], columns, strict=True)}
        texts, codec, findings = settled(by_name, item, source, encoding)
    findings += [
        layer_finding("read.count", Severity.WARNING, f"'{source}': {warning.message}", source)
        for warning in caught
    ]
    n = len(wkb) if wkb is not None else len(columns[0]) if columns else 0
    geometry = None if wkb is None or meta["geometry_type"] is None else _shapes(wkb, source, findings)
    table = {name: _column(values) for name, values in texts.items()}
    if path.suffix.lower() == ".dxf" and "Text" in table:
        table["Text"] = objects([_UNICODE.sub(_character, str(text)) for text in table["Text"]])
    rows = np.arange(1, n + 1, dtype=np.int64)
    return RawTable(source, table, geometry, rows, str(meta["crs"] or ""), codec, tuple(findings))


#: How CAD programs write characters that the drawing's code page lacks.
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")


def _character(found: re.Match[str]) -> str:
    """Return the character that four digits name; half of a pair is none."""
    code = int(found[1], 16)
    return "?" if 0xD800 <= code < 0xE000 else chr(code)


def straight_shapes(path: Path, layer: str) -> list[bytes | None]:
    """Return the WKB of a layer with arcs as short lines (GDAL's default: 4 degrees per line)."""
    try:
        _meta, _fids, wkb, _columns = pyogrio.raw.read(str(path), layer=layer, columns=[])
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise _unreadable(path, error) from error
    return [None if item is None else bytes(item) for item in wkb]


def _shapes(wkb: Any, source: str, findings: list[Finding]) -> ObjectArray:
    """Return geometries, telling those that could not be read."""
    geometry, broken = wkb_to_geometry(list(wkb))
    if broken:
        text = _("'{source}': the shapes of rows {rows} are damaged.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.ERROR, text, [row + 1 for row in broken]))
    null = np.flatnonzero(shapely.is_missing(geometry))
    null = null[~np.isin(null, broken)]
    if len(null):
        text = _("'{source}': rows {rows} have no shape.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, (null + 1).tolist()))
    return geometry


def _column(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column of GDAL's as ours."""
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        numbers: npt.NDArray[np.float64] = values.astype(np.float64)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers
    if values.dtype.kind == "M":
        return objects(["" if np.isnat(value) else str(value)[:10] for value in values])
    if values.dtype.kind == "b":
        return values.astype(np.int64)
    return column_of([None if value is None else text_of(value) for value in values.tolist()])
