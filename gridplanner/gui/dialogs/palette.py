# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command palette: every action by a few letters of its name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gridplanner.gui.models.action import plain
from gridplanner.texts import _


class PaletteDialog(QDialog):
    """A search field over the list of actions."""

    def __init__(self, parent: QWidget | None, actions: list[QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Command palette"))
        self.resize(460, 380)
        self._actions = actions
        self.chosen: QAction | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("Type part of a command"))
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(20, 20))
        self._blank = QPixmap(20, 20)
        self._blank.fill(Qt.GlobalColor.transparent)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._take)
        self.list.itemActivated.connect(lambda _item: self._take())
        self._fill("")

    def _fill(self, text: str) -> None:
        """List the actions that hold every word."""
        words = text.lower().split()
        self.list.clear()
        for action in self._actions:
            name = plain(action.text())
            if all(word in name.lower() for word in words):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                # A row without a picture keeps its place: the names stand in one line.
                picture = QIcon(self._blank) if action.icon().isNull() else action.icon()
                item = QListWidgetItem(picture, f"{name}    {keys}".rstrip())
                item.setSizeHint(QSize(0, 28))
                item.setData(Qt.ItemDataRole.UserRole, action.objectName())
                if not action.isEnabled():
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(event.key(), 0)
        if step:
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        """Choose the action in hand."""
        item = self.list.currentItem()
        if item is None or not item.flags():
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        self.chosen = next((a for a in self._actions if a.objectName() == name), None)
        self.accept()
