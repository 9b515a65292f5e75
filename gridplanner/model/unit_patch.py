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
    """Today's grids as they are after faults between them were mended.

    Parameters
    ----------
    records : tuple of n GridRecord
    came_from : int64[n]
        Row before of each one whose outline stays; -1 for one with another outline.
    shapes : tuple of str
        The other outlines, in order, as WKB in hexadecimal.
    old_grid : int32[n_atoms]
        Today's grid of each atom afterwards; -1 for none.
    """

    records: tuple[GridRecord, ...]
    came_from: Ints
    shapes: tuple[str, ...]
    old_grid: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class CommunityLines:
    """Outlines of the communities as mended; none at all for those of the layer as delivered.

    Parameters
    ----------
    codes, names, streets : tuple of str
        `streets` are the codes of the street each belongs to.
    shapes : tuple of str
        WKB in hexadecimal.
    """

    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()


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
    lines : CommunityLines or None
        Outlines between which faults were mended; None leaves them as they are.
    """

    communities: Communities
    came_from: Ints
    community: npt.NDArray[np.int32]
    reforms: tuple[CommunityChange, ...]
    lines: CommunityLines | None = None
