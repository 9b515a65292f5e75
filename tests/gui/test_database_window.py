# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window publishes to a real server, and takes in next year's layers with the real worker's function."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.io.project.project import open_project
from gridplanner.progress import Silent
from gridplanner.workspace.config import load_config
from gridplanner.workspace.usecases import read_project
from tests.builders import town
from tests.gui.conftest import show
from tests.workflow.toy_layers import write_town

TABLES = "[rules]\npeople = { min = 100, max = 900 }\n"


def poll(window: Any) -> None:
    """Take every answer, also those to questions that answers led to."""
    for _round in range(6):
        window.session._poll()


def test_a_plan_is_published_while_the_server_restarts(window, monkeypatch) -> None:
    psycopg = pytest.importorskip("psycopg", reason="the extra postgis is not installed")
    from benchmarks.io import postgis_server  # needs the extra

    binaries = postgis_server.programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here")
    said: list[str] = []
    window.session.said.connect(lambda text, _kind: said.append(text))
    with postgis_server.server(binaries) as server:
        answer = {"address": server.address(), "schema": "网格", "author": "民政局", "note": "试行"}
        monkeypatch.setattr(AskDialog, "ask", classmethod(lambda *_a, **_k: answer))
        for number in (1, 2):
            if number == 2:
                server.stop()
                threading.Timer(1.0, server.start).start()
            window.actions_by_id["publish"].trigger()
            poll(window)
            assert any(f"第 {number} 版" in text for text in said), said
        with psycopg.connect(server.address()) as connection:
            found = connection.execute(
                "SELECT version, author, note, valid_to IS NULL FROM 网格.publications ORDER BY 1"
            ).fetchall()
            people = connection.execute('SELECT sum("RK") FROM 网格.grids_current').fetchone()
    assert found == [(1, "民政局", "试行", False), (2, "民政局", "试行", True)]
    assert people == (int(window.session.workspace.district.atoms.people.sum()),)


def test_next_years_layers_are_taken_in_by_the_worker(window, tmp_path: Path, monkeypatch) -> None:
    old = read_project(load_config(write_town(tmp_path / "old", town("AAB\nAAB"), TABLES)), Silent())
    show(window, old)
    new = write_town(tmp_path / "new", town("AABB\nAABB"), TABLES)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_a, **_k: (str(new), "")))
    made = tmp_path / "next.gpkg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_a, **_k: (str(made), "")))
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda self: told.append(self.detailedText() or self.text()))
    opened: list[Any] = []
    monkeypatch.setattr(window.groups["file"], "open_paths", opened.append)
    window.actions_by_id["release"].trigger()
    poll(window)
    assert opened == [[str(made)]]
    assert told and "2" in told[0]
    contents = open_project(made)
    assert len(contents.district.atoms) == 8
    carried = contents.scenarios[contents.current].plan
    assert {g.code for g in carried.grids} == {g.code for g in old.district.grids_before}
