# SPDX-License-Identifier: LGPL-3.0-or-later
"""The output folder as the verifier sees it: files, nothing else."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplanner.errors import UserError
from gridplanner.texts import _
from gridplanner.verify.shapefile import Table, read_table

_NEEDED = ("communities", "grids_before", "grids", "atoms", "buildings")
_OPTIONAL = ("barriers", "bridges", "micro_grids", "area_grids")
Row = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Output:
    """Everything that `verify` reads.

    Parameters
    ----------
    folder : Path
    layers : mapping of layer name to Table
        The five that every folder holds; `barriers` and `bridges` where given.
    crosswalk, findings : tuple of rows
    summary, certificate, config : mapping
    """

    folder: Path
    layers: Mapping[str, Table]
    crosswalk: tuple[Row, ...]
    findings: tuple[Row, ...]
    summary: Mapping[str, Any]
    certificate: Mapping[str, Any]
    config: Mapping[str, Any]


def read_output(folder: Path) -> Output:
    """Read an output folder.

    Raises
    ------
    UserError
        The folder or a file of it is missing or cannot be read.
    """
    if not folder.is_dir():
        raise UserError(
            _("There is no folder '{path}'. Name the folder that run or demo wrote.").format(path=folder)
        )
    shp = folder / "shp"
    layers = {name: read_table(shp / name) for name in _NEEDED}
    layers |= {name: read_table(shp / name) for name in _OPTIONAL if (shp / f"{name}.shp").exists()}
    return Output(
        folder,
        layers,
        _csv(folder / "crosswalk.csv"),
        _csv(folder / "findings.csv"),
        _json(folder / "summary.json"),
        _json(folder / "certificate.json"),
        _toml(folder / "config.toml"),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            _("Cannot read '{path}': {cause}.").format(path=path, cause=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(_("'{path}' is not UTF-8 text.").format(path=path)) from error


def _csv(path: Path) -> tuple[Row, ...]:
    # Not by splitlines: a name may hold what Unicode calls a line separator.
    rows = tuple(csv.DictReader(io.StringIO(_text(path), newline="")))
    short = next((n for n, row in enumerate(rows, start=2) if None in row.values()), 0)
    if short:
        cause = _("row {row} has too few columns").format(row=short)
        raise UserError(_("'{path}' is damaged and cannot be read: {cause}.").format(path=path, cause=cause))
    return rows


def _json(path: Path) -> Mapping[str, Any]:
    try:
        table = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise UserError(
            _("'{path}' is damaged and cannot be read: {cause}.").format(path=path, cause=error)
        ) from error
    if not isinstance(table, dict):
        raise UserError(_("'{path}' does not hold a table.").format(path=path))
    return table


def _toml(path: Path) -> Mapping[str, Any]:
    """Read the copy of the configuration; a project made without one has an empty copy or none."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            _("'{path}' is damaged and cannot be read: {cause}.").format(path=path, cause=error)
        ) from error
