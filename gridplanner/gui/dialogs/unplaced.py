# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows of the people ledger without a place: choose one, then click where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from gridplanner.gui.dialogs.beside import BesideMap
from gridplanner.gui.tools.place import PlaceTool
from gridplanner.gui.widgets import label
from gridplanner.model.ledger import LedgerRow, unplaced_rows
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class UnplacedDialog(BesideMap):
    """A list that stays beside the map while rows are placed."""

    def __init__(self, window: Shell, tool: PlaceTool) -> None:
        super().__init__(window)
        self.setWindowTitle(_("Rows of the ledger without a place"))
        self.resize(560, 420)
        self._window, self._session, self._tool = window, window.session, tool
        self._rows: tuple[LedgerRow, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(
            label(
                _(
                    "Choose a row, then click its building on the map (or the area, where no building is "
                    "drawn). Its people count there from then on; undo takes it back."
                ),
                "quiet",
            )
        )
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(
            [_("Estate"), _("Building name"), _("Community"), _("People"), _("Households")]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setAccessibleName(_("Rows of the ledger without a place"))
        self.table.itemSelectionChanged.connect(self._choose)
        layout.addWidget(self.table, 1)
        self.count = label(role="quiet")
        layout.addWidget(self.count)
        self._session.changed.connect(self.refresh)
        self._session.opened.connect(self.close)
        self.refresh()

    def refresh(self, *_args: object) -> None:
        """List what has no place now; the next row is chosen at once."""
        workspace = self._session.workspace
        rows = unplaced_rows(workspace.district) if workspace is not None else ()
        if rows == self._rows and rows:
            return
        before = self.table.currentRow()
        self._rows = rows
        names = [*(workspace.district.communities.names.tolist() if workspace else ()), ""]
        self.table.setRowCount(len(rows))
        for i, row in enumerate(rows):
            cells = (row.estate, row.building, names[row.community], f"{row.people:,}", f"{row.households:,}")
            for j, text in enumerate(cells):
                item = QTableWidgetItem(str(text))
                if j > 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(i, j, item)
        people = sum(row.people for row in rows)
        self.count.setText(
            _("{n} rows, {people} people").format(n=len(rows), people=f"{people:,}")
            if rows
            else _("Every row of the ledger has its place.")
        )
        if rows:
            self.table.selectRow(min(max(before, 0), len(rows) - 1))
        self._choose()

    def _choose(self) -> None:
        """Put the chosen row in hand, and show its community."""
        row = self.table.currentRow()
        self._tool.row = self._rows[row].index if 0 <= row < len(self._rows) else -1

    def let_go(self) -> None:
        self._tool.row = -1
        self._session.changed.disconnect(self.refresh)
        self._session.opened.disconnect(self.close)
