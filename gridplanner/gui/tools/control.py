# SPDX-License-Identifier: LGPL-3.0-or-later
"""Show on the map where a point of a scanned map lies."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from gridplanner.gui.canvas.tool import MapPoint
from gridplanner.gui.canvas.view import View
from gridplanner.gui.map_controller import MapController
from gridplanner.gui.tools.line import LineTool

INK, LARGE = "#1A5FB4", "#C8451B"


class ControlTool(LineTool):
    """A click tells the place of a control point; corners of roads and borders catch it.

    Signals
    -------
    pointed : float, float - metres
    """

    name = "control"
    #: Borders of areas are everywhere: caught is only what was surely aimed at, else the fit suffers.
    reach_px = 4.0
    pointed = Signal(float, float)

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self._shown: Sequence[tuple[float, float, str, bool]] = ()

    def show_points(self, points: Sequence[tuple[float, float, str, bool]]) -> None:
        """Show control points: place, number, whether its residual is large."""
        self._shown = points
        self.host.canvas.update()

    def pressed(self, at: MapPoint) -> bool:
        snap = self.snapped(at)
        self.pointed.emit(snap.x, snap.y)
        return True

    def double_clicked(self, at: MapPoint) -> None:
        """Do nothing: the first click has told the place."""

    def paint(self, painter: QPainter, view: View) -> None:
        super().paint(painter, view)
        for x, y, text, large in self._shown:
            paint_cross(painter, QPointF(*view.to_screen(x, y)), text, large=large)


def paint_cross(painter: QPainter, place: QPointF, text: str, *, large: bool = False) -> None:
    """Draw a numbered cross, in the colour of errors where its residual is large."""
    ink = QColor(LARGE if large else INK)
    for pen in (QPen(QColor("#FFFFFF"), 5), QPen(ink, 2)):
        painter.setPen(pen)
        painter.drawLine(place - QPointF(9, 0), place + QPointF(9, 0))
        painter.drawLine(place - QPointF(0, 9), place + QPointF(0, 9))
    box = painter.fontMetrics().boundingRect(text).adjusted(-5, -2, 5, 2)
    box.moveTopLeft((place + QPointF(7, -8 - box.height())).toPoint())
    painter.setBrush(ink)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("#FFFFFF"))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
