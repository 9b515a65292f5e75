# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where one atom is the only way between two sides, bounds know that one grid only lies on both."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.solve.covering import Covering
from gridplanner.solve.decompose import scope_of
from gridplanner.solve.grounds import Grounds, grounds_of, largest_grounds
from gridplanner.solve.part import Part
from tests.builders import town
from tests.unit.solve.brute import legal_grids, members
from tests.unit.solve.test_fewest import counts, most_even

#: Two blocks that only the atom in the middle joins.
HOURGLASS = "AA BB\nAACBB\nAA BB"
RADIUS_M = 210.0
#: 240 people on the left, 100 between, 560 on the right: there, two grids of 300 would need 40 more.
UNEQUAL = [40, 40, 95, 95, 40, 40, 100, 95, 95, 40, 40, 90, 90]


def hourglass(people: list[int], low: float, high: float) -> tuple[Part, list[int]]:
    """Return the hourglass as a part, and its legal grids."""
    district = town(HOURGLASS, people=people, side_m=100.0)
    rules = RuleSet(people=Band(low, high), service_radius=RadiusRule(RADIUS_M))
    return scope_of(district, rules, PlanRequest()).parts[0], legal_grids(district, low, high, RADIUS_M)


def plain(part: Part) -> Grounds:
    """Return the grounds as if nothing were narrow."""
    sets = largest_grounds(part)
    return Grounds(sets, np.zeros((len(sets), 0), bool))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    people=st.lists(st.integers(20, 200), min_size=13, max_size=13),
    low=st.sampled_from([0.0, 200.0, 350.0]),
    high=st.sampled_from([500.0, 700.0]),
)
def test_bounds_at_a_narrow_place_hold_for_every_division(people: list[int], low: float, high: float) -> None:
    part, grids = hourglass(people, low, high)
    mean = sum(people) / 3
    covering, possible = Covering(part), counts(grids, len(people))
    assert not [k for k in possible if covering.refutes(k)]
    best = most_even(part, grids, mean)
    for k, least in best.items():
        assert covering.least_unevenness(k, mean) <= least + 1e-9
    sets = grounds_of(part).sets
    assert all(sets[:, members(mask)].all(axis=1).any() for mask in grids)


def test_a_narrow_place_raises_the_bound_on_evenness() -> None:
    part, grids = hourglass(UNEQUAL, 0.0, 1000.0)
    optimum = most_even(part, grids, 300.0)[3]
    assert Covering(part, grounds=plain(part)).least_unevenness(3, 300.0) < 0.01
    low = Covering(part).least_unevenness(3, 300.0)
    assert abs(low - 80 / 300) < 1e-4  # 340 through the middle, 280 twice
    assert low <= optimum + 1e-9


def test_a_narrow_place_rules_out_a_number_that_the_radius_allows() -> None:
    part, grids = hourglass(UNEQUAL, 285.0, 320.0)
    assert 3 not in counts(grids, 13)
    assert not Covering(part, grounds=plain(part)).refutes(3)
    assert Covering(part).refutes(3)
