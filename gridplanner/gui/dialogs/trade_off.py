# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plans of which none beats another in every respect: the planner decides, and keeps what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.widgets import label
from gridplanner.texts import _


def mode_titles() -> dict[str, str]:
    """Return what a plan keeps in mind first, in a few words."""
    return {"keep": _("least change"), "balance": _("even sizes"), "compact": _("compact shapes")}


def name_of(choice: Any) -> str:
    """Return the name a plan gets as a scenario."""
    mode = mode_titles().get(choice.proposal.request.mode, choice.proposal.request.mode)
    return _("{mode}, {n} grids").format(mode=mode, n=choice.grids)


class TradeOffDialog(QDialog):
    """One row per plan; the ticked ones become scenarios."""

    def __init__(self, parent: QWidget | None, choices: Sequence[Any]) -> None:
        super().__init__(parent)
        self.choices = list(choices)
        self.setWindowTitle(_("Plans to choose from"))
        self.resize(860, 360)
        heads = [
            _("Plan"),
            _("General grids"),
            _("People who change grid"),
            _("Cuts through today's grids"),
            _("Mean deviation from the mean size"),
            _("Roundness of shapes"),
            _("Breaches that remain"),
        ]
        self.table = QTableWidget(len(self.choices), len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter | Qt.AlignmentFlag(Qt.TextFlag.TextWordWrap))
        header.setMinimumHeight(2 * self.fontMetrics().height() + 14)
        for r, choice in enumerate(self.choices):
            self._fill(r, choice)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.keep = self.buttons.addButton(
            _("Keep the ticked plans as scenarios"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.table.itemChanged.connect(lambda _item: self.keep.setEnabled(bool(self.chosen())))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        note = _("None of these plans is better than another in every column. What weighs more is yours.")
        layout.addWidget(label(note, "quiet"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.buttons)

    def _fill(self, r: int, choice: Any) -> None:
        """Fill one row; the first cell carries the tick."""
        first = QTableWidgetItem(name_of(choice))
        first.setFlags(first.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        first.setCheckState(Qt.CheckState.Checked)
        self.table.setItem(r, 0, first)
        texts = (
            f"{choice.grids:,}",
            f"{choice.people_moved:,}",
            f"{choice.pieces:,}",
            f"{choice.deviation:.2%}",
            f"{choice.roundness:.3f}",
            f"{choice.errors:,}",
        )
        for c, text in enumerate(texts, 1):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(r, c, item)

    def chosen(self) -> list[Any]:
        """Return the ticked plans."""
        rows = range(self.table.rowCount())
        return [self.choices[r] for r in rows if self.table.item(r, 0).checkState() == Qt.CheckState.Checked]

    @classmethod
    def ask(cls, parent: QWidget | None, choices: Sequence[Any]) -> list[Any]:
        """Ask; return the plans to keep."""
        dialog = cls(parent, choices)
        return dialog.chosen() if dialog.exec() == QDialog.DialogCode.Accepted else []
