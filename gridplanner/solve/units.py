# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contract atoms to larger units, so that a division never cuts them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array

from gridplanner.solve.part import Field, IntArray, LongArray, Part


def contracted(part: Part, unit: IntArray) -> Part:
    """Return the part with each unit as one atom; borders, areas, people and points add up.

    Parameters
    ----------
    part : Part
    unit : int32[n]
        Unit of each atom, 0..m-1, none empty.
    """
    f, m = part.field, int(unit.max()) + 1
    source = np.repeat(np.arange(len(part)), np.diff(f.indptr))
    a, b = unit[source], unit[f.indices]
    across = a != b
    links = coo_array((f.border[across] + 1e-9, (a[across], b[across])), shape=(m, m)).tocsr()
    links.sum_duplicates()
    inner = np.bincount(a[~across], f.border[~across], minlength=m)
    home = np.repeat(np.arange(len(part)), np.diff(f.points))
    order = np.argsort(unit[home], kind="stable")
    old = np.full(m, -1, np.int32)
    old[unit] = f.old
    field = Field(
        indptr=links.indptr.astype(np.int32),
        indices=links.indices.astype(np.int32),
        border=links.data,
        people=_sums(unit, f.people, m),
        households=_sums(unit, f.households, m),
        old=old,
        tie=np.full(m, -1, np.int32),
        tie_weight=np.zeros(0),
        area=np.bincount(unit, f.area, minlength=m).astype(np.float64),
        perimeter=(np.bincount(unit, f.perimeter, minlength=m) - inner).astype(np.float64),
        points=np.searchsorted(unit[home][order], np.arange(m + 1)).astype(np.int32),
        x=f.x[order],
        y=f.y[order],
        load=f.load[order],
        station=f.station[order],
        apart=unit[f.apart].astype(np.int32).reshape(-1, 2),
        far=f.far[np.ix_(order, order)] if f.far.shape[0] else f.far,
    )
    first = np.searchsorted(np.sort(unit), np.arange(m))
    atoms = part.atoms[np.argsort(unit, kind="stable")[first]]
    return replace(part, field=field, atoms=atoms, start=np.arange(m, dtype=np.int32))


def _sums(unit: IntArray, values: LongArray, m: int) -> LongArray:
    out = np.zeros(m, np.int64)
    np.add.at(out, unit, values)
    return out
