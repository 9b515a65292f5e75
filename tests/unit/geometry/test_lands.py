# SPDX-License-Identifier: LGPL-3.0-or-later
"""Towns far apart, built one after another, are what they would be if they were built at once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from gridplanner.geometry import coverage
from gridplanner.geometry.district import build_district
from gridplanner.geometry.lands import Land, Packed, lands_of
from gridplanner.geometry.options import BuildOptions
from gridplanner.model.layers import Layer, LayerSet
from tests.builders import objects

X0, Y0 = 400_000.0, 3_500_000.0
FAR = 5_000.0


def layer(role: str, shapes: list[object], **fields: list[object]) -> Layer:
    numbers = {"people", "households"}
    columns = {k: np.array(v, float) if k in numbers else objects(v) for k, v in fields.items()}
    moved = shapely.transform(objects(shapes), lambda xy: xy + (X0, Y0))
    return Layer(role, f"{role}.shp", moved, columns, {}, np.arange(1, len(shapes) + 1))


def two_towns() -> LayerSet:
    """Two towns with an overlap of communities, one of grids, a river, a road between them, and strays."""
    communities, grids, codes, grid_codes = [], [], [], []
    for town, x in enumerate((0.0, FAR)):
        communities += [box(x, 0, x + 210, 300), box(x + 200, 0, x + 400, 300)]
        codes += [f"51000000000{2 * town + 1}", f"51000000000{2 * town + 2}"]
        grids += [box(x, 0, x + 120, 300), box(x + 110, 0, x + 200, 300), box(x + 200, 0, x + 400, 300)]
        grid_codes += [codes[-2] + "001", codes[-2] + "002", codes[-1] + "001"]
    rng = np.random.default_rng(7)
    xy = np.concatenate([rng.uniform((x + 3, 3), (x + 397, 297), (30, 2)) for x in (0.0, FAR)])
    spots = [Point(p) for p in xy] + [Point(2_500, 100)]
    return LayerSet(
        "EPSG:4545",
        {
            one.role: one
            for one in (
                layer("communities", communities, code=codes, name=list("东西南北")),
                layer(
                    "grids",
                    [*grids, box(2_400, 0, 2_450, 50)],
                    code=[*grid_codes, "9"],
                    name=list("甲乙丙丁戊己庚"),
                ),
                layer("barriers", [box(150, -10, 160, 310), LineString([(FAR + 50, -9), (FAR + 60, 310)])]),
                layer("roads", [LineString([(-20, 140), (FAR + 500, 160)])]),
                layer(
                    "buildings",
                    spots,
                    code=[f"B{k}" for k in range(61)],
                    people=list(rng.integers(0, 90, 61)),
                    households=list(rng.integers(0, 30, 61)),
                ),
            )
        },
    )


@pytest.mark.parametrize("choice", ["official", "most_people", "longest_border", "split"])
def test_one_by_one_is_all_at_once(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = BuildOptions("甲区", overlap=choice, gap="longest_border")
    apart, told_apart = build_district(two_towns(), options)
    everything = Land(np.array([-np.inf, -np.inf, np.inf, np.inf]), (np.arange(4), np.arange(7)))
    monkeypatch.setattr(coverage, "lands_of", lambda _layers: [everything])
    whole, told = build_district(two_towns(), options)
    assert len(apart.atoms) == len(whole.atoms)
    assert shapely.equals(
        shapely.normalize(apart.atoms.geometry), shapely.normalize(whole.atoms.geometry)
    ).all()
    for name in ("community", "old_grid", "people", "households", "building"):
        assert (getattr(apart.atoms, name) == getattr(whole.atoms, name)).all(), name
    assert (apart.buildings.atom == whole.buildings.atom).all()
    assert apart.buildings.atom[-1] == -1
    assert np.array_equal(apart.adjacency.a, whole.adjacency.a)
    assert np.array_equal(apart.adjacency.kind, whole.adjacency.kind)
    assert [g.community for g in apart.grids_before] == [g.community for g in whole.grids_before]
    assert sorted(f.text for f in told_apart) == sorted(f.text for f in told)


def test_an_island_in_the_hole_of_a_town_belongs_to_it() -> None:
    ring = box(0, 0, 900, 900) - box(100, 100, 800, 800)
    towns = objects([ring, box(400, 400, 500, 500), box(2_000, 0, 2_100, 100)])
    assert [land.units[0].tolist() for land in lands_of([towns])] == [[0, 1], [2]]


def test_units_without_shape_or_leading_unit_join_the_first_land() -> None:
    towns = objects([box(0, 0, 1, 1), None, box(50, 0, 51, 1)])
    grids = objects([box(50, 0, 51, 1), box(90, 0, 91, 1), None])
    first, second = lands_of([towns, grids])
    assert (first.units[0].tolist(), second.units[0].tolist()) == ([0, 1], [2])
    assert (first.units[1].tolist(), second.units[1].tolist()) == ([1, 2], [0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(1, 60)), min_size=1, max_size=14)
)
def test_lands_hold_each_unit_once_and_their_frames_do_not_meet(squares: list[tuple[int, int, int]]) -> None:
    towns = objects([box(x, y, x + side, y + side) for x, y, side in squares])
    lands = lands_of([towns])
    assert sorted(np.concatenate([land.units[0] for land in lands]).tolist()) == list(range(len(towns)))
    frames = np.array([box(*land.frame) for land in lands])
    for k, frame in enumerate(frames):
        assert not shapely.intersects(frame, np.delete(frames, k)).any()
    for land in lands:
        assert np.flatnonzero(land.meets(towns)).tolist() == land.units[0].tolist()


def test_packed_shapes_come_back_bit_by_bit() -> None:
    shapes = objects([Point(0.1, 0.2).buffer(1 / 3), box(0, 0, 1e-9, 1e6), LineString([(0, 0), (1, 1 / 7)])])
    back = Packed.of(shapes).shapes()
    assert shapely.equals_exact(shapes, back, 0.0).all()
