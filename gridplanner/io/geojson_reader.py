# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read GeoJSON feature by feature, so that one bad feature does not hide the others (RFC 7946)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridplanner.errors import UserError
from gridplanner.io.columns import columns_of
from gridplanner.io.encoding import decode
from gridplanner.io.encoding_choice import choose_encoding
from gridplanner.io.faults import row_finding
from gridplanner.io.raw import RawTable, objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

_MAX_BYTES = 1_000_000_000


class _BadShapeError(Exception):
    """A geometry object that cannot be read; the text says why."""


def read_geojson(path: Path, encoding: str = "") -> RawTable:
    """Read a GeoJSON file: FeatureCollection, Feature, or a bare geometry.

    Raises
    ------
    UserError
        It is no JSON, or no GeoJSON.
    """
    source = path.name
    if path.stat().st_size > _MAX_BYTES:
        raise UserError(_("'{source}' is larger than 1 GB. Save it as GeoPackage.").format(source=source))
    data = path.read_bytes()
    codec = choose_encoding([data.removeprefix(b"\xef\xbb\xbf")], source, encoding).codec
    try:
        text, whole = decode(data, codec)
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UserError(
            _("'{source}' is not valid JSON ({cause}). Ask for the file again.").format(
                source=source, cause=_cause(error)
            )
        ) from error
    features = _features(document)
    if features is None:
        raise UserError(
            _(
                "'{source}' is JSON but not GeoJSON: it has no features. Check that it is the right file."
            ).format(source=source)
        )
    table = _table(source, features, _crs(document), codec)
    if whole:
        return table
    garbled = [
        row for row, item in enumerate(features, start=1) if "\ufffd" in json.dumps(item, ensure_ascii=False)
    ]
    told = _("'{source}': texts cut off or not in the encoding {codec} in rows {rows}.").format(
        source=source, codec=codec, rows="{rows}"
    )
    return replace(
        table, findings=(*table.findings, row_finding("read.text", Severity.WARNING, told, garbled))
    )


def _cause(error: Exception) -> str:
    """Return where JSON breaks off, in the user's language."""
    if isinstance(error, json.JSONDecodeError):
        return _("line {line}, column {column}").format(line=error.lineno, column=error.colno)
    return _("nested too deeply") if isinstance(error, RecursionError) else str(error)


def _features(document: Any) -> list[Any] | None:
    """Return the features of a document, None if it is no GeoJSON."""
    if not isinstance(document, dict):
        return None
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return list(document["features"])
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and (kind in _BUILDERS or kind == "GeometryCollection"):
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    return None


def _crs(document: Any) -> str:
    """Return the CRS: the old `crs` member where there is one, else WGS 84."""
    member = document.get("crs")
    if isinstance(member, dict) and isinstance(member.get("properties"), dict):
        name = str(member["properties"].get("name", ""))
        if name and "CRS84" not in name:
            return name
    return "EPSG:4326"


def _table(source: str, features: list[Any], crs: str, codec: str) -> RawTable:
    """Return features as rows; whatever cannot be read is told with row and cause."""
    shapes: list[Any] = []
    records: list[dict[str, Any]] = []
    null: list[int] = []
    opened: list[int] = []
    causes: dict[str, list[int]] = {}
    for row, feature in enumerate(features, start=1):
        feature = feature if isinstance(feature, dict) else {}
        properties = feature.get("properties")
        record = dict(properties) if isinstance(properties, dict) else {}
        if "id" in feature and "id" not in record:
            record["id"] = feature["id"]
        records.append(record)
        shapes.append(None)
        if not isinstance(feature.get("geometry"), dict):
            null.append(row)
            continue
        try:
            shapes[-1] = shape_of(feature["geometry"])
            if _has_open_ring(feature["geometry"]):
                opened.append(row)
        except _BadShapeError as error:
            causes.setdefault(str(error), []).append(row)
    lost = _("These rows have no place on the map; draw them or ask for the file again.")
    findings: list[Finding] = []
    if null:
        text = _("'{source}': rows {rows} have no shape.").format(source=source, rows="{rows}")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, null, lost))
    if opened:
        text = _("'{source}': open rings were closed in rows {rows}.").format(source=source, rows="{rows}")
        look = _("Look at these shapes on the map.")
        findings.append(row_finding("read.geometry", Severity.WARNING, text, opened, look))
    for cause, rows in causes.items():
        text = _("'{source}': the shapes of rows {rows} cannot be read: {cause}.").format(
            source=source, rows="{rows}", cause=cause
        )
        findings.append(row_finding("read.geometry", Severity.ERROR, text, rows, lost))
    columns = columns_of(records)
    rows_array = np.arange(1, len(features) + 1, dtype=np.int64)
    return RawTable(source, columns, objects(shapes), rows_array, crs, codec, tuple(findings))


def _has_open_ring(geometry: dict[str, Any]) -> bool:
    """Tell whether a ring of a readable shape ends elsewhere than it begins."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "GeometryCollection":
        return any(_has_open_ring(member) for member in geometry["geometries"] if isinstance(member, dict))
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(kind), [])
    return any(ring[0][:2] != ring[-1][:2] for polygon in polygons for ring in polygon)


def shape_of(geometry: dict[str, Any]) -> Any:
    """Return the shapely geometry of a GeoJSON geometry object; heights are dropped."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list):
            raise _BadShapeError(_("a collection without members"))
        return shapely.GeometryCollection([shape_of(m) for m in members if isinstance(m, dict)])
    if kind not in _BUILDERS:
        raise _BadShapeError(_("unknown type of shape '{kind}'").format(kind=str(kind)[:30]))
    try:
        return _BUILDERS[kind](geometry.get("coordinates"))
    except (TypeError, ValueError, IndexError, shapely.GEOSException) as error:
        raise _BadShapeError(_("its coordinates are not a {kind}").format(kind=kind)) from error


def _xy(coordinates: Any) -> Any:
    """Return an n x 2 array of positions."""
    if any(isinstance(number, (str, bool)) for position in coordinates for number in position):
        raise ValueError
    xy = np.array([position[:2] for position in coordinates], dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ValueError
    if not np.isfinite(xy).all():
        raise _BadShapeError(_("a coordinate is no finite number"))
    return xy


def _ring(coordinates: Any) -> Any:
    """Return a closed ring."""
    xy = _xy(coordinates)
    if (xy[0] != xy[-1]).any():
        xy = np.vstack([xy, xy[:1]])
    if len(xy) < 4:
        raise _BadShapeError(_("a ring of fewer than three points"))
    return shapely.linearrings(xy)


def _polygon(coordinates: Any) -> Any:
    """Return a polygon: the first ring is the shell, whatever way it runs."""
    rings = [_ring(ring) for ring in coordinates]
    return shapely.Polygon(rings[0], rings[1:])


_BUILDERS = {
    "Point": lambda c: shapely.Point(_xy([c])[0]) if c else shapely.Point(),
    "MultiPoint": lambda c: shapely.MultiPoint(_xy(c)) if c else shapely.MultiPoint(),
    "LineString": lambda c: shapely.LineString(_xy(c)) if c else shapely.LineString(),
    "MultiLineString": lambda c: shapely.MultiLineString([_xy(line) for line in c]),
    "Polygon": lambda c: _polygon(c) if c else shapely.Polygon(),
    "MultiPolygon": lambda c: shapely.MultiPolygon([_polygon(part) for part in c]),
}
