# SPDX-License-Identifier: LGPL-3.0-or-later
"""A legal division is found where there is one, whatever the seed, and else proven not to exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gridplanner.solve.covering import Covering
from gridplanner.solve.division import FULL, judged
from gridplanner.solve.keep import Keeper
from gridplanner.solve.legal import WAYS, Lawyer, searched
from gridplanner.solve.located import Around
from gridplanner.solve.part import Field, Limits, Part
from gridplanner.solve.pricing import prices_of

LIMITS = Limits(people=(1000, 2000), radius_m=400.0)
MEAN = 1560.0


def part_named(name: str) -> Part:
    """Return a part of a made-up city in which random starts seldom lead to a legal division."""
    stored = np.load(Path(__file__).parents[2] / "reference" / f"part_{name}.npz")
    field = Field(**{key: stored[key] for key in Field._fields})
    n, olds = len(field.people), int(field.old.max()) + 1
    return Part(
        0,
        "1",
        1,
        np.arange(n, dtype=np.int32),
        field,
        LIMITS,
        stored["start"],
        np.arange(olds, dtype=np.int32),
    )


@pytest.fixture(scope="module")
def corner() -> Part:
    return part_named("corner")


@pytest.fixture(scope="module")
def strip() -> Part:
    return part_named("strip")


@pytest.mark.parametrize("seed", range(20))
def test_least_change_never_leaves_a_breach_where_a_legal_division_exists(strip: Part, seed: int) -> None:
    keeper = Keeper(strip, prices_of(LIMITS, "keep", MEAN), seed)
    found = keeper.divide(4, FULL)
    assert (found.breaches, found.k) == (0, 4)
    assert keeper.learned.numbers == ()


@pytest.mark.parametrize("seed", range(6))
def test_starts_around_service_points_where_random_ones_fail(corner: Part, seed: int) -> None:
    prices = prices_of(LIMITS, "keep", corner.people / 5)
    assert Lawyer(corner, seed).best(5, prices).breaches == 0


@pytest.mark.parametrize("k", [3, 5])
def test_impossible_numbers_are_proven(strip: Part, k: int) -> None:
    """5,738 people would fill three to five grids by the band, but the radius leaves four only."""
    keeper = Keeper(strip, prices_of(LIMITS, "keep", MEAN), 1)
    assert keeper.divide(k, FULL).breaches
    assert keeper.learned.numbers == (k,)


def test_located_start_hands_every_atom_to_a_ground_that_reaches_it(corner: Part) -> None:
    label = Around(corner).start(5)
    assert label is not None
    assert (label >= 0).all()
    assert len(np.unique(label)) <= 5


def test_nothing_is_located_where_the_number_is_impossible(strip: Part) -> None:
    around = Around(strip)
    assert around.refutes(3)
    assert around.start(3) is None


def test_a_start_around_service_points_leads_to_a_legal_division(strip: Part, corner: Part) -> None:
    """In the corner, 30 seeds of 30 find a division so; from nothing none of them does."""
    for part, k in ((strip, 4), (corner, 5)):
        prices, around = prices_of(LIMITS, "keep", part.people / k), Around(part)
        turn = next(i for i, way in enumerate(WAYS) if way.around)
        found = [searched(part, k, prices, seed, turn, around.start(k)).breaches for seed in range(10)]
        assert found == [0] * 10


def test_atoms_counted_together_prove_the_same(strip: Part, corner: Part) -> None:
    for part in (strip, corner):
        for k in range(3, 9):
            assert Covering(part).refutes(k) == Covering(part, merged=False).refutes(k)


def test_a_cluster_proven_impossible_is_told(corner: Part) -> None:
    keeper = Keeper(corner, prices_of(LIMITS, "keep", MEAN), 1)
    found = keeper.divide(6, FULL)
    assert judged(corner.field, found.label, 6, LIMITS, prices_of(LIMITS, "keep", MEAN)).breaches == 0
    for mask, g in keeper.learned.clusters:
        atoms = np.flatnonzero((mask >> corner.field.old) & 1)
        people = int(corner.field.people[atoms].sum())
        assert g * 1000 <= people <= g * 2000  # the band alone does not rule it out
