# SPDX-License-Identifier: LGPL-3.0-or-later
"""Deep comparison of model objects: arrays, geometries bit by bit, NaN equal to NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import shapely


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Return where two values differ, as paths; empty if they are the same."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _array_differences(np.asarray(one), np.asarray(other), place)
    if is_dataclass(one) and type(one) is type(other):
        pairs = [(f.name, getattr(one, f.name), getattr(other, f.name)) for f in fields(one)]
        return [d for name, a, b in pairs for d in differences(a, b, f"{place}.{name}")]
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if list(one) != list(other):
            return [f"{place}: keys {list(one)} and {list(other)}"]
        return [d for key in one for d in differences(one[key], other[key], f"{place}[{key!r}]")]
    if isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            return [f"{place}: {len(one)} and {len(other)} items"]
        return [
            d
            for i, (a, b) in enumerate(zip(one, other, strict=True))
            for d in differences(a, b, f"{place}[{i}]")
        ]
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return []
    return [] if one == other and type(one) is type(other) else [f"{place}: {one!r} and {other!r}"]


def _array_differences(one: np.ndarray, other: np.ndarray, place: str) -> list[str]:
    if one.shape != other.shape or one.dtype != other.dtype:
        return [f"{place}: {one.dtype}{one.shape} and {other.dtype}{other.shape}"]
    if one.dtype != object:
        return [] if np.array_equal(one, other, equal_nan=one.dtype.kind == "f") else [f"{place}: values"]
    if all(a is None or isinstance(a, shapely.Geometry) for a in one.tolist()):
        same = shapely.to_wkb(one).tolist() == shapely.to_wkb(other).tolist()
    else:
        same = one.tolist() == other.tolist()
    return [] if same else [f"{place}: objects"]
