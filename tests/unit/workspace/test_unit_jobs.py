# SPDX-License-Identifier: LGPL-3.0-or-later
"""The commands `mend` and `community`: on a project, on loose layers, and what they refuse."""

from __future__ import annotations

import csv
from pathlib import Path

import docx
import openpyxl
import pyogrio
import pytest
import shapely

from gridplanner.cli.parser import run_command
from gridplanner.errors import UserError
from gridplanner.geometry.defects import coverage_defects
from gridplanner.io.project.project import open_project, save_project
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from tests.builders import CRS, ORIGIN, objects, town
from tests.unit.workspace.test_mending import overlapping

ONE, TWO = "511902001001", "511902001002"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "p.gpkg"
    save_project(path, ProjectContents(overlapping(), RuleSet(), PlanRequest()))
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two communities of two grids each."""
    path = tmp_path / "two.gpkg"
    district = town("AABBCCDD\nAABBCCDD", "aaaabbbb\naaaabbbb", people=100)
    save_project(path, ProjectContents(district, RuleSet(people=Band(200, 500)), PlanRequest()))
    return path


def test_proposals_are_listed_and_nothing_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = project.read_bytes()
    assert run_command(["mend", str(project)]) == 0
    said = capsys.readouterr().out
    assert "A网格" in said
    assert "30" in said
    assert project.read_bytes() == before


def test_a_project_is_mended_by_number_with_another_keeper(project: Path) -> None:
    code = open_project(project).district.grids_before[1].code
    assert run_command(["mend", str(project), "--accept", f"1={code}"]) == 0
    contents = open_project(project)
    assert contents.district.atoms.old_grid.tolist() == [0, 0, 1, 1]
    assert coverage_defects(contents.district.grids_before_geometry) == ()
    assert "GridPatch" in contents.journal[-1].action


def test_by_class_and_all(project: Path) -> None:
    with pytest.raises(UserError):
        run_command(["mend", str(project), "--class", "fill"])
    assert run_command(["mend", str(project), "--all", "--quiet"]) == 0


@pytest.mark.parametrize("accept", ["x", "0-", "9", "1=nobody", "0"])
def test_a_number_that_names_nothing_is_refused(project: Path, accept: str) -> None:
    with pytest.raises(UserError):
        run_command(["mend", str(project), "--accept", accept])


def test_loose_layers_go_into_a_new_layer_with_a_log(tmp_path: Path) -> None:
    x, y = ORIGIN
    shapes = objects([shapely.box(x, y, x + 100, y + 100), shapely.box(x + 80, y, x + 200, y + 100)])
    fields = {"WGBM": objects(["519999001001001", "519999001001002"]), "RK": objects(["10", "20"])}
    source, out = tmp_path / "grids.shp", tmp_path / "mended.gpkg"
    write_vector(Layer("grids", "", shapes, fields), source, CRS, format="shp")
    untouched = source.read_bytes()
    with pytest.raises(UserError):
        run_command(["mend", str(source), "--all"])
    assert run_command(["mend", str(source), "--all", "--out", str(out), "--quiet"]) == 0
    assert source.read_bytes() == untouched
    mended = pyogrio.read_dataframe(out)
    assert sorted(mended.area.round().tolist()) == [8_000, 12_000]
    assert not coverage_defects(objects(mended.geometry))
    with Path(f"{out}.log.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["state"], row["action"], row["fault"], row["area_m2"]) == (
        "done",
        "give",
        "overlap",
        "2000.0",
    )


def test_communities_are_listed_merged_planned_anew_and_approved(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["community", str(two), "list"]) == 0
    assert ONE in capsys.readouterr().out
    with pytest.raises(UserError):
        run_command(["community", str(two), "papers", "--out", str(tmp_path)])
    assert run_command(["community", str(two), "merge", ONE, TWO, "--reason", "规模过小", "--replan"]) == 0
    contents = open_project(two)
    assert contents.district.communities.codes.tolist() == [ONE]
    assert [r.reason for r in contents.district.reforms] == ["规模过小"]
    plan = contents.scenarios[contents.current].plan
    assert all(record.code.startswith(ONE) for record in plan.grids)
    assert run_command(["community", str(two), "papers", "--out", str(tmp_path / "papers")]) == 0
    text = "\n".join(
        cell.text
        for table in docx.Document(str(tmp_path / "papers" / "communities.docx")).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "规模过小" in text
    assert TWO in text
    sheet = openpyxl.load_workbook(tmp_path / "papers" / "communities.xlsx").worksheets[0]
    assert any("规模过小" in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_a_community_is_split_adjusted_created_and_converted(two: Path) -> None:
    codes = [record.code for record in open_project(two).district.grids_before]
    assert run_command(["community", str(two), "split", ONE, "--take", codes[1], "--name", "新苑"]) == 0
    assert run_command(["community", str(two), "adjust", "511902001003", "--take", codes[2]]) == 0
    assert run_command(["community", str(two), "create", "--take", "T00001", "--name", "一楼"]) == 0
    assert run_command(["community", str(two), "convert", TWO, "--name", "河西社区"]) == 0
    district = open_project(two).district
    assert [r.action.value for r in district.reforms] == ["分", "调", "建", "改"]
    assert sorted(district.communities.names.tolist()) == sorted(["示意a社区", "河西社区", "新苑", "一楼"])


def test_any_layer_of_areas_can_be_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x, y = ORIGIN
    shapes = objects([shapely.box(x, y, x + 100, y + 100), shapely.box(x + 90, y, x + 200, y + 100)])
    source = tmp_path / "communities.shp"
    fields = {"SQDM": objects([ONE, TWO]), "SQMC": objects(["甲社区", "乙社区"])}
    write_vector(Layer("communities", "", shapes, fields), source, CRS, format="shp")
    assert run_command(["mend", str(source)]) == 0
    assert "1,000.0" in capsys.readouterr().out
