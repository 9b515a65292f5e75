# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two, three or four plans on maps that move together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gridplanner.gui import theme
from gridplanner.gui.canvas.canvas import MapCanvas
from gridplanner.gui.canvas.labels import Label
from gridplanner.gui.canvas.overlay import Content
from gridplanner.gui.canvas.style import Facts, LegendRow, make_paint, style_names
from gridplanner.gui.canvas.view import View
from gridplanner.gui.session import Session
from gridplanner.gui.widgets import Legend, column, label
from gridplanner.model.plan import Plan
from gridplanner.texts import _
from gridplanner.workspace.scene.live import grid_colours, label_points, live_totals

MOST = 4


class MapsTab(QWidget):
    """Ticks for the plans, a style, and one map for each ticked plan."""

    def __init__(
        self, session: Session, plans: Sequence[tuple[str, Plan]], kernels: ModuleType | None
    ) -> None:
        super().__init__()
        self._session, self._plans, self._kernels = session, list(plans), kernels
        self.canvases: list[MapCanvas] = []
        self._rows: dict[str, LegendRow] = {}
        self.ticks = [QCheckBox(name) for name, _plan in self._plans]
        self.style_box = QComboBox()
        for key, text in style_names().items():
            self.style_box.addItem(text, key)
        self.style_box.setCurrentIndex(max(0, self.style_box.findData("people")))
        self.style_box.activated.connect(lambda _i: self._show())
        self.legend = Legend()
        top = QHBoxLayout()
        top.addWidget(label(_("Shown (at most four)"), wrap=False))
        for tick in self.ticks:
            top.addWidget(tick)
        top.addStretch(1)
        top.addWidget(self.style_box)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addLayout(self._grid, 1)
        layout.addWidget(self.legend)
        # Today and the newest plan first: that is the question asked most.
        for tick in {id(t): t for t in (self.ticks[0], self.ticks[-1])}.values():
            tick.setChecked(True)
        for tick in self.ticks:
            tick.toggled.connect(lambda _on: self._show())
        self._show()

    def chosen(self) -> list[tuple[str, Plan]]:
        """Return the ticked plans, as many as there is room for."""
        ticked = [plan for plan, tick in zip(self._plans, self.ticks, strict=True) if tick.isChecked()]
        return ticked[:MOST]

    def stop(self) -> None:
        """End background drawing."""
        for canvas in self.canvases:
            canvas.stop()

    def _show(self) -> None:
        """Show one map for each ticked plan, all of the same place."""
        view = self.canvases[0].view if self.canvases else None
        self.stop()
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        self.canvases, self._rows = [], {}
        plans = self.chosen()
        for tick in self.ticks:
            tick.setEnabled(tick.isChecked() or len(plans) < MOST)
        across = 2 if len(plans) in (2, 4) else max(1, len(plans))
        for i, (name, plan) in enumerate(plans):
            canvas = self._canvas(plan)
            canvas.setAccessibleName(name)
            heading = label(name, "heading")
            heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            holder = column(heading, canvas, spacing=2)
            holder.layout().setStretch(1, 1)
            self._grid.addWidget(holder, i // across, i % across)
            self.canvases.append(canvas)
            if view is not None:
                canvas.look(view, tell=False)
            canvas.viewed.connect(self._follow)
        self.legend.set_rows(tuple(self._rows.values())[:9])
        if view is None:
            # The maps know their size only once they are laid out.
            QTimer.singleShot(0, self._zoom_all)

    def _zoom_all(self) -> None:
        """Show the whole district on every map."""
        for canvas in self.canvases[:1]:
            canvas.zoom_all()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self._zoom_all)

    def _canvas(self, plan: Plan) -> MapCanvas:
        """Return a map of one plan."""
        session = self._session
        workspace, scene = session.workspace, session.scene
        canvas = MapCanvas()
        canvas.kernels = self._kernels
        canvas.dark = theme.is_dark()
        if workspace is None or scene is None:
            return canvas
        canvas.set_shapes(scene.atoms, scene.extent)
        totals = live_totals(workspace.district, plan, workspace.rules)
        numbers = grid_colours(workspace.district, plan)
        facts = Facts(workspace.district, session.before, plan, totals, numbers, canvas.dark)
        paint, rows = make_paint(facts, str(self.style_box.currentData()))
        canvas.set_paint(paint)
        water = [scene.reference[key] for key in ("barriers",) if key in scene.reference]
        canvas.set_content(Content(water, self._labels(plan, totals.people.tolist()), canvas.dark, []))
        for row in rows:
            # Counts differ from plan to plan; the classes are the same.
            text = re.sub(r"\s*[(（]\d+[)）]$", "", row.text)
            self._rows[row.colour] = replace(row, text=text)
        return canvas

    def _labels(self, plan: Plan, people: list[int]) -> list[Label]:
        """Return code and people of each grid."""
        points = label_points(self._session.workspace.district, plan)
        labels = []
        for g, (x, y) in enumerate(points.tolist()):
            if x == x:
                record = plan.grids[g]
                lines = (record.code[-3:] or record.name or f"+{g + 1}", f"{people[g]:,}")
                labels.append(Label(x, y, lines, float(people[g]), 200.0))
        return labels

    def _follow(self, view: View) -> None:
        """Let all maps look at the same place."""
        for canvas in self.canvases:
            canvas.look(view, tell=False)
