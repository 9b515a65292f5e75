# SPDX-License-Identifier: LGPL-3.0-or-later
"""Actions that change what is seen, never the plan."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QApplication, QColorDialog, QLabel, QMenu

from gridplanner.gui import theme
from gridplanner.gui.canvas.canvas import MapCanvas
from gridplanner.gui.canvas.tool import MapPoint
from gridplanner.gui.dialogs.palette import PaletteDialog
from gridplanner.gui.hand_over import change_language, rebuild
from gridplanner.gui.panels.steps import STEPS
from gridplanner.texts import _, language
from gridplanner.workspace.commands import EditGrid
from gridplanner.workspace.scene.commands import place_text

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class ViewGroup:
    """What the view and window menus do."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        self.kernels: ModuleType | None = None
        self.twin: MapCanvas | None = None
        self._titles: list[QLabel] = []

    def zoom_in(self) -> None:
        """Magnify."""
        self._window.canvas.zoom_by(1.5)

    def zoom_out(self) -> None:
        """Show more ground."""
        self._window.canvas.zoom_by(1 / 1.5)

    def zoom_all(self) -> None:
        """Show the whole district."""
        self._window.canvas.zoom_all()

    def zoom_selection(self) -> None:
        """Zoom to the selected grids."""
        self._window.map.zoom_to_grids(self._window.session.selection)

    def zoom_layer(self, key: str) -> None:
        """Zoom to a layer."""
        scene = self._window.session.scene
        layer = scene.reference.get(key) if scene is not None else None
        if layer is None:
            self.zoom_all()
            return
        shape = layer.polygons or layer.lines
        xy = shape.xy if shape is not None else layer.points
        if xy is not None and len(xy):
            low, high = np.min(xy, axis=0), np.max(xy, axis=0)
            self._window.canvas.zoom_to((*low.tolist(), *high.tolist()))

    def next_finding(self) -> None:
        """Fly to the next finding."""
        self._window.findings.step(1)

    def previous_finding(self) -> None:
        """Fly to the previous finding."""
        self._window.findings.step(-1)

    def swipe(self) -> None:
        """Show today left and the plan right of a line on one map."""
        self._window.map.swipe = self._window.actions_by_id["swipe"].isChecked()
        self._window.map.repaint()

    def side(self) -> None:
        """Show today's division on a second map that follows this one."""
        window = self._window
        if window.actions_by_id["side"].isChecked():
            self.twin = MapCanvas()
            self.twin.setAccessibleName(_("Map of today"))
            self.twin.kernels = self.kernels
            window.maps.insertWidget(0, self.twin)
            width = window.maps.width() // 2
            window.maps.setSizes([width, width])
            window.map.set_twin(self.twin)
            self._titles = [_titled(self.twin, _("today")), _titled(window.canvas, _("plan"))]
            self.twin.viewed.connect(self._follow_twin)
            window.canvas.viewed.connect(self._follow_main)
        elif self.twin is not None:
            window.canvas.viewed.disconnect(self._follow_main)
            window.map.set_twin(None)
            for title in self._titles:
                title.deleteLater()
            self.twin.stop()
            self.twin.deleteLater()
            self.twin = None

    def _follow_twin(self, view) -> None:
        """Let the main map follow the second one."""
        self._window.canvas.look(view, tell=False)
        self._window.status.show_view(view)

    def _follow_main(self, view) -> None:
        """Let the second map follow the main one."""
        if self.twin is not None:
            self.twin.look(view, tell=False)

    def dark(self) -> None:
        """Switch between light and dark."""
        dark = self._window.actions_by_id["dark"].isChecked()
        self._window.settings.set("dark", dark)
        theme.apply(cast(QApplication, QApplication.instance()), dark)
        if self._window.session.busy:
            # Answers under way belong to this window; it only changes its colours.
            self._window.refresh_icons()
            self._window.map.refresh()
            return
        rebuild(self._window)

    def full(self) -> None:
        """Fill the screen, or go back."""
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    def _panel(self, name: str) -> None:
        """Show or hide a dock."""
        dock = self._window.docks[name]
        dock.setVisible(self._window.actions_by_id[f"panel_{name}"].isChecked())
        if dock.isVisible():
            dock.raise_()

    def panel_layers(self) -> None:
        """Show or hide the layers."""
        self._panel("layers")

    def panel_findings(self) -> None:
        """Show or hide the findings."""
        self._panel("findings")

    def panel_table(self) -> None:
        """Show or hide the attribute table."""
        self._panel("table")

    def panel_charts(self) -> None:
        """Show or hide the charts."""
        self._panel("charts")

    def panel_history(self) -> None:
        """Show or hide the action log."""
        self._panel("history")

    def _step(self, by: int) -> None:
        """Go a step on or back."""
        steps = self._window.steps
        steps.go(STEPS[min(max(STEPS.index(steps.current) + by, 0), len(STEPS) - 1)])

    def next_step(self) -> None:
        """Go to the next step."""
        self._step(1)

    def previous_step(self) -> None:
        """Go to the previous step."""
        self._step(-1)

    def find(self) -> None:
        """Search the attribute table."""
        self._window.actions_by_id["panel_table"].setChecked(True)
        self.panel_table()
        self._window.table.filter.setFocus()
        self._window.table.filter.selectAll()

    def palette(self) -> None:
        """Open the command palette."""
        dialog = PaletteDialog(self._window, list(self._window.actions_by_id.values()))
        if dialog.exec() and dialog.chosen is not None:
            dialog.chosen.trigger()

    def language(self) -> None:
        """Switch between Chinese and English: the window is built anew around the same project."""
        change_language(self._window, "en" if language() == "zh_CN" else "zh_CN")

    def context_menu(self, at: MapPoint) -> None:
        """Show what can be done with the grid under the pointer."""
        window = self._window
        grid = window.map.grid_at(at.feature)
        if grid >= 0 and grid not in window.session.selection:
            window.session.select([grid])
        menu = QMenu(window)
        names = ("merge", "split_auto", "lock", "convert", "retire", "grid_form", "zoom_selection")
        for name in names:
            menu.addAction(window.actions_by_id[name])
        menu.addSeparator()
        tools = window.groups["tools"]
        only = menu.addAction(_("Move areas only from this grid"))
        only.setCheckable(True)
        only.setChecked(grid >= 0 and tools.made["click"].only_from == grid)
        only.triggered.connect(lambda on: tools.set_only_from(grid if on else -1))
        if grid >= 0:
            menu.addAction(_("Colour of the grid..."), lambda: self._choose_colour(grid))
        menu.addAction(_("Enter an opinion about this place..."), lambda: self._enter_opinion(at))
        menu.popup(QCursor.pos())

    def _choose_colour(self, grid: int) -> None:
        """Give a grid a colour of its own, seen where neighbours differ and on printed maps."""
        window = self._window
        plan = window.session.plan
        if plan is None:
            return
        now = QColor(plan.grids[grid].colour or "#C9DDEE")
        chosen = QColorDialog.getColor(now, window, _("Colour of the grid"))
        if chosen.isValid() and window.session.do(EditGrid(grid, colour=chosen.name())):
            window.layers.set_style("grid")

    def _enter_opinion(self, at: MapPoint) -> None:
        """Enter an opinion about the place under the pointer and its grid."""
        from gridplanner.gui.dialogs.paper_trail import enter_opinion  # rarely needed

        session = self._window.session
        plan, grid = session.plan, self._window.map.grid_at(at.feature)
        codes = [plan.grids[grid].code] if plan is not None and grid >= 0 and plan.grids[grid].code else []
        if enter_opinion(self._window, session, place_text(codes, (at.x, at.y))):
            self._window.layers.set_shown("opinions", True)


def _titled(canvas: MapCanvas, text: str) -> QLabel:
    """Write in the corner of a map which of two states it shows."""
    title = QLabel(text, canvas)
    title.setStyleSheet("background: #1A5FB4; color: #FFFFFF; border-radius: 4px; padding: 4px 12px;")
    title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    title.move(10, 10)
    title.show()
    return title
