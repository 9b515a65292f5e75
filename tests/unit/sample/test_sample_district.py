# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sample district: the same for a seed, as hard as asked, and true to its own list of faults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from tools.check_sample import figures, wrong
from tools.make_sample_district import SHIPPED_SEED
from tools.sample_district import tables
from tools.sample_district.city import City, draw_city
from tools.sample_district.faults import plant
from tools.sample_district.grids import best_division, parts_of
from tools.sample_district.spec import MAX_PEOPLE, MIN_PEOPLE, RADIUS_M, CitySpec
from tools.sample_district.tables import write_people
from tools.sample_district.write import make_folder, write_folder

SHIPPED = Path(__file__).resolve().parents[3] / "sample_shapefiles"
SMALL = CitySpec(seed=5, scale=0.35)


@pytest.fixture(scope="module")
def truth() -> dict:
    """Return what the shipped sample says is wrong with it."""
    return json.loads((SHIPPED / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small_city() -> City:
    """Return a city a third of the sample's size."""
    return draw_city(SMALL)


def shapes(name: str) -> np.ndarray:
    """Return the geometry of a shipped layer through a reader that is not ours."""
    return pyogrio.read_dataframe(SHIPPED / f"{name}.shp", encoding="utf-8").geometry.to_numpy()


def test_same_seed_writes_the_same_bytes(small_city: City, tmp_path: Path) -> None:
    for k, city in enumerate((small_city, draw_city(SMALL))):
        write_folder([make_folder(city)], tmp_path / str(k), total=100)
    first = {p.relative_to(tmp_path / "0"): p.read_bytes() for p in (tmp_path / "0").rglob("*.*")}
    second = {p.relative_to(tmp_path / "1"): p.read_bytes() for p in (tmp_path / "1").rglob("*.*")}
    assert first.keys() == second.keys()
    assert [str(name) for name in first if first[name] != second[name]] == []


def test_cities_side_by_side_are_the_cities_one_by_one(small_city: City, tmp_path: Path) -> None:
    neighbour = draw_city(CitySpec(seed=5, index=1, scale=0.35))
    folders = [make_folder(small_city), make_folder(neighbour)]
    totals = write_folder(iter(folders), tmp_path, total=200)
    assert totals == {k: sum(f.truth["totals"][k] for f in folders) for k in folders[0].truth["totals"]}
    for name in ("buildings", "grids", "rivers"):
        table = pyogrio.read_dataframe(tmp_path / f"{name}.shp", encoding="utf-8")
        apart = np.concatenate([f.layers[name].geometry for f in folders])
        assert np.array_equal(table.geometry.area, shapely.area(apart))
        assert np.allclose(table.total_bounds, shapely.total_bounds(apart))
    here, there = (shapely.union_all(f.layers["communities"].geometry) for f in folders)
    assert shapely.distance(here, there) > 0


def test_a_long_ledger_is_written_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("甲社区", f"B{i}", "", f"{i}", 1, 3) for i in range(40)]
    write_people(tmp_path / "merged.xlsx", rows)
    monkeypatch.setattr(tables, "_MOST_MERGED", 10)
    write_people(tmp_path / "long.xlsx", rows)
    long = openpyxl.load_workbook(tmp_path / "long.xlsx").active
    merged = openpyxl.load_workbook(tmp_path / "merged.xlsx").active
    assert long is not None and merged is not None
    assert [c.value for c in long["A"][2:42]] == ["甲社区"] * 40
    assert [[c.value for c in row[1:]] for row in long] == [[c.value for c in row[1:]] for row in merged]


def test_another_seed_is_another_city(small_city: City) -> None:
    other = draw_city(CitySpec(seed=6, scale=0.35))
    assert not np.array_equal(other.buildings.x[:50], small_city.buildings.x[:50])


def test_shipped_sample_is_as_hard_as_asked() -> None:
    assert wrong(figures(SHIPPED)) == []


def test_shipped_sample_is_small_and_from_the_shipped_seed() -> None:
    assert sum(p.stat().st_size for p in SHIPPED.rglob("*") if p.is_file()) < 15e6
    assert SHIPPED_SEED > 0


def test_overlaps_are_the_listed_ones(truth: dict) -> None:
    grids = shapes("grids")
    codes = pyogrio.read_dataframe(SHIPPED / "grids.shp", encoding="utf-8")["WGBM"].to_numpy()
    a, b = shapely.STRtree(grids).query(grids, predicate="intersects")
    a, b = a[a < b], b[a < b]
    area = shapely.area(shapely.intersection(grids[a], grids[b]))
    found = {frozenset((codes[i], codes[j])): m2 for i, j, m2 in zip(a, b, area, strict=True) if m2 > 1e-6}
    listed = {frozenset((o["a"], o["b"])): o["area_m2"] for o in truth["overlaps"]}
    assert found.keys() == listed.keys()
    assert all(abs(found[k] - listed[k]) < 0.011 for k in listed)
    assert sum(m2 < 1.0 for m2 in listed.values()) == 6
    assert all(x["a"][:12] == x["b"][:12] for x in truth["overlaps"])


def test_overlap_shares_are_those_of_real_layers(truth: dict) -> None:
    table = pyogrio.read_dataframe(SHIPPED / "grids.shp", encoding="utf-8").set_index("WGBM")
    shares = []
    for overlap in truth["overlaps"]:
        clean = min(table.geometry[overlap["a"]].area - overlap["area_m2"], table.geometry[overlap["b"]].area)
        shares.append(overlap["area_m2"] / clean)
    assert sorted(shares)[-3:] == pytest.approx([0.006, 0.04, 0.13], rel=0.08)


def test_gaps_and_slivers_are_the_listed_ones(truth: dict) -> None:
    blank = shapely.difference(shapely.union_all(shapes("communities")), shapely.union_all(shapes("grids")))
    parts = shapely.get_parts(blank)
    area = shapely.area(parts)
    holes = np.sort(area[area > 100])
    assert holes == pytest.approx(sorted(g["area_m2"] for g in truth["gaps"]), abs=0.5)
    thin = area[(area <= 100) & (area > 1e-5)]
    assert len(thin) == truth["slivers"] == 90
    assert thin.max() < 1.0
    for gap in truth["gaps"]:
        spot = shapely.Point(gap["x"], gap["y"])
        assert any(p.contains(spot) for p in parts[area > 100])


def test_communities_and_streets_tile_the_land(truth: dict) -> None:
    communities, streets = shapes("communities"), shapes("streets")
    assert shapely.coverage_is_valid(communities)
    assert shapely.area(streets).sum() == pytest.approx(shapely.area(communities).sum(), abs=0.01)
    table = pyogrio.read_dataframe(SHIPPED / "communities.shp", encoding="utf-8")
    offices = pyogrio.read_dataframe(SHIPPED / "streets.shp", encoding="utf-8").set_index("JDDM")
    differing = {
        code
        for code, rows in table.groupby("JDDM")
        if shapely.symmetric_difference(offices.geometry[code], rows.union_all()).area > 0.01
    }
    assert differing == {s[k] for s in truth["streets_differ"] for k in ("street", "claimed_by")}


def test_no_building_is_cut_by_a_border(small_city: City) -> None:
    points = shapely.points(small_city.buildings.x, small_city.buildings.y)
    planted = plant(small_city, small_city.unions(small_city.grid))
    borders = shapely.union_all(shapely.boundary(planted.polygons))
    assert shapely.distance(borders, points).min() > 0.5


def test_every_part_can_be_divided_lawfully(small_city: City) -> None:
    rng = np.random.default_rng(0)
    ground = small_city.ground
    fixed = small_city.grid >= small_city.n_general
    for _, units in parts_of(ground, small_city.community, fixed):
        people = ground.people[units].sum()
        assert -(-people // MAX_PEOPLE) <= people // MIN_PEOPLE
        trials = (best_division(ground, units, rng) for _ in range(20))
        groups = next(t.groups for t in trials if not any(t.fault))
        assert np.array_equal(np.sort(np.concatenate(groups)), np.sort(units))
        for group in groups:
            assert MIN_PEOPLE <= ground.people[group].sum() <= MAX_PEOPLE
            assert ground.radius(group) <= RADIUS_M
            assert ground.graph.connected(group)


def test_one_layer_is_gbk_without_cpg_and_one_has_no_prj() -> None:
    assert not (SHIPPED / "estates.cpg").exists()
    raw = (SHIPPED / "estates.dbf").read_bytes()
    assert raw[29] == 0
    with pytest.raises(UnicodeDecodeError):
        raw[400:].decode("utf-8")
    assert "苑" in raw[400:].decode("gbk", errors="ignore")
    assert not (SHIPPED / "sites.prj").exists()
    assert (SHIPPED / "grids.prj").exists()


def test_names_and_codes_are_invented() -> None:
    table = pyogrio.read_dataframe(SHIPPED / "grids.shp", encoding="utf-8")
    assert table["WGBM"].str.fullmatch(r"519999\d{9}").all()
    assert table["WGBM"].is_unique
    assert "示意数据" in (SHIPPED / "README.md").read_text(encoding="utf-8")
