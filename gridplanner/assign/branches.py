# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which party branch leads which grid, and what becomes of each branch.

One branch per grid is found by an optimal matching inside each community (present tie, members,
distance). Branches left over are merged into the branch of the grid that holds most of their
ground; grids left over get a new branch where enough members live, else they share one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gridplanner.assign.branch_desk import Desk, Settlement
from gridplanner.assign.branch_joint import lead_by_committee, share_branches
from gridplanner.assign.branch_record import write_records
from gridplanner.assign.matching import cheapest_matching
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.party_map import lay_branches
from gridplanner.model.change import Crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch
from gridplanner.model.staffing import PartyRules

FloatArray = npt.NDArray[np.float64]
#: What keeping one person with the branch of today is worth, against walking distance. Own choice.
METRES_PER_PERSON = 10.0
#: What a branch costs that has too few members to stand alone, and one that leads no grid today. Metres.
WEAK_BRANCH_M = 2_000.0
OUTSIDE_BRANCH_M = 20_000.0


def assign_branches(
    district: District,
    plan: Plan,
    branches: Sequence[Branch],
    pairs: Crosswalk,
    options: AssignOptions,
    party: PartyRules | None = None,
) -> Settlement:
    """Return the branches of a plan: what becomes of each, and exactly one leader per grid.

    Parameters
    ----------
    plan : Plan
        With codes and names.
    branches : sequence of Branch
        Today's list; without one nothing is proposed.
    pairs : Crosswalk
        From today's division to the plan.
    party : PartyRules, optional
        Thresholds; those of the branch regulations by default.

    Returns
    -------
    Settlement
        Branches (status and reason filled), ties, findings. Full members are conserved: those of
        branches kept, renamed, found or listed without a change add up to today's total.
    """
    if not branches:
        return Settlement((), (), ())
    laid, doubts = lay_branches(district, branches, pairs)
    desk = Desk(district, plan, tuple(branches), laid, party or PartyRules())
    match_leaders(desk)
    settle_spare_branches(desk)
    found_branches(desk)
    share_branches(desk)
    place_outside_branches(desk)
    lead_dedicated(desk)
    lead_by_committee(desk)
    return write_records(desk, options, doubts)


def leader_costs(desk: Desk, grids: Sequence[int], branches: Sequence[int]) -> FloatArray:
    """Return what it costs that a branch leads a grid, float64[n_grids, n_branches], in metres.

    Distance, less ten metres for each person who keeps the branch of today; more for a branch that
    has too few members. Members have their affiliation where they live: a branch with ground of its
    own is never sent to a grid where it has none (inf); one that leads no grid today (of a firm or
    an office) may go anywhere in the community, at a price.
    """
    laid = desk.laid
    b = np.array(branches, np.int64)
    gap = desk.grid_xy[np.array(grids, np.int64)][:, None, :] - laid.xy[b][None, :, :]
    metres = np.nan_to_num(np.hypot(gap[..., 0], gap[..., 1]), nan=WEAK_BRANCH_M)
    row = {grid: i for i, grid in enumerate(grids)}
    kept = np.full(metres.shape, np.inf)
    for j, branch in enumerate(branches):
        ground = laid.grids_of(branch)
        if not ground:
            kept[:, j] = OUTSIDE_BRANCH_M
        for grid, people in ground:
            if grid in row:
                kept[row[grid], j] = -METRES_PER_PERSON * people
    members = np.array([desk.members[branch] for branch in branches])
    return np.asarray(metres + kept + WEAK_BRANCH_M * (members < desk.party.min_members))


def match_leaders(desk: Desk) -> None:
    """Give each general grid at most one branch of its community, at least total cost."""
    for grids, branches in desk.communities().values():
        if grids and branches:
            rows, cols = cheapest_matching(leader_costs(desk, grids, branches))
            for i, j in zip(rows.tolist(), cols.tolist(), strict=True):
                desk.lead(grids[i], branches[j])


def settle_spare_branches(desk: Desk) -> None:
    """Merge branches that lead no grid any more into the one that leads most of their ground."""
    leading = set(desk.leader.values())
    for branch, record in enumerate(desk.branches):
        if branch in leading or not record.grids or desk.is_committee(branch):
            continue
        homes = [grid for grid, _people in desk.laid.grids_of(branch) if grid in desk.leader]
        if not homes:
            continue
        target = desk.leader[homes[0]]
        if desk.members[branch] + desk.members[target] > desk.party.max_members:
            # Together they would be too many: both stay, the second one works in the grid too.
            desk.join(homes[0], branch)
        else:
            desk.merge(branch, target)


def found_branches(desk: Desk) -> None:
    """Found a branch in a grid without one where, by its share of people, enough members live."""
    donors: dict[int, list[tuple[int, int]]] = {}
    for branch in sorted(set(desk.leader.values())):
        for grid, people in desk.laid.grids_of(branch):
            if grid not in desk.leader and desk.laid.ground[branch]:
                donors.setdefault(grid, []).append((branch, people))
    for grid in sorted(donors):
        if desk.plan.grids[grid].kind is not GridKind.GENERAL:
            continue
        given = []
        for branch, people in donors[grid]:
            count = desk.origin_members(branch) * people // int(desk.laid.ground[branch])
            if count and desk.members[branch] - count >= desk.party.min_members:
                given.append((branch, count))
        if sum(count for _branch, count in given) >= desk.party.min_members:
            desk.found(grid, given)


def place_outside_branches(desk: Desk) -> None:
    """Let a branch that leads no grid (of a firm, an office, the property managers) work in the nearest.

    Only where its meeting place is known; the grid must be general and of the same community.
    """
    leading = set(desk.leader.values())
    grids = {community: here for community, (here, _branches) in desk.communities().items()}
    for branch, record in enumerate(desk.branches):
        if branch in leading or record.grids or desk.is_committee(branch) or branch in desk.merged:
            continue
        here = grids.get(desk.community_of(branch), [])
        if here and np.isfinite(desk.laid.xy[branch]).all():
            gap = [desk.distance(branch, grid) for grid in here]
            desk.join(here[int(np.argmin(gap))], branch)


def lead_dedicated(desk: Desk) -> None:
    """Give each dedicated grid the branch of its unit, else the nearest branch of the community."""
    living = desk.living_branches()
    for grid, record in enumerate(desk.plan.grids):
        if record.kind is GridKind.GENERAL or grid in desk.leader:
            continue
        here = living[record.community]
        own = [b for b in here if desk.is_unit_branch(b, grid)]
        near = own or [b for b in here if desk.room(b)] or here
        if near:
            gap = np.array([desk.distance(b, grid) for b in near])
            desk.lead(grid, near[int(np.argmin(gap))], joint=not own)
