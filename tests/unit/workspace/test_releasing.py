# SPDX-License-Identifier: LGPL-3.0-or-later
"""Next year's layers and street plans: taken in, compared, carried over, merged, with every conflict told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridplanner.errors import UserError
from gridplanner.io.project.project import save_project
from gridplanner.io.reading import read_layers
from gridplanner.io.writing import write_vector
from gridplanner.model.kinds import ChangeKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.model.staff import Branch, BranchTie, Worker
from gridplanner.progress import Silent
from gridplanner.workspace import work
from gridplanner.workspace.config import config_from_table
from gridplanner.workspace.intake.merging import merge_lines, merge_plans, write_merged
from gridplanner.workspace.intake.releasing import release_lines, take_release
from gridplanner.workspace.main_job import read_project
from gridplanner.workspace.results import listed
from tests.builders import CRS, objects

X, Y = 400_000.0, 3_500_000.0


def blocks(rows: list[str]) -> list[tuple[str, shapely.Polygon]]:
    """Return name and land of each letter of a drawing of squares of 100 m."""
    cells: dict[str, list[shapely.Polygon]] = {}
    for r, line in enumerate(rows):
        for c, letter in enumerate(line):
            x, y = X + 100 * c, Y - 100 * r
            cells.setdefault(letter, []).append(shapely.box(x, y, x + 100, y + 100))
    return [(name, shapely.union_all(squares)) for name, squares in sorted(cells.items())]


def write(folder: Path, name: str, role: str, drawing: list[str], prefix: str) -> None:
    """Write a layer of areas."""
    units = blocks(drawing)
    fields = {"code": objects([prefix + n for n, _s in units]), "name": objects([n for n, _s in units])}
    layer = Layer(role, "", objects([s for _n, s in units]), fields)
    write_vector(layer, folder / name, CRS, format="gpkg")


def write_buildings(folder: Path, name: str, places: dict[str, tuple[float, float, int]]) -> None:
    """Write buildings: code to column, row (in squares from the upper left) and people."""
    codes = list(places)
    fields = {
        "code": objects(codes),
        "people": np.array([places[c][2] for c in codes], np.int64),
        "households": np.array([places[c][2] // 3 for c in codes], np.int64),
    }
    points = [shapely.Point(X + 100 * places[c][0], Y + 100 - 100 * places[c][1]) for c in codes]
    write_vector(Layer("buildings", "", objects(points), fields), folder / name, CRS, format="gpkg")


def config(folder: Path, **layers: str):
    """Return a configuration of layers in a folder."""
    table = {role: {"path": name} for role, name in layers.items()}
    repair = {"overlap": "most_people", "gap": "longest_border"}
    return config_from_table({"layers": table, "repair": repair}, folder, "town")


HOMES = {
    "B1": (0.5, 0.5, 90),
    "B2": (1.5, 0.5, 90),
    "B3": (2.5, 0.5, 90),
    "B4": (0.5, 1.5, 90),
    "B5": (1.5, 1.5, 90),
    "B6": (2.5, 1.5, 90),
}


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read layers in this process: starting another takes longer than all else here."""

    def here(specs, nets, base, ask=None, limits=None, cancelled=None):
        return read_layers(specs, nets, base, ask)

    for module in ("io.worker", "workspace.divisions", "workspace.intake.releasing"):
        monkeypatch.setattr(f"gridplanner.{module}.read_layers_apart", here)


@pytest.fixture
def last_year(tmp_path: Path) -> ProjectContents:
    """A project of two communities and three grids, staffed and approved."""
    write(tmp_path, "c.gpkg", "communities", ["XXY", "XXY"], "51190000000")
    write(tmp_path, "g.gpkg", "grids", ["AAC", "BBC"], "51190000000X00")
    write_buildings(tmp_path, "b.gpkg", HOMES)
    contents = read_project(config(tmp_path, communities="c.gpkg", grids="g.gpkg", buildings="b.gpkg"))
    plan = contents.district.plan_today()
    grids = (replace(plan.grids[0], worker="W1", note="记得"), *plan.grids[1:])
    plan = replace(
        plan,
        grids=grids,
        workers=(Worker(id="W1", name="甲"),),
        branches=(Branch(code="Z1", name="一支部"),),
        ties=(BranchTie(2, "Z1", leading=True),),
        status="approved",
    )
    return replace(contents, scenarios={"定稿": Scenario(plan.renamed("定稿"))}, current="定稿")


def test_the_same_layers_again_change_nothing(last_year, tmp_path):
    new = config(tmp_path, communities="c.gpkg", buildings="b.gpkg")
    release = take_release(last_year, new, Silent())
    assert not release.changes and not release.conflicts and release.settled
    assert not any(release.counts.values())
    plan = release.contents.scenarios[release.name].plan
    assert [g.code for g in plan.grids] == [g.code for g in last_year.scenarios["定稿"].plan.grids]
    assert (plan.grids[0].worker, plan.grids[0].note) == ("W1", "记得")
    assert [(t.grid, t.branch) for t in plan.ties] == [(2, "Z1")]
    assert plan.workers[0].name == "甲"
    people = plan.sums(release.contents.district.atoms.people).tolist()
    assert people == [180, 180, 180]
    assert {g.change for g in plan.grids} == {ChangeKind.KEPT}
    assert [g.former for g in plan.grids] == [(g.code,) for g in plan.grids]
    assert np.array_equal(release.contents.district.atoms.old_grid, plan.assignment)


def test_changes_are_listed_and_doubts_told(last_year, tmp_path):
    homes = {code: place for code, place in HOMES.items() if code != "B1"}
    homes |= {"B2": (1.5, 1.4, 90), "B6": (2.5, 1.5, 120), "B7": (0.4, 0.4, 60)}
    write_buildings(tmp_path, "b2.gpkg", homes)
    new = config(tmp_path, communities="c.gpkg", buildings="b2.gpkg")
    release = take_release(last_year, new, Silent())
    assert release.counts["buildings.added"] == 1
    assert release.counts["buildings.removed"] == 1
    assert release.counts["buildings.moved"] == 1
    assert release.counts["buildings.recounted"] == 1
    # B2 now stands in grid B's land, but belongs to grid A as before: its atom goes with it.
    assert {f.subjects for f in release.conflicts} == {("B2",)}
    district, plan = release.contents.district, release.contents.scenarios[release.name].plan
    places = zip(district.buildings.codes, district.buildings.atom, strict=True)
    home = {code: plan.grids[plan.assignment[atom]].name for code, atom in places}
    assert home == {"B2": "A", "B3": "C", "B4": "B", "B5": "B", "B6": "C", "B7": "A"}
    assert len(release_lines(release)) == 4


def test_a_new_community_line_through_a_grid_is_a_conflict(last_year, tmp_path):
    write(tmp_path, "c2.gpkg", "communities", ["XYY", "XYY"], "51190000000")
    release = take_release(last_year, config(tmp_path, communities="c2.gpkg", buildings="b.gpkg"), Silent())
    assert release.counts["communities.reshaped"] == 2
    assert not release.settled
    assert {f.subjects[0][-1] for f in release.conflicts if f.severity is Severity.ERROR} == {"A", "B"}


def test_street_plans_become_one_scenario(last_year, tmp_path):
    write(tmp_path, "x2.gpkg", "grids", ["AA", "BB"], "51190000000X00")
    far = [shapely.box(X + 200, Y - 100, X + 300, Y + 100)]
    east = Layer("grids", "", objects(far), {"code": objects(["51190000000Y001"]), "name": objects(["东"])})
    write_vector(east, tmp_path / "东街.shp", CRS, format="shp")
    merged = merge_plans(last_year, [tmp_path / "x2.gpkg", tmp_path / "东街.shp"], Silent())
    assert merged.conflicts == 0 and not merged.findings
    plan = merged.contents.scenarios[merged.name].plan
    assert [g.name for g in plan.grids] == ["A", "B", "东"]
    assert [g.change for g in plan.grids] == [ChangeKind.KEPT] * 3
    assert (plan.assignment >= 0).all()
    assert [merged.contents.district.communities.names[g.community] for g in plan.grids] == ["X", "X", "Y"]
    write_merged(merged, tmp_path / "all.geojson")
    assert len(json.loads((tmp_path / "all.geojson").read_text(encoding="utf-8"))["features"]) == 3


def test_land_and_codes_claimed_twice_are_conflicts(last_year, tmp_path):
    write(tmp_path, "west.gpkg", "grids", ["AA", "BB"], "51190000000X00")
    write(tmp_path, "east.gpkg", "grids", ["AAC", "DDC"], "51190000000X00")
    merged = merge_plans(last_year, [tmp_path / "west.gpkg", tmp_path / "east.gpkg"], Silent())
    kinds = {f.rule for f in merged.findings if f.severity is Severity.ERROR}
    assert {"merge.code", "merge.overlap"} <= kinds
    assert merged.conflicts == len([f for f in merged.findings if f.severity is Severity.ERROR])
    assert len(merge_lines(merged)) > 2
    assert set(merged.findings) <= set(merged.contents.findings)


def test_projects_and_output_folders_can_be_merged(last_year, tmp_path):
    (tmp_path / "街道").mkdir()
    save_project(tmp_path / "街道" / "project.gpkg", last_year)
    merged = merge_plans(last_year, [tmp_path / "街道"], Silent())
    assert merged.conflicts == 0
    plan = merged.contents.scenarios[merged.name].plan
    assert np.array_equal(plan.assignment, last_year.scenarios["定稿"].plan.assignment)


def test_a_layer_without_a_crs_is_asked_for_it_or_given_it(last_year, tmp_path):
    write(tmp_path, "x2.gpkg", "grids", ["AA", "BB"], "51190000000X00")
    far = [shapely.box(X + 200, Y - 100, X + 300, Y + 100)]
    east = Layer("grids", "", objects(far), {"code": objects(["51190000000Y001"]), "name": objects(["东"])})
    write_vector(east, tmp_path / "东街.shp", CRS, format="shp")
    (tmp_path / "东街.prj").unlink()
    plans = [tmp_path / "x2.gpkg", tmp_path / "东街.shp"]
    with pytest.raises(UserError, match="--crs"):
        merge_plans(last_year, plans, Silent())
    merged = merge_plans(last_year, plans, Silent(), CRS)
    assert merged.conflicts == 0
    assert [g.name for g in merged.contents.scenarios[merged.name].plan.grids] == ["A", "B", "东"]


def test_long_lists_say_how_many_more_there_are():
    lines = listed((str(i) for i in range(53)), 50)
    assert len(lines) == 51 and "3" in lines[-1]


def test_grids_of_another_city_are_left_out_and_told(last_year, tmp_path):
    land = objects([shapely.box(X + 9e4, Y, X + 9.1e4, Y + 900)])
    away = Layer("grids", "", land, {"code": objects(["1"]), "name": objects(["远"])})
    write_vector(away, tmp_path / "away.gpkg", CRS, format="gpkg")
    merged = merge_plans(last_year, [tmp_path / "away.gpkg"], Silent())
    assert "merge.outside" in {f.rule for f in merged.findings}
    assert not merged.contents.scenarios[merged.name].plan.grids


def test_a_plan_that_is_none_is_refused(last_year, tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")
    with pytest.raises(UserError):
        merge_plans(last_year, [tmp_path / "x.csv"], Silent())


def test_the_window_runs_the_same_by_name(last_year, tmp_path):
    (tmp_path / "new.toml").write_text(
        '[layers.communities]\npath = "c.gpkg"\n[layers.buildings]\npath = "b.gpkg"\n'
        '[repair]\noverlap = "most_people"\ngap = "longest_border"\n',
        encoding="utf-8",
    )
    released, conflicts, changes = work.take_new_release(last_year, tmp_path / "new.toml", Silent())
    assert released.current and not conflicts and not changes
    write(tmp_path, "west.gpkg", "grids", ["AAC", "BBC"], "51190000000X00")
    merged, told = work.merge_street_plans(last_year, [tmp_path / "west.gpkg"], Silent())
    assert merged.current != last_year.current and not told
    assert work.export_losses(merged, None, Silent()) == ()
