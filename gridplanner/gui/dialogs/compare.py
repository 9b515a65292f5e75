# SPDX-License-Identifier: LGPL-3.0-or-later
"""Scenarios side by side: numbers, maps that move together, and who goes from which grid to which."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.dialogs.compare_maps import MapsTab
from gridplanner.gui.panels.flow_chart import flows_of
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import label
from gridplanner.model.change import change_totals, crosswalk, deviation
from gridplanner.model.plan import Plan
from gridplanner.texts import _
from gridplanner.workspace.scene.commands import status_names
from gridplanner.workspace.scene.live import OVER, UNDER, live_totals

#: Rows of the flow table; the largest flows come first.
MAX_FLOWS = 2000
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def numbers_of(session: Session, plan: Plan) -> list[tuple[str, str]]:
    """Return the numbers of one plan, name and value."""
    district, rules = session.workspace.district, session.workspace.rules
    totals = live_totals(district, plan, rules)
    held = totals.general & (totals.atoms > 0)
    people = totals.people[held]
    change = change_totals(district.atoms, session.before, plan)
    return [
        (_("General grids"), f"{int(held.sum()):,}"),
        (_("Dedicated grids, number"), f"{int((~totals.general).sum()):,}"),
        (_("People per grid, smallest"), f"{int(people.min()) if len(people) else 0:,}"),
        (_("People per grid, mean"), f"{people.mean() if len(people) else 0:,.0f}"),
        (_("People per grid, largest"), f"{int(people.max()) if len(people) else 0:,}"),
        (_("Mean deviation from the mean size"), f"{deviation(people):.2%}"),
        (_("Below the lower limit"), f"{int((totals.state[held] == UNDER).sum()):,}"),
        (_("Above the upper limit"), f"{int((totals.state[held] == OVER).sum()):,}"),
        (_("Kept as they are"), f"{change.kept:,}"),
        (_("Merged"), f"{change.merged:,}"),
        (_("Split"), f"{change.split:,}"),
        (_("Border moved"), f"{change.reshaped:,}"),
        (_("Cuts through today's grids"), f"{change.pieces:,}"),
        (_("People who change grid"), f"{change.people_moved:,}"),
    ]


def plans_of(session: Session) -> list[tuple[str, Plan, str]]:
    """Return today's division, every scenario, and a proposal under review: name, plan, notes."""
    plans = [(_("today"), session.before, "")]
    plans += [(name, s.plan, s.notes) for name, s in session.workspace.contents.scenarios.items()]
    if session.proposal is not None:
        plans.append((_("The proposal"), session.proposal.plan, ""))
    return plans


class CompareDialog(QDialog):
    """Three tabs: numbers per scenario, maps, people from grid to grid; of all plans at hand, or of some."""

    def __init__(
        self,
        parent: QWidget | None,
        session: Session,
        kernels: ModuleType | None = None,
        plans: list[tuple[str, Plan, str]] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._plans = plans or plans_of(session)
        self.setWindowTitle(_("Compare scenarios"))
        self.resize(1100, 680)
        self.numbers = self._make_numbers()
        self.maps = MapsTab(session, [(name, plan) for name, plan, _notes in self._plans], kernels)
        tabs = QTabWidget()
        tabs.addTab(self.numbers, _("Numbers"))
        tabs.addTab(self.maps, _("Maps"))
        tabs.addTab(self._make_people(), _("People from grid to grid"))
        self.tabs = tabs
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)

    def done(self, result: int) -> None:
        """End the maps with the dialog."""
        self.maps.stop()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.maps.stop()
        super().closeEvent(event)

    # --- numbers -------------------------------------------------------------------------------------

    def _make_numbers(self) -> QTableWidget:
        """Build the table of numbers; status and notes come last."""
        columns = []
        for _name, plan, notes in self._plans:
            rows = numbers_of(self._session, plan)
            rows.append((_("Status"), status_names().get(plan.status, plan.status)))
            rows.append((_("Notes"), notes))
            columns.append(rows)
        table = _table(len(columns[0]), [name for name, _plan, _notes in self._plans])
        table.setVerticalHeaderLabels([name for name, _value in columns[0]])
        for c, column in enumerate(columns):
            for r, (_name, value) in enumerate(column):
                item = QTableWidgetItem(value)
                item.setToolTip(value)
                item.setTextAlignment(RIGHT)
                table.setItem(r, c, item)
        return table

    # --- people --------------------------------------------------------------------------------------

    def _make_people(self) -> QWidget:
        """Build the choice of two plans and a community, and the table below it."""
        self.left, self.right = self._plan_box(0), self._plan_box(len(self._plans) - 1)
        self.home = QComboBox()
        self.home.addItem(_("whole district, as a list"), -1)
        for c, name in enumerate(self._session.workspace.district.communities.names):
            self.home.addItem(_("{community}, as a matrix").format(community=name), c)
        self.home.activated.connect(lambda _i: self._show_people())
        top = QHBoxLayout()
        for text, box in ((_("From"), self.left), (_("to"), self.right), ("", self.home)):
            if text:
                top.addWidget(label(text, wrap=False))
            top.addWidget(box, 1)
        self.people = _table(0, [])
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addLayout(top)
        layout.addWidget(self.people, 1)
        self._show_people()
        return page

    def _plan_box(self, chosen: int) -> QComboBox:
        """Return a list of the plans."""
        box = QComboBox()
        for name, _plan, _notes in self._plans:
            box.addItem(name)
        box.setCurrentIndex(chosen)
        box.activated.connect(lambda _i: self._show_people())
        return box

    def _show_people(self) -> None:
        """Show who goes from which grid of one plan to which of the other."""
        before = self._plans[self.left.currentIndex()][1]
        after = self._plans[self.right.currentIndex()][1]
        community = int(self.home.currentData())
        if community < 0:
            self._show_list(before, after)
        else:
            self._show_matrix(before, after, community)

    def _show_list(self, before: Plan, after: Plan) -> None:
        """List the flows of the whole district, the largest first."""
        pairs = crosswalk(self._session.workspace.district.atoms, before, after)
        order = np.argsort(-pairs.people, kind="stable")[:MAX_FLOWS]
        _reset(self.people, len(order), [_("From grid"), _("To grid"), _("People"), _("Households")])
        olds = [_code(before, g) for g in range(before.n_grids)] + ["-"]
        news = [_code(after, g) for g in range(after.n_grids)] + ["-"]
        for r, k in enumerate(order.tolist()):
            texts = (
                olds[pairs.old[k]],
                news[pairs.new[k]],
                f"{int(pairs.people[k]):,}",
                f"{int(pairs.households[k]):,}",
            )
            for c, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(RIGHT)
                self.people.setItem(r, c, item)

    def _show_matrix(self, before: Plan, after: Plan, community: int) -> None:
        """Show one community as a matrix: from in rows, to in columns, totals last."""
        flows = flows_of(self._session.workspace.district, before, after, community)
        _reset(self.people, len(flows.left) + 1, [*flows.right, _("Total")])
        self.people.setVerticalHeaderLabels([*flows.left, _("Total")])
        body = np.zeros((len(flows.left) + 1, len(flows.right) + 1), np.int64)
        body[:-1, :-1] = flows.people
        body[-1, :-1], body[:-1, -1] = flows.people.sum(axis=0), flows.people.sum(axis=1)
        body[-1, -1] = flows.people.sum()
        for r, c in zip(*(axis.tolist() for axis in np.nonzero(body)), strict=True):
            item = QTableWidgetItem(f"{int(body[r, c]):,}")
            item.setTextAlignment(RIGHT)
            self.people.setItem(r, c, item)


def _code(plan: Plan, grid: int) -> str:
    """Return how a grid is called in a table."""
    return plan.grids[grid].code or f"+{grid + 1}"


def _table(rows: int, heads: list[str]) -> QTableWidget:
    """Return a table that is only read."""
    table = QTableWidget(rows, len(heads))
    table.setHorizontalHeaderLabels(heads)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return table


def _reset(table: QTableWidget, rows: int, heads: list[str]) -> None:
    """Empty a table and give it other heads."""
    table.clear()
    table.setRowCount(rows)
    table.setColumnCount(len(heads))
    table.setHorizontalHeaderLabels(heads)
    mode = QHeaderView.ResizeMode.Stretch if len(heads) < 12 else QHeaderView.ResizeMode.ResizeToContents
    table.horizontalHeader().setSectionResizeMode(mode)
