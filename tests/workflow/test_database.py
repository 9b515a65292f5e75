# SPDX-License-Identifier: LGPL-3.0-or-later
"""`run` with a `[postgis]` table on a real server: published, refused, away, killed, back again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gridplanner.cli.outermost import run_outermost
from gridplanner.cli.parser import run_command
from tests.builders import town
from tests.workflow.toy_layers import write_town

psycopg = pytest.importorskip("psycopg", reason="the extra postgis is not installed")
from benchmarks.io import postgis_server  # noqa: E402 - needs the extra

TABLES = """
[rules]
people = { min = 100, max = 900 }
[plan]
total = "repair"
certify_s = 0
time_limit_s = 5
[export.maps]
sheets = []
"""
LOCAL = "+proj=tmerc +lat_0=0 +lon_0=106.4 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    binaries = postgis_server.programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here")
    with postgis_server.server(binaries) as running:
        yield running


@pytest.fixture(autouse=True)
def light(monkeypatch) -> None:
    """Leave out papers and worker processes: other tests run them, and nothing here depends on them."""
    from gridplanner.progress import Inline
    from gridplanner.workspace import executors
    from gridplanner.workspace.handover import export

    class Here(Inline):
        def __init__(self, _workers: int = 0) -> None:
            super().__init__()

        def close(self, *, kill: bool = False) -> None:
            return

    monkeypatch.setattr(executors, "Processes", Here)
    kept = {name: export.PARTS[name] for name in ("vectors", "project")}
    monkeypatch.setattr(export, "PARTS", kept)


@pytest.fixture(scope="module")
def district() -> Any:
    return town("AAB\nAAB")


def table(address: str, schema: str, patience_s: float = 30) -> str:
    """Return a configuration that publishes what it plans."""
    return (
        f'{TABLES}[postgis]\naddress = "{address}"\nschema = "{schema}"\nauthor = "民政局"\n'
        f"publish = true\npatience_s = {patience_s}\n"
    )


def typed(*words: object) -> int:
    return run_outermost(run_command, [str(word) for word in words])


def rows(server: Any, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.address()) as connection:
        return connection.execute(query).fetchall()


def test_a_run_publishes_each_time_a_version(server, district, tmp_path, capsys) -> None:
    config = write_town(tmp_path / "in", district, table(server.address(), "区网格"))
    for number in (1, 2):
        assert typed("run", config, "--out", tmp_path / "out") == 0
        assert f"第 {number} 版" in capsys.readouterr().out
    assert rows(server, 'SELECT count(*), count(valid_to) FROM "区网格".grids') == [(4, 2)]
    assert rows(server, 'SELECT count(*), count(valid_to) FROM "区网格".crosswalk') == [(4, 2)]
    assert rows(server, 'SELECT sum("RK") FROM "区网格".grids_current') == [
        (int(district.atoms.people.sum()),)
    ]
    # What was published is a layer like any other: another office plans on it.
    text = config.read_text(encoding="utf-8").replace(
        'path = "grids.geojson"', f'path = "{server.address()}"\nlayer = "区网格.grids_current"'
    )
    config.write_text(text.replace("publish = true", "publish = false"), encoding="utf-8")
    assert typed("run", config, "--out", tmp_path / "again") == 0
    assert "综合网格 2 → 2" in capsys.readouterr().out


def test_what_a_format_loses_of_a_table_is_told_before_it_is_written(server, tmp_path, capsys) -> None:
    with psycopg.connect(server.address()) as connection:
        connection.execute("CREATE TABLE long_texts (note text, geom geometry(Point, 4545))")
        row = ("网" * 100, "SRID=4545;POINT(500000 3500000)")
        connection.execute("INSERT INTO long_texts VALUES (%s, %s)", row)
    words = ("postgis", "read", "--database", server.address(), "--table", "public.long_texts", "--out")
    assert typed(*words, tmp_path / "t.shp") == 0
    assert "note" in capsys.readouterr().err
    assert typed(*words, tmp_path / "t.gpkg") == 0
    assert not capsys.readouterr().err
    assert typed(*words, tmp_path / "t.xyz") == 2
    assert not (tmp_path / "t.xyz").exists()


def test_a_crs_without_a_code_is_refused_before_the_planning(server, district, tmp_path, capsys) -> None:
    text = table(server.address(), "地方坐标")
    config = write_town(tmp_path / "in", district, text)
    local = config.read_text(encoding="utf-8").replace('.geojson"', f'.geojson"\ncrs = "{LOCAL}"')
    config.write_text(local, encoding="utf-8")
    assert typed("run", config, "--out", tmp_path / "out") == 2
    assert "EPSG" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert rows(server, "SELECT 1 FROM pg_namespace WHERE nspname = '地方坐标'") == []


@pytest.mark.parametrize("address", ["mysql://h/x", "localhost", "http://db", "geheim"])
def test_an_address_of_something_else_is_told_without_repeating_it(address, capsys) -> None:
    assert typed("postgis", "tables", "--database", address) == 2
    said = capsys.readouterr().err
    assert "postgresql://" in said and address not in said and len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("wrong", ["user", "port", "database"])
def test_a_wrong_address_is_told_before_the_planning(server, district, tmp_path, capsys, wrong) -> None:
    address = {
        "user": server.address().replace("postgres@", "nobody@"),
        "port": "postgresql://postgres@127.0.0.1:9/grid",
        "database": server.address("nothing"),
    }[wrong]
    config = write_town(tmp_path / "in", district, table(address, "x"))
    started = time.monotonic()
    assert typed("run", config, "--out", tmp_path / "out") == 2
    assert time.monotonic() - started < 15
    said = capsys.readouterr().err
    why = {"user": "用户不存在", "port": "没有数据库服务", "database": "数据库不存在"}[wrong]
    assert why in said and len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_server_killed_at_the_end_of_a_run_and_started_again(
    server, district, tmp_path, capsys, monkeypatch
) -> None:
    """The server dies between export and publishing; its return brings the version, once and whole."""
    from gridplanner.workspace.handover import database

    config = write_town(tmp_path / "in", district, table(server.address(), "重启", 60))
    publish = database.publish_outcome

    def cut(outcome: Any, options: Any) -> int:
        server.stop()
        threading.Timer(1.0, server.start).start()
        return publish(outcome, options)

    monkeypatch.setattr(database, "publish_outcome", cut)
    assert typed("run", config, "--out", tmp_path / "out") == 0
    assert "第 1 版" in capsys.readouterr().out
    assert rows(server, "SELECT count(*), count(valid_to) FROM 重启.grids") == [(2, 0)]


def test_where_the_server_stays_away_the_output_is_there_and_said_so(
    server, district, tmp_path, capsys, monkeypatch
) -> None:
    from gridplanner.workspace.handover import database

    config = write_town(tmp_path / "in", district, table(server.address(), "停机", 0.5))
    publish = database.publish_outcome

    def cut(outcome: Any, options: Any) -> int:
        server.stop()
        return publish(outcome, options)

    with monkeypatch.context() as patched:
        patched.setattr(database, "publish_outcome", cut)
        try:
            assert typed("run", config, "--out", tmp_path / "out") == 2
        finally:
            server.start()
    said = capsys.readouterr().err
    assert "成果文件已完整写入" in said and "postgis publish" in said
    assert (tmp_path / "out" / "shp" / "grids.shp").is_file()
    assert typed("postgis", "publish", tmp_path / "out" / "project.gpkg") == 0
    assert rows(server, "SELECT count(*), count(valid_to) FROM 停机.grids") == [(2, 0)]
