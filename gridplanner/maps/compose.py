# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the composers of all sheets share: choice of paper, window, arrow, and putting it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridplanner.maps.crs import crs_text
from gridplanner.maps.frame import Bounds, Frame
from gridplanner.maps.furniture import north_arrow
from gridplanner.maps.labels import Label, Occupied
from gridplanner.maps.marks import Clip, Mark, Rect, Sheet, rectangle
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene
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
    key : str
        Code of what it shows.
    """

    scene: Scene
    layout: Layout
    frame: Frame
    kind: str
    title: str
    subtitle: str
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
    ) -> Page:
        """Return the page: map inside the neat line, columns, title."""
        marks: list[Mark] = [Clip(self.frame.rect, tuple(inside)), *neat_marks(self.layout, self.scene)]
        return Page(self, (*marks, *flow.marks), self.frame.scale, labels, missing)

    def finish_list(self, flow: Flow) -> Page:
        """Return a page without a map."""
        return Page(self, tuple(flow.marks))


@dataclass(frozen=True, eq=False)
class Page:
    """A page that lacks only its number: how many there are is known last.

    Parameters
    ----------
    draft : Draft
    marks : tuple of Mark
    scale : int
        0 for a page without a map.
    labels : sequence of Label
    missing : sequence of str
        Keys of the grids that a list names instead.
    """

    draft: Draft
    marks: tuple[Mark, ...]
    scale: int = 0
    labels: Sequence[Label] = ()
    missing: Sequence[str] = ()

    def sheet(self, number: int = 0, pages: int = 0) -> Sheet:
        """Return the sheet with title and footer; without a number where it stands on its own."""
        draft, paper = self.draft, self.draft.layout.paper
        marks = [*self.marks, *title_marks(draft.layout, draft.scene, draft.title, draft.subtitle)]
        text = _("Page {page} of {pages}").format(page=number, pages=pages) if pages else ""
        # A chart of the organisation has no coordinates.
        middle = "" if draft.kind == "organisation" else crs_text(draft.scene)
        marks += footer_marks(draft.layout, draft.scene, middle, text)
        return Sheet(
            draft.kind,
            draft.title,
            paper.width,
            paper.height,
            tuple(marks),
            self.scale,
            tuple(label.key for label in self.labels),
            tuple(self.missing),
            draft.key,
        )


def numbered(pages: Sequence[Page]) -> list[Sheet]:
    """Return the pages of a book, `page / pages` on each."""
    return [page.sheet(number, len(pages)) for number, page in enumerate(pages, start=1)]


def numbered_or_alone(pages: Sequence[Page]) -> list[Sheet]:
    """Return the pages of a sheet, numbered where its lists go on on further ones."""
    return numbered(pages) if len(pages) > 1 else [page.sheet() for page in pages]


def best_layout(scene: Scene, name: str, bounds: Bounds) -> Layout:
    """Return the layout, lying or standing, that shows the ground at the larger scale; lying if equal."""
    layouts = [lay_out(Paper.of(name, landscape), scene) for landscape in (True, False)]
    scales = [window_frame(layout, bounds).scale for layout in layouts]
    return layouts[0] if scales[0] <= scales[1] else layouts[1]


def window_frame(layout: Layout, bounds: Bounds, scale: int = 0) -> Frame:
    """Return the map window of a layout around some ground, inside the neat line."""
    k = layout.paper.enlarge
    return Frame.around(bounds, layout.window.inset(k), 3.0 * k, scale)


def arrow_marks(layout: Layout, occupied: Occupied, angle: float = 0.0) -> list[Mark]:
    """Return the north arrow in the upper right corner of the map, its place taken.

    Parameters
    ----------
    angle : float
        Where north lies, degrees clockwise from the top of the sheet.
    """
    k, window = layout.paper.enlarge, layout.window
    x, y, size = window.right - 9 * k, window.y + 9.5 * k, 13 * k
    plate = Rect(x - 5.5 * k, y - 7 * k, 11 * k, size + 9 * k)
    occupied.add("north arrow", (plate.x, plate.y, plate.right, plate.bottom))
    # Without a plate the arrow is lost among buildings and roads.
    return [rectangle(plate, None, "#ffffff"), *north_arrow(x, y, size, angle)]
