# SPDX-License-Identifier: LGPL-3.0-or-later
"""The planner's further questions, from layers on disk to a folder that `verify` finds true."""

from __future__ import annotations

import csv
import json

import geopandas
import openpyxl
import pytest
from shapely import box

from tests.builders import CRS, town
from tests.workflow.conftest import Finished, run_program
from tests.workflow.toy_layers import write_lines, write_town

#: A river parts the two middle columns; a school stands on empty ground in the south-east corner.
TABLES = """
[layers.barriers]
path = "river.geojson"
[layers.sites]
path = "sites.geojson"
fields = { code = "BH", name = "MC", dedicated_kind = "ZSLX" }
[layers.roads]
path = "roads.geojson"
[rules]
people = {min = 300, max = 900, hard = true}
service_radius_m = {max = 900, metric = "road"}
weights = {elderly = 0.5}
[[rules.by]]
where = {kind = "微网格"}
people = {min = 100, max = 450}
[[rules.by]]
where = {kind = "片区"}
people = {max = 2000}
[plan]
total = "fewest"
carve = true
certify_s = 0
levels = ["micro", "area"]
join = [["B00004", "B00005"]]
centres = ["B00001", "B00017"]
[repair]
overlap = "most_people"
gap = "longest_border"
links = [["B00004", "B00005"]]
cuts = [["B00009", "B00010"]]
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One run with every question at once."""
    folder = tmp_path_factory.mktemp("questions")
    district = town("AAAABBBB\nAAAABBBB\nAAAABBBB", people=[100] * 23 + [0])
    config = write_town(folder / "in", district, TABLES)
    x0, y0, x1, y1 = 400_000.0, 3_500_000.0, 400_800.0, 3_500_300.0
    middle = (x0 + x1) / 2
    write_lines(folder / "in", "river", [(middle, y0 - 10), (middle, y1 + 10)])
    write_lines(
        folder / "in",
        "roads",
        *[[(x0, y0 + v), (x1, y0 + v)] for v in (2, 102, 202)],
        [(x0 + 2, y0), (x0 + 2, y1)],
    )
    sites = {"BH": ["S1"], "MC": ["示意小学"], "ZSLX": ["学校"]}
    shape = [box(x1 - 99, y0 + 1, x1 - 1, y0 + 99)]
    geopandas.GeoDataFrame(sites, geometry=shape, crs=CRS).to_file(
        folder / "in" / "sites.geojson", driver="GeoJSON"
    )
    text = (folder / "in" / "buildings.geojson").read_text(encoding="utf-8")
    text = text.replace('"HS": 50', '"HS": 50, "LNRK": 20')
    (folder / "in" / "buildings.geojson").write_text(text, encoding="utf-8")
    return run_program("run", config, "--out", folder / "out", "--lang", "zh_CN", "--workers", "1")


def test_every_claim_of_the_folder_is_true(finished: Finished) -> None:
    assert finished.code in (0, 1), finished.complained
    done = run_program("verify", finished.out, "--lang", "zh_CN")
    assert done.code == 0, [line for line in done.said.splitlines() if line.startswith("不符")]
    for claim in (
        "micro_grids.nested",
        "micro_grids.count",
        "area_grids.nested",
        "atoms.FZ",
        "grids.contiguity",
        "config.join",
        "config.part",
    ):
        assert claim in done.said


def test_levels_nest_and_weights_are_handed_over(finished: Finished) -> None:
    atoms = geopandas.read_file(finished.out / "shp" / "atoms.shp")
    for inner, outer in (("WWGBM", "WGBM"), ("WGBM", "PQBM")):
        assert (atoms.groupby(inner)[outer].nunique() == 1).all()
    assert (atoms["FZ"] == atoms["RK"] + 10 * (atoms["RK"] > 0)).all()
    micro = geopandas.read_file(finished.out / "shp" / "micro_grids.shp")
    assert micro["WGBM"].str.len().eq(17).all()
    assert micro["FZ"].max() <= 450
    areas = atoms["PQBM"].nunique()
    summary = json.loads((finished.out / "summary.json").read_text(encoding="utf-8"))
    assert summary["levels"] == {"micro": len(micro), "area": areas}
    assert f"微网格 {len(micro)} 个" in finished.said
    assert (finished.out / "maps" / "levels.pdf").stat().st_size > 10_000


def test_levels_have_their_ledgers(finished: Finished) -> None:
    atoms = geopandas.read_file(finished.out / "shp" / "atoms.shp")
    book = openpyxl.load_workbook(finished.out / "ledger.xlsx", read_only=True)
    for tab, column in (("微网格", "WWGBM"), ("片区网格", "PQBM")):
        rows = [row for row in book[tab].iter_rows(values_only=True) if isinstance(row[0], int)]
        counted = atoms.groupby(column)["RK"].sum().to_dict()
        assert {row[2]: row[6] for row in rows} == counted
        above = atoms.groupby("PQBM")["WGBM"].nunique().to_dict()
        if column == "PQBM":
            assert {row[2]: row[7] for row in rows} == above
    book.close()


def test_the_school_is_carved_out_and_the_pair_lies_together(finished: Finished) -> None:
    grids = geopandas.read_file(finished.out / "shp" / "grids.shp")
    carved = grids[grids["BGLX"] == "划出专属"]
    assert carved["WGMC"].tolist() == ["示意小学专属网格"]
    with (finished.out / "crosswalk.csv").open(encoding="utf-8-sig", newline="") as file:
        kinds = {row["kind"] for row in csv.DictReader(file)}
    assert "划出专属" in kinds
    buildings = geopandas.read_file(finished.out / "shp" / "buildings.shp").set_index("JZWBM")["WGBM"]
    assert buildings["B00004"] == buildings["B00005"]
