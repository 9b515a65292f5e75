# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows of the ledger that found no building: counted, placed by hand, remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from gridplanner.errors import UserError
from gridplanner.io.homes import with_homes
from gridplanner.io.people import join_people
from gridplanner.io.placements import read_placements
from gridplanner.io.project.project import open_project, save_project
from gridplanner.model.certificate import Certificate
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import unplaced_rows, unplaced_totals
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.reports.by_community import community_totals_table
from gridplanner.reports.workbook import write_workbook
from gridplanner.workspace.handover.output_layers import output_layers
from gridplanner.workspace.intake.ledger import (
    building_named,
    building_near,
    place_ledger_row,
    read_placement_table,
    remember_beside,
    write_unplaced,
)
from gridplanner.workspace.intake.ledger_places import with_row_placed, with_row_taken_back
from gridplanner.workspace.usecases import compare
from tests.builders import objects, town


@pytest.fixture
def contents() -> ProjectContents:
    """A town of two communities with a ledger of four rows, three of which found no building."""
    district = town("AAB\nAAB", "XXY\nXXY", estates="abb\nabb")
    communities = Layer(
        "communities",
        "communities.shp",
        district.communities.geometry,
        {"code": district.communities.codes, "name": district.communities.names},
    )
    buildings = Layer(
        "buildings",
        "buildings.shp",
        district.buildings.geometry,
        {
            "code": district.buildings.codes,
            "estate": district.buildings.estates,
            "building": district.buildings.names,
        },
        rows=np.arange(1, len(district.buildings) + 1),
    )
    names = district.communities.names
    people = Layer(
        "people",
        "台账.xlsx",
        None,
        {
            "code": objects([district.buildings.codes[0], "", "", ""]),
            "estate": objects(["", district.buildings.estates[0], "河边", "不知何处"]),
            "building": objects(["", "99幢", "1幢", "2幢"]),
            "community": objects(["", "", f" {names[1]}", ""]),
            "people": np.array([100.0, 30.0, 40.0, 5.0]),
            "households": np.array([40.0, 10.0, 15.0, 2.0]),
        },
        rows=np.arange(4, 8),
    )
    people = with_homes(people, buildings, communities)
    _buildings, people, findings = join_people(buildings, people)
    district = replace(district, originals={"people": people, "buildings": buildings})
    plan = district.plan_today()
    return ProjectContents(
        district,
        RuleSet(),
        PlanRequest(),
        scenarios={"方案1": Scenario(plan.renamed("方案1"))},
        current="方案1",
        findings=tuple(findings),
    )


def test_rows_without_a_building_are_counted_in_their_community(contents):
    rows = unplaced_rows(contents.district)
    assert [(r.row, r.people) for r in rows] == [(5, 30), (6, 40), (7, 5)]
    assert [r.community for r in rows] == [0, 1, -1]
    people, households = unplaced_totals(contents.district)
    assert people.tolist() == [30, 40, 5]
    assert households.tolist() == [10, 15, 2]


def test_the_workbook_counts_them_in_their_community(contents, tmp_path):
    outcome = compare(contents, contents.scenarios["方案1"].plan, Certificate())
    write_workbook(outcome, tmp_path / "ledger.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "ledger.xlsx")["社区汇总"].iter_rows(values_only=True))
    head = next(i for i, row in enumerate(rows) if "未落位人口" in row)
    lost, total = rows[head].index("未落位人口"), rows[head].index("社区总人口")
    inside = rows[head].index("网格内人口")
    body = rows[head + 1 : head + 4]
    assert [row[lost] for row in body] == [30, 40, 5]
    assert [row[total] for row in body] == [row[inside] + row[lost] for row in body]
    assert body[2][1] == "社区不明"
    assert sum(row[total] for row in body) == int(contents.district.atoms.people.sum()) + 75
    bare = replace(contents, district=replace(contents.district, originals={}))
    table = community_totals_table(compare(bare, contents.scenarios["方案1"].plan, Certificate()))
    assert "社区总人口" not in [column.title for column in table.columns] and len(table.rows) == 2


def test_a_placed_row_joins_its_building_and_its_atom(contents):
    before = contents.district
    after = place_ledger_row(contents, 1, building=2)
    atom = int(before.buildings.atom[2])
    assert after.district.buildings.people[2] == before.buildings.people[2] + 30
    assert after.district.atoms.people[atom] == before.atoms.people[atom] + 30
    assert int(after.district.atoms.people.sum()) == int(before.atoms.people.sum()) + 30
    assert int(after.district.atoms.households.sum()) == int(before.atoms.households.sum()) + 10
    told = [f for f in after.findings if f.rule == "read.unplaced"]
    assert [f.subjects for f in told] == [("6", "7")]
    assert before.atoms.people.sum() == contents.district.atoms.people.sum()


def test_people_placed_and_unplaced_together_never_change(contents):
    ledger = 30 + 40 + 5
    base = int(contents.district.atoms.people.sum())
    for row in unplaced_rows(contents.district):
        contents = place_ledger_row(contents, row.index, atom=3)
        left = int(unplaced_totals(contents.district)[0].sum())
        assert int(contents.district.atoms.people.sum()) + left == base + ledger
    assert not [f for f in contents.findings if f.rule == "read.unplaced"]


def test_a_row_is_placed_once_and_only_on_land(contents):
    placed = place_ledger_row(contents, 1, building=0)
    with pytest.raises(UserError):
        place_ledger_row(placed, 1, building=1)
    with pytest.raises(UserError):
        place_ledger_row(contents, 1)
    with pytest.raises(UserError):
        place_ledger_row(contents, 0, building=0)


def test_placements_are_in_the_project_and_beside_the_configuration(contents, tmp_path):
    code = str(contents.district.buildings.codes[3])
    placed = place_ledger_row(contents, 2, building=3)
    save_project(tmp_path / "p.gpkg", placed)
    back = open_project(tmp_path / "p.gpkg")
    assert [r.index for r in unplaced_rows(back.district)] == [1, 3]
    assert remember_beside(back, tmp_path) == 1
    assert read_placements(tmp_path) == {"河边|1幢": code}


@pytest.mark.parametrize("name", ["待落位.csv", "待落位.xlsx"])
def test_the_list_comes_back_filled_in(contents, tmp_path, name):
    path = tmp_path / name
    assert write_unplaced(contents, path) == 3
    assert read_placement_table(contents, path) == {}
    code = str(contents.district.buildings.codes[1])
    if path.suffix == ".csv":
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        lines[2] = lines[2].rstrip(",") + f",{code}"
        path.write_text("\n".join(lines), encoding="gb18030")  # as a Chinese spreadsheet program saves it
        assert read_placement_table(contents, path) == {2: 1}


def test_unknown_building_and_foreign_table_are_refused(contents, tmp_path):
    with pytest.raises(UserError):
        building_named(contents.district, "nowhere")
    other = tmp_path / "x.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="序号"):
        read_placement_table(contents, other)


def test_the_nearest_building_is_found_within_reach(contents):
    b = contents.district.buildings
    assert building_near(contents.district, b.x[4] + 3, b.y[4] - 2) == 4
    assert building_near(contents.district, b.x[4] + 1e6, b.y[4]) == -1


@pytest.mark.parametrize("place", [{"building": 2}, {"atom": 4}])
def test_taking_a_row_back_gives_the_district_of_before(contents, place):
    before = contents.district
    there = with_row_placed(before, 2, **place)
    back = with_row_taken_back(there, 2, **place)
    assert unplaced_rows(back) == unplaced_rows(before)
    for key in ("people", "households"):
        assert np.array_equal(getattr(back.atoms, key), getattr(before.atoms, key))
        assert np.array_equal(getattr(back.buildings, key), getattr(before.buildings, key))


def test_papers_and_layers_tell_who_has_no_place(contents):
    outcome = compare(contents, contents.scenarios["方案1"].plan, Certificate())
    told = [f for f in outcome.after.findings if f.rule == "unplaced"]
    codes = contents.district.communities.codes.tolist()
    assert [(f.subjects[0], f.people) for f in told] == [(codes[0], 30), (codes[1], 40), ("people", 5)]
    fields = output_layers(outcome)["communities"].fields
    assert fields["WLRK"].tolist() == [30, 40]
    assert fields["WLHS"].tolist() == [10, 15]
    assert int(fields["RK"].sum()) == int(contents.district.atoms.people.sum())
    for row in unplaced_rows(contents.district):
        contents = place_ledger_row(contents, row.index, building=0)
    outcome = compare(contents, contents.scenarios["方案1"].plan, Certificate())
    assert "unplaced" not in {f.rule for f in outcome.after.findings}
    assert "WLRK" not in output_layers(outcome)["communities"].fields
