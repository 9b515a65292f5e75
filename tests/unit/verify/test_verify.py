# SPDX-License-Identifier: LGPL-3.0-or-later
"""A true folder is found true; each of many falsifications is found false, by the claim it breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.texts import use_language
from gridplanner.verify.report import VerifyReport, verify_folder
from tests.unit.verify.town import HOMES, Town, make_town

Falsify = Callable[[Town], None]
FALSE: dict[str, tuple[str, Falsify]] = {}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak English, so that texts do not depend on the machine."""
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    use_language("en")


def falsification(claim: str) -> Callable[[Falsify], Falsify]:
    """Register a change that must make the named claim false."""

    def register(change: Falsify) -> Falsify:
        FALSE[change.__name__] = (claim, change)
        return change

    return register


def names(report: VerifyReport) -> set[str]:
    """Return the names of the claims found false."""
    return {c.name for c in report.claims if not c.ok}


@falsification("grids.contiguity")
def bridges_gone(town: Town) -> None:
    del town.layers["bridges"]


@falsification("crosswalk")
def atom_moved_to_another_grid(town: Town) -> None:
    town.column("atoms", "WGBM")[0] = HOMES[0] + "002"


@falsification("grids.nesting")
def atom_moved_over_the_community_line(town: Town) -> None:
    town.column("atoms", "WGBM")[0] = HOMES[1] + "001"


@falsification("atoms.WGBM")
def atom_in_a_grid_that_is_not_listed(town: Town) -> None:
    town.column("atoms", "WGBM")[0] = HOMES[0] + "009"


@falsification("buildings.RK")
def one_person_more_in_an_atom(town: Town) -> None:
    town.column("atoms", "RK")[3] += 1


@falsification("grids.RK")
def people_of_a_grid(town: Town) -> None:
    town.column("grids", "RK")[0] += 100


@falsification("grids.HS")
def households_of_a_grid(town: Town) -> None:
    town.column("grids", "HS")[1] -= 1


@falsification("communities.RK")
def people_of_a_community(town: Town) -> None:
    town.column("communities", "RK")[0] = 3201


@falsification("grids_before.RK")
def people_of_an_old_grid(town: Town) -> None:
    town.column("grids_before", "RK")[2] = 1000


@falsification("communities.tiled")
def grid_with_blank_land(town: Town) -> None:
    town.layers["grids"][0][0] = town.layers["grids"][0][0].difference(shapely.box(0, 0, 20, 20))


@falsification("communities.tiled")
def grid_over_its_neighbour(town: Town) -> None:
    town.layers["grids"][0][0] = town.layers["grids"][0][0].union(shapely.box(0, 200, 50, 210))


@falsification("grids.tiled")
def atom_drawn_twice(town: Town) -> None:
    town.layers["atoms"][0][1] = town.layers["atoms"][0][1].union(shapely.box(80, 0, 100, 100))


@falsification("grids.WGBM")
def code_used_twice(town: Town) -> None:
    town.column("grids", "WGBM")[1] = HOMES[0] + "001"


@falsification("grids.prefix")
def code_of_another_community(town: Town) -> None:
    for layer, row in (("grids", 3),):
        town.column(layer, "WGBM")[row] = HOMES[0] + "077"


@falsification("grids.FWBJ")
def radius_too_small(town: Town) -> None:
    town.column("grids", "FWBJ")[2] = 150.0


@falsification("grids.FWDX")
def service_point_not_the_best(town: Town) -> None:
    town.column("grids", "FWDX")[0] = 50.0
    town.column("grids", "FWDY")[0] = 50.0
    town.column("grids", "FWBJ")[0] = round(float((300**2 + 100**2) ** 0.5), 2)


@falsification("buildings.ATOM_ID")
def building_somewhere_else(town: Town) -> None:
    town.layers["buildings"][0][0] = shapely.Point(650, 350)


@falsification("buildings.WGBM")
def building_in_another_grid(town: Town) -> None:
    town.column("buildings", "WGBM")[0] = HOMES[1] + "001"


@falsification("grids.LDS")
def number_of_buildings(town: Town) -> None:
    town.column("grids", "LDS")[0] = 9


@falsification("grids.MJ")
def area_of_a_grid(town: Town) -> None:
    town.column("grids", "MJ")[0] += 5.0


@falsification("grids.BGLX")
def kind_of_change(town: Town) -> None:
    town.column("grids", "BGLX")[0] = "保留"


@falsification("crosswalk")
def row_of_the_crosswalk_gone(town: Town) -> None:
    town.crosswalk.pop()


@falsification("crosswalk")
def row_of_the_crosswalk_twice(town: Town) -> None:
    town.crosswalk.append(dict(town.crosswalk[0]))


@falsification("crosswalk")
def people_in_the_crosswalk(town: Town) -> None:
    town.crosswalk[0]["people"] += 10


@falsification("summary.people")
def people_in_the_summary(town: Town) -> None:
    town.summary["people"] += 1


@falsification("summary.grids")
def grids_in_the_summary(town: Town) -> None:
    town.summary["grids"]["after"] = 3


@falsification("summary.change.kept")
def more_kept_than_is_true(town: Town) -> None:
    town.summary["change"]["kept"] = 1


@falsification("summary.change.pieces")
def fewer_pieces_than_is_true(town: Town) -> None:
    town.summary["change"]["pieces"] = 3


@falsification("summary.change.people_moved")
def fewer_people_moved(town: Town) -> None:
    town.summary["change"]["people_moved"] -= 200


@falsification("summary.change.people_recoded")
def fewer_people_recoded(town: Town) -> None:
    town.summary["change"]["people_recoded"] = 0


@falsification("summary.rules.people.violations_after")
def breach_not_counted(town: Town) -> None:
    town.summary["rules"]["people"]["violations_after"] = 1


@falsification("findings.people")
def breach_not_listed(town: Town) -> None:
    town.findings.pop()
    town.summary["findings"]["after"]["error"] = 1


@falsification("summary.rules.people.max")
def limit_made_wider(town: Town) -> None:
    town.summary["rules"]["people"]["max"] = 2500


@falsification("summary.findings.after")
def finding_not_counted(town: Town) -> None:
    town.summary["findings"]["after"]["error"] = 1


@falsification("summary.outputs")
def file_that_is_not_there(town: Town) -> None:
    town.summary["outputs"].append("maps/district.pdf")


@falsification("summary.branches.grids_without")
def grid_without_branch_hidden(town: Town) -> None:
    town.summary["branches"]["grids_without"] = 0


@falsification("summary.staff.vacant")
def vacancy_hidden(town: Town) -> None:
    town.summary["staff"]["vacant"] = 0


@falsification("certificate.bounds")
def bound_above_the_value(town: Town) -> None:
    row = town.certificate["parts"][1]["objective"]["pieces"]
    row["bound"], row["gap"] = 2, -1


@falsification("certificate.gaps")
def gap_made_smaller(town: Town) -> None:
    town.certificate["total"]["pieces"]["gap"] = 1


@falsification("certificate.proven")
def proven_with_a_gap(town: Town) -> None:
    town.certificate["parts"][0]["objective"]["pieces"]["proven"] = True


@falsification("certificate.values.deviation")
def deviation_of_a_part(town: Town) -> None:
    row = town.certificate["parts"][1]["objective"]["deviation"]
    row["value"] = row["gap"] = 0.1


@falsification("certificate.total.pieces")
def total_of_pieces(town: Town) -> None:
    row = town.certificate["total"]["pieces"]
    row["value"], row["gap"] = 4, 2


@falsification("certificate.parts")
def people_of_a_part(town: Town) -> None:
    town.certificate["parts"][0]["people"] = 3000


@falsification("certificate.parts")
def part_left_out(town: Town) -> None:
    town.certificate["parts"].pop()


@falsification("summary.certificate.pieces")
def more_communities_proven(town: Town) -> None:
    town.summary["certificate"]["pieces"]["communities_proven"] = 2


def test_a_true_folder_is_true(tmp_path: Path) -> None:
    report = verify_folder(make_town().write(tmp_path / "out"))
    assert names(report) == set()
    assert report.true
    assert len(report.claims) > 60
    assert report.lines()[-1] == f"{len(report.claims)} claims checked, 0 false."


@pytest.mark.parametrize("case", sorted(FALSE))
def test_a_falsification_is_found(case: str, tmp_path: Path) -> None:
    claim, change = FALSE[case]
    town = make_town()
    change(town)
    report = verify_folder(town.write(tmp_path / "out"))
    assert claim in names(report)
    assert not report.true
    assert any(line.startswith(f"FALSE {claim}:") for line in report.lines())


def test_more_than_twenty_falsifications_are_tried() -> None:
    assert len(FALSE) > 20


@pytest.mark.parametrize(
    "name", ["summary.json", "certificate.json", "crosswalk.csv", "shp/grids.shp", "shp/atoms.dbf"]
)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder = make_town().write(tmp_path / "out")
    (folder / name).unlink()
    with pytest.raises(UserError, match=Path(name).name):
        verify_folder(folder)


@pytest.mark.parametrize(
    "name", ["summary.json", "config.toml", "crosswalk.csv", "shp/grids.shp", "shp/grids.dbf"]
)
def test_a_damaged_file_is_named(name: str, tmp_path: Path) -> None:
    folder = make_town().write(tmp_path / "out")
    path = folder / name
    path.write_bytes(path.read_bytes()[:-40] if name != "config.toml" else b"= 1")
    with pytest.raises(UserError, match=Path(name).stem):
        verify_folder(folder)


def test_a_name_with_a_separator_of_lines_is_one_cell(tmp_path: Path) -> None:
    town = make_town()
    for row in town.crosswalk:
        row["old_name"] = "甲\u2028乙\x0b丙\n丁"
    assert verify_folder(town.write(tmp_path / "out")).true


def test_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        verify_folder(tmp_path / "nowhere")


def test_a_lost_key_is_named(tmp_path: Path) -> None:
    town = make_town()
    del town.summary["change"]
    with pytest.raises(UserError, match="change"):
        verify_folder(town.write(tmp_path / "out"))
