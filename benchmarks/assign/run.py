# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long branches and workers take: `python3 main.py bench assign`.

One thread works; CPU seconds are measured, so that a busy machine does not change the verdict.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.assign.towns import Size, busy_district
from gridplanner.assign.branch_desk import Desk
from gridplanner.assign.branches import assign_branches, leader_costs, match_leaders
from gridplanner.assign.ledgers import branches_from_layer
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.party_map import lay_branches
from gridplanner.assign.workers import assign_workers
from gridplanner.model.change import crosswalk
from gridplanner.model.organisation import organisation_from_table
from gridplanner.model.staffing import PartyRules

#: The bars: organisation trees and branch lists of whole cities within 3 s, a district within 0.5 s.
DISTRICT = Size("district", communities=42, grids=288, branches=300, seed=1)
CITIES = (
    Size("757 branches", communities=242, grids=757, branches=757, seed=2),
    Size("3 levels, 1786 grids", communities=156, grids=1786, branches=1786, seed=3),
    Size("9855 branches", communities=985, grids=9855, branches=9855, seed=4),
    Size("16000 branches", communities=1600, grids=16000, branches=16000, seed=5),
)
TREES = ((15, 242, 757, 2921, 9855), (10, 156, 1786), (20, 200, 2000, 16000))
CITY_S, DISTRICT_S = 3.0, 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line per size; return 1 when a bar is missed."""
    argparse.ArgumentParser(prog="gridplanner bench assign").parse_args(argv)
    missed = 0
    for size in (DISTRICT, *CITIES):
        read, assign, optimal = time_size(size)
        bar = DISTRICT_S if size is DISTRICT else CITY_S
        late = (assign if size is DISTRICT else read + assign) > bar
        missed += late or not optimal
        print(
            f"{size.name:24} grids {size.grids:6} branches {size.branches:6} read {read:6.3f} s "
            f"assign {assign:6.3f} s bar {bar:.1f} s optimal {optimal} {'MISSED' if late else 'ok'}"
        )
    for levels in TREES:
        seconds = time_tree(levels)
        missed += seconds > CITY_S
        print(f"tree {'/'.join(map(str, levels)):28} {seconds:6.3f} s bar {CITY_S:.1f} s")
    return int(missed > 0)


def time_size(size: Size) -> tuple[float, float, bool]:
    """Return CPU seconds to read the list, to settle branches and workers, and whether it is optimal."""
    district, plan, layer = busy_district(size)
    start = time.process_time()
    branches, _findings = branches_from_layer(layer)
    read = time.process_time() - start
    start = time.process_time()
    today = district.plan_today()
    pairs = crosswalk(district.atoms, today, plan)
    settled = assign_branches(district, plan, branches, pairs, AssignOptions())
    xy = np.column_stack([district.atoms.x, district.atoms.y])[: plan.n_grids]
    assign_workers(district, plan, (), pairs, xy)
    seconds = time.process_time() - start
    led = sorted(tie.grid for tie in settled.ties if tie.leading)
    assert led == list(range(plan.n_grids)), "exactly one leading branch per grid"
    laid, _doubts = lay_branches(district, branches, pairs)
    desk = Desk(district, plan, branches, laid, PartyRules())
    return read, seconds, is_optimal(desk)


def is_optimal(desk: Desk) -> bool:
    """Compare the matching of the first communities with scipy's on the same costs."""
    match_leaders(desk)
    for i, (grids, branches) in enumerate(desk.communities().values()):
        if i == 50:
            break
        cost = leader_costs(desk, grids, branches)
        wall = 1e12
        rows, cols = linear_sum_assignment(np.where(np.isfinite(cost), cost, wall))
        best = sum(cost[r, c] for r, c in zip(rows, cols, strict=True) if np.isfinite(cost[r, c]))
        here = {b: j for j, b in enumerate(branches)}
        ours = sum(cost[k, here[desk.leader[g]]] for k, g in enumerate(grids) if g in desk.leader)
        if abs(ours - best) > 1e-6 * max(abs(best), 1.0):
            return False
    return True


def time_tree(levels: Sequence[int]) -> float:
    """Return CPU seconds to build a tree with so many units on each level."""
    codes, parents = [], []
    for depth, count in enumerate(levels):
        for i in range(count):
            codes.append(f"{depth}-{i}")
            parents.append(f"{depth - 1}-{i * levels[depth - 1] // count}" if depth else "")
    start = time.process_time()
    tree, findings = organisation_from_table(codes, codes, parents, [1] * len(codes))
    tree.totals()
    seconds = time.process_time() - start
    assert not findings
    return seconds
