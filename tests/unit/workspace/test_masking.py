# SPDX-License-Identifier: LGPL-3.0-or-later
"""Counts under five leave the office in no file; with the switch off nothing changes."""

import csv
import os
from dataclasses import replace

import numpy as np
import openpyxl
import pyogrio
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.maps.town import town
from gridplanner.errors import UserError
from gridplanner.io.writing import write_vector
from gridplanner.maps.book import make_sheets
from gridplanner.maps.marks import Text
from gridplanner.maps.options import MapOptions
from gridplanner.reports.buildings import write_buildings
from gridplanner.reports.crosswalk import write_crosswalk
from gridplanner.reports.workbook import write_workbook
from gridplanner.verify.report import verify_folder
from gridplanner.workspace.config import config_from_table
from gridplanner.workspace.handover.output_layers import output_layers


@pytest.fixture(scope="module")
def outcome(qapp):
    whole = town(seed=3, communities=4, olds=20, news=14, atoms=200)
    buildings = whole.district.buildings
    few = np.where(np.arange(len(buildings)) % 3 == 0, 2, buildings.people)
    atoms = replace(whole.district.atoms, people=np.where(whole.district.atoms.people > 100, 3, 7))
    district = replace(whole.district, buildings=replace(buildings, people=few), atoms=atoms)
    pairs = replace(whole.pairs, people=np.minimum(whole.pairs.people, 4))
    return replace(whole, district=district, pairs=pairs, mask_below=5)


def numbers(cells):
    return {int(cell) for cell in cells if str(cell).isdigit()}


def test_ledgers_hide_small_counts(outcome, tmp_path):
    write_crosswalk(outcome, tmp_path / "c.csv")
    write_buildings(outcome, tmp_path / "b.csv")
    write_workbook(outcome, tmp_path / "l.xlsx")
    with (tmp_path / "c.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["people"] for row in rows} <= {"0", "<5"} and any(row["people"] == "<5" for row in rows)
    with (tmp_path / "b.csv").open(encoding="utf-8-sig") as file:
        shown = {row["人口"] for row in csv.DictReader(file)}
    assert "<5" in shown and not numbers(shown) & {1, 2, 3, 4}
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    for sheet in book.worksheets:
        heads = {c.column: c.value for row in sheet.iter_rows(min_row=3, max_row=3) for c in row}
        for column, head in heads.items():
            if head in ("人口", "户数"):
                cells = [sheet.cell(row, column).value for row in range(4, sheet.max_row + 1)]
                assert not numbers(c for c in cells if isinstance(c, int)) & {1, 2, 3, 4}, sheet.title


@pytest.mark.parametrize("form", ["shp", "gpkg", "geojson"])
def test_layers_leave_small_counts_empty(outcome, tmp_path, form):
    layer = output_layers(outcome)["atoms"]
    path = tmp_path / f"atoms.{form}"
    write_vector(layer, path, outcome.district.crs, format=form)
    read = pyogrio.read_dataframe(path)["RK"]
    assert read.isna().any() and set(read.dropna().astype(int)) == {7}
    assert len(read) == len(layer)


def test_lists_on_maps_hide_small_counts(outcome):
    sheets = make_sheets("walk", outcome, MapOptions(paper="A4"), outcome.after.plan.grids[0].code)
    said = [m.text for sheet in sheets for m in sheet.marks if isinstance(m, Text)]
    assert "<5" in said


def test_switched_off_everything_is_as_it_was(outcome):
    plain = replace(outcome, mask_below=0)
    assert output_layers(plain)["atoms"].fields["RK"] is outcome.district.atoms.people


def test_the_configuration_names_the_limit():
    layers = {"buildings": {"path": "b.shp"}}
    assert (
        config_from_table({"layers": layers, "export": {"mask_below": 5}}, None, "x").export.mask_below == 5
    )
    for wrong in (-1, 1000, True, "5"):
        with pytest.raises(UserError, match="mask_below"):
            config_from_table({"layers": layers, "export": {"mask_below": wrong}}, None, "x")


def test_verify_says_that_it_cannot_check_hidden_counts(tmp_path, monkeypatch):
    class Output:
        config = {"export": {"mask_below": 5}}  # noqa: RUF012 - read only

    monkeypatch.setattr("gridplanner.verify.report.read_output", lambda _folder: Output())
    with pytest.raises(UserError, match="mask_below"):
        verify_folder(tmp_path)
