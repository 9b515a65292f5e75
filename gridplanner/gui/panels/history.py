# SPDX-License-Identifier: LGPL-3.0-or-later
"""The action log: who did what and when, newest first; nothing is ever taken out of it."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from gridplanner.gui.session import Session
from gridplanner.model.project import JournalEntry
from gridplanner.model.titles import word_title
from gridplanner.texts import _

SHOWN = 500


def details(parameters: str) -> str:
    """Return what the journal notes of a step in the user's words.

    Examples
    --------
    >>> details("shape=L")
    'shape=L'
    """
    titles = {
        "atoms": _("areas"),
        "from": _("given by"),
        "to": _("taken by"),
        "retired": _("retired"),
        "locked": _("Locked"),
        "unlocked": _("Unlocked"),
        "name": _("Name"),
        "code": _("Code"),
        "kind": _("Kind of grid"),
        "dedicated_kind": _("Kind of unit"),
        "worker": _("Worker"),
        "note": _("Note"),
        "colour": _("Colour of the grid"),
        "key": _("Finding"),
        "people": _("People"),
        "people_moved": _("People who change grid"),
        "grids": _("Grids"),
        "source": _("Source"),
        "date": _("Date"),
        "before": _("before"),
        "after": _("after"),
        "reason": _("Reason"),
    }
    parts = [part.partition("=") for part in parameters.split(", ") if part]
    return _("; ").join(
        f"{titles[key]} {word_title(value)}" if key in titles else f"{key}{sign}{value}"
        for key, sign, value in parts
    )


class HistoryPanel(QWidget):
    """The journal as a table."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._journal: tuple[JournalEntry, ...] = ()
        self.table = QTableWidget(0, 5)
        heads = [_("Time"), _("User"), _("Step"), _("Details"), _("Scenario")]
        self.table.setHorizontalHeaderLabels(heads)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.setAlternatingRowColors(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for i, width in ((0, 160), (1, 90), (3, 320), (4, 120)):
            self.table.setColumnWidth(i, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self.table)
        session.opened.connect(self.refresh)
        session.changed.connect(self.refresh)

    def refresh(self, *_args: object) -> None:
        """Show the newest entries: a journal only grows, so those that are there stay."""
        if not self.isVisible():
            return
        workspace = self._session.workspace
        journal = workspace.contents.journal if workspace is not None else ()
        known = len(self._journal)
        if not known or journal[known - 1 : known] != self._journal[-1:]:
            self.table.setRowCount(0)
            known = 0
        for entry in journal[known:][-SHOWN:]:
            self._add(entry)
        self.table.setRowCount(min(self.table.rowCount(), SHOWN))
        self._journal = journal

    def _add(self, entry: JournalEntry) -> None:
        """Put an entry on top."""
        texts = (
            entry.time.replace("T", " ")[:19],
            entry.user,
            entry.action.partition(": ")[2] or entry.action,
            details(entry.parameters),
            entry.scenario,
        )
        self.table.insertRow(0)
        for c, text in enumerate(texts):
            self.table.setItem(0, c, QTableWidgetItem(text))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
