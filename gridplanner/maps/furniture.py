# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands around the map: legend, scale bar, north arrow, tables, sign-off box.

Each function draws one block at (x, y), `width` wide, and returns its marks and its height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.maps.fonts import text_width
from gridplanner.maps.hatch import hatch_lines
from gridplanner.maps.marks import Mark, Rect, Shape, Stroke, Text, from_geometry, polyline, rectangle
from gridplanner.maps.style import SheetStyle
from gridplanner.texts import _

Block = tuple[list[Mark], float]
_INK = "#1a1a1a"
_QUIET = "#6a6a6a"
_RULE = "#9a9a9a"
_BAND = "#f0efec"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: its text, and a swatch: an area (fill), a line (stroke), a `small` square."""

    text: str
    fill: str = ""
    stroke: Stroke | None = None
    hatch: tuple[float, ...] = ()
    under: Stroke | None = None
    small: bool = False


def heading(x: float, y: float, width: float, text: str, size: float) -> Block:
    """Draw a block's heading with a rule below it."""
    marks: list[Mark] = [Text(x, y + size * 0.7, text, size, _INK, bold=True)]
    line = y + size * 1.55
    marks.append(polyline([(x, line), (x + width, line)], Stroke(_INK, 0.12 * size)))
    return marks, size * 2.1


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
    if entry.small:
        side = box.height * 0.55
        box = Rect(box.x + (box.width - side) / 2, box.y + (box.height - side) / 2, side, side)
    if entry.fill:
        marks.append(rectangle(box, Stroke(_QUIET, 0.12 * enlarge), entry.fill))
        marks += [_hatch_sample(box, angle, enlarge) for angle in entry.hatch]
    middle = box.y + box.height / 2
    for stroke in (entry.under, entry.stroke):
        if stroke:
            marks.append(polyline([(box.x, middle), (box.right, middle)], stroke))
    return marks


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


def north_arrow(x: float, y: float, size: float) -> list[Mark]:
    """Draw a north arrow whose middle top is (x, y), `size` mm high."""
    half = size * 0.26
    left = [(x, y), (x - half, y + size), (x, y + size * 0.76), (x, y)]
    right = [(x, y), (x + half, y + size), (x, y + size * 0.76), (x, y)]
    stroke = Stroke(_INK, size * 0.02)
    dark, light = polyline(left, stroke), polyline(right, stroke)
    return [
        Shape(dark.coords, dark.starts, stroke, _INK),
        Shape(light.coords, light.starts, stroke, "#ffffff"),
        Text(x, y - size * 0.26, _("N"), size * 0.42, _INK, True, "centre", "#ffffff"),
    ]


def sign_off(x: float, y: float, width: float, sizes: SheetStyle, enlarge: float) -> Block:
    """Draw boxes to sign: made, checked, approved, with dates."""
    size, high = sizes.body * enlarge, 8.0 * enlarge
    marks: list[Mark] = []
    stroke = Stroke(_RULE, 0.18 * enlarge)
    for number, text in enumerate((_("Made by"), _("Checked by"), _("Approved by"))):
        box = Rect(x, y + number * high, width, high)
        marks.append(rectangle(box, stroke))
        middle = box.y + high / 2
        marks.append(Text(x + size * 0.6, middle, text, size, _INK))
        marks.append(Text(x + width * 0.60, middle, _("Date"), size, _INK))
    split = x + width * 0.58
    marks.append(polyline([(split, y), (split, y + 3 * high)], stroke))
    return marks, 3 * high + size


def notes(x: float, y: float, width: float, lines: Sequence[str], sizes: SheetStyle, enlarge: float) -> Block:
    """Draw small print, broken at the column's width."""
    size = sizes.caption * enlarge
    marks: list[Mark] = []
    row = 0
    for line in lines:
        for part in break_lines(line, size, width):
            marks.append(Text(x, y + (row + 0.7) * size * 1.45, part, size, _QUIET))
            row += 1
    return marks, row * size * 1.45 + size * 0.6


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


def fitted(text: str, size: float, width: float) -> tuple[str, float]:
    """Return a text and the em height (mm) at which it is at most `width` mm wide.

    Letters shrink to half their size; what is still too wide is cut.
    """
    share = min(1.0, width / max(text_width(text, size), 1e-9))
    smaller = size * max(share, 0.5)
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
    """Draw a table with a shaded head; `align` has a letter per column: l, c or r."""
    high, total = size * 1.62, sum(widths)
    marks: list[Mark] = [rectangle(Rect(x, y, total, high), None, _BAND)]
    for number, cells in enumerate([header, *rows]):
        middle, left = y + (number + 0.5) * high, x
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            side = align[column] if align else "l"
            text = shorten(cell, size, width - size * 0.5)
            anchor = {"l": left + size * 0.25, "c": left + width / 2, "r": left + width - size * 0.25}[side]
            word = {"l": "left", "c": "centre", "r": "right"}[side]
            marks.append(Text(anchor, middle, text, size, _INK, number == 0, word))
            left += width
        edge = y + (number + 1) * high
        heavy = 0.2 if number in (0, len(rows)) else 0.08
        marks.append(polyline([(x, edge), (x + total, edge)], Stroke(_RULE, heavy)))
    marks.append(polyline([(x, y), (x + total, y)], Stroke(_INK, 0.2)))
    return marks, (len(rows) + 1) * high + size * 0.8
