# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where branches stand: their community, their ground today, and how much of it each grid holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.change import Crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch
from gridplanner.texts import _

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PartyMap:
    """Branches laid over the grids of a plan.

    Parameters
    ----------
    community : int64[n_branches]
        Index of the community; -1 where the list names none we know.
    xy : float64[n_branches, 2], metres
        Meeting place, else the middle of the ground led today; NaN if unknown.
    branch, grid : int64[k]
        Pairs with ground in common, sorted by branch, then most people first.
    people : int64[k]
        People of the branch's old grids who live in the new grid.
    ground : int64[n_branches]
        People of all its old grids.
    """

    community: IntArray
    xy: FloatArray
    branch: IntArray
    grid: IntArray
    people: IntArray
    ground: IntArray

    def grids_of(self, branch: int) -> tuple[tuple[int, int], ...]:
        """Return (grid, people) of a branch's ground, most people first."""
        low, high = np.searchsorted(self.branch, [branch, branch + 1])
        return tuple(zip(self.grid[low:high].tolist(), self.people[low:high].tolist(), strict=True))


def lay_branches(
    district: District, branches: Sequence[Branch], pairs: Crosswalk
) -> tuple[PartyMap, tuple[Finding, ...]]:
    """Return the branches laid over the new grids, and those whose community or grids are unknown."""
    index = {record.code: g for g, record in enumerate(district.grids_before) if record.code}
    led = [(b, index[code]) for b, branch in enumerate(branches) for code in branch.grids if code in index]
    owner = np.array([b for b, _old in led], np.int64)
    old = np.array([o for _b, o in led], np.int64)
    branch, grid, people = _ground(owner, old, pairs)
    today = Plan(district.atoms.old_grid.copy(), district.grids_before)
    ground = np.bincount(owner, today.sums(district.atoms.people)[old], len(branches)).astype(np.int64)
    community = _communities(district, branches, owner, old)
    stated, strays = _stated_places(district, branches)
    xy = _places(district, stated, owner, old)
    findings = (*_doubts(district, branches, community, index), *strays)
    return PartyMap(community, xy, branch, grid, people, ground), findings


def _ground(owner: IntArray, old: IntArray, pairs: Crosswalk) -> tuple[IntArray, IntArray, IntArray]:
    """Sum the people of each branch's old grids per new grid."""
    # The crosswalk is sorted by old grid, so each old grid is one run of rows.
    first = np.searchsorted(pairs.old, old, side="left")
    count = np.searchsorted(pairs.old, old, side="right") - first
    offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    rows = np.repeat(first, count) + offset
    branch, grid = np.repeat(owner, count), pairs.new[rows].astype(np.int64)
    placed = grid >= 0
    branch, grid, rows = branch[placed], grid[placed], rows[placed]
    width = int(grid.max()) + 1 if len(grid) else 1
    keys, inverse = np.unique(branch * width + grid, return_inverse=True)
    people = np.bincount(inverse, pairs.people[rows], len(keys)).astype(np.int64)
    branch, grid = keys // width, keys % width
    order = np.lexsort((grid, -people, branch))
    return branch[order], grid[order], people[order]


def _communities(district: District, branches: Sequence[Branch], owner: IntArray, old: IntArray) -> IntArray:
    """Find each branch's community by code, by name, else by the grids it leads."""
    by_grid = dict(zip(owner.tolist()[::-1], old.tolist()[::-1], strict=True))
    found = []
    for b, place in enumerate(_stated_communities(district, branches)):
        if place < 0 and b in by_grid:
            place = district.grids_before[by_grid[b]].community
        found.append(place)
    return np.array(found, np.int64)


def _stated_communities(district: District, branches: Sequence[Branch]) -> list[int]:
    """Return the community that the list states for each branch; -1 for none and for an unknown one."""
    codes = {str(code): c for c, code in enumerate(district.communities.codes)}
    names = {_stem(str(name)): c for c, name in enumerate(district.communities.names)}
    return [codes.get(b.community_code, names.get(_stem(b.community), -1)) for b in branches]


def _stem(name: str) -> str:
    """Return a community name without what offices add or leave out."""
    return name.removesuffix("居委会").removesuffix("社区")


def _stated_places(district: District, branches: Sequence[Branch]) -> tuple[FloatArray, tuple[Finding, ...]]:
    """Return the meeting places of the list; those in another CRS lie far off and are not used."""
    atoms = district.atoms
    xy = np.array([[branch.x, branch.y] for branch in branches], np.float64).reshape(len(branches), 2)
    low = np.array([atoms.x.min(), atoms.y.min()])
    high = np.array([atoms.x.max(), atoms.y.max()])
    margin = np.maximum(high - low, 1_000.0)
    known = np.isfinite(xy).all(axis=1)
    stray = known & ((xy < low - margin) | (xy > high + margin)).any(axis=1)
    xy[stray] = np.nan
    findings = tuple(
        _doubt(
            branches[b],
            _("Branch {name}: the meeting place lies outside the district and is not used.").format(
                name=branches[b].name
            ),
            _("Correct the coordinates in the branch list."),
        )
        for b in np.flatnonzero(stray).tolist()
    )
    return xy, findings


def _places(district: District, stated: FloatArray, owner: IntArray, old: IntArray) -> FloatArray:
    """Return the point of each branch: its meeting place, else the mean of its old grids' atoms."""
    atoms, n_old, n = district.atoms, len(district.grids_before), len(stated)
    held = atoms.old_grid >= 0
    count = np.bincount(atoms.old_grid[held], minlength=n_old)
    xy = stated.copy()
    unknown = ~np.isfinite(xy).all(axis=1)
    total = np.bincount(owner, count[old], n)
    for axis, values in enumerate((atoms.x, atoms.y)):
        summed = np.bincount(atoms.old_grid[held], values[held], n_old)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(owner, summed[old], n) / total
        xy[unknown, axis] = mean[unknown]
    return xy


def _doubts(
    district: District, branches: Sequence[Branch], community: IntArray, index: dict[str, int]
) -> tuple[Finding, ...]:
    """Report branches of unknown communities and codes of unknown grids."""
    findings = []
    stated = _stated_communities(district, branches)
    for branch, place, said in zip(branches, community.tolist(), stated, strict=True):
        # A branch without any place is a doubt; so is one whose grids belie what its row says.
        if place < 0 or (said < 0 and (branch.community_code or branch.community)):
            findings.append(
                _doubt(
                    branch,
                    _("Branch {name}: community '{community}' is not in the district.").format(
                        name=branch.name, community=branch.community_code or branch.community
                    ),
                    _("Correct the community in the branch list, or name the grids that the branch leads."),
                )
            )
        strange = [code for code in branch.grids if code not in index]
        if strange and index:
            findings.append(
                _doubt(
                    branch,
                    _("Branch {name}: grids {codes} do not exist today.").format(
                        name=branch.name, codes="、".join(strange[:5])
                    ),
                    _("Correct the grid codes in the branch list."),
                )
            )
    return tuple(findings)


def _doubt(branch: Branch, text: str, remedy: str) -> Finding:
    """Return a warning about one branch."""
    return Finding(
        "branch", Severity.WARNING, text, remedy, subject_kind="branch", subjects=(branch.code,), people=0
    )
