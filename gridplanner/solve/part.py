# SPDX-License-Identifier: LGPL-3.0-or-later
"""A connected part of a community, as plain arrays that travel to a worker process."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as make
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

#: How the service point of a grid is found, as the kernels spell it.
BEST, STATIONS, CENTRE = 0, 1, 2


class Field(NamedTuple):
    """The ground of a part: what the kernels read and never write.

    n atoms, e edges in both directions (CSR), p demand points sorted by atom.
    """

    indptr: IntArray  #: int32[n + 1], open edges
    indices: IntArray  #: int32[e]
    border: FloatArray  #: float64[e], common border, metres
    people: LongArray  #: int64[n]
    households: LongArray  #: int64[n]
    old: IntArray  #: int32[n], old grid in the part; -1 counts for nothing
    tie: IntArray  #: int32[n], what should stay together (estate, joined pair); -1 none
    tie_weight: FloatArray  #: float64[ties], price of each extra piece
    area: FloatArray  #: float64[n], m2
    perimeter: FloatArray  #: float64[n], metres
    points: IntArray  #: int32[n + 1], first demand point of each atom
    x: FloatArray  #: float64[p], metres
    y: FloatArray  #: float64[p]
    load: LongArray  #: int64[p], people at the point; > 0 makes it a destination
    station: npt.NDArray[np.bool_]  #: bool[p], a given service point
    apart: IntArray  #: int32[m, 2], atoms that must not share a grid
    far: npt.NDArray[np.bool_]  #: bool[p, p] beyond the radius on another metric, or bool[0, 0]


@dataclass(frozen=True)
class Limits:
    """Limits on one grid of a part; both ends are allowed.

    Parameters
    ----------
    people, households : (float, float)
    radius_m : float
        Straight-line metres, the detour factor already taken out; inf for none.
    points : int
        `BEST`, `STATIONS` or `CENTRE`.
    hard : tuple of bool
        Whether people, households and radius are hard.
    """

    people: tuple[float, float] = (-inf, inf)
    households: tuple[float, float] = (-inf, inf)
    radius_m: float = inf
    points: int = BEST
    hard: tuple[bool, bool, bool] = (True, True, True)

    def hard_only(self) -> Limits:
        """Return the limits that a plan must keep; soft ones opened."""
        people, households, radius = self.hard
        return Limits(
            self.people if people else (-inf, inf),
            self.households if households else (-inf, inf),
            self.radius_m if radius else inf,
            self.points,
        )


@dataclass(frozen=True, eq=False)
class Part:
    """One connected part of a community, with all that planning it needs.

    Parameters
    ----------
    community : int
        Index into `District.communities`.
    code : str
        Code of the community.
    number : int
        Number of the part in its community, from 1.
    atoms : int32[n]
        Indices into the district's atoms, ascending.
    field : Field
    limits : Limits
    start : int32[n]
        Label of each atom in the plan to improve; -1 unassigned.
    olds : int32[q]
        Index into `District.grids_before` of each old grid of the part.
    names : tuple of str
        Codes of these old grids.
    blocked : int32[b], blocked_people : int64[b]
        Demand points that no legal grid can hold, left out of the radius, and the most people any
        service point that reaches them can reach.
    """

    community: int
    code: str
    number: int
    atoms: IntArray
    field: Field
    limits: Limits
    start: IntArray
    olds: IntArray
    names: tuple[str, ...] = ()
    blocked: IntArray = make(default_factory=lambda: np.empty(0, np.int32))
    blocked_people: LongArray = make(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.atoms)

    @property
    def people(self) -> int:
        """People of the part."""
        return int(self.field.people.sum())

    @property
    def households(self) -> int:
        """Households of the part."""
        return int(self.field.households.sum())


def compact_labels(labels: npt.NDArray[np.integer]) -> tuple[IntArray, IntArray]:
    """Return labels renumbered 0..k-1 by value and the values; negative labels stay -1."""
    values = np.unique(labels[labels >= 0]).astype(np.int32)
    out = np.full(len(labels), -1, np.int32)
    placed = labels >= 0
    out[placed] = np.searchsorted(values, labels[placed]).astype(np.int32)
    return out, values


def by_position(labels: IntArray) -> IntArray:
    """Return labels renumbered by the first atom that carries each, so that equal plans look equal."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return rank[inverse]
