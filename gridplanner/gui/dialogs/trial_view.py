# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the layers would give, before anything is built: do they meet, what is lost, who found a home."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QListWidget, QSizePolicy, QVBoxLayout, QWidget

from gridplanner.gui.panels.layers import layer_title
from gridplanner.gui.widgets import Figures, label
from gridplanner.texts import _, ngettext

#: Told apart by colour-blind eyes too; thickness tells areas from lines.
_COLOURS = {
    "grids": "#B0303F",
    "buildings": "#2C6FA6",
    "barriers": "#5BA7D9",
    "roads": "#8A95A0",
    "streets": "#6A3D9A",
}
_OTHER = "#B7860B"
_MARGIN = 10


def trial_title(role: str) -> str:
    """Return a role's name in the user's language."""
    own = {"communities": _("Communities"), "grids": _("Today's grids"), "people": _("People table")}
    return own.get(role) or layer_title(role)


class TrialMap(QWidget):
    """The layers over one another in their common CRS: layers that lie apart have the wrong CRS."""

    def __init__(self) -> None:
        super().__init__()
        self._layers: tuple[Any, ...] = ()
        self._box = (0.0, 0.0, 1.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Preview of the layers"))

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def show_layers(self, layers: tuple[Any, ...]) -> None:
        """Show other layers."""
        self._layers = tuple(x for x in layers if x.lines is not None or x.points is not None)
        xy = [x.lines.xy if x.lines is not None else x.points for x in self._layers]
        xy = [found for found in xy if len(found)]
        if xy:
            low, high = (
                np.min([a.min(axis=0) for a in xy], axis=0),
                np.max([a.max(axis=0) for a in xy], axis=0),
            )
            self._box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        self.update()

    def _placed(self, xy: np.ndarray) -> np.ndarray:
        """Return pixels of points on the ground."""
        x0, y0, x1, y1 = self._box
        wide, high = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN
        scale = min(wide / max(x1 - x0, 1e-9), high / max(y1 - y0, 1e-9))
        left = (self.width() - (x1 - x0) * scale) / 2
        top = (self.height() + (y1 - y0) * scale) / 2
        return np.column_stack([left + (xy[:, 0] - x0) * scale, top - (xy[:, 1] - y0) * scale])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        painter.setPen(self.palette().mid().color())
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for layer in sorted(self._layers, key=lambda x: x.role in ("communities", "streets")):
            # Communities are drawn as text is: dark on light, light on dark.
            text = self.palette().text().color()
            colour = text if layer.role == "communities" else QColor(_COLOURS.get(layer.role, _OTHER))
            strong = layer.role in ("communities", "streets")
            if layer.points is not None:
                painter.setPen(QPen(colour, 2))
                painter.drawPoints([QPointF(x, y) for x, y in self._placed(layer.points).tolist()])
            else:
                painter.setPen(QPen(colour, 1.6 if strong else 0.7))
                self._draw_lines(painter, layer.lines)
        painter.end()

    def _draw_lines(self, painter: QPainter, lines: Any) -> None:
        """Draw outlines."""
        xy = self._placed(lines.xy).tolist()
        for i in range(len(lines)):
            part = xy[lines.starts[i] : lines.starts[i + 1]]
            if len(part) == 2:
                painter.drawLine(QLineF(*part[0], *part[1]))
            elif len(part) > 2:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part]))


class TrialView(QWidget):
    """Map, counts, join and losses of a trial."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(344)
        self.map = TrialMap()
        self.place = label("", "quiet")
        self.figures = Figures()
        self.losses = QListWidget()
        self.losses.setWordWrap(True)
        self.losses.setAccessibleName(_("Losses and repairs"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(_("Trial reading"), "heading"))
        layout.addWidget(self.map)
        layout.addWidget(self.place)
        layout.addWidget(self.figures)
        layout.addWidget(label(_("Losses and repairs"), "quiet"))
        layout.addWidget(self.losses, 1)
        self.say(_("Everything is read once as named here, and nothing is changed."))

    def say(self, text: str) -> None:
        """Show a sentence in place of a result."""
        self.place.setText(text)

    def show_trial(self, trial: Any) -> None:
        """Show what was read."""
        self.map.show_layers(trial.layers)
        x, y = trial.centre
        if math.isnan(x):
            self.say(_("No layer has a place."))
        else:
            self.say(
                _("Centre {x} E, {y} N, all in {crs}. A layer that lies apart has a wrong CRS.").format(
                    x=f"{x:.3f}°", y=f"{y:.3f}°", crs=trial.crs[:20]
                )
            )
        rows = []
        for layer in trial.layers:
            text = ngettext("{n} row", "{n} rows", layer.rows).format(n=f"{layer.rows:,}")
            if layer.people:
                text = _("{n} rows, {people} people").format(n=f"{layer.rows:,}", people=f"{layer.people:,}")
            rows.append((trial_title(layer.role), text, ""))
        if trial.joined or trial.unjoined:
            share = trial.joined / (trial.joined + trial.unjoined)
            rows.append((_("People table: rows with a building"), f"{trial.joined:,} ({share:.1%})", ""))
            lost = _("{n} rows, {people} people").format(
                n=f"{trial.unjoined:,}", people=f"{trial.unjoined_people:,}"
            )
            rows.append((_("People table: rows without"), lost if trial.unjoined else "0", ""))
        self.figures.show_rows(rows)
        self.losses.clear()
        self.losses.addItems([text for text, _count in trial.findings] or [_("None")])
