# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window trades with other offices: street plans, next year's layers, a database, losses told first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.io.writing import write_vector
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.workspace.scene import offices as scene_offices
from tests.builders import CRS, objects


def poll(window: Any) -> None:
    """Take every answer, also those to questions that answers led to."""
    for _round in range(6):
        window.session._poll()


def write_street(window: Any, folder: Path, name: str, atoms: slice) -> str:
    """Write the land of some atoms as one grid of a street office."""
    district = window.session.desk.state.contents.district
    land = shapely.union_all(district.atoms.geometry[atoms])
    fields = {"code": objects([f"9{name}"]), "name": objects([name])}
    path = folder / f"{name}.gpkg"
    write_vector(Layer("grids", "", objects([land]), fields), path, CRS, format="gpkg")
    return str(path)


def test_street_plans_become_a_scenario_with_its_conflicts(window, tmp_path, monkeypatch) -> None:
    n = len(window.session.workspace.district.atoms)
    paths = [
        write_street(window, tmp_path, "甲街道", slice(0, n // 2 + 1)),
        write_street(window, tmp_path, "乙街道", slice(n // 2, n)),
    ]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_a, **_k: (paths, "")))
    shown: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda self: shown.append(self.detailedText()))
    assert window.actions_by_id["merge_plans"].isEnabled()
    window.actions_by_id["merge_plans"].trigger()
    poll(window)
    contents = window.session.workspace.contents
    assert [g.name for g in contents.scenarios[contents.current].plan.grids] == ["甲街道", "乙街道"]
    assert "甲街道" in contents.scenarios[contents.current].notes
    assert shown and shown[0] == contents.scenarios[contents.current].notes


def test_next_years_layers_make_a_new_project(window, tmp_path, monkeypatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_a, **_k: ("new.toml", "")))
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", staticmethod(lambda *_a, **_k: (str(tmp_path / "n"), ""))
    )
    monkeypatch.setattr(QMessageBox, "open", lambda self: asked.setdefault("told", self.text()))
    monkeypatch.setattr(window.groups["file"], "open_paths", lambda paths: asked.setdefault("opened", paths))
    monkeypatch.setitem(
        scene_tasks(),
        "take_release",
        lambda _s, _p, contents, config, new: (f"{config} -> {Path(new).name}",),
    )
    window.actions_by_id["release"].trigger()
    poll(window)
    assert asked == {"told": "new.toml -> n.gpkg", "opened": [str(tmp_path / "n.gpkg")]}


def scene_tasks() -> dict[str, Any]:
    """Return the tasks of the worker."""
    from gridplanner.workspace.scene import registry as scene_registry

    return scene_registry.TASKS  # type: ignore[return-value]


def test_a_plan_is_published_and_the_address_remembered(window, monkeypatch) -> None:
    answer = {"address": "postgresql://me:secret@host/grid", "schema": "网格", "author": "民政局", "note": ""}
    monkeypatch.setattr(AskDialog, "ask", classmethod(lambda *_a, **_k: answer))
    taken: list[Any] = []
    monkeypatch.setattr(
        "gridplanner.workspace.handover.database.publish_outcome",
        lambda outcome, options, progress: taken.append(options) or 3,
    )
    said: list[str] = []
    window.session.said.connect(lambda text, _kind: said.append(text))
    window.actions_by_id["publish"].trigger()
    poll(window)
    assert (taken[0].address, taken[0].schema) == (answer["address"], "网格")
    assert any("3" in text for text in said)
    assert window.settings.get("postgis", {}) == {
        "address": "postgresql://me@host/grid",
        "schema": "网格",
        "author": "民政局",
    }


@pytest.mark.parametrize("accepted", [True, False])
def test_losses_are_shown_before_anything_is_written(window, tmp_path, monkeypatch, accepted) -> None:
    loss = Finding("write.text", Severity.WARNING, "第 2 行：䶮", subjects=("2",))
    monkeypatch.setitem(scene_tasks(), "losses", lambda *_a, **_k: (loss,))
    written: list[str] = []
    monkeypatch.setattr(window.session, "export", lambda folder, _done: written.append(folder))
    seen: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda self: seen.append(self.detailedText()))
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda self: self.buttons()[0] if accepted else None)
    window.groups["file"].export_to(str(tmp_path / "out"))
    poll(window)
    assert "䶮" in seen[0]
    assert bool(written) is accepted


def test_a_plan_without_losses_is_written_at_once(window, tmp_path, monkeypatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(window.session, "export", lambda folder, _done: written.append(folder))
    window.groups["file"].export_to(str(tmp_path / "out"))
    poll(window)
    assert written == [str(tmp_path / "out")]
    assert set(scene_offices.TASKS) <= set(scene_tasks())
