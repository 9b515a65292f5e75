# SPDX-License-Identifier: LGPL-3.0-or-later
"""As few grids as the rules allow: no number that is possible is ruled out, none that is legal is missed."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.solve.covering import Covering
from gridplanner.solve.decompose import scope_of
from gridplanner.solve.engine import propose
from gridplanner.solve.fewest import FewestTask, run_fewest
from gridplanner.solve.grounds import largest_grounds
from gridplanner.solve.part import Part
from tests.builders import town
from tests.unit.solve.brute import legal_grids, members
from tests.unit.solve.cities import city

ATOMS = 12


def counts(grids: list[int], atoms: int) -> set[int]:
    """Return every number of grids into which legal grids divide all atoms."""
    by_lowest: dict[int, list[int]] = {}
    for mask in grids:
        by_lowest.setdefault(mask & -mask, []).append(mask)
    known: dict[int, set[int]] = {0: {0}}

    def rest(left: int) -> set[int]:
        if left not in known:
            options = [m for m in by_lowest.get(left & -left, ()) if m & ~left == 0]
            known[left] = {k + 1 for m in options for k in rest(left & ~m)}
        return known[left]

    return rest((1 << atoms) - 1)


def most_even(part: Part, grids: list[int], mean: float) -> dict[int, float]:
    """Return by number of grids the least sum of |people / mean - 1| over all legal divisions."""
    by_lowest: dict[int, list[int]] = {}
    for mask in grids:
        by_lowest.setdefault(mask & -mask, []).append(mask)
    gap = {m: abs(sum(int(part.field.people[i]) for i in members(m)) / mean - 1.0) for m in grids}
    known: dict[int, dict[int, float]] = {0: {0: 0.0}}

    def rest(left: int) -> dict[int, float]:
        if left not in known:
            out: dict[int, float] = {}
            for m in by_lowest.get(left & -left, ()):
                if m & ~left == 0:
                    for k, low in rest(left & ~m).items():
                        out[k + 1] = min(out.get(k + 1, inf), low + gap[m])
            known[left] = out
        return known[left]

    return rest((1 << len(part)) - 1)


def part_of(seed: int, low: float, high: float, radius: float) -> tuple[Part, list[int]]:
    """Return a community of a few atoms as a part, and its legal grids."""
    district = city(
        seed,
        communities=1,
        atoms_each=ATOMS,
        people_each=6_000,
        grids_each=4,
        area_each_m2=500_000,
        dedicated=0,
    )
    rules = RuleSet(people=Band(low, high), service_radius=RadiusRule(radius))
    part = scope_of(district, rules, PlanRequest()).parts[0]
    return part, legal_grids(district, low, high, radius)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    low=st.sampled_from([0.0, 600.0, 1000.0]),
    high=st.sampled_from([1800.0, 2600.0]),
    radius=st.sampled_from([180.0, 230.0, 280.0, 350.0]),
)
def test_no_possible_number_is_ruled_out(seed: int, low: float, high: float, radius: float) -> None:
    part, grids = part_of(seed, low, high, radius)
    if len(part.blocked):
        return
    possible = counts(grids, ATOMS)
    covering = Covering(part)
    assert not {k for k in possible if covering.refutes(k)}
    for k, low in most_even(part, grids, 1500.0).items():
        assert covering.least_unevenness(k, 1500.0) <= low + 1e-9
    grounds = [{int(i) for i in np.flatnonzero(row)} for row in largest_grounds(part)]
    assert all(any(set(members(mask)) <= ground for ground in grounds) for mask in grids)


@pytest.mark.parametrize("seed", range(8))
def test_the_first_legal_number_is_found(seed: int) -> None:
    part, grids = part_of(seed, 600.0, 2600.0, 250.0 + 10 * seed)
    possible = counts(grids, ATOMS)
    if len(part.blocked):
        pytest.skip("a building of this town fits no legal grid at all")
    found = run_fewest(FewestTask(part, tuple(range(1, 9)), "keep", (), 1))
    assert not possible & set(found.refuted)
    if possible:
        assert (found.divided.k, found.divided.breaches) == (min(possible), 0)
    else:
        assert found.divided.breaches


def test_radius_rules_out_a_number_that_the_bands_allow() -> None:
    """A long row: people would fill two grids, but no two service points reach both ends."""
    district = town("AAAABBBB", people=200, side_m=100.0)
    rules = RuleSet(people=Band(100, 900), service_radius=RadiusRule(120.0))
    part = scope_of(district, rules, PlanRequest()).parts[0]
    assert [k for k in range(1, 6) if Covering(part).refutes(k)] == [1, 2]
    proposal = propose(district, rules, PlanRequest(total="fewest", certify_s=0.0))
    grids = proposal.certificate.total["grids"]
    assert (grids.value, grids.bound, grids.proven) == (3.0, 3.0, True)
    assert proposal.findings == ()


def test_given_service_points_and_other_distances_are_never_ruled_out_wrongly() -> None:
    """Where the population centre counts, or nobody is beyond reach, nothing is claimed."""
    part, _grids = part_of(3, 600.0, 2600.0, 250.0)
    centre = replace(part, limits=replace(part.limits, points=2))
    boundless = replace(part, limits=replace(part.limits, radius_m=inf))
    for blind in (centre, boundless):
        assert not any(Covering(blind).refutes(k) for k in range(1, 15))
