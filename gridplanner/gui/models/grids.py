# SPDX-License-Identifier: LGPL-3.0-or-later
"""The attribute table: one row per grid, sortable; codes, names, workers and notes editable."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt

from gridplanner.gui.session import Session
from gridplanner.model.plan import GridRecord, PlanChange
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
#: Roles as the views ask for them; looking one up in Qt takes as long as the answer.
_SHOWN, _EDITED = int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.EditRole)
_BARE, _ALIGNED = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.TextAlignmentRole)
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


class GridsProxy(QSortFilterProxyModel):
    """Sorts the bare values without carrying each of them through Qt and back."""

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        model, column = self.sourceModel(), COLUMNS[left.column()]
        return model.value(left.row(), column) < model.value(right.row(), column)


class GridsModel(QAbstractTableModel):
    """Grids of the plan in work."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._columns: dict[str, list[object]] = {}
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
        self._columns.clear()
        if not self.seen:
            self._stale = True
        elif plan is None or plan.n_grids != self._rows or change.kind not in ("atoms", "records"):
            self.refresh()
        else:
            self._tell(change.grids)

    def _tell(self, rows: Iterable[int]) -> None:
        """Tell the views which rows changed."""
        self._columns.clear()
        touched = sorted(rows)
        if touched and self.seen:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(touched[0], 0), self.index(touched[-1], last))

    def refresh(self, *_change: object) -> None:
        """Show the plan as it is now."""
        self.beginResetModel()
        plan = self._session.plan
        self._stale = False
        self._columns.clear()
        self._rows = plan.n_grids if plan is not None else 0
        self.endResetModel()

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
        # Sorting asks for each cell many times: a column is worked out once for each state of the plan.
        if column not in self._columns:
            self._columns[column] = self._column(column)
        held = self._columns[column]
        if row < len(held):
            return held[row]
        # A view may still ask for a grid that the last step has taken away.
        return math.nan if column in NUMBERS else ""

    def _column(self, column: str) -> list[object]:
        """Return the bare values of a column, one per grid."""
        session, plan = self._session, self._session.plan
        if plan is None or session.workspace is None:
            return []
        if column in NUMBERS:
            return self._numbers(column)
        if column == "community":
            names = session.workspace.district.communities.names
            return [str(names[record.community]) for record in plan.grids]
        if column == "branch":
            titles = {b.code: b.name for b in plan.branches}
            leading = {t.grid: titles.get(t.branch, t.branch) for t in plan.ties if t.leading}
            return [leading.get(grid, "") for grid in range(plan.n_grids)]
        texts: dict[str, Callable[[GridRecord], str]] = {
            "kind": lambda record: word_title(record.kind_words()),
            "change": lambda record: word_title(record.change or ""),
            "locked": lambda record: _("yes") if record.locked else "",
        }
        text = texts.get(column, lambda record: str(getattr(record, column)))
        return [text(record) for record in plan.grids]

    def _numbers(self, column: str) -> list[object]:
        """Return a column of numbers; NaN where the last check is still on its way."""
        totals, measures = self._session.totals, self._session.measures
        if column in ("people", "households"):
            return [int(n) for n in getattr(totals, column).tolist()]
        unknown = [math.nan] * len(totals.people)
        if column == "deviation":
            mean = totals.mean_people
            shares = np.where(totals.general, totals.people / mean - 1, math.nan) if mean else unknown
            return list(np.asarray(shares, float).tolist())
        if measures is None or len(measures.radius_m) != len(unknown):
            return list(unknown)
        return list((measures.radius_m if column == "radius" else measures.area_m2 / 1e4).tolist())

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        if role in (_BARE, _EDITED):
            return self.value(index.row(), COLUMNS[index.column()])
        if role == _SHOWN:
            column = COLUMNS[index.column()]
            return _text(self.value(index.row(), column), column)
        if role == _ALIGNED and COLUMNS[index.column()] in NUMBERS:
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


def _text(value: object, column: str) -> str:
    """Return a cell's text."""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return {"deviation": f"{value:+.1%}", "area": f"{value:.2f}"}.get(column, f"{value:,.0f}")
    return f"{value:,}" if isinstance(value, int) else str(value)
