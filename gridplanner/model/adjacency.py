# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which atoms touch, how long their common border is, and whether one may pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt


class EdgeKind(IntEnum):
    """What lies between two atoms."""

    BORDER = 0  #: a common border, free to pass
    BARRIER = 1  #: a common border along a river, railway or chosen road: no passing
    BRIDGE = 2  #: joined by a bridge, with or without a common border
    LINK = 3  #: joined by hand (a footbridge, a gate)
    CUT = 4  #: cut by hand (a closed wall)


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Undirected edges between atoms, each listed once with a < b.

    Parameters
    ----------
    a, b : int32[m]
        Atom indices, a < b, sorted by (a, b).
    length_m : float64[m]
        Length of the common border, metres; 0 for a bridge or link without one.
    kind : int8[m]
        `EdgeKind`.
    min_shared_border_m : float
        Shorter common borders do not join two atoms.
    """

    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    length_m: npt.NDArray[np.float64]
    kind: npt.NDArray[np.int8]
    min_shared_border_m: float = 2.0

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """bool[m]: whether a grid may continue across the edge."""
        border = (self.kind == EdgeKind.BORDER) & (self.length_m > self.min_shared_border_m)
        return np.asarray(border | (self.kind == EdgeKind.BRIDGE) | (self.kind == EdgeKind.LINK), bool)
