# SPDX-License-Identifier: LGPL-3.0-or-later
"""Papers for offices: their own register, registration forms, the notice, the tree."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.styles import Font

from gridplanner.errors import UserError
from gridplanner.model.outcome import Outcome
from gridplanner.model.staffing import TEAM_TEMPLATES, StaffingRules
from gridplanner.reports.buildings import write_buildings
from gridplanner.reports.comparison import write_comparison
from gridplanner.reports.forms import write_registration_forms
from gridplanner.reports.matrix import people_blocks
from gridplanner.reports.notice import write_notice
from gridplanner.reports.office_register import apply_register, fill_register, read_register
from gridplanner.reports.organisation import organisation_table
from gridplanner.reports.workbook import write_workbook


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """An office's form: title over merged cells, own column order, an unknown column, an example row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.merge_cells("A1:G1")
    sheet["A1"] = "某街道网格一览表"
    sheet.append(["备 注", "网格名称", "网格编码", "分管领导", "人口数（人）", "四至范围", "东至"])
    sheet.append(["示例", "示例网格", "1", "某某", 1, "", ""])
    sheet["B3"].font = Font(name="楷体", size=14)
    sheet.append(["合计", None, None, None, 1, None, None])
    path = tmp_path / "template.xlsx"
    book.save(path)
    return path


def test_register_is_filled_in_the_offices_own_columns(
    outcome: Outcome, template: Path, tmp_path: Path
) -> None:
    filled = tmp_path / "filled.xlsx"
    fill_register(outcome, template, filled)
    sheet = openpyxl.load_workbook(filled).active
    assert sheet["A1"].value == "某街道网格一览表" and sheet.max_row == 2 + outcome.after.plan.n_grids
    codes = [cell.value for cell in sheet["C"][2:]]
    assert codes == sorted(record.code for record in outcome.after.plan.grids)
    assert all(cell.data_type == "s" for cell in sheet["C"][2:])
    assert [cell.value for cell in sheet["D"][2:]] == [None] * 3
    assert sheet["B4"].font.name == "楷体" and sheet["B4"].data_type == "s"
    assert sheet["F3"].value == "东至人民路；南至清水河；西至区界；北至第2网格界"


def test_register_comes_back_unchanged_and_with_changes(
    outcome: Outcome, template: Path, tmp_path: Path
) -> None:
    filled = tmp_path / "filled.xlsx"
    fill_register(outcome, template, filled)
    plan = outcome.after.plan
    same, findings = apply_register(plan, read_register(filled))
    assert same.grids == plan.grids and findings == ()
    book = openpyxl.load_workbook(filled)
    sheet = book.active
    sheet["B3"], sheet["A3"], sheet["G3"] = "新名称网格", "走线后更正", "新华路"
    sheet["C4"] = "999"
    book.save(filled)
    changed, findings = apply_register(plan, read_register(filled))
    record = next(r for r in changed.grids if r.code == sheet["C3"].value)
    assert (record.name, record.note, record.limits[0]) == ("新名称网格", "走线后更正", "新华路")
    assert record.limits[1:] == plan.grids[0].limits[1:]
    assert [f.subjects for f in findings] == [("999",)] and "第4行" in findings[0].text


def test_our_own_workbook_can_be_read_back(outcome: Outcome, tmp_path: Path) -> None:
    write_workbook(outcome, tmp_path / "ledger.xlsx")
    plan, findings = apply_register(outcome.after.plan, read_register(tmp_path / "ledger.xlsx"))
    assert plan.grids == outcome.after.plan.grids and findings == ()


def test_templates_that_cannot_be_used_are_refused(outcome: Outcome, tmp_path: Path) -> None:
    empty = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(empty)
    with pytest.raises(UserError, match="表头"):
        fill_register(outcome, empty, tmp_path / "x.xlsx")
    with pytest.raises(UserError, match="网格编码"):
        read_register(empty)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(UserError, match=r"broken\.xlsx"):
        read_register(broken)


@pytest.mark.parametrize("team", sorted(TEAM_TEMPLATES))
def test_registration_forms_one_per_grid_with_the_team(outcome: Outcome, tmp_path: Path, team: str) -> None:
    write_registration_forms(replace(outcome, team=team), tmp_path / "forms.docx")
    tables = docx.Document(tmp_path / "forms.docx").tables
    assert len(tables) == outcome.after.plan.n_grids
    first = " ".join(cell.text for row in tables[0].rows for cell in row.cells)
    assert all(role in first for role in TEAM_TEMPLATES[team])
    assert "人民路" in first and "街道（镇）意见" in first and "钱示明" not in first


def test_notice_never_names_a_person(outcome: Outcome, tmp_path: Path) -> None:
    write_notice(replace(outcome, phones=True), tmp_path / "n.docx", community=0)
    document = docx.Document(tmp_path / "n.docx")
    text = "\n".join(p.text for p in document.paragraphs)
    text += "\n".join(c.text for t in document.tables for row in t.rows for c in row.cells)
    assert "示意a社区网格划分调整的公示" in text and "综合网格2个" in text
    for secret in ("钱示明", "Y0", "19900000000", "赵示盛", "党支部"):
        assert secret not in text
    assert len(document.tables[0].rows) == 3


def test_organisation_tree_adds_up(outcome: Outcome) -> None:
    table = organisation_table(outcome)
    standing = [b for b in outcome.after.plan.branches if b.status not in ("merge", "dissolve")]
    roots = [row for row in table.rows if not str(row[1]).startswith("　")]
    assert sum(int(row[3]) for row in roots) == sum(b.full_members for b in standing)


def test_plans_side_by_side_conserve_people(outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "compare.xlsx"
    today = replace(outcome, after=outcome.before)
    write_comparison(
        {"现状": today, "方案[1]: a/b?" + "长" * 40: outcome}, path, StaffingRules(worker_cost=30_000)
    )
    book = openpyxl.load_workbook(path)
    numbers = {
        row[0].value: [cell.value for cell in row[1:3]] for row in book["方案对比"].iter_rows(min_row=4)
    }
    assert numbers["综合网格"] == [4, 2] and numbers["网格员年度经费"] == [120_000, 60_000]
    blocks = people_blocks(outcome.district.atoms, outcome.before.plan, outcome.after.plan)
    assert sum(int(block.people.sum()) for block in blocks) == outcome.district.atoms.people.sum()
    assert len(book.sheetnames) == 4


def test_every_building_finds_what_changes_for_it(outcome: Outcome, tmp_path: Path) -> None:
    write_buildings(outcome, tmp_path / "all.csv")
    write_buildings(outcome, tmp_path / "changed.csv", only_changed=True)
    everything, changed = (
        list(csv.DictReader((tmp_path / name).open(encoding="utf-8-sig", newline="")))
        for name in ("all.csv", "changed.csv")
    )
    assert len(everything) == len(outcome.district.buildings)
    codes = {b["楼栋编码"]: (b["原网格编码"], b["新网格编码"]) for b in everything}
    plan, today = outcome.after.plan, outcome.before.plan
    for code, atom in zip(outcome.district.buildings.codes, outcome.district.buildings.atom, strict=True):
        pair = (today.grids[today.assignment[atom]].code, plan.grids[plan.assignment[atom]].code)
        assert codes[code] == pair
    assert [b["楼栋编码"] for b in everything if b["变化内容"] != "不变"] == [b["楼栋编码"] for b in changed]
