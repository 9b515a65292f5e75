# SPDX-License-Identifier: LGPL-3.0-or-later
"""The radius along roads holds in the search as in the judgement: no plan breaks it in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.rules.check import check, measure
from gridplanner.solve.engine import propose
from tests.builders import objects, town
from tests.unit.solve.cities import city


def layer_of(role: str, shapes: list[object]) -> Layer:
    """Return a layer with shapes only."""
    return Layer(role, f"{role}.shp", objects(shapes), {"code": objects(str(i) for i in range(len(shapes)))})


def comb(district: District) -> District:
    """Return a town of two rows whose only roads run along each row and meet at the west end.

    Neighbours in a column are 100 m apart as the crow flies and a long way round on foot.
    """
    x, y = district.atoms.x, district.atoms.y
    west, east = x.min() - 40, x.max() + 10
    rows = [LineString([(west, level), (east, level)]) for level in np.unique(y)]
    along = LineString([(west, y.min()), (west, y.max())])
    return replace(district, originals={**district.originals, "roads": layer_of("roads", [*rows, along])})


def ask(district: District, rules: RuleSet, **question: object) -> Proposal:
    """Return a proposal without spending time on the proof."""
    return propose(district, rules, PlanRequest(certify_s=0.0, **question))  # type: ignore[arg-type]


def along_roads(most: float, low: float = 300, high: float = 450, points: str = "best") -> RuleSet:
    """Return rules with a radius along roads."""
    return RuleSet(people=Band(low, high), service_radius=RadiusRule(most, metric="road", points=points))


@pytest.mark.parametrize("mode", ["keep", "balance", "compact"])
def test_grids_follow_the_streets_they_are_walked_on(mode: str) -> None:
    # Old grids are blocks of 2 x 2; along the roads only rows of four are within 250 m.
    district = comb(town("AABBCCDD\nAABBCCDD"))
    rules = along_roads(250.0, high=550)
    proposal = ask(district, rules, total=4, mode=mode)
    assert proposal.findings == ()
    assert np.nanmax(measure(district, proposal.plan, rules).radius_m) <= 250.0
    straight = replace(rules, service_radius=RadiusRule(250.0))
    assert ask(district, straight, total=4).plan.assignment.tolist() == [0, 0, 1, 1, 2, 2, 3, 3] * 2


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_no_breach_is_silent(seed: int) -> None:
    district = city(seed, communities=2, atoms_each=45, people_each=4_500)
    side = float(np.ptp(district.atoms.x))
    lines = [LineString([(0, v), (side, v)]) for v in np.linspace(50, side - 50, 6)]
    lines += [LineString([(v, 0), (v, side)]) for v in np.linspace(50, side - 50, 4)]
    district = replace(district, originals={"roads": layer_of("roads", lines)})
    rules = along_roads(450.0, 1000, 2000)
    proposal = ask(district, rules, total="fewest")
    broken = [f for f in check(district, proposal.plan, rules) if f.rule == "service_radius"]
    assert not broken or proposal.findings
    for name, bound in proposal.certificate.total.items():
        assert bound.bound <= bound.value + 1e-9, name


@pytest.mark.parametrize("ends", [(0, 7), (3, 4)])
def test_stations_are_walked_to(ends: tuple[int, int]) -> None:
    district = comb(town("AAAAAAAA", people=100))
    points = [Point(district.atoms.x[a], district.atoms.y[a]) for a in ends]
    originals = {**district.originals, "stations": layer_of("stations", list(points))}
    district = replace(district, originals=originals)
    rules = along_roads(301.0, points="stations")
    proposal = ask(district, rules, total=2)
    assert proposal.findings == ()
    measured = measure(district, proposal.plan, rules)
    assert np.nanmax(measured.radius_m) <= 301.0
    assert {(round(x), round(y)) for x, y in zip(measured.service_x, measured.service_y, strict=True)} == {
        (round(p.x), round(p.y)) for p in points
    }


def test_without_roads_a_detour_stands_in() -> None:
    # 1.3 x 100 m keeps direct neighbours within reach, and nobody else.
    district = town("AAAA\nBBBB", people=150)
    rules = along_roads(140.0)
    proposal = ask(district, rules, total=3)
    assert proposal.findings == ()
    assert np.nanmax(measure(district, proposal.plan, rules).radius_m) <= 140.0


def test_nobody_walks_from_a_population_centre() -> None:
    with pytest.raises(UserError):
        ask(town("AABB"), along_roads(400.0, points="centre"))
