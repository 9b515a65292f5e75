# SPDX-License-Identifier: LGPL-3.0-or-later
"""A real PostGIS server: publishing with history, odd names, a server that dies in the middle."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import shapely

from gridplanner.errors import Cancelled, UserError
from gridplanner.io.raw import objects
from gridplanner.model.layers import Layer

psycopg = pytest.importorskip("psycopg", reason="the extra postgis is not installed")
from benchmarks.io import postgis_server  # noqa: E402 - needs the extra
from benchmarks.reliability.injection import EVIL_NAMES  # noqa: E402 - after the extra
from gridplanner.io import postgis  # noqa: E402 - needs the extra

CRS = "EPSG:4545"


@pytest.fixture(scope="module")
def server():
    binaries = postgis_server.programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here")
    with postgis_server.server(binaries) as running:
        yield running


def division(n: int, prefix: str = "5119") -> tuple[Layer, Layer]:
    x = 500_000 + 10.0 * np.arange(n)
    shapes = shapely.box(x, 3_500_000, x + 9, 3_500_009)
    grids = Layer(
        "grids",
        "x",
        shapes,
        {
            "WGBM": objects([f"{prefix}{i:011d}" for i in range(n)]),
            "WGMC": objects(["第一'网格"] * n),
            "RK": np.arange(n),
            "MJ": np.full(n, np.nan),
        },
    )
    return grids, Layer("crosswalk", "x", None, {"old_code": objects(["1"] * 3), "people": np.arange(3)})


def rows(server, query, *values):
    with psycopg.connect(server.address()) as connection:
        return connection.execute(query, values).fetchall()


def test_versions_follow_one_another(server):
    database = postgis.Database(server.address())
    first, pairs = division(5)
    assert postgis.publish(database, "plan", first, pairs, CRS) == 1
    second, pairs = division(3, "9999")
    second = Layer("grids", "x", second.geometry, {**second.fields, "BZ": objects(["新"] * 3)})
    assert postgis.publish(database, "plan", second, pairs, CRS) == 2
    assert rows(server, "SELECT count(*), count(valid_to) FROM plan.grids") == [(8, 5)]
    assert rows(server, 'SELECT count(*), min("BZ") FROM plan.grids_current') == [(3, "新")]
    closed = rows(
        server,
        "SELECT p.valid_to = q.valid_from FROM plan.publications p, plan.publications q WHERE "
        "p.version = 1 AND q.version = 2",
    )
    assert closed == [(True,)]
    back = postgis.read_table(database, "plan", "grids_current")
    assert back.crs == CRS
    assert back.columns["WGMC"].tolist() == ["第一'网格"] * 3
    assert back.geometry[0].equals(second.geometry[0])
    assert ("plan", "grids") in postgis.list_tables(database)


def test_the_same_publication_is_entered_once(server):
    database = postgis.Database(server.address())
    grids, pairs = division(2)
    about = postgis.Publication("民政局", "首次")
    numbers = {postgis.publish(database, "once", grids, pairs, CRS, about) for _round in range(3)}
    assert numbers == {1}
    assert rows(server, "SELECT count(*) FROM once.grids") == [(2,)]


class StoppedAtTheEnd:
    """Progress whose stop the window tells only when the work asks whether it may last."""

    def step(self, done, total, text):
        """Hear of no stop yet."""

    def cancelled(self):
        return False

    def settle(self):
        raise Cancelled


def test_a_publication_stopped_before_its_end_takes_everything_back(server):
    database = postgis.Database(server.address())
    grids, pairs = division(2)
    with pytest.raises(Cancelled):
        postgis.publish(database, "stopped", grids, pairs, CRS, progress=StoppedAtTheEnd())
    assert rows(server, "SELECT to_regclass('stopped.grids') IS NULL") == [(True,)]
    assert postgis.publish(database, "stopped", grids, pairs, CRS) == 1


@pytest.mark.parametrize(
    "name", ['x"; DROP TABLE plan.grids; --', "a.b", "Öäü 中文", "select", "x'); COMMIT; --"]
)
def test_odd_names_are_only_names(server, name):
    database = postgis.Database(server.address())
    grids, pairs = division(1)
    odd = Layer("grids", "x", grids.geometry, {name: objects(["值"]), "gid": np.array([7])})
    postgis.publish(database, name, odd, pairs, CRS)
    assert postgis.read_table(database, name, "grids").columns[name].tolist() == ["值"]
    assert rows(server, "SELECT to_regclass('plan.grids') IS NOT NULL") == [(True,)]


def test_r15_payloads_change_nothing_but_their_own_table(server):
    """R15 on a real server: evil schemas, columns, values, authors and tables to read."""
    database = postgis.Database(server.address())
    grids, pairs = division(1)
    postgis.publish(database, "witness", division(7)[0], pairs, CRS)
    short = [name for name in (*EVIL_NAMES, "占比%", "%(version)s") if len(name.encode()) <= 63]
    columns = {name: objects([name]) for name in short}
    columns = {key: values for key, values in columns.items() if key.lower() not in ("atoms", "geom", "gid")}
    odd = Layer("grids", "x", grids.geometry, columns)
    for name in {*short[::4], "%s", "占比%"}:  # as columns and values all of them, each time
        about = postgis.Publication(author=name, note=name)
        assert postgis.publish(database, name, odd, pairs, CRS, about) == 1
        assert postgis.list_versions(database, name)[0].note == name
        with pytest.raises(UserError):
            postgis.read_table(database, "witness", name + '"')
    back = postgis.read_table(database, short[0], "grids_current", 1)
    assert {key: back.columns[key].tolist() for key in columns} == {key: [key.strip()] for key in columns}
    with pytest.raises(UserError):
        postgis.publish(database, "x" * 300, grids, pairs, CRS)
    assert rows(server, "SELECT count(*) FROM witness.grids") == [(7,)]
    schemas = {r[0] for r in rows(server, "SELECT nspname FROM pg_namespace")}
    assert set(short[::4]) <= schemas


def test_versions_are_listed_and_read_one_by_one(server):
    database = postgis.Database(server.address())
    assert postgis.list_versions(database, "listed") == []
    for n in (3, 5):
        about = postgis.Publication("民政局", f"{n} 个")
        postgis.publish(database, "listed", *division(n), CRS, about)
    found = postgis.list_versions(database, "listed")
    assert [(v.number, v.grids, v.note, v.valid_to is None) for v in found] == [
        (1, 3, "3 个", False),
        (2, 5, "5 个", True),
    ]
    assert [len(postgis.read_table(database, "listed", "grids", v)) for v in (0, 1, 2, 3)] == [8, 3, 5, 0]


def test_a_crs_without_a_code_and_a_long_name_are_refused(server):
    database = postgis.Database(server.address())
    grids, pairs = division(1)
    local = "+proj=tmerc +lat_0=0 +lon_0=106.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
    with pytest.raises(UserError, match="EPSG"):
        postgis.publish(database, "local", grids, pairs, local)
    with pytest.raises(UserError, match="63"):
        postgis.publish(database, "网" * 22, grids, pairs, CRS)
    assert rows(server, "SELECT 1 FROM pg_namespace WHERE nspname IN ('local', %s)", "网" * 21) == []


def test_server_killed_in_the_middle(server):
    """The server dies while rows are on their way: after its return there is one whole version."""
    database = postgis.Database(server.address(), patience_s=60)
    grids, pairs = division(3)
    postgis.publish(database, "kill", grids, pairs, CRS)
    many, pairs = division(40_000)
    result: list[object] = []

    def work() -> None:
        try:
            result.append(postgis.publish(database, "kill", many, pairs, CRS))
        except UserError as error:
            result.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    for _try in range(500):
        busy = rows(server, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%%' AND state = 'active'")
        if busy:
            break
        time.sleep(0.01)
    assert busy, "the transfer was over before the server could be killed"
    server.stop()
    time.sleep(0.5)
    server.start()
    thread.join(90)
    assert result == [2]
    assert rows(server, "SELECT count(*), count(valid_to) FROM kill.grids") == [(40_003, 3)]


def test_nobody_there():
    with pytest.raises(UserError):
        postgis.list_tables(postgis.Database("postgresql://postgres@127.0.0.1:9/none", patience_s=0.5))
