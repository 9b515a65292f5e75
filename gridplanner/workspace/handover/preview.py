# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an export would write, before it writes: each layer file, its rows, its size, its losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.io.columns import text_of
from gridplanner.io.dbf_fields import plan_fields, profile_of
from gridplanner.io.shapefile_writer import member_sizes
from gridplanner.model.finding import Finding
from gridplanner.model.layers import Layer
from gridplanner.model.outcome import Outcome
from gridplanner.texts import _
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.handover.handing_over import chinese_names, outputs, planned_losses, real_losses


@dataclass(frozen=True)
class PlannedFile:
    """A layer file that an export would write.

    Parameters
    ----------
    path : str
        In the output folder.
    rows : int
    size : int
        Bytes: exact for the three members of a shapefile, an estimate for the other formats.
    """

    path: str
    rows: int
    size: int


@dataclass(frozen=True)
class Preview:
    """What an export would give.

    Parameters
    ----------
    files : tuple of PlannedFile
        Layers only; maps and papers are not counted.
    told : tuple of Finding
        What the formats leave out, by row and column; what several profiles share once.
    """

    files: tuple[PlannedFile, ...]
    told: tuple[Finding, ...]

    @property
    def losses(self) -> tuple[Finding, ...]:
        """Losses of content; that a drawing has no columns at all surprises nobody."""
        return tuple(real_losses(self.told))

    @property
    def size(self) -> int:
        """Bytes of all layer files together."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class _Weight:
    """Bytes that a format takes for what is in a layer; measured on the sample district.

    Parameters
    ----------
    base, row, vertex, cell, text : float
        For the file, each row, each vertex, each cell, each byte of text in UTF-8.
    """

    base: float
    row: float
    vertex: float
    cell: float
    text: float


_WEIGHTS = {
    "gpkg": _Weight(35_000, 280, 16, 6, 1.0),
    "geojson": _Weight(200, 120, 29, 12, 1.0),
    "kml": _Weight(600, 260, 31, 50, 1.0),
    "dxf": _Weight(1_500, 200, 63, 0, 0.1),
    "gdb": _Weight(60_000, 20, 7, 3, 0.5),
    "csv": _Weight(400, 2, 0, 6, 1.0),
    "xlsx": _Weight(5_000, 10, 0, 4, 0.2),
    "parquet": _Weight(8_000, 5, 7.5, 2, 0.4),
}


def preview_lines(preview: Preview) -> list[str]:
    """Return the layer files with rows and sizes as lines for the terminal."""
    head = _("{n} layer files, about {size} MB:")
    lines = [head.format(n=len(preview.files), size=_megabytes(preview.size))]
    row = _("{path}: {rows} rows, {size} MB")
    lines += [
        "  " + row.format(path=file.path, rows=file.rows, size=_megabytes(file.size))
        for file in preview.files
    ]
    return lines if preview.told else [*lines, _("The formats chosen lose nothing.")]


def _megabytes(size: int) -> str:
    """Return bytes as megabytes with two decimals."""
    return f"{max(size, 10_000) / 1e6:.2f}"


def preview_of(outcome: Outcome, options: ExportOptions) -> Preview:
    """Return what an export with these options would write and lose; nothing is written."""
    files = tuple(
        PlannedFile(output.path, len(output.layer), _size(output.layer, output.format, output.profile))
        for output in outputs(outcome, options)
    )
    return Preview(files, planned_losses(outcome, options))


def _size(layer: Layer, form: str, profile: str) -> int:
    """Return the bytes of a layer in a format."""
    if form == "shp":
        return _shapefile_size(layer, profile)
    weight = _WEIGHTS[form]
    n, columns = len(layer), list(layer.fields.values())
    vertices = 0 if layer.geometry is None else int(shapely.get_num_coordinates(layer.geometry).sum())
    texts = sum(
        len(text_of(value).encode("utf-8", "replace"))
        for column in columns
        if np.asarray(column).dtype.kind not in "iufb"
        for value in np.asarray(column).tolist()
    )
    cells = n * len(columns)
    return round(
        weight.base + weight.row * n + weight.vertex * vertices + weight.cell * cells + weight.text * texts
    )


def _shapefile_size(layer: Layer, profile: str) -> int:
    """Return the bytes of the three members of a shapefile."""
    fields, _losses = plan_fields(layer, profile_of(profile), chinese_names(), {})
    return sum(member_sizes(layer, fields).values())
