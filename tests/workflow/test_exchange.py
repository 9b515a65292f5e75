# SPDX-License-Identifier: LGPL-3.0-or-later
"""The commands that trade with other offices, as a user types them, on a town of six buildings."""

from __future__ import annotations

import csv
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridplanner.cli.outermost import run_outermost
from gridplanner.cli.parser import run_command
from gridplanner.io.writing import write_vector
from gridplanner.model.layers import Layer
from tests.builders import CRS, objects
from tests.workflow.conftest import Finished, run_program

X, Y = 400_000.0, 3_500_000.0


def squares(*boxes: tuple[int, int, int, int]):
    """Return boxes given in hundreds of metres."""
    return objects([shapely.box(X + 100 * a, Y + 100 * b, X + 100 * c, Y + 100 * d) for a, b, c, d in boxes])


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    """A folder with layers, a ledger of which one row finds no building, and a project with a plan."""
    folder = tmp_path_factory.mktemp("town")
    names = objects(["江滨社区", "王䶮社区"])
    communities = {"code": objects(["519999001001", "519999001002"]), "name": names}
    write_vector(
        Layer("communities", "", squares((0, 0, 2, 2), (2, 0, 3, 2)), communities),
        folder / "communities.gpkg",
        CRS,
        format="gpkg",
    )
    codes = objects(["519999001001001", "519999001001002", "519999001002001"])
    grids = {"code": codes, "name": objects(["一网格", "二网格", "三网格"])}
    write_vector(
        Layer("grids", "", squares((0, 0, 1, 2), (1, 0, 2, 2), (2, 0, 3, 2)), grids),
        folder / "grids.gpkg",
        CRS,
        format="gpkg",
    )
    points = objects([shapely.Point(X + 50 + 100 * (i % 3), Y + 50 + 100 * (i // 3)) for i in range(6)])
    buildings = {
        "code": objects([f"B{i}" for i in range(6)]),
        "XQMC": objects(["江滨花园"] * 6),
        "LH": objects([f"{i + 1}幢" for i in range(6)]),
    }
    write_vector(Layer("buildings", "", points, buildings), folder / "buildings.gpkg", CRS, format="gpkg")
    rows = [["小区名称", "楼栋", "人数", "户数"]]
    rows += [["江滨花园", f"{i + 1}号楼", 600, 200] for i in range(6)]
    rows += [["江滨花园", "综合楼", 45, 15]]
    with (folder / "people.csv").open("w", encoding="gbk", newline="") as file:
        csv.writer(file).writerows(rows)
    (folder / "config.toml").write_text(
        """
name = "小城"
[layers.communities]
path = "communities.gpkg"
[layers.grids]
path = "grids.gpkg"
[layers.buildings]
path = "buildings.gpkg"
[layers.people]
path = "people.csv"
[plan]
total = "repair"
certify_s = 0
time_limit_s = 5
[export]
profiles = ["gbk"]
zip = true
""",
        encoding="utf-8",
    )
    done = run_program("run", folder / "config.toml", "--out", folder / "out", "--formats", "dxf,xlsx")
    assert done.code in (0, 1), done.complained
    assert "䶮" in done.complained  # told before anything was written
    (folder / "said.txt").write_text(done.complained, encoding="utf-8")
    return folder


@pytest.fixture
def typed(capsys) -> Callable[..., Finished]:
    """Run a command in this process: what these commands do does not depend on having one of their own."""

    def run(*arguments: str | Path) -> Finished:
        code = run_outermost(run_command, [str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Finished(code, said.out, said.err, Path())

    return run


def test_run_hands_over_every_format_and_the_zip(town, typed):
    out = town / "out"
    assert {"grids.dxf", "grids.xlsx", "grids.gpkg", "shp_gbk", "delivery.zip"} <= {
        p.name for p in out.iterdir()
    }
    with zipfile.ZipFile(out / "delivery.zip") as archive:
        assert {"检查记录.csv", "shp_gbk/communities.shp", "grids.dxf"} <= set(archive.namelist())
    assert "䶮" in (out / "findings.csv").read_text(encoding="utf-8-sig")
    assert typed("verify", out).code == 0
    with (out / "shp" / "字段说明.csv").open(encoding="utf-8-sig") as file:
        assert "WLRK" in file.read()


def test_losses_are_listed_without_writing_and_can_forbid_it(town, typed):
    project = town / "out" / "project.gpkg"
    done = typed("export", project, "--dry-run", "--profiles", "gbk,gb18030")
    assert done.code == 1 and done.complained.count("䶮") >= 1
    assert "shp_gb18030/grids.shp：" in done.said and "不丢失" not in done.said
    done = typed("export", project, "--dry-run", "--profiles", "gb18030")
    assert done.code == 0 and "shp_gbk" not in done.said and "不丢失任何内容" in done.said
    done = typed("export", project, "--out", town / "strict", "--encoding", "gbk", "--refuse-losses")
    assert done.code == 2 and not (town / "strict").exists()


def test_a_row_without_a_building_is_listed_filled_in_and_placed(town, tmp_path, typed):
    project = tmp_path / "p.gpkg"
    project.write_bytes((town / "out" / "project.gpkg").read_bytes())
    done = typed("place", project, "--list", tmp_path / "list.csv")
    assert done.code == 0 and "45" in done.said
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2 and "综合楼" in lines[1]
    (tmp_path / "list.csv").write_text("\n".join([lines[0], lines[1] + "B4"]), encoding="utf-8-sig")
    done = typed("place", project, "--from", tmp_path / "list.csv", "--remember", tmp_path)
    assert done.code == 0, done.complained
    assert "B4" in (tmp_path / "楼栋落位.csv").read_text(encoding="utf-8-sig")
    assert "0" in typed("place", project).said


def test_next_year_is_taken_in(town, tmp_path, typed):
    old, new, findings = town / "out" / "project.gpkg", tmp_path / "new.gpkg", tmp_path / "f.json"
    done = typed("release", old, new, "--config", town / "config.toml", "--json", findings)
    assert done.code == 0, done.complained
    assert (tmp_path / "new.gpkg").is_file()
    assert json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"] == []
    done = typed("export", new, "--out", tmp_path / "out")
    assert done.code == 0, done.complained
    done = typed("verify", tmp_path / "out")
    assert done.code == 0, done.said


def test_street_plans_are_merged_with_their_conflicts(town, tmp_path, typed):
    project = tmp_path / "p.gpkg"
    project.write_bytes((town / "out" / "project.gpkg").read_bytes())
    west, east = tmp_path / "甲街道.shp", tmp_path / "乙街道.shp"
    for path, code, box in ((west, "519999001001001", (0, 0, 2, 2)), (east, "519999001002009", (1, 0, 3, 2))):
        fields = {"code": objects([code]), "name": objects([path.stem])}
        write_vector(Layer("grids", "", squares(box), fields), path, CRS, format="shp")
    done = typed("merge", project, west, east, "--layer", tmp_path / "all.gpkg")
    assert done.code == 1
    assert "甲街道" in done.said and "乙街道" in done.said and "20000" in done.said
    assert (tmp_path / "all.gpkg").is_file()


def test_a_scan_is_put_on_the_ground(tmp_path, typed):
    head = b"IHDR" + struct.pack(">IIBBBBB", 1000, 800, 8, 0, 0, 0, 0)
    (tmp_path / "旧图.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    )
    pixels = np.array([[0, 0], [1000, 0], [1000, 800], [0, 800]], float)
    ground = pixels * [0.5, -0.5] + [X, Y]
    ground[2] += [4, 0]
    rows = ["x_from,y_from,x_to,y_to", *(",".join(map(str, row)) for row in np.hstack([pixels, ground]))]
    (tmp_path / "points.csv").write_text("\n".join(rows), encoding="utf-8")
    done = typed("georef", tmp_path / "旧图.png", "--points", tmp_path / "points.csv", "--crs", CRS)
    assert done.code == 0, done.complained
    assert len(done.said.strip().splitlines()) == 6
    assert {p.name for p in tmp_path.iterdir()} >= {"旧图.pgw", "旧图.prj", "旧图.points.csv"}
    done = typed("georef", tmp_path / "points.csv", "--points", tmp_path / "points.csv", "--crs", CRS)
    assert done.code == 2 and "PNG" in done.complained


def test_a_plan_is_published_listed_and_read_back(town, tmp_path, typed):
    pytest.importorskip("psycopg", reason="the extra postgis is not installed")
    from benchmarks.io import postgis_server  # needs the extra

    binaries = postgis_server.programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here")
    project = town / "out" / "project.gpkg"
    with postgis_server.server(binaries) as server:
        where = ("--database", server.address(), "--schema", "网格")
        for number in (1, 2):
            done = typed("postgis", "publish", project, *where, "--author", "民政局", "--note", "试行")
            assert done.code == 0 and str(number) in done.said, done.complained
        done = typed("postgis", "versions", *where)
        assert len(done.said.strip().splitlines()) == 2 and "民政局" in done.said
        done = typed(
            "postgis",
            "read",
            *where,
            "--table",
            "网格.grids",
            "--version",
            "1",
            "--out",
            tmp_path / "v1.gpkg",
        )
        assert done.code == 0, done.complained
    done = typed("postgis", "publish", project)
    assert done.code == 2 and "--database" in done.complained
