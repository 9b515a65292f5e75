# SPDX-License-Identifier: LGPL-3.0-or-later
"""The attribute table: one row per grid, sortable; codes, names, workers and notes editable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from gridplanner.gui.session import Session
from gridplanner.model.plan import PlanChange
from gridplanner.model.titles import word_title
from gridplanner.texts import _, ngettext
from gridplanner.workspace.appoint import AppointWorker
from gridplanner.workspace.commands import Command, EditGrid, Together

COLUMNS = (
    "code",
    "name",
    "community",
    "kind",
    "people",
    "households",
    "deviation",
    "radius",
    "area",
    "worker",
    "branch",
    "change",
    "locked",
    "note",
)
EDITABLE = {"code", "name", "worker", "note"}
NUMBERS = {"people", "households", "deviation", "radius", "area"}


def column_titles() -> dict[str, str]:
    """Return the column titles in the user's language."""
    return {
        "code": _("Grid code"),
        "name": _("Name"),
        "community": _("Community"),
        "kind": _("Kind"),
        "people": _("People"),
        "households": _("Households"),
        "deviation": _("Deviation"),
        "radius": _("Radius (m)"),
        "area": _("Area (ha)"),
        "worker": _("Worker"),
        "branch": _("Leading branch"),
        "change": _("Change"),
        "locked": _("Locked"),
        "note": _("Note"),
    }


class GridsModel(QAbstractTableModel):
    """Grids of the plan in work."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._branches: dict[int, str] = {}
        self._rows = 0
        self._stale = False
        self.seen = False
        session.opened.connect(self._on_opened)
        session.changed.connect(self._on_change)
        session.judged.connect(lambda: self._tell(range(self._rows)))

    def show(self, seen: bool) -> None:
        """Follow the plan while the table is seen; catch up when it is shown."""
        self.seen = seen
        if seen:
            self.catch_up()

    def catch_up(self) -> None:
        """Show the plan as it is now, for whoever asks while the table is not seen."""
        if self._stale:
            self.refresh()

    def _on_opened(self) -> None:
        """Show another project, at once only where the table is seen: sorting it would be felt."""
        self._stale = True
        if self.seen:
            self.refresh()

    def _on_change(self, change: PlanChange) -> None:
        """Show a changed plan: only the rows it touches, where their number is the same."""
        plan = self._session.plan
        if not self.seen:
            self._stale = True
        elif plan is None or plan.n_grids != self._rows or change.kind not in ("atoms", "records"):
            self.refresh()
        else:
            self._name_branches()
            self._tell(change.grids)

    def _tell(self, rows: Iterable[int]) -> None:
        """Tell the views which rows changed."""
        touched = sorted(rows)
        if touched and self.seen:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(touched[0], 0), self.index(touched[-1], last))

    def refresh(self, *_change: object) -> None:
        """Show the plan as it is now."""
        self.beginResetModel()
        plan = self._session.plan
        self._stale = False
        self._rows = plan.n_grids if plan is not None else 0
        self._name_branches()
        self.endResetModel()

    def _name_branches(self) -> None:
        """Look up the leading branch of each grid."""
        plan = self._session.plan
        names = {b.code: b.name for b in plan.branches} if plan else {}
        self._branches = (
            {t.grid: names.get(t.branch, t.branch) for t in plan.ties if t.leading} if plan else {}
        )

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._rows

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0):
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return column_titles()[COLUMNS[section]]
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if COLUMNS[index.column()] in EDITABLE else flags

    def value(self, row: int, column: str) -> object:
        """Return the bare value of a cell: number or text."""
        session, plan = self._session, self._session.plan
        if plan is None or row >= plan.n_grids:
            return ""
        record, totals = plan.grids[row], session.totals
        if column in ("people", "households"):
            return int(getattr(totals, column)[row])
        if column == "deviation":
            mean = totals.mean_people
            return float(totals.people[row] / mean - 1) if mean and totals.general[row] else math.nan
        if column in ("radius", "area"):
            return self._measured(row, column)
        district = session.workspace.district if session.workspace else None
        texts = {
            "community": str(district.communities.names[record.community]) if district else "",
            "kind": word_title(record.kind_words()),
            "branch": self._branches.get(row, ""),
            "change": word_title(record.change or ""),
            "locked": _("yes") if record.locked else "",
        }
        return texts[column] if column in texts else str(getattr(record, column))

    def _measured(self, row: int, column: str) -> float:
        """Return a number of the last check; NaN while it is on its way."""
        measures = self._session.measures
        if measures is None or row >= len(measures.radius_m):
            return math.nan
        return float(measures.radius_m[row] if column == "radius" else measures.area_m2[row] / 1e4)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        column = COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            value = self.value(index.row(), column)
            if role == Qt.ItemDataRole.EditRole:
                return value
            return _shown(value, column)
        if role == Qt.ItemDataRole.UserRole:
            return self.value(index.row(), column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        step = self._step(index, str(value)) if role == Qt.ItemDataRole.EditRole else None
        return step is not None and self._session.do(step)

    def take_cells(self, cells: Iterable[tuple[QModelIndex, str]]) -> bool:
        """Write several cells as one step: none is written where one is refused."""
        steps = tuple(step for index, text in cells if (step := self._step(index, text)) is not None)
        text = ngettext("Paste {n} cell", "Paste {n} cells", len(steps)).format(n=len(steps))
        return bool(steps) and self._session.do(Together(steps, text))

    def _step(self, index: QModelIndex, value: str) -> Command | None:
        """Return the step that writes a cell; None where it stands there already or cannot be written."""
        column, text = COLUMNS[index.column()], value.strip()
        if column not in EDITABLE or text == self.value(index.row(), column):
            return None
        if column == "worker":
            return AppointWorker(index.row(), text)
        changed: dict[str, Any] = {column: text}
        return replace(EditGrid(index.row()), **changed)


def _shown(value: object, column: str) -> str:
    """Return a cell's text."""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return {"deviation": f"{value:+.1%}", "area": f"{value:.2f}"}.get(column, f"{value:,.0f}")
    return f"{value:,}" if isinstance(value, int) else str(value)
