# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shapes from well-known binary, row by row where one of them is damaged."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.io.raw import objects
from gridplanner.model.layers import ObjectArray

#: shapely knows no arcs and says so with NotImplementedError.
_UNREADABLE = (shapely.GEOSException, NotImplementedError)


def wkb_to_geometry(wkb: list[bytes | None]) -> tuple[ObjectArray, list[int]]:
    """Return geometries of WKB and the indices that hold none that can be read.

    Curves are refused by the reader for one row at a time, so that they show as damaged rows.
    """
    try:
        with np.errstate(invalid="ignore"):
            geometry: ObjectArray = shapely.from_wkb(objects(list(wkb)))
        return geometry, []
    except _UNREADABLE:
        pass
    geometry = np.empty(len(wkb), dtype=object)
    broken = []
    for row, item in enumerate(wkb):
        try:
            with np.errstate(invalid="ignore"):
                geometry[row] = shapely.from_wkb(item, on_invalid="fix") if item is not None else None
        except _UNREADABLE:
            broken.append(row)
            continue
        if item is not None and geometry[row] is None:
            broken.append(row)
    return geometry, broken
