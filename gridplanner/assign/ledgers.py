# SPDX-License-Identifier: LGPL-3.0-or-later
"""Branch and worker lists of the office: columns by many names, numbers with words, repeated codes."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.staff import Branch, Worker
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
_TEXTS = (
    "setting_mode",
    "superior",
    "secretary",
    "phone",
    "term_end",
    "founded",
    "document",
    "meeting_place",
    "partner_unit",
    "instructor",
    "building_heads",
    "groups",
    "note",
    "property_branch",
)
_COUNTS = ("full_members", "probationary", "reporting", "committee_size")
_KINDS = {"党委": "党委", "总支": "总支", "联合": "联合党支部"}
_SPLIT = re.compile(r"[;；,，、/\s]+")
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})


@cache
def columns_of(table: str) -> dict[str, list[str]]:
    """Return the headings by meaning of `branches` or `staff`, from `ledger_columns.toml`."""
    text = (RESOURCES / "templates" / "ledger_columns.toml").read_text(encoding="utf-8")
    columns: dict[str, list[str]] = tomllib.loads(text)[table]
    return columns


def branches_from_layer(layer: Layer) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
    """Read a list of party branches.

    Total rows and blank rows are left out, merged cells of place names are carried down, rows of the
    same code are taken once with a finding, `3人` is 3. Columns without a meaning are ignored here
    and stay in the layer.

    Returns
    -------
    branches : tuple of Branch
        In the order of the list; codes are unique (made from the row number where missing).
    findings : tuple of Finding
        What was doubtful, with the row.
    """
    table = _Table(layer, columns_of("branches"))
    branches: list[Branch] = []
    findings: list[Finding] = list(table.missing(("name",), _("branches")))
    carried = dict.fromkeys(("community", "community_code", "street"), "")
    seen: dict[str, int] = {}
    for row in range(len(layer)):
        name = table.text("name", row)
        if not name or table.is_total_row(row):
            continue
        carried = {key: table.text(key, row) or above for key, above in carried.items()}
        branch, faults = _branch(table, row, dict(carried))
        findings += faults
        if branch.code in seen:
            findings.append(table.repeated(row, branch.code, seen[branch.code]))
            continue
        seen[branch.code] = table.row(row)
        branches.append(branch)
    findings += _repeated_names(branches)
    return tuple(branches), tuple(findings)


def workers_from_layer(layer: Layer) -> tuple[tuple[Worker, ...], tuple[Finding, ...]]:
    """Read a list of grid workers, under the same rules as `branches_from_layer`."""
    table = _Table(layer, columns_of("staff"))
    workers: list[Worker] = []
    findings: list[Finding] = []
    carried: dict[str, Any] = dict.fromkeys(("community", "community_code"), "")
    seen: dict[str, int] = {}
    for row in range(len(layer)):
        name = table.text("name", row)
        known = table.text("id", row) or name
        if not known or table.is_total_row(row):
            continue
        carried = {key: table.text(key, row) or above for key, above in carried.items()}
        if known in seen:
            # Two people may bear one name; only a repeated number is the same person.
            if table.text("id", row):
                findings.append(table.repeated(row, known, seen[known]))
                continue
            known = f"{known}#{table.row(row)}"
        seen[known] = table.row(row)
        worker = Worker(known, name, table.text("phone", row), _first(table.text("grid", row)), **carried)
        workers.append(replace(worker, post=table.text("post", row)))
    return tuple(workers), tuple(findings)


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
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in str(value))
    return " ".join(text.split())


class _Table:
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


def _first(text: str) -> str:
    """Return the first of several entries in a cell."""
    return next((part for part in _SPLIT.split(text) if part), "")


def _branch(table: _Table, row: int, place: dict[str, Any]) -> tuple[Branch, list[Finding]]:
    """Build one branch and list the doubts about its row."""
    name = table.text("name", row)
    findings = []
    cells: dict[str, Any] = {key: table.text(key, row) for key in _TEXTS}
    for key in _COUNTS:
        text = table.text(key, row)
        number = whole_number(text)
        if text and (number is None or number < 0):
            findings.append(
                table.finding(
                    _("'{text}' is no number of members; 0 is taken.").format(text=text),
                    _("Write a whole number."),
                    row,
                    name,
                )
            )
        cells[key] = max(number or 0, 0)
    branch = Branch(
        code=table.text("code", row) or f"R{table.row(row)}",
        name=name,
        kind=branch_kind(table.text("kind", row), name),
        grids=tuple(part for part in _SPLIT.split(table.text("grids", row)) if part),
        x=_coordinate(table.text("x", row)),
        y=_coordinate(table.text("y", row)),
        **cells,
        **place,
    )
    return branch, findings


def branch_kind(kind: str, name: str) -> str:
    """Return the kind of a branch from its column, else from its name.

    Examples
    --------
    >>> branch_kind("", "府后社区党委"), branch_kind("", "河西联合党支部"), branch_kind("支部", "x")
    ('党委', '联合党支部', '支部')
    """
    for text in (kind, name):
        for word, meaning in _KINDS.items():
            if word in text:
                return meaning
        if text:
            # A filled column is an answer; only an empty one sends us to the name.
            return "支部"
    return "支部"


def _coordinate(text: str) -> float:
    """Return a coordinate; NaN where the cell holds none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _repeated_names(branches: Sequence[Branch]) -> list[Finding]:
    """Report branches of one name in one community."""
    count: dict[tuple[str, str], list[str]] = {}
    for branch in branches:
        count.setdefault((branch.community_code or branch.community, branch.name), []).append(branch.code)
    return [
        Finding(
            "branch",
            Severity.WARNING,
            _("{n} branches are called {name}.").format(n=len(codes), name=name),
            _("Check whether one branch was listed twice; tell them apart by name."),
            subject_kind="branch",
            subjects=tuple(codes),
            count=len(codes),
        )
        for (_place, name), codes in count.items()
        if len(codes) > 1
    ]
