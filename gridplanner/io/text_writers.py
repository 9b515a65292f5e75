# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write GeoJSON, KML, DXF and CSV: formats that are text, made without a general library."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.columns import text_of
from gridplanner.io.crs import transform
from gridplanner.model.layers import Layer, ObjectArray

#: 1e-9 degree is 0.1 mm.
DEGREE_DECIMALS = 9
#: Tenths of a millimetre.
DXF_DECIMALS = 4
#: Spreadsheet programs run cells that begin so as formulas.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIVE = ("=", "+", "-", "@", "\t", "\r")


def in_degrees(layer: Layer, crs: str) -> ObjectArray:
    """Return the shapes in WGS 84, rounded to 0.1 mm, shells counter-clockwise (RFC 7946)."""
    if layer.geometry is None:
        return np.full(len(layer), None, dtype=object)
    moved = transform(shapely.force_2d(layer.geometry), crs, "EPSG:4326")
    rounded: ObjectArray = shapely.transform(moved, lambda xy: np.round(xy, DEGREE_DECIMALS))
    return shapely.orient_polygons(rounded)  # type: ignore[no-any-return]  # shapely has no type hints


def geojson_text(layer: Layer, shapes: ObjectArray) -> str:
    """Return the layer as GeoJSON; `shapes` are in degrees."""
    names = list(layer.fields)
    columns = [_json_cells(values) for values in layer.fields.values()]
    geometries = shapely.to_geojson(shapes)
    features = []
    for geometry, *cells in zip(geometries, *columns, strict=True):
        properties = json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False, allow_nan=False)
        features.append(f'{{"type":"Feature","properties":{properties},"geometry":{geometry or "null"}}}')
    name = json.dumps(layer.role, ensure_ascii=False)
    return f'{{"type":"FeatureCollection","name":{name},"features":[\n' + ",\n".join(features) + "\n]}\n"


def _json_cells(values: npt.NDArray[Any]) -> list[Any]:
    """Return a column as JSON values; NaN and infinities as null."""
    if values.dtype.kind == "f":
        return [value if np.isfinite(value) else None for value in values.tolist()]
    if values.dtype.kind in "iub":
        return list(values.tolist())
    return [text_of(value) for value in values.tolist()]


def kml_label(layer: Layer) -> str:
    """Return the column that gives each placemark its name; "" if there is none."""
    return next((key for key in ("WGMC", "SQMC", "name", "MC") if key in layer.fields), "")


def kml_text(layer: Layer, shapes: ObjectArray, aliases: Mapping[str, str]) -> str:
    """Return the layer as KML with all columns as extended data; `shapes` are in degrees."""
    label = kml_label(layer)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
    ]
    lines.append(f"<name>{escape(layer.role)}</name>")
    names = [(key, aliases.get(key, key)) for key in layer.fields]
    for i, shape in enumerate(shapes):
        lines.append("<Placemark>")
        if label:
            lines.append(f"<name>{_xml(layer.fields[label][i])}</name>")
        lines.append("<ExtendedData>")
        for key, name in names:
            lines.append(
                f"<Data name={quoteattr(xml_text(key))}><displayName>{escape(xml_text(name))}</displayName>"
                f"<value>{_xml(layer.fields[key][i])}</value></Data>"
            )
        lines.append("</ExtendedData>")
        if shape is not None:
            lines.append(_kml_shape(shape))
        lines.append("</Placemark>")
    lines += ["</Document>", "</kml>", ""]
    return "\n".join(lines)


def plain_cell(value: Any) -> str:
    """Return a cell as text; numpy numbers as Python's."""
    return text_of(value.item() if isinstance(value, np.generic) else value)


def xml_text(text: str) -> str:
    """Return a text without the characters that XML 1.0 has no room for."""
    return _NOT_XML.sub("", text)


def _xml(value: Any) -> str:
    """Return a cell as escaped text."""
    return escape(xml_text(plain_cell(value)))


def _kml_shape(shape: Any) -> str:
    """Return a geometry in KML."""
    if hasattr(shape, "geoms"):
        return "<MultiGeometry>" + "".join(_kml_shape(part) for part in shape.geoms) + "</MultiGeometry>"
    if shape.geom_type == "Polygon":
        rings = [f"<outerBoundaryIs>{_kml_ring(shape.exterior)}</outerBoundaryIs>"]
        rings += [f"<innerBoundaryIs>{_kml_ring(ring)}</innerBoundaryIs>" for ring in shape.interiors]
        return "<Polygon>" + "".join(rings) + "</Polygon>"
    tag = "Point" if shape.geom_type == "Point" else "LineString"
    return f"<{tag}><coordinates>{_kml_points(shape)}</coordinates></{tag}>"


def _kml_ring(ring: Any) -> str:
    """Return a ring in KML."""
    return f"<LinearRing><coordinates>{_kml_points(ring)}</coordinates></LinearRing>"


def _kml_points(line: Any) -> str:
    """Return coordinates in KML."""
    return " ".join(
        f"{x:.{DEGREE_DECIMALS}f},{y:.{DEGREE_DECIMALS}f}" for x, y in shapely.get_coordinates(line)
    )


def dxf_text(layer: Layer, layer_of: Callable[[int], str], label_of: Callable[[int], str]) -> str:
    """Return the layer as an R12 drawing, the oldest dialect that every CAD program reads.

    Parameters
    ----------
    layer : Layer
        Shapes in metres.
    layer_of : callable
        Row to name of the drawing layer.
    label_of : callable
        Row to the text set inside the shape; "" for none.
    """
    names = list(dict.fromkeys(layer_of(i) for i in range(len(layer))))
    out = _dxf_head(names)
    geometry: list[Any] = [] if layer.geometry is None else layer.geometry.tolist()
    for i, shape in enumerate(geometry):
        if shape is None or shape.is_empty:
            continue
        name = dxf_string(layer_of(i))
        for line, closed in drawn_lines(shape):
            out += _dxf_line(line, closed, name)
        if label_of(i):
            point = shape.representative_point() if shape.geom_type != "Point" else shape
            out += [
                "0",
                "TEXT",
                "8",
                name,
                "10",
                f"{point.x:.{DXF_DECIMALS}f}",
                "20",
                f"{point.y:.{DXF_DECIMALS}f}",
                "30",
                "0.0",
            ]
            out += ["40", "10.0", "1", dxf_string(label_of(i))]
    return "\r\n".join([*out, "0", "ENDSEC", "0", "EOF", ""])


def _dxf_head(names: list[str]) -> list[str]:
    """Return the parts before the shapes: the dialect, and a colour for each drawing layer."""
    out = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1009",
        "9",
        "$DWGCODEPAGE",
        "3",
        "ANSI_936",
    ]
    out += ["0", "ENDSEC", "0", "SECTION", "2", "TABLES", "0", "TABLE", "2", "LAYER", "70", str(len(names))]
    for place, name in enumerate(names):
        out += ["0", "LAYER", "2", dxf_string(name), "70", "0", "62", str(place % 7 + 1), "6", "CONTINUOUS"]
    return [*out, "0", "ENDTAB", "0", "ENDSEC", "0", "SECTION", "2", "ENTITIES"]


def dxf_string(text: str) -> str:
    r"""Return a text for a drawing in code page 936; other characters as `\U+XXXX`, the CAD way.

    Examples
    --------
    >>> dxf_string("A区䶮") == r"A区\U+4DAE"
    True
    """
    held = []
    for character in text.replace("\0", ""):
        try:
            character.encode("gbk")
        except UnicodeEncodeError:
            character = f"\\U+{ord(character):04X}" if ord(character) < 0x10000 else "?"
        held.append(character if character >= " " else " ")
    return "".join(held)


def drawn_lines(shape: Any) -> Iterator[tuple[npt.NDArray[np.float64], bool]]:
    """Yield the lines of a shape as a drawing holds them, and whether each is closed."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield shapely.get_coordinates(ring)[:-1], True
        else:
            yield shapely.get_coordinates(part), False


def _dxf_at(x: float, y: float) -> list[str]:
    """Return the groups of a place."""
    return ["10", f"{x:.{DXF_DECIMALS}f}", "20", f"{y:.{DXF_DECIMALS}f}", "30", "0.0"]


def _dxf_line(xy: npt.NDArray[np.float64], closed: bool, layer: str) -> list[str]:
    """Return a polyline or a point."""
    if len(xy) == 1:
        return [
            "0",
            "POINT",
            "8",
            layer,
            "10",
            f"{xy[0, 0]:.{DXF_DECIMALS}f}",
            "20",
            f"{xy[0, 1]:.{DXF_DECIMALS}f}",
            "30",
            "0.0",
        ]
    out = ["0", "POLYLINE", "8", layer, "66", "1", "70", "1" if closed else "0"]
    for x, y in xy:
        out += [
            "0",
            "VERTEX",
            "8",
            layer,
            "10",
            f"{x:.{DXF_DECIMALS}f}",
            "20",
            f"{y:.{DXF_DECIMALS}f}",
            "30",
            "0.0",
        ]
    return [*out, "0", "SEQEND"]


def csv_text(layer: Layer, header: list[str]) -> str:
    """Return the columns as CSV; texts that a spreadsheet would run as formulas get a `'` in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    columns = [csv_cells(np.asarray(values)) for values in layer.fields.values()]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def csv_cells(values: npt.NDArray[Any]) -> list[str]:
    """Return a column as CSV cells."""
    if values.dtype.kind in "iub":
        return [str(value) for value in values.astype(np.int64).tolist()]
    if values.dtype.kind == "f":
        return [repr(value) if np.isfinite(value) else "" for value in values.tolist()]
    return [f"'{text}" if text.startswith(_LIVE) else text for text in map(text_of, values.tolist())]
