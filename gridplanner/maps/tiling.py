# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cut a wall map into pages of an office printer, to be trimmed and glued together."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from gridplanner.maps.marks import Clip, Mark, Rect, Shape, Sheet, Stroke, Text, polyline
from gridplanner.maps.options import Paper
from gridplanner.texts import _

#: Edge that office printers leave white, mm.
_MARGIN = 5.0
#: Strip that neighbouring pages both show, to glue on, mm.
OVERLAP = 6.0
_INK = "#7a7a7a"


def tile_sheet(sheet: Sheet, paper: str = "A3") -> list[Sheet]:
    """Return the pages of a sheet at full size, with cut marks, glue strips and their place in the whole.

    A sheet that fits on the paper as it stands is returned alone and unchanged.

    Parameters
    ----------
    sheet : Sheet
    paper : str
        `A0` to `A4`; lying or standing, whichever needs fewer pages.
    """
    for landscape in (True, False):
        page = Paper.of(paper, landscape)
        if page.width >= sheet.width and page.height >= sheet.height:
            return [sheet]
    pages = [Paper.of(paper, landscape) for landscape in (True, False)]
    page = min(pages, key=lambda p: _grid(sheet, p)[0] * _grid(sheet, p)[1])
    columns, rows = _grid(sheet, page)
    return [
        _tile(sheet, page, (column, row), (columns, rows)) for row in range(rows) for column in range(columns)
    ]


def _grid(sheet: Sheet, page: Paper) -> tuple[int, int]:
    """Return how many pages stand beside and above each other."""
    wide, high = page.width - 2 * _MARGIN, page.height - 2 * _MARGIN
    columns = ceil((sheet.width - OVERLAP) / (wide - OVERLAP) - 1e-9)
    rows = ceil((sheet.height - OVERLAP) / (high - OVERLAP) - 1e-9)
    return columns, rows


def _tile(sheet: Sheet, page: Paper, at: tuple[int, int], count: tuple[int, int]) -> Sheet:
    """Return one page."""
    wide, high = page.width - 2 * _MARGIN, page.height - 2 * _MARGIN
    x, y = at[0] * (wide - OVERLAP), at[1] * (high - OVERLAP)
    window = Rect(_MARGIN, _MARGIN, min(wide, sheet.width - x), min(high, sheet.height - y))
    shown = Rect(x, y, window.width, window.height)
    marks: list[Mark] = [Clip(window, cull(sheet.marks, shown), _MARGIN - x, _MARGIN - y)]
    marks += _cut_marks(window, at, count)
    place = _("row {row} of {rows}, column {column} of {columns}").format(
        row=at[1] + 1, rows=count[1], column=at[0] + 1, columns=count[0]
    )
    marks.append(Text(_MARGIN, _MARGIN / 2, f"{sheet.title}　{place}", 2.4, _INK))
    number = at[1] * count[0] + at[0] + 1
    title = _("{title} (page {number})").format(title=sheet.title, number=number)
    return Sheet(
        sheet.kind, title, page.width, page.height, tuple(marks), sheet.scale, key=f"{at[1] + 1}-{at[0] + 1}"
    )


def cull(marks: Sequence[Mark], window: Rect) -> tuple[Mark, ...]:
    """Return the marks without the lines, rings and texts that lie wholly outside a window (mm)."""
    kept: list[Mark] = []
    for mark in marks:
        if isinstance(mark, Clip):
            inner = Rect(window.x - mark.dx, window.y - mark.dy, window.width, window.height)
            kept.append(Clip(mark.rect, cull(mark.marks, inner), mark.dx, mark.dy))
        elif isinstance(mark, Text):
            reach = len(mark.text) * mark.size
            if _touches((mark.x - reach, mark.y - reach, mark.x + reach, mark.y + reach), window):
                kept.append(mark)
        else:
            kept.append(_culled(mark, window))
    return tuple(kept)


def _touches(box: tuple[float, float, float, float], window: Rect) -> bool:
    """Tell whether a box touches a window."""
    return box[0] <= window.right and box[2] >= window.x and box[1] <= window.bottom and box[3] >= window.y


def _culled(shape: Shape, window: Rect) -> Shape:
    """Return a shape with the lines and rings that touch a window."""
    if not len(shape.starts):
        return shape
    low = np.minimum.reduceat(shape.coords, shape.starts)
    high = np.maximum.reduceat(shape.coords, shape.starts)
    rim = shape.stroke.width if shape.stroke else 0.0
    keep = (low[:, 0] <= window.right + rim) & (high[:, 0] >= window.x - rim)
    keep &= (low[:, 1] <= window.bottom + rim) & (high[:, 1] >= window.y - rim)
    lengths = np.diff(np.append(shape.starts, len(shape.coords)))
    coords = shape.coords[np.repeat(keep, lengths)]
    starts = np.concatenate([[0], np.cumsum(lengths[keep])])[:-1].astype(np.int64)
    return Shape(coords, starts, shape.stroke, shape.fill)


def _cut_marks(window: Rect, at: tuple[int, int], count: tuple[int, int]) -> list[Mark]:
    """Return dashed lines where the next page is glued on."""
    marks: list[Mark] = []
    stroke = Stroke(_INK, 0.15, (10.0, 10.0))
    if at[0] < count[0] - 1:
        x = window.right - OVERLAP
        marks.append(polyline([(x, window.y - 4), (x, window.y)], Stroke(_INK, 0.2)))
        marks.append(polyline([(x, window.bottom), (x, window.bottom + 4)], Stroke(_INK, 0.2)))
        marks.append(polyline([(x, window.y), (x, window.bottom)], stroke))
    if at[1] < count[1] - 1:
        y = window.bottom - OVERLAP
        marks.append(polyline([(window.x - 4, y), (window.x, y)], Stroke(_INK, 0.2)))
        marks.append(polyline([(window.right, y), (window.right + 4, y)], Stroke(_INK, 0.2)))
        marks.append(polyline([(window.x, y), (window.right, y)], stroke))
    return marks
