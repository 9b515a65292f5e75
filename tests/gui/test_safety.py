# SPDX-License-Identifier: LGPL-3.0-or-later
"""Nothing is lost through the window: backups, another's save, projects without a file, leaving."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from gridplanner.gui.dialogs.backups import BackupsDialog
from gridplanner.io.project.project import open_project, save_project
from gridplanner.workspace.commands import EditGrid
from gridplanner.workspace.safety.backups import list_backups
from gridplanner.workspace.safety.recovery import RecoveryLog, base_path
from gridplanner.workspace.safety.recovery_offer import begin_unsaved
from gridplanner.workspace.workspace import Workspace
from tests.gui.conftest import toy_contents

BOXES = QMessageBox.StandardButton


def answer(window: Any) -> None:
    for _round in range(4):
        window.session._poll()


@pytest.fixture
def saved(window: Any, tmp_path: Path) -> Path:
    """A project saved twice, so that there is one backup with six grids beside a file with five."""
    path = tmp_path / "区.gpkg"
    window.session.do(EditGrid(0, name="初稿"))
    window.session.save(str(path))
    answer(window)
    window.session.select((0, 1))
    window.groups["edit"].merge()
    window.session.save()
    answer(window)
    return path


def name_of(path: Path) -> str:
    contents = open_project(path)
    return contents.scenarios[contents.current].plan.grids[0].name


def test_backups_are_listed_with_what_they_hold(window: Any, saved: Path, qtbot: Any) -> None:
    dialog = BackupsDialog(None, window.session)
    qtbot.addWidget(dialog)
    assert not dialog.back.isEnabled(), "nothing is chosen before the list has come"
    answer(window)
    assert dialog.table.rowCount() == len(list_backups(saved)) == 1
    assert dialog.back.isEnabled()
    counts = dialog._counts[dialog.chosen()]
    assert [line.general for line in counts.scenarios] == [6]
    assert counts.last_step and counts.people > 0


def test_a_backup_comes_back_and_what_stood_there_is_kept(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = list_backups(saved)[0]
    monkeypatch.setattr(BackupsDialog, "ask", classmethod(lambda *_a: str(chosen.path)))
    assert window.session.plan.n_grids == 5
    window.actions_by_id["backups"].trigger()
    answer(window)
    assert window.session.plan.n_grids == 6
    assert window.session.path == str(saved)
    assert name_of(saved) == "初稿"
    assert {len(_grids(b.path)) for b in list_backups(saved)} == {5, 6}
    window.session.select((0, 1))
    window.groups["edit"].merge()
    window.session.save()
    answer(window)
    assert not window.session.unsaved, "the file brought back is ours to save again"


def _grids(path: Path) -> tuple[Any, ...]:
    contents = open_project(path)
    return contents.scenarios[contents.current].plan.grids


def test_a_damaged_backup_is_said_and_harms_nothing(window: Any, saved: Path, qtbot: Any) -> None:
    backup = list_backups(saved)[0].path
    backup.write_bytes(backup.read_bytes()[:2000])
    dialog = BackupsDialog(None, window.session)
    qtbot.addWidget(dialog)
    answer(window)
    assert not dialog.back.isEnabled()
    assert dialog.last.text()
    said: list[str] = []
    window.session.said.connect(lambda text, kind: said.append(kind))
    before = saved.read_bytes()
    window.session.restore_backup(str(backup))
    answer(window)
    assert said == ["error"]
    assert saved.read_bytes() == before


def press(text: str) -> None:
    """Press a button of the open message box; the one to cancel where none is so named."""

    def go() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        named = [b for b in box.buttons() if text in b.text()]
        (named[0] if named else box.button(BOXES.Cancel)).click()

    QTimer.singleShot(0, go)


@pytest.mark.parametrize("choice", ["覆盖", "另存为", "取消"])
def test_another_save_meanwhile_is_a_question(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch, choice: str
) -> None:
    theirs = Workspace(open_project(saved))
    theirs.do(EditGrid(0, name="同事改的"))
    save_project(saved, theirs.contents)
    window.session.do(EditGrid(0, name="我改的"))
    copy = saved.with_name("副本.gpkg")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(copy), ""))
    press(choice)
    window.groups["file"].save()
    answer(window)
    if choice == "覆盖":
        assert name_of(saved) == "我改的"
        assert "同事改的" in [name_of(b.path) for b in list_backups(saved)]
    else:
        assert name_of(saved) == "同事改的"
    assert copy.exists() == (choice == "另存为")
    assert window.session.unsaved == (choice == "取消")


def test_leaving_waits_until_the_file_stands(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker saves in a thread of its own: closing at once would end it in the middle."""
    window.session.do(EditGrid(0, name="最后一步"))
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.Save)
    window.close()
    assert window.isVisible(), "the answer of the worker has not come yet"
    answer(window)
    assert not window.isVisible()
    assert name_of(saved) == "最后一步"


def test_leaving_is_called_off_by_cancel_and_by_a_failed_save(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.do(EditGrid(0, name="最后一步"))
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.Cancel)
    window.close()
    assert window.isVisible()
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.Save)
    window.session.path = str(saved.parent / "没有的文件夹" / "区.gpkg")
    window.close()
    answer(window)
    assert window.isVisible()
    assert window.session.unsaved
    assert window.messages.isVisible()


def test_steps_given_up_stay_logged_until_the_project_is_left(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.do(EditGrid(0, name="不要了"))
    log = Path(window.session.log._log.path)
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.Discard)
    window.groups["file"].open_paths([str(saved.with_name("不存在.gpkg"))])
    answer(window)
    assert window.session.do(EditGrid(0, name="又改了"))
    assert log.exists(), "the other project did not open: the work goes on and must be kept"
    window.groups["file"].open_paths([str(saved)])
    answer(window)
    assert not window.session.unsaved


def crashed_without_file() -> Path:
    """Leave what a killed program leaves of a project that never had a file."""
    contents = toy_contents()
    path, save_id = begin_unsaved(contents)
    workspace = Workspace(contents)
    log = RecoveryLog(path, contents, save_id)
    workspace.subscribe(lambda change: log.record(workspace.contents, change.label))
    workspace.do(EditGrid(0, name="没存过"))
    workspace.do(EditGrid(1, name="也没存过"))
    log.close()
    lines = path.read_bytes().split(b"\n")
    assert len(lines) >= 3
    return path


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Path:
    from gridplanner.workspace import session as sessions

    monkeypatch.setattr(sessions, "process_lives", lambda pid: pid != os.getpid())
    return crashed_without_file()


def test_a_project_without_a_file_is_offered_and_brought_back(bare_window: Any, left: Path) -> None:
    session = bare_window.session
    session.look_for_unsaved()
    answer(bare_window)
    card = bare_window.start.left_behind
    assert card.isVisible()
    assert len(card.rows) == 1
    card.wanted.emit(str(left))
    answer(bare_window)
    assert [g.name for g in session.plan.grids[:2]] == ["没存过", "也没存过"]
    assert session.path == ""
    assert session.unsaved
    assert bare_window.isWindowModified()
    assert not left.exists(), "its steps are in a log of ours now"
    assert session.log._log.steps > 0
    assert session.today_measures is not None
    session.log._log.close()


def test_a_project_without_a_file_can_be_dropped(
    bare_window: Any, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_window.session.look_for_unsaved()
    answer(bare_window)
    card = bare_window.start.left_behind
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.No)
    card._ask_drop(_Line(str(left)))
    assert left.exists()
    monkeypatch.setattr(QMessageBox, "question", lambda *_a, **_k: BOXES.Yes)
    card._ask_drop(_Line(str(left)))
    answer(bare_window)
    assert not left.exists()
    assert not base_path(left).exists()
    assert not card.isVisible()


class _Line:
    """One line of the card."""

    def __init__(self, log: str) -> None:
        self.log, self.name, self.steps = log, "区", ("一",)


def test_what_we_may_only_read_says_so_in_the_title(window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    window.session.workspace.read_only = True
    window.refresh()
    assert "只读" in window.windowTitle()
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: asked.append("name") or ("", ""))
    window.groups["file"].save()
    assert asked == ["name"], "saving asks for another name"


@pytest.mark.parametrize("result", [QDialog.DialogCode.Accepted, QDialog.DialogCode.Rejected])
def test_the_backups_dialog_answers_only_when_accepted(
    window: Any, saved: Path, monkeypatch: pytest.MonkeyPatch, result: QDialog.DialogCode
) -> None:
    def run(dialog: BackupsDialog) -> QDialog.DialogCode:
        answer(window)
        return result

    monkeypatch.setattr(BackupsDialog, "exec", run)
    chosen = BackupsDialog.ask(window, window.session)
    assert bool(chosen) == (result == QDialog.DialogCode.Accepted)
