# SPDX-License-Identifier: LGPL-3.0-or-later
"""Charts: sizes of grids before and after with the band, and the cumulative load."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gridplanner.gui import theme
from gridplanner.gui.panels.flow_chart import FlowChart, flows_of
from gridplanner.gui.session import Session
from gridplanner.texts import _
from gridplanner.workspace.scene.live import live_totals

_BEFORE, _AFTER = "#9AA5B0", "#2C6FA6"


class Chart(QWidget):
    """A frame with title and axes; what is inside is drawn by the subclass."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.before = np.empty(0)
        self.after = np.empty(0)
        self.band = (-np.inf, np.inf)
        self.setMinimumSize(260, 150)
        self.setAccessibleName(title)

    def show_values(self, before: np.ndarray, after: np.ndarray, band: tuple[float, float]) -> None:
        """Show people of general grids before and after."""
        self.before, self.after, self.band = np.sort(before), np.sort(after), band
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(QRectF(12, 4, self.width() - 24, 20), int(Qt.AlignmentFlag.AlignLeft), self.title)
        # Title, key and drawing each have their place: a high bar must not run through the key.
        area = QRectF(56, 50, self.width() - 76, self.height() - 82)
        painter.setPen(QPen(self.palette().mid().color(), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(self.before) or len(self.after):
            self.draw(painter, area)
            self._key(painter, QPointF(area.left() + 12, 34))
        painter.end()

    def _key(self, painter: QPainter, at: QPointF) -> None:
        """Draw which colour is which."""
        x = at.x()
        for text, colour in ((_("today"), _BEFORE), (_("plan"), _AFTER)):
            painter.fillRect(QRectF(x, at.y() - 5, 10, 10), QColor(colour))
            painter.setPen(self.palette().windowText().color())
            painter.drawText(QPointF(x + 14, at.y() + 4), text)
            x += 26 + self.fontMetrics().horizontalAdvance(text)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the values."""


class Histogram(Chart):
    """How many grids have how many people."""

    def draw(self, painter: QPainter, area: QRectF) -> None:
        top = float(max(self.before.max(initial=1), self.after.max(initial=1)))
        step = max(100.0, np.ceil(top / 24 / 100) * 100)
        edges = np.arange(0, top + 2 * step, step)
        counts = [np.histogram(v, edges)[0] for v in (self.before, self.after)]
        most = max(1, *(int(c.max(initial=0)) for c in counts))
        wide = area.width() / (len(edges) - 1)
        self._draw_band(painter, area, wide / step)
        for k, (values, colour) in enumerate(zip(counts, (_BEFORE, _AFTER), strict=True)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            for i, n in enumerate(values.tolist()):
                high = area.height() * n / most
                painter.drawRect(
                    QRectF(area.left() + i * wide + k * wide / 2, area.bottom() - high, wide / 2 - 0.5, high)
                )
        painter.setPen(self.palette().placeholderText().color())
        every = max(1, round(60 / wide))
        for i in range(0, len(edges), every):
            box = QRectF(area.left() + i * wide - 30, area.bottom() + 4, 60, 16)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), f"{edges[i]:,.0f}")
        for share in (0.5, 1.0):
            box = QRectF(4, area.bottom() - area.height() * share - 8, 46, 16)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight), f"{most * share:,.0f}")

    def _draw_band(self, painter: QPainter, area: QRectF, per_person: float) -> None:
        """Shade the band the rules ask for."""
        low, high = self.band
        left = area.left() + max(0.0, low if np.isfinite(low) else 0.0) * per_person
        right = area.left() + high * per_person if np.isfinite(high) else area.right()
        if right > left:
            ground = QColor(theme.SIGNAL["done"])
            ground.setAlpha(38)
            painter.fillRect(QRectF(left, area.top(), min(right, area.right()) - left, area.height()), ground)


class Lorenz(Chart):
    """Share of people held by the smallest grids; a straight line is perfect balance."""

    def draw(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(self.palette().mid().color(), 1, Qt.PenStyle.DashLine))
        painter.drawLine(area.bottomLeft(), area.topRight())
        for values, colour in ((self.before, _BEFORE), (self.after, _AFTER)):
            if not len(values) or not values.sum():
                continue
            share = np.concatenate([[0.0], np.cumsum(values) / values.sum()])
            xs = np.linspace(0, 1, len(share))
            points = [
                QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
                for x, y in zip(xs.tolist(), share.tolist(), strict=True)
            ]
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawPolyline(points)
        painter.setPen(self.palette().placeholderText().color())
        for x, text in ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")):
            box = QRectF(area.left() + x * area.width() - 30, area.bottom() + 4, 60, 16)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), text)
            side = QRectF(4, area.bottom() - area.height() * x - 8, 46, 16)
            painter.drawText(side, int(Qt.AlignmentFlag.AlignRight), text)


class ChartsPanel(QWidget):
    """The charts side by side."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.histogram = Histogram(_("People per general grid, with the band"))
        self.load = Lorenz(_("Cumulative load of the grids"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self.histogram, 3)
        layout.addWidget(self.load, 2)
        self.flow = FlowChart()
        layout.addWidget(self.flow, 3)
        session.selected.connect(self._show_flow)
        for signal in (session.opened, session.changed, session.judged):
            signal.connect(self.refresh)

    def refresh(self, *_args: object) -> None:
        """Show the plan as it is now; nothing is computed while the panel is hidden."""
        session = self._session
        if session.workspace is None or not self.isVisible():
            return
        totals = session.totals
        today = live_totals(session.workspace.district, session.before, session.workspace.rules)
        band = session.workspace.rules.people
        before = today.people[today.general & (today.atoms > 0)].astype(float)
        after = totals.people[totals.general & (totals.atoms > 0)].astype(float)
        for chart in (self.histogram, self.load):
            chart.show_values(before, after, (band.min, band.max))
        self._show_flow()

    def _show_flow(self) -> None:
        """Show who goes where in the community of the selected grid."""
        session = self._session
        if session.workspace is None or session.plan is None or not self.isVisible():
            return
        chosen = session.plan.grids[session.selection[0]].community if session.selection else -1
        flows = flows_of(session.workspace.district, session.before, session.plan, chosen)
        self.flow.show_flows(flows)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.refresh()
