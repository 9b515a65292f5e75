# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put a tool in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gridplanner.gui.canvas.tool import MapPoint, Tool
from gridplanner.gui.tools.choose import IdentifyTool, MeasureTool, SelectTool
from gridplanner.gui.tools.control import ControlTool
from gridplanner.gui.tools.corner import CornerTool
from gridplanner.gui.tools.cut import CutTool, DrawTool, SplitTool
from gridplanner.gui.tools.move import BorderTool, BrushTool, ClickTool, LassoTool, MoveTool, RectangleTool
from gridplanner.gui.tools.place import PlaceTool
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class ToolsGroup:
    """The tools of the map; they are made once."""

    def __init__(self, window: Shell) -> None:
        self._window = window
        host = window.map
        self.made: dict[str, Tool] = {
            "pan": Tool(host),
            "select": SelectTool(host),
            "identify": IdentifyTool(host),
            "click": ClickTool(host),
            "rectangle": RectangleTool(host),
            "lasso": LassoTool(host),
            "brush": BrushTool(host),
            "border": BorderTool(host),
            "split": SplitTool(host),
            "measure": MeasureTool(host),
            "draw": DrawTool(host),
            "cut": CutTool(host),
            "corner": CornerTool(host),
            "place": PlaceTool(host),
            "control": ControlTool(host),
        }
        self.made["identify"].asked.connect(self._identify)
        self.made["measure"].told.connect(self._tell)

    def _take(self, name: str) -> None:
        """Put a tool in hand and tick its action."""
        self._window.canvas.set_tool(self.made[name])
        action = self._window.actions_by_id.get(f"tool_{name}")
        if action is not None:
            action.setChecked(True)

    def pan(self) -> None:
        """Move the map."""
        self._take("pan")

    def select(self) -> None:
        """Select grids."""
        self._take("select")

    def identify(self) -> None:
        """Ask what lies somewhere."""
        self._take("identify")

    def click(self) -> None:
        """Move areas by click."""
        self._take("click")

    def rectangle(self) -> None:
        """Move areas by rectangle."""
        self._take("rectangle")

    def lasso(self) -> None:
        """Move areas by lasso."""
        self._take("lasso")

    def brush(self) -> None:
        """Paint areas."""
        self._take("brush")

    def border(self) -> None:
        """Drag a shared border."""
        self._take("border")

    def split(self) -> None:
        """Split by a line."""
        self._take("split")

    def measure(self) -> None:
        """Measure a distance or an area."""
        self._take("measure")

    def draw(self) -> None:
        """Draw a new grid."""
        self._take("draw")

    def cut(self) -> None:
        """Cut an area in two."""
        self._take("cut")

    def corner(self) -> None:
        """Move corners of borders."""
        self._take("corner")

    def control(self) -> None:
        """Show control points of a scanned map."""
        self._take("control")

    def place(self) -> None:
        """Place rows of the people ledger; the list of them stays beside the map."""
        from gridplanner.gui.dialogs.unplaced import UnplacedDialog  # rarely needed

        self._take("place")
        if self._window.findChild(UnplacedDialog) is None:
            UnplacedDialog(self._window, cast(PlaceTool, self.made["place"])).show()

    def set_only_from(self, grid: int) -> None:
        """Let the moving tools take from one grid only; -1 for any."""
        for tool in self.made.values():
            if isinstance(tool, MoveTool):
                tool.only_from = grid

    def whole_estates(self) -> None:
        """Let the moving tools take whole estates, or single areas again."""
        self._set_whole("estate")

    def whole_grids(self) -> None:
        """Let the moving tools take whole grids of today, or single areas again."""
        self._set_whole("old_grid")

    def _set_whole(self, unit: str) -> None:
        """Take whole units of one kind where its action is ticked; the other one is cleared."""
        names = {"estate": "whole_estates", "old_grid": "whole_grids"}
        on = self._window.actions_by_id[names[unit]].isChecked()
        for name in names.values():
            if name != names[unit]:
                self._window.actions_by_id[name].setChecked(False)
        for tool in self.made.values():
            if isinstance(tool, MoveTool):
                tool.whole = unit if on else ""

    def _identify(self, at: MapPoint) -> None:
        """Tell what lies at a place."""
        from gridplanner.gui.dialogs.identify import IdentifyDialog  # rarely needed

        IdentifyDialog.tell(self._window, at)

    def _tell(self, length: float, area: float) -> None:
        """Tell a measured distance or area."""
        text = _("Length {m} m").format(m=f"{length:,.1f}")
        if area:
            text += ", " + _("area {ha} ha").format(ha=f"{area / 1e4:,.2f}")
        self._window.session.said.emit(text, "info")
