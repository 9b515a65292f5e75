# SPDX-License-Identifier: LGPL-3.0-or-later
"""Actions on files: new, open, save, export, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.texts import _
from gridplanner.workspace.saving import Saving

if TYPE_CHECKING:
    from gridplanner.gui.main_window import MainWindow

PROJECT = ".gpkg"


class FileGroup:
    """What the project menu does."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._session = window.session
        self.exported = ""
        self._session.offered.connect(self._ask_restore)

    def new(self) -> None:
        """Choose layers and start the import assistant."""
        paths, _chosen = QFileDialog.getOpenFileNames(
            self._window,
            _("Choose layers and ledgers"),
            self._folder(),
            _("Layers and tables (*.shp *.zip *.gpkg *.geojson *.json *.xlsx *.csv *.kml *.gml)"),
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
        if not self.may_leave():
            return
        self._window.settings.set("folder", str(Path(paths[0]).resolve().parent))
        if len(paths) == 1 and Path(paths[0]).suffix.lower() in (PROJECT, ".toml"):
            self._session.open_paths(paths)
            if Path(paths[0]).suffix.lower() == PROJECT:
                self._window.settings.add_recent(paths[0])
                self._window.start.refresh()
        else:
            self.import_layers(paths)

    def import_layers(self, paths: list[str]) -> None:
        """Look into loose layers, let the planner correct what they seem to be, and build a project."""
        from gridplanner.gui.dialogs.import_assistant import ImportAssistant  # only when files come in

        def found(guesses: tuple) -> None:
            table = ImportAssistant.ask(self._window, guesses) if guesses else None
            if table is not None:
                self._session.import_table(table)

        self._session.ask("probe", found, long=True, paths=tuple(paths))

    def sample(self) -> None:
        """Open the sample district."""
        if self.may_leave():
            self._session.open_sample()

    def save(self) -> bool:
        """Save under the present name; ask for one the first time."""
        if not self._session.path:
            return self.save_as()
        self._session.save()
        return True

    def save_as(self) -> bool:
        """Save under another name."""
        workspace = self._session.workspace
        if workspace is None:
            return False
        start = str(Path(self._folder()) / f"{workspace.district.name or 'project'}{PROJECT}")
        path, _chosen = QFileDialog.getSaveFileName(
            self._window, _("Save the project"), start, _("Projects (*.gpkg)")
        )
        if not path:
            return False
        path = path if path.lower().endswith(PROJECT) else path + PROJECT
        self._session.save(path)
        self._window.settings.add_recent(path)
        return True

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

        self._session.export(folder, done)

    def print(self) -> None:
        """Show how the map would be printed."""
        from gridplanner.gui.dialogs.print_map import PrintDialog  # QtPrintSupport, rarely needed

        PrintDialog(self._window, self._window.canvas).open()

    def copy_picture(self) -> None:
        """Put the map on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._window.canvas.grab())
        self._session.said.emit(_("The map is on the clipboard."), "done")

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def may_leave(self) -> bool:
        """Ask about unsaved steps; True when the window may go on."""
        workspace = self._session.workspace
        if workspace is None or not (workspace.dirty or self._session.unsaved):
            return True
        boxes = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            _("Unsaved steps"),
            _("There are unsaved steps. Save them?"),
            boxes.Save | boxes.Discard | boxes.Cancel,
            boxes.Save,
        )
        if answer == boxes.Save:
            return self.save()
        if answer == boxes.Discard:
            self._session.log.discard()
        return answer != boxes.Cancel

    def _ask_restore(self, saving: Saving) -> None:
        """Offer what a crash left, with a list of the steps."""
        box = QMessageBox(self._window)
        box.setWindowTitle(_("Restore steps"))
        box.setText(saving.offer)
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
