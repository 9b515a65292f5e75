# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small parts that several panels are made of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gridplanner.gui import theme
from gridplanner.gui.canvas.style import LegendRow


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """Return a label; `role` is `title`, `heading`, `quiet` or `warning`."""
    made = QLabel(text)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    return made


def button(text: str, run: Callable[[], object], *, icon: str = "", primary: bool = False) -> QPushButton:
    """Return a push button."""
    made = QPushButton(text)
    if icon:
        made.setIcon(theme.icon(icon, "#FFFFFF" if primary else ""))
        made.setProperty("picture", icon)
    made.setProperty("primary", primary)
    made.clicked.connect(lambda _checked=False: run())
    return made


def show_primary(made: QPushButton, primary: bool) -> None:
    """Show a button as the one thing to do next, or as one among others."""
    if bool(made.property("primary")) != primary:
        made.setProperty("primary", primary)
        if made.property("picture"):
            made.setIcon(theme.icon(str(made.property("picture")), "#FFFFFF" if primary else ""))
        made.style().unpolish(made)
        made.style().polish(made)


def line() -> QFrame:
    """Return a hairline between two sections."""
    made = QFrame()
    made.setProperty("role", "line")
    made.setFixedHeight(1)
    return made


def column(*widgets: QWidget, spacing: int = 8, margin: int = 0) -> QWidget:
    """Return the widgets one under the other."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    return holder


def row(*widgets: QWidget, spacing: int = 8) -> QWidget:
    """Return the widgets side by side."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return holder


def shared_row(*widgets: QWidget) -> QWidget:
    """Return the widgets side by side, each as wide as the next."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget, 1)
    return holder


class Page(QScrollArea):
    """A scrolling column: heading, one line of help, then whatever is added."""

    def __init__(self, heading: str, help_text: str) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(16, 16, 16, 16)
        self.body.setSpacing(8)
        self.body.addWidget(label(heading, "title"))
        self.body.addWidget(label(help_text, "quiet"))
        self.body.addSpacing(8)
        self.setWidget(inner)

    def add(self, *widgets: QWidget) -> None:
        """Append widgets."""
        for widget in widgets:
            self.body.addWidget(widget)

    def refresh(self) -> None:
        """Show the state of now; pages that are not seen may skip it."""

    def catch_up(self) -> None:
        """Show the state of now where the page is seen; another one does when it is shown."""
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def end(self) -> None:
        """Push what was added to the top."""
        self.body.addStretch(1)


class Figures(QFrame):
    """A card of names and numbers; a number may be a link."""

    clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._rows: list[tuple[str, str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 10, 12, 10)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)

    def show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        """Show (name, value, link) rows; the link is sent by `clicked`, "" for none."""
        if rows == self._rows and self._grid.count():
            return
        self._rows = list(rows)
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        for i, (name, value, link) in enumerate(rows):
            named = label(name)
            self._grid.addWidget(named, i, 0)
            named.show()
            shown: QWidget
            if link:
                shown = QToolButton()
                shown.setText(value)
                shown.setCursor(Qt.CursorShape.PointingHandCursor)
                shown.setStyleSheet("color: palette(link); font-weight: 600; padding: 0 2px;")
                shown.setAccessibleName(f"{name} {value}")
                shown.clicked.connect(lambda _checked=False, to=link: self.clicked.emit(to))
            else:
                shown = label(value, wrap=False)
            self._grid.addWidget(shown, i, 1, Qt.AlignmentFlag.AlignRight)
            # Qt shows new children only with the next event; a card must never be seen empty.
            shown.show()


#: Ink of the strokes over dedicated grids and areas in no grid.
HATCH = QColor(48, 56, 72, 150)


class Legend(QWidget):
    """The classes of the map's colours."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[LegendRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: tuple[LegendRow, ...]) -> None:
        """Show other classes."""
        self._rows = rows
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, self._height() * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _height(self) -> int:
        """Return the height of one row."""
        return self.fontMetrics().height() + 6

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        step = self._height()
        for i, item in enumerate(self._rows):
            top = i * step
            painter.setPen(QColor("#8A95A0"))
            painter.setBrush(QColor(item.colour))
            painter.drawRect(1, top + 3, 24, step - 7)
            if item.hatched:
                painter.fillRect(1, top + 3, 24, step - 7, QBrush(HATCH, Qt.BrushStyle.BDiagPattern))
            painter.setPen(self.palette().windowText().color())
            painter.drawText(34, top, self.width() - 34, step, int(Qt.AlignmentFlag.AlignVCenter), item.text)
        painter.end()


class MessageBar(QFrame):
    """One line over the map instead of a box that stops the work."""

    def __init__(self) -> None:
        super().__init__()
        self.setVisible(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        self._icon = QLabel()
        self.text = label()
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setIcon(theme.icon("close"))
        close.setAutoRaise(True)
        close.clicked.connect(self.hide)
        layout.addWidget(self._icon)
        layout.addWidget(self.text, 1)
        layout.addWidget(close)

    def pass_on(self, *_args: object) -> None:
        """Let go of a message that the work has overtaken; errors stay until they are closed."""
        if self._kind != "error":
            self.hide()

    _kind = "info"

    def say(self, text: str, kind: str = "info") -> None:
        """Show a message; `kind` is info, done, warning or error."""
        self._kind = kind
        colour = theme.SIGNAL[kind]
        name = {"done": "accept", "info": "identify"}.get(kind, "findings")
        self._icon.setPixmap(theme.icon(name, colour).pixmap(18, 18))
        self.text.setText(text)
        self.setStyleSheet(f"MessageBar {{ background: palette(base); border-left: 4px solid {colour}; }}")
        self.setVisible(True)
