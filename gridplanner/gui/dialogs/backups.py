# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dated backups of a project: when, how big, what is in them, and back to one of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.session import Session
from gridplanner.gui.widgets import Figures, column, label
from gridplanner.texts import _
from gridplanner.workspace.scene.commands import status_names


def rows_of(counts: Any) -> list[tuple[str, str, str]]:
    """Return the preview of a backup as names and values.

    Parameters
    ----------
    counts : gridplanner.workspace.scene.safety.BackupCounts
    """
    rows = [
        (_("Communities"), f"{counts.communities:,}", ""),
        (_("Smallest areas"), f"{counts.atoms:,}", ""),
        (_("People"), f"{counts.people:,}", ""),
        (_("Scenarios"), f"{len(counts.scenarios):,}", ""),
    ]
    for line in counts.scenarios:
        name = f"{line.name} *" if line.name == counts.current else line.name
        text = _("{n} general grids, {status}").format(
            n=f"{line.general:,}", status=status_names().get(line.status, line.status)
        )
        rows.append((f"    {name}", text, ""))
    rows.append((_("Recorded steps"), f"{counts.steps:,}", ""))
    return rows


class BackupsDialog(QDialog):
    """Backups on the left, what the chosen one holds on the right."""

    def __init__(self, parent: QWidget | None, session: Session) -> None:
        super().__init__(parent)
        self._session = session
        self._lines: tuple[Any, ...] = ()
        self._counts: dict[str, Any] = {}
        self.setWindowTitle(_("Backups"))
        self.resize(840, 480)
        self.table = self._make_table()
        self.figures = Figures()
        self.last = label("", "quiet")
        self.note = label(
            _(
                "Each save keeps the state before it: the last ten, and one for each of the last days, "
                "weeks and months. Going back makes a backup of what stands there now."
            ),
            "quiet",
        )
        preview = column(label(_("What the backup holds"), "heading"), self.figures, self.last)
        preview.layout().addStretch(1)
        preview.setFixedWidth(330)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.table, 1)
        middle.addWidget(preview)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.back = self.buttons.addButton(
            _("Go back to this backup"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.back.setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.note)
        layout.addLayout(middle, 1)
        layout.addWidget(self.buttons)
        session.ask("backups", self.show_lines, path=session.path)

    def _make_table(self) -> QTableWidget:
        """Build the list of backups."""
        table = QTableWidget(0, 2)
        table.setHorizontalHeaderLabels([_("Time"), _("Size")])
        table.verticalHeader().hide()
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setAccessibleName(_("Backups"))
        table.itemSelectionChanged.connect(self._on_row)
        return table

    def show_lines(self, lines: tuple[Any, ...]) -> None:
        """List the backups; the newest is chosen."""
        self._lines = lines
        self.table.setRowCount(len(lines))
        for r, line in enumerate(lines):
            self.table.setItem(r, 0, QTableWidgetItem(f"{line.time:%Y-%m-%d %H:%M:%S}"))
            size = QTableWidgetItem(_("{n} MB").format(n=f"{line.size / 1e6:.1f}"))
            size.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(r, 1, size)
        if lines:
            self.table.selectRow(0)
        else:
            self.figures.show_rows([(_("There are no backups of this project yet."), "", "")])

    def chosen(self) -> str:
        """Return the path of the chosen backup; "" for none."""
        row = self.table.currentRow()
        return self._lines[row].path if 0 <= row < len(self._lines) else ""

    def _on_row(self) -> None:
        """Look into the chosen backup."""
        path = self.chosen()
        self.back.setEnabled(False)
        if not path:
            return
        if path in self._counts:
            self._show(path, self._counts[path])
            return
        self.figures.show_rows([(_("Looking into the backup..."), "", "")])
        self.last.setText("")
        self._session.ask(
            "backup_counts",
            lambda counts: self._show(path, counts),
            refused=self._show_damage,
            path=path,
        )

    def _show(self, path: str, counts: Any) -> None:
        """Show what a backup holds, unless another was chosen meanwhile."""
        self._counts[path] = counts
        if path != self.chosen():
            return
        self.figures.show_rows(rows_of(counts))
        self.last.setText(
            _("Last step: {step} ({user}, {time})").format(
                step=counts.last_step, user=counts.last_user, time=counts.last_time[:16].replace("T", " ")
            )
            if counts.steps
            else ""
        )
        self.back.setEnabled(True)

    def _show_damage(self, error: Exception) -> bool:
        """Say that a backup cannot be opened."""
        self.figures.show_rows([(_("This backup cannot be opened."), "", "")])
        self.last.setText(str(error))
        return True

    @classmethod
    def ask(cls, parent: QWidget | None, session: Session) -> str:
        """Ask; return the path of the backup to go back to, "" for none."""
        dialog = cls(parent, session)
        return dialog.chosen() if dialog.exec() == QDialog.DialogCode.Accepted else ""
