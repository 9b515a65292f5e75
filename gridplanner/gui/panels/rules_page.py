# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rules panel: limits, hard or soft, from a preset or by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QWidget

from gridplanner.errors import UserError
from gridplanner.gui.widgets import Page, button, label, line
from gridplanner.model.ruleset import RuleSet
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.main_window import MainWindow

_TOP = 1_000_000.0


def switch_titles() -> dict[str, str]:
    """Return the rules that are only on or off."""
    return {
        "contiguity": _("Each grid in one piece"),
        "nesting": _("Inside one community"),
        "barriers": _("Not across rivers and railways"),
        "estates": _("Do not cut an estate"),
        "overlap": _("No overlaps"),
        "gap": _("No gaps"),
    }


class _Limit(QWidget):
    """A lower and an upper limit with hard or soft; an empty field is open."""

    def __init__(self, unit: str, *, low: bool = True) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.low, self.high = self._spin(unit), self._spin(unit)
        self.hard = QCheckBox(_("hard"))
        self.hard.setToolTip(_("A breach is an error; otherwise a warning"))
        if low:
            layout.addWidget(self.low)
            layout.addWidget(label("-", wrap=False))
        layout.addWidget(self.high)
        layout.addWidget(self.hard)
        layout.addStretch(1)

    @staticmethod
    def _spin(unit: str) -> QDoubleSpinBox:
        """Return a number field; its lowest value means "no limit"."""
        spin = QDoubleSpinBox()
        spin.setRange(-1, _TOP)
        spin.setDecimals(0)
        spin.setSingleStep(50)
        spin.setSpecialValueText(_("none"))
        spin.setToolTip(unit)
        spin.setFixedWidth(78)
        return spin

    def set(self, low: float, high: float, hard: bool) -> None:
        """Show limits."""
        self.low.setValue(low if math.isfinite(low) else -1)
        self.high.setValue(high if math.isfinite(high) else -1)
        self.hard.setChecked(hard)

    def limits(self) -> tuple[float, float]:
        """Return the limits, infinite where open."""
        low, high = self.low.value(), self.high.value()
        return (low if low >= 0 else -math.inf), (high if high >= 0 else math.inf)


class RulesPage(Page):
    """The form of the rules."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(
            _("Rules"),
            _("Start from a preset, change what your city has decided. A change is checked at once."),
        )
        self._session = window.session
        self._loading = False
        self.preset = QComboBox()
        self.preset.activated.connect(self._on_preset)
        self.people = _Limit(_("people per grid"))
        self.households = _Limit(_("households per grid"))
        self.radius = _Limit(_("metres"), low=False)
        self.switches: dict[str, tuple[QCheckBox, QCheckBox]] = {}
        self.add(label(_("Preset"), "heading"), self.preset)
        self.note = label("", "quiet")
        self.add(self.note, line(), label(_("Limits per general grid"), "heading"), self._form())
        self.add(label(_("Shape"), "heading"))
        for key, text in switch_titles().items():
            self.add(self._switch(key, text))
        self.others = label("", "quiet")
        self.add(
            self.others,
            button(_("Apply the rules"), self.apply, icon="accept"),
            button(_("Next: plan"), lambda: window.steps.go("plan"), primary=True),
        )
        self.end()
        self._session.opened.connect(self.refresh)
        self._session.changed.connect(lambda change: self.refresh() if change.kind == "rules" else None)

    def _form(self) -> QWidget:
        """Return the form of the limits."""
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(_("People"), self.people)
        form.addRow(_("Households"), self.households)
        form.addRow(_("Service radius, metres at most"), self.radius)
        return holder

    def _switch(self, key: str, text: str) -> QWidget:
        """Return a row: on, hard."""
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        on, hard = QCheckBox(text), QCheckBox(_("hard"))
        on.toggled.connect(hard.setEnabled)
        layout.addWidget(on, 1)
        layout.addWidget(hard)
        self.switches[key] = (on, hard)
        return holder

    def refresh(self) -> None:
        """Show the rules in force."""
        workspace = self._session.workspace
        if workspace is None:
            return
        if not self.preset.count():
            self._list_presets()
        self._show(workspace.rules)

    def _list_presets(self) -> None:
        """List the presets."""
        from gridplanner.workspace.scene_rules import preset_titles  # after the first paint

        for key, title in preset_titles().items():
            self.preset.addItem(title, key)

    def _show(self, rules: RuleSet) -> None:
        """Show a set of rules."""
        self.preset.setCurrentIndex(max(-1, self.preset.findData(rules.preset)))
        self.people.set(rules.people.min, rules.people.max, rules.people.hard)
        self.households.set(rules.households.min, rules.households.max, rules.households.hard)
        self.radius.set(0, rules.service_radius.max, rules.service_radius.hard)
        for key, (on, hard) in self.switches.items():
            switch = getattr(rules, key)
            on.setChecked(switch.on)
            hard.setChecked(switch.hard)
            hard.setEnabled(switch.on)
        lines = [
            ", ".join(str(v) for v in override.where.values()) + ": " + ", ".join(override.rules)
            for override in rules.by
        ]
        self.others.setText("\n".join([_("Other limits hold for:"), *lines]) if lines else "")

    def _on_preset(self, _index: int) -> None:
        """Put a preset in force."""
        from gridplanner.workspace.scene_rules import preset_rules  # after the first paint

        try:
            self._session.set_rules(preset_rules(str(self.preset.currentData())))
        except UserError as error:
            self._session.said.emit(str(error), "error")

    def values(self) -> RuleSet:
        """Return the rules as the form has them."""
        rules = self._session.workspace.rules
        low, high = self.people.limits()
        home_low, home_high = self.households.limits()
        changes: dict[str, Any] = {
            "people": replace(rules.people, min=low, max=high, hard=self.people.hard.isChecked()),
            "households": replace(
                rules.households, min=home_low, max=home_high, hard=self.households.hard.isChecked()
            ),
            "service_radius": replace(
                rules.service_radius, max=self.radius.limits()[1], hard=self.radius.hard.isChecked()
            ),
        }
        for key, (on, hard) in self.switches.items():
            changes[key] = replace(getattr(rules, key), on=on.isChecked(), hard=hard.isChecked())
        return replace(rules, **changes)

    def apply(self) -> None:
        """Put the rules of the form in force."""
        if self._session.workspace is None:
            return
        rules = self.values()
        if rules.people.min > rules.people.max or rules.households.min > rules.households.max:
            self._session.said.emit(_("The lower limit is above the upper one."), "warning")
            return
        try:
            self._session.set_rules(rules)
        except UserError as error:
            self._session.said.emit(str(error), "error")
