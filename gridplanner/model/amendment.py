# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of what the planner starts from: counts, places of ledger rows, outlines of atoms.

A district is never changed by planning; a correction makes another district of it. Corrections are
plain data that say what holds afterwards, so that every process that has the district applies them
alike, and a restore after a crash repeats no computation. Taking one back is a correction as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms
from gridplanner.model.unit_patch import CommunityPatch, GridPatch

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BuildingCount:
    """People and households of a building as found out by hand.

    Parameters
    ----------
    building : int
        Index into `District.buildings`.
    people, households : int, >= 0
    source : str
        Who or what says so (a visit, a phone call, the police).
    day : str
        Date of the count, `YYYY-MM-DD`.
    """

    building: int
    people: int
    households: int
    source: str = ""
    day: str = ""


@dataclass(frozen=True)
class LedgerPlacement:
    """A row of the people ledger put at a building or an area, or taken from there again.

    Parameters
    ----------
    row : int
        Position in `District.originals["people"]`.
    building, atom : int
        Where its people count; -1 for no building.
    placed : bool
        False takes the row off the map.
    """

    row: int
    building: int
    atom: int
    placed: bool = True


@dataclass(frozen=True, eq=False)
class Outlines:
    """Rings of some polygons, even-odd: holes are further rings.

    Parameters
    ----------
    xy : float64[k, 2], metres
    rings : int64[r + 1]
        Start of each ring in `xy`.
    features : int64[n + 1]
        Start of each polygon in `rings`.
    """

    xy: npt.NDArray[np.float64]
    rings: Ints
    features: Ints


@dataclass(frozen=True, eq=False)
class AtomPatch:
    """Atoms with other outlines: one cut in two, two joined again, or a common corner moved.

    Parameters
    ----------
    n_atoms : int
        Number of atoms afterwards; those beyond it are gone.
    rows : int64[k], ascending
        Atoms that are replaced, or added at the end.
    parents : int64[k]
        The atom whose grid each takes in every plan; itself where it is replaced.
    atoms : Atoms
        The k rows as they are afterwards, without shapes.
    outlines : Outlines
        Their shapes.
    edges : Adjacency
        Every edge that has an end in `rows`, as it is afterwards.
    buildings, homes : int64[m]
        Buildings that stand on another atom afterwards, and on which.
    """

    n_atoms: int
    rows: Ints
    parents: Ints
    atoms: Atoms
    outlines: Outlines
    edges: Adjacency
    buildings: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    homes: Ints = field(default_factory=lambda: np.empty(0, np.int64))


Amendment = BuildingCount | LedgerPlacement | AtomPatch | GridPatch | CommunityPatch
