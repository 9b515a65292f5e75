# SPDX-License-Identifier: LGPL-3.0-or-later
"""Today's division with the workers and branches of the office's lists."""

from __future__ import annotations

from dataclasses import replace

from gridplanner.assign.ledgers import branches_from_layer, workers_from_layer
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch, BranchTie, Worker


def staff_today(district: District) -> tuple[tuple[Branch, ...], tuple[Worker, ...], tuple[Finding, ...]]:
    """Read the branch and worker lists of a district; empty where it came without them."""
    branches: tuple[Branch, ...] = ()
    workers: tuple[Worker, ...] = ()
    findings: tuple[Finding, ...] = ()
    if "branches" in district.originals:
        branches, findings = branches_from_layer(district.originals["branches"])
    if "staff" in district.originals:
        workers, more = workers_from_layer(district.originals["staff"])
        findings += more
    return branches, workers, findings


def staffed_today(district: District, plan: Plan) -> Plan:
    """Return today's plan with its workers, branches and ties.

    A grid's worker is the first on the list who serves it; of several branches of a grid the one
    with most full members leads. Lists that the plan carries already are kept.
    """
    branches, workers, _findings = staff_today(district)
    branches, workers = plan.branches or branches, plan.workers or workers
    index = {record.code: g for g, record in enumerate(plan.grids) if record.code}
    posts: dict[int, str] = {}
    for worker in workers:
        if worker.grid in index:
            posts.setdefault(index[worker.grid], worker.id)
    grids = tuple(
        replace(record, worker=posts[g]) if g in posts and not record.worker else record
        for g, record in enumerate(plan.grids)
    )
    ties = plan.ties or ties_today(branches, index)
    return replace(plan, grids=grids, branches=branches, workers=workers, ties=ties)


def ties_today(branches: tuple[Branch, ...], index: dict[str, int]) -> tuple[BranchTie, ...]:
    """Return the ties that the branch list states; `index` maps grid codes to grids."""
    order = sorted(range(len(branches)), key=lambda b: (-branches[b].full_members, b))
    led: set[int] = set()
    ties = []
    for b in order:
        branch = branches[b]
        known = [index[code] for code in dict.fromkeys(branch.grids) if code in index]
        for grid in known:
            ties.append(BranchTie(grid, branch.code, leading=grid not in led, joint=len(known) > 1))
            led.add(grid)
    return tuple(sorted(ties, key=lambda tie: (tie.grid, not tie.leading, tie.branch)))
