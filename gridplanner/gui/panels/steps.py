# SPDX-License-Identifier: LGPL-3.0-or-later
"""The step bar: the way through the job, with the state of each step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gridplanner.gui import theme
from gridplanner.texts import _

#: Pixels: a step without its name, the margin, the space between two.
_DISC, _MARGIN, _SPACE = 42, 8, 4
STEPS = ("data", "check", "rules", "plan", "edit", "staff", "export")


def step_titles() -> dict[str, str]:
    """Return the step names in the user's language."""
    return {
        "data": _("Data"),
        "check": _("Health check"),
        "rules": _("Rules"),
        "plan": _("Planning"),
        "edit": _("Adjust"),
        "staff": _("Branches and staff"),
        "export": _("Maps and export"),
    }


@dataclass(frozen=True)
class StepState:
    """State of one step: `open`, `done` or `findings`, and a count for the badge."""

    state: str = "open"
    count: int = 0


def _whole(widths: Mapping[str, int]) -> int:
    """Return the width that all steps take."""
    return 2 * _MARGIN + sum(widths.values()) + _SPACE * (len(widths) - 1)


class StepBar(QWidget):
    """Seven steps; a click, or the arrow keys, goes there."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.current = "data"
        self._states: dict[str, StepState] = {step: StepState() for step in STEPS}
        self._hover = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(44)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Steps"))

    def set_states(self, states: dict[str, StepState]) -> None:
        """Show other states."""
        self._states.update(states)
        self.update()

    def state(self, step: str) -> StepState:
        """Return the state of a step."""
        return self._states[step]

    def go(self, step: str) -> None:
        """Go to a step."""
        if step in STEPS:
            self.current = step
            self.update()
            self.chosen.emit(step)

    def _widths(self, short: Collection[str] = ()) -> dict[str, int]:
        """Return the width of each step; short ones go without their name and count."""
        metrics, titles = self.fontMetrics(), step_titles()

        def width(step: str) -> int:
            if step in short:
                return _DISC
            badge = 30 if self._states[step].count else 0
            return metrics.horizontalAdvance(titles[step]) + 56 + badge

        return {step: width(step) for step in STEPS}

    def short(self) -> list[str]:
        """Return the steps whose name finds no room: those farthest from the one at hand."""
        here = STEPS.index(self.current)
        order = sorted(STEPS, key=lambda step: -abs(STEPS.index(step) - here))
        for n in range(len(STEPS)):
            if _whole(self._widths(order[:n])) <= self.width():
                return order[:n]
        return order

    def _rects(self) -> dict[str, QRect]:
        """Return where each step is drawn; width by text."""
        x, rects = _MARGIN, {}
        for step, width in self._widths(self.short()).items():
            rects[step] = QRect(x, 4, width, self.height() - 8)
            x += width + _SPACE
        return rects

    def sizeHint(self) -> QSize:
        return QSize(_whole(self._widths()), 44)

    def minimumSizeHint(self) -> QSize:
        return QSize(_whole(self._widths(STEPS)), 44)

    def event(self, event: QEvent) -> bool:
        """Name a step that has no room for its name."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            step = self._step_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), step_titles()[step] if step in self.short() else "", self)
            return True
        return super().event(event)

    def _step_at(self, point: QPointF) -> str:
        """Return the step under a point."""
        return next((s for s, r in self._rects().items() if r.contains(point.toPoint())), "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = self._step_at(event.position())
        if step:
            self.go(step)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hover = self._step_at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = ""
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(event.key(), 0)
        if move:
            self.go(STEPS[(STEPS.index(self.current) + move) % len(STEPS)])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        titles, short = step_titles(), self.short()
        for i, (step, rect) in enumerate(self._rects().items()):
            self._paint_step(painter, i + 1, "" if step in short else titles[step], QRectF(rect), step)
        painter.setPen(self.palette().mid().color())
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _paint_step(self, painter: QPainter, number: int, title: str, rect: QRectF, step: str) -> None:
        """Paint one step: a numbered disc (a tick when done), its name, a badge with the count."""
        state, active = self._states[step], step == self.current
        accent = self.palette().highlight().color()
        if active or step == self._hover:
            painter.setPen(Qt.PenStyle.NoPen)
            ground = QColor(accent)
            ground.setAlpha(36 if active else 16)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, 6, 6)
        disc = QRectF(rect.left() + 10, rect.center().y() - 11, 22, 22)
        colour = QColor(theme.SIGNAL["done"]) if state.state == "done" else accent
        painter.setPen(
            QPen(colour if active or state.state == "done" else self.palette().placeholderText().color(), 1.5)
        )
        painter.setBrush(colour if active or state.state == "done" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)
        filled = active or state.state == "done"
        painter.setPen(QColor("#FFFFFF") if filled else self.palette().windowText().color())
        painter.drawText(
            disc,
            int(Qt.AlignmentFlag.AlignCenter),
            "✓" if state.state == "done" and not active else str(number),
        )
        face = QFont(self.font())
        face.setWeight(QFont.Weight.DemiBold if active else QFont.Weight.Normal)
        painter.setFont(face)
        painter.setPen(self.palette().windowText().color())
        text = rect.adjusted(38, 0, -8, 0)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), title)
        painter.setFont(self.font())
        if state.count and title:
            badge = QRectF(rect.right() - 40, rect.center().y() - 9, 34, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.SIGNAL["error" if state.state == "findings" else "info"]))
            painter.drawRoundedRect(badge, 9, 9)
            painter.setPen(QColor("#FFFFFF"))
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), str(min(state.count, 9999)))
