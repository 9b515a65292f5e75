# SPDX-License-Identifier: LGPL-3.0-or-later
"""Atoms, the smallest areas of a plan, and the buildings that stand on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ObjectArray = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Atoms:
    """The atoms of a district, as columns of length n_atoms.

    Parameters
    ----------
    ids : object[n] of str
        Identifier, the input's own where there is one; unique.
    geometry : object[n] of shapely Polygon
        Project CRS; together they tile every community.
    community : int32[n]
        Index into `District.communities`.
    old_grid : int32[n]
        Index into `District.grids_before`; -1 where no old grid holds it (a gap).
    people, households : int64[n], >= 0
    area_m2 : float64[n]
    x, y : float64[n]
        The atom's point: its building, or a representative point. Metres.
    estate : int32[n]
        Index into `District.estates`; -1 for none (a single building, or land).
    building : object[n] of str
        Code of its building; "" where there is none or there are several.
    """

    ids: ObjectArray
    geometry: ObjectArray
    community: npt.NDArray[np.int32]
    old_grid: npt.NDArray[np.int32]
    people: npt.NDArray[np.int64]
    households: npt.NDArray[np.int64]
    area_m2: npt.NDArray[np.float64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    estate: npt.NDArray[np.int32]
    building: ObjectArray

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Buildings:
    """Buildings (or whatever people were counted at), as columns of length n.

    Parameters
    ----------
    codes, names, estates : object[n] of str
        Building code, building name (`3幢`), estate name ("" for none).
    atom : int32[n]
        Index of the atom it stands on; -1 outside every atom.
    x, y : float64[n]
        Building point, metres; the service radius is measured from and to these.
    people, households : int64[n], >= 0
    geometry : object[n]
        Point or footprint.
    """

    codes: ObjectArray
    names: ObjectArray
    estates: ObjectArray
    atom: npt.NDArray[np.int32]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    people: npt.NDArray[np.int64]
    households: npt.NDArray[np.int64]
    geometry: ObjectArray

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.codes)
