# SPDX-License-Identifier: LGPL-3.0-or-later
"""Split a grid by a drawn line: the atoms on the smaller side become a new grid."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.map_controller import MapController
from gridplanner.texts import _
from gridplanner.workspace.commands import SplitGrid


def side_of_line(x: np.ndarray, y: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return bool[n]: which points lie left of a polyline; its ends go on straight.

    The side is that of the nearest segment, so a bent line cuts along its bends.
    """
    best = np.full(len(x), np.inf)
    left = np.zeros(len(x), bool)
    last = len(line) - 2
    for i in range(len(line) - 1):
        ax, ay = line[i]
        dx, dy = line[i + 1] - line[i]
        length2 = max(dx * dx + dy * dy, 1e-12)
        along = ((x - ax) * dx + (y - ay) * dy) / length2
        low = -np.inf if i == 0 else 0.0
        high = np.inf if i == last else 1.0
        held = np.clip(along, low, high)
        far = (x - ax - held * dx) ** 2 + (y - ay - held * dy) ** 2
        near = far < best
        best = np.where(near, far, best)
        left = np.where(near, dx * (y - ay) - dy * (x - ax) > 0, left)
    return left


class SplitTool(Tool):
    """Click a line across a grid, end it with a double click; borders of atoms are kept."""

    name = "split"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self.points: list[tuple[float, float]] = []
        self._at: tuple[float, float] | None = None

    def pressed(self, at: MapPoint) -> bool:
        self.points.append((at.x, at.y))
        self.host.canvas.update()
        return True

    def moved(self, at: MapPoint) -> None:
        if self.points:
            self._at = (at.x, at.y)
            self.host.canvas.update()

    def double_clicked(self, at: MapPoint) -> None:
        points, self.points, self._at = self.points, [], None
        if len(points) > 1:
            self.cut(np.array(points))
        self.host.canvas.update()

    def cut(self, line: np.ndarray) -> bool:
        """Split the selected grid, else the one under the middle of the line."""
        session = self.host.session
        if session.workspace is None or session.plan is None:
            return False
        grid = session.selection[0] if len(session.selection) == 1 else self._under(line)
        if grid < 0:
            session.said.emit(_("Draw the line across one grid."), "info")
            return False
        atoms = session.workspace.district.atoms
        held = np.flatnonzero(session.plan.assignment == grid)
        left = side_of_line(atoms.x[held], atoms.y[held], line)
        if left.all() or not left.any():
            session.said.emit(_("The line leaves all areas of the grid on one side."), "warning")
            return False
        part = (
            held[left] if atoms.people[held[left]].sum() <= atoms.people[held[~left]].sum() else held[~left]
        )
        return session.do(SplitGrid(grid, tuple(part.tolist())))

    def _under(self, line: np.ndarray) -> int:
        """Return the grid whose atoms the line passes over most."""
        canvas = self.host.canvas
        found: dict[int, int] = {}
        for a, b in pairwise(line):
            for t in np.linspace(0, 1, 24):
                x, y = a + t * (b - a)
                grid = self.host.grid_at(canvas.at(QPointF(*canvas.view.to_screen(x, y))).feature)
                if grid >= 0:
                    found[grid] = found.get(grid, 0) + 1
        return max(found, key=lambda g: found[g]) if found else -1

    def cancel(self) -> None:
        self.points, self._at = [], None

    def paint(self, painter: QPainter, view: View) -> None:
        if not self.points:
            return
        shown = [*self.points, self._at] if self._at is not None else self.points
        line = [QPointF(*view.to_screen(x, y)) for x, y in shown]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#FFFFFF"), 4))
        painter.drawPolyline(line)
        painter.setPen(QPen(QColor("#C8451B"), 2, Qt.PenStyle.DashLine))
        painter.drawPolyline(line)
