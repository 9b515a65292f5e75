# SPDX-License-Identifier: LGPL-3.0-or-later
"""A list of the office whose columns are found by meaning, and what its cells say."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.texts import RESOURCES, _

#: What the reader calls a column it has understood, for lists of either kind.
_KNOWN = {
    "code": "code",
    "name": "name",
    "kind": "kind",
    "community": "community",
    "community_code": "community_code",
    "street": "street",
    "full_members": "members",
    "secretary": "secretary",
    "id": "id",
    "grids": "old_grid",
    "grid": "old_grid",
}
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})


@cache
def columns_of(table: str) -> dict[str, list[str]]:
    """Return the headings by meaning of `branches` or `staff`, from `ledger_columns.toml`."""
    text = (RESOURCES / "templates" / "ledger_columns.toml").read_text(encoding="utf-8")
    columns: dict[str, list[str]] = tomllib.loads(text)[table]
    return columns


def whole_number(text: str) -> int | None:
    """Return the whole number in a cell such as `3人`, `１２` or `1,469`; None where there is none.

    Examples
    --------
    >>> [whole_number(t) for t in ("3人", "１２", "1,469", "5.0", "若干", "")]
    [3, 12, 1469, 5, None, None]
    """
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    match = re.match(r"[^\d-]*(-?\d+)(?:\.0*)?(?!\.?\d)", plain)
    return int(match.group(1)) if match else None


def is_total(text: str) -> bool:
    """Whether a cell begins a total row.

    Examples
    --------
    >>> [is_total(t) for t in ("合 计", "总计：", "合力社区")]
    [True, True, False]
    """
    return re.sub(r"[\s:：]", "", text).casefold() in _TOTALS


def plain_text(value: object) -> str:
    """Return a cell as text: no control characters, no `nan`, no `.0` behind a whole number."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and value.isprintable():
        return " ".join(value.split())
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in str(value))
    return " ".join(text.split())


class LedgerTable:
    """A layer whose columns are found by meaning."""

    def __init__(self, layer: Layer, columns: dict[str, list[str]]) -> None:
        self._layer = layer
        everything = {**layer.extra, **layer.fields}
        by_name = {_bare(name): values for name, values in layer.extra.items()}
        self._columns = {}
        for key, names in columns.items():
            found = [by_name[name] for name in names if name in by_name]
            known = _KNOWN.get(key, key)
            # The list's own heading is surer than the reader's general aliases.
            if found:
                self._columns[key] = found[0]
            elif known in layer.fields:
                self._columns[key] = layer.fields[known]
        self._first = next(iter(everything.values()), np.empty(0, object))

    def has(self, key: str) -> bool:
        """Whether the list has a column of this meaning."""
        return key in self._columns

    def text(self, key: str, row: int) -> str:
        """Text of a cell; "" where the list has no such column."""
        return plain_text(self._columns[key][row]) if key in self._columns else ""

    def is_total_row(self, row: int) -> bool:
        """Whether a row sums the rows above: 合计 stands first, or where a place or name should."""
        cells = (self.text(key, row) for key in ("name", "street", "community", "code", "id"))
        return any(is_total(text) for text in (plain_text(self._first[row]), *cells))

    def row(self, row: int) -> int:
        """Row number as the user sees it."""
        return int(self._layer.rows[row]) if len(self._layer.rows) > row else row + 1

    def finding(self, text: str, remedy: str, row: int, subject: str) -> Finding:
        """Return a warning about one row."""
        where = _("{source}, row {row}: ").format(source=self._layer.source, row=self.row(row))
        return Finding(
            "read.ledger", Severity.WARNING, where + text, remedy, subject_kind="row", subjects=(subject,)
        )

    def repeated(self, row: int, code: str, earlier: int) -> Finding:
        """Return the finding for a code that an earlier row has."""
        return self.finding(
            _("'{code}' is in row {earlier} already; this row is left out.").format(
                code=code, earlier=earlier
            ),
            _("Give each entry a number of its own."),
            row,
            code,
        )

    def missing(self, keys: Sequence[str], what: str) -> list[Finding]:
        """Report columns without which the list says nothing."""
        return [
            Finding(
                "read.ledger",
                Severity.WARNING,
                _(
                    "{source}: the list of {what} has no column for the name; nothing is taken from it."
                ).format(source=self._layer.source, what=what),
                _('Name the column in the configuration: fields = {name = "..."}.'),
                subject_kind="layer",
                subjects=(self._layer.role,),
            )
            for key in keys
            if key not in self._columns and len(self._layer)
        ]


def _bare(name: str) -> str:
    """Return a heading in lower case without blanks and what stands in brackets (units, hints)."""
    plain = unicodedata.normalize("NFKC", name)
    return re.sub(r"\(.*?\)|\s", "", plain).casefold()
