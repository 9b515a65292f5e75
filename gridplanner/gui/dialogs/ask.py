# SPDX-License-Identifier: LGPL-3.0-or-later
"""One short form: asks for a few values, returns them as a frozen mapping, or None when cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.widgets import label


@dataclass(frozen=True)
class Field:
    """One question of a form.

    Parameters
    ----------
    key, text : str
    value : str, int or bool
        Where it starts; its type chooses the kind of field.
    choices : sequence of (text, value)
        A list to choose from.
    low, high : int
        Bounds of a number.
    long : bool
        Several lines of text.
    required : bool
        OK waits for a text.
    hint : str
        What an empty line shows.
    """

    key: str
    text: str
    value: str | int | bool = ""
    choices: Sequence[tuple[str, object]] = ()
    low: int = 0
    high: int = 10_000_000
    long: bool = False
    required: bool = False
    hint: str = ""


class AskDialog(QDialog):
    """A form made of fields."""

    def __init__(self, parent: QWidget | None, title: str, fields: Sequence[Field], note: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._fields = fields
        self.widgets: dict[str, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        if note:
            layout.addWidget(label(note, "quiet"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        for field in fields:
            widget = _widget(field)
            self.widgets[field.key] = widget
            form.addRow("" if isinstance(field.value, bool) else field.text, widget)
            if isinstance(widget, QLineEdit):
                widget.textChanged.connect(self._check)
            if isinstance(widget, QPlainTextEdit):
                widget.textChanged.connect(self._check)
        layout.addLayout(form)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self._check()

    def _check(self) -> None:
        """Let OK wait until every required text is there."""
        values = self.values()
        ready = all(str(values[f.key]).strip() for f in self._fields if f.required)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(ready)

    def values(self) -> Mapping[str, object]:
        """Return the answers by key."""
        return {field.key: _value(self.widgets[field.key]) for field in self._fields}

    @classmethod
    def ask(
        cls, parent: QWidget | None, title: str, fields: Sequence[Field], note: str = ""
    ) -> Mapping[str, object] | None:
        """Ask; None when cancelled."""
        dialog = cls(parent, title, fields, note)
        return dialog.values() if dialog.exec() == QDialog.DialogCode.Accepted else None


def _widget(field: Field) -> QWidget:
    """Return the widget that fits a field."""
    if field.choices:
        box = QComboBox()
        for text, value in field.choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(field.value)))
        return box
    if isinstance(field.value, bool):
        tick = QCheckBox(field.text)
        tick.setChecked(field.value)
        return tick
    if isinstance(field.value, int):
        spin = QSpinBox()
        spin.setRange(field.low, field.high)
        spin.setGroupSeparatorShown(True)
        spin.setValue(field.value)
        return spin
    if field.long:
        page = QPlainTextEdit(field.value)
        page.setFixedHeight(90)
        return page
    line = QLineEdit(field.value)
    line.setMinimumWidth(320 if field.hint else 240)
    line.setPlaceholderText(field.hint)
    return line


def _value(widget: QWidget) -> object:
    """Return what a widget holds."""
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QSpinBox):
        return widget.value()
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText().strip()
    return widget.text().strip()
