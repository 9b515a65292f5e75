# SPDX-License-Identifier: LGPL-3.0-or-later
"""The manual, read offline, and the list of shortcuts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QImage, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.models.action import plain
from gridplanner.gui.panels.steps import step_titles
from gridplanner.texts import RESOURCES, _

#: Pixels of a picture in the text.
WIDEST = 790
MANUAL = RESOURCES.parent / "docs" / "manual.zh-CN.md"


class ManualText(QTextBrowser):
    """Text whose pictures are never wider than the window: nobody scrolls sideways to read."""

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """Return a resource; a picture as wide as the text at most, sharp on fine screens too."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = self.document().baseUrl().resolved(name).toLocalFile()
        picture, ratio = QImage(path), self.devicePixelRatioF()
        if picture.isNull():
            return super().loadResource(kind, name)
        width = round(min(picture.width(), WIDEST) * ratio)
        picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture


class ManualDialog(QDialog):
    """The manual in a window of its own, so that it can stay open beside the map."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Manual"))
        self.resize(860, 720)
        self.text = ManualText()
        self.text.setOpenExternalLinks(False)
        self.text.document().setBaseUrl(QUrl.fromLocalFile(str(MANUAL)))
        self.text.setSearchPaths([str(MANUAL.parent)])
        if MANUAL.is_file():
            self.text.setMarkdown(MANUAL.read_text(encoding="utf-8"))
        else:
            self.text.setPlainText(_("The manual is missing in this installation."))
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    @classmethod
    def at_step(cls, parent: QWidget | None, step: str) -> ManualDialog:
        """Return the manual, opened at the chapter of a step."""
        dialog = cls(parent)
        titles = list(step_titles())
        # The chapters stand in the order of the steps, after the one that says how to begin.
        dialog.text.find(f"{titles.index(step) + 2}. {step_titles()[step]}")
        return dialog


class KeyboardDialog(QDialog):
    """All shortcuts as a table."""

    def __init__(self, parent: QWidget | None, actions: list[QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard"))
        self.resize(520, 620)
        rows = [(plain(a.text()), a.shortcut().toString()) for a in actions if not a.shortcut().isEmpty()]
        rows += [
            (_("Pan the map"), "← → ↑ ↓"),
            (_("Zoom"), "+  -"),
            (_("Size of the brush"), "[  ]"),
            (_("Cancel what was begun"), "Esc"),
            (_("Choose the grid that takes the areas"), "Alt"),
        ]
        table = QTableWidget(len(rows), 2)
        table.setHorizontalHeaderLabels([_("Action"), _("Key")])
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for r, (text, key) in enumerate(rows):
            table.setItem(r, 0, QTableWidgetItem(text))
            table.setItem(r, 1, QTableWidgetItem(key))
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
