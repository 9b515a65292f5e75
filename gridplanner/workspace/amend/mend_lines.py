# SPDX-License-Identifier: LGPL-3.0-or-later
"""Proposals to mend grids or communities as the window gets them; nothing slow is imported here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.workspace.workspace import Correction


@dataclass(frozen=True, eq=False)
class MendLine:
    """One proposal: `workspace.mending.MendProposal` without what needs shapes to be read.

    Parameters
    ----------
    number : int
        Names it when it is accepted.
    action, title : str
        Class of the mend, and the class in the user's language.
    units, names : tuple of str
        Codes and names of the grids or communities concerned.
    keeper : int
        Place in `units` of the one that holds the land afterwards; -1 for none or for halving.
    choices : tuple of int
        Places in `units` that may be chosen instead; -1 halves the land.
    area_m2 : float
    people : int
        Of the land concerned.
    area_before, area_after : tuple of float
    people_before, people_after : tuple of int
        Of each unit.
    x, y : float
    rings : tuple of float64[k, 2]
        Outline of the land concerned, metres.
    text : str
        What would be done.
    """

    number: int
    action: str
    title: str
    units: tuple[str, ...]
    names: tuple[str, ...]
    keeper: int
    choices: tuple[int, ...]
    area_m2: float
    people: int
    area_before: tuple[float, ...]
    area_after: tuple[float, ...]
    people_before: tuple[int, ...]
    people_after: tuple[int, ...]
    x: float
    y: float
    rings: tuple[npt.NDArray[np.float64], ...]
    text: str


@dataclass(frozen=True, eq=False)
class MendResult:
    """What accepting gives: the step (None where nothing could be mended), and what was left out.

    After a mend of communities `note` says whose grids have to be planned anew, and `communities` where.
    """

    correction: Correction | None
    done: int
    refused: int
    note: str = ""
    communities: tuple[str, ...] = ()
