# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which borders a plan keeps, adds and gives up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

ObjectArray = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]

#: Ends of two segments are the same below this distance, metres.
_SAME = 1e-3


@dataclass(frozen=True, eq=False)
class Borders:
    """Border lines, each once, as arrays of LineString, project CRS."""

    kept: ObjectArray
    added: ObjectArray
    gone: ObjectArray


def compare_borders(before: ObjectArray, after: ObjectArray) -> Borders:
    """Return the borders of two divisions of the same ground, sorted by what became of them.

    Both divisions are dissolved from the same atoms, so that a border both have runs through the
    same vertices; segments are compared, not areas.

    Parameters
    ----------
    before, after : object[n], object[m] of Polygon, MultiPolygon or None, metres

    Examples
    --------
    >>> one = np.array([shapely.box(0, 0, 2, 1)], dtype=object)
    >>> two = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    >>> float(shapely.length(compare_borders(two, two).gone).sum())
    0.0
    """
    old, new = _segments(before), _segments(after)
    if not len(old) or not len(new):
        return Borders(_lines(new[:0]), _lines(new), _lines(old))
    together = np.vstack([old, new])
    order = np.lexsort(together.T)
    # Both lists hold each segment once: what has an equal neighbour in the sorted order is in both.
    twin = (together[order][1:] == together[order][:-1]).all(axis=1)
    both = np.zeros(len(together), bool)
    both[order[1:][twin]] = both[order[:-1][twin]] = True
    kept, gone = both[len(old) :], ~both[: len(old)]
    return Borders(_lines(new[kept]), _lines(new[~kept]), _lines(old[gone]))


def unique_lines(polygons: ObjectArray) -> ObjectArray:
    """Return the borders of polygons as lines, a common border once.

    A dashed line that is drawn twice fills its own gaps; and half of the drawing is saved.
    """
    return _lines(_segments(polygons))


def _segments(polygons: ObjectArray) -> FloatArray:
    """Return the segments of all rings, each once, float64[n, 4] in thousandths of a metre."""
    rings = shapely.get_rings(shapely.get_parts(polygons[~shapely.is_missing(polygons)]))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    ends = (coords / _SAME).round(0)
    same = ring[1:] == ring[:-1]
    one, two = ends[:-1][same], ends[1:][same]
    swap = (one[:, 0] > two[:, 0]) | ((one[:, 0] == two[:, 0]) & (one[:, 1] > two[:, 1]))
    low, high = np.where(swap[:, None], two, one), np.where(swap[:, None], one, two)
    segments = np.hstack([low, high])
    return segments[_first_of_each(segments)]


def _first_of_each(rows: FloatArray) -> npt.NDArray[np.int64]:
    """Return one index for each different row, float64[n, 4]; faster than sorting rows whole."""
    order = np.lexsort(rows.T)
    ordered = rows[order]
    fresh = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)) if len(rows) else np.empty(0, bool)
    return np.asarray(order[fresh], np.int64)


def _lines(segments: FloatArray) -> ObjectArray:
    """Join segments into lines."""
    if not len(segments):
        return np.empty(0, dtype=object)
    lines = shapely.linestrings((segments * _SAME).reshape(-1, 2, 2))
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return np.asarray(shapely.get_parts(merged), dtype=object)
