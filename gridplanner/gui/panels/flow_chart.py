# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who goes where in one community: today's grids left, the plan's right, ribbons as wide as their people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from gridplanner.model.change import Crosswalk, crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.texts import _

_TINTS = ("#2C6FA6", "#B7860B", "#2E7D5B", "#8A5A9E", "#C8451B", "#4E8F96", "#7A6A3A", "#5B6770")
_BAR = 12.0
_GAP = 4.0


@dataclass(frozen=True)
class Flows:
    """People between two lists of grids.

    Parameters
    ----------
    title : str
    left, right : tuple of str
        Names, from top to bottom.
    people : int64[len(left), len(right)]
    """

    title: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    people: np.ndarray


def flows_of(district: District, before: Plan, plan: Plan, community: int) -> Flows:
    """Return who goes where in one community; -1 stands for the one with most people who change grid."""
    pairs = crosswalk(district.atoms, before, plan)
    home_old = np.array([g.community for g in before.grids] + [-1], np.int64)
    home_new = np.array([g.community for g in plan.grids] + [-1], np.int64)
    home = np.where(pairs.new >= 0, home_new[pairs.new], home_old[pairs.old])
    if community < 0:
        community = _most_moved(district, pairs, home)
    held = (home == community) & (pairs.people > 0)
    olds, news = np.unique(pairs.old[held]), np.unique(pairs.new[held])
    people = np.zeros((len(olds), len(news)), np.int64)
    rows, columns = np.searchsorted(olds, pairs.old[held]), np.searchsorted(news, pairs.new[held])
    people[rows, columns] = pairs.people[held]
    # New grids stand opposite the middle of where their people come from, so that ribbons cross little.
    weight = np.maximum(people.sum(axis=0), 1)
    order = np.argsort((people * np.arange(len(olds))[:, None]).sum(axis=0) / weight, kind="stable")
    return Flows(
        str(district.communities.names[community]),
        tuple(_name(before, int(g)) for g in olds),
        tuple(_name(plan, int(news[k])) for k in order),
        people[:, order],
    )


def _most_moved(district: District, pairs: Crosswalk, home: np.ndarray) -> int:
    """Return the community where most people leave the largest part of their grid."""
    largest = np.zeros(int(pairs.old.max(initial=-1)) + 2, np.int64)
    np.maximum.at(largest, pairs.old, pairs.people)
    leave = (pairs.people < largest[pairs.old]) & (home >= 0)
    moved = np.bincount(home[leave], pairs.people[leave], len(district.communities))
    return int(np.argmax(moved))


def _name(plan: Plan, grid: int) -> str:
    """Return a short name of a grid."""
    if grid < 0:
        return "-"
    record = plan.grids[grid]
    return record.code[-3:] or record.name or f"+{grid + 1}"


class FlowChart(QWidget):
    """The ribbons of one community."""

    def __init__(self) -> None:
        super().__init__()
        self.flows: Flows | None = None
        self.setMinimumSize(260, 150)
        self.setAccessibleName(_("Change flow from old to new grids"))

    def show_flows(self, flows: Flows) -> None:
        """Show other flows."""
        self.flows = flows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().windowText().color())
        title = _("Change flow, old to new")
        if self.flows is not None:
            title = _("Change flow, old to new: {community}").format(community=self.flows.title)
        painter.drawText(QRectF(12, 4, self.width() - 24, 20), int(Qt.AlignmentFlag.AlignLeft), title)
        if self.flows is not None and self.flows.people.sum():
            self._draw(painter, self.flows, QRectF(70, 30, self.width() - 140, self.height() - 40))
        painter.end()

    def _draw(self, painter: QPainter, flows: Flows, area: QRectF) -> None:
        """Draw bars, names and ribbons."""
        left, right = flows.people.sum(axis=1), flows.people.sum(axis=0)
        gaps = _GAP * max(len(left), len(right))
        scale = max(area.height() - gaps, 20.0) / float(flows.people.sum())
        tops = [self._tops(values, scale, area) for values in (left, right)]
        starts, ends = tops[0].copy(), tops[1].copy()
        for i in range(len(left)):
            colour = QColor(_TINTS[i % len(_TINTS)])
            for j in np.flatnonzero(flows.people[i]).tolist():
                high = float(flows.people[i, j]) * scale
                self._ribbon(painter, area, (starts[i], ends[j], high), colour)
                starts[i] += high
                ends[j] += high
        self._bars(painter, QRectF(area.left(), 0, _BAR, 0), tops[0], left * scale, flows.left, True)
        place = QRectF(area.right() - _BAR, 0, _BAR, 0)
        self._bars(painter, place, tops[1], right * scale, flows.right, False)

    @staticmethod
    def _tops(values: np.ndarray, scale: float, area: QRectF) -> np.ndarray:
        """Return where each bar begins."""
        heights = values * scale + _GAP
        return area.top() + np.concatenate([[0.0], np.cumsum(heights)[:-1]])

    @staticmethod
    def _ribbon(painter: QPainter, area: QRectF, place: tuple[float, float, float], colour: QColor) -> None:
        """Draw one ribbon: from top, to top, height."""
        y0, y1, high = place
        x0, x1 = area.left() + _BAR, area.right() - _BAR
        middle = (x0 + x1) / 2
        path = QPainterPath(QPointF(x0, y0))
        path.cubicTo(QPointF(middle, y0), QPointF(middle, y1), QPointF(x1, y1))
        path.lineTo(x1, y1 + high)
        path.cubicTo(QPointF(middle, y1 + high), QPointF(middle, y0 + high), QPointF(x0, y0 + high))
        path.closeSubpath()
        tint = QColor(colour)
        tint.setAlpha(110)
        painter.fillPath(path, tint)

    def _bars(
        self,
        painter: QPainter,
        bar: QRectF,
        tops: np.ndarray,
        heights: np.ndarray,
        names: tuple[str, ...],
        left: bool,
    ) -> None:
        """Draw one column of bars with their names; a name without room is left out."""
        ink, text = self.palette().windowText().color(), self.fontMetrics().height()
        below = -1e9
        for y, high, name in zip(tops.tolist(), heights.tolist(), names, strict=True):
            painter.fillRect(QRectF(bar.left(), y, _BAR, max(high, 1.0)), ink)
            middle = y + high / 2
            if middle - below < text - 2:
                continue
            below = middle
            painter.setPen(ink)
            side = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
            x = bar.left() - 66 if left else bar.right() + 6
            box = QRectF(x, middle - text / 2, 60, text)
            painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), name)
