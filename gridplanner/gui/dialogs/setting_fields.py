# SPDX-License-Identifier: LGPL-3.0-or-later
"""One field for each kind of setting; all of them show a value and give it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui.models.setting import Setting
from gridplanner.gui.models.setting_rows import paper_name
from gridplanner.gui.widgets import column, label, row
from gridplanner.maps.options import PAPERS
from gridplanner.texts import _

_WIDEST = 440  # pixels of a list to choose from


class Field(QWidget):
    """A field; `set` shows a value, `get` returns it as a configuration writes it."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.setToolTip(setting.help)
        # A page with room to spare leaves it at its foot, not between a name and its field.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def get(self) -> Any:
        """Return the value."""
        raise NotImplementedError

    def _hold(self, *widgets: QWidget) -> None:
        """Put the widgets side by side."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            widget.setAccessibleName(self.setting.text)
            layout.addWidget(widget)
        layout.addStretch(1)


class Choice(Field):
    """One word of several."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.box = QComboBox()
        self.note = label("", "quiet")
        hints = Qt.ItemDataRole.ToolTipRole
        for i, option in enumerate(setting.options):
            text = f"{option.name} — {option.hint}" if option.hint else option.name
            # The widest entry must not push the page out of the window: its hint stands below it.
            wide = self.fontMetrics().horizontalAdvance(text) > _WIDEST - 40
            self.box.addItem(option.name if wide else text, option.word)
            self.box.setItemData(i, option.hint if wide else "", hints)
        self.box.setMinimumWidth(140)
        self.box.setMaximumWidth(_WIDEST)
        self.box.setAccessibleName(setting.text)
        self.box.currentIndexChanged.connect(lambda _i: self._explain(self.box.currentData(hints)))
        self._explain(self.box.currentData(hints))
        self._hold(column(self.box, self.note, spacing=2))

    def _explain(self, hint: str | None) -> None:
        """Show what the entry itself has no room for."""
        self.note.setText(hint or "")
        self.note.setVisible(bool(hint))

    def set(self, value: Any) -> None:
        """Show a value; one that is not listed is added, so that it is not lost."""
        if self.box.findData(value) < 0:
            self.box.addItem(str(value), value)
        self.box.setCurrentIndex(self.box.findData(value))

    def get(self) -> str:
        """Return the word."""
        return str(self.box.currentData())


class EditableChoice(Choice):
    """One word of several, or a text of one's own."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.box.setEditable(True)
        self.box.setMinimumWidth(280)

    def get(self) -> str:
        """Return the word, or the text typed."""
        row = self.box.findText(self.box.currentText())
        return str(self.box.itemData(row)) if row >= 0 else self.box.currentText().strip()


class Switch(Field):
    """True or false."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.tick = QCheckBox(setting.text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.tick)
        if setting.help:
            layout.addWidget(label(setting.help, "quiet"))

    def set(self, value: Any) -> None:
        """Show a value."""
        self.tick.setChecked(bool(value))

    def get(self) -> bool:
        """Return whether it is on."""
        return self.tick.isChecked()


class Whole(Field):
    """A whole number."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.spin = QSpinBox()
        self.spin.setRange(int(setting.low), int(min(setting.high, 2**31 - 1)))
        self.spin.setGroupSeparatorShown(True)
        self.spin.setSuffix(setting.suffix)
        self.spin.setMinimumWidth(120)
        self._hold(self.spin)

    def set(self, value: Any) -> None:
        """Show a value."""
        self.spin.setValue(int(value))

    def get(self) -> int:
        """Return the number."""
        return self.spin.value()


class Number(Field):
    """A number with decimals."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.spin = QDoubleSpinBox()
        self.spin.setDecimals(1)
        self.spin.setRange(setting.low, setting.high)
        self.spin.setGroupSeparatorShown(True)
        self.spin.setSuffix(setting.suffix)
        self.spin.setMinimumWidth(120)
        self._hold(self.spin)

    def set(self, value: Any) -> None:
        """Show a value."""
        self.spin.setValue(float(value))

    def get(self) -> float:
        """Return the number."""
        return self.spin.value()


class Pair(Field):
    """Two whole numbers, from and to."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.low, self.high = QSpinBox(), QSpinBox()
        for spin in (self.low, self.high):
            spin.setRange(0, 10_000)
            spin.setSuffix(setting.suffix)
        self._hold(self.low, label("–", wrap=False), self.high)

    def set(self, value: Any) -> None:
        """Show two numbers."""
        self.low.setValue(int(value[0]))
        self.high.setValue(int(value[1]))

    def get(self) -> list[int]:
        """Return both."""
        return [self.low.value(), self.high.value()]


class Line(Field):
    """A line of text."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.edit = QLineEdit()
        self._empty: str | None = None
        self.edit.setMinimumWidth(280)
        self.edit.setPlaceholderText(setting.help)
        self._hold(self.edit)

    def set(self, value: Any) -> None:
        """Show a text."""
        self._empty = None if value is None else ""
        self.edit.setText("" if value is None else str(value))

    def get(self) -> str | None:
        """Return the text; None for none where the setting has no text by default."""
        return self.edit.text().strip() or self._empty


class Lines(Field):
    """Codes, one per line."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.page = QPlainTextEdit()
        self.page.setPlaceholderText(setting.help)
        self.page.setFixedHeight(64)
        self.page.setMinimumWidth(280)
        self._hold(self.page)

    def set(self, value: Any) -> None:
        """Show one code per line."""
        self.page.setPlainText("\n".join(str(item) for item in value))

    def get(self) -> list[Any]:
        """Return the codes."""
        return [line.strip() for line in self.page.toPlainText().splitlines() if line.strip()]


class Pairs(Lines):
    """Two codes per line, with a space or comma between them."""

    def set(self, value: Any) -> None:
        """Show one pair per line."""
        self.page.setPlainText("\n".join(f"{a} {b}" for a, b in value))

    def get(self) -> list[list[str]]:
        """Return the pairs; a line that is none stays as it is, so that it is refused in words."""
        return [
            line.replace("，", " ").replace(",", " ").replace("、", " ").split() for line in super().get()
        ]


class Named(Lines):
    """A name and its members per line: `Old town: first, second`."""

    def set(self, value: Any) -> None:
        """Show one name with its members per line."""
        self.page.setFixedHeight(180)
        self.page.setPlainText("\n".join(f"{name}: {', '.join(held)}" for name, held in value.items()))

    def get(self) -> dict[str, list[str]]:  # type: ignore[override]
        """Return the members by name."""
        found = {}
        for line in super().get():
            name, _colon, members = line.replace("：", ":").partition(":")
            for sign in "，、；;":
                members = members.replace(sign, ",")
            found[name.strip()] = [part.strip() for part in members.split(",") if part.strip()]
        return found


class Below(Field):
    """A limit below which counts are hidden; off hides none."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.tick = QCheckBox(setting.text)
        self.spin = QSpinBox()
        self.spin.setRange(2, int(setting.high))
        self.spin.setValue(5)
        self.spin.setEnabled(False)
        self.tick.toggled.connect(self.spin.setEnabled)
        self._hold(self.tick, self.spin)

    def set(self, value: Any) -> None:
        """Show a limit; 0 is off."""
        self.tick.setChecked(bool(value))
        if value:
            self.spin.setValue(int(value))

    def get(self) -> int:
        """Return the limit, 0 when off."""
        return self.spin.value() if self.tick.isChecked() else 0


class Ticks(Field):
    """Any of several words, in the order they are listed."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.ticks: dict[str, QCheckBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(2, 1)
        if not setting.options:
            self._grid.addWidget(label(setting.help, "quiet"), 0, 0)
        for i, option in enumerate(setting.options):
            tick = self.ticks[option.word] = QCheckBox(option.name)
            tick.setEnabled(not option.always and not option.missing)
            tick.setChecked(option.always)
            self._grid.addWidget(tick, i, 0)
            text = option.missing or (
                _("always; {hint}").format(hint=option.hint) if option.always else option.hint
            )
            self._grid.addWidget(label(text, "quiet"), i, 2)

    def set(self, value: Any) -> None:
        """Tick what is chosen."""
        for option in self.setting.options:
            self.ticks[option.word].setChecked(option.always or option.word in value)

    def get(self) -> list[str]:
        """Return what is ticked."""
        return [word for word, tick in self.ticks.items() if tick.isChecked()]


class Order(Field):
    """Words in an order of one's own: first, second, and so on; none stands for the usual order."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.boxes = [QComboBox() for _option in setting.options]
        for box in self.boxes:
            box.addItem("—", "")
            for option in setting.options:
                box.addItem(option.name, option.word)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for number, box in enumerate(self.boxes, 1):
            box.setAccessibleName(f"{setting.text} {number}")
            layout.addWidget(row(label(f"{number}.", wrap=False), box))

    def set(self, value: Any) -> None:
        """Show the order."""
        words = [*value, *[""] * len(self.boxes)]
        for box, word in zip(self.boxes, words, strict=False):
            box.setCurrentIndex(max(0, box.findData(word)))

    def get(self) -> list[str]:
        """Return the words in their order, each once."""
        return list(dict.fromkeys(str(box.currentData()) for box in self.boxes if box.currentData()))


class Sheets(Ticks):
    """Kinds of sheets, each on a paper of its own where wanted: `street@A1`."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.papers: dict[str, QComboBox] = {}
        for i, (word, tick) in enumerate(self.ticks.items()):
            box = self.papers[word] = QComboBox()
            box.addItem(_("same paper"), "")
            for paper in PAPERS:
                box.addItem(paper_name(paper), paper)
            box.setEnabled(False)
            tick.toggled.connect(box.setEnabled)
            self._grid.addWidget(box, i, 1)

    def set(self, value: Any) -> None:
        """Tick the kinds, and show the paper of each."""
        named = dict(item.partition("@")[::2] for item in value)
        for word, tick in self.ticks.items():
            tick.setChecked(word in named)
            box = self.papers[word]
            box.setCurrentIndex(max(0, box.findData(named.get(word, ""))))

    def get(self) -> list[str]:
        """Return the kinds with their paper."""
        papers = {word: str(box.currentData()) for word, box in self.papers.items()}
        return [f"{word}@{papers[word]}" if papers[word] else word for word in super().get()]


FIELDS: dict[str, Callable[[Setting], Field]] = {
    "choice": Choice,
    "editable": EditableChoice,
    "switch": Switch,
    "whole": Whole,
    "number": Number,
    "pair": Pair,
    "line": Line,
    "lines": Lines,
    "pairs": Pairs,
    "named": Named,
    "below": Below,
    "ticks": Ticks,
    "sheets": Sheets,
    "order": Order,
}
