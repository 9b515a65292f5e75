# SPDX-License-Identifier: LGPL-3.0-or-later
"""A layer set as plain bytes: what crosses from the process that reads foreign files.

JSON and raw numbers only. A reader that a hostile file took over could send whatever it
likes; with this form the worst it can send is wrong data, never code.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet, ObjectArray

_SEPARATOR = 8
_NUMBERS = {"int64": np.int64, "float64": np.float64}


def pack(layers: LayerSet) -> bytes:
    """Return a layer set as bytes."""
    blocks: list[bytes] = []
    head = {
        "crs": layers.crs,
        "layers": {role: _layer_head(layer, blocks) for role, layer in layers.layers.items()},
        "nets": {name: _layer_head(layer, blocks) for name, layer in layers.nets.items()},
        "findings": [dataclasses.asdict(finding) for finding in layers.findings],
    }
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return len(text).to_bytes(_SEPARATOR, "little") + text + b"".join(blocks)


def unpack(data: bytes) -> LayerSet:
    """Return the layer set of `pack`.

    Raises
    ------
    ValueError, KeyError
        The bytes are not what `pack` makes.
    """
    size = int.from_bytes(data[:_SEPARATOR], "little")
    start = _SEPARATOR + size
    head = json.loads(data[_SEPARATOR:start].decode("utf-8", "surrogatepass"))
    body = memoryview(data)[start:]
    return LayerSet(
        crs=head["crs"],
        layers={role: _layer(item, body) for role, item in head["layers"].items()},
        nets={name: _layer(item, body) for name, item in head["nets"].items()},
        findings=tuple(_finding(item) for item in head["findings"]),
    )


def _finding(item: dict[str, Any]) -> Finding:
    """Return a finding of its JSON form."""
    return Finding(**(item | {"severity": Severity(item["severity"]), "subjects": tuple(item["subjects"])}))


def _layer_head(layer: Layer, blocks: list[bytes]) -> dict[str, Any]:
    """Return the description of a layer, and append its blocks."""
    return {
        "role": layer.role,
        "source": layer.source,
        "rows": _array(layer.rows, blocks),
        "fields": {key: _array(np.asarray(values), blocks) for key, values in layer.fields.items()},
        "extra": {key: _array(np.asarray(values), blocks) for key, values in layer.extra.items()},
        "geometry": None if layer.geometry is None else _shapes(layer.geometry, blocks),
    }


def _append(data: bytes, blocks: list[bytes]) -> tuple[int, int]:
    """Append a block and return where it lies."""
    at = sum(len(block) for block in blocks)
    blocks.append(data)
    return at, len(data)


def _array(values: npt.NDArray[Any], blocks: list[bytes]) -> dict[str, Any]:
    """Return the description of a column; numbers as raw bytes, texts as one JSON list."""
    if values.dtype.kind in "iub":
        return {"type": "int64", "at": _append(values.astype("<i8").tobytes(), blocks)}
    if values.dtype.kind == "f":
        return {"type": "float64", "at": _append(values.astype("<f8").tobytes(), blocks)}
    text = json.dumps([str(value) for value in values.tolist()], ensure_ascii=False)
    return {"type": "text", "at": _append(text.encode("utf-8", "surrogatepass"), blocks)}


def _shapes(geometry: ObjectArray, blocks: list[bytes]) -> dict[str, Any]:
    """Return the description of shapes: WKB one after another, and their lengths (-1 for none)."""
    wkb = shapely.to_wkb(geometry, flavor="iso").tolist()
    lengths = np.array([-1 if item is None else len(item) for item in wkb], dtype="<i8")
    body = b"".join(item for item in wkb if item is not None)
    return {"lengths": _append(lengths.tobytes(), blocks), "wkb": _append(body, blocks)}


def _slice(body: memoryview, at: list[int]) -> memoryview:
    """Return a block; ValueError if it is not wholly there."""
    start, size = int(at[0]), int(at[1])
    if not 0 <= start <= start + size <= len(body):
        raise ValueError(at)
    return body[start : start + size]


def _column(item: Mapping[str, Any], body: memoryview) -> npt.NDArray[Any]:
    """Return a column of its description."""
    data = _slice(body, item["at"])
    if item["type"] in _NUMBERS:
        return np.frombuffer(data, _NUMBERS[item["type"]]).copy()
    return objects([str(value) for value in json.loads(bytes(data).decode("utf-8", "surrogatepass"))])


def _layer(item: Mapping[str, Any], body: memoryview) -> Layer:
    """Return a layer of its description; columns of unequal length are refused."""
    fields = {key: _column(column, body) for key, column in item["fields"].items()}
    extra = {key: _column(column, body) for key, column in item["extra"].items()}
    rows = _column(item["rows"], body)
    geometry = None if item["geometry"] is None else _geometry(item["geometry"], body)
    columns = [rows, *fields.values(), *extra.values(), *([] if geometry is None else [geometry])]
    if len({len(column) for column in columns}) > 1:
        raise ValueError(item["role"])
    return Layer(str(item["role"]), str(item["source"]), geometry, fields, extra, rows)


def _geometry(item: Mapping[str, Any], body: memoryview) -> ObjectArray:
    """Return shapes of their description."""
    lengths = np.frombuffer(_slice(body, item["lengths"]), "<i8")
    data = bytes(_slice(body, item["wkb"]))
    ends = np.cumsum(np.maximum(lengths, 0))
    if len(ends) and ends[-1] != len(data):
        raise ValueError(len(data))
    wkb = [
        None if size < 0 else data[end - size : end]
        for size, end in zip(lengths.tolist(), ends.tolist(), strict=True)
    ]
    geometry: ObjectArray = shapely.from_wkb(objects(wkb))
    return geometry
