# SPDX-License-Identifier: LGPL-3.0-or-later
"""Joint branches: neighbouring grids of a community that share one branch, at most five together."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from gridplanner.assign.branch_desk import Desk
from gridplanner.assign.matching import cheapest_matching
from gridplanner.model.kinds import GridKind

Neighbours = dict[int, set[int]]


def share_branches(desk: Desk) -> None:
    """Place every general grid whose branch is missing or too small with neighbours.

    First with a neighbour's branch that stands, nearest first, each round by a matching of least
    distance; then the weak ones with each other; then with any branch of the community that has room.
    """
    near = grid_neighbours(desk)
    _ask_neighbours(desk, near)
    _unite_weak(desk, near)
    _ask_neighbours(desk, near)
    _ask_neighbours(desk, None)


def lead_by_committee(desk: Desk) -> None:
    """Hand what is still without a standing branch to the community committee."""
    for grid in weak_grids(desk):
        desk.committees[grid] = desk.plan.grids[grid].community
    for grid, record in enumerate(desk.plan.grids):
        if grid not in desk.leader and grid not in desk.committees:
            desk.committees[grid] = record.community


def weak_grids(desk: Desk) -> list[int]:
    """Return the general grids without a branch, or with one that has too few members."""
    return [
        grid
        for grid, record in enumerate(desk.plan.grids)
        if record.kind is GridKind.GENERAL and (grid not in desk.leader or not desk.strong(desk.leader[grid]))
    ]


def grid_neighbours(desk: Desk) -> Neighbours:
    """Return for each grid those of the same community with which it has a border that can be passed."""
    adjacency, plan = desk.district.adjacency, desk.plan
    use = adjacency.open
    first, second = plan.assignment[adjacency.a[use]], plan.assignment[adjacency.b[use]]
    apart = (first != second) & (first >= 0) & (second >= 0)
    pairs = np.unique(np.column_stack([first[apart], second[apart]]), axis=0)
    near: Neighbours = defaultdict(set)
    for one, other in pairs.tolist():
        if plan.grids[one].community == plan.grids[other].community:
            near[one].add(other)
            near[other].add(one)
    return near


def _ask_neighbours(desk: Desk, near: Neighbours | None) -> None:
    """Match weak grids to standing branches with room, one grid per branch and round, until none moves.

    Without `near` any branch of the same community may be asked.
    """
    moved = True
    while moved:
        moved = False
        hosts = defaultdict(list)
        for branch in sorted({b for b in desk.leader.values() if desk.strong(b) and desk.room(b)}):
            hosts[desk.community_of(branch)].append(branch)
        weak = defaultdict(list)
        for grid in weak_grids(desk):
            weak[desk.plan.grids[grid].community].append(grid)
        for community, grids in sorted(weak.items()):
            if community in hosts:
                moved |= _place_weak(desk, grids, hosts[community], near)


def _place_weak(desk: Desk, grids: list[int], hosts: list[int], near: Neighbours | None) -> bool:
    """Match weak grids of one community to its branches with room; tell whether any was placed."""
    cost = np.full((len(grids), len(hosts)), np.inf)
    for i, grid in enumerate(grids):
        for j, host in enumerate(hosts):
            if near is None or near[grid] & desk.led[host]:
                cost[i, j] = desk.distance(host, grid)
    rows, cols = cheapest_matching(cost)
    for i, j in zip(rows.tolist(), cols.tolist(), strict=True):
        _take_in(desk, grids[i], hosts[j])
    return len(rows) > 0


def _take_in(desk: Desk, grid: int, host: int) -> None:
    """Let a standing branch lead a weak grid too; the grid's own weak branch is merged into it."""
    desk.shared |= {grid, *desk.led[host]}
    weak = desk.leader.get(grid)
    if weak is None:
        desk.lead(grid, host, joint=True)
    else:
        desk.merge(weak, host)


def _unite_weak(desk: Desk, near: Neighbours) -> None:
    """Unite weak neighbours into joint branches where together they have members enough."""
    left = set(weak_grids(desk))
    for seed in sorted(left):
        if seed not in left:
            continue
        group = _grow(desk, near, left, seed)
        leaders = sorted(
            {desk.leader[g] for g in group if g in desk.leader}, key=lambda b: (-desk.members[b], b)
        )
        if sum(desk.members[b] for b in leaders) < desk.party.min_members:
            continue
        left -= set(group)
        desk.shared |= set(group)
        for branch in leaders[1:]:
            desk.merge(branch, leaders[0])
        for grid in group:
            if grid not in desk.leader:
                desk.lead(grid, leaders[0], joint=True)


def _grow(desk: Desk, near: Neighbours, left: set[int], seed: int) -> list[int]:
    """Grow a group from a weak grid over weak neighbours, those with most members first.

    It stops as soon as the members suffice, so that a group is no larger than it must be.
    """
    group, members = [seed], _own_members(desk, seed)
    while members < desk.party.min_members and len(group) < desk.party.max_joint:
        edge = sorted({n for g in group for n in near[g]} & left - set(group))
        if not edge:
            break
        best = max(edge, key=lambda g: (_own_members(desk, g), -g))
        group.append(best)
        members += _own_members(desk, best)
    return group


def _own_members(desk: Desk, grid: int) -> int:
    """Return the members of the grid's own branch; 0 without one."""
    return desk.members[desk.leader[grid]] if grid in desk.leader else 0
