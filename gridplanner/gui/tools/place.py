# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put rows of the people ledger that found no building on the map, by click."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.corrections import ask_correction, building_title
from gridplanner.gui.map_controller import MapController
from gridplanner.texts import _
from gridplanner.workspace.intake.ledger_places import building_near


class PlaceTool(Tool):
    """A click puts the row chosen in the list at the nearest building, else on the area there."""

    name = "place"
    cursor = Qt.CursorShape.CrossCursor
    placed = Signal()

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self.row = -1
        self._at: MapPoint | None = None

    def pressed(self, at: MapPoint) -> bool:
        session = self.host.session
        if self.row < 0:
            session.said.emit(_("Choose a row of the list first."), "info")
            return True
        ask_correction(
            session, "place_row", self.placed.emit, row=self.row, x=at.x, y=at.y, atom=int(at.feature)
        )
        return True

    def moved(self, at: MapPoint) -> None:
        self._at = at
        self.host.canvas.update()

    def cancel(self) -> None:
        self._at = None

    def paint(self, painter: QPainter, view: View) -> None:
        workspace = self.host.session.workspace
        if self._at is None or self.row < 0 or workspace is None:
            return
        building = building_near(workspace.district, self._at.x, self._at.y)
        if building < 0:
            return
        known = workspace.district.buildings
        place = QPointF(*view.to_screen(float(known.x[building]), float(known.y[building])))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in (("#FFFFFF", 5.0), ("#C2185B", 2.5)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, 9, 9)
        text = building_title(workspace.district, building)
        box = painter.fontMetrics().boundingRect(text).adjusted(-6, -4, 6, 4)
        box.moveTopLeft((place + QPointF(14, -box.height() / 2)).toPoint())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#F7FFFFFF"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("#1C2733"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
