# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands around the map: legend, scale bar, north arrow, tables, sign-off box.

Each function draws one block at (x, y), `width` wide, and returns its marks and its height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.fonts import text_width
from gridplanner.maps.hatch import hatch_lines
from gridplanner.maps.marks import Mark, Rect, Shape, Stroke, Text, from_geometry, polyline, rectangle
from gridplanner.maps.style import SheetStyle
from gridplanner.texts import _

Block = tuple[list[Mark], float]
FloatArray = npt.NDArray[np.float64]
_INK = "#1a1a1a"
_QUIET = "#6a6a6a"
_RULE = "#9a9a9a"
_BAND = "#f0efec"
#: Heights of a heading and of a line of small print, in em.
HEADING = 2.1
NOTE_LINE = 1.45


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: its text, and a swatch: an area (fill), a line (stroke) or a point (symbol)."""

    text: str
    fill: str = ""
    stroke: Stroke | None = None
    hatch: tuple[float, ...] = ()
    under: Stroke | None = None
    symbol: str = ""


def heading(x: float, y: float, width: float, text: str, size: float) -> Block:
    """Draw a block's heading with a rule below it."""
    marks: list[Mark] = [Text(x, y + size * 0.7, text, size, _INK, bold=True)]
    line = y + size * 1.55
    marks.append(polyline([(x, line), (x + width, line)], Stroke(_INK, 0.12 * size)))
    return marks, size * HEADING


def legend(
    x: float, y: float, width: float, entries: Sequence[Entry], sizes: SheetStyle, enlarge: float
) -> Block:
    """Draw the legend, in two columns where the texts are short."""
    size = sizes.body * enlarge
    marks, top = heading(x, y, width, _("Legend"), size * 1.15)
    swatch = 7.5 * enlarge
    widest = max((text_width(e.text, size) for e in entries), default=0.0)
    columns = 2 if (widest + swatch + size) * 2 <= width else 1
    rows = -(-len(entries) // columns)
    for number, entry in enumerate(entries):
        column, row = divmod(number, rows)
        left = x + column * width / columns
        middle = y + top + (row + 0.5) * size * 1.75
        marks += _swatch(entry, Rect(left, middle - size * 0.55, swatch, size * 1.1), enlarge)
        marks.append(Text(left + swatch + size * 0.6, middle, entry.text, size, _INK))
    return marks, top + rows * size * 1.75 + size * 0.8


def _swatch(entry: Entry, box: Rect, enlarge: float) -> list[Mark]:
    """Draw the sample of one legend line."""
    marks: list[Mark] = []
    if entry.symbol:
        at = np.array([(box.x + box.width / 2, box.y + box.height / 2)])
        return [symbols(at, entry.symbol, box.height * 0.62, entry.fill, Stroke(_QUIET, 0.1 * enlarge))]
    if entry.fill:
        marks.append(rectangle(box, Stroke(_QUIET, 0.12 * enlarge), entry.fill))
        marks += [_hatch_sample(box, angle, enlarge) for angle in entry.hatch]
    middle = box.y + box.height / 2
    for stroke in (entry.under, entry.stroke):
        if stroke:
            marks.append(polyline([(box.x, middle), (box.right, middle)], stroke))
    return marks


#: Corners of the point symbols, of width 2 around the origin.
_ROUND = np.linspace(0, 2 * np.pi, 17)
SYMBOLS = {
    "square": np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], float),
    "diamond": np.array([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0), (0, -1.3)]),
    "disc": np.column_stack([np.cos(_ROUND), np.sin(_ROUND)]),
}


def symbols(at: FloatArray, symbol: str, width: float, fill: str, stroke: Stroke | None = None) -> Shape:
    """Return a point symbol, `width` mm wide, at places on the sheet (float64[n, 2], mm)."""
    ring = SYMBOLS[symbol] * width / 2
    coords = (at[:, None, :] + ring).reshape(-1, 2)
    return Shape(coords, np.arange(len(at), dtype=np.int64) * len(ring), stroke, fill)


def _hatch_sample(box: Rect, angle: float, enlarge: float) -> Shape:
    """Draw hatch lines inside a swatch."""
    area = np.array([shapely.box(box.x, box.y, box.right, box.bottom)], dtype=object)
    return from_geometry(hatch_lines(area, angle, 1.2 * enlarge), Stroke(_QUIET, 0.13 * enlarge))


def scale_bar(x: float, y: float, width: float, scale: int, sizes: SheetStyle, enlarge: float) -> Block:
    """Draw the number scale and a bar of round lengths."""
    size = sizes.body * enlarge
    text = _("Scale 1:{scale}").format(scale=f"{scale:,}")
    marks: list[Mark] = [Text(x, y + size * 0.7, text, size * 1.1, _INK, bold=True)]
    step = bar_step(scale, width * 0.8)
    unit = step * 1000 / scale
    top, high = y + size * 2.3, size * 0.5
    for part in range(4):
        box = Rect(x + part * unit, top, unit, high)
        marks.append(rectangle(box, Stroke(_INK, 0.15 * enlarge), _INK if part % 2 == 0 else "#ffffff"))
    far = step * 4
    for part in (0, 2, 4):
        align = "left" if part == 0 else "centre"
        metres = step * part
        marks.append(Text(x + part * unit, top - size * 0.5, f"{metres:,}", size * 0.82, _INK, align=align))
    label = _("metres")
    edge = x + 4 * unit + text_width(f"{far:,}", size * 0.82) / 2 + size * 0.3
    marks.append(Text(edge, top - size * 0.5, label, size * 0.82, _INK))
    return marks, size * 3.7


def bar_step(scale: int, width: float) -> int:
    """Return the length of a quarter of the scale bar, metres, such that the bar is at most `width` mm."""
    longest = width * scale / 1000 / 4
    steps = [base * 10**power for power in range(7) for base in (1, 2, 5)] + [25, 250]
    return max((step for step in steps if step <= longest), default=1)


def north_arrow(x: float, y: float, size: float, angle: float = 0.0) -> list[Mark]:
    """Draw a north arrow whose middle top is (x, y), `size` mm high, turned by `angle` degrees clockwise."""
    half, stroke = size * 0.26, Stroke(_INK, size * 0.02)
    turn = np.radians(angle)
    matrix = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    # Arrow and letter turn together around the middle of both.
    middle = np.array([x, y + size * 0.3])

    def turned(points: Sequence[tuple[float, float]]) -> FloatArray:
        return np.asarray((np.array(points) - middle) @ matrix + middle, float)

    start = np.zeros(1, np.int64)
    left = turned([(x, y), (x - half, y + size), (x, y + size * 0.76), (x, y)])
    right = turned([(x, y), (x + half, y + size), (x, y + size * 0.76), (x, y)])
    letter = turned([(x, y - size * 0.26)])[0]
    return [
        Shape(left, start, stroke, _INK),
        Shape(right, start, stroke, "#ffffff"),
        Text(float(letter[0]), float(letter[1]), _("N"), size * 0.42, _INK, True, "centre", "", angle),
    ]


def sign_off(x: float, y: float, width: float, sizes: SheetStyle, enlarge: float) -> Block:
    """Draw boxes to sign: made, checked, approved, with dates."""
    names = (_("Made by"), _("Checked by"), _("Approved by"))
    return _form(x, y, width, [(name, _("Date")) for name in names], 0.58, sizes.body * enlarge)


def feedback_box(
    x: float, y: float, width: float, period: str, contact: str, sizes: SheetStyle, enlarge: float
) -> Block:
    """Draw what a notice must say: how long it hangs, whom to tell; blank where nothing is known yet."""
    rows = [
        (_("Notice period"), period or _("from ____ to ____")),
        (_("Telephone for remarks"), contact),
        (_("Remarks to"), _("the community's service centre")),
    ]
    return _form(x, y, width, rows, 0.34, sizes.body * enlarge)


def _form(
    x: float, y: float, width: float, rows: Sequence[tuple[str, str]], split: float, size: float
) -> Block:
    """Draw a form of two columns, the second beginning at a share of the width."""
    high, stroke = size * 3.08, Stroke(_RULE, size * 0.07)
    marks: list[Mark] = []
    for number, (left, right) in enumerate(rows):
        middle = y + (number + 0.5) * high
        marks.append(rectangle(Rect(x, y + number * high, width, high), stroke))
        marks.append(Text(x + size * 0.6, middle, left, size, _INK))
        text, fit = fitted(right, size, width * (1 - split) - size * 0.9)
        marks.append(Text(x + width * split + size * 0.5, middle, text, fit, _INK))
    line = x + width * split
    marks.append(polyline([(line, y), (line, y + len(rows) * high)], stroke))
    return marks, len(rows) * high + size


def notes(x: float, y: float, width: float, lines: Sequence[str], sizes: SheetStyle, enlarge: float) -> Block:
    """Draw small print, broken at the column's width."""
    size = sizes.caption * enlarge
    marks: list[Mark] = []
    row = 0
    for line in lines:
        for part in break_lines(line, size, width):
            marks.append(Text(x, y + (row + 0.7) * size * NOTE_LINE, part, size, _QUIET))
            row += 1
    return marks, row * size * NOTE_LINE + size * 0.6


def break_lines(text: str, size: float, width: float) -> list[str]:
    """Return `text` broken into lines at most `width` mm wide; numbers and Latin words stay whole.

    Hanzi may be parted anywhere, but no line begins with a closing mark.
    """
    units: list[str] = []
    for character in text:
        glue = bool(units) and (
            (character.isascii() and character != " " and units[-1][-1].isascii() and units[-1][-1] != " ")
            or character in "，。；：、）》」％%"
            or units[-1][-1] in "（《「"
        )
        if glue:
            units[-1] += character
        else:
            units.append(character)
    lines, line = [], ""
    for unit in units:
        if line and text_width(line + unit, size) > width:
            lines.append(line.rstrip())
            line = unit.lstrip()
        else:
            line += unit
    return [*lines, line] if line or not lines else lines


def shorten(text: str, size: float, width: float) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `width` mm."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def fitted(text: str, size: float, width: float, least: float = 0.5) -> tuple[str, float]:
    """Return a text and the em height (mm) at which it is at most `width` mm wide.

    Letters shrink to the share `least` of their size; what is still too wide is cut.
    """
    share = min(1.0, width / max(text_width(text, size), 1e-9))
    smaller = size * max(share, least)
    return shorten(text, smaller, width), smaller


def table(
    x: float,
    y: float,
    widths: Sequence[float],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    size: float,
    align: str = "",
) -> Block:
    """Draw a table with a shaded head; `align` has a letter per column: l, c or r.

    A row of one cell stands bold across all columns: it heads the rows below it.
    """
    high, total = size * 1.62, sum(widths)
    marks: list[Mark] = [rectangle(Rect(x, y, total, high), None, _BAND)]
    for number, cells in enumerate([header, *rows]):
        middle, left = y + (number + 0.5) * high, x
        alone = len(cells) == 1
        for column, (cell, width) in enumerate(zip(cells, [total] if alone else widths, strict=True)):
            side = align[column] if align else "l"
            text, fit = fitted(cell, size, width - size * 0.5, 0.7)
            anchor = {"l": left + size * 0.25, "c": left + width / 2, "r": left + width - size * 0.25}[side]
            word = {"l": "left", "c": "centre", "r": "right"}[side]
            marks.append(Text(anchor, middle, text, fit, _INK, alone or number == 0, word))
            left += width
        edge = y + (number + 1) * high
        heavy = 0.2 if number in (0, len(rows)) else 0.08
        marks.append(polyline([(x, edge), (x + total, edge)], Stroke(_RULE, heavy)))
    marks.append(polyline([(x, y), (x + total, y)], Stroke(_INK, 0.2)))
    return marks, (len(rows) + 1) * high + size * 0.8
