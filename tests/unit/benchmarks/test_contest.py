# SPDX-License-Identifier: LGPL-3.0-or-later
"""The contest is fair: the judge counts right, everybody gets the same ground, towns keep what they are."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import shapely

from benchmarks.engine.contest import grounds_of
from benchmarks.engine.exact import solve_highs
from benchmarks.engine.judge import Limits, judge
from benchmarks.engine.towns import excerpt, joined, load, save
from gridplanner.model.atoms import Atoms
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from tests.builders import town

COMMUNITIES = """
AAAABB
AAAABB
AAAABB
"""
GRIDS = """
aabbcc
aabbcc
aabbcd
"""


@pytest.fixture
def small() -> District:
    return town(GRIDS, COMMUNITIES)


def limits_for(district: District) -> Limits:
    each = float(district.atoms.people.max())
    return Limits(2 * each, 6 * each, 1e6)


def test_todays_grids_are_judged_as_they_are(small: District) -> None:
    label = small.atoms.old_grid.copy()
    verdict = judge(small, label, Limits(0, 1e9, 1e9))
    assert (verdict.grids, verdict.breaches, verdict.cut, verdict.pieces, verdict.moved) == (4, 0, 0, 0, 0)


def test_each_kind_of_breach_is_counted(small: District) -> None:
    atoms = small.atoms
    label = np.where(atoms.community == 0, 0, 1)
    label[np.flatnonzero(atoms.community == 0)[0]] = 1
    people = np.bincount(label, atoms.people)
    verdict = judge(small, label, Limits(people.max(), people.max() - 1, 0.0))
    assert verdict.below == 1
    assert verdict.above == 1
    assert verdict.disconnected == 1
    assert verdict.beyond_radius == 2
    assert verdict.across == 1
    assert verdict.breaches == 6
    assert verdict.cut == 1
    assert verdict.pieces == 1
    assert verdict.moved == atoms.people[np.flatnonzero(atoms.community == 0)[0]]


def test_ground_is_connected_stays_in_its_community_and_gets_all_the_grids(small: District) -> None:
    limits = limits_for(small)
    grounds = grounds_of(small, 4, limits)
    assert sorted(np.concatenate([g.atoms for g in grounds]).tolist()) == list(range(len(small.atoms)))
    assert all(len(np.unique(small.atoms.community[g.atoms])) == 1 for g in grounds)
    assert sum(g.k for g in grounds) == 4
    for g in grounds:
        assert limits.low <= g.people.sum() / g.k <= limits.high
        assert (np.abs(g.links - g.links.T)).max() == 0


def test_the_plain_model_finds_a_legal_best_division(small: District) -> None:
    limits = limits_for(small)
    label = np.full(len(small.atoms), -1)
    for number, ground in enumerate(grounds_of(small, 4, limits)):
        own, best = solve_highs(ground, limits, 20.0)
        assert own is not None
        assert best
        label[ground.atoms] = own + 100 * number
    verdict = judge(small, label, limits)
    assert (verdict.grids, verdict.breaches) == (4, 0)


def same(one: District, other: District) -> None:
    for field in fields(Atoms):
        mine, theirs = getattr(one.atoms, field.name), getattr(other.atoms, field.name)
        assert (mine == theirs).all(), field.name
        assert mine.dtype == theirs.dtype, field.name
    for name in ("a", "b", "length_m", "kind"):
        assert np.array_equal(getattr(one.adjacency, name), getattr(other.adjacency, name))
    assert [(g.code, g.community, g.kind) for g in one.grids_before] == [
        (g.code, g.community, g.kind) for g in other.grids_before
    ]
    assert all(np.array_equal(a, b) for a, b in zip(one.demand_points(), other.demand_points(), strict=True))


def test_a_kept_town_comes_back_the_same(small: District, tmp_path: Path) -> None:
    save(small, tmp_path / "town.npz")
    same(small, load(tmp_path / "town.npz"))


def test_two_towns_side_by_side_are_judged_as_the_sum_of_both(small: District) -> None:
    both = joined([small, small])
    alone = judge(small, small.atoms.old_grid, Limits(0, 1e9, 0.0))
    together = judge(both, both.atoms.old_grid, Limits(0, 1e9, 0.0))
    assert together.grids == 2 * alone.grids
    assert together.beyond_radius == 2 * alone.beyond_radius
    assert together.breaches == 2 * alone.breaches
    assert together.polsby_popper == pytest.approx(alone.polsby_popper)
    assert len(set(both.atoms.ids)) == len(both.atoms)
    assert len(both.communities) == 2 * len(small.communities)


def test_an_excerpt_holds_only_its_groups_and_keeps_their_people(small: District) -> None:
    groups = [g.atoms for g in grounds_of(small, 4, limits_for(small))]
    part = excerpt(small, groups[:1])
    assert len(part.atoms) == len(groups[0])
    assert len(part.communities) == 1
    assert part.atoms.people.sum() == small.atoms.people[groups[0]].sum()
    assert {g.code for g in part.grids_before} == {
        small.grids_before[g].code for g in np.unique(small.atoms.old_grid[groups[0]])
    }
    assert all(g.kind is GridKind.GENERAL for g in part.grids_before)
    kept = shapely.area(part.atoms.geometry).sum()
    assert kept == pytest.approx(shapely.area(small.atoms.geometry[groups[0]]).sum())
    xy, atom, people = part.demand_points()
    assert people.sum() == part.atoms.people.sum()
    assert len(xy) == len(atom)
