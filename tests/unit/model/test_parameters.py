# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every planning number is declared once, with bounds, and speaks Chinese."""

from dataclasses import fields
from math import inf, nan

import pytest

from gridplanner.errors import UserError
from gridplanner.model.parameters import PARAMETERS, parameter
from gridplanner.model.request import MODES
from gridplanner.model.ruleset import Band, RadiusRule
from gridplanner.texts import catalogue


def test_every_number_of_a_rule_is_declared() -> None:
    for name in ("people", "households"):
        declared = {p.key.rpartition(".")[2] for p in PARAMETERS if p.key.startswith(f"rules.{name}.")}
        assert declared == {f.name for f in fields(Band)} - {"hard"}
    radius = {p.key.rpartition(".")[2] for p in PARAMETERS if p.key.startswith("rules.service_radius_m.")}
    assert radius == {f.name for f in fields(RadiusRule)} - {"hard"}
    assert parameter("plan.mode").choices == MODES


def test_keys_are_unique_and_labels_are_translated() -> None:
    assert len({p.key for p in PARAMETERS}) == len(PARAMETERS)
    assert not [p.label for p in PARAMETERS if p.label not in catalogue("zh_CN")]


@pytest.mark.parametrize("value", [nan, True, "400", None, 0, -1, 0.5])
def test_values_outside_the_bounds_are_refused_with_the_bounds(value: object) -> None:
    with pytest.raises(UserError):
        parameter("rules.service_radius_m.max").number(value)


def test_infinity_switches_a_limit_off() -> None:
    assert parameter("rules.people.max").number(inf) == inf
    assert parameter("plan.total").number(1) == 1


def test_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="straight"):
        parameter("rules.service_radius_m.metric").word("air")
