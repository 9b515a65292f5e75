# SPDX-License-Identifier: LGPL-3.0-or-later
"""Actions that trade with other offices: street plans, next year's layers, a database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QMessageBox

from gridplanner.gui.dialogs.ask import AskDialog, Field
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell
    from gridplanner.model.finding import Finding


#: What may not stay on the disk of an address: `:secret` before the `@`, `password=secret`.
_PASSWORD = re.compile(r"(?<=//)(?P<user>[^/@:]*):[^/@]*(?=@)|[?&\s]?password\s*=\s*\S+", re.IGNORECASE)


class OfficesGroup:
    """What comes from and goes to other offices."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self._session = window.session

    def merge(self) -> None:
        """Choose the plans of street offices and make one scenario of them."""
        paths, _chosen = QFileDialog.getOpenFileNames(
            self._window,
            _("Plans of the street offices"),
            self._folder(),
            _("Projects and layers of grids (*.gpkg *.shp *.zip *.geojson *.dxf)"),
        )
        if paths:
            self._session.ask(
                "merge_plans", self._merged, long=True, contents=self._slim(), paths=tuple(paths)
            )

    def _merged(self, answer: tuple[Any, str, tuple[str, ...]]) -> None:
        """Open the merged plan; its conflicts are kept as notes of the scenario."""
        plan, name, lines = answer
        workspace = self._session.workspace
        if workspace is None:
            return
        workspace.add_scenario(name, plan)
        workspace.set_notes(name, "\n".join(lines))
        self._tell(_("Merging of street plans"), lines)

    def release(self) -> None:
        """Choose the configuration of next year's layers and the name of the project to make of them."""
        config, _chosen = QFileDialog.getOpenFileName(
            self._window,
            _("CONFIG.toml that names the new layers"),
            self._folder(),
            _("Configurations (*.toml)"),
        )
        if not config:
            return
        new, _chosen = QFileDialog.getSaveFileName(
            self._window, _("Save the project"), self._folder(), _("Projects (*.gpkg)")
        )
        if not new:
            return
        new = new if new.lower().endswith(".gpkg") else f"{new}.gpkg"

        def done(lines: tuple[str, ...]) -> None:
            self._tell(_("New release of the layers"), lines)
            self._window.groups["file"].open_paths([new])

        self._session.ask("take_release", done, long=True, contents=self._slim(), config=config, new=new)

    def publish(self) -> None:
        """Ask for the database and publish the plan in work."""
        workspace = self._session.workspace
        if workspace is None:
            return
        kept = self._window.settings.get("postgis", {})
        answer = AskDialog.ask(
            self._window,
            _("Publish to a database"),
            [
                Field(
                    "address", _("Address"), kept.get("address", ""), hint="postgresql://user@host:port/name"
                ),
                Field("schema", _("Schema"), kept.get("schema", "gridplanner")),
                Field("author", _("Who publishes"), kept.get("author", "")),
                Field("note", _("Notes"), ""),
            ],
        )
        if not answer:
            return
        settings = {key: str(value) for key, value in answer.items()}
        remembered = {key: settings[key] for key in ("schema", "author")}
        remembered["address"] = _PASSWORD.sub(lambda m: m["user"] or "", settings["address"])
        self._window.settings.set("postgis", remembered)
        self._session.ask(
            "publish",
            lambda n: self._session.said.emit(_("Published as version {n}.").format(n=n), "done"),
            long=True,
            contents=self._slim(),
            plan=workspace.plan,
            certificate=self._session.certificate,
            settings=settings,
        )

    def when_lossless(self, run: Callable[[], None]) -> None:
        """Go on at once where the formats lose nothing, else after the planner saw what they lose."""
        workspace = self._session.workspace
        if workspace is None:
            return

        def decide(found: tuple[Finding, ...]) -> None:
            if not found or self._accepted(found):
                run()

        self._session.ask(
            "losses",
            decide,
            long=True,
            contents=self._slim(),
            plan=workspace.plan,
            certificate=self._session.certificate,
        )

    def _accepted(self, found: tuple[Finding, ...]) -> bool:
        """Show the losses by row and column; return whether to write all the same."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(_("Losses in the output"))
        box.setText(_("The formats chosen lose {n} things. Write all the same?").format(n=len(found)))
        box.setInformativeText("\n".join(finding.text for finding in found[:4]))
        box.setDetailedText("\n".join(f"{finding.text} {finding.remedy}" for finding in found))
        go = box.addButton(_("Write all the same"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is go

    def _tell(self, title: str, lines: Sequence[str]) -> None:
        """Show the first lines, all of them on demand."""
        box = QMessageBox(self._window)
        box.setWindowTitle(title)
        box.setIcon(QMessageBox.Icon.Information)
        box.setText("\n".join(lines[:6]))
        box.setDetailedText("\n".join(lines))
        box.open()

    def _slim(self) -> Any:
        """Return the project as questions carry it."""
        from gridplanner.workspace.scene.tasks import without_district  # after the first paint

        workspace = self._session.workspace
        return without_district(workspace.contents) if workspace is not None else None

    def _folder(self) -> str:
        """Return the folder used last."""
        return str(self._window.settings.get("folder", str(Path.home())))
