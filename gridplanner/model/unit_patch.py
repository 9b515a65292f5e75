# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of units the planner starts from: today's grids after a mend, communities after a reform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.jurisdiction import Communities
from gridplanner.model.plan import GridRecord
from gridplanner.model.reform import CommunityChange

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GridPatch:
    """Today's grids with other outlines and other atoms, after faults between them were mended.

    Parameters
    ----------
    n_grids : int
        Number of today's grids afterwards; those beyond it are gone.
    rows : int64[k], ascending
        Grids that are replaced, or added at the end.
    records : tuple of k GridRecord
    shapes : tuple of k str
        Their outlines as WKB in hexadecimal; "" for a grid that is left without land.
    atoms, grids : int64[m]
        Atoms that lie in another of today's grids afterwards, and in which (-1 for none).
    """

    n_grids: int
    rows: Ints
    records: tuple[GridRecord, ...]
    shapes: tuple[str, ...]
    atoms: Ints
    grids: Ints


@dataclass(frozen=True, eq=False)
class CommunityPatch:
    """Other communities over the same atoms.

    Parameters
    ----------
    communities : Communities
        All of them as they are afterwards, without shapes.
    came_from : int64[n_communities]
        Row of each one before; -1 for a new one.
    community : int32[n_atoms]
        Row of each atom's community afterwards.
    reforms : tuple of CommunityChange
        All operations known afterwards.
    """

    communities: Communities
    came_from: Ints
    community: npt.NDArray[np.int32]
    reforms: tuple[CommunityChange, ...]
