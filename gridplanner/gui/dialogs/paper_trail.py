# SPDX-License-Identifier: LGPL-3.0-or-later
"""Status of a plan on its way to approval, and the register of opinions."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import button, label, row
from gridplanner.texts import _
from gridplanner.workspace.scene.commands import (
    STATUSES,
    Opinion,
    RecordOpinion,
    SetStatus,
    last_status,
    latest,
    opinions,
    place_text,
    status_names,
)


def enter_opinion(parent: QWidget | None, session: Session, place: str) -> bool:
    """Ask for an opinion and enter it in the register; False when nothing was entered."""
    fields = [
        Field("who", _("From whom"), "", required=True),
        Field("text", _("Opinion"), "", long=True, required=True),
        Field("answer", _("Answer"), "", long=True),
        Field("place", _("Grids or place concerned"), place),
    ]
    answer = AskDialog.ask(parent, _("Enter an opinion"), fields)
    return bool(answer) and session.do(RecordOpinion(**{k: str(v) for k, v in answer.items()}))


class PaperTrailDialog(QDialog):
    """Where a plan stands, and what was said about it.

    Signals
    -------
    place_wanted : list of int - the map should show these grids
    spot_wanted : float, float - the map should show this place, metres
    """

    place_wanted = Signal(object)
    spot_wanted = Signal(float, float)

    def __init__(self, parent: QWidget | None, session: Session) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(_("Status and opinions"))
        self.resize(720, 480)
        self.status = QComboBox()
        for key in STATUSES:
            self.status.addItem(status_names()[key], key)
        plan = session.plan
        self.status.setCurrentIndex(self.status.findData(plan.status if plan else "draft"))
        self.document = QLineEdit()
        self.document.setPlaceholderText(_("for example 民发〔2026〕1号"))
        self.day = QLineEdit(date.today().isoformat())
        form = QFormLayout()
        form.addRow(_("Status"), self.status)
        form.addRow(_("Document number"), self.document)
        form.addRow(_("Date"), self.day)
        self.note = label("", "quiet")
        self.table = self._make_table()
        answers = (
            button(_("Enter an opinion..."), self.enter),
            button(_("Answer..."), self.answer),
            button(_("Show on the map"), self.show_grid),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addLayout(form)
        layout.addWidget(row(button(_("Set the status"), self.set_status, primary=True)))
        layout.addWidget(self.note)
        layout.addWidget(label(_("Register of opinions"), "heading"))
        layout.addWidget(self.table, 1)
        layout.addWidget(row(*answers))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        # The bar of the window lies behind this dialog.
        session.said.connect(self._tell)
        self.refresh()

    def _tell(self, text: str, _kind: str) -> None:
        """Show here what the window says meanwhile."""
        self.note.setText(text)

    @staticmethod
    def _make_table() -> QTableWidget:
        """Build the register; what was said and answered gets the room."""
        table = QTableWidget(0, 5)
        table.setHorizontalHeaderLabels(
            [_("Time"), _("From whom"), _("Opinion"), _("Answer"), _("Grids or place concerned")]
        )
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        return table

    def refresh(self) -> None:
        """Show the register."""
        workspace = self._session.workspace
        contents = workspace.contents if workspace is not None else None
        found = latest(opinions(contents.journal, contents.current)) if contents is not None else []
        if contents is not None and not self.note.text():
            self.note.setText(last_status(contents.journal, contents.current))
        self.table.setRowCount(len(found))
        for r, opinion in enumerate(found):
            texts = (
                opinion.time[:16].replace("T", " "),
                opinion.who,
                opinion.text,
                opinion.answer,
                opinion.place,
            )
            for c, text in enumerate(texts):
                self.table.setItem(r, c, QTableWidgetItem(text))

    def set_status(self) -> None:
        """Move the plan along."""
        command = SetStatus(
            str(self.status.currentData()), self.document.text().strip(), self.day.text().strip()
        )
        if self._session.do(command):
            self._session.said.emit(
                _("The plan is now: {status}").format(status=self.status.currentText()), "done"
            )

    def enter(self) -> None:
        """Enter an opinion about the selected grid."""
        plan = self._session.plan
        chosen = [plan.grids[g].code for g in self._session.selection] if plan is not None else []
        if enter_opinion(self, self._session, place_text(code for code in chosen if code)):
            self.refresh()

    def answer(self) -> None:
        """Answer the opinion in hand; the register keeps both entries, and shows the newest answer."""
        texts = [self._text(c) for c in range(1, 5)]
        if not texts[0]:
            return
        who, text, said, place = texts
        given = AskDialog.ask(self, _("Answer"), [Field("answer", _("Answer"), said, long=True)], text)
        if given and self._session.do(RecordOpinion(who, text, str(given["answer"]), place)):
            self.refresh()

    def _text(self, column: int) -> str:
        """Return a cell of the row in hand."""
        item = self.table.item(self.table.currentRow(), column)
        return item.text() if item is not None else ""

    def show_grid(self) -> None:
        """Select the grids an opinion speaks of, and have the map show its place."""
        plan = self._session.plan
        opinion = Opinion("", "", "", "", self._text(4))
        if not opinion.place or plan is None:
            return
        wanted = set(opinion.codes)
        grids = [i for i, g in enumerate(plan.grids) if g.code and g.code in wanted]
        self._session.select(grids)
        if opinion.spot is not None:
            self.spot_wanted.emit(*opinion.spot)
        elif grids:
            self.place_wanted.emit(grids)
