# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whatever the lists hold: one leader per grid, members conserved, at most five grids, optimal posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from gridplanner.assign.branch_desk import grid_points
from gridplanner.assign.branches import assign_branches
from gridplanner.assign.complete import complete_plan
from gridplanner.assign.numbering import kept_codes
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.workers import assign_workers
from gridplanner.model.change import crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch, Worker
from tests.builders import objects, plan_of, town
from tests.unit.assign.test_complete import RULES, polygons_of, staffed


def random_town(seed: int, size: int = 6) -> tuple[District, Plan]:
    """Return a town of two communities and a random redivision inside each."""
    random = np.random.default_rng(seed)
    half = size // 2
    old = [[("ABC" if c < half else "DEF")[random.integers(3)] for c in range(size)] for _r in range(size)]
    new = [[("xyz" if c < half else "uvw")[random.integers(3)] for c in range(size)] for _r in range(size)]
    areas = ["a" * half + "b" * (size - half)] * size
    people = random.integers(0, 300, size * size).tolist()
    district = town("\n".join(map("".join, old)), "\n".join(areas), people)
    return district, plan_of(district, "\n".join(map("".join, new)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 9))
def test_branches_settle_whatever_the_list_holds(seed: int, n_branches: int) -> None:
    district, plan = random_town(seed)
    random = np.random.default_rng(seed)
    codes = [record.code for record in district.grids_before] + ["000", ""]
    branches = tuple(
        Branch(
            f"Z{i}",
            f"第{i}网格党支部" if i % 2 else "甲支部",
            kind=["支部", "党委", "联合党支部"][random.integers(3)],
            community=["示意a社区", "示意b", "不存在"][random.integers(3)],
            full_members=int(random.integers(0, 9)),
            grids=tuple(codes[k] for k in random.integers(0, len(codes), random.integers(0, 4))),
        )
        for i in range(n_branches)
    )
    pairs = crosswalk(district.atoms, district.plan_today(), plan)
    settled = assign_branches(district, plan, branches, pairs, AssignOptions())
    if not branches:
        assert settled == replace(settled, branches=(), ties=(), findings=())
        return
    assert sorted(t.grid for t in settled.ties if t.leading) == list(range(plan.n_grids))
    known = {b.code: b for b in settled.branches}
    assert len(known) == len(settled.branches) and all(t.branch in known for t in settled.ties)
    standing = [b for b in settled.branches if b.status not in ("merge", "dissolve")]
    assert sum(b.full_members for b in standing) == sum(b.full_members for b in branches)
    load = Counter(t.branch for t in settled.ties if t.leading and known[t.branch].kind != "党委")
    assert max(load.values(), default=0) <= 5
    assert all(known[code].full_members >= 3 for code in load)
    assert all(b.reason for b in settled.branches if b.status)
    names = [b.name for b in standing]
    assert len(set(names)) == len(names)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_codes_and_workers_stay_with_as_many_people_as_possible(seed: int) -> None:
    district, plan = random_town(seed)
    pairs = crosswalk(district.atoms, district.plan_today(), plan)
    table = np.zeros((len(district.grids_before), plan.n_grids))
    np.add.at(table, (pairs.old, pairs.new), pairs.people)
    rows, cols = linear_sum_assignment(table, maximize=True)
    best = table[rows, cols].sum()
    blank = replace(plan, grids=tuple(replace(r, code="") for r in plan.grids))
    index = {record.code: g for g, record in enumerate(district.grids_before)}
    kept = kept_codes(district, blank, pairs)
    assert len(set(kept.values())) == len(kept)
    assert sum(table[index[code], g] for g, code in kept.items()) == best
    workers = tuple(Worker(f"Y{g}", grid=record.code) for g, record in enumerate(district.grids_before))
    posts, named = assign_workers(district, plan, workers, pairs, grid_points(district, plan))
    assert len(set(posts)) == len(posts) and all(posts)
    served = {f"Y{g}": g for g in range(len(workers))}
    assert sum(table[served[post], g] for g, post in enumerate(posts)) >= best
    assert {w.status for w in named} <= {"stay", "move", "surplus"}


def test_more_grids_than_branches_and_the_reverse() -> None:
    district = town("ABCD\nABCD", people=200)
    pairs_of = lambda plan: crosswalk(district.atoms, district.plan_today(), plan)  # noqa: E731
    codes = [record.code for record in district.grids_before]
    many = tuple(Branch(f"Z{i}", f"{i}支部", full_members=4, grids=(codes[i % 4],)) for i in range(12))
    one = plan_of(district, "xxxx\nxxxx")
    settled = assign_branches(district, one, many, pairs_of(one), AssignOptions())
    assert [t.leading for t in settled.ties].count(True) == 1
    few = (Branch("Z0", "甲支部", full_members=30, grids=tuple(codes)),)
    four = plan_of(district, "ABCD\nABCD")
    settled = assign_branches(district, four, few, pairs_of(four), AssignOptions())
    assert len([t for t in settled.ties if t.leading]) == 4
    assert [b.status for b in settled.branches].count("found") == 3


def test_a_name_of_sixty_characters_and_hostile_text_pass_through() -> None:
    district = town("AB\nAB")
    long = "很" * 60
    district = replace(
        district,
        communities=replace(district.communities, names=objects([long])),
        originals={},
    )
    plan = plan_of(district, "AB\nAB", codes={"A": "", "B": ""})
    branches = (Branch("=1", "<b>支部</b>{x}", full_members=5, grids=(district.grids_before[0].code,)),)
    pairs = crosswalk(district.atoms, district.plan_today(), plan)
    settled = assign_branches(district, plan, branches, pairs, AssignOptions())
    assert settled.branches[0].name.startswith("<b>支部</b>{x}")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_completing_twice_changes_nothing(seed: int) -> None:
    district, plan = random_town(seed)
    random = np.random.default_rng(seed)
    district = staffed(district, random.integers(0, 9, len(district.grids_before)).tolist())
    plan = replace(plan, grids=tuple(replace(record, code="", name="") for record in plan.grids))
    once, findings = complete_plan(district, plan, RULES, polygons_of(district, plan), AssignOptions())
    twice, again = complete_plan(district, once, RULES, polygons_of(district, plan), AssignOptions())
    # As texts: an unknown coordinate is NaN, which equals nothing.
    assert twice.grids == once.grids and repr(twice.branches) == repr(once.branches)
    assert twice.ties == once.ties and twice.workers == once.workers and len(again) == len(findings)


def test_a_community_nobody_knows_is_told_although_the_grids_give_the_place() -> None:
    district, plan = random_town(3)
    grid = next(record.code for record in district.grids_before if record.code)
    branches = (
        Branch("Z1", "甲支部", community="无名社区", full_members=5, grids=(grid,)),
        Branch("Z2", "乙支部", full_members=5, grids=(grid,)),
    )
    pairs = crosswalk(district.atoms, district.plan_today(), plan)
    settled = assign_branches(district, plan, branches, pairs, AssignOptions())
    told = [finding for finding in settled.findings if "无名社区" in finding.text]
    assert [finding.subjects for finding in told] == [("Z1",)]
    assert all(tie.branch in {b.code for b in settled.branches} for tie in settled.ties)
