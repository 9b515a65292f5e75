# SPDX-License-Identifier: LGPL-3.0-or-later
"""Settings of the configuration in pages of a dialog, made from rows of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.setting_fields import FIELDS, Field
from gridplanner.gui.models.setting import Setting
from gridplanner.gui.widgets import label
from gridplanner.texts import _

#: Kinds that carry their name themselves.
_NAMED = ("switch", "below")

Pages = Sequence[tuple[str, Sequence[Setting]]]
Check = Callable[[Mapping[str, Any]], object]


class SettingsDialog(QDialog):
    """Pages of settings; OK waits until the values are possible.

    Parameters
    ----------
    parent : QWidget
    title, note : str
    pages : sequence of (title, settings)
    value : callable
        Gives the value in force by its key.
    take : callable
        Takes the changed values; refuses with a UserError, which is shown.
    """

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        note: str,
        pages: Pages,
        value: Callable[[str], Any],
        take: Check,
    ) -> None:
        super().__init__(parent)
        self._take = take
        self.fields: dict[str, Field] = {}
        self._before: dict[str, Any] = {}
        self.setWindowTitle(title)
        self.resize(760, 640)
        self.tabs = QTabWidget()
        for name, settings in pages:
            self.tabs.addTab(self._page(settings, value), name)
        self.problem = label("")
        self.problem.setObjectName("problem")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(20, 16, 20, 16)
        self.body.setSpacing(12)
        self.body.addWidget(label(note, "quiet"))
        self.body.addWidget(self.tabs, 1)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.buttons)

    def _page(self, settings: Sequence[Setting], value: Callable[[str], Any]) -> QWidget:
        """Return one page: a form that scrolls."""
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(12, 14, 12, 12)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        for setting in settings:
            field = self.fields[setting.key] = FIELDS[setting.kind](setting)
            field.set(value(setting.key))
            self._before[setting.key] = field.get()
            form.addRow("" if setting.kind in _NAMED else setting.text, field)
            if setting.kind == "below":
                form.addRow("", label(setting.help, "quiet"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        return area

    def changes(self) -> dict[str, Any]:
        """Return the values that were changed, by key."""
        now = {key: field.get() for key, field in self.fields.items()}
        return {key: value for key, value in now.items() if value != self._before[key]}

    def accept(self) -> None:
        """Hand the values over, or say what is impossible."""
        try:
            self._take(self.changes())
        except UserError as error:
            self.problem.setText(str(error))
            return
        super().accept()


class ExportDialog(SettingsDialog):
    """The settings of the output, and beneath them what would be written and lost.

    Parameters
    ----------
    look : callable
        Asks for a preview of the changed values and hands it to the function given.
    """

    def __init__(
        self,
        parent: QWidget | None,
        note: str,
        pages: Pages,
        value: Callable[[str], Any],
        take: Check,
        look: Callable[[Mapping[str, Any], Callable[[str], None]], None],
    ) -> None:
        from PySide6.QtWidgets import QPlainTextEdit

        super().__init__(parent, _("What is handed over"), note, pages, value, take)
        self._look = look
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFixedHeight(150)
        self.preview.setVisible(False)
        self.body.insertWidget(2, self.preview)
        self.look_button = self.buttons.addButton(
            _("What would be written and lost"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.look_button.clicked.connect(lambda _checked=False: self.look())

    def look(self) -> None:
        """Ask what these settings would write; the answer comes a moment later."""
        self.problem.setText("")
        self.show_preview(_("Looking..."))
        try:
            self._look(self.changes(), self.show_preview)
        except UserError as error:
            self.preview.setVisible(False)
            self.problem.setText(str(error))

    def show_preview(self, text: str) -> None:
        """Show what would be written."""
        self.preview.setVisible(True)
        self.preview.setPlainText(text)
