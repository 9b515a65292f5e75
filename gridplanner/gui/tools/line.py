# SPDX-License-Identifier: LGPL-3.0-or-later
"""Draw a line over the map, caught by roads and borders; what is done with it is left to each tool."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from gridplanner.gui.canvas.snap import REACH_PX, Snap, Snapper
from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.map_controller import MapController

_INK = QColor("#C8451B")


class LineTool(Tool):
    """Click along a line; a double click or Enter ends it, Backspace takes the last point back.

    Roads and borders of areas catch the pointer; between two points on one road the line follows the
    road. Shift draws freely.
    """

    name = "line"
    cursor = Qt.CursorShape.CrossCursor
    #: Fewest points of a finished line.
    least = 2
    #: Whether the line closes to a ring.
    closed = False
    #: Pixels from which roads and borders catch the pointer.
    reach_px: float = REACH_PX

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self._snaps: list[Snap] = []
        self._now: Snap | None = None
        self._snapper: tuple[object, Snapper] | None = None

    @property
    def points(self) -> list[tuple[float, float]]:
        """The line so far, with the roads it follows; metres."""
        return self._followed(self._snaps)

    def done(self, line: np.ndarray) -> None:
        """Take a finished line, float64[k, 2]."""

    def changed(self) -> None:
        """Hear that the line under way changed."""

    def pressed(self, at: MapPoint) -> bool:
        self._snaps.append(self.snapped(at))
        self.changed()
        self.host.canvas.update()
        return True

    def moved(self, at: MapPoint) -> None:
        self._now = self.snapped(at)
        if self._snaps:
            self.changed()
        self.host.canvas.update()

    def double_clicked(self, at: MapPoint) -> None:
        self.finish()

    def wants(self, key: int) -> bool:
        # Return would open the properties of the selected grid.
        return bool(self._snaps) and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._snaps:
            self.finish()
        elif event.key() == Qt.Key.Key_Backspace and self._snaps:
            self._snaps.pop()
            self.changed()
            self.host.canvas.update()
        else:
            return False
        return True

    def finish(self) -> None:
        """End the line."""
        points = self.points
        self.cancel()
        # A double click sends its place twice.
        kept = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        if len(kept) >= self.least:
            self.done(np.array(kept))
        self.host.canvas.update()

    def snapped(self, at: MapPoint) -> Snap:
        """Return where the pointer is caught; Shift lets it go free."""
        scene = self.host.session.scene
        if scene is None or at.keys & Qt.KeyboardModifier.ShiftModifier:
            return Snap(at.x, at.y, caught=False)
        if self._snapper is None or self._snapper[0] is not scene:
            self._snapper = (scene, Snapper.of(scene))
        areas = self.host.canvas.features_near(at.px, at.py, round(self.reach_px))
        return self._snapper[1].at(at.x, at.y, self.reach_px / self.host.canvas.view.scale, areas)

    def _followed(self, snaps: list[Snap]) -> list[tuple[float, float]]:
        """Return the points with the corners of roads between those that lie on one road."""
        made: list[tuple[float, float]] = []
        for i, snap in enumerate(snaps):
            if i and self._snapper is not None:
                between = self._snapper[1].between(snaps[i - 1], snap)
                made += [(float(x), float(y)) for x, y in between.tolist()]
            made.append((snap.x, snap.y))
        return made

    def under_way(self) -> list[tuple[float, float]]:
        """Return the line as it would be with the pointer as its next point."""
        return self._followed([*self._snaps, self._now]) if self._now is not None else self.points

    def cancel(self) -> None:
        self._snaps, self._now = [], None
        self.changed()

    def paint(self, painter: QPainter, view: View) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._snaps:
            line = [QPointF(*view.to_screen(x, y)) for x, y in self.under_way()]
            if self.closed and len(line) > 2:
                line.append(line[0])
            for pen in (QPen(QColor("#FFFFFF"), 4), QPen(_INK, 2, Qt.PenStyle.DashLine)):
                painter.setPen(pen)
                painter.drawPolyline(line)
        if self._now is not None and self._now.caught:
            place = QPointF(*view.to_screen(self._now.x, self._now.y))
            for pen in (QPen(QColor("#FFFFFF"), 4), QPen(_INK, 2)):
                painter.setPen(pen)
                painter.drawRect(QRectF(place.x() - 5, place.y() - 5, 10, 10))
