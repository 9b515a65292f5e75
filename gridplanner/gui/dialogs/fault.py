# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one dialog for faults that nobody expected: what happened, versions, and a way to save a copy."""

from __future__ import annotations

import PySide6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from gridplanner.gui.widgets import label
from gridplanner.texts import _
from gridplanner.workspace.safety.fault_report import fault_text


class FaultDialog(QDialog):
    """Shows where the program failed, without any value of the data; the project stays open."""

    def __init__(self, parent: QWidget | None, trace: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("A fault of the program"))
        self.resize(720, 420)
        layout = QVBoxLayout(self)
        layout.addWidget(
            label(
                _(
                    "Something went wrong that is not your fault. Your project is still open: save a copy, "
                    "then send the text below to whoever looks after the program; it holds no data."
                )
            )
        )
        self.text = QPlainTextEdit(f"Qt {PySide6.__version__}, {fault_text(trace)}")
        self.text.setReadOnly(True)
        layout.addWidget(self.text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(_("Copy the text"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        save = buttons.addButton(_("Save a copy..."), QDialogButtonBox.ButtonRole.ActionRole)
        save.clicked.connect(self._save)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _save(self) -> None:
        """Save the project under another name."""
        groups = getattr(self.parent(), "groups", None)
        if groups is not None:
            groups["file"].save_as()

    @classmethod
    def tell(cls, parent: QWidget | None, trace: str) -> FaultDialog:
        """Show a fault without stopping the window."""
        dialog = cls(parent, trace)
        dialog.open()
        return dialog
