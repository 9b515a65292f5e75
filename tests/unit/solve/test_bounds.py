# SPDX-License-Identifier: LGPL-3.0-or-later
"""No plan beats its bound, and on small cases the engine hits the optimum."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridplanner.model.jurisdiction import District
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.solve.decompose import scope_of
from gridplanner.solve.engine import propose
from gridplanner.solve.olds import in_one_piece, olds_of
from gridplanner.solve.prove import ProveTask, absorbed, run_prove
from tests.builders import town
from tests.unit.solve.brute import least_pieces, legal_grids
from tests.unit.solve.cities import city

MOST = 5


def small(
    seed: int, atoms: int, olds: int, gap: bool, low: float, high: float, *, split: bool = False
) -> tuple[District, RuleSet]:
    """Return a community of a few atoms, some without an old grid, and rules that bind.

    With `split` some atoms belong to an old grid elsewhere, so that old grids lie in several pieces.
    """
    district = city(
        seed,
        communities=1,
        atoms_each=atoms,
        people_each=6_000,
        grids_each=olds,
        area_each_m2=500_000,
        dedicated=0,
    )
    if gap:
        old = district.atoms.old_grid.copy()
        old[np.random.default_rng(seed).integers(len(old), size=2)] = -1
        district = replace(district, atoms=replace(district.atoms, old_grid=old))
    if split:
        old, draw = district.atoms.old_grid.copy(), np.random.default_rng(seed + 1)
        old[draw.integers(len(old), size=3)] = draw.choice(old[old >= 0], size=3)
        district = replace(district, atoms=replace(district.atoms, old_grid=old))
    return district, RuleSet(people=Band(low, high), service_radius=RadiusRule(250.0 + 20 * (seed % 10)))


def proven(district: District, rules: RuleSet, seconds: float = 0.0) -> dict[int, float]:
    """Return the engine's proven least pieces by number of grids, inf included."""
    scope = scope_of(district, rules, PlanRequest())
    part = scope.parts[0]
    numbers = tuple(range(1, MOST + 1))
    goals = dict.fromkeys(numbers, inf) if seconds else {}
    return run_prove(ProveTask(part, numbers, 10_000, goals, seconds)).least


@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    olds=st.integers(2, 6),
    gap=st.booleans(),
    low=st.sampled_from([600.0, 1000.0, 1300.0]),
    exact=st.booleans(),
    split=st.booleans(),
)
def test_bound_never_exceeds_the_optimum(
    seed: int, olds: int, gap: bool, low: float, exact: bool, split: bool
) -> None:
    district, rules = small(seed, 14, olds, gap, low, 2600.0, split=split)
    scope = scope_of(district, rules, PlanRequest())
    grids = legal_grids(district, low, 2600.0, rules.service_radius.max)
    truth = least_pieces(district, grids, MOST)
    if len(scope.parts[0].blocked):
        assert all(value == inf for value in truth.values())
        return
    for k, bound in proven(district, rules, 1.0 if exact else 0.0).items():
        assert bound <= truth[k], (k, bound, truth)


@pytest.mark.parametrize(("seed", "k"), [(24, 4), (27, 5)])
def test_ground_without_an_old_grid_does_not_stop_the_exact_proof(seed: int, k: int) -> None:
    """Two atoms of no old grid touch several; the proof meets the optimum, the cheap bound does not."""
    district, rules = small(seed, 13, 4, True, 1000.0, 2600.0)
    part = absorbed(scope_of(district, rules, PlanRequest()).parts[0])
    assert (part.field.old < 0).any()
    truth = least_pieces(district, legal_grids(district, 1000.0, 2600.0, rules.service_radius.max), MOST)
    sharpened = run_prove(ProveTask(part, (k,), 10_000, {k: truth[k]}, 60.0)).least
    assert proven(district, rules)[k] < truth[k] == sharpened[k] < inf


@pytest.mark.parametrize("seed", range(6))
def test_small_cases_are_solved_to_the_optimum(seed: int) -> None:
    district, rules = small(seed, 16, 5, False, 900.0, 2600.0)
    grids = legal_grids(district, 900.0, 2600.0, rules.service_radius.max)
    truth = {k: v for k, v in least_pieces(district, grids, MOST).items() if v < inf}
    for k, pieces in truth.items():
        proposal = propose(district, rules, PlanRequest(total=k, certify_s=5.0))
        bound = proposal.certificate.total["pieces"]
        assert proposal.findings == ()
        assert bound.bound <= pieces <= bound.value
        assert bound.value == pieces


@pytest.mark.parametrize("seed", range(4))
def test_fewest_is_the_fewest(seed: int) -> None:
    district, rules = small(seed, 15, 4, False, 700.0, 2300.0)
    grids = legal_grids(district, 700.0, 2300.0, rules.service_radius.max)
    truth = least_pieces(district, grids, 8)
    possible = [k for k, v in truth.items() if v < inf]
    proposal = propose(district, rules, PlanRequest(total="fewest", certify_s=0.0))
    if possible:
        assert proposal.plan.general().sum() == possible[0]
        assert proposal.certificate.total["grids"].bound <= possible[0]
    else:
        assert proposal.findings


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(["keep", "balance", "compact"]))
def test_no_plan_beats_its_bound(seed: int, mode: str) -> None:
    district = city(seed, communities=2, atoms_each=45)
    rules = RuleSet(people=Band(1000, 2000), service_radius=RadiusRule(400.0))
    total = int(district.atoms.people.sum() / 1500)
    proposal = propose(district, rules, PlanRequest(total=total, mode=mode, seed=seed, certify_s=0.5))
    certificate = proposal.certificate
    for part in certificate.parts:
        assert all(b.bound <= b.value + 1e-9 for b in part.objective.values()), part
    assert all(b.bound <= b.value + 1e-9 for b in certificate.total.values())
    assert sum(p.objective["pieces"].value for p in certificate.parts) == certificate.total["pieces"].value
    keep = propose(district, rules, PlanRequest(total=total, seed=seed, certify_s=0.0)).certificate
    if not any(p.reason for p in (*keep.parts, *certificate.parts)):
        assert certificate.total["pieces"].bound <= keep.total["pieces"].value
        assert keep.total["deviation"].bound <= certificate.total["deviation"].value + 1e-9


def test_an_old_grid_in_two_pieces_is_no_grid_of_its_own() -> None:
    district = town("ABA")
    olds = olds_of(scope_of(district, RuleSet(), PlanRequest()).parts[0])
    assert in_one_piece(np.array([1, 2, 3], np.int64), olds).tolist() == [False, True, True]
    across = replace(district, atoms=replace(district.atoms, old_grid=np.array([0, -1, 0], np.int32)))
    olds = olds_of(scope_of(across, RuleSet(), PlanRequest()).parts[0])
    assert in_one_piece(np.array([1], np.int64), olds).tolist() == [True]
