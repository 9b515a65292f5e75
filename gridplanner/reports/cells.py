# SPDX-License-Identifier: LGPL-3.0-or-later
"""What may stand in a cell: plain text and plain numbers, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path

#: What a cell may hold in our tables.
Cell = str | int | float | None
#: First characters that make a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: A worksheet cell holds no more.
LONGEST_TEXT = 32_767


def clean_text(text: str) -> str:
    """Return a text without control characters, which break XML and hide in tables.

    Examples
    --------
    >>> clean_text("甲" + chr(0) + "乙" + chr(9) + "丙")
    '甲乙 丙'
    """
    if text.isprintable():
        return text[:LONGEST_TEXT]
    kept = []
    for c in text:
        if c in "\n\t\r":
            kept.append("\n" if c == "\n" else " ")
        elif unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"):
            kept.append(c)
    return "".join(kept)[:LONGEST_TEXT]


def csv_text(value: Cell | bool) -> str:
    """Return a value as a CSV cell: numbers plain, unknown ones empty, formulas disarmed.

    Examples
    --------
    >>> [csv_text(v) for v in ("=1+1", -3, float("nan"), True, 2.50)]
    ["'=1+1", '-3', '', 'true', '2.5']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}" if isfinite(value) else ""
    if isinstance(value, int):
        return str(value)
    text = clean_text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell | bool]]) -> None:
    """Write a table as UTF-8 with BOM, so that Excel shows Chinese without being asked."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([csv_text(value) for value in row] for row in rows)
