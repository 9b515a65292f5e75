# SPDX-License-Identifier: LGPL-3.0-or-later
"""Opinions received, as pins at their place: answered ones carry a tick, the others a question mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gridplanner.gui.canvas.view import View

#: Pixels from the tip to the top of the head, and the radius of the head.
_HIGH, _RADIUS = 26.0, 9.0
OPEN, ANSWERED = "#8E24AA", "#5B6B78"


@dataclass(frozen=True)
class Pin:
    """An opinion on the map.

    Parameters
    ----------
    x, y : float
        Metres.
    text : str
        Who said what, and the answer; shown when the pointer rests on it.
    answered : bool
    """

    x: float
    y: float
    text: str
    answered: bool


def draw_pins(painter: QPainter, pins: Sequence[Pin], view: View) -> None:
    """Draw the pins that are in sight, the southern ones over the northern ones."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(13)
    font.setBold(True)
    painter.setFont(font)
    for pin in sorted(pins, key=lambda p: -p.y):
        x, y = view.to_screen(pin.x, pin.y)
        if -_RADIUS <= x <= view.width + _RADIUS and 0 <= y <= view.height + _HIGH:
            _draw(painter, pin, x, y)
    painter.restore()


def _draw(painter: QPainter, pin: Pin, x: float, y: float) -> None:
    """Draw one pin with its tip at a pixel."""
    head = QRectF(x - _RADIUS, y - _HIGH, 2 * _RADIUS, 2 * _RADIUS)
    shape = QPainterPath(QPointF(x, y))
    shape.arcTo(head, 210, -240)
    shape.closeSubpath()
    painter.setPen(QPen(QColor("#FFFFFF"), 1.5))
    painter.setBrush(QColor(ANSWERED if pin.answered else OPEN))
    painter.drawPath(shape)
    painter.drawText(head, Qt.AlignmentFlag.AlignCenter, "✓" if pin.answered else "?")


def pin_at(pins: Sequence[Pin], view: View, px: float, py: float) -> Pin | None:
    """Return the pin under a pixel, the one drawn last where several lie there."""
    for pin in sorted(pins, key=lambda p: p.y):
        x, y = view.to_screen(pin.x, pin.y)
        if abs(px - x) <= _RADIUS and y - _HIGH <= py <= y:
            return pin
    return None


class PinTips(QObject):
    """Tells what a pin says while the pointer rests on it."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.pins: Sequence[Pin] = ()
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return False
        pin = pin_at(self.pins, watched.view, event.pos().x(), event.pos().y())  # type: ignore[attr-defined]  # the canvas
        if pin is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPos(), pin.text)
        return True
