# SPDX-License-Identifier: LGPL-3.0-or-later
"""Stairs (单元) let one building's atom be cut: each stair becomes a place of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridplanner.geometry.arrays import FloatArray, IntArray, ObjectArray
from gridplanner.geometry.counts import spread
from gridplanner.geometry.units import Places
from gridplanner.model.layers import LayerSet

#: Distance between the points of two stairs where no footprint says more, metres.
_APART_M = 8.0


def with_stairs(places: Places, layers: LayerSet) -> Places:
    """Return places with each building that has two or more stair rows replaced by its stairs.

    The stairs stand in a row along the building; their people are scaled to the building's own number
    where it is known, so that totals are kept. Codes get the number of the stair: `B7-2`.
    """
    layer = layers.layers.get("stairs")
    if layer is None or not len(layer) or not len(places):
        return places
    named = layer.texts("building") if any(layer.texts("building")) else layer.texts("code")
    rows_of: dict[str, list[int]] = {}
    for row, code in enumerate(named):
        rows_of.setdefault(str(code), []).append(row)
    stairs = [rows_of.get(str(code), []) if str(code) else [] for code in places.codes]
    count = np.array([max(len(rows), 1) for rows in stairs], np.int64)
    source = np.repeat(np.arange(len(places)), count)
    number = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    cut = count[source] > 1
    result = Places(
        codes=_suffixed(places.codes, source, number, cut),
        names=_suffixed(places.names, source, number, cut),
        estates=places.estates[source],
        geometry=places.geometry[source],
        points=places.points[source].copy(),
        people=places.people[source].copy(),
        households=places.households[source].copy(),
        residential=places.residential[source],
        floor_area_m2=places.floor_area_m2[source] / count[source],
    )
    columns = {key: layer.numbers(key) for key in ("people", "households")}
    for building in np.flatnonzero(count > 1):
        rows = np.flatnonzero(source == building)
        result.points[rows] = _row_of_points(places, int(building), len(rows))
        for key, column in columns.items():
            of_building = float(getattr(places, key)[building])
            getattr(result, key)[rows] = _shared(column[stairs[building]], of_building)
    return replace(result, geometry=np.where(cut, result.points, result.geometry))


def _suffixed(
    texts: ObjectArray, source: IntArray, number: IntArray, cut: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> ObjectArray:
    """Return texts with the number of the stair behind them where a building is cut."""
    shown = [
        f"{texts[s]}-{n + 1}" if c and texts[s] else texts[s]
        for s, n, c in zip(source, number, cut, strict=True)
    ]
    return np.array([*shown, None], dtype=object)[:-1]


def _row_of_points(places: Places, building: int, n: int) -> ObjectArray:
    """Return the points of the stairs: along the longer side of the footprint, else from west to east."""
    shape, point = places.geometry[building], places.points[building]
    along = np.array([_APART_M, 0.0])
    if shapely.get_dimensions(shape) == 2:
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
        sides = corners[1:3] - corners[:2]
        longest = sides[int(np.argmax(np.hypot(*sides.T)))]
        along = longest / n
    middle = np.array([point.x, point.y])
    steps = np.arange(n) - (n - 1) / 2
    return np.asarray(shapely.points(middle + steps[:, None] * along), dtype=object)


def _shared(of_stairs: FloatArray, of_building: float) -> FloatArray:
    """Return the stairs' numbers, scaled to the building's own where it has one."""
    weights = np.nan_to_num(of_stairs, nan=0.0)
    if not np.isfinite(of_building) or of_building == weights.sum():
        return weights
    return spread(round(of_building), weights).astype(np.float64)
