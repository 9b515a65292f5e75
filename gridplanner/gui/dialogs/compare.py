# SPDX-License-Identifier: LGPL-3.0-or-later
"""Scenarios side by side: numbers, and who goes from which old grid to which new one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.session import Session
from gridplanner.model.change import change_totals, crosswalk, deviation
from gridplanner.model.plan import Plan
from gridplanner.texts import _
from gridplanner.workspace.scene_live import OVER, UNDER, live_totals

#: Rows of the flow table; the largest flows come first.
MAX_FLOWS = 2000


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


class CompareDialog(QDialog):
    """Two tables: numbers per scenario; flows from old to new grids of the plan in work."""

    def __init__(self, parent: QWidget | None, session: Session) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(_("Compare scenarios"))
        self.resize(820, 560)
        self.numbers = self._make_numbers()
        self.flows = self._make_flows()
        tabs = QTabWidget()
        tabs.addTab(self.numbers, _("Numbers"))
        tabs.addTab(self.flows, _("From old to new"))
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _plans(self) -> list[tuple[str, Plan]]:
        """Return today's division, every scenario, and a proposal under review."""
        session = self._session
        plans = [(_("today"), session.before)]
        plans += [(name, s.plan) for name, s in session.workspace.contents.scenarios.items()]
        if session.proposal is not None:
            plans.append((_("The proposal"), session.proposal.plan))
        return plans

    def _make_numbers(self) -> QTableWidget:
        """Build the table of numbers."""
        plans = self._plans()
        columns = [numbers_of(self._session, plan) for _name, plan in plans]
        table = QTableWidget(len(columns[0]), len(plans))
        table.setHorizontalHeaderLabels([name for name, _plan in plans])
        table.setVerticalHeaderLabels([name for name, _value in columns[0]])
        for c, column in enumerate(columns):
            for r, (_name, value) in enumerate(column):
                item = QTableWidgetItem(value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(r, c, item)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        return table

    def _make_flows(self) -> QTableWidget:
        """Build the table of people who go from an old grid to a new one."""
        session = self._session
        plan = session.plan
        pairs = crosswalk(session.workspace.district.atoms, session.before, plan)
        order = np.argsort(-pairs.people, kind="stable")[:MAX_FLOWS]
        table = QTableWidget(len(order), 4)
        table.setHorizontalHeaderLabels([_("Old grid"), _("New grid code"), _("People"), _("Households")])
        olds = [g.code for g in session.before.grids] + ["-"]
        news = [g.code or f"+{i + 1}" for i, g in enumerate(plan.grids)] + ["-"]
        for r, k in enumerate(order.tolist()):
            texts = (
                olds[pairs.old[k]],
                news[pairs.new[k]],
                f"{int(pairs.people[k]):,}",
                f"{int(pairs.households[k]):,}",
            )
            for c, text in enumerate(texts):
                table.setItem(r, c, QTableWidgetItem(text))
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        return table
