# SPDX-License-Identifier: LGPL-3.0-or-later
"""The five operations on communities (建 改 合 分 调): what changes is shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from gridplanner.errors import UserError
from gridplanner.gui.dialogs.beside import BesideMap
from gridplanner.gui.widgets import button, label
from gridplanner.model.kinds import CommunityType
from gridplanner.model.reform import CommunityFigures
from gridplanner.model.titles import word_title
from gridplanner.model.unit_patch import CommunityPatch
from gridplanner.texts import _
from gridplanner.workspace.amend.communities import (
    NewCommunity,
    adjust_communities,
    convert_community,
    create_community,
    merge_communities,
    replan_request,
    split_community,
)
from gridplanner.workspace.workspace import Correction

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

#: Which fields an operation asks for: areas on the map, a community, a second one, a new name.
_NEEDS = {
    "create": ("name",),
    "convert": ("community", "name"),
    "merge": ("community", "other", "name"),
    "split": ("community", "name"),
    "adjust": ("community",),
}


class CommunityDialog(BesideMap):
    """A form that stays beside the map; areas are marked or grids selected there."""

    def __init__(self, window: Shell, operation: str = "merge") -> None:
        super().__init__(window)
        self.setWindowTitle(_("Change communities"))
        self.resize(640, 560)
        self._window, self._session = window, window.session
        self._correction: Correction | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(
            label(
                _(
                    "Communities are proposed by the street and approved by the district government; the "
                    "table of changes for that is among the papers of the export."
                ),
                "quiet",
            )
        )
        layout.addLayout(self._form(operation))
        self.hint = label(role="quiet")
        layout.addWidget(self.hint)
        self.table = self._make_table()
        layout.addWidget(self.table, 1)
        self.state = label()
        layout.addWidget(self.state)
        layout.addLayout(self._buttons())
        self._session.selected.connect(self.preview)
        self._session.changed.connect(self._on_changed)
        self._session.opened.connect(self.close)
        self._fill()
        self._arrange()

    def _form(self, operation: str) -> QFormLayout:
        """Build the questions."""
        form = self.form = QFormLayout()
        form.setHorizontalSpacing(16)
        self.operation = QComboBox()
        for text, key in (
            (_("Create: a new community of the areas on the map"), "create"),
            (_("Convert: another name, type or code"), "convert"),
            (_("Merge: two communities into one"), "merge"),
            (_("Split: give the areas on the map to a new community"), "split"),
            (_("Adjust: move the areas on the map to another community"), "adjust"),
        ):
            self.operation.addItem(text, key)
        self.operation.setCurrentIndex(self.operation.findData(operation))
        self.operation.currentIndexChanged.connect(lambda _i: self._arrange())
        self.community, self.other = QComboBox(), QComboBox()
        self.name, self.code = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText(_("the next free number of the street"))
        self.kind = QComboBox()
        self.kind.addItem(_("as before"), "")
        for kind in CommunityType:
            self.kind.addItem(word_title(kind), str(kind))
        self.reason = QLineEdit()
        for text, widget in (
            (_("Operation"), self.operation),
            (_("Community"), self.community),
            (_("Merged with"), self.other),
            (_("New name"), self.name),
            (_("New code"), self.code),
            (_("Type"), self.kind),
            (_("Reason"), self.reason),
        ):
            form.addRow(text, widget)
            widget.setAccessibleName(text)
        for box in (self.community, self.other, self.kind):
            box.currentIndexChanged.connect(lambda _i: self.preview())
        for field in (self.name, self.code, self.reason):
            field.textChanged.connect(lambda _t: self.preview())
        return form

    def _make_table(self) -> QTableWidget:
        """Build the table of communities before and after."""
        table = QTableWidget(0, 5)
        table.setHorizontalHeaderLabels(
            ["", _("Community"), _("Households"), _("People"), _("Grids of today")]
        )
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setAccessibleName(_("Communities before and after"))
        return table

    def _buttons(self) -> QHBoxLayout:
        """Build what can be done."""
        row = QHBoxLayout()
        self.again = button(_("Plan the grids concerned anew"), self._replan)
        row.addWidget(self.again)
        row.addStretch(1)
        self.run = button(_("Carry out"), self.carry_out, primary=True)
        row.addWidget(self.run)
        return row

    def _fill(self) -> None:
        """List the communities of now."""
        workspace = self._session.workspace
        known = workspace.district.communities if workspace is not None else None
        for box in (self.community, self.other):
            kept = box.currentData()
            box.blockSignals(True)
            box.clear()
            for code, name in zip(known.codes, known.names, strict=True) if known is not None else ():
                box.addItem(f"{name} {code}", str(code))
            box.setCurrentIndex(max(box.findData(kept), 0))
            box.blockSignals(False)
        self.again.setEnabled(bool(workspace is not None and workspace.district.reforms))

    def _arrange(self) -> None:
        """Show the questions that an operation needs."""
        needs = _NEEDS[str(self.operation.currentData())]
        for key, widgets in (
            ("community", (self.community,)),
            ("other", (self.other,)),
            ("name", (self.name, self.code, self.kind)),
        ):
            for widget in widgets:
                self.form.setRowVisible(widget, key in needs)
        on_map = str(self.operation.currentData()) in ("create", "split", "adjust")
        self.hint.setVisible(on_map)
        self.hint.setText(
            _("Areas: those marked with rectangle, lasso or brush, else those of the selected grids.")
        )
        self.preview()

    # --- what would change ---------------------------------------------------------------------------

    def areas(self) -> Sequence[int]:
        """Return the areas the planner has marked, else those of the selected grids."""
        marked, plan = self._window.map.marked, self._session.plan
        if marked or plan is None:
            return sorted(marked)
        return np.flatnonzero(np.isin(plan.assignment, self._session.selection)).tolist()

    def _wanted(self) -> Correction:
        """Return the step that the form asks for."""
        workspace = self._session.workspace
        if workspace is None:
            raise UserError(_("No project is open."))
        district, reason = workspace.district, self.reason.text().strip()
        new = NewCommunity(self.name.text().strip(), self.code.text().strip(), str(self.kind.currentData()))
        code, other = str(self.community.currentData()), str(self.other.currentData())
        operation = str(self.operation.currentData())
        if operation == "convert":
            return convert_community(district, code, new, reason)
        if operation == "merge":
            return merge_communities(district, (code, other), code, new, reason)
        areas = self.areas()
        if not areas:
            raise UserError(_("Mark areas on the map or select grids first."))
        if operation == "create":
            return create_community(district, areas, new, reason)
        if operation == "split":
            return split_community(district, code, areas, new, reason)
        return adjust_communities(district, areas, code, reason)

    def preview(self) -> None:
        """Show the communities before and after, or why that cannot be."""
        self._correction, text = None, ""
        try:
            self._correction = self._wanted()
        except UserError as error:
            text = str(error)
        self.run.setEnabled(self._correction is not None)
        rows: list[tuple[str, CommunityFigures]] = []
        if self._correction is not None and isinstance(self._correction.by, CommunityPatch):
            change = self._correction.by.reforms[-1]
            rows = [(_("before"), f) for f in change.before] + [(_("after"), f) for f in change.after]
            text = _("{people} people and {households} households come to another community.").format(
                people=f"{change.people_moved:,}", households=f"{change.households_moved:,}"
            )
        self.table.setRowCount(len(rows))
        for i, (side, figures) in enumerate(rows):
            cells = (
                side,
                f"{figures.name} {figures.code}",
                f"{figures.households:,}",
                f"{figures.people:,}",
                str(figures.grids),
            )
            for j, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                if j > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(i, j, item)
        self.state.setText(text)

    def carry_out(self) -> None:
        """Make the step."""
        if self._correction is not None and self._session.amend(self._correction):
            self._session.said.emit(
                _("Done. The grids of these communities may need to be planned anew."), "done"
            )

    def _replan(self) -> None:
        """Ask the engine for the grids of the communities changed last."""
        workspace = self._session.workspace
        if workspace is None:
            return
        try:
            self._session.propose(replan_request(workspace.district, workspace.contents.request))
        except UserError as error:
            self.state.setText(str(error))

    def _on_changed(self, _change: object) -> None:
        """Follow the plan and the communities of now."""
        self._fill()
        self.preview()

    def enterEvent(self, event: QEnterEvent | QEvent) -> None:
        # Areas may have been marked on the map meanwhile; nothing tells of that.
        self.preview()

    def let_go(self) -> None:
        self._session.selected.disconnect(self.preview)
        self._session.changed.disconnect(self._on_changed)
        self._session.opened.disconnect(self.close)
