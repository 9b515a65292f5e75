# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sites become dedicated grids before the rest is planned, or it is said why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import Geometry, Point, unary_union

from gridplanner.model.change import change_totals, crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.rules.check import check
from gridplanner.solve.engine import propose
from tests.builders import objects, town

RULES = RuleSet(people=Band(300, 900))
#: The school stands on the two squares without people.
DRAWING, PEOPLE = "AAABB\nAAABB", [100, 100, 100, 100, 0, 100, 100, 100, 100, 0]


def with_sites(district: District, shapes: Sequence[Geometry], kind: str = "学校") -> District:
    """Return the district with a layer of sites, called 学校1, 学校2, ..."""
    n = range(1, len(shapes) + 1)
    fields = {
        "code": objects(f"S{i}" for i in n),
        "name": objects(f"示意{kind}{i}" for i in n),
        "dedicated_kind": objects(kind for _i in n),
    }
    return replace(district, originals={"sites": Layer("sites", "sites.shp", objects(shapes), fields)})


def under(district: District, *atoms: int) -> Geometry:
    """Return the ground of some atoms, drawn a metre too narrow."""
    return unary_union([district.atoms.geometry[a] for a in atoms]).buffer(-1.0)


def ask(district: District, **question: object) -> Proposal:
    """Return a proposal with the sites carved out."""
    asked = {"total": "fewest", **question}
    return propose(district, RULES, PlanRequest(carve=True, certify_s=0.0, **asked))  # type: ignore[arg-type]


def test_a_school_becomes_a_grid_of_its_own() -> None:
    bare = town(DRAWING, people=PEOPLE)
    district = with_sites(bare, [under(bare, 4, 9)])
    proposal = ask(district)
    plan = proposal.plan
    made = [g for g, record in enumerate(plan.grids) if record.kind is GridKind.DEDICATED]
    assert np.flatnonzero(plan.assignment == made[0]).tolist() == [4, 9]
    record = plan.grids[made[0]]
    assert (record.name, record.site, record.dedicated_kind) == ("示意学校1", "S1", "学校")
    change = change_totals(district.atoms, district.plan_today(), plan)
    assert change.carved_out == 1
    assert [(f.rule, f.severity) for f in proposal.findings] == [("carve", Severity.INFO)]
    assert "示意学校1" in proposal.findings[0].text


def test_totals_of_the_crosswalk_and_of_the_certificate_hold_with_a_carved_site() -> None:
    bare = town(DRAWING, people=PEOPLE)
    district = with_sites(bare, [under(bare, 4, 9)])
    proposal = ask(district, total=1)
    pairs = crosswalk(district.atoms, district.plan_today(), proposal.plan)
    assert pairs.people.sum() == 800
    assert proposal.plan.general().sum() == 1
    value = proposal.certificate.total["pieces"]
    assert (value.value, value.bound) == (1.0, 1.0)


def test_the_same_is_asked_twice_and_done_once() -> None:
    bare = town(DRAWING, people=PEOPLE)
    district = with_sites(bare, [under(bare, 4, 9)])
    plan = ask(district).plan
    again = propose(district, RULES, PlanRequest(carve=True, certify_s=0.0), start=plan)
    assert again.plan.n_grids == plan.n_grids
    assert again.findings == ()


def test_a_small_site_takes_the_area_it_stands_in_unless_people_live_there() -> None:
    bare = town(DRAWING, people=PEOPLE)
    small = [Point(bare.atoms.x[9], bare.atoms.y[9]), Point(bare.atoms.x[0], bare.atoms.y[0]).buffer(5)]
    district = with_sites(bare, small)
    proposal = ask(district, carve_people=50)
    assert proposal.plan.general().sum() == proposal.plan.n_grids - 1
    assert [f.subjects for f in proposal.findings] == [("S1",), ("S2",)]
    assert proposal.findings[1].severity is Severity.WARNING


def test_a_site_that_would_cut_the_community_is_left_and_named() -> None:
    bare = town("AABB", people=[400, 400, 0, 400])
    district = with_sites(bare, [under(bare, 2)])
    proposal = ask(district)
    assert all(g.kind is GridKind.GENERAL for g in proposal.plan.grids)
    assert [f.subjects for f in proposal.findings] == [("S1",)]


def test_sites_outside_or_in_locked_grids_are_left_and_named() -> None:
    bare = town(DRAWING, people=PEOPLE)
    district = with_sites(bare, [under(bare, 4, 9), Point(0, 0)])
    codes = tuple(g.code for g in bare.grids_before)
    proposal = ask(district, locked=codes)
    assert proposal.plan.n_grids == 2
    assert sorted(f.subjects for f in proposal.findings) == [("S1",), ("S2",)]


def test_without_a_layer_of_sites_it_is_said() -> None:
    proposal = ask(town(DRAWING, people=PEOPLE))
    assert [f.rule for f in proposal.findings] == ["carve"]


def test_a_carved_grid_breaks_no_rule() -> None:
    bare = town(DRAWING, people=PEOPLE)
    district = with_sites(bare, [under(bare, 4, 9)])
    plan = ask(district).plan
    assert [f for f in check(district, plan, RULES) if f.rule in ("people", "contiguity", "nesting")] == []


def test_empty_land_behind_a_site_goes_with_it() -> None:
    bare = town("AABBB", people=[200, 200, 100, 0, 0])
    district = with_sites(bare, [under(bare, 3)])
    plan = ask(district).plan
    assert plan.assignment[3] == plan.assignment[4] != plan.assignment[2]
    assert [f for f in check(district, plan, RULES) if f.rule == "contiguity"] == []
