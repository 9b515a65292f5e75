# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plate at the pointer: totals of two grids and their limits while a border moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gridplanner.gui import theme
from gridplanner.gui.session import Session
from gridplanner.texts import _


@dataclass(frozen=True)
class GridTotals:
    """One grid on the plate; its load is what the limits count, where other than its people."""

    name: str
    people: int
    load: int
    low: float
    high: float
    households: int
    change: int
    parts: int

    @property
    def good(self) -> bool:
        """Whether the grid keeps its band and hangs together."""
        return self.low <= self.load <= self.high and self.parts <= 1


@dataclass(frozen=True)
class PairTotals:
    """Both grids, as they would be."""

    grids: tuple[GridTotals, ...]

    @staticmethod
    def of(session: Session, pair: tuple[int, int], atoms: np.ndarray, to: int) -> PairTotals:
        """Return the totals of a pair of grids if `atoms` went to `to`."""
        plan, district = session.plan, session.workspace.district
        totals = session.totals
        moved_load = int(totals.atom_load[atoms].sum())
        moved_people = int(district.atoms.people[atoms].sum())
        moved_households = int(district.atoms.households[atoms].sum())
        assignment = plan.assignment.copy()
        assignment[atoms] = to
        rows = []
        for grid in pair:
            sign = 1 if grid == to else -1
            held = np.flatnonzero(assignment == grid)
            record = plan.grids[grid]
            rows.append(
                GridTotals(
                    record.name or record.code[-3:] or f"+{grid + 1}",
                    int(totals.people[grid]) + sign * moved_people,
                    int(totals.load[grid]) + sign * moved_load,
                    float(totals.people_min[grid]),
                    float(totals.people_max[grid]),
                    int(totals.households[grid]) + sign * moved_households,
                    sign * moved_people,
                    len(session.neighbours.parts(held)),
                )
            )
        return PairTotals(tuple(rows))


def limits_text(low: float, high: float) -> str:
    """Return a band in words."""
    if math.isinf(low) and math.isinf(high):
        return _("no limit")
    if math.isinf(high):
        return _("at least {low}").format(low=f"{low:,.0f}")
    if math.isinf(low):
        return _("at most {high}").format(high=f"{high:,.0f}")
    return f"{low:,.0f}-{high:,.0f}"


def _lines(grid: GridTotals) -> tuple[str, str]:
    """Return the two lines of one grid."""
    change = f" ({grid.change:+,})" if grid.change else ""
    state = ""
    if grid.parts > 1:
        state = _("falls into {n} parts").format(n=grid.parts)
    elif grid.load < grid.low:
        state = _("{n} too few").format(n=f"{grid.low - grid.load:,.0f}")
    elif grid.load > grid.high:
        state = _("{n} too many").format(n=f"{grid.load - grid.high:,.0f}")
    else:
        state = _("within")
    first = _("{name}: {people} people{change}").format(
        name=grid.name, people=f"{grid.people:,}", change=change
    )
    if grid.load != grid.people:
        first += _(", load {load}").format(load=f"{grid.load:,}")
    second = _("{households} households, limits {limits}, {state}").format(
        households=f"{grid.households:,}", limits=limits_text(grid.low, grid.high), state=state
    )
    return first, second


def paint_totals(painter: QPainter, totals: PairTotals, at: QPointF, canvas: QWidget) -> None:
    """Draw the plate beside the pointer, inside the map."""
    metrics = QFontMetricsF(canvas.font())
    texts = [_lines(grid) for grid in totals.grids]
    width = max(metrics.horizontalAdvance(line) for pair in texts for line in pair) + 42
    step = metrics.height() + 2
    height = len(texts) * (2 * step + 8) + 8
    x = min(at.x() + 20, canvas.width() - width - 8)
    y = min(max(at.y() - height / 2, 8), canvas.height() - height - 8)
    plate = QRectF(max(x, 8), y, width, height)
    dark = theme.is_dark()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#55606B" if dark else "#B8C2CC"), 1))
    painter.setBrush(QColor("#F0242B33" if dark else "#F7FFFFFF"))
    painter.drawRoundedRect(plate, 6, 6)
    top = plate.top() + 8
    for grid, (first, second) in zip(totals.grids, texts, strict=True):
        colour = QColor(theme.SIGNAL["done" if grid.good else "error"])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(plate.left() + 10, top + 2, 5, 2 * step - 4), 2, 2)
        painter.setPen(QColor("#E6EBF0" if dark else "#1C2733"))
        painter.drawText(QPointF(plate.left() + 24, top + metrics.ascent()), first)
        painter.setPen(colour if not grid.good else QColor("#8C99A6" if dark else "#5B6874"))
        painter.drawText(QPointF(plate.left() + 24, top + step + metrics.ascent()), second)
        top += 2 * step + 8
