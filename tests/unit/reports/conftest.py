# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small finished plan that every paper is made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.certificate import Bound, Certificate, PartCertificate
from gridplanner.model.change import change_kinds, change_totals, crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.model.staff import Branch, BranchTie, Worker
from gridplanner.rules.check import check, measure
from tests.builders import objects, plan_of, town

RULES = RuleSet(preset="bazhou", people=Band(500, 900), service_radius=RadiusRule(max=400))


def division(district: District, plan: Plan) -> Division:
    polygons = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)
    measures = measure(district, plan, RULES, polygons)
    return Division(plan, measures, polygons, check(district, plan, RULES, measures, polygons, {}))


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    """Return two communities whose four grids become three; one name tries to be a formula."""
    district = town(
        "AABBEE\nAABBEE\nCCDDEE", "aaaabb\naaaabb\naaaabb", estates="xxyy..\nxxyy..\nzzzz..", dedicated="E"
    )
    before = replace(
        district.plan_today(),
        branches=tuple(
            Branch(f"Z{i}", f"第{i}网格党支部", full_members=4 + i, secretary="赵示盛") for i in range(5)
        ),
        workers=tuple(
            Worker(f"Y{i}", "钱示明", "19900000000", grid.code)
            for i, grid in enumerate(district.grids_before)
        ),
    )
    plan = plan_of(district, "AABBEE\nAABBEE\nAABBEE", codes={"A": district.grids_before[0].code})
    pairs = crosswalk(district.atoms, before, plan)
    kinds = change_kinds(before, plan, pairs)
    grids = [
        replace(
            record,
            change=kind,
            limits=("人民路", "清水河", "区界", "第2网格界"),
            worker=f"Y{g}" if g < 2 else "",
        )
        for g, (record, kind) in enumerate(zip(plan.grids, kinds, strict=True))
    ]
    grids[1] = replace(
        grids[1], name='=HYPERLINK("http://x","点我")', code="511902001001009", former=("511902001001002",)
    )
    grids[2] = replace(
        grids[2],
        kind=district.grids_before[4].kind,
        dedicated_kind="学校",
        code=district.grids_before[4].code,
    )
    branches = (
        replace(before.branches[0], status="rename", name="第1网格党支部"),
        replace(before.branches[1], status="keep"),
        *(replace(b, status="merge", reason="并入") for b in before.branches[2:4]),
        replace(before.branches[4], status="keep"),
    )
    plan = replace(
        plan,
        grids=tuple(grids),
        branches=branches,
        ties=(BranchTie(0, "Z0"), BranchTie(1, "Z1"), BranchTie(2, "Z4")),
        workers=tuple(
            replace(w, status="stay" if i < 2 else "surplus") for i, w in enumerate(before.workers)
        ),
    )
    bounds = {"grids": Bound(2, 2, True, "计数界"), "deviation": Bound(0.0, 0.0), "pieces": Bound(2, 0)}
    part = PartCertificate(str(district.communities.codes[0]), 1, 1200, 2, bounds)
    return Outcome(
        district=district,
        rules=RULES,
        request=PlanRequest(total=2),
        before=division(district, before),
        after=division(district, plan),
        pairs=pairs,
        change=change_totals(district.atoms, before, plan),
        certificate=Certificate((part,), bounds),
        title="示意区网格调整方案",
        made_on="2026-11-21",
        demonstration=True,
    )


@pytest.fixture
def hostile(outcome: Outcome) -> Outcome:
    """Return the same plan with markup, control characters and formulas in names."""
    nasty = ["<b>粗</b>&amp;", "@SUM(A1)", "-1+1\x00\x07", "+cmd|' /C calc'!A0", "\t=1"]
    district = outcome.district
    names = objects(nasty[i % len(nasty)] for i in range(len(district.communities)))
    communities = replace(district.communities, names=names)
    plan = outcome.after.plan
    grids = tuple(
        replace(r, name=nasty[g % len(nasty)], reason=nasty[-1 - g]) for g, r in enumerate(plan.grids)
    )
    plan = replace(plan, grids=grids, assignment=np.array(plan.assignment))
    return replace(
        outcome, district=replace(district, communities=communities), after=replace(outcome.after, plan=plan)
    )
