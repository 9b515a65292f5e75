# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the composers of all sheets share: choice of paper, window, arrow, and putting it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridplanner.maps.crs import crs_text
from gridplanner.maps.frame import Bounds, Frame
from gridplanner.maps.furniture import north_arrow, notes
from gridplanner.maps.labels import Label, Occupied
from gridplanner.maps.marks import Clip, Mark, Sheet
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene, View
from gridplanner.maps.skeleton import Flow, Layout, footer_marks, lay_out, neat_marks, title_marks
from gridplanner.texts import _


@dataclass(frozen=True)
class Draft:
    """A sheet in the making.

    Parameters
    ----------
    scene : Scene
    layout : Layout
    frame : Frame
    kind, title, subtitle : str
    page : (int, int)
        Page and number of pages; (0, 0) for a sheet on its own.
    key : str
        Code of what it shows.
    """

    scene: Scene
    layout: Layout
    frame: Frame
    kind: str
    title: str
    subtitle: str
    page: tuple[int, int] = (0, 0)
    key: str = ""

    @property
    def k(self) -> float:
        """Factor on texts and line widths."""
        return self.layout.paper.enlarge

    def flow(self) -> Flow:
        """Return the columns, still empty."""
        return Flow(self.layout.columns, 2.0 * self.k)

    def finish(
        self, inside: Sequence[Mark], flow: Flow, labels: Sequence[Label] = (), missing: Sequence[str] = ()
    ) -> Sheet:
        """Return the sheet: map inside the neat line, columns, title, footer."""
        marks: list[Mark] = [Clip(self.frame.rect, tuple(inside)), *neat_marks(self.layout, self.scene)]
        return self._sheet([*marks, *flow.marks], self.frame.scale, labels, missing)

    def finish_list(self, flow: Flow) -> Sheet:
        """Return a page without a map."""
        return self._sheet(flow.marks, 0, (), ())

    def _sheet(self, marks: list[Mark], scale: int, labels: Sequence[Label], missing: Sequence[str]) -> Sheet:
        """Add title and footer."""
        marks = list(marks)
        marks += title_marks(self.layout, self.scene, self.title, self.subtitle)
        marks += footer_marks(self.layout, self.scene, crs_text(self.scene), page_text(self.page))
        paper = self.layout.paper
        return Sheet(
            self.kind,
            self.title,
            paper.width,
            paper.height,
            tuple(marks),
            scale,
            tuple(label.key for label in labels),
            tuple(missing),
            self.key,
        )


def page_text(page: tuple[int, int]) -> str:
    """Return `page / pages` for the footer; "" for a sheet on its own."""
    return _("Page {page} of {pages}").format(page=page[0], pages=page[1]) if page[1] else ""


def best_layout(scene: Scene, name: str, bounds: Bounds) -> Layout:
    """Return the layout, lying or standing, that shows the ground at the larger scale; lying if equal."""
    layouts = [lay_out(Paper.of(name, landscape), scene) for landscape in (True, False)]
    scales = [window_frame(layout, bounds).scale for layout in layouts]
    return layouts[0] if scales[0] <= scales[1] else layouts[1]


def window_frame(layout: Layout, bounds: Bounds, scale: int = 0) -> Frame:
    """Return the map window of a layout around some ground, inside the neat line."""
    k = layout.paper.enlarge
    return Frame.around(bounds, layout.window.inset(k), 3.0 * k, scale)


def arrow_marks(layout: Layout, occupied: Occupied) -> list[Mark]:
    """Return the north arrow in the upper right corner of the map, its place taken."""
    k, window = layout.paper.enlarge, layout.window
    x, y, size = window.right - 9 * k, window.y + 9.5 * k, 13 * k
    occupied.add("north arrow", (x - 5 * k, y - 5 * k, x + 5 * k, y + size + k))
    return north_arrow(x, y, size)


def add_missing(draft: Draft, flow: Flow, view: View, missing: Sequence[str]) -> None:
    """Name the grids that found no place for a label."""
    if not missing:
        return
    row_of = {view.key(row): row for row in range(view.plan.n_grids)}
    names = [_("{name} ({code})").format(name=view.name(row_of[key]), code=key[-6:]) for key in missing]
    text = _("Grids not labelled on the map: {names}").format(names="、".join(names))
    flow.add(lambda x, y, w: notes(x, y, w, [text], draft.scene.style.sheet, draft.k))
