# SPDX-License-Identifier: LGPL-3.0-or-later
"""The questions a planner asks besides the number of grids: only these, not these, together, apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import Point

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.plan import Plan
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet, Switch
from gridplanner.rules.check import check, measure
from gridplanner.solve.engine import propose
from tests.builders import objects, plan_of, town
from tests.unit.solve.brute import least_pieces, legal_grids
from tests.unit.solve.cities import city
from tests.unit.solve.test_engine import RULES, breaches

TWO = "AABB\nAABB"
SMALL = RuleSet(people=Band(300, 500))


def ask(district: District, rules: RuleSet, start: Plan | None = None, **question: object) -> Proposal:
    """Return a proposal without spending time on the proof."""
    return propose(district, rules, PlanRequest(certify_s=0.0, **question), start=start)  # type: ignore[arg-type]


def together(plan: Plan, a: int, b: int) -> bool:
    """Tell whether two atoms share a grid."""
    return bool(plan.assignment[a] == plan.assignment[b])


@pytest.fixture(scope="module")
def small_city() -> District:
    return city(5, communities=4, atoms_each=60, people_each=7_500)


def test_only_one_community_leaves_all_others_alone(small_city: District) -> None:
    code = str(small_city.communities.codes[1])
    plan = ask(small_city, RULES, total="fewest", only=(code,)).plan
    before = small_city.plan_today()
    elsewhere = small_city.atoms.community != 1
    codes = np.array([g.code for g in plan.grids], dtype=object)
    old = np.array([g.code for g in before.grids], dtype=object)
    assert (codes[plan.assignment[elsewhere]] == old[before.assignment[elsewhere]]).all()
    assert [g for g, _rule in breaches(small_city, plan) if plan.grids[g].community == 1] == []
    assert plan.n_grids < before.n_grids


def test_a_total_counts_the_grids_that_stay(small_city: District) -> None:
    code = str(small_city.communities.codes[0])
    before = small_city.plan_today()
    kept = sum(g.community != 0 for g, general in zip(before.grids, before.general(), strict=True) if general)
    plan = ask(small_city, RULES, total=kept + 5, only=(code,)).plan
    assert plan.general().sum() == kept + 5


def test_only_some_grids_move_only_their_people() -> None:
    district = town("AABBCC\nAABBCC", people=100)
    codes = tuple(g.code for g in district.grids_before[:2])
    proposal = ask(district, RuleSet(people=Band(300, 900)), total="fewest", only=codes)
    assert proposal.plan.assignment.tolist() == [0, 0, 0, 0, 1, 1] * 2
    assert proposal.plan.grids[1] == district.grids_before[2]


def test_the_certificate_speaks_of_the_grids_that_stay(small_city: District) -> None:
    code = str(small_city.communities.codes[1])
    locked = next(g.code for g in small_city.grids_before if g.community == 1)
    proposal = ask(small_city, RULES, total="fewest", only=(code,), locked=(locked,))
    plan, certificate = proposal.plan, proposal.certificate
    people = plan.sums(small_city.atoms.people)[plan.general()]
    assert sum(part.grids for part in certificate.parts) == plan.general().sum()
    assert sum(part.people for part in certificate.parts) == people.sum()
    for name in ("grids", "pieces"):
        whole = sum(part.objective[name].value for part in certificate.parts)
        assert whole == certificate.total[name].value
    uneven = sum(part.objective["deviation"].value * part.grids for part in certificate.parts)
    assert uneven / plan.general().sum() == pytest.approx(certificate.total["deviation"].value)
    for part in certificate.parts:
        own = [g for g in plan.grids if str(small_city.communities.codes[g.community]) == part.community]
        assert part.grids <= len(own)
        assert all(bound.bound <= bound.value for bound in part.objective.values())
        if part.community != code:
            assert all(bound.gap == 0 for bound in part.objective.values())
            assert part.objective["grids"].assumptions


def test_land_without_a_grid_is_given_away_where_nothing_else_changes() -> None:
    district = town("AABB\nAAB.", "aabb\naabb", people=100)
    codes = (str(district.communities.codes[0]),)
    plan = ask(district, RuleSet(people=Band(300, 900)), total="fewest", only=codes).plan
    assert (plan.assignment >= 0).all()


def test_a_grid_across_the_line_of_what_is_planned_loses_nobody() -> None:
    # B reaches into both communities; planning one of them must leave its other half where it is.
    district = town("AABBC\nAABBC", "aaabb\naaabb", people=100)
    plan = ask(district, SMALL, total="fewest", only=(str(district.communities.codes[0]),)).plan
    assert (plan.assignment >= 0).all()
    elsewhere = district.atoms.community == 1
    assert [plan.grids[g].code for g in plan.assignment[elsewhere]] == [
        district.grids_before[g].code for g in district.atoms.old_grid[elsewhere]
    ]


def test_locked_grids_stay_and_the_rest_is_planned_round_them(small_city: District) -> None:
    before = small_city.plan_today()
    code = next(g.code for g, general in zip(before.grids, before.general(), strict=True) if general)
    plan = ask(small_city, RULES, total="fewest", locked=(code,)).plan
    old = next(i for i, g in enumerate(before.grids) if g.code == code)
    new = next(i for i, g in enumerate(plan.grids) if g.code == code)
    assert np.array_equal(plan.assignment == new, before.assignment == old)


def test_a_locked_record_is_as_good_as_a_code() -> None:
    district = town(TWO)
    plan = district.plan_today()
    held = replace(plan, grids=(replace(plan.grids[0], locked=True), plan.grids[1]))
    proposal = ask(district, RuleSet(people=Band(300, 900)), held, total="fewest")
    assert proposal.plan.n_grids == 2


@pytest.mark.parametrize("question", [{"only": ("nowhere",)}, {"locked": ("nowhere",)}])
def test_a_code_that_names_nothing_is_refused(question: dict[str, object]) -> None:
    with pytest.raises(UserError, match="nowhere"):
        ask(town(TWO), SMALL, **question)


@pytest.mark.parametrize("key", ["join", "part"])
def test_a_pair_that_names_nothing_is_refused(key: str) -> None:
    with pytest.raises(UserError, match="nowhere"):
        ask(town(TWO), SMALL, **{key: (("T00001", "nowhere"),)})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", ["keep", "balance"])
def test_pairs_lie_together_and_apart_where_a_plan_exists(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    district = town("AABB\nAABB\nCCDD", people=rng.integers(60, 140, 12).tolist())
    atoms = [f"T{i + 1:05d}" for i in range(12)]
    a, b, c, d = rng.choice(12, 4, replace=False).tolist()
    grids = [
        m for m in legal_grids(district, 300, 500, np.inf)
        if (m >> a & 1) == (m >> b & 1) and not ((m >> c & 1) and (m >> d & 1))
    ]  # fmt: skip
    least = least_pieces(district, grids, 4)
    legal = [k for k, pieces in least.items() if pieces < np.inf]
    for k in legal:
        proposal = ask(
            district, SMALL, total=k, mode=mode, join=((atoms[a], atoms[b]),), part=((atoms[c], atoms[d]),)
        )
        assert together(proposal.plan, a, b)
        assert not together(proposal.plan, c, d)
        assert proposal.findings == ()
        assert proposal.certificate.total["pieces"].bound <= least[k]


def test_a_pair_that_cannot_be_joined_is_said() -> None:
    district = town("AABB\nAABB", "aabb\naabb")
    proposal = ask(district, SMALL, total="fewest", join=(("T00001", "T00004"),))
    assert [f.rule for f in proposal.findings] == ["join"]
    assert {"T00001", "T00004"} <= set(proposal.findings[0].subjects)


@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_fixed_centres_lie_in_grids_of_their_own(mode: str) -> None:
    # The centres stand close together in the west, where a plain plan has one grid.
    district = town("AAAABBBB\nAAAABBBB\nAAAABBBB")
    centres = ("T00001", "T00003", "T00010")
    proposal = ask(district, RuleSet(people=Band(300, 1200)), total=3, mode=mode, centres=centres)
    assert proposal.findings == ()
    assert len({int(proposal.plan.assignment[a]) for a in (0, 2, 9)}) == 3


def test_more_centres_than_grids_is_said() -> None:
    proposal = ask(town(TWO), SMALL, total=2, centres=("T00001", "T00002", "T00003"))
    assert "part" in {f.rule for f in proposal.findings}


def test_join_and_part_of_the_same_pair_exclude_each_other() -> None:
    pair = (("T00001", "T00002"),)
    proposal = ask(town(TWO), SMALL, total="fewest", join=pair, part=pair)
    assert {f.rule for f in proposal.findings} & {"join", "part"}


def test_two_locks_that_exclude_each_other_are_named() -> None:
    district = town(TWO)
    codes = tuple(g.code for g in district.grids_before)
    proposal = ask(district, SMALL, total="fewest", locked=codes, join=(codes,))
    assert [f.rule for f in proposal.findings] == ["join"]


ESTATES = "aabb\naabb"


@pytest.mark.parametrize("total", ["fewest", 2])
def test_an_estate_that_fits_is_not_cut(total: object) -> None:
    # Old grids cut both estates; the rule must win over least change.
    district = town("AAAA\nBBBB", estates=ESTATES)
    rules = RuleSet(people=Band(300, 500), estates=Switch(on=True, hard=True))
    proposal = ask(district, rules, total=total)
    assert proposal.plan.assignment.tolist() == [0, 0, 1, 1] * 2
    assert [f for f in check(district, proposal.plan, rules) if f.rule == "estates"] == []


def test_an_estate_over_the_limit_is_cut_with_a_warning_at_most() -> None:
    district = town("AAAA\nAAAA", estates="aaaa\naaaa")
    rules = RuleSet(people=Band(300, 500), estates=Switch(on=True, hard=True))
    proposal = ask(district, rules, total="fewest")
    assert proposal.plan.sums(district.atoms.people).tolist() == [400, 400]
    assert [f.hard for f in check(district, proposal.plan, rules) if f.rule == "estates"] == [False]


def test_an_estate_of_two_communities_is_two_estates() -> None:
    # 800 people bear one name, but only 400 in each community: each half must stay whole.
    district = town("AAAB\nAABB\nCCCD\nCCDD", "aaaa\naaaa\nbbbb\nbbbb", estates="aa..\naa..\naa..\naa..")
    rules = RuleSet(people=Band(300, 500), estates=Switch(on=True, hard=True))
    proposal = ask(district, rules, total=4)
    assert [f for f in check(district, proposal.plan, rules) if f.rule == "estates"] == []


def test_a_hard_estate_that_cannot_stay_whole_is_said() -> None:
    # The estate of the middle must be cut: each end alone is too small without half of it.
    district = town("ABCD", people=[200, 200, 200, 200], estates=".aa.")
    rules = RuleSet(people=Band(300, 500), estates=Switch(on=True, hard=True))
    proposal = ask(district, rules, total=2)
    cut = [f for f in check(district, proposal.plan, rules) if f.rule == "estates"]
    assert [f.hard for f in cut] == [True]
    assert proposal.findings


def with_stations(district: District, *atoms: int) -> District:
    """Return the district with a service station at some atoms' points."""
    points = objects(Point(district.atoms.x[a], district.atoms.y[a]) for a in atoms)
    layer = Layer("stations", "stations.shp", points, {"code": objects(str(a) for a in atoms)})
    return replace(district, originals={**district.originals, "stations": layer})


@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_the_radius_starts_from_the_given_station(mode: str) -> None:
    # From the best point any four squares in a row would do; from a station at the end only three.
    district = with_stations(town("AAAAAAAA", people=200), 0, 7)
    rules = RuleSet(people=Band(300, 900), service_radius=RadiusRule(201.0, points="stations"))
    proposal = ask(district, rules, total=3, mode=mode)
    assert proposal.findings == ()
    assert np.nanmax(measure(district, proposal.plan, rules).radius_m) <= 201.0
    sizes = [int((proposal.plan.assignment == proposal.plan.assignment[end]).sum()) for end in (0, 7)]
    assert max(sizes) <= 3


@pytest.mark.parametrize("question", [{"total": 18}, {"total": "fewest"}, {"total": "repair"}])
def test_same_seed_same_answer(small_city: District, question: dict[str, object]) -> None:
    first, second = (ask(small_city, RULES, seed=9, **question).plan for _ in range(2))
    assert np.array_equal(first.assignment, second.assignment)


def test_the_start_may_be_another_plan_than_todays() -> None:
    district = town("ABAB\nBABA")
    start = plan_of(district, "XXYY\nXXYY")
    plan = ask(district, SMALL, start, total=2).plan
    assert breaches(district, plan, SMALL) == []
