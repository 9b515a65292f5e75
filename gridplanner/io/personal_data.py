# SPDX-License-Identifier: LGPL-3.0-or-later
"""Residents' names, phones and identity numbers: recognised at import, so that they can be left out.

A plan needs counts of people, not people. What the planner maps to the staff ledger is kept; every
other column that holds personal data is dropped as a whole and named in a finding.

Source: GB 11643-1999 for the identity number and its check digit; the mobile number plan (11 digits,
13 to 19 first). Column names: own choice from ledgers of civil affairs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _, ngettext

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_IDENTITY = re.compile(r"(?<!\d)([1-8]\d{5})((?:18|19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx](?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")
_NAME_COLUMNS = re.compile(
    r"姓名|户主|业主|住户|居民名|曾用名|监护人|^XM$|^HZXM$|^HZ$|^owner|resident_?name|full_?name", re.I
)
_PHONE_COLUMNS = re.compile(
    r"电话|手机|联系方式|联系号码|^LXDH$|^LXFS$|^DH$|^SJ(H|HM)?$|phone|mobile|^tel", re.I
)
_IDENTITY_COLUMNS = re.compile(
    r"身份证|证件号|公民身份|护照|^SFZ(H|HM)?$|^GMSFHM$|^ZJHM$|id_?card|passport", re.I
)
_BY_NAME = (("identity", _IDENTITY_COLUMNS), ("phone", _PHONE_COLUMNS), ("name", _NAME_COLUMNS))


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column that holds personal data.

    Parameters
    ----------
    column : str
    kind : str
        `identity`, `phone` or `name`.
    cells : int
        Cells that show it; for a column known by its name, all that are not empty.
    """

    column: str
    kind: str
    cells: int


def personal_columns(
    columns: Mapping[str, npt.NDArray[Any]], kept: Collection[str] = ()
) -> tuple[PersonalColumn, ...]:
    """Return the columns that hold personal data and must be dropped.

    Parameters
    ----------
    columns : mapping of str to array[n]
        All columns under their own names; texts or numbers.
    kept : collection of str
        Columns the planner has mapped to a meaning of his own accord; they are not judged.

    Examples
    --------
    >>> import numpy as np
    >>> ledger = {
    ...     "户主姓名": np.array(["甲"], dtype=object),
    ...     "备注": np.array(["电13800000000"], dtype=object),
    ... }
    >>> [(c.column, c.kind) for c in personal_columns(ledger)]
    [('户主姓名', 'name'), ('备注', 'phone')]
    """
    found = (_judge(name, array) for name, array in columns.items() if name not in kept)
    return tuple(column for column in found if column is not None)


def personal_finding(source: str, dropped: Collection[PersonalColumn]) -> Finding:
    """Return the finding that names the dropped columns; it holds none of their values."""
    n = len(dropped)
    return Finding(
        rule="read.personal",
        severity=Severity.INFO,
        text=ngettext(
            "'{source}': {n} column with personal data of residents was left out: {columns}.",
            "'{source}': {n} columns with personal data of residents were left out: {columns}.",
            n,
        ).format(source=source, n=n, columns=", ".join(column.column for column in dropped)),
        remedy=_("If it is a staff ledger, map the columns to the staff; else nothing needs to be done."),
        subject_kind="layer",
        subjects=(source,),
        count=n,
    )


def is_identity_number(text: str) -> bool:
    """Tell whether a text is an 18-digit identity number: a real birth date and the right check digit.

    Examples
    --------
    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    match = _IDENTITY.fullmatch(text)
    if match is None:
        return False
    try:
        born = date(int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return born <= date.today() and _CHECK_DIGITS[total % 11] == text[-1].upper()


def _judge(name: str, array: npt.NDArray[Any]) -> PersonalColumn | None:
    cells = _as_texts(array)
    shown = [cell for cell in cells if cell]
    # Short numbers are counts: 住户数 is not the name of a resident.
    if not shown or all(_is_count(cell) for cell in shown):
        return None
    for kind, pattern in _BY_NAME:
        if pattern.search(name.strip()):
            return PersonalColumn(name, kind, len(shown))
    for kind, hits in (("identity", _count_identities(cells)), ("phone", _count_phones(cells))):
        if hits:
            return PersonalColumn(name, kind, hits)
    return None


def _is_count(cell: str) -> bool:
    return len(cell) < 7 and cell.replace(".", "", 1).isdigit()


def _as_texts(array: npt.NDArray[Any]) -> list[str]:
    """Return the cells as texts; whole numbers that a spreadsheet made of phones included."""
    if array.dtype.kind == "f":
        whole = np.isfinite(array) & (np.abs(array) < 2**63)
        return [
            str(int(cell)) if ok and cell == int(cell) else "" for cell, ok in zip(array, whole, strict=True)
        ]
    return ["" if cell is None else str(cell) for cell in array.tolist()]


def _count_identities(cells: list[str]) -> int:
    return sum(
        any(is_identity_number(m.group()) for m in _IDENTITY.finditer(cell))
        for cell in cells
        if len(cell) > 17
    )


def _count_phones(cells: list[str]) -> int:
    """Count cells with a phone; in a column of bare 11-digit numbers most must look like one.

    Codes may begin like a phone by chance, but not nearly all of them do.
    """
    bare = [cell for cell in cells if cell.isdigit()]
    mixed = [cell for cell in cells if len(cell) > 8 and not cell.isdigit()]
    hits = sum(bool(_MOBILE.search(cell) or _LANDLINE.search(cell)) for cell in mixed)
    likely = sum(len(cell) == 11 and bool(_MOBILE.fullmatch(cell)) for cell in bare)
    return hits + (likely if bare and likely * 2 > len(bare) else 0)
