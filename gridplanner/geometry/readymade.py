# SPDX-License-Identifier: LGPL-3.0-or-later
"""Atoms that come ready-made: taken as they are, identifiers kept."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.claims import Units
from gridplanner.geometry.coverage import Coverage, Sources
from gridplanner.geometry.faces import locate
from gridplanner.model.layers import Layer


def readymade_coverage(layer: Layer, sources: Sources) -> Coverage:
    """Return the layer's own polygons as atoms, with the unit each lies in.

    The community and the old grid come from the atom's own columns where they are filled, else from
    the unit that holds its point. Rows without land are left out.
    """
    assert layer.geometry is not None  # noqa: S101 - the reader refuses an atoms layer without areas
    row = np.flatnonzero(shapely.area(layer.geometry) > 0)
    geometry = layer.geometry[row]
    points = np.asarray(shapely.point_on_surface(geometry), dtype=object)
    community = _units_of(layer.texts("community_code")[row], points, sources.communities)
    lost = community < 0
    if sources.communities is not None and lost.any():
        tree = shapely.STRtree(sources.communities.geometry)
        community[lost] = tree.nearest(points[lost])
    return Coverage(
        geometry=geometry,
        community=np.maximum(community, 0),
        old_grid=_units_of(layer.texts("old_grid")[row], points, sources.grids),
        atom_of_point=locate(sources.points, geometry),
        row=row,
    )


def _units_of(named: ObjectArray, points: ObjectArray, units: Units | None) -> IntArray:
    """Return the unit each atom names, else the one that holds its point; -1 for none."""
    found = np.full(len(points), -1, np.int64)
    if units is None:
        return found
    index = {str(code): k for k, code in enumerate(units.codes)}
    found[:] = [index.get(str(code), -1) for code in named]
    blank = found < 0
    found[blank] = locate(points[blank], units.geometry)
    return found
