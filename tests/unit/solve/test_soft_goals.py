# SPDX-License-Identifier: LGPL-3.0-or-later
"""Soft goals besides people: lines along roads, like kept with like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from shapely import LineString

from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.request import GOALS, PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.rules.lines import followed_share
from gridplanner.solve.attach import fitting, wished
from gridplanner.solve.engine import propose
from gridplanner.solve.lines import followed_metres
from gridplanner.solve.pricing import taste_of
from tests.builders import objects, town


def with_layer(district: District, role: str, shapes: list[object] | None, **fields: object) -> District:
    """Return the district with one more layer."""
    shaped = None if shapes is None else objects(shapes)
    layer = Layer(role, f"{role}.shp", shaped, {k: objects(v) for k, v in fields.items()})  # type: ignore[arg-type]
    return replace(district, originals={**district.originals, role: layer})


def roads(district: District, *columns: int) -> District:
    """Return the town with roads from north to south along the east side of some columns."""
    west, south = district.atoms.x.min() - 50, district.atoms.y.min() - 50
    north = district.atoms.y.max() + 50
    lines = [LineString([(west + 100 * (c + 1), south), (west + 100 * (c + 1), north)]) for c in columns]
    return with_layer(district, "roads", list(lines), name=["路"] * len(lines))


def test_every_goal_of_an_order_has_its_prices() -> None:
    assert all(any(taste_of("keep", (goal,))) for goal in GOALS)


def test_borders_along_a_road_count_for_less() -> None:
    district = roads(town("AAA\nAAA"), 0)
    metres = followed_metres(district)
    edges = district.adjacency
    along = {(int(a), int(b)): m for a, b, m in zip(edges.a, edges.b, metres.tolist(), strict=True)}
    assert along[0, 1] == along[3, 4] > 0
    assert along[1, 2] == along[0, 3] == 0


def test_lines_follow_the_road_where_the_order_says_so() -> None:
    # Two grids of 500 to 700 out of six columns of 200: the middle is even, the road lies one column on.
    district = roads(town("AAAAAA\nAAAAAA"), 3)
    rules = RuleSet(people=Band(400, 800))
    asked = PlanRequest(total=2, order=("lines",), certify_s=0.0)
    proposal = propose(district, rules, asked)
    assert proposal.findings == ()
    assert proposal.plan.sums(np.ones(12, np.int64)).tolist() == [8, 4]
    anyhow = propose(district, rules, replace(asked, order=())).plan
    shares = followed_share(district, proposal.plan), followed_share(district, anyhow)
    assert shares[0].min() > shares[1].min()


def test_like_stays_with_like() -> None:
    # Columns of well and of badly managed estates in turn; rows of two squares each.
    drawing, estates = "AAAA\nAAAA", "abab\nabab"
    district = town(drawing, estates=estates)
    words = ["品牌物业", "失管"]
    district = with_layer(district, "estates", None, name=list(district.estates), management=words)
    rules = RuleSet(people=Band(200, 600))
    alike = PlanRequest(total=4, mode="balance", alike="management", certify_s=0.0)
    plan = propose(district, rules, alike).plan
    mixed = [len(np.unique(district.atoms.estate[plan.assignment == g])) for g in range(4)]
    assert mixed == [1, 1, 1, 1]


def with_single_buildings() -> District:
    """Return a street of four columns: two estates of a column each, single buildings between them."""
    district = town("AABB\nAABB\nAABB", estates="a..b\na..b\na..b")
    return with_layer(district, "estates", None, name=list(district.estates), management=["品牌物业", "失管"])


def test_single_buildings_go_with_the_managed_estate_beside_them() -> None:
    district = with_single_buildings()
    wishes = wished(district, district.plan_today())
    # Only estate a is managed, and only the column beside it touches it.
    assert sorted(wishes) == [(1, 0), (5, 0), (9, 0)]
    rules = RuleSet(people=Band(500, 700))
    loose = PlanRequest(total=2, mode="compact", part=(("T00001", "T00004"),), certify_s=0.0)
    proposal = propose(district, rules, replace(loose, attach=True))
    grid = proposal.plan.assignment
    assert all(grid[atom] == grid[0] for atom in (1, 5, 9))
    assert proposal.findings == ()


def test_single_buildings_stay_behind_where_the_limits_leave_no_room() -> None:
    district = with_single_buildings()
    wishes = wished(district, district.plan_today())
    # The estate has 300 people; each single building brings 100 more.
    assert len(fitting(district, RuleSet(people=Band(100, 500)), wishes)) == 2
    assert fitting(district, RuleSet(service_radius=RadiusRule(100)), wishes) == [(5, 0)]
    rules = RuleSet(people=Band(300, 400))
    proposal = propose(district, rules, PlanRequest(total=3, attach=True, certify_s=0.0))
    assert {f.rule for f in proposal.findings} <= {"attach"}
    people = proposal.plan.sums(district.atoms.people)
    assert people.min() >= 300 and people.max() <= 400


def test_no_rule_is_broken_for_a_single_building() -> None:
    """Estate and building fill a grid alone; the rest is then too few, so the building stays out."""
    district = town("AAAAB", people=[200, 200, 200, 300, 100], estates="aaa..")
    district = with_layer(district, "estates", None, name=list(district.estates), management=["品牌物业"])
    rules = RuleSet(people=Band(400, 900))
    proposal = propose(district, rules, PlanRequest(total=2, attach=True, certify_s=0.0))
    people = proposal.plan.sums(district.atoms.people)
    assert sorted(people.tolist()) == [400, 600]
    assert [(f.rule, f.count) for f in proposal.findings] == [("attach", 1)]
