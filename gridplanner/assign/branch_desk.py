# SPDX-License-Identifier: LGPL-3.0-or-later
"""The working table on which branches are matched, merged, founded and shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite

import numpy as np
import numpy.typing as npt

from gridplanner.assign.party_map import PartyMap
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch, BranchTie
from gridplanner.model.staffing import PartyRules

#: Stands for an unknown distance: far, but not further than another community. Metres.
FAR_M = 1e7


@dataclass(frozen=True)
class Settlement:
    """Branches of a plan, their ties to grids (indices of the plan), and what is doubtful."""

    branches: tuple[Branch, ...]
    ties: tuple[BranchTie, ...]
    findings: tuple[Finding, ...]


class Desk:
    """Everything known while branches are settled; filled step by step, then written down.

    Branches are numbers: those of today's list first, then the new ones.

    Attributes
    ----------
    leader : dict of grid to branch
    shared : set of grid
        Grids whose branch leads others too.
    joined : list of (grid, branch)
        A further branch that works in the grid; `second` is the set of these branches.
    led : dict of branch to set of grid
    members : list of int
        Full members of each branch, after merging and founding.
    merged : dict of branch to branch
    founded : dict of branch to (grid, ((donor, members), ...))
    committees : dict of grid to community
        Grids that the community committee leads for want of members.
    """

    def __init__(
        self, district: District, plan: Plan, branches: tuple[Branch, ...], laid: PartyMap, party: PartyRules
    ) -> None:
        self.district, self.plan, self.branches, self.laid, self.party = district, plan, branches, laid, party
        self.grid_xy = grid_points(district, plan)
        self.members = [branch.full_members for branch in branches]
        self.leader: dict[int, int] = {}
        self.shared: set[int] = set()
        self.joined: list[tuple[int, int]] = []
        self.second: set[int] = set()
        self.merged: dict[int, int] = {}
        self.founded: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {}
        self.committees: dict[int, int] = {}
        self.led: dict[int, set[int]] = defaultdict(set)
        self._kinds = {record.code: record.kind for record in district.grids_before}

    def communities(self) -> dict[int, tuple[list[int], list[int]]]:
        """Return general grids and candidate branches of each community that has grids."""
        grids: dict[int, list[int]] = defaultdict(list)
        branches: dict[int, list[int]] = defaultdict(list)
        for grid, record in enumerate(self.plan.grids):
            if record.kind is GridKind.GENERAL:
                grids[record.community].append(grid)
        for branch, community in enumerate(self.laid.community.tolist()):
            if not self.is_committee(branch) and not self._serves_a_unit(branch):
                branches[community].append(branch)
        return {community: (grids[community], branches[community]) for community in sorted(grids)}

    def is_committee(self, branch: int) -> bool:
        """Whether a branch is the committee of a community, which leads branches, not grids."""
        return self.branches[branch].kind == "党委" if branch < len(self.branches) else False

    def _serves_a_unit(self, branch: int) -> bool:
        """Whether all grids it leads today are dedicated ones."""
        kinds = [self._kinds[code] for code in self.branches[branch].grids if code in self._kinds]
        return bool(kinds) and all(kind is GridKind.DEDICATED for kind in kinds)

    def is_unit_branch(self, branch: int, grid: int) -> bool:
        """Whether a branch belongs to the unit of a dedicated grid: it leads it today or bears its name."""
        if branch >= len(self.branches):
            return False
        record, known = self.plan.grids[grid], self.branches[branch]
        unit = record.name.removesuffix("专属网格").removesuffix("网格")
        return bool(set(known.grids) & {record.code, *record.former}) or (
            len(unit) >= 2 and unit in known.name
        )

    def lead(self, grid: int, branch: int, *, joint: bool = False) -> None:
        """Let a branch lead a grid."""
        self.leader[grid] = branch
        self.led[branch].add(grid)
        if joint:
            self.shared.add(grid)

    def join(self, grid: int, branch: int) -> None:
        """Let a further branch work in a grid."""
        self.joined.append((grid, branch))
        self.second.add(branch)

    def merge(self, branch: int, target: int) -> None:
        """Merge a branch into another; its grids and members go along."""
        self.merged[branch] = target
        self.members[target] += self.members[branch]
        self.members[branch] = 0
        for grid in self.led.pop(branch, set()):
            self.leader[grid] = target
            self.led[target].add(grid)

    def found(self, grid: int, given: Sequence[tuple[int, int]]) -> None:
        """Found a branch in a grid with members of others."""
        branch = len(self.members)
        self.members.append(sum(count for _donor, count in given))
        for donor, count in given:
            self.members[donor] -= count
        self.founded[branch] = (grid, tuple(given))
        self.lead(grid, branch)

    def origin_members(self, branch: int) -> int:
        """Return the full members on today's list."""
        return self.branches[branch].full_members

    def room(self, branch: int) -> bool:
        """Whether a branch may lead one more grid."""
        return len(self.led[branch]) < self.party.max_joint

    def strong(self, branch: int) -> bool:
        """Whether a branch has members enough to stand."""
        return self.members[branch] >= self.party.min_members

    def living_branches(self) -> dict[int, list[int]]:
        """Return by community the branches that are not merged and are no committees."""
        living: dict[int, list[int]] = defaultdict(list)
        for branch in range(len(self.members)):
            if branch not in self.merged and not self.is_committee(branch):
                living[self.community_of(branch)].append(branch)
        return living

    def community_of(self, branch: int) -> int:
        """Return the community of a branch, listed or founded; -1 if unknown."""
        if branch in self.founded:
            return self.plan.grids[self.founded[branch][0]].community
        return int(self.laid.community[branch])

    def distance(self, branch: int, grid: int) -> float:
        """Return metres from a branch to a grid; `FAR_M` where either place is unknown."""
        at = self.grid_xy[self.founded[branch][0]] if branch in self.founded else self.laid.xy[branch]
        metres = hypot(*(at - self.grid_xy[grid]).tolist())
        return metres if isfinite(metres) else FAR_M


def grid_points(district: District, plan: Plan) -> npt.NDArray[np.float64]:
    """Return the population centre of each grid, float64[n_grids, 2], metres; NaN without atoms."""
    atoms, placed = district.atoms, plan.assignment >= 0
    grid = plan.assignment[placed]
    # A tiny weight for land keeps grids without people on the map.
    weight = (atoms.people + 1e-6)[placed]
    total = np.bincount(grid, weight, plan.n_grids)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.bincount(grid, weight * atoms.x[placed], plan.n_grids) / total
        y = np.bincount(grid, weight * atoms.y[placed], plan.n_grids) / total
    return np.column_stack([x, y]).astype(np.float64)
