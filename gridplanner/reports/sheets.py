# SPDX-License-Identifier: LGPL-3.0-or-later
"""Worksheets: a table with title, frozen header, filter, totals and an A3 print area."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import xlsxwriter

from gridplanner.reports.cells import Cell, clean_text
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

FONT = "宋体"
TITLE_FONT = "黑体"
HEAD_FILL = "#DCE6F1"
TOTAL_FILL = "#F2F2F2"
GRID_LINE = "#8C8C8C"
#: Paper size as Excel numbers it.
A3 = 8
NUMBER_FORMATS = {
    "int": "#,##0",
    "count": "#,##0",
    "number": "#,##0.00",
    "percent": "0.00%",
    "figure": "General",
    "text": "@",
}
#: Rows above the header: title and note.
HEAD_ROWS = 2
#: Height of one line of text.
LINE_POINTS = 13.0
#: Dots of the screen: per inch, and width and height of an empty cell.
SCREEN_DPI = 96
CELL_DOTS = 64, 21


@dataclass(frozen=True)
class Book:
    """An open workbook with its cell formats."""

    file: Any
    formats: dict[str, Any]


@contextmanager
def open_workbook(path: Path) -> Iterator[Book]:
    """Open a workbook for writing; texts are never taken for formulas, addresses or numbers."""
    # Packed in memory: a zip file that a full disk cuts short complains once more when it is thrown away.
    whole = BytesIO()
    file = xlsxwriter.Workbook(
        whole,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    try:
        yield Book(file, _formats(file))
    finally:
        file.close()
    path.write_bytes(whole.getvalue())


def _formats(file: Any) -> dict[str, Any]:
    """Make the cell formats once; a format per cell would swell the file."""
    base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    box = {**base, "border": 1, "border_color": GRID_LINE}
    formats = {
        "title": {"font_name": TITLE_FONT, "font_size": 16, "align": "center", "valign": "vcenter"},
        "note": {**base, "font_size": 9, "font_color": "#595959", "text_wrap": True},
        "head": {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": HEAD_FILL},
        "plain": {**base, "text_wrap": True},
        "key": {**base, "bold": True},
    }
    for kind, number in NUMBER_FORMATS.items():
        align = "left" if kind == "text" else "right"
        formats[kind] = {**box, "num_format": number, "align": align}
        if kind == "text":
            # A figure to the left would run into the text.
            formats[kind]["indent"] = 1
        formats[f"{kind}_wrap"] = {**formats[kind], "text_wrap": True}
        formats[f"{kind}_total"] = {**formats[kind], "bold": True, "bg_color": TOTAL_FILL}
    return {name: file.add_format(settings) for name, settings in formats.items()}


def tab_name(book: Book, text: str) -> str:
    """Return a text as the name of a new worksheet: no forbidden sign, 31 characters, not used yet."""
    plain = clean_text(text).translate(str.maketrans("[]:*?/\\", "_______")).strip("' ") or "_"
    taken = {sheet.get_name().casefold() for sheet in book.file.worksheets()}
    name, number = plain[:31], 2
    while name.casefold() in taken:
        name = f"{plain[:27]} {number}"
        number += 1
    return name


def write_table(book: Book, table: Table, tab: str) -> Any:
    """Write a table as a worksheet of its own and return the worksheet."""
    sheet = book.file.add_worksheet(tab_name(book, tab))
    last = len(table.columns) - 1
    for row, text, form in ((0, table.title, "title"), (1, table.note, "note")):
        if last and text:
            sheet.merge_range(row, 0, row, last, text, book.formats[form])
        else:
            sheet.write_string(row, 0, text, book.formats[form])
    sheet.set_row(0, 28)
    _write_head(book, sheet, table.columns)
    for i, cells in enumerate(table.rows):
        _write_row(book, sheet, HEAD_ROWS + 1 + i, cells, table.columns)
    end = HEAD_ROWS + len(table.rows)
    if table.rows:
        sheet.autofilter(HEAD_ROWS, 0, end, last)
    if table.has_totals and table.rows:
        end += 1
        _write_totals(book, sheet, end, table)
    _set_page(sheet, end, last)
    sheet.repeat_rows(0, HEAD_ROWS)
    return sheet


def write_picture(book: Book, image: Path, tab: str) -> None:
    """Show a picture on a worksheet of its own that prints as one page; its dots per inch give its size."""
    sheet = book.file.add_worksheet(tab_name(book, tab))
    width, height = _screen_size(image)
    # A picture is tied to cells: rows of the height each program likes best would press it flat.
    sheet.set_default_row(CELL_DOTS[1] * 72 / SCREEN_DPI)
    sheet.insert_image(0, 0, str(image), {"object_position": 3, "description": tab})
    _set_page(sheet, height // CELL_DOTS[1], width // CELL_DOTS[0])
    sheet.fit_to_pages(1, 1)


def _screen_size(image: Path) -> tuple[int, int]:
    """Return width and height of a PNG in dots of the screen, as a spreadsheet shows it."""
    head = image.read_bytes()[:256]
    width, height = struct.unpack(">II", head[16:24])
    at = head.find(b"pHYs") + 4
    per_metre = struct.unpack(">I", head[at : at + 4])[0] if at >= 4 else SCREEN_DPI / 0.0254
    share = SCREEN_DPI / 0.0254 / per_metre
    return ceil(width * share), ceil(height * share)


def _write_head(book: Book, sheet: Any, columns: Sequence[Column]) -> None:
    """Write the header row and the widths."""
    for j, column in enumerate(columns):
        sheet.set_column(j, j, column.width)
        sheet.write_string(HEAD_ROWS, j, column.title, book.formats["head"])
    sheet.set_row(HEAD_ROWS, 32)
    sheet.freeze_panes(HEAD_ROWS + 1, 0)


def _write_row(
    book: Book,
    sheet: Any,
    at: int,
    row: Sequence[Cell],
    columns: Sequence[Column],
) -> None:
    """Write one row; codes stay text, unknown numbers stay empty."""
    lines = 1
    for j, (value, column) in enumerate(zip(row, columns, strict=True)):
        form = book.formats[f"{column.kind}_wrap" if column.wrap else column.kind]
        if column.wrap and isinstance(value, str):
            lines = max(lines, lines_of(value, column.width))
        if isinstance(value, str):
            sheet.write_string(at, j, clean_text(value), form)
        elif value is None or not isfinite(value):
            sheet.write_blank(at, j, None, form)
        else:
            sheet.write_number(at, j, value, form)
    if lines > 1:
        sheet.set_row(at, LINE_POINTS * lines + 2)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; a Chinese character is nearly two wide.

    Spreadsheets do not agree on fitting row heights when they open a file, so we state them.

    Examples
    --------
    >>> lines_of("网格" * 10, 20.0), lines_of("", 20.0)
    (2, 1)
    """
    wide = sum(1.0 if c.isascii() else 1.85 for c in text)
    return max(1, ceil(wide / max(width - 1, 1)))


def _write_totals(book: Book, sheet: Any, at: int, table: Table) -> None:
    """Write the total row as formulas over what the filter shows, with the values for viewers."""
    first = HEAD_ROWS + 1
    for j, (value, column) in enumerate(zip(table.totals(), table.columns, strict=True)):
        form = book.formats[f"{column.kind}_total"]
        if value is not None:
            letter = xlsxwriter.utility.xl_col_to_name(j)
            sheet.write_formula(at, j, f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{at})", form, value)
        else:
            sheet.write_string(at, j, _("Total") if j == 0 else "", form)


def _set_page(sheet: Any, last_row: int, last_column: int) -> None:
    """Set A3 landscape, one page wide, page numbers."""
    sheet.set_paper(A3)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(_("&CPage &P of &N"))
    sheet.hide_gridlines(2)
