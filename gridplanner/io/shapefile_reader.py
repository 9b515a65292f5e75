# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read a shapefile set (.shp .shx .dbf .prj .cpg), whatever of it is there."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.io.dbf_reader import DbfTable, read_dbf
from gridplanner.io.encoding_choice import encoding_findings
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.raw import RawTable, objects
from gridplanner.io.shp_geometry import ShapeRows, read_shapes
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

_MAX_BYTES = 2_000_000_000


def member(path: Path, suffix: str) -> Path | None:
    """Return the file of the set with another suffix, whatever its case; None if absent."""
    direct = path.with_suffix(suffix)
    if direct.is_file():
        return direct
    wanted = (path.stem + suffix).lower()
    for other in path.parent.iterdir():
        if other.name.lower() == wanted and other.is_file():
            return other
    return None


def read_shapefile(path: Path, encoding: str = "") -> RawTable:
    """Read a shapefile; `path` may name any member of the set.

    Parameters
    ----------
    path : Path
    encoding : str
        The user's choice; "" to decide by test.

    Raises
    ------
    UserError
        There is nothing to read, or the files are no shapefile at all.
    """
    source = path.name
    shp, dbf = member(path, ".shp"), member(path, ".dbf")
    if shp is None and dbf is None:
        raise UserError(
            _("'{source}': the .shp file is missing. Copy all files of the set.").format(source=source)
        )
    if shp is not None and shp.stat().st_size > _MAX_BYTES:
        raise UserError(
            _("'{source}' is larger than 2 GB. Split it, or save it as GeoPackage.").format(source=source)
        )
    findings: list[Finding] = []
    label = _label(path)
    table = read_dbf(dbf, source, label, encoding) if dbf else None
    if table is None:
        findings.append(
            layer_finding(
                "read.count",
                Severity.WARNING,
                _("'{source}': the attribute table (.dbf) is missing; only shapes were read.").format(
                    source=source
                ),
                source,
                _("Copy all files of the set."),
            )
        )
    shapes = _shapes(shp, source, findings) if shp else None
    return _join(path, source, shapes, table, findings)


def _label(path: Path) -> str:
    """Return the text of the `.cpg`, or ""."""
    cpg = member(path, ".cpg")
    return _head(cpg, 64).decode("ascii", "replace").strip().strip("\ufffd") if cpg else ""


def _head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file; a sidecar of a gigabyte is not read whole."""
    with path.open("rb") as file:
        return file.read(size)


def _shapes(shp: Path, source: str, findings: list[Finding]) -> ShapeRows:
    """Return the geometries, and tell what was wrong with them."""
    head = _head(shp, 100)
    if len(head) < 100 or int.from_bytes(head[:4], "big") != 9994:
        raise UserError(
            _(
                "'{source}' is not a shapefile: its first bytes are not those of a .shp. Ask for "
                "the file again."
            ).format(source=source)
        )
    shx = member(shp, ".shx")
    with shp.open("rb") as file:
        # Mapped, not read: a sparse file that claims gigabytes then costs nothing.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    # Each record takes twelve bytes at least, its entry in the index eight.
    fits = shx is not None and shx.stat().st_size <= 100 + len(data)
    shapes = read_shapes(data, shx.read_bytes() if shx and fits else None)
    if shapes.scanned:
        text = (
            _(
                "'{source}': the index (.shx) does not fit the shapes; they were found one after "
                "another instead."
            )
            if shx
            else _(
                "'{source}': the index (.shx) is missing; the shapes were found one after another instead."
            )
        )
        findings.append(layer_finding("read.count", Severity.INFO, text.format(source=source), source))
    stated = int.from_bytes(data[24:28], "big") * 2
    if shapes.unread_bytes or stated != len(data):
        findings.append(_wrong_length(shapes, stated, len(data), source))
    findings.extend(shape_findings(shapes, source))
    return shapes


def _wrong_length(shapes: ShapeRows, stated: int, real: int, source: str) -> Finding:
    """Tell that the .shp is not as long as its header says, and what could be read."""
    text = _(
        "'{source}': the .shp should be {stated} bytes long and is {real}; {n} "
        "shapes could be read, {lost} bytes could not."
    ).format(source=source, stated=stated, real=real, n=len(shapes.geometry), lost=shapes.unread_bytes)
    severity = Severity.ERROR if shapes.unread_bytes or stated > real else Severity.WARNING
    remedy = _("The file was cut off or damaged; ask for it again.")
    return layer_finding("read.count", severity, text, source, remedy)


def shape_findings(shapes: ShapeRows, source: str) -> list[Finding]:
    """Return what is wrong with single shapes, one finding per kind of fault."""
    lost = _("These rows have no place on the map; draw them or ask for the file again.")
    look = _("Look at these shapes on the map.")
    kinds: tuple[tuple[list[int], str, Severity, str], ...] = (
        (shapes.null, _("'{source}': rows {rows} have no shape."), Severity.WARNING, lost),
        (shapes.damaged, _("'{source}': the shapes of rows {rows} are damaged."), Severity.ERROR, lost),
        (
            shapes.unfinite,
            _("'{source}': rows {rows} hold coordinates that are no numbers; their shapes were left out."),
            Severity.ERROR,
            lost,
        ),
        (
            shapes.surfaces,
            _("'{source}': rows {rows} are 3D surfaces (MultiPatch), which cannot be planned with."),
            Severity.ERROR,
            _("Save the layer as polygons."),
        ),
        (shapes.open_rings, _("'{source}': open rings were closed in rows {rows}."), Severity.WARNING, look),
        (
            shapes.short_rings,
            _("'{source}': parts with too few points were left out in rows {rows}."),
            Severity.WARNING,
            look,
        ),
    )
    return [
        row_finding(
            "read.geometry",
            severity,
            text.format(source=source, rows="{rows}"),
            [row + 1 for row in dict.fromkeys(rows)],
            remedy,
        )
        for rows, text, severity, remedy in kinds
        if rows
    ]


def _join(
    path: Path, source: str, shapes: ShapeRows | None, table: DbfTable | None, findings: list[Finding]
) -> RawTable:
    """Put shapes and rows side by side; what only one of them has is kept and told."""
    crs_file = member(path, ".prj")
    crs = _head(crs_file, 65536).decode("utf-8", "replace").strip().strip("\ufeff\0") if crs_file else ""
    if table is None:
        alone: ObjectArray = shapes.geometry if shapes else np.empty(0, dtype=object)
        return RawTable(source, {}, alone, np.arange(1, len(alone) + 1), crs, "", tuple(findings))
    choice = table.encoding
    findings.extend(table.findings)
    findings.extend(encoding_findings(choice, source, _texts_of(table)))
    if shapes is None:
        return RawTable(source, table.columns, None, table.kept + 1, crs, choice.codec, tuple(findings))
    findings.extend(_count_findings(len(shapes.geometry), table.records, source))
    kept = table.kept[table.kept < max(len(shapes.geometry), table.records)]
    extra = np.arange(table.records, len(shapes.geometry))
    geometry: ObjectArray = np.empty(len(kept) + len(extra), dtype=object)
    both = np.concatenate([kept, extra])
    there = both < len(shapes.geometry)
    geometry[there] = shapes.geometry[both[there]]
    columns = {name: _lengthened(values, len(extra)) for name, values in table.columns.items()}
    return RawTable(source, columns, geometry, both + 1, crs, choice.codec, tuple(findings))


def _lengthened(values: npt.NDArray[Any], more: int) -> npt.NDArray[Any]:
    """Return a column with `more` missing values at its end."""
    if not more:
        return values
    if values.dtype == object:
        return np.concatenate([values, objects([""] * more)])
    return np.concatenate([values.astype(np.float64), np.full(more, np.nan)])


def _count_findings(shapes: int, records: int, source: str) -> list[Finding]:
    """Tell if the numbers of shapes and of rows differ."""
    if shapes == records:
        return []
    text = _(
        "'{source}': {shapes} shapes but {records} rows in the attribute table; from row {row} "
        "on one of them is missing."
    )
    return [
        layer_finding(
            "read.count",
            Severity.ERROR,
            text.format(source=source, shapes=shapes, records=records, row=min(shapes, records) + 1),
            source,
            _(
                "The .shp and the .dbf belong to different versions, or one was cut off; ask for "
                "the set again."
            ),
        )
    ]


def _texts_of(table: DbfTable) -> Iterator[str]:
    """Yield the names of the columns, then the first texts of each."""
    yield from table.columns
    for values in table.columns.values():
        if values.dtype == object:
            yield from values[:200].tolist()
