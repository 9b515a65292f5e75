# SPDX-License-Identifier: LGPL-3.0-or-later
"""A configuration written from tables reads back the same; what is in force stands beside an output."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RuleSet, Switch
from gridplanner.rules.presets import load_preset, presets, rules_from_config
from gridplanner.workspace.config_text import (
    config_text,
    in_force,
    request_table,
    rules_table,
    with_names_only,
    with_values,
)
from gridplanner.workspace.plan_table import request_from_table
from gridplanner.workspace.usecases import config_of
from tests.builders import town

REPO = Path(__file__).resolve().parents[3]

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
PLAIN = st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), WORDS)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3))
TABLES = st.recursive(
    st.dictionaries(WORDS, VALUES, max_size=3),
    lambda inner: st.dictionaries(
        WORDS, st.one_of(VALUES, inner, st.lists(inner, min_size=1, max_size=2)), max_size=3
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_any_table_reads_back_the_same(table: dict) -> None:
    assert tomllib.loads(config_text(table)) == table


@pytest.mark.parametrize(
    "path", [REPO / "sample_shapefiles/config.toml", *sorted(REPO.glob("examples/*.toml"))]
)
def test_shipped_configurations_read_back_the_same(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert tomllib.loads(config_text(table)) == table


@pytest.mark.parametrize("name", sorted(presets()))
def test_rules_come_back_from_their_table(name: str) -> None:
    rules = load_preset(name)
    for changed in (
        rules,
        replace(rules, people=Band(900, 2100, hard=False), weights={"elderly": 0.5}, own=("mine",)),
        replace(rules, people=replace(rules.people, max=inf), contiguity=Switch(on=False)),
        replace(rules, areas={"老城": ("1",)}, by=(Override({"area": "老城"}, {"people": Band(1, 2)}),)),
    ):
        table = tomllib.loads(config_text({"rules": rules_table(changed)}))["rules"]
        assert rules_from_config(table) == changed
        assert table["preset"] == name


def test_a_question_comes_back_from_its_table() -> None:
    request = PlanRequest(total=5, order=("balance", "keep"), join=(("a", "b"),), levels=("micro",), tries=2)
    table = tomllib.loads(config_text({"plan": request_table(request)}))["plan"]
    assert request_from_table(table) == request


def test_values_change_and_go() -> None:
    text = with_values('name = "甲"\n[export]\nzip = true\n', {"export.mask_below": 5, "export.zip": None})
    assert tomllib.loads(text) == {"name": "甲", "export": {"mask_below": 5}}
    made = with_values("", {"export.maps.paper": "A0"})
    assert tomllib.loads(made) == {"export": {"maps": {"paper": "A0"}}}


def test_folders_of_this_machine_stay_here() -> None:
    table = with_names_only({"layers": {"grids": {"path": "/srv/share/网格.shp", "layer": "x"}}})
    assert table["layers"] == {"grids": {"path": "网格.shp", "layer": "x"}}


def contents(config: str, rules: RuleSet, request: PlanRequest) -> ProjectContents:
    return ProjectContents(district=town("AABB\nAABB"), rules=rules, request=request, config=config)


def test_what_is_in_force_stands_beside_the_output() -> None:
    text = "# 备注\n[rules.people]\nmin = 10\n[plan]\ntotal = 2\n"
    rules, request = rules_from_config({"people": {"min": 10}}), PlanRequest(total=2)
    same = contents(text, rules, request)
    plan = same.district.plan_today()
    assert in_force(same, plan) == text, "nothing changed, so the comments are kept"
    other = replace(same, rules=replace(rules, people=Band(10, 20)))
    assert rules_from_config(tomllib.loads(in_force(other, plan))["rules"]) == other.rules
    assert tomllib.loads(in_force(other, plan))["plan"] == {"total": 2}
    asked = replace(same, request=PlanRequest(total=3, mode="balance"))
    assert tomllib.loads(in_force(asked, plan))["plan"] == {"mode": "balance"}, "edited to 2 grids by hand"


def test_a_project_need_not_name_its_layers_again(tmp_path: Path) -> None:
    config = config_of(contents("[export]\nmask_below = 5\n", RuleSet(), PlanRequest()), tmp_path)
    assert config is not None and config.export.mask_below == 5
    with pytest.raises(UserError, match="mask_below"):
        config_of(contents("[export]\nmask_below = 99\n", RuleSet(), PlanRequest()), tmp_path)
