# SPDX-License-Identifier: LGPL-3.0-or-later
"""A colleague's scenarios, looked at beside one's own before one of them is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from gridplanner.gui.dialogs.compare import CompareDialog
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import label
from gridplanner.model.plan import Plan
from gridplanner.texts import _


class ImportScenarioDialog(CompareDialog):
    """Numbers, maps and flows of the scenarios of another file; below them which to take, and its name here.

    Parameters
    ----------
    parent : QWidget or None
    session : Session
    found : mapping of name to Plan
        Of the colleague, over the same smallest areas.
    kernels : module or None
        The compiled drawing, as the map of the window has it.
    """

    def __init__(
        self,
        parent: QWidget | None,
        session: Session,
        found: Mapping[str, Plan],
        kernels: ModuleType | None = None,
    ) -> None:
        own = [(_("today"), session.before, "")]
        if session.workspace.contents.current:
            own.append((session.workspace.contents.current, session.plan, ""))
        theirs = [(_("colleague: {name}").format(name=name), plan, "") for name, plan in found.items()]
        super().__init__(parent, session, kernels, [*own, *theirs])
        self.setWindowTitle(_("Import a colleague's scenario"))
        self._own, self._found = len(own), dict(found)
        self.which, self.name, self.note = QComboBox(), QLineEdit(), label("", "warning")
        self.which.addItems(list(found))
        self.which.setCurrentIndex(len(found) - 1)
        form = QFormLayout()
        form.addRow(_("Scenario"), self.which)
        form.addRow(_("Name here"), self.name)
        form.addRow("", self.note)
        self.layout().insertLayout(1, form)
        self.buttons.setStandardButtons(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.which.currentIndexChanged.connect(lambda _i: self._show_choice())
        self.name.textChanged.connect(lambda _text: self._check_name())
        self._show_choice()

    def plan(self) -> Plan:
        """Return the plan to take over."""
        return self._found[self.which.currentText()]

    def _show_choice(self) -> None:
        """Show the chosen scenario on the maps, and offer a name that is free."""
        for i, tick in enumerate(self.maps.ticks[self._own :]):
            tick.setChecked(i == self.which.currentIndex())
        name = self.which.currentText()
        self.name.setText(_("{name} (imported)").format(name=name) if self._taken(name) else name)
        self._check_name()

    def _taken(self, name: str) -> bool:
        """Tell whether a scenario here has a name."""
        return name in self._session.workspace.contents.scenarios

    def _check_name(self) -> None:
        """Let OK wait for a name that is free."""
        name = self.name.text().strip()
        text = _("A scenario named '{name}' exists already. Choose another name.").format(name=name)
        self.note.setText(text if self._taken(name) else "")
        self.note.setVisible(self._taken(name))
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(bool(name) and not self._taken(name))
