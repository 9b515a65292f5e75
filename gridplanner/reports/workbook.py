# SPDX-License-Identifier: LGPL-3.0-or-later
"""`ledger.xlsx`: every ledger of a plan in one workbook, with native charts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridplanner.model.outcome import Outcome
from gridplanner.reports.buildings import buildings_table
from gridplanner.reports.by_community import community_totals_table
from gridplanner.reports.charts import SIZE, Place, add_change_chart, add_size_chart, add_street_chart
from gridplanner.reports.code_history import code_history_table
from gridplanner.reports.communities import communities_table
from gridplanner.reports.crosswalk import crosswalk_back_table, crosswalk_table
from gridplanner.reports.findings import findings_table
from gridplanner.reports.health import health_tables
from gridplanner.reports.levels import level_tables
from gridplanner.reports.matrix import write_matrix
from gridplanner.reports.nets import net_tables
from gridplanner.reports.organisation import organisation_table
from gridplanner.reports.proof import certificate_table, convergence_table
from gridplanner.reports.registers import (
    dedicated_table,
    overview_table,
    register_table,
)
from gridplanner.reports.sheets import HEAD_ROWS, Book, open_workbook, write_picture, write_table
from gridplanner.reports.staff import staffing_table
from gridplanner.reports.staff_registers import branches_table, workers_table
from gridplanner.reports.table import Table
from gridplanner.texts import _

#: Rows that a chart covers, with a little air.
CHART_ROWS = 16


def write_workbook(outcome: Outcome, path: Path, chart: Path | None = None) -> None:
    """Write the workbook.

    Sheets: overview by street with charts, communities, register, micro-grids and area grids,
    before/after both ways, dedicated grids, workers, branches, staffing, findings before and after,
    health check, community changes, certificate, buildings. Codes are text, no cell is ever a
    formula from the data.

    Parameters
    ----------
    outcome : Outcome
    path : Path
    chart : Path, optional
        Picture of the party organisation (PNG), on a sheet of its own after its table.
    """
    before = findings_table(outcome.before.findings)
    tables = (
        (community_totals_table(outcome), _("By community")),
        (register_table(outcome).without_empty(), _("Register")),
        *level_tables(outcome),
        (crosswalk_table(outcome), _("Before-after")),
        (crosswalk_back_table(outcome), _("After-before")),
        (code_history_table(outcome), _("Code history")),
        (dedicated_table(outcome), _("Dedicated")),
        (workers_table(outcome), _("Workers")),
        (branches_table(outcome), _("Branches")),
        (organisation_table(outcome), _("Organisation")),
        (staffing_table(outcome), _("Staffing")),
        (Table(before.name, _("Findings before"), before.columns, before.rows), _("Findings before")),
        (findings_table(outcome.after.findings), _("Findings after")),
        *health_tables(outcome),
        *_reforms(outcome),
        *net_tables(outcome.district, outcome.after.plan),
        (certificate_table(outcome), _("Certificate")),
        (convergence_table(outcome), _("Convergence")),
        (buildings_table(outcome), _("Buildings")),
    )
    with open_workbook(path) as book:
        book.file.set_properties({"title": outcome.title, "comments": _mark(outcome)})
        _write_overview(book, outcome)
        for table, tab in tables:
            write_table(book, table.masked(outcome.mask_below), tab)
            if table.name == "organisation" and chart is not None:
                write_picture(book, chart, _("Organisation chart"))
        plans = outcome.before.plan, outcome.after.plan
        write_matrix(book, outcome.district, *plans, _("People by old and new"), outcome.mask_below)
        book.file.get_worksheet_by_name(_("Overview")).activate()


def _reforms(outcome: Outcome) -> tuple[tuple[Table, str], ...]:
    """Return the approval table of communities where any was changed."""
    reforms = outcome.district.reforms
    return ((communities_table(reforms), _("Community changes")),) if reforms else ()


def _mark(outcome: Outcome) -> str:
    """Return the mark of demonstration data."""
    return _("Demonstration data") if outcome.demonstration else ""


def _write_overview(book: Book, outcome: Outcome) -> None:
    """Write the first sheet: the table by street and three charts below it."""
    table = overview_table(outcome)
    title = f"{outcome.title} · {table.title}" if outcome.title else table.title
    note = "　".join(text for text in (outcome.made_on, _mark(outcome)) if text)
    sheet = write_table(book, Table(table.name, title, table.columns, table.rows, note), _("Overview"))
    below = HEAD_ROWS + len(table.rows) + 3
    data: Any = book.file.add_worksheet(_("Chart data"))
    width = SIZE["width"] + 10
    add_street_chart(book, sheet, len(table.rows), Place(below, 0))
    add_size_chart(book, sheet, data, outcome, Place(below, width))
    add_change_chart(book, sheet, data, outcome, Place(below + CHART_ROWS, 0))
    sheet.print_area(0, 0, below + 2 * CHART_ROWS, len(table.columns) - 1)
    data.hide()
