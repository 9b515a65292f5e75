# SPDX-License-Identifier: LGPL-3.0-or-later
"""One map sheet of any kind: chosen, seen in a preview, printed in true scale or saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrintPreviewWidget
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.session import Session
from gridplanner.gui.widgets import label
from gridplanner.texts import _

PAPERS = ("A4", "8K", "A3", "A2", "A1", "A0")
TILES = ("", "A4", "A3")
#: Kinds whose place is a street, a community, or a grid.
STREETS, COMMUNITIES, GRIDS = ("street", "organisation"), ("community", "notice", "level"), ("walk",)


def kind_names() -> dict[str, str]:
    """Return the kinds of sheets by the words of `maps.book.make_sheets`."""
    return {
        "district": _("Wall map of the district"),
        "street": _("Map of a street"),
        "community": _("Map of a community"),
        "atlas": _("Community atlas with index"),
        "change": _("Map of changes"),
        "before_after": _("Before and after, a pair"),
        "branch": _("Map of party branches"),
        "organisation": _("Chart of the party organisation"),
        "notice": _("Notice of a community"),
        "walk": _("Field-walk sheet of a grid"),
        "level": _("Micro-grids and area grids"),
    }


class SheetsDialog(QDialog):
    """Choices on the left, the sheets as they will be printed on the right."""

    def __init__(self, parent: QWidget | None, session: Session) -> None:
        super().__init__(parent)
        self._session = session
        self._sheets: list[Any] = []
        self.setWindowTitle(_("Map sheets"))
        self.resize(1180, 760)
        self.kind, self.of, self.paper, self.tiles = (QComboBox() for _number in range(4))
        for word, name in kind_names().items():
            self.kind.addItem(name, word)
        for paper in PAPERS:
            self.paper.addItem(_("octavo (8K)") if paper == "8K" else paper, paper)
        self.paper.setCurrentText("A3")
        for paper in TILES:
            name = _("pages of {paper}").format(paper=paper) if paper else _("in one piece")
            self.tiles.addItem(name, paper)
        self.public = QCheckBox(_("without numbers of people"))
        self.of.setEditable(True)
        self.note = label("", "quiet")
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self.preview = QPrintPreviewWidget(self._printer, self)
        self.preview.paintRequested.connect(self.paint)
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._list_places)
        self._list_places()

    def _lay_out(self) -> None:
        """Put the choices beside the preview."""
        form = QFormLayout()
        form.addRow(_("Sheet"), self.kind)
        form.addRow(_("Of"), self.of)
        form.addRow(_("Paper"), self.paper)
        form.addRow(_("Cut"), self.tiles)
        form.addRow("", self.public)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        roles = QDialogButtonBox.ButtonRole
        self.show_button = buttons.addButton(_("Show"), roles.ActionRole)
        self.print_button = buttons.addButton(_("Print..."), roles.ActionRole)
        self.save_button = buttons.addButton(_("Save as..."), roles.ActionRole)
        self.show_button.clicked.connect(self.show_sheets)
        self.print_button.clicked.connect(self.print_sheets)
        self.save_button.clicked.connect(self.save_sheets)
        buttons.rejected.connect(self.reject)
        self.print_button.setEnabled(False)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addWidget(self.note)
        left.addStretch(1)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(330)
        middle = QHBoxLayout()
        middle.addWidget(side)
        middle.addWidget(self.preview, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(middle, 1)
        layout.addWidget(buttons)

    def _list_places(self) -> None:
        """Offer the streets, communities or grids that the kind of sheet may show."""
        kind, workspace = self.kind.currentData(), self._session.workspace
        self.of.clear()
        if workspace is None:
            return
        places = workspace.district.communities
        if kind not in ("community", "notice", "walk"):
            self.of.addItem(_("all"), "")
        if kind in STREETS:
            names = dict(zip(places.street_codes.tolist(), places.street_names.tolist(), strict=True))
            for code, name in sorted(names.items()):
                self.of.addItem(str(name) or str(code), str(code) or str(name))
        if kind in COMMUNITIES:
            for code, name in sorted(zip(places.codes.tolist(), places.names.tolist(), strict=True)):
                self.of.addItem(str(name), str(code))
        if kind in GRIDS:
            for record in sorted(workspace.plan.grids, key=lambda grid: grid.code):
                self.of.addItem(record.name or record.code, record.code or record.name)
            chosen = self._session.selection
            if chosen:
                self.of.setCurrentText(workspace.plan.grids[chosen[0]].name)
        self.of.setEnabled(self.of.count() > 1)

    def wanted(self) -> dict[str, Any]:
        """Return the choices as the worker wants them."""
        row = self.of.findText(self.of.currentText())
        return {
            "kind": self.kind.currentData(),
            "of": self.of.itemData(row) if row >= 0 else self.of.currentText().strip(),
            "paper": self.paper.currentData(),
            "tiles": self.tiles.currentData(),
            "public": self.public.isChecked(),
        }

    def _ask(self, name: str, then: Any, **more: Any) -> None:
        """Ask the worker for the plan on screen."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        workspace = self._session.workspace
        if workspace is None:
            return
        self.note.setText(_("Drawing the sheets"))
        self._session.ask(
            name,
            then,
            refused=self._refused,
            contents=without_district(workspace.contents),
            plan=workspace.plan,
            certificate=self._session.certificate,
            wanted=self.wanted(),
            **more,
        )

    def _refused(self, error: Exception) -> bool:
        """Say in the dialog what could not be drawn."""
        self.note.setText(str(error))
        return True

    def show_sheets(self) -> None:
        """Draw the sheets and show them."""
        self._ask("sheets", self._show)

    def _show(self, sheets: list[Any]) -> None:
        """Show what was drawn."""
        self._sheets = sheets
        self.print_button.setEnabled(bool(sheets))
        first = sheets[0]
        scale = _("Scale 1:{scale}").format(scale=f"{first.scale:,}") if first.scale else ""
        pages = _("{n} pages").format(n=len(sheets))
        self.note.setText("　".join(text for text in (first.title, scale, pages) if text))
        self.preview.updatePreview()

    def paint(self, printer: QPrinter) -> None:
        """Paint the sheets to the preview or to the printer."""
        if self._sheets:
            from gridplanner.maps.printing import print_sheets  # GEOS, wanted by this dialog only

            print_sheets(printer, self._sheets)

    def print_sheets(self) -> None:
        """Choose a printer and print in true scale."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self.paint(printer)

    def save_sheets(self) -> None:
        """Write the sheets to a file."""
        name = f"{kind_names()[self.kind.currentData()]}.pdf"
        start = str(Path(self._session.path).parent / name) if self._session.path else name
        path, _chosen = QFileDialog.getSaveFileName(
            self, _("Save the sheets"), start, _("Documents and pictures (*.pdf *.png *.svg)")
        )
        if path:
            self._ask("write_sheets", self._saved, out=path)

    def _saved(self, files: tuple[str, ...]) -> None:
        """Say what was written."""
        self.note.setText(_("{n} files written: {path}").format(n=len(files), path=files[0]))
