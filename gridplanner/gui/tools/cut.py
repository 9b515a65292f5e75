# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a drawn line does: split a grid, cut an area in two, put a ring around a new grid."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from gridplanner.gui.canvas.view import View
from gridplanner.gui.corrections import ask_correction
from gridplanner.gui.tools.line import LineTool
from gridplanner.gui.tools.move import inside_polygon
from gridplanner.gui.tools.totals import GridTotals, PairTotals, paint_totals
from gridplanner.texts import _
from gridplanner.workspace.commands import NewGrid, SplitGrid


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


class SplitTool(LineTool):
    """Draw a line across a grid: the areas on the side with fewer people become a new grid.

    Borders of areas are kept; both sides and their people show while the line is drawn.
    """

    name = "split"

    def done(self, line: np.ndarray) -> None:
        self.cut(line)

    def changed(self) -> None:
        part = self._part(self.under_way()) if len(self._snaps) > 0 else None
        marked = set(part[1].tolist()) if part is not None else set()
        if marked != self.host.marked:
            self.host.marked = marked
            self.host.repaint()

    def _part(self, points: list[tuple[float, float]]) -> tuple[int, np.ndarray] | None:
        """Return the grid that a line cuts and the areas of its smaller side; None where it cuts none."""
        session = self.host.session
        if len(points) < 2 or session.workspace is None or session.plan is None:
            return None
        line = np.array(points)
        grid = session.selection[0] if len(session.selection) == 1 else self._under(line)
        if grid < 0:
            return None
        atoms = session.workspace.district.atoms
        held = np.flatnonzero(session.plan.assignment == grid)
        left = side_of_line(atoms.x[held], atoms.y[held], line)
        if left.all() or not left.any():
            return None
        smaller = atoms.people[held[left]].sum() <= atoms.people[held[~left]].sum()
        return grid, held[left] if smaller else held[~left]

    def cut(self, line: np.ndarray) -> bool:
        """Split the selected grid, else the one under the middle of the line."""
        session = self.host.session
        found = self._part([tuple(point) for point in line.tolist()])
        self.host.marked = set()
        if found is None:
            none = len(session.selection) != 1 and self._under(line) < 0
            if none:
                session.said.emit(_("Draw the line across one grid."), "info")
            else:
                session.said.emit(_("The line leaves all areas of the grid on one side."), "warning")
            self.host.repaint()
            return False
        return session.do(SplitGrid(found[0], tuple(found[1].tolist())))

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

    def paint(self, painter: QPainter, view: View) -> None:
        super().paint(painter, view)
        part = self._part(self.under_way()) if self._snaps and self._now is not None else None
        if part is not None and self._now is not None:
            at = QPointF(*view.to_screen(self._now.x, self._now.y))
            paint_totals(painter, self._totals(*part), at, self.host.canvas)

    def _totals(self, grid: int, part: np.ndarray) -> PairTotals:
        """Return the people of both sides, with the limits of the grid."""
        session = self.host.session
        totals, atoms = session.totals, session.workspace.district.atoms
        held = np.flatnonzero(session.plan.assignment == grid)
        rest = np.setdiff1d(held, part)
        record = session.plan.grids[grid]
        rows = []
        for name, side in ((record.name or record.code[-3:] or f"+{grid + 1}", rest), (_("New grid"), part)):
            rows.append(
                GridTotals(
                    name,
                    int(atoms.people[side].sum()),
                    int(totals.atom_load[side].sum()),
                    float(totals.people_min[grid]),
                    float(totals.people_max[grid]),
                    int(atoms.households[side].sum()),
                    0,
                    len(session.neighbours.parts(side)),
                )
            )
        return PairTotals(tuple(rows))


class CutTool(LineTool):
    """Draw a line through one area, from border to border: it becomes two, people by building."""

    name = "cut"

    def done(self, line: np.ndarray) -> None:
        session = self.host.session
        atom = self._under(line)
        if atom < 0:
            session.said.emit(_("Draw the line through one area, from border to border."), "info")
            return
        # A line caught by the border ends exactly on it; a hair further and it surely crosses.
        longer = line.copy()
        for end, inner in ((0, 1), (-1, -2)):
            step = line[end] - line[inner]
            longer[end] = line[end] + step / max(float(np.hypot(*step)), 1e-9) * 0.05
        ask_correction(session, "cut_area", atom=atom, line=longer)

    def _under(self, line: np.ndarray) -> int:
        """Return the area that most of the line lies in."""
        canvas = self.host.canvas
        found: dict[int, float] = {}
        for a, b in pairwise(line):
            length = float(np.hypot(*(b - a)))
            for t in np.linspace(0.04, 0.96, 24):
                x, y = a + t * (b - a)
                area = canvas.at(QPointF(*canvas.view.to_screen(x, y))).feature
                if area >= 0:
                    found[area] = found.get(area, 0.0) + length
        return int(max(found, key=lambda a: found[a])) if found else -1


class DrawTool(LineTool):
    """Draw a ring: the areas whose points lie in it become a new grid, where there are none yet too.

    Areas of the community that most of them belong to; those of locked grids stay.
    """

    name = "draw"
    least = 3
    closed = True

    def done(self, line: np.ndarray) -> None:
        session = self.host.session
        if session.workspace is None or session.plan is None:
            return
        plan, atoms = session.plan, session.workspace.district.atoms
        inside = np.flatnonzero(inside_polygon(atoms.x, atoms.y, line))
        locked = np.array([*(g.locked for g in plan.grids), False], bool)
        inside = inside[~locked[plan.assignment[inside]]]
        if not len(inside):
            session.said.emit(_("No area to plan lies inside the line."), "warning")
            return
        homes = atoms.community[inside]
        taken = inside[homes == np.bincount(homes).argmax()]
        emptied = set(plan.assignment[taken].tolist()) - {-1}
        if session.do(NewGrid(tuple(taken.tolist()))):
            session.select([session.plan.n_grids - 1])
            left = len(inside) - len(taken)
            empty = sum(not (session.plan.assignment == g).any() for g in emptied)
            if left or empty:
                text = _("{left} areas of other communities stayed; {empty} grids are empty now.")
                session.said.emit(text.format(left=left, empty=empty), "info")
