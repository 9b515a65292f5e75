# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plans: which atom belongs to which grid, and what is known of each grid."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gridplanner.model.kinds import ChangeKind, GridKind
from gridplanner.model.staff import Branch, BranchTie, Worker

#: How a colour is written. A project file may hold anything, and colours go into a web page.
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class GridRecord:
    """What is known of one grid besides its atoms.

    Parameters
    ----------
    code, name : str
        Grid code (text, 15 digits by default) and name; "" until assigned.
    community : int
        Index into `District.communities`.
    kind : GridKind
    dedicated_kind : str
        `DedicatedKind` value for dedicated grids, "" otherwise.
    locked : bool
        The planner or the engine must not change it.
    worker : str
        Identifier of its full-time worker (`Worker.id`); "" when vacant.
    change : ChangeKind or None
        What became of it against today's grids; None in today's plan.
    former : tuple of str
        Codes of the old grids it took people or land from (`YBM`), most people first.
    reason : str
        Why it was changed, in the user's language.
    limits : tuple of four str
        Limits on the four sides (四至): east, south, west, north; empty texts until drafted.
    site : str
        Identifier of the site it was carved out of, "" otherwise.
    since : str
        Start date `YYYY-MM-DD` (`CSRQ`), "" if unknown.
    note : str
    colour : str
        Colour on maps, `#rrggbb`; "" lets the map choose one that differs from the neighbours'.
    """

    code: str
    name: str
    community: int
    kind: GridKind = GridKind.GENERAL
    dedicated_kind: str = ""
    locked: bool = False
    worker: str = ""
    change: ChangeKind | None = None
    former: tuple[str, ...] = ()
    reason: str = ""
    limits: tuple[str, str, str, str] = ("", "", "", "")
    site: str = ""
    since: str = ""
    note: str = ""
    colour: str = ""

    def kind_words(self) -> str:
        """Return its kind, and the unit that a dedicated one serves: 综合, 专属·学校."""
        return "·".join(filter(None, (str(self.kind), self.dedicated_kind)))


@dataclass(frozen=True, eq=False)
class Plan:
    """A division of the district: an assignment and the grids it names.

    Parameters
    ----------
    assignment : int32[n_atoms]
        Index into `grids`; -1 = unassigned.
    grids : tuple of GridRecord
        A grid without atoms is allowed only while it is being edited.
    name : str
        Name of the scenario; "" for today's division.
    branches : tuple of Branch
        Branches of the new division, with what becomes of each.
    ties : tuple of BranchTie
        Which branch leads or joins which grid.
    workers : tuple of Worker
        All known workers; `GridRecord.worker` names the one in post.
    status : str
        `draft`, `consulted`, `submitted` or `approved`.
    """

    assignment: npt.NDArray[np.int32]
    grids: tuple[GridRecord, ...]
    name: str = ""
    branches: tuple[Branch, ...] = field(default=())
    ties: tuple[BranchTie, ...] = field(default=())
    workers: tuple[Worker, ...] = field(default=())
    status: str = "draft"

    def __post_init__(self) -> None:
        """Freeze the assignment, so that an earlier plan can never change behind the history."""
        self.assignment.setflags(write=False)

    @property
    def n_grids(self) -> int:
        """Number of grid records."""
        return len(self.grids)

    def general(self) -> npt.NDArray[np.bool_]:
        """bool[n_grids]: which grids are general (the ones that `total` counts)."""
        return np.array([g.kind is GridKind.GENERAL for g in self.grids], dtype=bool)

    def sums(self, per_atom: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return a whole-number column of the atoms summed per grid, int64[n_grids]."""
        placed = self.assignment >= 0
        totals = np.zeros(self.n_grids, np.int64)
        np.add.at(totals, self.assignment[placed], per_atom[placed])
        return totals

    def renamed(self, name: str) -> Plan:
        """Return the same plan under another scenario name."""
        return replace(self, name=name)


@dataclass(frozen=True)
class PlanChange:
    """What one step changed: all that views need to redraw.

    Parameters
    ----------
    kind : str
        `atoms` (assignment), `records` (names, codes, staff, locks), `rules`, `findings`,
        `scenario` (everything), `district` (corrected counts or outlines: everything, the map too).
    grids : tuple of int
        Indices of the grids touched, in the new plan.
    atoms : int32[k]
        Atoms that moved.
    label : str
        The step, in the user's language.
    """

    kind: str
    grids: tuple[int, ...] = ()
    atoms: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    label: str = ""
