# SPDX-License-Identifier: LGPL-3.0-or-later
"""The register in the office's own workbook: filled in its column order, and read back in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from gridplanner.errors import UserError
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.reports.cells import Cell, clean_text
from gridplanner.reports.registers import REGISTER_KEYS, register_table
from gridplanner.texts import RESOURCES, _

#: A heading row has at least so many columns that we know.
KNOWN_COLUMNS = 3
#: Headings are looked for in the first rows only.
FIRST_ROWS = 20
SIDES = ("east", "south", "west", "north")
TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计"})


@dataclass(frozen=True)
class RegisterRow:
    """One row of a register that was read back.

    Parameters
    ----------
    row : int
        Row number in the sheet.
    values : mapping of str to str
        Text by meaning (`name`, `note`, `east`, ...); only columns that the sheet has.
    """

    row: int
    values: Mapping[str, str]


@cache
def headings() -> dict[str, str]:
    """Return the meaning of each known heading, from `register_columns.toml`."""
    text = (RESOURCES / "templates" / "register_columns.toml").read_text(encoding="utf-8")
    return {_bare(name): key for key, names in tomllib.loads(text).items() for name in names}


def fill_register(outcome: Outcome, template: Path, path: Path) -> None:
    """Fill the register into a copy of the office's workbook, in its own columns and styles.

    The heading row is found by its words; what stands above it stays, rows below it are replaced.
    Columns that we do not know stay empty. The first data row lends its style to all.

    Raises
    ------
    UserError
        The template is no workbook or has no heading row that we know.
    """
    book = _open(template)
    sheet = book.active
    head, columns = find_headings(sheet)
    table = register_table(outcome)
    styles = {at: _style_of(sheet.cell(head + 1, at)) for at in range(1, sheet.max_column + 1)}
    for merged in [area for area in sheet.merged_cells.ranges if area.min_row > head]:
        sheet.unmerge_cells(str(merged))
    if sheet.max_row > head:
        sheet.delete_rows(head + 1, sheet.max_row - head)
    for i, row in enumerate(table.rows):
        values: dict[str, Cell] = dict(zip(REGISTER_KEYS, row, strict=True))
        values["limits"] = _limits_text(values)
        for at, style in styles.items():
            cell = sheet.cell(head + 1 + i, at)
            _set_style(cell, style)
            if at in columns:
                _set_value(cell, values.get(columns[at]))
    book.save(path)


def read_register(path: Path) -> tuple[RegisterRow, ...]:
    """Read a register back: ours, or the office's own after somebody worked on it.

    Raises
    ------
    UserError
        The file is no workbook, or no sheet has a heading row with the grid code.
    """
    book = _open(path)
    for sheet in book.worksheets:
        try:
            head, columns = find_headings(sheet)
        except UserError:
            continue
        if "code" in columns.values():
            return tuple(_rows_below(sheet, head, columns))
    raise UserError(
        _("'{path}' has no sheet with a column of grid codes. Keep the heading row of the register.").format(
            path=path.name
        )
    )


def apply_register(plan: Plan, rows: Sequence[RegisterRow]) -> tuple[Plan, tuple[Finding, ...]]:
    """Take over what the office changed: names, limits, notes. Numbers are never taken back.

    Returns
    -------
    plan : Plan
    findings : tuple of Finding
        Codes that the plan does not have, or that appear twice.
    """
    index = {record.code: g for g, record in enumerate(plan.grids)}
    grids, findings, seen = list(plan.grids), [], set()
    for row in rows:
        code = row.values.get("code", "")
        if code not in index:
            findings.append(_doubt(row, code, _("Row {row}: the plan has no grid {code}.")))
        elif code in seen:
            findings.append(_doubt(row, code, _("Row {row}: grid {code} is listed twice; the first counts.")))
        else:
            seen.add(code)
            grids[index[code]] = _changed(grids[index[code]], row.values)
    return replace(plan, grids=tuple(grids)), tuple(findings)


def find_headings(sheet: Any) -> tuple[int, dict[int, str]]:
    """Return the heading row and the meaning of each known column (from 1).

    Raises
    ------
    UserError
        None of the first rows has enough headings that we know.
    """
    best: tuple[int, dict[int, str]] = (0, {})
    for row in sheet.iter_rows(min_row=1, max_row=min(sheet.max_row, FIRST_ROWS)):
        columns: dict[int, str] = {}
        for cell in row:
            key = headings().get(_bare(str(cell.value or "")))
            if key and key not in columns.values():
                columns[cell.column] = key
        if len(columns) > len(best[1]):
            best = (row[0].row, columns)
    if len(best[1]) < KNOWN_COLUMNS:
        raise UserError(
            _("The template has no heading row with known columns. Name them as in {file}.").format(
                file="register_columns.toml"
            )
        )
    return best


def _open(path: Path) -> Any:  # openpyxl has no types
    """Open a workbook."""
    try:
        return openpyxl.load_workbook(path)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise UserError(
            _("Cannot open the workbook '{path}': {cause}. Save it as .xlsx.").format(
                path=path.name, cause=error
            )
        ) from error


def _rows_below(sheet: Any, head: int, columns: Mapping[int, str]) -> list[RegisterRow]:
    """Read the rows below the heading, without blank and total rows."""
    found = []
    for row in sheet.iter_rows(min_row=head + 1):
        values = {columns[c.column]: _cell_text(c.value) for c in row if c.column in columns}
        first = next((_cell_text(c.value) for c in row if c.value not in (None, "")), "")
        if values.get("code") and first not in TOTAL_WORDS:
            found.append(RegisterRow(row[0].row, values))
    return found


def _cell_text(value: object) -> str:
    """Return a cell as text; a whole number without its decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_text(str(value)).strip()


def _changed(record: GridRecord, values: Mapping[str, str]) -> GridRecord:
    """Return the record with the texts of a row; a cleared name is no name, so the old one stays."""
    limits = list(record.limits)
    for at, side in enumerate(SIDES):
        limits[at] = values.get(side, limits[at])
    east, south, west, north = limits
    return replace(
        record,
        name=values.get("name") or record.name,
        note=values.get("note", record.note),
        limits=(east, south, west, north),
    )


def _doubt(row: RegisterRow, code: str, text: str) -> Finding:
    """Return a warning about one row."""
    return Finding(
        "read.ledger",
        Severity.WARNING,
        text.format(row=row.row, code=code),
        _("Correct the code in the register."),
        subject_kind="row",
        subjects=(code,),
    )


def _limits_text(values: Mapping[str, Cell]) -> str:
    """Return the four limits in one cell: 东至…；南至…；西至…；北至…."""
    words = (_("East limit"), _("South limit"), _("West limit"), _("North limit"))
    return "；".join(f"{word}{values[side]}" for word, side in zip(words, SIDES, strict=True) if values[side])


def _bare(name: str) -> str:
    """Return a heading without blanks, brackets and line breaks, in lower case."""
    return re.sub(r"\(.*?\)|\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _style_of(cell: Any) -> dict[str, Any]:
    """Return the style of a cell."""
    return {
        name: copy(getattr(cell, name)) for name in ("font", "border", "fill", "alignment", "number_format")
    }


def _set_style(cell: Any, style: Mapping[str, Any]) -> None:
    """Give a cell a style."""
    for name, value in style.items():
        setattr(cell, name, value)


def _set_value(cell: Any, value: Cell) -> None:
    """Write a value; a text is never taken for a formula."""
    if isinstance(value, str):
        cell.value = clean_text(value)
        cell.data_type = "s"
        if value.isdigit():
            cell.number_format = "@"
    else:
        cell.value = value
