# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers become atoms that tile their communities, whatever the layers hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from gridplanner.errors import DataError, UserError
from gridplanner.geometry.district import build_district
from gridplanner.geometry.options import BuildOptions
from gridplanner.model.adjacency import EdgeKind
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.layers import Layer, LayerSet
from tests.builders import objects

X0, Y0 = 400_000.0, 3_500_000.0


def layer(role: str, shapes: list[object], **fields: object) -> Layer:
    columns = {}
    for key, values in fields.items():
        number = key in {"people", "households"}
        columns[key] = np.array(values, float) if number else objects(values)  # type: ignore[arg-type]
    moved = shapely.transform(objects(shapes), lambda xy: xy + (X0, Y0))
    return Layer(role, f"{role}.shp", moved, columns, {}, np.arange(1, len(shapes) + 1))


def layer_set(*layers: Layer) -> LayerSet:
    return LayerSet("EPSG:4545", {one.role: one for one in layers})


def two_communities(seam: float = 200.0) -> Layer:
    shapes = [box(0, 0, 200, 300), box(seam, 0, 400, 300)]
    return layer("communities", shapes, code=["510000000001", "510000000002"], name=["东", "西"])


def houses(n: int = 40, seed: int = 3) -> Layer:
    rng = np.random.default_rng(seed)
    points = [Point(x, y) for x, y in rng.uniform((5, 5), (395, 295), (n, 2))]
    return layer(
        "buildings",
        points,
        code=[f"B{k}" for k in range(n)],
        people=rng.integers(0, 90, n),
        households=rng.integers(0, 30, n),
    )


def assert_tiles(district: District, land: shapely.Geometry) -> None:
    atoms = district.atoms
    assert (shapely.get_type_id(atoms.geometry) == 3).all()
    assert shapely.is_valid(atoms.geometry).all()
    assert shapely.coverage_is_valid(atoms.geometry)
    for k, shape in enumerate(district.communities.geometry):
        mine = float(atoms.area_m2[atoms.community == k].sum())
        assert mine == pytest.approx(shape.area, rel=1e-9)
    moved = shapely.transform(land, lambda xy: xy + (X0, Y0))
    whole = shapely.union_all(district.communities.geometry)
    assert whole.symmetric_difference(moved).area < 1e-6 * land.area + 1.0


def test_atoms_tile_and_people_are_kept() -> None:
    buildings = houses()
    district, findings = build_district(layer_set(two_communities(), buildings), BuildOptions("甲区"))
    assert_tiles(district, box(0, 0, 400, 300))
    assert district.atoms.people.sum() == buildings.numbers("people").sum()
    assert district.atoms.households.sum() == buildings.numbers("households").sum()
    assert len(district.atoms) == 40
    assert (district.atoms.old_grid == -1).all()
    assert not findings


def test_old_grid_of_an_atom_is_where_its_building_stands() -> None:
    grids = layer(
        "grids",
        [box(0, 0, 200, 150), box(0, 150, 200, 300), box(200, 0, 400, 150)],
        code=["510000000001001", "510000000001002", "510000000002901"],
        name=["一", "二", "三"],
        kind=["综合", "综合", "专属"],
        dedicated_kind=["", "", "学校"],
    )
    buildings = houses()
    district, _ = build_district(layer_set(two_communities(), grids, buildings), BuildOptions())
    for k in range(len(district.buildings)):
        x, y = district.buildings.x[k] - X0, district.buildings.y[k] - Y0
        expected = (0 if y < 150 else 1) if x < 200 else (2 if y < 150 else -1)
        assert district.atoms.old_grid[district.buildings.atom[k]] == expected
    assert [g.kind for g in district.grids_before] == [GridKind.GENERAL, GridKind.GENERAL, GridKind.DEDICATED]
    assert [g.community for g in district.grids_before] == [0, 0, 1]
    assert_tiles(district, box(0, 0, 400, 300))


@pytest.mark.parametrize("choice", ["official", "most_people", "longest_border", "split"])
def test_overlap_of_communities_is_settled_and_told(choice: str) -> None:
    layers = layer_set(two_communities(seam=180.0), houses())
    district, findings = build_district(layers, BuildOptions(overlap=choice))
    assert_tiles(district, box(0, 0, 400, 300))
    told = [f for f in findings if f.rule == "repair.overlap"]
    assert len(told) == 1
    assert told[0].value == pytest.approx(6000, rel=1e-6)
    if choice == "split":
        assert district.communities.geometry[0].area == pytest.approx(190 * 300, rel=1e-3)


def test_overlap_without_a_choice_is_refused_with_findings() -> None:
    with pytest.raises(DataError) as caught:
        build_district(layer_set(two_communities(seam=180.0), houses()), BuildOptions())
    assert caught.value.findings[0].value == pytest.approx(6000, rel=1e-6)


def test_enclosed_gap_goes_to_the_longest_border_and_outside_is_never_invented() -> None:
    shapes = [box(0, 0, 200, 300) - box(150, 100, 200, 200), box(200, 0, 400, 300)]
    communities = layer("communities", shapes, code=["510000000001", "510000000002"], name=["东", "西"])
    with pytest.raises(DataError):
        build_district(layer_set(communities, houses()), BuildOptions())
    district, findings = build_district(layer_set(communities, houses()), BuildOptions(gap="longest_border"))
    assert_tiles(district, box(0, 0, 400, 300))
    assert district.communities.geometry[0].area == pytest.approx(60_000, rel=1e-6)
    assert [f.rule for f in findings] == ["repair.gap"]


def test_slivers_are_closed_in_one_finding() -> None:
    ragged = Polygon([(200, 0), (400, 0), (400, 300), (200, 300), (199.98, 150), (200.03, 75)])
    communities = layer(
        "communities", [box(0, 0, 200, 300), ragged], code=["510000000001", "510000000002"], name=["东", "西"]
    )
    district, findings = build_district(layer_set(communities, houses()), BuildOptions())
    assert_tiles(district, box(0, 0, 400, 300))
    assert {f.rule for f in findings} <= {"repair.sliver"}


def test_a_river_is_shared_by_its_banks_and_cuts_them() -> None:
    river = layer("barriers", [box(-50, 140, 450, 160)])
    bridge = layer("bridges", [LineString([(100, 130), (100, 170)])])
    district, _ = build_district(layer_set(two_communities(), river, bridge, houses()), BuildOptions())
    assert_tiles(district, box(0, 0, 400, 300))
    edges, y = district.adjacency, district.atoms.y - Y0
    across = (y[edges.a] < 150) != (y[edges.b] < 150)
    crossing = set(edges.kind[across].tolist())
    assert crossing == {EdgeKind.BARRIER, EdgeKind.BRIDGE}
    assert (edges.kind == EdgeKind.BRIDGE).sum() == 1
    assert edges.open[edges.kind == EdgeKind.BRIDGE].all()
    # No atom reaches over the middle of the river.
    south = shapely.bounds(district.atoms.geometry[y < 150])[:, 3].max()
    assert south - Y0 == pytest.approx(150, abs=0.01)


def test_a_railway_cuts_and_a_point_bridge_joins() -> None:
    rail = layer("barriers", [LineString([(-10, 100), (410, 100)])])
    bridge = layer("bridges", [Point(50, 100)])
    district, _ = build_district(layer_set(two_communities(), rail, bridge, houses()), BuildOptions())
    assert_tiles(district, box(0, 0, 400, 300))
    edges, y = district.adjacency, district.atoms.y - Y0
    across = (y[edges.a] < 100) != (y[edges.b] < 100)
    assert set(edges.kind[across].tolist()) == {EdgeKind.BARRIER, EdgeKind.BRIDGE}
    assert (edges.kind == EdgeKind.BRIDGE).sum() == 1


def test_roads_with_loose_ends_cut_nothing_and_roads_between_lines_cut() -> None:
    roads = layer("roads", [LineString([(50, 50), (120, 90)]), LineString([(-5, 200), (405, 200)])])
    district, _ = build_district(layer_set(two_communities(), roads, houses()), BuildOptions())
    assert_tiles(district, box(0, 0, 400, 300))
    line = LineString([(0, 200), (400, 200)])
    crossing = shapely.crosses(district.atoms.geometry, shapely.transform(line, lambda xy: xy + (X0, Y0)))
    assert not crossing.any()


def test_ready_made_atoms_keep_identifiers_and_totals() -> None:
    cells = [box(i * 10, 0, i * 10 + 10, 10) for i in range(4)] + [box(100, 0, 110, 10)]
    atoms = layer(
        "atoms", cells, id=list("abcde"), people=[1.5, 1.5, 2.0, 3.2, 0.3], households=[1, 1, 1, 1, 1]
    )
    district, findings = build_district(layer_set(atoms), BuildOptions())
    assert set(district.atoms.ids) == set("abcde")
    assert len(district.communities) == 2
    assert abs(district.atoms.people.sum() - 8.5) <= 1.0
    assert {f.rule for f in findings} == {"read.fractional"}
    for k in range(2):
        exact = {0: 8.2, 1: 0.3}[k]
        assert abs(district.atoms.people[district.atoms.community == k].sum() - exact) <= 0.5


def test_totals_of_communities_are_spread_and_marked() -> None:
    communities = two_communities()
    communities = Layer(
        "communities",
        "c.shp",
        communities.geometry,
        {**communities.fields, "people": np.array([1000.0, 501.0])},
        {},
        communities.rows,
    )
    buildings = houses()
    bare = Layer(
        "buildings", "b.shp", buildings.geometry, {"code": buildings.fields["code"]}, {}, buildings.rows
    )
    district, findings = build_district(layer_set(communities, bare), BuildOptions())
    assert np.bincount(district.atoms.community, weights=district.atoms.people).tolist() == [1000, 501]
    assert "read.estimated" in {f.rule for f in findings}


def test_buildings_outside_are_listed() -> None:
    buildings = layer("buildings", [Point(10, 10), Point(900, 10)], code=["in", "out"], people=[5, 7])
    district, findings = build_district(layer_set(two_communities(), buildings), BuildOptions())
    assert district.atoms.people.sum() == 5
    lost = next(f for f in findings if f.rule == "read.outside")
    assert (lost.subjects, lost.people) == (("out",), 7)


def test_two_grids_of_one_code_are_told_apart() -> None:
    grids = layer(
        "grids",
        [box(0, 0, 200, 300), box(200, 0, 400, 300)],
        code=["5100000001", "5100000001"],
        name=["甲", "乙"],
    )
    district, findings = build_district(layer_set(grids, houses()), BuildOptions())
    assert len({g.code for g in district.grids_before}) == 2
    assert "code" in {f.rule for f in findings}


def test_no_area_at_all_is_refused() -> None:
    with pytest.raises(UserError):
        build_district(layer_set(houses()), BuildOptions())


@pytest.mark.parametrize("key", ["overlap", "gap"])
def test_unknown_choice_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no such"):
        BuildOptions(**{key: "no such"})


def test_stairs_cut_a_building_and_keep_its_people() -> None:
    buildings = layer("buildings", [Point(50, 50), Point(150, 50)], code=["P", "Q"], people=[1001, 40])
    stairs = Layer(
        "stairs",
        "s.xlsx",
        None,
        {"building": objects(["P", "P", "P"]), "people": np.array([300.0, 300.0, 400.0])},
        {},
        np.arange(1, 4),
    )
    layers = LayerSet(
        "EPSG:4545", {"communities": two_communities(), "buildings": buildings, "stairs": stairs}
    )
    district, _ = build_district(layers, BuildOptions())
    assert_tiles(district, box(0, 0, 400, 300))
    assert set(district.buildings.codes) == {"P-1", "P-2", "P-3", "Q"}
    assert len(set(district.buildings.atom.tolist())) == 4
    assert district.atoms.people.sum() == 1041
    assert sorted(district.buildings.people.tolist()) == [40, 300, 300, 401]


def test_small_land_does_not_join_across_a_railway() -> None:
    rail = layer("barriers", [LineString([(-5, 299), (405, 299)])])
    district, _ = build_district(
        layer_set(two_communities(), rail, houses()), BuildOptions(min_land_atom_m2=500)
    )
    assert_tiles(district, box(0, 0, 400, 300))
    crossing = shapely.crosses(district.atoms.geometry, shapely.transform(rail.geometry[0], lambda xy: xy))
    assert not crossing.any()
