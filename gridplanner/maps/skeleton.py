# SPDX-License-Identifier: LGPL-3.0-or-later
"""The bones of every sheet: neat lines, title, map window, columns beside it, footer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gridplanner.maps.furniture import Block, fitted
from gridplanner.maps.marks import Mark, Rect, Stroke, Text, rectangle
from gridplanner.maps.options import Paper
from gridplanner.maps.scene import Scene
from gridplanner.texts import _

#: Least side of the map window relative to the paper's short side, below which columns go under it.
_GAP = 3.0


@dataclass(frozen=True)
class Layout:
    """Where things lie on a sheet, mm.

    Parameters
    ----------
    paper : Paper
    title : Rect
    window : Rect
        The map.
    columns : tuple of Rect
        Room for legend, tables and boxes: one beside a lying map, several below a standing one.
    footer : Rect
    """

    paper: Paper
    title: Rect
    window: Rect
    columns: tuple[Rect, ...]
    footer: Rect


def lay_out(paper: Paper, scene: Scene, share: float = 1.0) -> Layout:
    """Return the layout of a sheet.

    Parameters
    ----------
    share : float
        Width of the columns relative to the house style's; 0 for a map without columns.
    """
    sizes, k = scene.style.sheet, paper.enlarge
    margin = sizes.margin * min(k, 1.5)
    head = (sizes.title * 1.35 + sizes.subtitle * 1.7) * k
    foot = sizes.caption * 2.0 * k
    title = Rect(margin, margin, paper.width - 2 * margin, head)
    footer = Rect(margin, paper.height - margin - foot, paper.width - 2 * margin, foot)
    body = Rect(margin, title.bottom, title.width, footer.y - title.bottom)
    gap = _GAP * k
    column = sizes.column * k * share
    if not share:
        return Layout(paper, title, body, (), footer)
    if paper.width >= paper.height:
        window = Rect(body.x, body.y, body.width - column - gap, body.height)
        side = Rect(window.right + gap, body.y, column, body.height)
        return Layout(paper, title, window, (side,), footer)
    count = max(1, int((body.width + gap) / (column + gap)))
    wide = (body.width - gap * (count - 1)) / count
    deep = body.height * 0.30
    window = Rect(body.x, body.y, body.width, body.height - deep - gap)
    below = tuple(Rect(body.x + i * (wide + gap), window.bottom + gap, wide, deep) for i in range(count))
    return Layout(paper, title, window, below, footer)


def list_layout(layout: Layout) -> Layout:
    """Return a layout of the same paper with columns from edge to edge and no map."""
    width, gap = layout.columns[0].width, _GAP * layout.paper.enlarge
    box = layout.title
    count = max(1, int((box.width + gap) / (width + gap)))
    wide = (box.width - gap * (count - 1)) / count
    top, deep = layout.window.y, layout.footer.y - layout.window.y
    columns = tuple(Rect(box.x + i * (wide + gap), top, wide, deep) for i in range(count))
    return Layout(layout.paper, layout.title, layout.window, columns, layout.footer)


def title_marks(layout: Layout, scene: Scene, title: str, subtitle: str) -> list[Mark]:
    """Return the title, the subtitle, and the mark of demonstration data."""
    sizes, k = scene.style.sheet, layout.paper.enlarge
    box = layout.title
    # The mark of demonstration data stands at the right; the title keeps clear of it on both sides.
    room = box.width - 2 * sizes.subtitle * 1.25 * k * (len(_("Demonstration data")) + 2)
    title, size = fitted(title, sizes.title * k, room)
    subtitle, small = fitted(subtitle, sizes.subtitle * k, room)
    middle = box.x + box.width / 2
    marks: list[Mark] = [
        Text(middle, box.y + sizes.title * 0.62 * k, title, size, bold=True, align="centre"),
        Text(
            middle,
            box.y + (sizes.title * 1.3 + sizes.subtitle * 0.55) * k,
            subtitle,
            small,
            "#4a4a4a",
            align="centre",
        ),
    ]
    if scene.outcome.demonstration:
        size = sizes.subtitle * 1.25 * k
        text = _("Demonstration data")
        width, high = size * (len(text) + 1.2), size * 1.7
        frame = Rect(box.right - width, box.y, width, high)
        marks.append(rectangle(frame, Stroke("#b03a2e", 0.35 * k)))
        marks.append(Text(frame.x + width / 2, frame.y + high / 2, text, size, "#b03a2e", True, "centre"))
    return marks


def use_of(scene: Scene) -> str:
    """Return the number under which a map was reviewed, else what it may be used for."""
    words = scene.style.text
    number = scene.options.review_number or words.review_number
    if number:
        return _("Map review number {number}").format(number=number)
    # What hangs in the street is no internal map.
    return _("Sketch for public notice") if scene.options.public else words.classification


def footer_marks(layout: Layout, scene: Scene, middle: str, right: str) -> list[Mark]:
    """Return the classification or review number, a middle text, and the compiler, date and page."""
    size = scene.style.sheet.caption * layout.paper.enlarge
    box, outcome, words = layout.footer, scene.outcome, scene.style.text
    y = box.y + box.height * 0.62
    compiler = scene.options.compiler or words.compiler
    made = _("Compiled by {compiler}").format(compiler=compiler) if compiler else ""
    ends = [text for text in (made, outcome.made_on, right) if text]
    return [
        Text(box.x, y, use_of(scene), size, bold=True),
        Text(box.x + box.width / 2, y, middle, size, align="centre"),
        Text(box.right, y, "    ".join(ends), size, align="right"),
    ]


def neat_marks(layout: Layout, scene: Scene) -> list[Mark]:
    """Return the double neat line around the map window."""
    k, ink = layout.paper.enlarge, scene.style.sheet.line
    outer = layout.window
    return [
        rectangle(outer.inset(1.0 * k), Stroke(ink, 0.15 * k)),
        rectangle(outer, Stroke(ink, 0.5 * k)),
    ]


@dataclass
class Flow:
    """Fills columns with blocks from the top, one after another.

    Parameters
    ----------
    columns : tuple of Rect
    marks : list of Mark
        What has been drawn so far.
    """

    columns: tuple[Rect, ...]
    gap: float = 2.0
    marks: list[Mark] = field(default_factory=list)
    _column: int = 0
    _used: float = 0.0

    @property
    def room(self) -> float:
        """Height left in the present column, mm."""
        return self.columns[self._column].height - self._used

    @property
    def width(self) -> float:
        """Width of the columns, mm."""
        return self.columns[self._column].width

    @property
    def columns_left(self) -> int:
        """Number of columns after the present one."""
        return len(self.columns) - 1 - self._column

    def next_column(self) -> None:
        """Go on at the top of the next column."""
        self._column += 1
        self._used = 0.0

    def split(self, count: int) -> None:
        """Part what is left of the present column and of those after it into `count` narrower ones each."""
        parted: list[Rect] = []
        for number, column in enumerate(self.columns[self._column :]):
            used = 0.0 if number else self._used
            wide = (column.width - self.gap * (count - 1)) / count
            parted += [
                Rect(column.x + i * (wide + self.gap), column.y + used, wide, column.height - used)
                for i in range(count)
            ]
        self.columns, self._used = (*self.columns[: self._column], *parted), 0.0

    def add(self, draw: Callable[[float, float, float], Block]) -> bool:
        """Draw a block where it fits; return False, drawing nothing, where no column has room."""
        while True:
            column = self.columns[self._column]
            marks, height = draw(column.x, column.y + self._used, column.width)
            if height <= self.room + 1e-6:
                self.marks += marks
                self._used += height + self.gap
                return True
            if not self.columns_left:
                return False
            self.next_column()

    def add_at_bottom(self, draw: Callable[[float, float, float], Block]) -> bool:
        """Draw a block at the foot of the last column; False where it has no room there."""
        column = self.columns[-1]
        height = draw(column.x, column.y, column.width)[1]
        used = self._used if self._column == len(self.columns) - 1 else 0.0
        if height > column.height - used:
            return False
        self.marks += draw(column.x, column.bottom - height, column.width)[0]
        shrunk = Rect(column.x, column.y, column.width, column.height - height)
        self.columns = (*self.columns[:-1], shrunk)
        return True
