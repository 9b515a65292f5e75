# SPDX-License-Identifier: LGPL-3.0-or-later
"""Registration forms (网格划分登记表): one page per grid, to be signed by community, street, district."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt

from gridplanner.model.keys import check_keys
from gridplanner.model.kinds import GridKind
from gridplanner.model.masking import shown_count
from gridplanner.model.outcome import Outcome
from gridplanner.model.staffing import TEAM_TEMPLATES
from gridplanner.reports.docx_parts import FormCell, add_form, dress_document
from gridplanner.reports.people import secretary_text, worker_text
from gridplanner.reports.registers import Ledger
from gridplanner.reports.template import read_toml, supplied
from gridplanner.texts import _

#: Widths of the form's six columns, cm.
WIDTHS = (2.8, 2.5, 2.6, 2.7, 2.6, 2.8)
#: Who of a team is the grid's full-time worker, and who its branch secretary.
WORKER_ROLE, SECRETARY_ROLE = "专职网格员", "党支部书记"


def write_registration_forms(
    outcome: Outcome, path: Path, grids: Sequence[int] | None = None, template: Path | None = None
) -> None:
    """Write one form per grid.

    Parameters
    ----------
    outcome : Outcome
    path : Path
        A Word document.
    grids : sequence of int, optional
        Indices of the grids; all in the order of the register by default.
    template : Path, optional
        Title and approval boxes of the office's own.

    Raises
    ------
    UserError
        The template cannot be read.
    """
    source = template or supplied("registration")
    text = read_toml(source)
    check_keys(text, ("title", "opinions", "signature"), source.name)
    ledger = Ledger(outcome)
    document = docx.Document()
    dress_document(document)
    chosen = ledger.order if grids is None else tuple(grids)
    for number, grid in enumerate(chosen):
        title = document.add_paragraph(text.get("title", ""), style="Title")
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_after = Pt(4)
        if outcome.demonstration:
            mark = document.add_paragraph(_("Demonstration data"))
            mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        add_form(document, form_rows(ledger, grid, text), WIDTHS)
        if number < len(chosen) - 1:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.save(str(path))


def form_rows(ledger: Ledger, grid: int, text: dict[str, Any]) -> list[list[FormCell]]:
    """Return the rows of one form; spans of each row add up to six columns."""
    outcome, record = ledger.outcome, ledger.plan.grids[grid]
    measures = outcome.after.measures
    street, community = ledger.place(record)
    kind = f"{record.kind} {record.dedicated_kind}".strip()
    east, south, west, north = record.limits
    radius = measures.radius_m[grid]
    branch = ledger.branch_of(grid)
    rows = [
        _pairs((_("Grid name"), record.name, 3), (_("Kind"), kind, 1)),
        _pairs((_("Grid code"), record.code, 3), (_("Street"), street, 1)),
        _pairs((_("Former codes"), "；".join(record.former), 3), (_("Community"), community, 1)),
        _pairs((_("East limit"), east, 2), (_("South limit"), south, 2)),
        _pairs((_("West limit"), west, 2), (_("North limit"), north, 2)),
        _pairs(
            (_("Households"), shown_count(int(measures.households[grid]), outcome.mask_below), 1),
            (_("People"), shown_count(int(measures.people[grid]), outcome.mask_below), 1),
            (_("Buildings"), f"{int(measures.buildings[grid]):,}", 1),
        ),
        _pairs(
            (_("Area m²"), f"{measures.area_m2[grid]:,.0f}", 2),
            (_("Service radius m"), "" if radius != radius else f"{radius:,.0f}", 2),
        ),
        _pairs((_("Estates and buildings"), ledger.contents[grid], 5)),
        _pairs(
            (_("Leading branch"), branch.name if branch else "", 3),
            (_("Full members"), f"{branch.full_members}" if branch else "", 1),
        ),
        *_team_rows(ledger, grid),
        _pairs((_("Change and reason"), f"{record.change or ''}　{record.reason}", 5)),
    ]
    rows += [
        [FormCell(word, 1, head=True), FormCell(text.get("signature", ""), 5, height_cm=2.0, low=True)]
        for word in text.get("opinions", ())
    ]
    return rows


def _pairs(*pairs: tuple[str, str, int]) -> list[FormCell]:
    """Return heading and value cells; the number is how many columns the value takes."""
    row = []
    for title, value, span in pairs:
        row += [FormCell(title, 1, head=True), FormCell(value, span)]
    return row


def _team_rows(ledger: Ledger, grid: int) -> list[list[FormCell]]:
    """Return the team of a grid, two roles per row; who is not known stays to be filled in."""
    outcome = ledger.outcome
    if ledger.plan.grids[grid].kind is not GridKind.GENERAL:
        return []
    people = {
        WORKER_ROLE: worker_text(ledger.worker_of(grid), names=outcome.phones),
        SECRETARY_ROLE: secretary_text(ledger.branch_of(grid), names=outcome.phones),
    }
    roles = TEAM_TEMPLATES[outcome.team]
    rows = []
    for first in range(0, len(roles), 2):
        pair = roles[first : first + 2]
        spans = (2, 2) if len(pair) == 2 else (5,)
        rows.append(_pairs(*((role, people.get(role, ""), n) for role, n in zip(pair, spans, strict=True))))
    return rows
