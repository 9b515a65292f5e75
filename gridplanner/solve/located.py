# SPDX-License-Identifier: LGPL-3.0-or-later
"""A first division around service points: the start for parts where the radius leaves hardly any choice.

Where the grounds that service points reach hardly have room for everybody, a random division is far
from every legal one. Handing the atoms to such grounds at the least distance, every band kept, is near.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.solve.covering import Covering, largest_grounds, lived_in
from gridplanner.solve.part import Field, FloatArray, IntArray, Part

#: Wall seconds for handing out; it takes tenths.
_LIMIT_S = 4.0


def located(part: Part, k: int) -> IntArray | None:
    """Return the number of the ground that each atom is handed to; None where nothing was found.

    Parameters
    ----------
    part : Part
    k : int

    Returns
    -------
    int32[n]
        -1 for atoms that touch no handed out one. A ground may stand for several grids.
    """
    f, lived = part.field, lived_in(part.field)
    sets = largest_grounds(part)[:, lived]
    xy, people = _middles(f)[lived], np.maximum(f.people[lived], 1).astype(np.float64)
    weight = sets * people
    middle = (weight @ xy) / weight.sum(axis=1)[:, None]
    squares: FloatArray = ((xy[None, :, :] - middle[:, None, :]) ** 2).sum(axis=2)
    shares = Covering(part, merged=False).handed_out(k, squares * people / max(1.0, squares.mean()), _LIMIT_S)
    if shares is None:
        return None
    label = np.full(len(part), -1, np.int32)
    label[lived] = shares.argmax(axis=0)
    return _spread(f, label)


def _middles(f: Field) -> npt.NDArray[np.float64]:
    """Return the middle of each atom's demand points: float64[n, 2]."""
    home = np.repeat(np.arange(len(f.people)), np.diff(f.points))
    count = np.maximum(np.bincount(home, minlength=len(f.people)), 1)
    return np.column_stack(
        [np.bincount(home, values, minlength=len(f.people)) / count for values in (f.x, f.y)]
    )


def _spread(f: Field, label: IntArray) -> IntArray:
    """Give atoms without people to a neighbour, nearest first."""
    source = np.repeat(np.arange(len(label)), np.diff(f.indptr))
    while True:
        ready = (label[source] < 0) & (label[f.indices] >= 0)
        if not ready.any():
            return label
        label[source[ready][::-1]] = label[f.indices[ready]][::-1]
