# SPDX-License-Identifier: LGPL-3.0-or-later
"""Dialogs that only show: shortcuts, licences, and what stands after a fault of the program."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QPushButton, QTableWidget

from gridplanner.gui.dialogs.about import AboutDialog
from gridplanner.gui.dialogs.fault import FaultDialog
from gridplanner.gui.dialogs.manual import KeyboardDialog

TRACE = """Traceback (most recent call last):
  File "gridplanner/gui/session.py", line 10, in ask
    raise KeyError("张三 13800000000")
KeyError: '张三 13800000000'
"""


def close(dialog: Any) -> None:
    """Press the button that every one of them has."""
    assert dialog.isVisible()
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close).click()
    assert not dialog.isVisible()


def test_every_shortcut_is_listed_once(bare_window: Any) -> None:
    bare_window.groups["help"].shortcuts()
    dialog = bare_window.findChild(KeyboardDialog)
    table = dialog.findChild(QTableWidget)
    listed = [table.item(row, 1).text() for row in range(table.rowCount())]
    wanted = {
        action.shortcut().toString()
        for action in bare_window.actions_by_id.values()
        if not action.shortcut().isEmpty()
    }
    assert wanted <= set(listed) and len(listed) == len(set(listed))
    close(dialog)


def test_licences_of_what_is_used_are_named(bare_window: Any) -> None:
    bare_window.groups["help"].about()
    dialog = bare_window.findChild(AboutDialog)
    text = dialog.findChild(QPlainTextEdit).toPlainText()
    for name in ("Qt", "GDAL", "shapely", "numba", "HiGHS", "Leaflet"):
        assert name.lower() in text.lower(), name
    close(dialog)


def test_a_fault_is_told_without_data_and_a_copy_can_be_saved(window: Any, monkeypatch: Any) -> None:
    saved: list[bool] = []
    monkeypatch.setattr(window.groups["file"], "save_as", lambda: saved.append(True))
    window.show_fault(TRACE)
    dialog = window.findChild(FaultDialog)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    copy, save = buttons["复制文字"], buttons["另存一份…"]
    copy.click()
    text = QGuiApplication.clipboard().text()
    assert "session.py:10 ask" in text and "KeyError" in text
    assert "张三" not in text and "13800000000" not in text
    save.click()
    assert saved == [True]
    close(dialog)
    assert window.session.workspace is not None
