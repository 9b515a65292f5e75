# SPDX-License-Identifier: LGPL-3.0-or-later
"""The grid radius as defined: best own point, given stations, population centre, along roads."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from gridplanner.geometry.roads import RoadNetwork, road_distances, road_service_points
from gridplanner.geometry.service import service_points
from gridplanner.model.ruleset import RadiusRule
from tests.builders import objects

coordinates = st.tuples(st.integers(-500, 500), st.integers(-500, 500))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(coordinates, st.integers(0, 3)), min_size=1, max_size=60))
def test_radius_is_the_smallest_of_the_greatest_distances(points: list[tuple[tuple[int, int], int]]) -> None:
    xy = np.array([p for p, _ in points], float)
    people = np.array([n for _, n in points])
    atoms = np.arange(len(points), dtype=np.int32)
    found = service_points(xy, atoms, people, np.zeros(len(points), int), 1, RadiusRule())
    lived = xy[people > 0]
    if not len(lived):
        assert np.isnan(found.radius_m[0])
        return
    plain = np.hypot(*(xy[:, None] - lived[None]).transpose(2, 0, 1)).max(axis=1).min()
    assert found.radius_m[0] == pytest.approx(plain)
    at = np.array([found.x[0], found.y[0]])
    assert np.hypot(*(lived - at).T).max() == pytest.approx(plain)


def test_stations_centre_and_detour() -> None:
    xy = np.array([[0.0, 0.0], [100.0, 0.0], [400.0, 0.0]])
    atoms, people, grid = np.arange(3, dtype=np.int32), np.array([3, 0, 1]), np.zeros(3, int)

    def radius(rule: RadiusRule, stations: np.ndarray | None = None) -> float:
        return float(service_points(xy, atoms, people, grid, 1, rule, stations).radius_m[0])

    assert radius(RadiusRule()) == 300
    assert radius(RadiusRule(detour=1.3)) == pytest.approx(390)
    assert radius(RadiusRule(points="stations"), np.array([[390.0, 0.0]])) == 390
    assert radius(RadiusRule(points="stations")) == 300
    assert radius(RadiusRule(points="centre")) == 300


def test_empty_grid_has_no_radius() -> None:
    found = service_points(
        np.zeros((1, 2)), np.zeros(1, np.int32), np.ones(1, int), np.zeros(1, int), 2, RadiusRule()
    )
    assert np.isnan(found.radius_m[1])
    assert np.isnan(found.x[1])


def test_walking_goes_over_the_bridge() -> None:
    roads = objects([LineString([(0, 0), (1000, 0)]), LineString([(0, 100), (1000, 100)])])
    bridge = objects([LineString([(1000, 0), (1000, 100)])])
    network = RoadNetwork.of(roads, bridge)
    xy = np.array([[100.0, 0.0], [100.0, 100.0]])
    there = network.attach(xy)
    assert road_distances(network, there, there)[0, 1] == pytest.approx(1900)
    radius, _x, _y = road_service_points(network, xy, np.zeros(2, np.int32), np.ones(2, int), 1)
    # The search stops at four times the straight way and 500 m: far is far enough.
    assert radius[0] >= 900


def test_same_road_and_yard() -> None:
    network = RoadNetwork.of(objects([LineString([(0, 0), (1000, 0)])]))
    xy = np.array([[100.0, 0.0], [300.0, 0.0]])
    there = network.attach(xy)
    assert road_distances(network, there, there)[0, 1] == pytest.approx(200)
    yard = np.array([[100.0, 80.0], [110.0, 80.0]])
    radius, _x, _y = road_service_points(network, yard, np.zeros(2, np.int32), np.ones(2, int), 1)
    assert radius[0] == pytest.approx(13)


def test_without_roads_straight_lines_get_the_detour() -> None:
    network = RoadNetwork.of(np.empty(0, dtype=object))
    xy = np.array([[0.0, 0.0], [100.0, 0.0]])
    radius, _x, _y = road_service_points(network, xy, np.zeros(2, np.int32), np.ones(2, int), 1)
    assert radius[0] == pytest.approx(130)


def test_loose_parts_of_the_road_layer_are_left_out() -> None:
    roads = objects(
        [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (200, 50)]), LineString([(0, 900), (9, 900)])]
    )
    network = RoadNetwork.of(roads)
    assert shapely.length(network.lines).sum() == pytest.approx(100 + np.hypot(100, 50))
