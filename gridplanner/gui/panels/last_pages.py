# SPDX-License-Identifier: LGPL-3.0-or-later
"""The panels of the last two steps: branches and staff, maps and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QListWidget

from gridplanner.gui.session import Session
from gridplanner.gui.widgets import Figures, Page, button, label, line, show_primary
from gridplanner.model.kinds import GridKind
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell
    from gridplanner.model.project import ProjectContents


class StaffPage(Page):
    """Branches and staff."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Branches and staff"),
            _("Each grid gets one leading party branch, a worker, a code and a name, each with its reason."),
        )
        self._session = window.session
        self.run = button(_("Assign now"), window.groups["plan"].assign, icon="people", primary=True)
        self.next = button(_("Next: maps and export"), lambda: window.steps.go("export"), primary=True)
        self.figures = Figures()
        self.figures.clicked.connect(window.findings.show_only)
        self.ways = Figures()
        self.ways.clicked.connect(lambda _link: window.groups["settle"].assign())
        self.add(
            self.run,
            line(),
            self.figures,
            button(_("Show on the map"), lambda: window.layers.set_style("branch")),
            button(_("Show in the table"), window.groups["view"].find),
            label(_("How it is assigned"), "heading"),
            self.ways,
            button(_("Change how it is assigned..."), window.groups["settle"].assign, icon="settings"),
            self.next,
        )
        self.end()
        for signal in (self._session.judged, self._session.opened, self._session.changed):
            signal.connect(self.refresh)

    def refresh(self, *_args: object) -> None:
        """Show how far the assignment is."""
        plan, workspace = self._session.plan, self._session.workspace
        if plan is None or workspace is None or not self.isVisible():
            return
        leading = {t.grid for t in plan.ties if t.leading}
        vacant = sum(not g.worker and g.kind is GridKind.GENERAL for g in plan.grids)
        uncoded = sum(not g.code for g in plan.grids)
        counted = [
            (_("Grids"), plan.n_grids, ""),
            (_("With a leading branch"), len(leading), ""),
            (_("Without one"), plan.n_grids - len(leading), "branch"),
            (_("Branches"), len(plan.branches), ""),
            (_("Workers in post"), sum(bool(g.worker) for g in plan.grids), ""),
            (_("General grids without a worker"), vacant, "worker"),
            (_("Grids without a code"), uncoded, "code"),
        ]
        # A link that leads to an empty list would only puzzle.
        found = {finding.rule for finding in self._session.findings}
        self.figures.show_rows([(name, f"{n:,}", link if link in found else "") for name, n, link in counted])
        done = self._session.assigned
        show_primary(self.run, not done)
        show_primary(self.next, done)
        self.ways.show_rows(assign_rows(workspace.contents))


def assign_rows(contents: ProjectContents) -> list[tuple[str, str, str]]:
    """Return how codes, names and staff are assigned, in a few lines."""
    from gridplanner.workspace.settling import settled_now  # after the first paint

    assign = settled_now(contents).assign
    kept = _("kept with its people") if assign.numbering == "keep" else _("all anew")
    digits = (
        assign.code_template
        if "{" in assign.code_template
        else _("{n} digits").format(n=assign.code_template)
    )
    return [
        (_("Numbering"), kept, "assign"),
        (_("Codes"), digits, "assign"),
        (_("Team of a grid"), assign.team_template, "assign"),
        (_("Full members a branch needs"), f"{assign.party.min_members}", "assign"),
    ]


def export_rows(contents: ProjectContents) -> list[tuple[str, str, str]]:
    """Return what would be handed over, in a few lines."""
    from gridplanner.workspace.handover.choices import encoding_choices, format_choices
    from gridplanner.workspace.settling import settled_now  # after the first paint

    export = settled_now(contents).export
    formats = [c.name for c in format_choices() if c.always or c.key in export.formats]
    encodings = {c.key: c.name for c in encoding_choices()}
    masked = _("hidden below {n}").format(n=export.mask_below) if export.mask_below else _("shown")
    rows = [
        (_("Formats"), _("{n} kinds").format(n=len(formats)), "export"),
        (_("Encoding of the shapefiles"), encodings.get(export.encoding, export.encoding), "export"),
        (_("Further sets of shapefiles"), f"{len(export.profiles)}", "export"),
        (_("Map sheets"), _("{n} kinds").format(n=3 + len(export.maps.sheets)), "export"),
        (_("Small counts of people"), masked, "export"),
        (_("Names and phones of staff"), _("shown") if export.phones else _("left out"), "export"),
    ]
    return rows


def unready(session: Session) -> str:
    """Return what is still to be done before an export makes sense; "" when nothing is."""
    workspace = session.workspace
    if workspace is None:
        return ""
    if not workspace.contents.current:
        return _("No plan is chosen: today's division would be exported. See steps 4 and 5.")
    if not session.assigned:
        return _("Codes, branches or workers are missing. Run step 6 first, or the ledgers stay empty there.")
    return ""


class ExportPage(Page):
    """Maps, ledgers, layers."""

    def __init__(self, window: Shell) -> None:
        super().__init__(
            _("Maps and export"),
            _("Writes maps (PDF), ledger (Excel), plan document (Word), layers and the offline web map."),
        )
        self._folder = ""
        self._session = window.session
        self.run = button(
            _("Export to a folder..."), window.groups["file"].export, icon="export", primary=True
        )
        self.warning = label("")
        self.what = Figures()
        self.what.clicked.connect(lambda _link: window.groups["settle"].export())
        self.files = QListWidget()
        self.files.itemActivated.connect(lambda item: self._open(item.text()))
        self.place = label("", "quiet")
        self.open_folder = button(_("Open the folder"), lambda: self._open(""), icon="open")
        self._results = (self.place, self.files, self.open_folder)
        self.add(
            label(_("What is handed over"), "heading"),
            self.what,
            button(_("Change what is handed over..."), window.groups["settle"].export, icon="settings"),
            self.warning,
            self.run,
            line(),
            button(_("Single map sheets..."), window.groups["file"].sheets, icon="layers"),
            button(_("Print the map as shown..."), window.groups["file"].print, icon="print"),
            *self._results,
        )
        self.end()
        for widget in self._results:
            widget.setVisible(False)
        for signal in (self._session.opened, self._session.changed):
            signal.connect(self._on_change)

    def _on_change(self, *_args: object) -> None:
        """Follow what is settled, where the page is seen."""
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show what would be written."""
        workspace = self._session.workspace
        if workspace is not None:
            self.what.show_rows(export_rows(workspace.contents))
            self.warning.setText(unready(self._session))
            self.warning.setVisible(bool(self.warning.text()))

    def show_files(self, folder: str, files: tuple[str, ...]) -> None:
        """List what was written."""
        self._folder = folder
        self.place.setText(folder)
        self.files.clear()
        self.files.addItems(list(files))
        self.files.setMinimumHeight(260)
        for widget in self._results:
            widget.setVisible(True)

    def _open(self, name: str) -> None:
        """Open a file, or the folder, with the system's program."""
        if self._folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._folder) / name)))
