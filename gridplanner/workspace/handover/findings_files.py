# SPDX-License-Identifier: LGPL-3.0-or-later
"""Findings of a command as JSON and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gridplanner.model.finding import Finding
from gridplanner.reports.findings import write_findings_json, write_findings_workbook
from gridplanner.workspace.handover.one_file import write_one


def write_findings_as(findings: Sequence[Finding], as_json: Path | None, as_xlsx: Path | None) -> None:
    """Write the findings where asked; `None` for a form that is not wanted."""
    if as_json:
        write_one(as_json, partial(write_findings_json, findings))
    if as_xlsx:
        write_one(as_xlsx, partial(write_findings_workbook, findings))
