# SPDX-License-Identifier: LGPL-3.0-or-later
"""The findings panel: filter, step through, fly there, waive with a reason."""

from __future__ import annotations

import math

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui import theme
from gridplanner.gui.models.findings import FindingsModel, rule_title
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import label
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _


class FindingsPanel(QWidget):
    """The list of findings beside the map.

    Signals
    -------
    pointed : Finding
        The planner chose one; the map flies there.
    waive_wanted : Finding
    mend_wanted : Finding
    """

    pointed = Signal(object)
    waive_wanted = Signal(object)
    mend_wanted = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = FindingsModel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(self._filters())
        self.table = self._make_table()
        layout.addWidget(self.table, 1)
        self.detail = label(role="quiet")
        self.detail.setMinimumHeight(self.fontMetrics().height() * 3)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.detail)
        layout.addLayout(self._buttons())
        session.judged.connect(self.refresh)
        session.opened.connect(self.refresh)

    def _filters(self) -> QVBoxLayout:
        """Build the filters: a search field over two lists."""
        both, row = QVBoxLayout(), QHBoxLayout()
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Filter findings"))
        self.search.setClearButtonEnabled(True)
        self.severity = QComboBox()
        for text, key in (
            (_("All"), ""),
            (_("Errors"), Severity.ERROR.value),
            (_("Warnings"), Severity.WARNING.value),
            (_("Remarks"), Severity.INFO.value),
        ):
            self.severity.addItem(text, key)
        self.rule = QComboBox()
        self.rule.addItem(_("All check items"), "")
        self.rule.setMinimumWidth(96)
        self.search.textChanged.connect(self._filter)
        self.severity.currentIndexChanged.connect(self._filter)
        self.rule.currentIndexChanged.connect(self._filter)
        row.addWidget(self.severity, 1)
        row.addWidget(self.rule, 2)
        both.addWidget(self.search)
        both.addLayout(row)
        return both

    def _make_table(self) -> QTableView:
        """Build the table."""
        table = QTableView()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(0, 100)
        table.setColumnWidth(2, 60)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        table.setAccessibleName(_("Findings"))
        return table

    def _buttons(self) -> QHBoxLayout:
        """Build the row of buttons."""
        row = QHBoxLayout()
        self.count = label(role="quiet", wrap=False)
        row.addWidget(self.count, 1)
        for name, text, run in (
            ("previous", _("Previous finding"), lambda: self.step(-1)),
            ("next", _("Next finding"), lambda: self.step(1)),
            ("repair", _("Mend this fault of the outlines"), lambda: self.mend_wanted.emit(self.current())),
            ("waive", _("Waive with a reason"), self._waive),
        ):
            tool = QToolButton()
            tool.setIcon(theme.icon(name))
            tool.setToolTip(text)
            tool.setAccessibleName(text)
            tool.clicked.connect(lambda _checked=False, go=run: go())
            row.addWidget(tool)
        return row

    def refresh(self, *_args: object) -> None:
        """Show the findings of now."""
        self.model.set_findings(self._session.findings)
        rules = self.model.rules()
        if rules != [self.rule.itemData(i) for i in range(1, self.rule.count())]:
            self.rule.blockSignals(True)
            self.rule.clear()
            self.rule.addItem(_("All check items"), "")
            for name in rules:
                self.rule.addItem(rule_title(name), name)
            self.rule.blockSignals(False)
        self._filter()

    def show_only(self, rule: str = "", severity: str = "") -> None:
        """Filter by rule and severity, as a link of the requirements list asks."""
        self.rule.setCurrentIndex(max(0, self.rule.findData(rule)))
        self.severity.setCurrentIndex(max(0, self.severity.findData(severity)))

    def _filter(self, *_args: object) -> None:
        """Apply the filters."""
        self.model.set_filter(
            self.search.text(), self.rule.currentData() or "", self.severity.currentData() or ""
        )
        self.count.setText(_("{n} findings").format(n=len(self.model.rows)))
        self.detail.setText(
            _("Choose a finding: the map shows it, and here stands what to do.") if self.model.rows else ""
        )

    def current(self) -> Finding | None:
        """Return the finding in hand."""
        index = self.table.currentIndex()
        return (
            self.model.rows[index.row()] if index.isValid() and index.row() < len(self.model.rows) else None
        )

    def step(self, by: int) -> None:
        """Go to the next or the previous finding."""
        if self.model.rows:
            index = self.table.currentIndex()
            row = (index.row() + by) % len(self.model.rows) if index.isValid() else 0
            self.table.setCurrentIndex(self.model.index(row, 1))

    def _on_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        """Tell what to do about a finding, and have the map show it."""
        finding = self.current()
        if finding is None or not now.isValid():
            return
        self.detail.setText("\n".join(t for t in (finding.text, finding.remedy) if t))
        self.pointed.emit(finding)

    def _waive(self) -> None:
        """Ask for a reason to accept the finding in hand."""
        finding = self.current()
        if finding is not None:
            self.waive_wanted.emit(finding)


def has_place(finding: Finding) -> bool:
    """Tell whether a finding has a place on the map."""
    return not (math.isnan(finding.x) or math.isnan(finding.y))
