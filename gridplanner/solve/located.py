# SPDX-License-Identifier: LGPL-3.0-or-later
"""A first division around service points: the start for parts where the radius leaves hardly any choice.

Where the grounds that service points reach hardly have room for everybody, a random division is far
from every legal one. Handing the atoms to such grounds at the least distance, every band kept, is near.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.solve.covering import Covering, lived_in
from gridplanner.solve.grounds import Grounds, grounds_of
from gridplanner.solve.part import Field, FloatArray, IntArray, Part


class Around:
    """Where k grids of a part could have their service points, asked once for each number.

    Parameters
    ----------
    part : Part
    """

    def __init__(self, part: Part) -> None:
        self._part, self._lived = part, lived_in(part.field)
        self._grounds = grounds_of(part)
        self._covering = Covering(part, grounds=self._grounds)
        self._away = (
            np.zeros((0, 0))
            if self._covering.blind
            else _distances(part.field, self._grounds.sets[:, self._lived], self._lived)
        )
        self._answers: dict[int, tuple[bool, FloatArray | None]] = {}
        self._starts: dict[int, IntArray | None] = {}

    def refutes(self, k: int) -> bool:
        """Tell whether k grids are proven impossible."""
        return self._answer(k)[0]

    def start(self, k: int) -> IntArray | None:
        """Return the number of the ground that each atom is handed to; None where nothing was found.

        Returns
        -------
        int32[n]
            -1 for atoms that touch no handed out one. A ground may stand for several grids.
        """
        if k not in self._starts:
            counts = self._answer(k)[1]
            self._starts[k] = None if counts is None else self._located(counts)
        return self._starts[k]

    def _answer(self, k: int) -> tuple[bool, FloatArray | None]:
        if k not in self._answers:
            self._answers[k] = self._covering.opened(k, self._away)
        return self._answers[k]

    def _located(self, counts: FloatArray) -> IntArray | None:
        """Hand the atoms to the grounds that were chosen."""
        used = counts > 0
        sets, through = self._grounds
        chosen = Covering(self._part, merged=False, grounds=Grounds(sets[used], through[used]))
        shares = chosen.handed_out(counts[used], self._away[used])
        if shares is None:
            return None
        label = np.full(len(self._part), -1, np.int32)
        label[self._lived] = shares.argmax(axis=0)
        return _spread(self._part.field, label)


def _distances(
    f: Field, inside: npt.NDArray[np.bool_], lived: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the squared distance of each lived-in atom from the middle of each ground, times its people.

    In shares of the mean square.
    """
    xy, people = _middles(f)[lived], np.maximum(f.people[lived], 1).astype(np.float64)
    weight = inside * people
    middle = (weight @ xy) / np.maximum(weight.sum(axis=1), 1.0)[:, None]
    squares: FloatArray = ((xy[None, :, :] - middle[:, None, :]) ** 2).sum(axis=2)
    return squares * people / max(1.0, float(squares.mean()) if squares.size else 1.0)


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
