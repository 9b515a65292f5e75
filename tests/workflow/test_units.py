# SPDX-License-Identifier: LGPL-3.0-or-later
"""Communities changed by a configuration and one net out of four, through the real program and engine."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import openpyxl
import pyogrio
import pytest

from gridplanner.geometry.dissolve import dissolved
from tests.builders import CRS, town
from tests.workflow.conftest import run_program
from tests.workflow.toy_layers import write_town

ONE, TWO = "511902001001", "511902001002"
GRIDS = "AAAABBBBCC\nAAAABBBBCC"
HOMES = "aaaaaaaabb\naaaaaaaabb"
#: Three of five nets (today's grids are one of them) part the first community after its third column.
NETS = {"police": "xxxyyyyyzz", "fire": "xxxyyyyyzz", "safety": "xxxyyyyyzz", "water": "xxxxxxyyzz"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of three grids in two communities, with four nets and an operation on communities."""
    folder = tmp_path_factory.mktemp("nets")
    district = town(GRIDS, HOMES, people=100)
    tables = f"""
[[community]]
operation = "merge"
codes = ["{ONE}", "{TWO}"]
into = "{ONE}"
name = "合心社区"
reason = "户数不足"
[rules]
people = {{ min = 300, max = 1100, hard = true }}
service_radius_m = false
[plan]
total = 3
one_net = true
certify_s = 0
[repair]
overlap = "most_people"
gap = "longest_border"
"""
    for name, row in NETS.items():
        letters = row * 2
        units = sorted(set(letters))
        shapes = [
            dissolved(district.atoms.geometry[[i for i, x in enumerate(letters) if x == unit]])
            for unit in units
        ]
        frame = geopandas.GeoDataFrame({"BM": [f"{name}-{u}" for u in units]}, geometry=shapes, crs=CRS)
        frame.to_file(folder / f"{name}.geojson", driver="GeoJSON")
        tables += f'[layers.nets.{name}]\npath = "{name}.geojson"\nfields = {{ code = "BM" }}\n'
    write_town(folder, district, tables)
    done = run_program("run", folder / "config.toml", "--out", folder / "out")
    assert done.code == 0, done.complained + done.said
    return folder


def test_communities_are_merged_before_planning(folder: Path) -> None:
    communities = pyogrio.read_dataframe(folder / "out/shp/communities.shp", encoding="utf-8")
    assert communities.SQDM.tolist() == [ONE]
    assert communities.SQMC.tolist() == ["合心社区"]
    grids = pyogrio.read_dataframe(folder / "out/shp/grids.shp", encoding="utf-8")
    assert set(grids.SQDM) == {ONE}
    book = openpyxl.load_workbook(folder / "out/ledger.xlsx")
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "户数不足" in cells, "the approval table tells why"


def test_one_net_follows_the_lines_most_departments_draw(folder: Path) -> None:
    atoms = pyogrio.read_dataframe(folder / "out/shp/atoms.shp", encoding="utf-8")
    column = ((atoms.centroid.x - atoms.total_bounds[0]) // 100).astype(int)
    of_column = [set(atoms.WGBM[column == k]) for k in range(10)]
    assert all(len(codes) == 1 for codes in of_column)
    borders = [k for k in range(1, 10) if of_column[k] != of_column[k - 1]]
    assert borders == [3, 8], "not after column 4, where today's grids part"


def test_the_folder_is_true_and_tells_of_the_nets(folder: Path) -> None:
    verified = run_program("verify", folder / "out")
    assert verified.code == 0, verified.said
    report, book = folder / "check.json", folder / "check.xlsx"
    run_program("check", folder / "out/project.gpkg", "--json", report, "--xlsx", book)
    nets = json.loads(report.read_text(encoding="utf-8"))["nets"]
    assert set(nets["conflicts"]) == set(NETS)
    assert nets["posts_counted_twice"] == 12
    sheets = openpyxl.load_workbook(book).sheetnames
    assert len(sheets) >= 4 + len(NETS), "conflicts, masters, agreement, a crosswalk per net"


def test_one_net_is_a_scenario_of_a_project(folder: Path) -> None:
    project = folder / "town.gpkg"
    assert run_program("new", project, "--config", folder / "config.toml").code == 0
    done = run_program("plan", project, "--one-net", "--total", "3")
    assert done.code == 0, done.complained
    assert done.said.strip()
