# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window as the planner meets it: first page, steps, every action, every dialog."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from gridplanner.errors import UserError
from gridplanner.gui.actions import BEGINS, CONDITIONS, action_rows, menu_titles
from gridplanner.gui.dialogs.ask import AskDialog
from gridplanner.gui.main_window import MainWindow
from gridplanner.gui.panels.steps import STEPS, StepState
from gridplanner.gui.session import Session
from gridplanner.gui.settings import Settings
from gridplanner.workspace.scene import registry as scene_registry
from tests.gui.conftest import InlineDesk, show, toy_contents

NEEDS_FILES = {"new", "open", "save", "save_as", "export", "import_scenario", "merge_plans", "release"}


def test_the_first_page_offers_the_sample(bare_window) -> None:
    assert bare_window.stack.currentWidget() is bare_window.start
    assert bare_window.start.sample.isEnabled()
    assert bare_window.windowTitle()
    assert not bare_window.actions_by_id["save"].isEnabled()


def test_rows_are_sound() -> None:
    rows = action_rows()
    assert len({row.id for row in rows}) == len(rows)
    keys = [row.shortcut for row in rows if row.shortcut]
    assert len(set(keys)) == len(keys), "two actions share a shortcut"
    for row in rows:
        assert row.when in CONDITIONS
        assert row.menu in menu_titles()


def test_each_row_has_a_method_and_an_icon_that_exists(window) -> None:
    from gridplanner.gui.theme import ICONS

    for row in action_rows():
        group, method = row.run.split(".")
        assert callable(getattr(window.groups[group], method)), row.id
        assert not row.icon or (ICONS / f"{row.icon}.svg").is_file(), row.id


def test_a_project_puts_the_map_on_screen(window) -> None:
    assert window.stack.currentWidget() is window.maps
    assert window.steps.current == "check"
    assert window.layers.list.count() >= 2
    picture = window.canvas.grab().toImage()
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 9)
        for y in range(0, picture.height(), 9)
    }
    assert len(colours) > 3


def test_steps_follow_the_arrow_keys(window, qtbot) -> None:
    window.steps.setFocus()
    qtbot.keyClick(window.steps, Qt.Key.Key_Right)
    assert window.steps.current == "rules"
    for step in STEPS:
        window.steps.go(step)
        assert window.page_stack.currentIndex() == STEPS.index(step)


def close_dialogs(result: int) -> None:
    """Answer whatever dialog is open."""
    widget = QApplication.activeModalWidget()
    if isinstance(widget, QDialog):
        widget.done(result)


def refuse(*_args: object, **_more: object) -> None:
    """Stand in for a task that takes long."""
    raise UserError("not in this test")


@pytest.mark.parametrize("answer", [QDialog.DialogCode.Accepted, QDialog.DialogCode.Rejected])
@pytest.mark.parametrize(
    "row", [r for r in action_rows() if r.id not in ("quit", "language", "dark")], ids=lambda r: r.id
)
def test_every_action_runs(window, qtbot, monkeypatch, row, answer) -> None:
    """Each action is walked, with its dialog answered by OK and by cancel; nothing may be a fault."""
    faults: list[str] = []
    window.session.failed.connect(faults.append)
    # Building the sample and starting worker processes take seconds and are tested elsewhere.
    monkeypatch.setitem(scene_registry.TASKS, "sample", refuse)
    monkeypatch.setitem(scene_registry.TASKS, "propose", refuse)
    monkeypatch.setitem(scene_registry.TASKS, "trade_off", refuse)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: ([], ""))
    window.session.select((0, 1) if row.when == "two" else (0,))
    if row.when == "file_idle":
        window.session.path = "区.gpkg"
    if row.when == "scenario":
        window.session.workspace.add_scenario("测试", window.session.plan)
        window.session.select((0,))
    timer = QTimer()
    timer.timeout.connect(lambda: close_dialogs(int(answer)))
    timer.start(20)
    action = window.actions_by_id[row.id]
    window.refresh()
    if action.isEnabled():
        action.trigger()
    else:
        assert row.when in {"undo", "redo", "proposal", "busy", "two"}, row.id
    qtbot.wait(30)
    timer.stop()
    window.session._poll()
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.close()
    assert not faults, faults
    if window.isFullScreen():
        window.showNormal()


def test_undo_asks_for_nothing_when_there_is_nothing(window) -> None:
    window.session.undo()
    assert window.session.plan is not None


def test_unsaved_steps_are_asked_about(window, monkeypatch) -> None:
    window.session.select((0, 1))
    window.groups["edit"].merge()
    assert window.isWindowModified()
    boxes, went = QMessageBox.StandardButton, []
    monkeypatch.setattr(QMessageBox, "question", lambda *a, **k: boxes.Cancel)
    window.groups["file"].when_safe(lambda: went.append("cancel"))
    monkeypatch.setattr(QMessageBox, "question", lambda *a, **k: boxes.Discard)
    window.groups["file"].when_safe(lambda: went.append("discard"))
    assert went == ["discard"]


def test_ask_dialog_waits_for_a_required_text(qtbot) -> None:
    from gridplanner.gui.dialogs.ask import Field

    dialog = AskDialog(
        None, "x", [Field("name", "名称", "", required=True), Field("n", "数", 3, low=1, high=9)]
    )
    qtbot.addWidget(dialog)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.widgets["name"].setText("方案")
    assert ok.isEnabled()
    assert dialog.values() == {"name": "方案", "n": 3}


def test_a_second_project_replaces_the_first(window) -> None:
    window.session.select((2,))
    show(window, toy_contents("AB\nAB"))
    assert window.session.selection == ()
    assert window.session.plan.n_grids == 2


def test_dark_keeps_the_map(window, qtbot) -> None:
    shown = [window]
    for wanted in (True, False):
        shown[-1].replaced.connect(shown.append)
        shown[-1].actions_by_id["dark"].trigger()
        qtbot.addWidget(shown[-1])
        assert shown[-1].canvas.dark is wanted
        assert shown[-1].actions_by_id["dark"].isChecked() is wanted
        assert shown[-1].stack.currentWidget() is shown[-1].maps
        assert shown[-1].session.plan is not None
    assert len(shown) == 3
    shown[-1].session.workspace = None
    shown[-1].canvas.stop()


def texts_of(window) -> list[str]:
    """Return every text that buttons, labels and menus show."""
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractButton, QLabel

    widgets = [w.text() for kind in (QLabel, QAbstractButton) for w in window.findChildren(kind)]
    return widgets + [a.text() for a in window.findChildren(QAction)]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_the_language_changes_in_place_with_the_project_open(window, qtbot) -> None:
    session = window.session
    session.select((0, 1))
    window.groups["edit"].merge()
    window.steps.go("edit")
    window.canvas.zoom_by(2.0)
    view, plan = window.canvas.view, session.plan
    windows: list = []
    window.replaced.connect(windows.append)
    window.actions_by_id["language"].trigger()
    new = windows[0]
    qtbot.addWidget(new)
    session._poll()
    assert new.isVisible()
    assert not window.isVisible()
    assert new.session is session
    assert session.plan is plan
    assert session.workspace.undo_label
    assert new.steps.current == "edit"
    assert new.canvas.view.scale == view.scale
    assert new.actions_by_id["save"].text() == "&Save"
    named = {str(n) for n in session.workspace.district.communities.names} | {session.workspace.district.name}
    named |= {grid.name for grid in plan.grids} | set(session.workspace.contents.scenarios)
    left = [t for t in texts_of(new) if is_chinese(t) and not any(n and n in t for n in named)]
    assert not left, left
    assert not any(is_chinese(f.text) for f in session.findings if not any(n in f.text for n in named))
    offered: list = []
    new.groups["file"]._ask_overtaken = lambda *a: offered.append(a)
    session.undo()
    assert session.plan.n_grids == 6, "one undo is one step: the old window listens no more"
    new.actions_by_id["language"].trigger()
    again = session.parent()
    qtbot.addWidget(again)
    assert again.actions_by_id["save"].text().startswith("保存")
    again.session.workspace = None
    again.canvas.stop()


def test_dark_is_ticked_when_the_window_opens_dark(qtbot, tmp_path) -> None:
    from gridplanner.gui import theme
    from gridplanner.gui.main_window import MainWindow
    from gridplanner.gui.session import Session
    from gridplanner.gui.settings import Settings
    from tests.gui.conftest import InlineDesk

    theme.apply(QApplication.instance(), True)
    try:
        made = MainWindow(Settings(tmp_path / "s.json"), Session(InlineDesk()))
        qtbot.addWidget(made)
        assert made.actions_by_id["dark"].isChecked()
        made.canvas.stop()
    finally:
        theme.apply(QApplication.instance(), False)


def test_every_step_can_be_reached_on_a_small_screen(window) -> None:
    bar = window.steps
    for width in (1200, 620, 480):
        bar.resize(width, bar.height())
        for step in ("data", "plan", "export"):
            bar.go(step)
            rects = bar._rects()
            assert max(rect.right() for rect in rects.values()) < width
            assert step not in bar.short()
    assert bar.minimumSizeHint().width() <= 360
    bar.resize(340, bar.height())
    assert max(rect.right() for rect in bar._rects().values()) < 340
    bar.resize(2000, bar.height())
    assert not bar.short()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_all_seven_steps_are_named_on_a_small_screen(language, qtbot, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", language)
    made = MainWindow(Settings(tmp_path / "s.json"), Session(InlineDesk()))
    qtbot.addWidget(made)
    made.steps.set_states({step: StepState("findings", 1234) for step in STEPS})
    made.resize(1366, 768)
    made.show()
    # The bar stands over the docks: they take nothing of its width.
    assert made.steps.width() > 1300
    assert made.steps.short() == []
    made.canvas.stop()


def test_layers_and_losses_have_names_of_the_users_language(window) -> None:
    from gridplanner.gui.models.findings import rule_title
    from gridplanner.gui.panels.layers import role_title
    from gridplanner.model.layers import ROLES

    assert all(not role_title(role).isascii() for role in ROLES)
    names = [rule_title(f"read.{what}") for what in ("geometry", "text", "crs", "unplaced", "strange")]
    assert len(set(names)) == len(names)
    assert rule_title("repair.gap") != rule_title("repair.overlap")


def test_every_menu_is_in_parts_and_no_part_is_empty(window) -> None:
    assert {row.id for row in action_rows()} >= BEGINS
    for entry in window.menuBar().actions():
        marks = ["-" if action.isSeparator() else "a" for action in entry.menu().actions()]
        parts = "".join(marks).split("-")
        assert all(parts)
        assert max(map(len, parts)) <= 10, entry.text()


def test_paper_is_light_though_the_window_is_dark(window) -> None:
    from PySide6.QtGui import QColor

    from gridplanner.gui import theme
    from gridplanner.gui.dialogs.print_map import PrintDialog, paper_picture

    def corner() -> int:
        return QColor(paper_picture(window).toImage().pixel(3, 3)).lightness()

    window.canvas.setFocus()
    light = corner()
    application = QApplication.instance()
    theme.apply(application, True)
    try:
        window.map.refresh()
        assert window.canvas.dark
        assert corner() == light > 200
        assert window.canvas.dark, "the window stays as it is"
        PrintDialog(window).close()
    finally:
        theme.apply(application, False)


def test_every_picture_of_the_manual_is_there() -> None:
    docs = Path(__file__).resolve().parent.parent.parent / "docs"
    named = set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (docs / "manual.zh-CN.md").read_text(encoding="utf-8")))
    assert len(named) > 15
    assert not [name for name in sorted(named) if not (docs / name).is_file()]


def test_letters_belong_to_the_map_and_function_keys_to_the_whole_window(window) -> None:
    on_map, everywhere = Qt.ShortcutContext.WidgetWithChildrenShortcut, Qt.ShortcutContext.WindowShortcut
    for name, context in (
        ("merge", on_map),
        ("merge_choosing", on_map),
        ("retire", on_map),
        ("next_finding", everywhere),
        ("previous_finding", everywhere),
    ):
        assert window.actions_by_id[name].shortcutContext() is context, name
