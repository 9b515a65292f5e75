# SPDX-License-Identifier: LGPL-3.0-or-later
"""Branch and worker lists of the office: columns by many names, numbers with words, repeated codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gridplanner.assign.ledger_table import LedgerTable, columns_of, whole_number
from gridplanner.assign.member_list import branches_of_members
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.staff import Branch, Worker
from gridplanner.texts import _

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


def branches_from_layer(layer: Layer) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
    """Read a list of party branches.

    Total rows and blank rows are left out, merged cells of place names are carried down, rows of the
    same code are taken once with a finding, `3人` is 3. Columns without a meaning are ignored here
    and stay in the layer. A list of members (a row per person, with 党员类别) is counted per branch;
    the persons' names are not kept.

    Returns
    -------
    branches : tuple of Branch
        In the order of the list; codes are unique (made from the row number where missing).
    findings : tuple of Finding
        What was doubtful, with the row.
    """
    table = LedgerTable(layer, columns_of("branches"))
    if table.has("member_kind"):
        return branches_of_members(table, len(layer))
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
    table = LedgerTable(layer, columns_of("staff"))
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


def _first(text: str) -> str:
    """Return the first of several entries in a cell."""
    return next((part for part in _SPLIT.split(text) if part), "")


def _branch(table: LedgerTable, row: int, place: dict[str, Any]) -> tuple[Branch, list[Finding]]:
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
