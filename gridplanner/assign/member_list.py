# SPDX-License-Identifier: LGPL-3.0-or-later
"""Lists with a row per party member, counted per branch; no person is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gridplanner.assign.ledger_table import LedgerTable
from gridplanner.model.finding import Finding
from gridplanner.model.staff import Branch
from gridplanner.texts import _

#: Words of 党员类别, tested in this order: who only reports here is counted apart even as a full member.
KINDS = (("报到", "reporting"), ("预备", "probationary"), ("正式", "full_members"))


def branches_of_members(table: LedgerTable, rows: int) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
    """Return one branch per name (and community) with its members counted by kind.

    Rows whose kind is none of full, probationary or reporting are left out with a finding.
    """
    place = {"community": "", "community_code": "", "street": ""}
    first: dict[tuple[str, str], Branch] = {}
    counts: dict[tuple[str, str], Counter[str]] = {}
    grids: dict[tuple[str, str], list[str]] = {}
    findings = []
    for row in range(rows):
        name, kind = table.text("name", row), table.text("member_kind", row)
        if not name or table.is_total_row(row):
            continue
        place = {key: table.text(key, row) or above for key, above in place.items()}
        key = (name, place["community_code"] or place["community"])
        code = table.text("code", row) or f"R{table.row(row)}"
        first.setdefault(key, Branch(code, name, **place))  # type: ignore[arg-type]  # texts, all of them
        grids.setdefault(key, []).append(table.text("grids", row))
        meaning = next((word for mark, word in KINDS if mark in kind), "")
        counts.setdefault(key, Counter())[meaning] += 1
        if not meaning:
            findings.append(_unknown(table, row, kind, name))
    branches = tuple(
        replace(
            branch,
            full_members=counts[key]["full_members"],
            probationary=counts[key]["probationary"],
            reporting=counts[key]["reporting"],
            grids=tuple(dict.fromkeys(grid for grid in grids[key] if grid)),
        )
        for key, branch in first.items()
    )
    return branches, tuple(findings)


def _unknown(table: LedgerTable, row: int, kind: str, name: str) -> Finding:
    """Report a member of no known kind; by the branch's name, not the person's."""
    return table.finding(
        _("'{kind}' is no kind of member; the row is not counted.").format(kind=kind),
        _("Write 正式党员, 预备党员 or 双报到."),
        row,
        name,
    )
