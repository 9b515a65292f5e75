# SPDX-License-Identifier: LGPL-3.0-or-later
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.maps.town import town
from gridplanner.cli.parser import build_parser, run_command
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.maps.book import sheet_makers
from gridplanner.maps.options import PAPERS, MapOptions
from gridplanner.maps.scene import Scene
from gridplanner.model.certificate import Certificate
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.workspace.handover.papers import SheetRequest, draw_sheets, sheets_of, write_one


@pytest.fixture(scope="module")
def outcome(qapp):
    return town(seed=3, communities=4, olds=20, news=14, atoms=200)


@pytest.fixture
def project(outcome, tmp_path):
    path = tmp_path / "p.gpkg"
    plan = outcome.after.plan.renamed("方案一")
    micro = replace(plan.renamed("微网格"), grids=tuple(replace(g, code="", name="") for g in plan.grids))
    scenarios = {p.name: Scenario(p, Certificate()) for p in (plan, micro)}
    contents = ProjectContents(
        outcome.district, outcome.rules, outcome.request, scenarios=scenarios, current="方案一"
    )
    save_project(path, contents)
    return path


def test_the_command_line_knows_every_kind_of_sheet_and_paper(outcome):
    text = build_parser()._subparsers._group_actions[0].choices["sheet"].format_help()
    for kind in sheet_makers(Scene.of(outcome, MapOptions()), "A3", ""):
        assert kind in text
    assert all(paper in text for paper in PAPERS)


def test_one_sheet_of_a_project_as_pdf_png_and_svg(project, tmp_path, capsys):
    for ending in ("pdf", "svg", "png"):
        out = tmp_path / f"walk.{ending}"
        grid = open_project(project).scenarios["方案一"].plan.grids[0].code
        arguments = ["sheet", str(project), "walk", "--of", grid, "--paper", "A4", "--out", str(out)]
        assert run_command(arguments) == 0
        assert out.stat().st_size > 1000 and str(out) in capsys.readouterr().out


def test_a_wall_map_is_cut_into_pages_of_the_office_printer(outcome):
    pages = sheets_of(outcome, MapOptions(), SheetRequest("district", paper="A1", tiles="A3"))
    assert len(pages) > 1 and {(p.width, p.height) for p in pages} <= {(297, 420), (420, 297)}


def test_unknown_places_and_kinds_are_refused(project, tmp_path):
    with pytest.raises(UserError, match="没有"):
        draw_sheets(project, SheetRequest("street", "月球"), tmp_path / "a.pdf")
    with pytest.raises(UserError, match="globe"):
        draw_sheets(project, SheetRequest("globe"), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == [project]


def test_the_office_register_goes_out_and_comes_back(project, tmp_path, capsys):
    template = tmp_path / "表样.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["网格编码", "网格名称", "人口", "备注"])
    book.save(template)
    out = tmp_path / "台账.xlsx"
    assert run_command(["register", str(project), "--template", str(template), "--out", str(out)]) == 0
    book = openpyxl.load_workbook(out)
    sheet = book.active
    code = sheet.cell(2, 1).value
    sheet.cell(2, 2).value, sheet.cell(2, 4).value = "新名称网格", "=1+1"
    sheet.append(["999", "没有的网格", 1, ""])
    book.save(out)
    capsys.readouterr()
    assert run_command(["register", str(project), "--take", str(out)]) == 1
    assert "更新1个网格" in (said := capsys.readouterr().out) and "999" in said
    grids = {g.code: g for g in open_project(project).scenarios["方案一"].plan.grids}
    assert grids[code].name == "新名称网格"
    assert open_project(project).current == "方案一"


def test_a_register_needs_a_template_or_a_filled_one(project):
    with pytest.raises(UserError, match="--template"):
        run_command(["register", str(project)])


def test_plans_side_by_side_as_a_workbook(project, tmp_path):
    out = tmp_path / "对比.xlsx"
    assert run_command(["compare", str(project), "-", "方案一", "微网格", "--xlsx", str(out), "--quiet"]) == 0
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [sheet.cell(3, column).value for column in (2, 3, 4)] == ["现状", "方案一", "微网格"]


def test_the_level_below_continues_the_codes_above(project):
    assert run_command(["number", str(project), "微网格", "--digits", "2", "--quiet"]) == 0
    contents = open_project(project)
    above = {g.code for g in contents.scenarios["方案一"].plan.grids}
    below = [g.code for g in contents.scenarios["微网格"].plan.grids]
    assert len(set(below)) == len(below) and {code[:-2] for code in below} == above
    with pytest.raises(UserError, match="微网格"):
        run_command(["number", str(project), "方案一"])


def test_a_file_that_comes_out_broken_leaves_the_old_one(tmp_path):
    out = tmp_path / "a.xlsx"
    out.write_bytes(b"old")

    def cut_off(part: Path) -> None:
        part.write_bytes(b"PK\x03\x04 cut off")

    with pytest.raises(UserError, match="未能完整写出"):
        write_one(out, cut_off)
    assert out.read_bytes() == b"old" and list(tmp_path.iterdir()) == [out]


def test_a_grids_colour_is_kept_in_the_project_and_checked(outcome, project):
    from gridplanner.workspace.commands import EditGrid

    contents = open_project(project)
    plan = EditGrid(0, colour="#aabbcc").apply(contents.scenarios["方案一"].plan, contents.district)
    save_project(project, replace(contents, scenarios={"方案一": Scenario(plan, Certificate())}))
    assert open_project(project).scenarios["方案一"].plan.grids[0].colour == "#aabbcc"
    with pytest.raises(UserError, match="rrggbb"):
        EditGrid(0, colour="red;}").apply(plan, contents.district)
