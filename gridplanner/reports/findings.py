# SPDX-License-Identifier: LGPL-3.0-or-later
"""Findings as a CSV, as JSON and as a workbook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from gridplanner.model.finding import Finding
from gridplanner.reports.cells import write_csv
from gridplanner.reports.table import Column, Table
from gridplanner.reports.words import rule_word, severity_word
from gridplanner.texts import _

#: Columns of `findings.csv` and keys of the JSON, in order.
FIELDS = (
    "rule",
    "severity",
    "hard",
    "subject_kind",
    "subjects",
    "value",
    "limit",
    "unit",
    "people",
    "count",
    "x",
    "y",
    "text",
    "remedy",
    "waiver",
)


def write_findings(findings: Sequence[Finding], path: Path) -> None:
    """Write `findings.csv`: one row per finding, subjects joined by `;`, unknown numbers empty."""
    write_csv(path, FIELDS, [_row(finding) for finding in findings])


def _row(finding: Finding) -> list[str | int | float | bool]:
    """Return the cells of one finding in the order of `FIELDS`."""
    values = {name: getattr(finding, name) for name in FIELDS}
    values["severity"] = finding.severity.value
    values["subjects"] = ";".join(finding.subjects)
    return list(values.values())


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return `{"findings": [...]}` with null for unknown numbers, ready for `json.dumps`."""
    return {"findings": [_entry(f) for f in findings]}


def write_findings_json(
    findings: Sequence[Finding], path: Path, more: Mapping[str, object] | None = None
) -> None:
    """Write `{"findings": [...], ...}`, a line per finding, then the other members given.

    Line by line, because an indented `json.dumps` of 100,000 findings takes longer than finding them.
    """
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{\n "findings": [')
        for number, finding in enumerate(findings):
            out.write(",\n  " if number else "\n  ")
            out.write(json.dumps(_entry(finding), ensure_ascii=False))
        out.write("\n ]")
        for name, value in (more or {}).items():
            # The indentation of the members' own lines is one deeper inside the whole.
            text = json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n ")
            out.write(f",\n {json.dumps(name)}: {text}")
        out.write("\n}\n")


def _entry(finding: Finding) -> dict[str, object]:
    """Return one finding as JSON knows it."""
    return {name: _json_value(getattr(finding, name)) for name in FIELDS}


def _json_value(value: object) -> object:
    """Return a value as JSON knows it: no NaN, no infinity, no tuple, no enumeration."""
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def findings_table(findings: Sequence[Finding]) -> Table:
    """Return the list of findings as the planner reads it: errors first, then by people concerned."""
    rows = [
        (
            number,
            severity_word(f.severity),
            rule_word(f.rule),
            _("hard") if f.hard else _("soft"),
            "；".join(f.subjects[:12]) + ("……" if len(f.subjects) > 12 else ""),
            f.value if isfinite(f.value) else None,
            f.limit if isfinite(f.limit) else None,
            f.unit,
            f.people or None,
            f.text,
            f.remedy,
            f.waiver,
        )
        for number, f in enumerate(findings, 1)
    ]
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Severity"), 8),
        Column(_("Rule"), 14),
        Column(_("Hard or soft"), 8),
        Column(_("Subjects"), 22),
        Column(_("Value"), 10, "number"),
        Column(_("Limit"), 10, "number"),
        Column(_("Unit"), 8),
        Column(_("People"), 9, "int"),
        Column(_("What is wrong"), 52, wrap=True),
        Column(_("What to do"), 44, wrap=True),
        Column(_("Waiver"), 18, wrap=True),
    )
    return Table("findings", _("Findings"), columns, tuple(rows))


def write_findings_workbook(
    findings: Sequence[Finding], path: Path, more: Sequence[tuple[Table, str]] = ()
) -> None:
    """Write the findings as a workbook, with further tables and their tabs behind them."""
    # xlsxwriter is slow to import and the window imports this module for the JSON alone.
    from gridplanner.reports.sheets import open_workbook, write_table

    with open_workbook(path) as book:
        write_table(book, findings_table(findings), _("Findings"))
        for table, tab in more:
            write_table(book, table, tab)
