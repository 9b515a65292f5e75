# SPDX-License-Identifier: LGPL-3.0-or-later
"""Public notice (公示): the new grids of a community or the district, without personal data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from gridplanner.model.keys import check_keys
from gridplanner.model.kinds import GridKind
from gridplanner.model.outcome import Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.docx_parts import add_paragraph, add_table, dress_document
from gridplanner.reports.registers import Ledger
from gridplanner.reports.table import Column, Table
from gridplanner.reports.template import fill_fields, read_toml, supplied
from gridplanner.texts import _

TEXT_CM = 16.0


def write_notice(
    outcome: Outcome,
    path: Path,
    community: int | None = None,
    images: Sequence[Path] = (),
    template: Path | None = None,
) -> None:
    """Write the notice that is put up.

    It states names, limits, estates and former grids only: no worker, no secretary, no member
    figures, no phone, whatever the switches say.

    Parameters
    ----------
    community : int, optional
        Index of the community; the whole district by default.
    images : sequence of Path
        Notice-board maps, PNG.
    template : Path, optional
        Text of the office's own.

    Raises
    ------
    UserError
        The template cannot be read or names an unknown field.
    """
    source = template or supplied("notice")
    text = read_toml(source)
    check_keys(text, ("title", "mark", "paragraphs", "ending"), source.name)
    facts = _facts(outcome, community)
    document = docx.Document()
    dress_document(document)
    _centred(document, fill_fields(text.get("title", ""), facts), "Title")
    if outcome.demonstration:
        _centred(document, text.get("mark", ""))
    for paragraph in text.get("paragraphs", ()):
        add_paragraph(document, fill_fields(paragraph, facts))
    add_table(document, notice_table(outcome, community), TEXT_CM)
    for image in images:
        holder = document.add_paragraph()
        holder.paragraph_format.line_spacing = 1.0
        holder.add_run().add_picture(str(image), width=Cm(TEXT_CM))
    for line in text.get("ending", ()):
        last = document.add_paragraph(fill_fields(line, facts))
        last.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.save(str(path))


def _centred(document: Any, text: str, style: str | None = None) -> None:
    """Add a centred paragraph."""
    paragraph = document.add_paragraph(text, style=style)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if style is None:
        for run in paragraph.runs:
            run.font.size = Pt(12)


def _grids(ledger: Ledger, community: int | None) -> list[int]:
    """Return the grids of the notice in the order of the register."""
    return [g for g in ledger.order if community is None or ledger.plan.grids[g].community == community]


def _facts(outcome: Outcome, community: int | None) -> dict[str, str]:
    """Return the fields of the template."""
    ledger, units = Ledger(outcome), outcome.district.communities
    kinds = [ledger.plan.grids[g].kind for g in _grids(ledger, community)]
    place = outcome.district.name if community is None else str(units.names[community])
    return {
        "place": place,
        "district": outcome.district.name,
        "grids": str(kinds.count(GridKind.GENERAL)),
        "dedicated": str(kinds.count(GridKind.DEDICATED)),
        "contact": _("{place} residents' committee").format(place=place) if community is not None else place,
        "date": outcome.made_on,
    }


def notice_table(outcome: Outcome, community: int | None = None) -> Table:
    """Return the table of the notice."""
    ledger = Ledger(outcome)
    old_names = {record.code: record.name for record in outcome.before.plan.grids}
    rows: list[tuple[Cell, ...]] = []
    for number, g in enumerate(_grids(ledger, community), 1):
        record = ledger.plan.grids[g]
        limits = "；".join(
            f"{side}{limit}"
            for side, limit in zip(
                (_("East limit"), _("South limit"), _("West limit"), _("North limit")),
                record.limits,
                strict=True,
            )
            if limit
        )
        place = ledger.place(record)[1]
        former = "、".join(old_names.get(code, code).removeprefix(place) for code in record.former)
        rows.append(
            (number, record.name, record.code, limits, ledger.contents[g], former, str(record.change or ""))
        )
    columns = (
        Column(_("Number"), 5, "int"),
        Column(_("Grid name"), 13, wrap=True),
        Column(_("Grid code"), 20),
        Column(_("Limits in words"), 26, wrap=True),
        Column(_("Estates and buildings"), 19, wrap=True),
        Column(_("Formed from"), 14, wrap=True),
        Column(_("Kind of change"), 9),
    )
    return Table("notice", _("Grids after the change"), columns, tuple(rows))
