# SPDX-License-Identifier: LGPL-3.0-or-later
"""The attribute table, linked to the map both ways; copies to and pastes from Excel."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QTableView, QVBoxLayout, QWidget

from gridplanner.gui.map_controller import MapController
from gridplanner.gui.models.grids import COLUMNS, GridsModel, GridsProxy
from gridplanner.gui.panels.worker_choice import WorkerDelegate
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import button, label
from gridplanner.texts import _


class _Table(QTableView):
    """A table that knows copy and paste."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Copy the selected rows with their heads, tab separated, as Excel takes them."""
        model = self.model()
        rows = sorted({i.row() for i in self.selectedIndexes()})
        lines = ["\t".join(self._heads())]
        for r in rows:
            values = [model.index(r, c).data(Qt.ItemDataRole.UserRole) for c in range(model.columnCount())]
            lines.append("\t".join("" if v is None or v != v else str(v) for v in values))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """Paste a block from the current cell on, as one step; only editable columns take values.

        A block that begins with the heads of this table, as `copy` gives it, is put below them.
        """
        start, model = self.currentIndex(), self.model()
        text = QGuiApplication.clipboard().text().rstrip("\n")
        if not start.isValid() or not text:
            return
        lines = [line.rstrip("\r").split("\t") for line in text.split("\n")]
        headed = lines[0] == self._heads()
        first = 0 if headed else start.column()
        cells = [
            (model.mapToSource(index), value)
            for r, line in enumerate(lines[headed:])
            for c, value in enumerate(line)
            if (index := model.index(start.row() + r, first + c)).isValid()
        ]
        model.sourceModel().take_cells(cells)

    def _heads(self) -> list[str]:
        """Return the heads of the columns."""
        model = self.model()
        return [str(model.headerData(c, Qt.Orientation.Horizontal)) for c in range(model.columnCount())]


class TablePanel(QWidget):
    """The attribute table with its filter."""

    def __init__(self, session: Session, controller: MapController) -> None:
        super().__init__()
        self._session, self._map = session, controller
        self._narrowing = False
        self.model = GridsModel(session)
        self.proxy = GridsProxy()
        self.proxy.setSourceModel(self.model)
        self.proxy.setFilterKeyColumn(-1)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = _Table()
        self.table.setModel(self.proxy)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._dress_table()
        self.table.setItemDelegateForColumn(COLUMNS.index("worker"), WorkerDelegate(session, self.table))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("Filter the table"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(280)
        self.filter.textChanged.connect(self._narrow)
        self.count = label(role="quiet", wrap=False)
        top = QHBoxLayout()
        top.addWidget(self.filter)
        top.addWidget(button(_("Zoom to rows"), self._zoom))
        top.addWidget(button(_("Copy"), self.table.copy))
        top.addStretch(1)
        top.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        self.table.selectionModel().selectionChanged.connect(self._on_rows)
        session.selected.connect(self._on_selection)
        self.proxy.modelReset.connect(self._on_selection)

    def _dress_table(self) -> None:
        """Give the table its looks and the widths of its columns."""
        table, heads = self.table, self.table.horizontalHeader()
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        table.setAccessibleName(_("Attribute table"))
        for i, width in enumerate((140, 150, 110, 96, 76, 76, 76, 96, 104, 96, 160, 84, 70, 120)):
            table.setColumnWidth(i, max(width, heads.sectionSizeHint(i)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.show(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.show(False)

    def grids(self) -> list[int]:
        """Return the grids of the selected rows."""
        return [self.proxy.mapToSource(i).row() for i in self.table.selectionModel().selectedRows()]

    def _zoom(self) -> None:
        """Zoom to the selected rows."""
        self._map.zoom_to_grids(self.grids())

    def _narrow(self, text: str) -> None:
        """Show the rows that hold a text; what is selected on the map stays selected."""
        self._narrowing = True
        self.proxy.setFilterFixedString(text)
        self._narrowing = False
        self._on_selection()

    def _on_rows(self, *_args: object) -> None:
        """Select on the map what is selected here; rows that a filter hides are not let go."""
        if not self._narrowing:
            self._session.select(self.grids())

    def _on_selection(self, *_args: object) -> None:
        """Select here what is selected on the map."""
        self.count.setText(_("{n} grids").format(n=self.proxy.rowCount()))
        if not self.isVisible():
            return
        wanted = set(self._session.selection)
        if wanted == set(self.grids()):
            return
        chosen = QItemSelection()
        first = None
        for grid in sorted(wanted):
            index = self.proxy.mapFromSource(self.model.index(grid, 0))
            if index.isValid():
                chosen.select(index, index)
                first = first or index
        flags = QItemSelectionModel.SelectionFlag
        picker = self.table.selectionModel()
        picker.blockSignals(True)
        picker.select(chosen, flags.ClearAndSelect | flags.Rows)
        picker.blockSignals(False)
        self.table.viewport().update()
        if first is not None:
            self.table.scrollTo(first)
