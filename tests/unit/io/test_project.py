# SPDX-License-Identifier: LGPL-3.0-or-later
"""Project files: everything comes back, other programs read them, hostile ones are refused."""

from __future__ import annotations

import math
import sqlite3
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplanner.errors import UserError
from gridplanner.io.project import project
from gridplanner.io.project.project import open_project, read_stamp, save_project
from gridplanner.model.certificate import Bound, Certificate, PartCertificate
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import ChangeKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.model.project import JournalEntry, ProjectContents, Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, Override, RadiusRule, RuleSet, Switch
from gridplanner.model.staff import Branch, BranchTie, Worker
from tests.builders import objects, plan_of, town
from tests.comparison import differences

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
EVIL = [
    'a"; drop table atoms; --',
    "网格'; --",
    "x\x00y",
    "select",
    "NAME",
    "name",
    "fid",
    "geom",
    "../../x",
    "",
]


def sample_project(config: str = "[plan]\ntotal = 2\n") -> ProjectContents:
    district = town("AAB\nAAB\nC.B", "aab\naab\naab", estates="x..\n...\n..y", dedicated="C")
    extra = {name: objects([f"{name}{i}" for i in range(2)]) for name in EVIL}
    roads = Layer(
        "roads",
        "道路.shp",
        objects([shapely.LineString([(0, 0, 5), (1, 2, 3)]), None]),
        {"name": objects(["", "江北大道"]), "people": np.array([1.5, math.nan])},
        {**extra, "n": np.array([1, 2**60])},
        np.array([1, 7]),
    )
    mixed = objects([shapely.Point(), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), shapely.Point(1, 2)])
    originals = {
        "roads": roads,
        "atoms": Layer("atoms", "a.gpkg", mixed, {"code": objects("abc")}),
        "staff": Layer("staff", "员工.xlsx", None, {"name": objects(["甲", "乙"])}, rows=np.array([2, 3])),
        "sites": Layer("sites", "空.shp", objects([]), {"code": objects([])}),
    }
    district = replace(district, originals=originals, nets={"党建": replace(roads, role="nets.党建")})
    plan = plan_of(district, "XXY\nXXY\nX.Y")
    record = replace(
        plan.grids[0],
        change=ChangeKind.MERGED,
        former=("1", '引"号'),
        limits=("东", "南", "西", "北"),
        locked=True,
    )
    plan = replace(
        plan,
        grids=(record, *plan.grids[1:]),
        branches=(Branch("B1", "第一支部", x=400050.0, y=3500050.0, full_members=7), Branch("B2", "b")),
        ties=(BranchTie(0, "B1"), BranchTie(1, "B2", leading=False, joint=True, reason="联合")),
        workers=(Worker("W1", "张三"),),
        status="consulted",
    )
    bound = Bound(2.0, 2.0, True, "枚举", "")
    part = PartCertificate("511902001001", 1, 500, 1, {"grids": bound, "deviation": Bound(0.1, 0.0)}, "")
    certificate = Certificate((part, PartCertificate("511902001002", 1, 300, 1)), {"grids": bound})
    by = Override({"community_type": "商圈楼宇型"}, {"people": Band(min=500), "nesting": Switch(on=False)})
    finding = Finding("people", Severity.ERROR, "人数不足", subjects=("1", "2"), value=math.inf, x=1.0)
    return ProjectContents(
        district=district,
        rules=RuleSet("bazhou", Band(1000, 2000), service_radius=RadiusRule(400.0), by=(by,)),
        request=PlanRequest(total=2, order=("keep",), join=(("a", "b"),)),
        scenarios={"方案一": Scenario(plan, certificate, "备注"), "二": Scenario(replace(plan, name="二"))},
        current="方案一",
        findings=(finding, Finding("read.rows", Severity.INFO, "t")),
        waivers={"people|1": "已核实"},
        journal=(JournalEntry("2026-01-01T00:00:00+08:00", "u", "merge", "a=1"),),
        config=config,
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "项目.gpkg"
    save_project(path, sample_project())
    return path


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def copy_of(path: Path, folder: Path) -> Path:
    copy = folder / "copy.gpkg"
    copy.write_bytes(path.read_bytes())
    return copy


def named_plans(contents: ProjectContents) -> ProjectContents:
    scenarios = {
        name: replace(scenario, plan=scenario.plan.renamed(name))
        for name, scenario in contents.scenarios.items()
    }
    return replace(contents, scenarios=scenarios)


def test_everything_comes_back(saved: Path) -> None:
    assert differences(named_plans(sample_project()), open_project(saved)) == []


def test_a_project_without_plan_or_findings_comes_back(tmp_path: Path) -> None:
    contents = ProjectContents(town("AB"), RuleSet(), PlanRequest())
    save_project(tmp_path / "p.gpkg", contents)
    assert differences(contents, open_project(tmp_path / "p.gpkg")) == []


@settings(max_examples=15, deadline=None)
@given(
    names=st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=5, unique=True),
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])), min_size=2, max_size=2),
    numbers=st.lists(st.floats(), min_size=2, max_size=2),
)
def test_odd_names_and_values_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], texts: list[str], numbers: list[float]
) -> None:
    columns = {name: objects(texts) if i % 2 else np.array(numbers) for i, name in enumerate(names)}
    layer = Layer("streets", "s", None, {"code": objects(texts)}, columns)
    district = replace(town("AB"), originals=dict.fromkeys(names, layer), nets={names[0]: layer})
    contents = ProjectContents(district, RuleSet(), PlanRequest(), waivers={texts[0]: texts[1]})
    path = tmp_path_factory.mktemp("odd") / "p.gpkg"
    save_project(path, contents)
    assert differences(contents, open_project(path)) == []


def test_other_programs_open_it_as_it_stands(saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert database.execute("PRAGMA user_version").fetchone() == (10300,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert not database.execute("PRAGMA foreign_key_check").fetchall()
        kinds = {row[0] for row in database.execute("SELECT DISTINCT type FROM sqlite_schema")}
        assert kinds <= {"table", "index"}
    names = {str(name) for name in pyogrio.list_layers(saved)[:, 0]}
    wanted = "communities grids_before grids atoms buildings branches roads nets_党建 crosswalk grid_branches"
    assert (
        set(wanted.split()) | {"assignments", "scenarios", "journal", "certificates", "parameters"} <= names
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grids = pyogrio.read_dataframe(saved, layer="grids")
    assert grids.crs.to_epsg() == 4545
    assert grids["people"].tolist() == [500, 300]
    assert grids.geometry.area.tolist() == [50000.0, 30000.0]
    ties = pyogrio.read_dataframe(saved, layer="grid_branches")
    assert ties[["grid_code", "branch_code", "leading"]].iloc[0].tolist() == ["511902001001001", "B1", 1]


def test_a_local_plane_without_epsg_code_is_kept(tmp_path: Path) -> None:
    crs = "+proj=tmerc +lat_0=0 +lon_0=106.7 +k=1 +x_0=50000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    contents = replace(sample_project(), district=replace(sample_project().district, crs=crs))
    save_project(tmp_path / "p.gpkg", contents)
    assert open_project(tmp_path / "p.gpkg").district.crs == crs
    assert pyogrio.read_info(tmp_path / "p.gpkg", layer="atoms")["crs"]


def test_saving_again_keeps_the_time_of_making_and_changes_the_save(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    first = save_project(path, sample_project())
    second = save_project(path, sample_project(), expected=first.save_id)
    assert (second.created, second.save_id != first.save_id) == (first.created, True)
    assert [p.name for p in tmp_path.iterdir()] == ["p.gpkg"]


def test_what_another_saved_is_never_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    mine = save_project(path, sample_project("mine"))
    save_project(path, sample_project("theirs"))
    with pytest.raises(UserError, match="其他人"):
        save_project(path, sample_project("mine again"), expected=mine.save_id)
    assert open_project(path).config == "theirs"


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.gpkg"
    save_project(path, sample_project("old"))
    monkeypatch.setattr(project, "write_contents", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(UserError, match="磁盘空间不足"):
        save_project(path, sample_project("new"))
    assert open_project(path).config == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["p.gpkg"]


def test_a_file_that_does_not_read_back_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.gpkg"
    save_project(path, sample_project("old"))
    write = project._write

    def lossy(target: Path, *arguments: object) -> dict[str, int]:
        rows = write(target, *arguments)  # type: ignore[arg-type]
        edit(target, "DELETE FROM buildings WHERE fid = 1")
        return rows

    monkeypatch.setattr(project, "_write", lossy)
    with pytest.raises(UserError, match="回读"):
        save_project(path, sample_project("new"))
    assert open_project(path).config == "old"


def test_fields_added_later_take_their_defaults(saved: Path, tmp_path: Path) -> None:
    old = copy_of(saved, tmp_path)
    edit(old, "ALTER TABLE scenario_grids DROP COLUMN note", "ALTER TABLE findings DROP COLUMN waiver")
    assert differences(open_project(saved), open_project(old)) == []


def test_a_newer_format_is_refused_with_a_hint(saved: Path, tmp_path: Path) -> None:
    newer = copy_of(saved, tmp_path)
    edit(newer, "UPDATE gridplanner_meta SET value = '99' WHERE key = 'format_version'")
    with pytest.raises(UserError, match="升级"):
        open_project(newer)
    assert read_stamp(newer).format_version == 99


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON atoms BEGIN DELETE FROM atoms; END",
        "CREATE VIEW v AS SELECT * FROM atoms",
        "CREATE VIRTUAL TABLE docs USING fts5(a)",
    ],
)
def test_active_content_is_refused(saved: Path, tmp_path: Path, statement: str) -> None:
    hostile = copy_of(saved, tmp_path)
    edit(hostile, statement)
    with pytest.raises(UserError, match="可执行内容"):
        open_project(hostile)


def test_a_table_disguised_as_a_view_is_refused(saved: Path, tmp_path: Path) -> None:
    hostile = copy_of(saved, tmp_path)
    edit(hostile, "ALTER TABLE atoms RENAME TO hidden", "CREATE VIEW atoms AS SELECT * FROM hidden")
    with pytest.raises(UserError):
        open_project(hostile)


def test_the_index_a_gis_adds_is_no_reason_to_refuse(saved: Path, tmp_path: Path) -> None:
    touched = copy_of(saved, tmp_path)
    edit(touched, "CREATE VIRTUAL TABLE rtree_atoms_geom USING rtree(id, minx, maxx, miny, maxy)")
    assert differences(open_project(saved), open_project(touched)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM assignments WHERE fid = 3",
        "UPDATE assignments SET grid = 99 WHERE fid = 3",
        "UPDATE atoms SET community = 7 WHERE fid = 1",
        "UPDATE atoms SET people = 'many' WHERE fid = 1",
        "UPDATE atoms SET geom = x'00' WHERE fid = 1",
        "UPDATE atoms SET geom = 'text' WHERE fid = 1",
        "UPDATE buildings SET atom = -5 WHERE fid = 1",
        "UPDATE adjacency SET kind = 9 WHERE fid = 1",
        "UPDATE adjacency SET b = 99 WHERE fid = 1",
        "UPDATE scenario_grids SET kind = '?' WHERE fid = 1",
        "UPDATE scenario_grids SET former = '{}' WHERE fid = 1",
        "UPDATE scenario_grids SET limits = '[]' WHERE fid = 1",
        "UPDATE scenario_grids SET owner = 5 WHERE fid = 1",
        "UPDATE parameters SET value = '{\"$type\": \"Path\"}' WHERE name = 'rules'",
        "UPDATE parameters SET value = '{' WHERE name = 'rules'",
        "UPDATE parameters SET value = 'nobody' WHERE name = 'current'",
        "DELETE FROM parameters WHERE name = 'crs'",
        "DROP TABLE scenario_grids",
        "UPDATE input_columns SET part = 'x' WHERE fid = 1",
    ],
)
def test_damaged_contents_are_refused_in_one_sentence(saved: Path, tmp_path: Path, statement: str) -> None:
    broken = copy_of(saved, tmp_path)
    edit(broken, statement)
    with pytest.raises(UserError, match="已损坏"):
        open_project(broken)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00" + bytes(200), b"<html>" * 100])
def test_other_files_are_no_projects(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.gpkg"
    path.write_bytes(content)
    with pytest.raises(UserError, match="不是本程序的项目文件"):
        open_project(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="找不到"):
        open_project(tmp_path / "p.gpkg")


@pytest.mark.parametrize("path", sorted((REFERENCE / "projects").glob("format_*.gpkg")), ids=lambda p: p.stem)
def test_projects_of_each_format_still_open(path: Path) -> None:
    """A file of each format ever published is kept; fields added since take their defaults."""
    contents = open_project(path)
    assert read_stamp(path).format_version == int(path.stem.removeprefix("format_"))
    assert contents.config == "[plan]\ntotal = 2\n"
    plan = contents.scenarios["方案一"].plan
    assert (plan.status, plan.grids[0].former, plan.workers[0].name) == ("consulted", ("1", '引"号'), "张三")
    assert plan.assignment.tolist() == [0, 0, 1, 0, 0, 1, 0, -1, 1]
    assert contents.rules.by[0].rules["people"] == Band(min=500)
    assert list(contents.district.originals) == ["roads", "atoms", "staff", "sites"]
    assert set(contents.district.originals["roads"].extra) >= set(EVIL)
    assert shapely.equals(contents.district.atoms.geometry[0], shapely.box(400000, 3500200, 400100, 3500300))


def test_the_present_format_has_its_file() -> None:
    assert (REFERENCE / "projects" / f"format_{project.FORMAT_VERSION}.gpkg").exists()
