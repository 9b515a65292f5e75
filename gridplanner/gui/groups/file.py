# SPDX-License-Identifier: LGPL-3.0-or-later
"""Actions on files: new, open, save, export, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.texts import _
from gridplanner.workspace.project_files import is_project
from gridplanner.workspace.safety.saving import Saving

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell

PROJECT = ".gpkg"


#: What is taken from a folder that is dropped; configurations and reports beside the layers are not.
IN_FOLDERS = (".shp", ".zip", ".gpkg", ".geojson", ".xlsx", ".csv", ".dxf", ".kml", ".tab", ".mif", ".gdb")


def in_folders(paths: list[str]) -> list[str]:
    """Return the files named, and instead of a folder the layers and ledgers in it."""
    found: list[str] = []
    for place in map(Path, paths):
        if place.is_dir() and place.suffix.lower() != ".gdb":
            inside = sorted(place.iterdir())
            found += [str(item) for item in inside if item.suffix.lower() in IN_FOLDERS]
        else:
            found.append(str(place))
    return found


class FileGroup:
    """What the project menu does."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session
        self.exported = ""
        self._session.offered.connect(self._ask_restore)
        self._session.overtaken.connect(self._ask_overtaken)

    def new(self) -> None:
        """Choose layers and start the import assistant."""
        paths, _chosen = QFileDialog.getOpenFileNames(
            self._window,
            _("Choose layers and ledgers"),
            self._folder(),
            _("Layers and tables (*.shp *.zip *.gpkg *.geojson *.json *.xlsx *.csv *.dxf *.kml *.tab *.mif)"),
        )
        if paths:
            self.import_layers(paths)

    def open(self) -> None:
        """Choose a project or layers."""
        path, _chosen = QFileDialog.getOpenFileName(
            self._window,
            _("Open"),
            self._folder(),
            _("Projects and configurations (*.gpkg *.toml);;All files (*)"),
        )
        if path:
            self.open_paths([path])

    def open_paths(self, paths: list[str]) -> None:
        """Open a project or a configuration; loose layers go to the import assistant."""
        self.when_safe(lambda: self._open_now(paths))

    def _open_now(self, paths: list[str]) -> None:
        """Open files; what was open before is saved or given up."""
        self._window.settings.set("folder", str(Path(paths[0]).resolve().parent))
        first, kind = Path(paths[0]), Path(paths[0]).suffix.lower()
        # A GeoPackage of layers is a delivery like others: its planner is asked what they are.
        whole = kind == ".toml" or (kind == PROJECT and (is_project(first) or not first.is_file()))
        if len(paths) == 1 and whole:
            self._session.open_paths(paths)
            if kind == PROJECT:
                self._window.settings.add_recent(paths[0])
                self._window.start.refresh()
        else:
            self.import_layers(paths)

    def import_layers(self, paths: list[str]) -> None:
        """Look into loose layers, let the planner correct what they seem to be, and build a project."""
        from gridplanner.gui.dialogs.import_assistant import ImportAssistant  # only when files come in

        paths = in_folders(paths)
        if not paths:
            self._session.said.emit(_("The folder holds no layers and no ledgers."), "warning")
            return

        def found(guesses: tuple) -> None:
            table = ImportAssistant.ask(self._window, guesses) if guesses else None
            if table is not None:
                self.when_safe(lambda: self._session.import_table(table))

        self._session.ask("probe", found, long=True, paths=tuple(paths))

    def sample(self) -> None:
        """Open the sample district."""
        self.when_safe(self._session.open_sample)

    def home(self) -> None:
        """Show the first page; the project stays open behind it."""
        self._window.start.refresh()
        self._window.stack.setCurrentWidget(self._window.start)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save under the present name; ask for one the first time, and where we may only read."""
        workspace = self._session.workspace
        if workspace is None:
            return
        if self._session.path and not workspace.read_only:
            self._session.save(then=then)
        else:
            self.save_as(then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Save under another name."""
        path = self._ask_name()
        if path:
            self._session.save(path, then=then)
            self._window.settings.add_recent(path)

    def _ask_name(self) -> str:
        """Ask for the name of a project file; "" when cancelled."""
        workspace = self._session.workspace
        if workspace is None:
            return ""
        start = str(Path(self._folder()) / f"{workspace.district.name or 'project'}{PROJECT}")
        path, _chosen = QFileDialog.getSaveFileName(
            self._window, _("Save the project"), start, _("Projects (*.gpkg)")
        )
        return path if not path or path.lower().endswith(PROJECT) else path + PROJECT

    def backups(self) -> None:
        """List the dated backups, and go back to one."""
        from gridplanner.gui.dialogs.backups import BackupsDialog  # rarely needed

        chosen = BackupsDialog.ask(self._window, self._session)
        if chosen:
            self.when_safe(lambda: self._session.restore_backup(chosen))

    def export(self) -> None:
        """Choose a folder and write every output."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder for the output"), self._folder())
        if folder:
            self.export_to(str(Path(folder) / _("grid plan")))

    def export_to(self, folder: str) -> None:
        """Write every output to a folder."""

        def done(files: tuple[str, ...]) -> None:
            self.exported = folder
            self._session.said.emit(
                _("{n} files are written to {folder}").format(n=len(files), folder=folder), "done"
            )
            self._window.pages["export"].show_files(folder, files)

        self._window.groups["offices"].when_lossless(lambda: self._session.export(folder, done))

    def print(self) -> None:
        """Show how the map would be printed."""
        from gridplanner.gui.dialogs.print_map import PrintDialog  # QtPrintSupport, rarely needed

        PrintDialog(self._window).open()

    def sheets(self) -> None:
        """Choose a map sheet, see it, print or save it."""
        from gridplanner.gui.dialogs.sheets import SheetsDialog  # QtPrintSupport, rarely needed

        dialog = SheetsDialog(self._window, self._session)
        dialog.open()
        dialog.show_sheets()

    def copy_picture(self) -> None:
        """Put the map on the clipboard."""
        from gridplanner.gui.dialogs.print_map import paper_picture  # QtPrintSupport, rarely needed

        QGuiApplication.clipboard().setPixmap(paper_picture(self._window))
        self._session.said.emit(_("The map is on the clipboard."), "done")

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def when_safe(self, run: Callable[[], None]) -> None:
        """Go on at once, or after the unsaved steps were saved or given up; a cancel stops it."""
        if not self._session.unsaved:
            run()
            return
        boxes = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            _("Unsaved steps"),
            _("There are unsaved steps. Save them?"),
            boxes.Save | boxes.Discard | boxes.Cancel,
            boxes.Save,
        )
        if answer == boxes.Save:
            self.save(run)
        elif answer == boxes.Discard:
            self._session.log.give_up()
            run()

    def _ask_overtaken(self, sentence: str, path: str) -> None:
        """Let the planner decide whose save stands."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(_("Saved by somebody else"))
        box.setText(sentence)
        box.setInformativeText(
            _("Overwriting keeps their version among the backups (menu Project, Backups).")
        )
        over = box.addButton(_("Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
        other = box.addButton(_("Save as..."), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(other)
        box.exec()
        if box.clickedButton() is over:
            self._session.save_over()
        elif box.clickedButton() is other:
            name = self._ask_name()
            if name:
                self._session.save_elsewhere(name)

    def _ask_restore(self, saving: Saving) -> None:
        """Offer what a crash left, with a list of the steps."""
        box = QMessageBox(self._window)
        box.setWindowTitle(_("Restore steps"))
        box.setText(saving.offer)
        # The newest steps are the preview; the whole list is one click away.
        box.setInformativeText("\n".join(saving.steps[-3:]))
        box.setDetailedText("\n".join(saving.steps))
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
        box.setDefaultButton(QMessageBox.StandardButton.Yes)
        if box.exec() == QMessageBox.StandardButton.Yes:
            self._session.restore()
        else:
            self._session.give_up_steps()

    def _folder(self) -> str:
        """Return the folder used last."""
        return str(self._window.settings.get("folder", str(Path.home())))
