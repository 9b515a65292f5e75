# SPDX-License-Identifier: LGPL-3.0-or-later
"""The import assistant: what each file is, its encoding, CRS and columns; all of it correctable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.dialogs.layer_form import LayerForm, pattern_of
from gridplanner.gui.dialogs.trial_view import TrialView
from gridplanner.gui.panels.layers import role_title
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import label, show_primary
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class ImportAssistant(QDialog):
    """A list of layers on the left, the form of the one in hand, and what all of them give on the right."""

    def __init__(
        self,
        parent: QWidget | None,
        guesses: Sequence[Any],
        remembered: Mapping[str, Any],
        session: Session | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self.setWindowTitle(_("Import layers and ledgers"))
        self.resize(1240, 760)
        self._guesses, self._remembered = tuple(guesses), remembered
        self._made: list[LayerForm] = []
        self.repair: dict[str, Any] = {"overlap": "most_people", "gap": "longest_border"}
        self.name = QLineEdit(Path(guesses[0].path).resolve().parent.name if guesses else "")
        self.list = QListWidget()
        self.list.setMaximumWidth(230)
        self.list.setSpacing(3)
        self.stack = QStackedWidget()
        self.trial = TrialView()
        for guess in self._guesses:
            name = guess.layer or Path(guess.path).name
            self.list.addItem(QListWidgetItem(f"{role_title(guess.role)}\n{name}"))
        self.list.currentRowChanged.connect(self._show_form)
        self.problem = label("", "quiet")
        self._build()
        QTimer.singleShot(0, self, self._make_next)

    @property
    def forms(self) -> list[LayerForm]:
        """One form per layer; those that are not built yet are."""
        while len(self._made) < len(self._guesses):
            self._add_form()
        return self._made

    def _make_next(self) -> None:
        """Build the forms one by one: all of them at once would hold the window."""
        if len(self._made) < len(self._guesses):
            self._add_form()
            QTimer.singleShot(0, self, self._make_next)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _show_form(self, row: int) -> None:
        """Show the form of a layer."""
        made = self._made if row < len(self._made) else self.forms
        self.stack.setCurrentWidget(made[row])

    def _add_form(self) -> None:
        """Add the form of one layer, with what was chosen for such a file the last time."""
        form = LayerForm(self._guesses[len(self._made)])
        kept = self._remembered.get(pattern_of(form.guess))
        if isinstance(kept, Mapping):
            form.recall(kept)
        self._made.append(form)
        self.stack.addWidget(form)
        form.changed.connect(self._on_changed)
        form.encoding_wanted.connect(lambda encoding: self._read_again(form, encoding))
        if len(self._made) == len(self._guesses):
            self._retitle()
            self.try_all()

    def _build(self) -> None:
        """Lay out name, list, form, trial and buttons."""
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(_("Read and make a project"))
        show_primary(ok, True)
        self.again = self.buttons.addButton(_("Read on trial"), QDialogButtonBox.ButtonRole.ActionRole)
        more = self.buttons.addButton(_("Reading options..."), QDialogButtonBox.ButtonRole.ActionRole)
        more.clicked.connect(lambda _checked=False: self.ask_repair())
        self.again.clicked.connect(lambda _checked=False: self.try_all())
        self.again.setEnabled(self._session is not None)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        top = QFormLayout()
        top.addRow(_("Name of the district"), self.name)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.list)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.trial)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addLayout(top)
        layout.addLayout(middle, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    def _on_changed(self) -> None:
        """Let go of a trial that no longer tells what will be read."""
        self._retitle()
        self._asked += 1
        self.trial.say(_("Something was changed. Press 'Read on trial' to see what it gives."))

    def _retitle(self) -> None:
        """Show each layer's role in the list; OK waits for what a plan needs."""
        roles = [str(form.role.currentData()) for form in self.forms]
        for i, form in enumerate(self.forms):
            name = form.guess.layer or Path(form.guess.path).name
            self.list.item(i).setText(f"{role_title(roles[i])}\n{name}")
        self.problem.setText(problem_of(roles))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem_of(roles))

    def _read_again(self, form: LayerForm, encoding: str) -> None:
        """Show the file's texts in another encoding."""
        if self._session is None:
            return

        def found(guesses: Sequence[Any]) -> None:
            same = [g for g in guesses if g.layer == form.guess.layer]
            if same:
                form.show_guess(same[0])
            self._on_changed()

        def refused(error: Exception) -> bool:
            form.reads.setText(str(error))
            form.reads.setVisible(True)
            return True

        paths = (form.guess.path,)
        self._session.ask("probe", found, refused=refused, paths=paths, encoding=encoding)

    def try_all(self) -> None:
        """Read everything as named, without building anything; an older trial is forgotten."""
        if self._session is None or self.problem.text():
            return
        self._asked += 1
        mine = self._asked
        self.trial.say(_("Reading on trial..."))

        def found(trial: Any) -> None:
            if mine == self._asked:
                self.trial.show_trial(trial)

        def refused(error: Exception) -> bool:
            if mine == self._asked:
                self.trial.say(str(error))
            return True

        self._session.ask("try_import", found, refused=refused, table=self.values())

    def values(self) -> dict[str, Any]:
        """Return the configuration the layers make."""
        layers = {str(f.role.currentData()): f.values() for f in self.forms if f.role.currentData()}
        return {
            "name": self.name.text().strip() or _("district"),
            "layers": layers,
            "rules": {"preset": "bazhou"},
            "repair": self.repair,
        }

    def ask_repair(self) -> None:
        """Ask how overlaps, gaps and passages are dealt with when the layers are read."""
        from gridplanner.gui.dialogs.settings import SettingsDialog  # rarely needed
        from gridplanner.gui.models.repair_rows import repair_pages
        from gridplanner.workspace.settling import build_options

        def take(changes: Mapping[str, Any]) -> None:
            table = {**self.repair, **{key.removeprefix("repair."): v for key, v in changes.items()}}
            build_options(table)
            self.repair = table
            self._on_changed()

        now = build_options(self.repair)
        SettingsDialog(
            self,
            _("Reading options"),
            _("The layers as delivered are kept; what is decided here holds for the plan."),
            repair_pages(),
            lambda key: getattr(now, key.removeprefix("repair.")),
            take,
        ).open()

    def remembered(self) -> dict[str, dict[str, Any]]:
        """Return the choices for each file pattern, for the next time."""
        return {pattern_of(f.guess): f.choices() for f in self.forms}

    @classmethod
    def ask(cls, window: Shell, guesses: Sequence[Any]) -> dict[str, Any] | None:
        """Ask; None when cancelled. Choices are remembered per file pattern."""
        kept = window.settings.get("import_choices", {})
        kept = kept if isinstance(kept, dict) else {}
        dialog = cls(window, guesses, kept, window.session)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        window.settings.set("import_choices", {**kept, **dialog.remembered()})
        return dialog.values()


def problem_of(roles: Sequence[str]) -> str:
    """Return what the roles lack, as a sentence; "" when a project can be built."""
    used = [role for role in roles if role]
    twice = sorted({role_title(r) for r in used if used.count(r) > 1})
    if not {"buildings", "atoms", "grids"} & set(used):
        return _("Name at least one layer as buildings, ready-made smallest areas or today's grids.")
    if twice:
        return _("Two layers have the same role: {roles}.").format(roles=", ".join(twice))
    return ""
