# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands over every map: scale bar, mark of demonstration data, swipe line."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gridplanner.gui.canvas.view import View
from gridplanner.texts import _


def bar_length(view: View, most_px: float = 160.0) -> tuple[float, str]:
    """Return the length in metres of a scale bar at most `most_px` long, and its text."""
    most = most_px / view.scale
    power = 10.0 ** np.floor(np.log10(most))
    length = float(max(k * power for k in (1, 2, 5) if k * power <= most))
    return length, _("{n} km").format(n=f"{length / 1000:g}") if length >= 1000 else _("{n} m").format(
        n=f"{length:g}"
    )


def _plate(painter: QPainter, box: QRectF, dark: bool) -> None:
    """Draw the paper on which something is read whatever lies under it."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#E01B222A" if dark else "#E6FFFFFF"))
    painter.drawRoundedRect(box, 4, 4)


def draw_scale_bar(painter: QPainter, view: View, font: QFont, dark: bool) -> None:
    """Draw the scale bar in the lower left corner, on a plate that keeps the labels of the map off it."""
    length, text = bar_length(view)
    width = length * view.scale
    painter.setFont(font)
    high = float(painter.fontMetrics().height())
    x, y = 16.0, view.height - 16.0
    wide = max(width, painter.fontMetrics().horizontalAdvance(text) + 4.0)
    _plate(painter, QRectF(x - 8, y - high - 8, wide + 16, high + 16), dark)
    painter.setPen(QPen(QColor("#E8EDF2" if dark else "#2A3540"), 2))
    ends = (QLineF(x, y - 5, x, y), QLineF(x + width, y - 5, x + width, y))
    painter.drawLines([QLineF(x, y, x + width, y), *ends])
    painter.drawText(QPointF(x + 4, y - 6), text)


def draw_mark(painter: QPainter, text: str, view: View, dark: bool) -> None:
    """Draw a mark such as 示意数据 in the lower right corner; nothing for ""."""
    if text:
        wide = painter.fontMetrics().horizontalAdvance(text) + 16.0
        box = QRectF(view.width - wide - 8, view.height - 34, wide, 26)
        _plate(painter, box, dark)
        painter.setPen(QColor("#D9B57E" if dark else "#8A5A12"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def draw_swipe(painter: QPainter, x: int, height: int) -> None:
    """Draw the swipe line with its handle, and which side is which."""
    blue = QColor("#1A5FB4")
    painter.setPen(QPen(blue, 2))
    painter.drawLine(x, 0, x, height)
    painter.setBrush(blue)
    painter.drawRoundedRect(x - 9, height // 2 - 16, 18, 32, 6, 6)
    for left, text in ((x - 74, _("today")), (x + 10, _("plan"))):
        box = QRectF(left, 10, 64, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blue)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
