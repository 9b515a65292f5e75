# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every planning number is declared once, with bounds, and speaks Chinese."""

from dataclasses import fields, replace
from math import inf, nan

import pytest

from gridplanner.errors import UserError
from gridplanner.model.parameters import PARAMETERS, parameter
from gridplanner.model.request import MODES
from gridplanner.model.rule_values import override_of, value_of, with_value
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.texts import catalogue


def test_every_number_of_a_rule_is_declared() -> None:
    for name in ("people", "households"):
        declared = {p.key.rpartition(".")[2] for p in PARAMETERS if p.key.startswith(f"rules.{name}.")}
        assert declared == {f.name for f in fields(Band)}
    radius = {p.key.rpartition(".")[2] for p in PARAMETERS if p.key.startswith("rules.service_radius_m.")}
    assert radius == {f.name for f in fields(RadiusRule)}
    assert parameter("plan.mode").choices == MODES


def test_keys_are_unique_and_texts_are_translated() -> None:
    assert len({p.key for p in PARAMETERS}) == len(PARAMETERS)
    texts = [text for p in PARAMETERS for text in (p.label, p.help, p.source, *p.titles) if text]
    assert not [text for text in texts if text not in catalogue("zh_CN")]


def test_each_word_of_a_choice_has_a_title() -> None:
    for declared in PARAMETERS:
        assert not declared.titles or len(declared.titles) == len(declared.choices), declared.key


def test_every_field_of_the_rules_can_be_read_and_set_by_its_key() -> None:
    rules = RuleSet()
    for declared in PARAMETERS:
        if not declared.key.startswith("rules.") or declared.key == "rules.weights":
            continue
        old = value_of(rules, declared.key)
        new: object = not old if declared.switch else declared.choices[-1] if declared.choices else 3.0
        changed = with_value(rules, declared.key, new)
        assert value_of(changed, declared.key) == new, declared.key
        assert with_value(changed, declared.key, old) == rules, declared.key


def test_an_override_keeps_only_what_differs() -> None:
    base = RuleSet(people=Band(1000, 2000))
    other = with_value(base, "rules.people.max", 2500.0)
    made = override_of(base, other, {"community_type": "农村"})
    assert made.rules == {"people": Band(1000, 2500.0)}
    assert replace(base, by=(made,)).resolve({"community_type": "农村"}).people.max == 2500
    assert not override_of(base, base, {"community_type": "农村"}).rules


@pytest.mark.parametrize("value", [nan, True, "400", None, 0, -1, 0.5])
def test_values_outside_the_bounds_are_refused_with_the_bounds(value: object) -> None:
    with pytest.raises(UserError):
        parameter("rules.service_radius_m.max").number(value)


def test_infinity_switches_a_limit_off_and_is_no_bound_to_quote() -> None:
    assert parameter("rules.people.max").number(inf) == inf
    with pytest.raises(UserError) as refused:
        parameter("rules.service_radius_m.max").number(0, "max")
    assert "inf" not in str(refused.value)
    assert parameter("plan.total").number(1) == 1


def test_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="straight"):
        parameter("rules.service_radius_m.metric").word("air")
