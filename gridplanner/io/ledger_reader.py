# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read tables as offices keep them: title rows above the header, merged cells, 合计 rows below."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplanner.errors import UserError
from gridplanner.io.columns import column_of, text_of
from gridplanner.io.encoding import EncodingChoice, decode
from gridplanner.io.encoding_choice import choose_encoding, encoding_findings
from gridplanner.io.faults import row_finding
from gridplanner.io.field_names import known_name
from gridplanner.io.raw import RawTable
from gridplanner.io.xlsx_cells import Workbook
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

_HEADER_SEARCH = 15
_MAX_BYTES = 500_000_000
_SAMPLE_CHARS = 20_000
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|total|sum)\s*[:：]?$", re.IGNORECASE)

Grid = list[list[Any]]


def read_csv(path: Path, encoding: str = "") -> RawTable:
    """Read a CSV or TSV ledger in UTF-8 (with or without BOM), GBK or UTF-16.

    Raises
    ------
    UserError
        It is empty, too large, or does not fit the encoding named.
    """
    source = path.name
    if path.stat().st_size > _MAX_BYTES:
        raise UserError(_("'{source}' is larger than 500 MB. Split it.").format(source=source))
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        choice = EncodingChoice("utf-16")
    else:
        choice = choose_encoding(data.splitlines(), source, encoding)
    text, whole = decode(data.removeprefix(b"\xef\xbb\xbf"), choice.codec)
    findings = encoding_findings(choice, source, re.split(r"[,;\s]+", text[:_SAMPLE_CHARS]))
    if not whole:
        bad = [i for i, line in enumerate(text.splitlines(), start=1) if "\ufffd" in line]
        message = _("'{source}': texts cut off or not in the encoding {codec} in rows {rows}.").format(
            source=source, codec=choice.codec, rows="{rows}"
        )
        findings.append(row_finding("read.text", Severity.WARNING, message, bad))
    if "\0" in text:
        raise UserError(
            _("'{source}' is not a text file. Check that it is the right file.").format(source=source)
        )
    sample = "\n".join(text.splitlines()[:_HEADER_SEARCH])
    delimiter = max(",\t;", key=sample.count)
    csv.field_size_limit(1_000_000)
    try:
        grid: Grid = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise UserError(
            _("'{source}' is not a readable table ({cause}). Save it as CSV again.").format(
                source=source, cause=error
            )
        ) from error
    return table_of(grid, source, choice.codec, findings)


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook that hold anything; the first if none does."""
    with Workbook(path) as workbook:
        return workbook.filled_sheets() or list(workbook.sheets[:1])


def read_xlsx(path: Path, sheet: str) -> RawTable:
    """Read one sheet of a workbook.

    Merged cells stand for all the cells they cover. Formulas give the value that the
    office program stored.

    Raises
    ------
    UserError
        It is no xlsx workbook, or has no such sheet.
    """
    source = path.name
    with Workbook(path) as workbook:
        if sheet not in workbook.sheets:
            raise UserError(
                _("'{source}' holds no sheet named '{layer}'. It holds: {names}.").format(
                    source=source, layer=sheet, names="、".join(workbook.sheets)
                )
            )
        grid, merged = workbook.cells(sheet)
        label = source if len(workbook.sheets) == 1 else f"{source}|{sheet}"
    return table_of(grid, label, "", [], merged)


def table_of(
    grid: Grid,
    source: str,
    codec: str,
    findings: Sequence[Finding] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> RawTable:
    """Return the table inside a sheet of cells: finds the header, drops totals and blank rows.

    Parameters
    ----------
    grid : list of rows of cells
    source, codec : str
    findings : sequence of Finding
        Met before.
    merged : sequence of (left, top, right, bottom), counted from 1
    """
    if not any(_filled(row) for row in grid):
        raise UserError(_("'{source}' is empty. Check that it is the right file.").format(source=source))
    width = max(len(row) for row in grid)
    grid = [list(row) + [None] * (width - len(row)) for row in grid]
    for left, top, right, bottom in merged:
        for r in range(top - 1, min(bottom, len(grid))):
            for c in range(left - 1, min(right, width)):
                grid[r][c] = grid[top - 1][left - 1]
    first, depth = header_row(grid)
    names = _names(grid[first : first + depth])
    body = range(first + depth, len(grid))
    used = [c for c in range(width) if names[c] or any(grid[r][c] is not None for r in body)]
    kept: list[int] = []
    totals: list[int] = []
    for r in body:
        if any(cell is not None and cell != "" for cell in grid[r]):
            (totals if _is_total(grid[r]) else kept).append(r + 1)
    told = list(findings)
    if totals:
        text = _("'{source}': rows {rows} are totals and were left out.").format(source=source, rows="{rows}")
        told.append(row_finding("read.totals", Severity.INFO, text, totals))
    columns = {}
    for c in used:
        name, n = names[c] or f"列{c + 1}", 1
        while (name if n == 1 else f"{name}_{n}") in columns:
            n += 1
        columns[name if n == 1 else f"{name}_{n}"] = column_of(
            [_value(grid[number - 1][c]) for number in kept]
        )
    return RawTable(source, columns, None, np.asarray(kept, dtype=np.int64), "", codec, tuple(told))


def _cell(cell: Any) -> str:
    """Return a cell as text."""
    return text_of(cell)


def _value(cell: Any) -> Any:
    """Return a cell as a number or clean text; None if empty."""
    if isinstance(cell, (int, float)):
        return cell
    return text_of(cell) or None


def _filled(row: Sequence[Any]) -> int:
    """Return how many cells of a row hold something."""
    return sum(bool(_cell(cell)) for cell in row)


def _is_total(row: Sequence[Any]) -> bool:
    """Tell whether a row sums up others: 合计, 小计, 总计 among its first filled cells."""
    filled = [text for cell in row[:4] if (text := _cell(cell))]
    return any(_TOTAL.match(text) for text in filled[:2])


def header_row(grid: Grid) -> tuple[int, int]:
    """Return where the header stands (from 0) and how many rows it takes (1 or 2).

    The header is the row with the most known field names among the first fifteen; where
    none is known, the first row with at least half of the greatest number of filled cells,
    all of them texts.
    """
    head = grid[:_HEADER_SEARCH]
    known = [sum(known_name(_cell(cell)) for cell in dict.fromkeys(map(_cell, row))) for row in head]
    best = int(np.argmax(known))
    if known[best] < 2:
        most = max(_filled(row) for row in head)
        best = next(
            (
                i
                for i, row in enumerate(head)
                if _filled(row) * 2 >= most and all(isinstance(cell, str) or cell is None for cell in row)
            ),
            best if known[best] else 0,
        )
    depth = 1
    if best + 1 < len(head) and known[best + 1] >= 2 and not any(_is_number(cell) for cell in head[best + 1]):
        depth = 2
    return best, depth


def _is_number(cell: Any) -> bool:
    """Tell whether a cell holds a number, also one written as text."""
    if isinstance(cell, (int, float)):
        return True
    return bool(re.fullmatch(r"[\d.,]+", _cell(cell)))


def _names(rows: Grid) -> list[str]:
    """Return the column names of a header of one or two rows, the lower cell where both are filled."""
    names = [re.sub(r"\s+", "", _cell(cell)) for cell in rows[-1]]
    if len(rows) > 1:
        upper = [re.sub(r"\s+", "", _cell(cell)) for cell in rows[0]]
        names = [low or up for low, up in zip(names, upper, strict=True)]
    return names
