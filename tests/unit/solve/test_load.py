# SPDX-License-Identifier: LGPL-3.0-or-later
"""Weights: the same load in the search, in the judgement and in the certificate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.load import group_counts, load_of
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet, Switch
from gridplanner.rules.check import check, measure
from gridplanner.rules.presets import rules_from_config
from gridplanner.rules.recheck import Rechecker
from gridplanner.solve.engine import propose
from tests.builders import objects, plan_of, town


def with_groups(district: District, **counts: list[float]) -> District:
    """Return the district with columns of groups in the layer of its buildings."""
    fields = {"code": district.buildings.codes, **{key: np.array(v, float) for key, v in counts.items()}}
    layer = Layer("buildings", "buildings.shp", district.buildings.geometry, fields)
    return replace(district, originals={**district.originals, "buildings": layer})


def unmanaged(district: District, *words: str) -> District:
    """Return the district with a word on the management of each estate."""
    fields = {"name": district.estates, "management": objects(words)}
    return replace(district, originals={"estates": Layer("estates", "estates.shp", None, fields)})


def test_without_weights_the_load_is_the_people() -> None:
    district = with_groups(town("AABB"), elderly=[9.0] * 4)
    assert load_of(district, RuleSet()).tolist() == [100] * 4


def test_weights_add_up_and_are_rounded_per_atom() -> None:
    district = with_groups(town("AABB"), elderly=[10, 0, 3, np.nan], shops=[0, 2, 0, 0])
    rules = RuleSet(weights={"elderly": 0.5, "shops": 4.0})
    assert load_of(district, rules).tolist() == [105, 108, 102, 100]


def test_stairs_share_the_number_of_their_building() -> None:
    district = with_groups(town("AABB"), floating=[10, 0, 0, 0])
    codes = objects(["B00001-1", "B00001-2", "B00003", "B00004"])
    district = replace(district, buildings=replace(district.buildings, codes=codes))
    assert group_counts(district, "floating").tolist() == [5, 5, 0, 0]


def test_residents_of_unmanaged_estates() -> None:
    district = unmanaged(town("AABB", estates="aabb"), "失管", "品牌物业")
    assert group_counts(district, "unmanaged").tolist() == [100, 100, 0, 0]


@pytest.mark.parametrize("mode", ["keep", "balance"])
def test_the_plan_balances_the_load_not_the_heads(mode: str) -> None:
    # Eight squares of 100 people; the two in the west count double, so a fair line lies farther west.
    district = with_groups(town("AAAAAAAA"), elderly=[100, 100, 0, 0, 0, 0, 0, 0])
    rules = RuleSet(people=Band(450, 550), weights={"elderly": 1.0})
    proposal = propose(district, rules, PlanRequest(total=2, mode=mode))
    assert proposal.findings == ()
    assert proposal.plan.sums(load_of(district, rules)).tolist() == [500, 500]
    assert proposal.plan.sums(district.atoms.people).tolist() == [300, 500]
    total = proposal.certificate.total["deviation"]
    assert (total.value, total.bound) == (0.0, 0.0)
    assert proposal.certificate.parts[0].people == 800
    assert [f for f in check(district, proposal.plan, rules) if f.rule in ("people", "weights")] == []


def test_the_judgement_counts_the_load_also_after_an_edit() -> None:
    district = with_groups(town("AAAABBBB"), elderly=[100] + [0] * 7)
    rules = RuleSet(people=Band(300, 450), weights={"elderly": 1.0})
    plan = plan_of(district, "AAAABBBB")
    findings = [f for f in check(district, plan, rules) if f.rule == "people"]
    assert [(f.value, f.limit) for f in findings] == [(500, 450)]
    measures = measure(district, plan, rules)
    moved = plan_of(district, "AAABBBBB")
    polygons = np.array([None, None], dtype=object)
    judged = Rechecker(district, rules).judge(moved, [0, 1], measures, polygons)
    assert judged.measures.more["load"].tolist() == [400, 500]


def test_an_estate_fits_by_its_load() -> None:
    # 400 people, but a load of 600: over the limit of 500, so cutting it is no breach of a hard rule.
    bare = town("AAAABB", estates="aaaabb")
    rules = RuleSet(people=Band(200, 500), weights={"unmanaged": 0.5}, estates=Switch(on=True, hard=True))
    district = unmanaged(bare, "失管", "自管")
    plan = plan_of(district, "XXYYZZ")
    assert [f.hard for f in check(district, plan, rules) if f.rule == "estates"] == [False]


def test_a_weight_that_nobody_counts_is_said() -> None:
    district = town("AABB")
    found = check(district, district.plan_today(), RuleSet(weights={"shops": 2.0}))
    assert [f.subjects for f in found if f.rule == "weights"] == [("shops",)]


@pytest.mark.parametrize("weights", [{"shop": 1.0}, {"shops": -1.0}, {"shops": "many"}, 3])
def test_a_weight_that_makes_no_sense_is_refused(weights: object) -> None:
    with pytest.raises(UserError):
        rules_from_config({"weights": weights})
