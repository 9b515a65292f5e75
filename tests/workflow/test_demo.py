# SPDX-License-Identifier: LGPL-3.0-or-later
"""The main job on the sample district, judged by what lies in its folder."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapefile

from tests.workflow.conftest import Finished, run_program

GRID_FIELDS = [
    "XZQDM",
    "JDDM",
    "JDMC",
    "SQDM",
    "SQMC",
    "SQLX",
    "WGBM",
    "WGMC",
    "WGLX",
    "ZSLX",
    "WGCJ",
    "SJBM",
    "HS",
    "RK",
    "MJ",
    "LDS",
    "FWBJ",
    "FWDX",
    "FWDY",
    "WGY",
    "DZBBM",
    "DZBMC",
    "DZBLX",
    "DZBSJ",
    "DYRS",
    "YBM",
    "BGLX",
    "CSRQ",
    "SZ_D",
    "SZ_N",
    "SZ_X",
    "SZ_B",
    "BZ",
]
OUTPUTS = [
    "project.gpkg",
    "summary.json",
    "certificate.json",
    "grids.gpkg",
    "grids.geojson",
    "ledger.xlsx",
    "plan.docx",
    "crosswalk.csv",
    "findings.csv",
    "config.toml",
    "maps/district.pdf",
    "maps/atlas.pdf",
    "maps/change.pdf",
    "maps/district.png",
    "web/map.html",
    "shp/grids.shp",
    "shp/grids_before.shp",
    "shp/atoms.shp",
    "shp/buildings.shp",
    "shp/communities.shp",
]


@pytest.fixture(scope="session")
def summary(demo: Finished) -> dict[str, Any]:
    return json.loads((demo.out / "summary.json").read_text(encoding="utf-8"))


def rows(demo: Finished, name: str) -> list[dict[str, Any]]:
    with shapefile.Reader(str(demo.out / "shp" / name), encoding="utf-8") as reader:
        return [record.as_dict() for record in reader.iterRecords()]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_demo_ends_well_and_every_output_is_there(demo: Finished) -> None:
    assert demo.code == 0, demo.said + demo.complained
    missing = [name for name in OUTPUTS if not (demo.out / name).is_file()]
    assert not missing


def test_288_general_grids_and_no_hard_rule_broken(demo: Finished, summary: dict[str, Any]) -> None:
    assert summary["grids"] == {"before": 412, "after": 288}
    assert summary["dedicated"] == {"before": 14, "after": 14}
    broken = {
        n: r["violations_after"] for n, r in summary["rules"].items() if r["hard"] and r["violations_after"]
    }
    assert not broken
    people = [r["RK"] for r in rows(demo, "grids") if r["WGLX"] == "综合"]
    assert len(people) == 288
    assert min(people) >= 1000
    assert max(people) <= 2000


def test_fields_are_those_of_the_contract_in_order(demo: Finished) -> None:
    with shapefile.Reader(str(demo.out / "shp" / "grids"), encoding="utf-8") as reader:
        assert [f[0] for f in reader.fields[1:]] == GRID_FIELDS


def test_people_are_the_same_in_every_file(demo: Finished, summary: dict[str, Any]) -> None:
    for name in ("grids", "atoms", "communities", "buildings"):
        assert sum(r["RK"] for r in rows(demo, name)) == summary["people"], name
        assert sum(r["HS"] for r in rows(demo, name)) == summary["households"], name
    pairs = read_csv(demo.out / "crosswalk.csv")
    assert sum(int(r["people"]) for r in pairs) == summary["people"]
    in_gaps = sum(int(r["people"]) for r in pairs if not r["old_code"])
    assert in_gaps > 0, "the sample has people on blank land"
    assert sum(r["RK"] for r in rows(demo, "grids_before")) == summary["people"] - in_gaps


def test_each_grid_has_code_name_worker_and_leading_branch(demo: Finished) -> None:
    grids = rows(demo, "grids")
    codes = [r["WGBM"] for r in grids]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"\d{15}", code) for code in codes)
    assert all(r["WGBM"].startswith(r["SQDM"]) for r in grids)
    assert all(r["WGMC"] and r["DZBMC"] for r in grids)
    workers = [r["WGY"] for r in grids if r["WGLX"] == "综合"]
    assert all(workers)


def test_atoms_agree_with_the_crosswalk(demo: Finished) -> None:
    pairs = Counter((r["YWGBM"], r["WGBM"]) for r in rows(demo, "atoms"))
    stated = {(r["old_code"], r["new_code"]): int(r["atoms"]) for r in read_csv(demo.out / "crosswalk.csv")}
    assert stated == dict(pairs)


def test_change_adds_up(summary: dict[str, Any]) -> None:
    change = summary["change"]
    assert sum(change[k] for k in ("kept", "merged", "split", "reshaped", "new")) == summary["grids"]["after"]


def test_certificate_never_claims_more_than_the_plan(demo: Finished, summary: dict[str, Any]) -> None:
    certificate = json.loads((demo.out / "certificate.json").read_text(encoding="utf-8"))
    assert certificate["objectives"] == ["grids", "pieces", "deviation"]
    for name in certificate["objectives"]:
        total = certificate["total"][name]
        assert total["bound"] <= total["value"] + 1e-9
        assert total["gap"] == pytest.approx(total["value"] - total["bound"], abs=1e-9)
    for name in ("grids", "pieces"):
        parts = [p["objective"][name]["value"] for p in certificate["parts"]]
        assert sum(parts) == certificate["total"][name]["value"]
    assert certificate["total"]["pieces"]["value"] == summary["change"]["pieces"]


def test_project_and_geopackage_pass_sqlite_and_the_geopackage_tables(demo: Finished) -> None:
    for name in ("project.gpkg", "grids.gpkg"):
        with closing(sqlite3.connect(demo.out / name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            layers = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
        assert "grids" in layers
    assert "gridplanner_meta" not in layers


def test_ledger_codes_are_text_and_only_our_own_totals_are_formulas(demo: Finished) -> None:
    book = openpyxl.load_workbook(demo.out / "ledger.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    formulas = {str(c.value) for c in cells if c.data_type == "f"}
    assert all(re.fullmatch(r"=SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)", formula) for formula in formulas)
    values = {str(c.value) for c in cells if c.data_type == "s"}
    assert {r["WGBM"] for r in rows(demo, "grids")} <= values


def test_plan_document_speaks_of_the_result(demo: Finished) -> None:
    with zipfile.ZipFile(demo.out / "plan.docx") as archive:
        assert archive.testzip() is None
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode("utf-8"))
    assert "288" in text
    assert "412" in text
    assert "示意数据" in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler-utils)")
@pytest.mark.parametrize("name", ["district", "atlas", "change"])
def test_chinese_text_of_the_maps_can_be_searched(demo: Finished, name: str) -> None:
    done = subprocess.run(
        ["pdftotext", "-layout", str(demo.out / "maps" / f"{name}.pdf"), "-"], capture_output=True, check=True
    )
    text = done.stdout.decode("utf-8")
    assert "网格" in text
    assert "示意数据" in text
    assert not any("\u2f00" <= c <= "\u2fdf" for c in text), "Kangxi radicals instead of hanzi"


def test_web_map_asks_nobody(demo: Finished) -> None:
    page = (demo.out / "web" / "map.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert len(page.encode()) < 3_000_000


def test_independent_verifier_finds_every_claim_true(demo: Finished) -> None:
    done = run_program("verify", demo.out)
    assert done.code == 0, done.said + done.complained


def test_verifier_refuses_a_folder_with_one_number_changed(demo: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo.out, copy)
    summary = json.loads((copy / "summary.json").read_text(encoding="utf-8"))
    summary["change"]["people_moved"] -= 1
    (copy / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert run_program("verify", copy).code == 1


def test_findings_file_has_the_columns_of_the_contract(demo: Finished) -> None:
    with (demo.out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert header == (
        [
            "rule",
            "severity",
            "hard",
            "subject_kind",
            "subjects",
            "value",
            "limit",
            "unit",
            "people",
            "count",
            "x",
            "y",
            "text",
            "remedy",
            "waiver",
        ]
    )
