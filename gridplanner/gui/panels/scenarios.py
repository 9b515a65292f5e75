# SPDX-License-Identifier: LGPL-3.0-or-later
"""The list of scenarios in the toolbar: today's division first, then every plan of the project."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from gridplanner.errors import UserError
from gridplanner.gui.session import Session
from gridplanner.texts import _


class ScenarioBox(QComboBox):
    """Shows which scenario is in work; choosing another one opens it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setMinimumWidth(180)
        self.setToolTip(_("Scenario in work"))
        self.setAccessibleName(_("Scenario in work"))
        self.activated.connect(self._open)
        session.opened.connect(self.refresh)
        session.changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_change: object) -> None:
        """List the scenarios of now."""
        workspace = self._session.workspace
        names = ["", *workspace.contents.scenarios] if workspace is not None else [""]
        if names != [self.itemData(i) for i in range(self.count())]:
            self.clear()
            for name in names:
                self.addItem(name or _("Today's division"), name)
        if workspace is not None:
            for i, name in enumerate(names[1:], 1):
                notes = workspace.contents.scenarios[name].notes
                self.setItemData(i, notes or name, Qt.ItemDataRole.ToolTipRole)
            self.setCurrentIndex(max(0, self.findData(workspace.contents.current)))
        self.setEnabled(workspace is not None)

    def _open(self, _index: int) -> None:
        """Open the scenario chosen."""
        workspace, name = self._session.workspace, str(self.currentData())
        if workspace is None or name == workspace.contents.current:
            return
        try:
            workspace.open_scenario(name)
        except UserError as error:
            self._session.said.emit(str(error), "warning")
