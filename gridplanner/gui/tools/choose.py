# SPDX-License-Identifier: LGPL-3.0-or-later
"""Select grids and ask what lies somewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.map_controller import MapController

#: Pixels the pointer must travel before a press becomes a drag.
DRAG_PX = 5


class SelectTool(Tool):
    """A click selects a grid, Ctrl or Shift adds, a drag takes all that lie in the rectangle."""

    name = "select"
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self._from: MapPoint | None = None
        self._to: MapPoint | None = None

    def pressed(self, at: MapPoint) -> bool:
        self._from, self._to = at, None
        return True

    def moved(self, at: MapPoint) -> None:
        start = self._from
        if start is not None and abs(at.px - start.px) + abs(at.py - start.py) > DRAG_PX:
            self._to = at
            self.host.canvas.update()

    def released(self, at: MapPoint) -> None:
        start, self._from = self._from, None
        if start is None:
            return
        if self._to is not None:
            found = self._in_rectangle(start, at)
        else:
            grid = self.host.grid_at(at.feature)
            found = [grid] if grid >= 0 else []
        self._to = None
        self._choose(found, at)
        self.host.canvas.update()

    def _in_rectangle(self, a: MapPoint, b: MapPoint) -> list[int]:
        """Return the grids whose atoms' points all lie in the rectangle."""
        session = self.host.session
        if session.workspace is None or session.plan is None:
            return []
        atoms, assignment = session.workspace.district.atoms, session.plan.assignment
        inside = (
            (atoms.x >= min(a.x, b.x))
            & (atoms.x <= max(a.x, b.x))
            & (atoms.y >= min(a.y, b.y))
            & (atoms.y <= max(a.y, b.y))
        )
        outside = np.unique(assignment[~inside])
        return [int(g) for g in np.unique(assignment[inside]) if g >= 0 and g not in outside]

    def _choose(self, found: list[int], at: MapPoint) -> None:
        """Replace the selection, or add to it (taking back what was chosen before)."""
        session = self.host.session
        if at.keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            now = list(session.selection)
            for grid in found:
                if grid in now:
                    now.remove(grid)
                else:
                    now.append(grid)
            session.select(now)
        else:
            session.select(found)

    def cancel(self) -> None:
        self._from = self._to = None

    def paint(self, painter: QPainter, view: View) -> None:
        if self._from is None or self._to is None:
            return
        a = QPointF(*view.to_screen(self._from.x, self._from.y))
        painter.setPen(QPen(QColor("#1F6FB2"), 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(31, 111, 178, 28))
        painter.drawRect(QRectF(a, QPointF(self._to.px, self._to.py)).normalized())


class IdentifyTool(Tool):
    """A click tells everything about the place."""

    name = "identify"
    cursor = Qt.CursorShape.WhatsThisCursor
    asked = Signal(object)

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host

    def pressed(self, at: MapPoint) -> bool:
        self.host.session.select([self.host.grid_at(at.feature)])
        self.asked.emit(at)
        return True


class MeasureTool(Tool):
    """Click along a line: its length; three points and more also give the area."""

    name = "measure"
    cursor = Qt.CursorShape.CrossCursor
    told = Signal(float, float)

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self.points: list[tuple[float, float]] = []
        self._done = False

    def pressed(self, at: MapPoint) -> bool:
        if self._done:
            self.points, self._done = [], False
        self.points.append((at.x, at.y))
        self._tell()
        return True

    def moved(self, at: MapPoint) -> None:
        if self.points and not self._done:
            self._at = (at.x, at.y)
            self.host.canvas.update()

    _at: tuple[float, float] | None = None

    def double_clicked(self, at: MapPoint) -> None:
        self._done, self._at = True, None
        self._tell()

    def _tell(self) -> None:
        """Send length and area."""
        xy = np.array(self.points)
        steps = np.diff(xy, axis=0)
        length = float(np.hypot(steps[:, 0], steps[:, 1]).sum())
        x, y = xy[:, 0] - xy[0, 0], xy[:, 1] - xy[0, 1]
        area = float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2) if len(xy) > 2 else 0.0
        self.told.emit(length, area)
        self.host.canvas.update()

    def cancel(self) -> None:
        self.points, self._done, self._at = [], False, None

    def paint(self, painter: QPainter, view: View) -> None:
        if not self.points:
            return
        shown = [*self.points, self._at] if self._at is not None else self.points
        line = [QPointF(*view.to_screen(x, y)) for x, y in shown]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#FFFFFF"), 4))
        painter.drawPolyline(line)
        painter.setPen(QPen(QColor("#C2185B"), 2))
        painter.drawPolyline(line)
        painter.setBrush(QColor("#C2185B"))
        for point in line:
            painter.drawEllipse(point, 3, 3)
