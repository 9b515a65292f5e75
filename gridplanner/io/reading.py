# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read all layers of a district into one set: decoded, matched, placed, gated, joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.columns import codes_of, numbers_of, texts_of
from gridplanner.io.drawing import polygons_of_drawing
from gridplanner.io.estimate import estimate_people, floor_rule
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.field_names import coordinate_columns, match_fields
from gridplanner.io.gate import AREAS, TABLES, check_kind, pass_gate
from gridplanner.io.homes import with_homes
from gridplanner.io.people import join_people
from gridplanner.io.personal_data import impersonal, personal_columns, personal_finding
from gridplanner.io.placements import read_placements
from gridplanner.io.placing import Placed, common_crs, place, refuse_old_datum
from gridplanner.io.raw import RawTable, numbered
from gridplanner.io.roles import role_word
from gridplanner.io.sources import is_database, local_path, open_layer, read_from_database
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet, LayerSpec, ObjectArray
from gridplanner.model.question import Question
from gridplanner.texts import _

Ask = Callable[[Question], str]

NUMBER_KEYS = ("people", "households", "members", "floating", "elderly", "shops")
CODE_KEYS = ("id", "code", "street_code", "community_code", "old_grid")
#: Ledgers whose people are staff; everywhere else, people are residents.
_LEDGERS_OF_STAFF = ("branches", "staff")
#: Meanings that a role cannot do without.
_NEEDED = {"grids": ("code",), "people": ("people", "households"), "communities": ("code", "name")}


@dataclass(frozen=True, eq=False)
class _Read:
    """A layer with meanings, still in its own CRS."""

    layer: Layer
    placed: Placed


def read_layers(
    specs: Mapping[str, LayerSpec],
    nets: Mapping[str, LayerSpec],
    base: Path,
    ask: Ask | None = None,
    at: Callable[[str], None] | None = None,
) -> LayerSet:
    """Read every layer and bring them together in one projected CRS.

    Parameters
    ----------
    specs : mapping of role to LayerSpec
    nets : mapping of name to LayerSpec
    base : Path
        Folder that relative paths start from.
    ask : callable, optional
        Answers questions that only the planner can (CRS, layer inside a container); without it
        such doubts are errors that name the likely answer.
    at : callable, optional
        Told the role of each layer before it is read.

    Raises
    ------
    UserError
        A layer cannot be read, is empty, of the wrong kind, in an unknown place, or meets no other.
    """
    findings: list[Finding] = []
    read: dict[str, _Read] = {}
    for role, spec in (*specs.items(), *((f"nets.{name}", spec) for name, spec in nets.items())):
        if at is not None:
            at(role)
        read[role] = read_layer(role, spec, base, ask, findings)
    crs, more = common_crs({role: item.placed for role, item in read.items()})
    findings.extend(more)
    layers = {role: _in_common(item, crs) for role, item in read.items()}
    for role, spec in specs.items():
        rule = floor_rule(spec.fields.get("people", ""))
        if rule is not None:
            layers[role], finding = estimate_people(layers[role], rule)
            findings.append(finding)
    _settle_ledgers(layers, read, findings)
    check_meeting(layers)
    _join(layers, read_placements(base), findings)
    return LayerSet(
        crs=crs,
        layers={role: layer for role, layer in layers.items() if not role.startswith("nets.")},
        nets={
            role.removeprefix("nets."): layer for role, layer in layers.items() if role.startswith("nets.")
        },
        findings=tuple(findings),
    )


def read_layer(role: str, spec: LayerSpec, base: Path, ask: Ask | None, findings: list[Finding]) -> _Read:
    """Read, match, gate and place one layer; what went wrong is added to `findings`."""
    raw = _rows_of(role, spec, base, ask)
    findings.extend(raw.findings)
    if not len(raw):
        raise UserError(
            _("Layer '{role}' ('{source}') has no rows. Check that it is the right file.").format(
                role=role_word(role), source=raw.source
            )
        )
    raw = numbered(_with_points(role, raw), spec.fields.values())
    if raw.geometry is None and role not in TABLES and role != "stairs":
        raise UserError(
            _("Layer '{role}' ('{source}') is a table without coordinates, but must hold shapes.").format(
                role=role_word(role), source=raw.source
            )
        )
    layer, more = _with_meanings(role, raw, _meanings(role, raw, spec))
    findings.extend(more)
    if raw.geometry is None:
        return _Read(layer, Placed(np.empty(0, dtype=object), ""))
    check_kind(role, role_word(role), raw.geometry, raw.source)
    geometry, more = pass_gate(role, raw.geometry, raw.rows, raw.source)
    findings.extend(more)
    if shapely.is_missing(geometry).all() and role not in TABLES:
        raise UserError(
            _(
                "Layer '{role}' ('{source}') has rows but no usable shape. Check that it is the right file."
            ).format(role=role_word(role), source=raw.source)
        )
    if role in TABLES and not (spec.crs or raw.crs):
        return _Read(layer, Placed(geometry, ""))
    placed, more = place(role, raw.source, geometry, raw.crs, spec.crs, ask, base)
    findings.extend(more)
    return _Read(layer, placed)


def _rows_of(role: str, spec: LayerSpec, base: Path, ask: Ask | None) -> RawTable:
    """Return the rows of a file or a database table; the areas of a drawing where areas are wanted."""
    if is_database(spec.path):
        return read_from_database(spec.path, spec.layer)
    raw = open_layer(local_path(spec.path, base), spec.layer, spec.encoding, ask)
    if spec.path.lower().endswith(".dxf") and (role in AREAS or role.startswith("nets.")):
        return polygons_of_drawing(raw, spec.gap_m)
    return raw


def _with_points(role: str, raw: RawTable) -> RawTable:
    """Return a table with its coordinate columns as points, where it has such columns."""
    found = coordinate_columns(raw.columns) if raw.geometry is None and role != "people" else None
    if not found:
        return raw
    x, _bad = numbers_of(raw.columns[found[0]])
    y, _bad = numbers_of(raw.columns[found[1]])
    there = np.isfinite(x) & np.isfinite(y)
    geometry: ObjectArray = np.empty(len(raw), dtype=object)
    geometry[there] = shapely.points(x[there], y[there])
    findings = list(raw.findings)
    if not there.all():
        text = _("'{source}': rows {rows} have no coordinates.").format(source=raw.source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, raw.rows[~there].tolist()))
    return replace(raw, geometry=geometry, findings=tuple(findings))


def _meanings(role: str, raw: RawTable, spec: LayerSpec) -> dict[str, str]:
    """Return meaning to column name: as named, else by the usual names."""
    named = {key: column for key, column in spec.fields.items() if floor_rule(column) is None}
    matched = match_fields(role, raw.columns, named, raw.source)
    if role == "people" and "name" not in named:  # a row there has no name but that of a resident
        matched.pop("name", None)
    _refuse_missing(role, matched, raw)
    return matched


def _refuse_missing(role: str, matched: Mapping[str, str], raw: RawTable) -> None:
    """Raise UserError if a role lacks every column that it cannot do without."""
    needed = _NEEDED.get(role, ())
    if needed and not any(key in matched for key in needed):
        raise UserError(
            _(
                "Layer '{role}' ('{source}') has no column for {needed}. Name it: fields = {{ "
                '{key} = "…" }}. Its columns: {columns}.'
            ).format(
                role=role_word(role),
                source=raw.source,
                needed=_(" or ").join(needed),
                key=needed[0],
                columns="、".join(list(raw.columns)[:20]),
            )
        )


def _with_meanings(role: str, raw: RawTable, matched: Mapping[str, str]) -> tuple[Layer, list[Finding]]:
    """Return the layer with columns under their meanings, numbers and codes made sound."""
    findings: list[Finding] = []
    fields: dict[str, npt.NDArray[Any]] = {}
    for key, column in matched.items():
        values = raw.columns[column]
        if key in NUMBER_KEYS:
            fields[key] = _counts(values, raw, column, findings)
        elif key in CODE_KEYS:
            fields[key] = _codes(role, key, values, raw, column, findings)
        else:
            fields[key] = texts_of(values)
        if role not in _LEDGERS_OF_STAFF and key not in NUMBER_KEYS:
            fields[key], more = impersonal(fields[key], raw.rows, raw.source, column)
            findings.extend(more)
    used = set(matched.values())
    extra = {name: values for name, values in raw.columns.items() if name not in used}
    personal = personal_columns(extra, staff=role in _LEDGERS_OF_STAFF)
    if personal:
        findings.append(personal_finding(raw.source, personal))
        dropped = {column.column for column in personal}
        extra = {name: values for name, values in extra.items() if name not in dropped}
    return Layer(role, raw.source, None, fields, extra, raw.rows), findings


def _counts(
    values: npt.NDArray[Any], raw: RawTable, column: str, findings: list[Finding]
) -> npt.NDArray[np.float64]:
    """Return a column of counts; refuse texts and negative numbers.

    A column that is mostly no numbers is the wrong column; single bad cells are wrong data.
    Both stop the reading: people must not vanish from a plan because a cell was mistyped.
    """
    numbers, bad = numbers_of(values)
    if bad:
        raise UserError(
            _(
                "'{source}', column '{column}': {n} cells are no numbers (row {row}: '{value}'). "
                "Correct them or name another column."
            ).format(
                source=raw.source,
                column=column,
                n=len(bad),
                row=int(raw.rows[bad[0]]),
                value=str(values[bad[0]])[:30],
            )
        )
    negative = np.flatnonzero(numbers < 0)
    if len(negative):
        first = int(negative[0])
        raise UserError(
            _(
                "'{source}', column '{column}': {n} numbers are negative (row {row}: {value:g}). "
                "Correct them."
            ).format(
                source=raw.source,
                column=column,
                n=len(negative),
                row=int(raw.rows[first]),
                value=float(numbers[first]),
            )
        )
    empty = np.flatnonzero(np.isnan(numbers))
    if len(empty):
        text = _("'{source}', column '{column}': {n} cells are empty and count as 0: rows {rows}.").format(
            source=raw.source, column=column, n=len(empty), rows="{rows}"
        )
        findings.append(row_finding("read.number", Severity.INFO, text, raw.rows[empty].tolist()))
    return numbers


def _codes(
    role: str, key: str, values: npt.NDArray[Any], raw: RawTable, column: str, findings: list[Finding]
) -> ObjectArray:
    """Return a column of codes as text; tell which lost digits, are missing or repeated."""
    codes, lost = codes_of(values)
    if lost:
        text = _(
            "'{source}', column '{column}': codes were turned into rounded numbers in rows "
            "{rows}; digits are lost."
        ).format(source=raw.source, column=column, rows="{rows}")
        remedy = _("Format the column as text in the spreadsheet and export again.")
        findings.append(row_finding("read.code", Severity.ERROR, text, raw.rows[lost].tolist(), remedy))
    if key == "code" and role in ("grids", "communities", "streets"):
        findings.extend(_code_doubts(codes, raw, column))
    return codes


def _code_doubts(codes: ObjectArray, raw: RawTable, column: str) -> list[Finding]:
    """Tell which rows have no code or repeat one."""
    seen: dict[str, int] = {}
    missing, twice = [], []
    for row, code in zip(raw.rows.tolist(), codes.tolist(), strict=True):
        if not code:
            missing.append(row)
        elif code in seen:
            twice.append(row)
        seen.setdefault(code, row)
    findings = []
    if missing:
        text = _("'{source}', column '{column}': rows {rows} have no code.").format(
            source=raw.source, column=column, rows="{rows}"
        )
        findings.append(row_finding("read.code", Severity.WARNING, text, missing, _("Fill in the code.")))
    if twice:
        text = _("'{source}', column '{column}': rows {rows} repeat the code of an earlier row.").format(
            source=raw.source, column=column, rows="{rows}"
        )
        findings.append(row_finding("read.code", Severity.WARNING, text, twice, _("Give each its own code.")))
    return findings


def _in_common(item: _Read, crs: str) -> Layer:
    """Return the layer with its shapes in the common CRS."""
    if not len(item.placed.geometry):
        return item.layer
    if not item.placed.crs:
        return replace(item.layer, geometry=item.placed.geometry)
    refuse_old_datum(item.placed.crs, crs, item.layer.source)
    geometry = systems.transform(item.placed.geometry, item.placed.crs, crs)
    bad = ~shapely.is_valid(geometry) & ~shapely.is_missing(geometry)
    if bad.any():
        # Rounding in the projection can make a touching ring cross itself by a hair.
        geometry = geometry.copy()
        geometry[bad] = pass_gate(item.layer.role, geometry[bad], item.layer.rows[bad], item.layer.source)[0]
    return replace(item.layer, geometry=geometry)


def _settle_ledgers(layers: dict[str, Layer], read: Mapping[str, _Read], findings: list[Finding]) -> None:
    """Keep the coordinates of a ledger that names no CRS only where they fall among the other layers."""
    boxes = [
        systems.total_bounds(item.geometry)
        for role, item in layers.items()
        if read[role].placed.crs and item.geometry is not None
    ]
    area = shapely.box(*np.nanmin(boxes, axis=0)[:2], *np.nanmax(boxes, axis=0)[2:])
    for role, layer in layers.items():
        if read[role].placed.crs or layer.geometry is None:
            continue
        fits = shapely.box(*systems.total_bounds(layer.geometry)).within(area)
        text = (
            _(
                "'{source}' names no coordinate system; its coordinates fall among the other "
                "layers and were taken so."
            )
            if fits
            else _(
                "'{source}' names no coordinate system and its coordinates fall outside the "
                "other layers; they were left out."
            )
        ).format(source=layer.source)
        severity = Severity.INFO if fits else Severity.WARNING
        remedy = "" if fits else _('Add crs = "EPSG:…" to the layer.')
        findings.append(layer_finding("read.crs", severity, text, layer.source, remedy))
        if not fits:
            layers[role] = replace(layer, geometry=None)


def check_meeting(layers: Mapping[str, Layer]) -> None:
    """Raise UserError for a layer that lies wholly apart from the others."""
    boxes = {
        role: systems.total_bounds(layer.geometry)
        for role, layer in layers.items()
        if layer.geometry is not None and not shapely.is_missing(layer.geometry).all()
    }
    leader = next((role for role in ("communities", "grids", "atoms", "buildings") if role in boxes), None)
    if leader is None:
        return
    x0, y0, x1, y1 = boxes[leader]
    for role, (left, bottom, right, top) in boxes.items():
        if left > x1 or right < x0 or bottom > y1 or top < y0:
            away = max(left - x1, x0 - right, bottom - y1, y0 - top) / 1000
            raise UserError(
                _(
                    "Layers '{role}' ('{source}') and '{leader}' ('{other}') do not meet: they "
                    "lie {km:.1f} km apart. Check the coordinate systems (crs) of both."
                ).format(
                    role=role_word(role),
                    source=layers[role].source,
                    leader=role_word(leader),
                    other=layers[leader].source,
                    km=away,
                )
            )


def _join(layers: dict[str, Layer], remembered: Mapping[str, str], findings: list[Finding]) -> None:
    """Join the table of people to the buildings, in place of the mapping."""
    if "people" not in layers:
        return
    target = "buildings" if "buildings" in layers else "atoms" if "atoms" in layers else ""
    if not target:
        text = _("The table of people has no buildings to belong to; it stays in the communities' totals.")
        findings.append(layer_finding("read.people", Severity.WARNING, text, layers["people"].source))
        return
    owner = layers[target]
    codes = None if target == "buildings" else owner.texts("building")
    people = with_homes(layers["people"], owner, layers.get("communities"))
    layers[target], layers["people"], more = join_people(owner, people, codes, remembered)
    findings.extend(more)
