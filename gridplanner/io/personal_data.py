# SPDX-License-Identifier: LGPL-3.0-or-later
"""Residents' names, phones and identity numbers: recognised at import, so that they can be left out.

A plan needs counts of people, not people. Names and phones in a list of staff are kept; every other
column that holds personal data is dropped as a whole and named in a finding.

How the values look is told by `personal_patterns`. Column names: own choice from ledgers of civil affairs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.io.faults import row_finding
from gridplanner.io.personal_patterns import (
    count_identities,
    count_mails,
    count_phones,
    plain_cells,
    without_numbers,
)
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _, ngettext

_NAME_COLUMNS = re.compile(
    r"姓名|户主|业主(?!委|大会)|住户|居民名|曾用名|监护人|产权人|租户|承租人|租客|房东|联系人|家庭成员|配偶|法人(?!单位|类|性质)|法定代表人"
    r"|^人员$|^XM$|^HZ(XM|MC)?$|^LXR(XM)?$|^owner|resident_?name|full_?name",
    re.I,
)
_PHONE_COLUMNS = re.compile(
    r"电话|手机|联系方式|联系号码|微信|^QQ号?码?$|邮箱|电子邮件|e-?mail|wechat"
    r"|^LXDH$|^LXFS$|^DH$|^SJ(H|HM)?$|phone|mobile|^tel",
    re.I,
)
_IDENTITY_COLUMNS = re.compile(
    r"身份证|证件号|公民身份|护照|出生日期|出生年月|生日|银行卡|银行账号|社保卡?号|医保卡?号|车牌|birth"
    r"|^SFZ(H|HM)?$|^GMSFHM$|^ZJHM$|id_?card|passport",
    re.I,
)
_BY_CONTENT = (("identity", count_identities), ("phone", count_phones), ("phone", count_mails))
#: Numbers below it are neither a phone, bare or with its area code, nor an identity number.
_SHORTEST_NUMBER = 1e9
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
    columns: Mapping[str, npt.NDArray[Any]], kept: Collection[str] = (), *, staff: bool = False
) -> tuple[PersonalColumn, ...]:
    """Return the columns that hold personal data and must be dropped.

    Parameters
    ----------
    columns : mapping of str to array[n]
        All columns under their own names; texts or numbers.
    kept : collection of str
        Columns the planner has mapped to a meaning of his own accord; they are not judged.
    staff : bool
        A list of staff, whose names and phones the plan needs; their identity numbers it does not.

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
    return tuple(c for c in found if c is not None and (c.kind == "identity" or not staff))


def personal_finding(source: str, dropped: Collection[PersonalColumn]) -> Finding:
    """Return the finding that names the dropped columns; it holds none of their values."""
    n = len(dropped)
    return Finding(
        rule="read.personal",
        severity=Severity.INFO,
        text=ngettext(
            "'{source}': {n} column with personal data was left out: {columns}.",
            "'{source}': {n} columns with personal data were left out: {columns}.",
            n,
        ).format(source=source, n=n, columns=", ".join(column.column for column in dropped)),
        remedy=_("Nothing needs to be done. Names and phones are read from lists that are given as staff."),
        subject_kind="layer",
        subjects=(source,),
        count=n,
    )


def impersonal(
    values: npt.NDArray[Any], rows: npt.NDArray[np.int64], source: str, column: str
) -> tuple[npt.NDArray[Any], list[Finding]]:
    """Return a column that the plan needs without the identity numbers and phones somebody wrote into it.

    Parameters
    ----------
    values : object[n] of str
    rows : int64[n]
        Row numbers of the source.
    source, column : str
        For the finding, which holds none of the values.

    Examples
    --------
    >>> import numpy as np
    >>> names = np.array(["甲栋", "乙栋13800000000"], dtype=object)
    >>> impersonal(names, np.array([1, 2]), "buildings.shp", "LDMC")[0]
    array(['甲栋', '乙栋***********'], dtype=object)
    """
    cells = values.tolist()
    hidden = [without_numbers(cell) for cell in cells]
    where = [i for i, (cell, left) in enumerate(zip(cells, hidden, strict=True)) if cell != left]
    if not where:
        return values, []
    changed = values.copy()
    changed[:] = hidden
    text = _(
        "'{source}', column '{column}': identity or phone numbers in rows {rows} were made unreadable."
    ).format(source=source, column=column, rows="{rows}")
    return changed, [row_finding("read.personal", Severity.INFO, text, rows[where].tolist())]


def _judge(name: str, array: npt.NDArray[Any]) -> PersonalColumn | None:
    named = any(pattern.search(name.strip()) for _kind, pattern in _BY_NAME)
    if not named and array.dtype.kind in "iuf" and not (np.abs(array) >= _SHORTEST_NUMBER).any():
        return None
    cells = plain_cells(array)
    shown = [cell for cell in cells if cell]
    # Short numbers are counts: 住户数 is not the name of a resident.
    if not shown or all(_is_count(cell) for cell in shown):
        return None
    for kind, pattern in _BY_NAME:
        if pattern.search(name.strip()):
            return PersonalColumn(name, kind, len(shown))
    for kind, count in _BY_CONTENT:
        hits = count(cells)
        if hits:
            return PersonalColumn(name, kind, hits)
    return None


def _is_count(cell: str) -> bool:
    return len(cell) < 7 and cell.replace(".", "", 1).isdigit()
