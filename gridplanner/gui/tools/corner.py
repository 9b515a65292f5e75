# SPDX-License-Identifier: LGPL-3.0-or-later
"""Move a corner of the borders: all areas, and so all grids, that share it follow together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.corrections import ask_correction
from gridplanner.gui.map_controller import MapController
from gridplanner.texts import _

#: Pixels within which a corner is taken hold of.
REACH_PX = 10
_INK = QColor("#C2185B")


class CornerTool(Tool):
    """Press on a corner and drag it; the lines that hang on it follow, Esc lets it go."""

    name = "corner"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self._held: tuple[float, float] | None = None
        self._over: tuple[float, float] | None = None
        self._now: tuple[float, float] | None = None
        self._ends: list[tuple[float, float]] = []

    def pressed(self, at: MapPoint) -> bool:
        corner = self._corner_at(at)
        if corner is None:
            self.host.session.said.emit(_("Press on a corner of a border; zoom in to see them."), "info")
            return True
        self._held, self._now = corner, (at.x, at.y)
        self._ends = self._neighbours_of(corner, at)
        return True

    def moved(self, at: MapPoint) -> None:
        if self._held is not None:
            self._now = (at.x, at.y)
        else:
            self._over = self._corner_at(at)
        self.host.canvas.update()

    def released(self, at: MapPoint) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        far = float(np.hypot(at.x - held[0], at.y - held[1])) * self.host.canvas.view.scale
        if far > 2:
            ask_correction(self.host.session, "move_corner", at=held, to=(at.x, at.y))
        self.host.canvas.update()

    def _rings_near(self, at: MapPoint) -> list[np.ndarray]:
        """Return the outlines of the areas around a place."""
        scene = self.host.session.scene
        if scene is None:
            return []
        near = self.host.canvas.features_near(at.px, at.py, REACH_PX)
        return [ring for area in near for ring in scene.atoms.feature_rings(area)]

    def _corner_at(self, at: MapPoint) -> tuple[float, float] | None:
        """Return the corner next to a place, None where there is none within reach."""
        best, found = REACH_PX / self.host.canvas.view.scale, None
        for ring in self._rings_near(at):
            far = np.hypot(ring[:, 0] - at.x, ring[:, 1] - at.y)
            i = int(np.argmin(far))
            if far[i] < best:
                best, found = float(far[i]), (float(ring[i, 0]), float(ring[i, 1]))
        return found

    def _neighbours_of(self, corner: tuple[float, float], at: MapPoint) -> list[tuple[float, float]]:
        """Return the other ends of the lines that meet in a corner."""
        ends = set()
        for ring in self._rings_near(at):
            # The last point of a ring repeats the first.
            points = ring[:-1] if (ring[0] == ring[-1]).all() else ring
            for i in np.flatnonzero((points == corner).all(axis=1)).tolist():
                ends |= {tuple(points[i - 1].tolist()), tuple(points[(i + 1) % len(points)].tolist())}
        return sorted(ends)

    def cancel(self) -> None:
        self._held = self._over = self._now = None
        self._ends = []

    def paint(self, painter: QPainter, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._now if self._held is not None else self._over
        if shown is None:
            return
        place = QPointF(*view.to_screen(*shown))
        if self._held is not None:
            for pen in (QPen(QColor("#FFFFFF"), 4), QPen(_INK, 2, Qt.PenStyle.DashLine)):
                painter.setPen(pen)
                for end in self._ends:
                    painter.drawLine(place, QPointF(*view.to_screen(*end)))
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.setBrush(_INK)
        painter.drawRect(QRectF(place.x() - 5, place.y() - 5, 10, 10))
