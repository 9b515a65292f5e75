# SPDX-License-Identifier: LGPL-3.0-or-later
"""Move atoms to the selected grid: by click, rectangle, lasso or brush; drag a shared border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.canvas.view import View
from gridplanner.gui.map_controller import MapController
from gridplanner.gui.tools.totals import PairTotals, paint_totals
from gridplanner.model.kinds import GridKind
from gridplanner.texts import _
from gridplanner.workspace.commands import MoveAtoms

_BLUE = QColor("#1F6FB2")
_WASH = QColor(31, 111, 178, 32)


def inside_polygon(x: np.ndarray, y: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Return bool[n]: which points lie in a ring (even-odd)."""
    inside = np.zeros(len(x), bool)
    ax, ay = ring[:, 0], ring[:, 1]
    bx, by = np.roll(ax, -1), np.roll(ay, -1)
    for i in range(len(ring)):
        if ay[i] == by[i]:
            continue
        crosses = (ay[i] > y) != (by[i] > y)
        inside ^= crosses & (x < (bx[i] - ax[i]) * (y - ay[i]) / (by[i] - ay[i]) + ax[i])
    return inside


class MoveTool(Tool):
    """What the four ways of moving atoms share: the target is the one selected grid.

    A grid of another community is never touched; with "only from" set, atoms of one grid only.
    """

    cursor = Qt.CursorShape.CrossCursor
    #: Whether many areas are taken at once: a school in the way then stays the dedicated grid it is.
    sweeps = False

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.host = host
        self.only_from = -1
        self.whole = ""

    def enlarged(self, atoms: np.ndarray) -> np.ndarray:
        """Return the areas with the rest of their estate or of today's grid, where whole ones move."""
        workspace = self.host.session.workspace
        if workspace is None or not self.whole or not len(atoms):
            return atoms
        known = workspace.district.atoms
        unit = known.estate if self.whole == "estate" else known.old_grid
        # An estate may reach into several communities; only the part in these ones moves.
        same = np.isin(unit, np.setdiff1d(unit[atoms], [-1])) & np.isin(
            known.community, known.community[atoms]
        )
        return np.union1d(atoms, np.flatnonzero(same)).astype(np.int64)

    def target(self) -> int:
        """Return the grid that takes the atoms, -1 (and a word to the planner) without one."""
        selection = self.host.session.selection
        if len(selection) == 1:
            return selection[0]
        self.host.session.said.emit(_("First select the one grid that takes the areas (Alt+click)."), "info")
        return -1

    def choose_target(self, at: MapPoint) -> bool:
        """Let Alt+click choose the target."""
        if at.keys & Qt.KeyboardModifier.AltModifier:
            self.host.session.select([self.host.grid_at(at.feature)])
            return True
        return False

    def mark(self, atoms: np.ndarray) -> None:
        """Gather atoms of one community for a new grid, while no grid is selected to take them."""
        session, host = self.host.session, self.host
        atoms = self.enlarged(atoms)
        homes = session.workspace.district.atoms.community
        first = min(host.marked, default=int(atoms[0]) if len(atoms) else -1)
        fresh = {int(a) for a in atoms.tolist() if homes[a] == homes[first]}
        if fresh:
            host.marked |= fresh
            host.repaint()
            text = _("{n} areas are marked. Press N to make a new grid of them.")
            session.said.emit(text.format(n=len(host.marked)), "info")

    def movable(self, atoms: np.ndarray, target: int) -> np.ndarray:
        """Return those of the atoms that may go to the target."""
        session = self.host.session
        if session.workspace is None or session.plan is None:
            return np.empty(0, np.int64)
        plan, district = session.plan, session.workspace.district
        here = plan.assignment[atoms]
        home = plan.grids[target].community
        good = (here != target) & (district.atoms.community[atoms] == home)
        if self.only_from >= 0:
            good &= here == self.only_from
        elif self.sweeps and plan.grids[target].kind is GridKind.GENERAL:
            good &= np.append(plan.general(), True)[here]
        locked = np.array([*(g.locked for g in plan.grids), False], bool)
        return atoms[good & ~locked[here]]

    def move(self, atoms: np.ndarray) -> None:
        """Move atoms as one step; without a selected grid, mark them."""
        if not self.host.session.selection:
            self.mark(np.asarray(atoms, np.int64))
            return
        target = self.target()
        chosen = (
            self.movable(self.enlarged(np.asarray(atoms, np.int64)), target)
            if target >= 0
            else np.empty(0, np.int64)
        )
        self.host.marked = set()
        if len(chosen):
            self.host.session.do(MoveAtoms(tuple(chosen.tolist()), target))
        else:
            self.host.repaint()

    def atom_points(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the points of all atoms."""
        atoms = self.host.session.workspace.district.atoms
        return atoms.x, atoms.y


class ClickTool(MoveTool):
    """A click gives the atom under the pointer to the selected grid."""

    name = "click"

    def pressed(self, at: MapPoint) -> bool:
        if not self.choose_target(at) and at.feature >= 0:
            self.move(np.array([at.feature]))
        return True

    def cancel(self) -> None:
        if self.host.marked:
            self.host.marked = set()
            self.host.repaint()


class RectangleTool(MoveTool):
    """Drag a rectangle: the atoms whose points lie in it move."""

    name = "rectangle"
    sweeps = True

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self._from: MapPoint | None = None
        self._to: MapPoint | None = None

    def pressed(self, at: MapPoint) -> bool:
        if not self.choose_target(at):
            self._from = self._to = at
        return True

    def moved(self, at: MapPoint) -> None:
        if self._from is not None:
            self._to = at
            self.host.canvas.update()

    def released(self, at: MapPoint) -> None:
        start, self._from = self._from, None
        if start is None:
            return
        x, y = self.atom_points()
        inside = (x >= min(start.x, at.x)) & (x <= max(start.x, at.x))
        inside &= (y >= min(start.y, at.y)) & (y <= max(start.y, at.y))
        self.move(np.flatnonzero(inside))

    def cancel(self) -> None:
        self._from = self._to = None

    def paint(self, painter: QPainter, view: View) -> None:
        if self._from is not None and self._to is not None:
            painter.setPen(QPen(_BLUE, 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(_WASH)
            corner = QPointF(*view.to_screen(self._from.x, self._from.y))
            painter.drawRect(QRectF(corner, QPointF(self._to.px, self._to.py)).normalized())


class LassoTool(MoveTool):
    """Draw around atoms: those whose points lie inside move."""

    name = "lasso"
    sweeps = True

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self._ring: list[tuple[float, float]] = []

    def pressed(self, at: MapPoint) -> bool:
        if not self.choose_target(at):
            self._ring = [(at.x, at.y)]
        return True

    def moved(self, at: MapPoint) -> None:
        if self._ring:
            self._ring.append((at.x, at.y))
            self.host.canvas.update()

    def released(self, at: MapPoint) -> None:
        ring, self._ring = self._ring, []
        if len(ring) > 2:
            x, y = self.atom_points()
            self.move(np.flatnonzero(inside_polygon(x, y, np.array(ring))))

    def cancel(self) -> None:
        self._ring = []

    def paint(self, painter: QPainter, view: View) -> None:
        if self._ring:
            painter.setPen(QPen(_BLUE, 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(_WASH)
            painter.drawPolygon(QPolygonF([QPointF(*view.to_screen(x, y)) for x, y in self._ring]))


class BrushTool(MoveTool):
    """Paint atoms; `[` and `]` change the size. One stroke is one step."""

    name = "brush"
    sweeps = True

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.radius_px = 18.0
        self._at: MapPoint | None = None
        self._painting = False

    def pressed(self, at: MapPoint) -> bool:
        if not self.choose_target(at):
            self._painting = True
            self._gather(at)
        return True

    def moved(self, at: MapPoint) -> None:
        self._at = at
        if self._painting:
            self._gather(at)
        self.host.canvas.update()

    def _gather(self, at: MapPoint) -> None:
        """Add the atoms under the brush."""
        x, y = self.atom_points()
        reach = self.radius_px / self.host.canvas.view.scale
        near = np.flatnonzero((x - at.x) ** 2 + (y - at.y) ** 2 <= reach**2)
        if at.feature >= 0:
            near = np.append(near, at.feature)
        if not self.host.session.selection:
            self.mark(near)
            return
        target = self.target()
        fresh = (
            set(self.movable(self.enlarged(near), target).tolist()) - self.host.marked
            if target >= 0
            else set()
        )
        if fresh:
            self.host.marked |= fresh
            self.host.repaint()

    def released(self, at: MapPoint) -> None:
        if self._painting:
            self._painting = False
            if self.host.session.selection:
                self.move(np.array(sorted(self.host.marked), np.int64))

    def key(self, event: QKeyEvent) -> bool:
        factor = {Qt.Key.Key_BracketLeft: 0.8, Qt.Key.Key_BracketRight: 1.25}.get(event.key())
        if factor is None:
            return False
        self.radius_px = min(max(self.radius_px * factor, 4.0), 160.0)
        self.host.canvas.update()
        return True

    def cancel(self) -> None:
        self._painting, self._at = False, None
        if self.host.marked:
            self.host.marked = set()
            self.host.repaint()

    def paint(self, painter: QPainter, view: View) -> None:
        if self._at is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(_BLUE, 1.5))
            painter.setBrush(_WASH)
            painter.drawEllipse(QPointF(self._at.px, self._at.py), self.radius_px, self.radius_px)


@dataclass
class _Drag:
    """A border drag under way: where it began, between which grids, and what it moves now."""

    start: MapPoint
    pair: tuple[int, int]
    now: MapPoint
    atoms: np.ndarray
    to: int


class BorderTool(MoveTool):
    """Press near a border and push it: the grid behind the pointer grows into the one ahead.

    What moves is worked out anew from the press to the pointer at every step, so moving back
    takes it back; Esc cancels; the release is one step. Both totals and limits follow the pointer.
    """

    name = "border"
    cursor = Qt.CursorShape.SplitHCursor
    #: How far from a border a press may be, pixels.
    REACH_PX = 14

    def __init__(self, host: MapController) -> None:
        super().__init__(host)
        self.drag: _Drag | None = None

    def pressed(self, at: MapPoint) -> bool:
        pair = self._pair(at)
        if pair is None:
            self.host.session.said.emit(_("Press near the border of two grids of one community."), "info")
            return True
        self.drag = _Drag(at, pair, at, np.empty(0, np.int64), pair[0])
        self.host.session.select(pair)
        return True

    def _pair(self, at: MapPoint) -> tuple[int, int] | None:
        """Return the grid under the pointer and the nearest other one of its community."""
        own = self.host.grid_at(at.feature)
        plan = self.host.session.plan
        if own < 0 or plan is None:
            return None
        canvas = self.host.canvas
        for reach in range(2, self.REACH_PX + 1, 3):
            for angle in np.linspace(0, 2 * np.pi, 16, endpoint=False):
                spot = QPointF(at.px + reach * float(np.cos(angle)), at.py + reach * float(np.sin(angle)))
                other = self.host.grid_at(canvas.at(spot).feature)
                if other >= 0 and other != own and plan.grids[other].community == plan.grids[own].community:
                    return own, other
        return None

    def moved(self, at: MapPoint) -> None:
        drag = self.drag
        if drag is None:
            return
        drag.now = at
        self._sweep(drag)
        plan = self.host.session.plan
        assignment = plan.assignment.copy()
        assignment[drag.atoms] = drag.to
        self.host.preview(assignment)

    def _sweep(self, drag: _Drag) -> None:
        """Work out which atoms change sides: those of the grid ahead that the push has passed."""
        plan = self.host.session.plan
        behind = self.host.grid_at(drag.start.feature)
        ahead = self.host.grid_at(drag.now.feature)
        # Pushing from A into B lets A grow; pulling back into A lets B grow.
        giver = drag.pair[1] if ahead != behind else drag.pair[0]
        taker = drag.pair[0] if giver == drag.pair[1] else drag.pair[1]
        x, y = self.atom_points()
        ax, ay, bx, by = drag.start.x, drag.start.y, drag.now.x, drag.now.y
        length = float(np.hypot(bx - ax, by - ay))
        reach = max(10 / self.host.canvas.view.scale, 0.35 * length)
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / max(length**2, 1e-9), 0, 1)
        near = (x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2 <= reach**2
        passed = np.flatnonzero(near & (plan.assignment == giver))
        under = drag.now.feature
        if under >= 0 and plan.assignment[under] == giver and length > 0 and under not in passed:
            passed = np.append(passed, under)
        drag.atoms, drag.to = self.movable(passed, taker), taker

    def released(self, at: MapPoint) -> None:
        drag, self.drag = self.drag, None
        if drag is None:
            return
        self.host.preview(None)
        if len(drag.atoms):
            self.host.session.do(MoveAtoms(tuple(drag.atoms.tolist()), drag.to))

    def cancel(self) -> None:
        if self.drag is not None:
            self.drag = None
            self.host.preview(None)

    def paint(self, painter: QPainter, view: View) -> None:
        drag = self.drag
        if drag is None:
            return
        totals = PairTotals.of(self.host.session, drag.pair, drag.atoms, drag.to)
        paint_totals(painter, totals, QPointF(drag.now.px, drag.now.py), self.host.canvas)
