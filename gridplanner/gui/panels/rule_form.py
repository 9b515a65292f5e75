# SPDX-License-Identifier: LGPL-3.0-or-later
"""A form made from the declarations in `model/parameters.py`: no field of it is written by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.models.findings import rule_title
from gridplanner.gui.widgets import label
from gridplanner.model.parameters import PARAMETERS, Parameter
from gridplanner.model.rule_values import value_of, with_value
from gridplanner.model.ruleset import RuleSet
from gridplanner.texts import _

PREFIX = "rules."
_TOP = 1_000_000.0


#: What holds for the whole plan only; other limits for some communities cannot change it.
WHOLE_PLAN = ("rules.min_shared_border_m", "rules.weights.")


def group_titles() -> dict[str, str]:
    """Return the groups that may weigh more than a person, in English."""
    return {
        "floating": "Each floating resident counts as so many more",
        "elderly": "Each elderly resident counts as so many more",
        "shops": "Each shop counts as so many people",
        "unmanaged": "Each resident of an unmanaged estate counts as so many more",
    }


def declared() -> tuple[Parameter, ...]:
    """Return the declarations a form can show; the weights once for each group."""
    found: list[Parameter] = []
    for p in PARAMETERS:
        if p.key == "rules.weights":
            found += [
                replace(p, key=f"{p.key}.{group}", label=title, rare=True)
                for group, title in group_titles().items()
            ]
        elif p.key.startswith(PREFIX):
            found.append(p)
    return tuple(found)


def table_of(parameter: Parameter) -> str:
    """Return the rule a declaration belongs to; "" for a number of the whole plan."""
    parts = parameter.key.split(".")
    return parts[1] if len(parts) > 2 else ""


def unit_suffix(unit: str) -> str:
    """Return a unit as it follows a number."""
    return {"people": _(" people"), "households": _(" households"), "m": _(" m"), "s": _(" s")}.get(unit, "")


def help_of(parameter: Parameter) -> str:
    """Return what a field says when the pointer rests on it: help, range, source."""
    lines = [_(parameter.help)] if parameter.help else []
    if not parameter.switch and not parameter.choices and math.isfinite(parameter.high):
        lines.append(_("From {low:g} to {high:g}.").format(low=parameter.low, high=parameter.high))
    if not parameter.switch:
        lines.append(_("Source of the default: {source}").format(source=_(parameter.source)))
    return "\n".join(lines)


class NumberField(QDoubleSpinBox):
    """A number within its bounds; one step below the lowest stands for "no limit"."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._open_low = parameter.key.endswith("min")
        self._limit = parameter.key.endswith(("min", "max"))
        whole = bool(parameter.unit)
        step = 50.0 if parameter.unit in ("people", "households", "m") else 0.1
        self.setDecimals(0 if whole else 2)
        self.setSingleStep(1.0 if whole and parameter.high <= _TOP else step)
        self.setRange(parameter.low - (1.0 if self._limit else 0.0), min(parameter.high, _TOP))
        self.setGroupSeparatorShown(True)
        if self._limit:
            self.setSpecialValueText(_("none"))
        self.setSuffix(unit_suffix(parameter.unit))
        self.setFixedWidth(112)

    def set(self, value: object) -> None:
        """Show a value."""
        number = float(str(value))
        self.setValue(number if math.isfinite(number) else self.minimum())

    def get(self) -> float:
        """Return the value, infinite where open."""
        if self._limit and self.value() <= self.minimum():
            return -math.inf if self._open_low else math.inf
        return self.value()


class ChoiceField(QComboBox):
    """One of the words of a declaration."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        for i, word in enumerate(parameter.choices):
            self.addItem(_(parameter.titles[i]) if parameter.titles else word, word)

    def set(self, value: object) -> None:
        """Show a value."""
        self.setCurrentIndex(max(0, self.findData(str(value))))

    def get(self) -> str:
        """Return the word."""
        return str(self.currentData())


class SwitchField(QCheckBox):
    """True or false."""

    def set(self, value: object) -> None:
        """Show a value."""
        self.setChecked(bool(value))

    def get(self) -> bool:
        """Return whether it is on."""
        return self.isChecked()


Field = NumberField | ChoiceField | SwitchField


def field_for(parameter: Parameter) -> Field:
    """Return the field that fits a declaration."""
    made: Field
    if parameter.switch:
        made = SwitchField(_(parameter.label))
    elif parameter.choices:
        made = ChoiceField(parameter)
    else:
        made = NumberField(parameter)
    made.setToolTip(help_of(parameter))
    made.setAccessibleName(_(parameter.label))
    made.setAccessibleDescription(help_of(parameter))
    return made


class RuleForm(QWidget):
    """One card per rule; rare numbers show when asked for, or when they differ from the default."""

    def __init__(self, parameters: Iterable[Parameter] | None = None) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self._rare: dict[str, QWidget] = {}
        self._cards: list[tuple[QFrame, list[str]]] = []
        self._defaults = RuleSet()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        tables: dict[str, list[Parameter]] = {}
        for parameter in parameters if parameters is not None else declared():
            tables.setdefault(table_of(parameter), []).append(parameter)
        # Rules that are only on or off share one card.
        only = [name for name, held in tables.items() if all(p.switch for p in held)]
        for name, held in tables.items():
            if name not in only and name:
                layout.addWidget(self._card(rule_title(name.removesuffix("_m")), held))
        shape = [p for name in only for p in tables[name]] + tables.get("", [])
        if shape:
            layout.addWidget(self._card(_("Shape and coverage"), shape))
        self.show_rare(False)

    def _card(self, title: str, held: list[Parameter]) -> QFrame:
        """Build the card of one rule, or of all switches."""
        card = QFrame()
        card.setProperty("role", "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(label(title, "heading", wrap=False), 1)
        layout.addLayout(head)
        self._cards.append((card, [parameter.key for parameter in held]))
        pair: QHBoxLayout | None = None
        for parameter in held:
            made = self.fields[parameter.key] = field_for(parameter)
            if parameter.key.endswith(".on"):
                pair = QHBoxLayout()
                pair.addWidget(made, 1)
                layout.addLayout(pair)
            elif parameter.key.endswith(".hard"):
                (pair or head).addWidget(made)
                self._follow(parameter.key, made)
            else:
                layout.addWidget(self._line(parameter, made))
        return card

    def _follow(self, key: str, hard: Field) -> None:
        """Let "hard" wait for its switch."""
        switch = self.fields.get(key.replace(".hard", ".on"))
        if isinstance(switch, SwitchField) and switch is not hard:
            switch.toggled.connect(hard.setEnabled)

    def _line(self, parameter: Parameter, made: Field) -> QWidget:
        """Return one line: name left, field right."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        name = label(_(parameter.label))
        name.setToolTip(help_of(parameter))
        name.setBuddy(made)
        row.addWidget(name, 1)
        row.addWidget(made, 0, Qt.AlignmentFlag.AlignRight)
        if parameter.rare:
            self._rare[parameter.key] = line
        return line

    def show_rare(self, shown: bool) -> None:
        """Show what most planners never touch; a value that is not the default is never hidden."""
        for key, line in self._rare.items():
            line.setVisible(shown or self._value(key) != value_of(self._defaults, key))
        for card, keys in self._cards:
            # A card of nothing but hidden numbers would be an empty frame.
            rare = all(key in self._rare for key in keys)
            card.setVisible(not rare or any(not self._rare[key].isHidden() for key in keys))

    def lock_whole(self, locked: bool) -> None:
        """Let nobody change what holds for the whole plan while only a part of it is in hand."""
        for key, field in self.fields.items():
            if key.startswith(WHOLE_PLAN):
                field.setEnabled(not locked)

    def _value(self, key: str) -> object:
        """Return what a field holds."""
        return self.fields[key].get()

    def show_rules(self, rules: RuleSet) -> None:
        """Show a set of rules."""
        for key, field in self.fields.items():
            value = value_of(rules, key)
            field.set(value)
            if key.endswith(".on"):
                hard = self.fields.get(key.replace(".on", ".hard"))
                if hard is not None:
                    hard.setEnabled(bool(value))

    def values(self, start: RuleSet) -> RuleSet:
        """Return the rules as the form has them; what it does not show stays as in `start`."""
        rules = start
        for key in self.fields:
            if self._value(key) != value_of(rules, key):
                rules = with_value(rules, key, self._value(key))
        return rules

    def problem(self) -> str:
        """Return what is impossible, as a sentence; "" when nothing is."""
        for key, field in self.fields.items():
            if not key.endswith(("min", "warn_min")) or not isinstance(field, NumberField):
                continue
            top = self.fields.get(key.removesuffix("min") + "max")
            if isinstance(top, NumberField) and field.get() > top.get():
                return _("{rule}: the lower limit is above the upper one.").format(
                    rule=rule_title(key.split(".")[1])
                )
        return ""
