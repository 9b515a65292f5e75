# SPDX-License-Identifier: LGPL-3.0-or-later
"""The cell of the attribute table where a worker is appointed: a list to choose from, or to type into."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gridplanner.gui.session import Session
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Worker
from gridplanner.texts import _


def choices(plan: Plan, grid: int, community_code: str) -> list[tuple[str, str]]:
    """Return (text, identifier) of who can be put into a grid; first who is free, then who is near."""
    post = {record.worker: g for g, record in enumerate(plan.grids) if record.worker}

    def order(worker: Worker) -> tuple[bool, bool, str]:
        return worker.id in post, worker.community_code != community_code, worker.id

    def text(worker: Worker) -> str:
        served = post.get(worker.id)
        where = _("without a post")
        if served is not None:
            record = plan.grids[served]
            where = _("now in {grid}").format(grid=record.name or record.code or f"+{served + 1}")
        name = worker.name if worker.name != worker.id else ""
        return "  ".join(part for part in (worker.id, name, where) if part)

    found = [(_("vacant"), "")]
    return found + [(text(worker), worker.id) for worker in sorted(plan.workers, key=order)]


class WorkerDelegate(QStyledItemDelegate):
    """Offers the workers of the list."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QWidget:
        plan, workspace = self._session.plan, self._session.workspace
        box = QComboBox(parent)
        box.setEditable(True)
        model = index.model()
        grid = (model.mapToSource(index) if isinstance(model, QSortFilterProxyModel) else index).row()
        if plan is not None and workspace is not None:
            code = str(workspace.district.communities.codes[plan.grids[grid].community])
            for text, worker in choices(plan, grid, code):
                box.addItem(text, worker)
        # The list may be wider than its column.
        box.view().setMinimumWidth(320)
        completer = box.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex) -> None:
        if isinstance(editor, QComboBox):
            row = editor.findText(editor.currentText())
            typed = editor.currentText().strip()
            model.setData(index, editor.itemData(row) if row >= 0 else typed, Qt.ItemDataRole.EditRole)
