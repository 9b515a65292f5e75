# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read KML and DXF back cell by cell and vertex by vertex, and name what they cannot hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.raw import objects
from gridplanner.io.read_back import check_geometry, differs
from gridplanner.io.text_writers import DXF_DECIMALS, drawn_lines, kml_label, plain_cell, xml_text
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

_KML = "{http://www.opengis.net/kml/2.2}"
#: Half of the last decimal written, and a hair for the rounding of floats.
_DXF_TOLERANCE_M = 0.51 * 10.0**-DXF_DECIMALS


# --- KML -----------------------------------------------------------------------------------------------


def check_kml(path: Path, layer: Layer, shapes: ObjectArray) -> None:
    """Raise UserError unless every name, cell and vertex of a KML is the one that was meant."""
    label = kml_label(layer)
    marks = list(ElementTree.parse(path).iter(f"{_KML}Placemark"))  # noqa: S314 - our own text
    if len(marks) != len(layer):
        raise differs(layer.role, _("{n} shapes instead of {wanted}").format(n=len(marks), wanted=len(layer)))
    for row, mark in enumerate(marks):
        cells = {
            data.get("name", ""): data.findtext(f"{_KML}value") or "" for data in mark.iter(f"{_KML}Data")
        }
        columns = {key: values[row] for key, values in layer.fields.items()}
        if label:
            cells["name"], columns["name"] = mark.findtext(f"{_KML}name") or "", columns[label]
        for key, value in columns.items():
            wanted = xml_text(plain_cell(value))
            if cells.get(key) != wanted:
                raise differs(
                    layer.role,
                    _("column '{column}', row {row}: '{found}' instead of '{wanted}'").format(
                        column=key, row=row + 1, found=cells.get(key), wanted=wanted
                    ),
                )
    check_geometry(objects([_shape_of(mark) for mark in marks]), shapes, layer.role, 0.0)


def _shape_of(parent: Any) -> Any:
    """Return the geometry directly inside an element; None where there is none."""
    made: list[Any] = []
    for child in parent:
        tag = child.tag.removeprefix(_KML)
        if tag == "Polygon":
            shell, *holes = [
                shapely.LinearRing(_coordinates(ring))
                for border in ("outerBoundaryIs", "innerBoundaryIs")
                for ring in child.iterfind(f"{_KML}{border}/{_KML}LinearRing")
            ]
            made.append(shapely.Polygon(shell, holes))
        elif tag in ("LineString", "Point"):
            kind = shapely.LineString if tag == "LineString" else shapely.Point
            made.append(kind(_coordinates(child) if tag == "LineString" else _coordinates(child)[0]))
        elif tag == "MultiGeometry":
            return _collected([_shape_of([part]) for part in child])
    return made[0] if made else None


def _collected(parts: Sequence[Any]) -> Any:
    """Return parts of one kind as a multi geometry."""
    kinds = {
        "Polygon": shapely.MultiPolygon,
        "LineString": shapely.MultiLineString,
        "Point": shapely.MultiPoint,
    }
    return kinds[parts[0].geom_type](list(parts))


def _coordinates(element: Any) -> npt.NDArray[np.float64]:
    """Return the coordinates of an element."""
    words = (element.findtext(f"{_KML}coordinates") or "").split()
    return np.array([[float(number) for number in word.split(",")[:2]] for word in words])


def xml_losses(layer: Layer) -> tuple[Finding, ...]:
    """Tell the cells with characters that XML has no room for, by row and column."""
    found = []
    for key, values in layer.fields.items():
        if values.dtype != object:
            continue
        rows = [row for row, value in enumerate(values) if xml_text(str(value)) != str(value)]
        if rows:
            text = _(
                "Layer '{layer}', column '{column}': characters that KML cannot hold are left out in rows "
                "{rows}."
            ).format(layer=layer.role, column=key, rows="{rows}")
            found.append(row_finding("write.text", Severity.WARNING, text, [row + 1 for row in rows]))
    return tuple(found)


# --- DXF -----------------------------------------------------------------------------------------------


@dataclass
class _Entity:
    """One entity of a drawing: its group codes, and the vertices of a polyline."""

    kind: str
    groups: dict[int, str] = field(default_factory=dict)
    xy: list[tuple[float, float]] = field(default_factory=list)


def read_entities(text: str) -> Iterator[_Entity]:
    """Yield the entities of an R12 drawing, vertices inside their polylines."""
    lines = text.split("\r\n")
    pairs = [(int(lines[i]), lines[i + 1]) for i in range(0, len(lines) - 1, 2)]
    start = next(i for i, pair in enumerate(pairs) if pair == (2, "ENTITIES"))
    current: _Entity | None = None
    owner: _Entity | None = None
    for code, value in pairs[start + 1 :]:
        if code != 0:
            if current is not None:
                current.groups[code] = value
            continue
        if current is not None and current.kind == "VERTEX" and owner is not None:
            owner.xy.append((float(current.groups[10]), float(current.groups[20])))
        elif current is not None and current.kind != "POLYLINE":
            yield current
        if value == "POLYLINE":
            owner = current = _Entity(value)
        elif value == "SEQEND" and owner is not None:
            yield owner
            owner = current = None
        else:
            current = _Entity(value)


def check_dxf(
    path: Path, layer: Layer, layer_of: Callable[[int], str], label_of: Callable[[int], str]
) -> None:
    """Raise UserError unless a drawing holds every line, vertex, drawing layer and text that was meant.

    Parameters
    ----------
    path : Path
    layer : Layer
    layer_of, label_of : callable
        Row to name of the drawing layer and to label, as written: see `text_writers.dxf_text`.
    """
    entities = [e for e in read_entities(path.read_bytes().decode("gbk")) if e.kind != "ENDSEC"]
    shapes = layer.geometry if layer.geometry is not None else objects([])
    at = 0
    for row, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        wanted = [(xy, closed) for xy, closed in drawn_lines(shape)]
        label = label_of(row)
        mine = entities[at : at + len(wanted) + bool(label)]
        at += len(wanted) + bool(label)
        same = len(mine) == len(wanted) + bool(label) and all(
            _same_line(entity, xy, closed) for entity, (xy, closed) in zip(mine, wanted, strict=False)
        )
        if not same or any(entity.groups.get(8) != layer_of(row) for entity in mine):
            raise differs(layer.role, _("row {row} has another shape").format(row=row + 1))
        if label and mine[-1].groups.get(1) != label:
            raise differs(
                layer.role,
                _("column '{column}', row {row}: '{found}' instead of '{wanted}'").format(
                    column="TEXT", row=row + 1, found=mine[-1].groups.get(1), wanted=label
                ),
            )
    if at != len(entities):
        raise differs(layer.role, _("{n} shapes instead of {wanted}").format(n=len(entities), wanted=at))


def _same_line(entity: _Entity, xy: npt.NDArray[np.float64], closed: bool) -> bool:
    """Tell whether an entity is the line that was written."""
    if len(xy) == 1:
        found = np.array([[float(entity.groups.get(10, "nan")), float(entity.groups.get(20, "nan"))]])
    else:
        found = np.array(entity.xy).reshape(-1, 2)
        if closed is not (entity.groups.get(70) == "1"):
            return False
    return found.shape == xy.shape and bool((np.abs(found - xy) <= _DXF_TOLERANCE_M).all())


_LOST = re.compile(r"[\x00-\x1f]|[\U00010000-\U0010ffff]")


def dxf_losses(layer: Layer, label: str) -> tuple[Finding, ...]:
    """Tell what a drawing cannot hold: columns, rows without a shape, holes as such, rare characters."""
    found: list[Finding] = []
    lost = [key for key in layer.fields if key not in (label, "WGLX")]
    if lost:
        text = _("A DXF drawing holds lines and names only; the columns {columns} are not in it.")
        text = text.format(columns="、".join(lost[:30]))
        found.append(layer_finding("write.columns", Severity.INFO, text, layer.role))
    shapes = layer.geometry if layer.geometry is not None else objects([])
    empty = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if len(empty):
        text = _("Layer '{layer}': rows {rows} have no shape and are not in the drawing.")
        text = text.format(layer=layer.role, rows="{rows}")
        found.append(row_finding("write.shape", Severity.WARNING, text, (empty + 1).tolist()))
    texts = map(str, layer.fields[label]) if label else ()
    rows = [row + 1 for row, text in enumerate(texts) if _LOST.search(text)]
    if rows:
        text = _(
            "Layer '{layer}', column '{column}': characters that DXF cannot hold become ? in rows {rows}."
        )
        text = text.format(layer=layer.role, column=label, rows="{rows}")
        found.append(row_finding("write.text", Severity.WARNING, text, rows))
    return tuple(found)
