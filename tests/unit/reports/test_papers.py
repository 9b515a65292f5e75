# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every paper is written, opened again and compared with the plan it speaks of."""

from __future__ import annotations

import base64
import csv
import json
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from gridplanner.errors import UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import change_totals, crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.request import PlanRequest
from gridplanner.reports.certificate import certificate_json, write_certificate
from gridplanner.reports.crosswalk import FIELDS, write_crosswalk
from gridplanner.reports.findings import findings_json, write_findings
from gridplanner.reports.forms import write_registration_forms
from gridplanner.reports.notice import write_notice
from gridplanner.reports.plan_document import write_plan_document
from gridplanner.reports.sheets import _screen_size
from gridplanner.reports.summary import build_summary, write_summary
from gridplanner.reports.workbook import write_workbook
from tests.builders import plan_of, town
from tests.unit.reports.conftest import RULES, division


def summary_of(outcome: Outcome) -> dict:
    return build_summary(outcome, seconds=1.0, cpu_seconds={"solve": 2.0}, outputs=["a"], seed=7)


def test_summary_has_exactly_the_keys_of_the_contract(outcome: Outcome, tmp_path: Path) -> None:
    summary = summary_of(outcome)
    assert list(summary) == [
        "version", "seed", "seconds", "cpu_seconds", "crs", "numbering", "communities", "atoms", "people",
        "households", "grids", "dedicated", "rules", "findings", "change", "certificate", "branches", "staff",
        "outputs",
    ]  # fmt: skip
    assert list(summary["cpu_seconds"]) == [
        "read",
        "check",
        "solve",
        "certify",
        "assign",
        "export",
        "compile",
    ]
    assert list(summary["rules"]) == [
        "people", "households", "service_radius", "contiguity", "nesting", "overlap", "gap", "code",
        "branch", "worker",
    ]  # fmt: skip
    assert summary["grids"] == {"before": 4, "after": 2} and summary["dedicated"] == {"before": 1, "after": 1}
    assert summary["rules"]["people"]["violations_before"] == 4
    assert summary["rules"]["people"]["violations_after"] == 0
    assert summary["branches"] == {
        "existing": 5, "kept": 3, "founded": 0, "joint": 0, "merged": 2, "dissolved": 0, "grids_without": 0,
    }  # fmt: skip
    assert summary["staff"] == {"workers_before": 5, "workers_needed": 2, "surplus": 3, "vacant": 0}
    change = summary["change"]
    assert sum(change[k] for k in ("kept", "merged", "split", "reshaped", "new")) == summary["grids"]["after"]
    write_summary(summary, tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == summary


def test_certificate_file(outcome: Outcome, tmp_path: Path) -> None:
    write_certificate(outcome.certificate, tmp_path / "c.json")
    read = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert read["objectives"] == ["grids", "pieces", "deviation"]
    assert set(read["parts"][0]) == {"community", "part", "people", "grids", "objective", "reason"}
    bound = read["total"]["pieces"]
    assert bound["gap"] == bound["value"] - bound["bound"] == 2
    broken = replace(
        outcome.certificate, total={"grids": replace(outcome.certificate.total["grids"], bound=float("nan"))}
    )
    assert certificate_json(broken)["total"]["grids"]["bound"] is None


def test_crosswalk_counts_each_atom_once(outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "crosswalk.csv"
    write_crosswalk(outcome, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == FIELDS
    atoms = outcome.district.atoms
    assert sum(int(r["atoms"]) for r in rows) == len(atoms)
    assert sum(int(r["people"]) for r in rows) == atoms.people.sum()
    assert sum(float(r["area_m2"]) for r in rows) == pytest.approx(atoms.area_m2.sum())
    assert all(len(r["old_code"]) == 15 for r in rows)
    assert not any(value.startswith("=") for row in rows for value in row.values())


def test_findings_files(tmp_path: Path) -> None:
    findings = (Finding("people", Severity.ERROR, "太少", "合并", hard=True, subjects=("a", "b"), value=3.0),)
    write_findings(findings, tmp_path / "f.csv")
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["subjects"], row["value"], row["limit"], row["hard"], row["severity"]) == (
        "a;b",
        "3",
        "",
        "true",
        "error",
    )
    (entry,) = json.loads(json.dumps(findings_json(findings), allow_nan=False))["findings"]
    assert entry["subjects"] == ["a", "b"] and entry["limit"] is None and list(entry) == list(row)


def test_workbook_holds_codes_as_text_and_no_formula_of_the_data(outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    write_workbook(outcome, path)
    book = openpyxl.load_workbook(path)
    register = book["网格一览表"]
    codes = [cell.value for cell in register["D"][3:6]]
    assert all(isinstance(code, str) and len(code) == 15 for code in codes)
    names = [cell for cell in register["E"] if cell.value and str(cell.value).startswith("=HYPER")]
    assert names and all(cell.data_type == "s" for cell in names)
    for sheet in book:
        formulas = [c.value for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        assert all(text.startswith("=SUBTOTAL(109,") for text in formulas)
        assert sheet.sheet_state == "hidden" or (sheet.page_setup.paperSize == 8 and sheet.freeze_panes)
    with zipfile.ZipFile(path) as archive:
        assert sum(name.startswith("xl/charts/chart") for name in archive.namelist()) == 3


def test_names_and_phones_appear_only_by_switch(outcome: Outcome, tmp_path: Path) -> None:
    for phones in (False, True):
        path = tmp_path / f"{phones}.xlsx"
        write_workbook(replace(outcome, phones=phones), path)
        with zipfile.ZipFile(path) as archive:
            text = archive.read("xl/sharedStrings.xml").decode("utf-8")
        assert [word in text for word in ("钱示明", "19900000000", "赵示盛")] == [phones] * 3


def test_hostile_names_stay_text_everywhere(hostile: Outcome, tmp_path: Path) -> None:
    write_workbook(hostile, tmp_path / "l.xlsx")
    write_plan_document(hostile, tmp_path / "p.docx")
    write_crosswalk(hostile, tmp_path / "c.csv")
    assert "<b>粗</b>&amp;" in [
        cell.value for cell in openpyxl.load_workbook(tmp_path / "l.xlsx")["网格一览表"]["E"]
    ]
    text = "\n".join(
        c.text for t in docx.Document(tmp_path / "p.docx").tables for row in t.rows for c in row.cells
    )
    assert "<b>粗</b>&amp;" in text and "\x00" not in text
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell[:1] in "=+@\t" and cell for cell in cells)


def test_plan_document_says_what_the_plan_says(outcome: Outcome, tmp_path: Path) -> None:
    write_plan_document(outcome, tmp_path / "plan.docx")
    document = docx.Document(tmp_path / "plan.docx")
    text = "\n".join(p.text for p in document.paragraphs)
    assert "示意区网格调整方案" in text and "示意数据" in text
    assert "综合网格4个" in text and "综合网格2个" in text and "{" not in text
    assert len(document.tables) >= 8


def test_template_with_an_unknown_field_is_refused(outcome: Outcome, tmp_path: Path) -> None:
    template = tmp_path / "t.toml"
    template.write_text('[[section]]\ntitle = "x"\nparagraphs = ["{grids_befor}"]\n', encoding="utf-8")
    with pytest.raises(UserError, match="grids_before"):
        write_plan_document(outcome, tmp_path / "p.docx", template=template)
    template.write_text('[[section]]\ntitle = "x"\ntables = ["overvew"]\n', encoding="utf-8")
    with pytest.raises(UserError, match="overview"):
        write_plan_document(outcome, tmp_path / "p.docx", template=template)


def test_papers_of_a_plan_from_nothing(tmp_path: Path) -> None:
    district = town("...\n...", people=0)
    today = district.plan_today()
    plan = plan_of(district, "aab\naab")
    outcome = Outcome(
        district=district,
        rules=RULES,
        request=PlanRequest(),
        before=division(district, today),
        after=division(district, plan),
        pairs=crosswalk(district.atoms, today, plan),
        change=change_totals(district.atoms, today, plan),
        certificate=Certificate(),
        title="从零规划",
        made_on="2026-11-21",
    )
    summary = summary_of(outcome)
    assert summary["change"]["new"] == 2 and summary["grids"] == {"before": 0, "after": 2}
    assert summary["certificate"] == {} and summary["branches"]["grids_without"] == 2
    json.dumps(summary, allow_nan=False)
    write_workbook(outcome, tmp_path / "l.xlsx")
    write_plan_document(outcome, tmp_path / "p.docx")
    write_registration_forms(outcome, tmp_path / "f.docx")
    write_notice(outcome, tmp_path / "n.docx")
    write_crosswalk(outcome, tmp_path / "c.csv")
    text = "\n".join(p.text for p in docx.Document(tmp_path / "p.docx").paragraphs)
    assert "未要求论证" in text and "nan" not in text
    assert len((tmp_path / "c.csv").read_text(encoding="utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_papers_speak_one_language(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", language)
    write_workbook(outcome, tmp_path / "l.xlsx")
    titles = [sheet.title for sheet in openpyxl.load_workbook(tmp_path / "l.xlsx")]
    assert ("Register" in titles) == (language == "en") and ("网格一览表" in titles) == (language == "zh_CN")
    write_plan_document(outcome, tmp_path / "p.docx")
    text = "\n".join(p.text for p in docx.Document(tmp_path / "p.docx").paragraphs)
    assert ("划分标准" in text) == (language == "zh_CN") and ("Standard" in text) == (language == "en")


def test_the_chart_of_the_organisation_prints_whole_on_a_page_of_its_own(outcome, tmp_path):
    # The smallest whole PNG: one white dot.
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8//8/AwAI/AL+p5qgoAAAAABJRU5ErkJggg=="
    chart = tmp_path / "organisation.png"
    chart.write_bytes(base64.b64decode(dot))
    write_workbook(outcome, tmp_path / "l.xlsx", chart)
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    sheet = book["组织架构图"]
    assert len(sheet._images) == 1 and "组织架构" in book.sheetnames
    anchor = sheet._images[0].anchor._from
    columns, rows = range_boundaries(sheet.print_area.split("!")[-1])[2:]
    assert (anchor.col, anchor.row) == (0, 0) and columns >= 1 and rows >= 1
    # One page wide and one high is what a workbook means that states neither.
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth is None and sheet.page_setup.fitToHeight is None


def test_a_picture_is_measured_as_a_spreadsheet_shows_it(tmp_path):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 2480, 1754) + bytes(9)
    (tmp_path / "p.png").write_bytes(head + struct.pack(">I4sIIB", 9, b"pHYs", 5906, 5906, 1))
    assert _screen_size(tmp_path / "p.png") == (1588, 1123)
