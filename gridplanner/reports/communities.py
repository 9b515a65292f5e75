# SPDX-License-Identifier: LGPL-3.0-or-later
"""Approval papers for communities (社区规模调整审批表), apart from those of the grids.

Communities are approved by the district government on the proposal of the street office (Urban
Residents' Committees Law, revised 2025, article 3); grids are not, so the papers never mix.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt

from gridplanner.model.jurisdiction import District
from gridplanner.model.reform import CommunityAction, CommunityChange, CommunityFigures
from gridplanner.model.ruleset import Band
from gridplanner.reports.cells import Cell
from gridplanner.reports.docx_parts import FormCell, add_form, add_paragraph, dress_document
from gridplanner.reports.table import Column, Table
from gridplanner.rules.communities import community_law
from gridplanner.texts import _

#: Widths of the form's six columns, cm.
_WIDTHS = (2.4, 3.6, 3.0, 2.0, 2.0, 3.0)
_SIGN_CM = 2.4


def action_word(action: CommunityAction) -> str:
    """Return what an operation is called in papers."""
    words = {
        CommunityAction.CREATE: _("Community set up"),
        CommunityAction.CONVERT: _("Community converted"),
        CommunityAction.MERGE: _("Communities merged"),
        CommunityAction.SPLIT: _("Community divided"),
        CommunityAction.ADJUST: _("Limits adjusted"),
    }
    return words[action]


def band_word(figures: CommunityFigures, band: Band) -> str:
    """Say whether a community lies in the band of the law."""
    if figures.households < band.min:
        return _("below {limit:,.0f} households").format(limit=band.min)
    if figures.households > band.max:
        return _("above {limit:,.0f} households").format(limit=band.max)
    return _("fits")


def communities_table(reforms: Sequence[CommunityChange]) -> Table:
    """Return the approval table: an operation per block, its communities before and after side by side."""
    band, source = community_law()
    side = (Column(_("Community"), 16), Column(_("Code"), 15), Column(_("Households"), 9, "int"))
    sides = (*side, Column(_("People"), 9, "int"), Column(_("Grids"), 7, "int"))
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Matter"), 10),
        *(Column(f"{_('Before')}·{c.title}", c.width, c.kind) for c in sides),
        *(Column(f"{_('After')}·{c.title}", c.width, c.kind) for c in sides),
        Column(_("Area m2"), 12, "number"),
        Column(_("Against the law's band"), 14),
        Column(_("Households moved"), 9, "int"),
        Column(_("People moved"), 9, "int"),
        Column(_("Reason"), 24, wrap=True),
        Column(_("Proposed by the street office of"), 14),
        Column(_("Approval document"), 16),
        Column(_("Date"), 11),
    )
    rows = tuple(row for number, change in enumerate(reforms, 1) for row in _rows(number, change, band))
    note = _(
        "Set-up, abolition and change of size are proposed by the street office and approved by the district "
        "government. Standard: {source}."
    ).format(source=source)
    return Table("communities", _("Approval table of communities"), columns, rows, note)


def _rows(number: int, change: CommunityChange, band: Band) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of one operation; what is said of it as a whole stands in the first."""
    street = _street(change)
    for k, (old, new) in enumerate(zip_longest(change.before, change.after)):
        first = k == 0
        yield (
            number if first else None,
            action_word(change.action) if first else "",
            *_side(old),
            *_side(new),
            new.area_m2 if new else None,
            band_word(new, band) if new else "",
            change.households_moved if first else None,
            change.people_moved if first else None,
            change.reason if first else "",
            street if first else "",
            change.document if first else "",
            change.day if first else "",
        )


def _street(change: CommunityChange) -> str:
    """Return the street whose office proposes an operation."""
    return next((f.street for f in (*change.after, *change.before) if f.street), "")


def _side(figures: CommunityFigures | None) -> tuple[Cell, ...]:
    """Return the cells of a community on one side; empty ones for none."""
    if figures is None:
        return ("", "", None, None, None)
    return (figures.name, figures.code, figures.households, figures.people, figures.grids)


def write_community_approval(district: District, path: Path, *, demonstration: bool = False) -> None:
    """Write one approval form per operation on communities, as a Word document."""
    document = docx.Document()
    dress_document(document)
    band, source = community_law()
    for number, change in enumerate(district.reforms):
        title = document.add_paragraph(_("Approval form for a change of communities"), style="Title")
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_after = Pt(4)
        if demonstration:
            mark = document.add_paragraph(_("Demonstration data"))
            mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        add_form(document, _form_rows(change, band), _WIDTHS)
        add_paragraph(document, _("Standard: {source}.").format(source=source))
        if number < len(district.reforms) - 1:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.save(str(path))


def _form_rows(change: CommunityChange, band: Band) -> list[list[FormCell]]:
    """Return the rows of one form; spans of each row add up to six columns."""
    moved = _("{households} households with {people} people").format(
        households=f"{change.households_moved:,}", people=f"{change.people_moved:,}"
    )
    seal = _("(seal)　　　　year　　month　　day")
    opinions = (
        _("Opinion of residents"),
        _("Proposal of the street office"),
        _("Opinion of civil affairs"),
        _("Approval of the district government"),
    )
    return [
        [
            FormCell(_("Matter"), head=True),
            FormCell(action_word(change.action), 2),
            FormCell(_("Street"), head=True),
            FormCell(_street(change), 2),
        ],
        *_side_rows(_("Before"), change.before, None),
        *_side_rows(_("After"), change.after, band),
        [FormCell(_("Come to another community"), head=True), FormCell(moved, 5)],
        [FormCell(_("Reason"), head=True), FormCell(change.reason, 5, height_cm=1.8)],
        *([FormCell(word, head=True), FormCell(seal, 5, height_cm=_SIGN_CM, low=True)] for word in opinions),
    ]


def _side_rows(word: str, side: Sequence[CommunityFigures], band: Band | None) -> list[list[FormCell]]:
    """Return the communities of one side, held against the band where there is one."""
    heads = (word, _("Community"), _("Code"), _("Households"), _("People"), _("Area m²"))
    rows = [[FormCell(head, head=True) for head in heads]]
    for figures in side:
        numbers = (f"{figures.households:,}", f"{figures.people:,}", f"{figures.area_m2:,.0f}")
        fits = band_word(figures, band) if band else ""
        rows.append([FormCell(text) for text in (fits, figures.name, figures.code, *numbers)])
    return rows
