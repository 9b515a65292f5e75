# SPDX-License-Identifier: LGPL-3.0-or-later
"""A quick draft keeps the rules like a thorough plan, in a fraction of the work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplanner.model.jurisdiction import District
from gridplanner.model.request import PlanRequest
from gridplanner.solve.engine import propose
from tests.unit.solve.cities import city
from tests.unit.solve.test_engine import RULES, breaches


@pytest.fixture(scope="module")
def small_city() -> District:
    return city(5, communities=5, atoms_each=90, people_each=9_000)


@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_draft_has_the_number_asked_and_keeps_the_rules(small_city: District, mode: str) -> None:
    total = int(small_city.atoms.people.sum() / 1500)
    asked = PlanRequest(total=total, mode=mode, effort="quick")
    draft = propose(small_city, RULES, asked)
    assert draft.plan.general().sum() == total
    assert not breaches(small_city, draft.plan)
    again = propose(small_city, RULES, asked)
    assert np.array_equal(draft.plan.assignment, again.plan.assignment)


def test_draft_is_cheaper_and_its_bounds_hold(small_city: District) -> None:
    total = int(small_city.atoms.people.sum() / 1500)
    asked = PlanRequest(total=total, effort="quick")
    draft = propose(small_city, RULES, asked)
    full = propose(small_city, RULES, replace(asked, effort="thorough", certify_s=1.0))
    assert draft.cpu_seconds["solve"] < full.cpu_seconds["solve"]
    assert draft.cpu_seconds["certify"] == 0.0
    for name, bound in draft.certificate.total.items():
        assert bound.bound <= full.certificate.total[name].value
        assert bound.bound <= bound.value


def test_draft_mends_or_finds_the_fewest_like_any_other_plan(small_city: District) -> None:
    for total in ("fewest", "repair"):
        draft = propose(small_city, RULES, PlanRequest(total=total, effort="quick"))
        assert not breaches(small_city, draft.plan)
