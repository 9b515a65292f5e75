# SPDX-License-Identifier: LGPL-3.0-or-later
"""`plan.docx` (网格划分方案): text from a template that the office can change, tables, maps, proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from gridplanner.model.keys import check_keys
from gridplanner.model.outcome import Outcome
from gridplanner.reports.docx_parts import add_caption, add_paragraph, add_table, dress_document
from gridplanner.reports.facts import plan_facts
from gridplanner.reports.plan_tables import PLAN_TABLES
from gridplanner.reports.proof import certificate_sentences
from gridplanner.reports.table import Table
from gridplanner.reports.template import fill_fields, read_toml, supplied
from gridplanner.texts import _

#: Width of the text on the page.
TEXT_CM = 16.0
#: Largest width and height of a picture on a page turned on its side, its caption below it.
PICTURE_CM = (24.0, 13.2)
#: What the heading and its sentence take of the first such page.
HEADING_CM = 2.6
SECTION_KEYS = ("title", "paragraphs", "tables", "maps", "certificate")


def write_plan_document(
    outcome: Outcome, path: Path, images: Sequence[Path] = (), template: Path | None = None
) -> None:
    """Write the plan document.

    Parameters
    ----------
    outcome : Outcome
    path : Path
    images : sequence of Path
        Maps to show, PNG; the file's stem decides caption and place.
    template : Path, optional
        A template of the office's own (TOML, see `resources/templates/plan_document.toml`).

    Raises
    ------
    UserError
        The template cannot be read or names a field or table that does not exist.
    """
    text = read_template(template or supplied("plan_document"))
    facts = plan_facts(outcome)
    document = docx.Document()
    dress_document(document)
    document.core_properties.title = outcome.title
    document.core_properties.author = ""
    _write_head(document, text, facts, outcome)
    fill = partial(fill_fields, facts=facts)
    numbers = count(1)
    for section in text["section"]:
        turned = bool(section.get("maps") and images)
        if turned:
            _turn_page(document, WD_ORIENT.LANDSCAPE)
        document.add_heading(fill(section["title"]), level=1)
        for paragraph in section.get("paragraphs", ()):
            add_paragraph(document, fill(paragraph))
        if section.get("certificate"):
            _write_certificate(document, outcome)
        for name in section.get("tables", ()):
            _write_table(document, PLAN_TABLES[name](outcome).masked(outcome.mask_below), numbers)
        if turned:
            _write_images(document, images)
            _turn_page(document, WD_ORIENT.PORTRAIT)
    document.save(str(path))


def read_template(path: Path) -> Mapping[str, Any]:
    """Read and check a template of the plan document."""
    text = read_toml(path)
    for section in text.get("section", []):
        check_keys(section, SECTION_KEYS, f"{path.name} [[section]]")
        check_keys(dict.fromkeys(section.get("tables", ())), tuple(PLAN_TABLES), f"{path.name} tables")
    return text


def _write_head(document: Any, text: Mapping[str, Any], facts: Mapping[str, str], outcome: Outcome) -> None:
    """Write title, state, the mark of demonstration data, and who signs when."""
    title = document.add_paragraph(outcome.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    lines = [fill_fields(text.get("subtitle", ""), facts)]
    if outcome.demonstration:
        lines.append(text.get("mark", ""))
    lines.append("　　".join(fill_fields(line, facts) for line in text.get("signature", ())))
    for line in filter(None, lines):
        paragraph = document.add_paragraph(line)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for run in paragraph.runs:
            run.font.size = Pt(12)


def _write_certificate(document: Any, outcome: Outcome) -> None:
    """Write what is proven, one sentence per objective; say so where nothing is."""
    sentences = certificate_sentences(outcome.certificate)
    for sentence in sentences or (_("No proof was asked for this plan."),):
        add_paragraph(document, sentence)
    for part in outcome.certificate.parts:
        if part.reason:
            add_paragraph(document, part.reason)


def _write_table(document: Any, table: Table, numbers: Iterator[int]) -> None:
    """Write one table with its numbered caption; an empty one is left out and takes no number."""
    if table.rows:
        caption = f"{_('Table {n}').format(n=next(numbers))}　{table.title}"
        add_table(document, table, TEXT_CM, caption=caption)
    if table.note:
        add_paragraph(document, table.note)


def _write_images(document: Any, images: Sequence[Path]) -> None:
    """Show the maps, as large as a page turned on its side allows."""
    words = map_words()
    known = list(words)
    order = sorted(images, key=lambda i: (known.index(i.stem) if i.stem in words else len(known), i.stem))
    for number, image in enumerate(order, 1):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        # A fixed line height would cut the picture off.
        paragraph.paragraph_format.line_spacing = 1.0
        # Or the caption stands alone at the top of the next page.
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(str(image), width=Cm(PICTURE_CM[0]))
        high = Cm(PICTURE_CM[1] - (HEADING_CM if number == 1 else 0.0))
        if picture.height > high:
            picture.width = round(picture.width * high / picture.height)
            picture.height = high
        add_caption(
            document, f"{_('Figure {n}').format(n=number)}　{words.get(image.stem, image.stem)}", above=False
        )


def _turn_page(document: Any, orientation: WD_ORIENT) -> None:
    """Begin a new page, upright or on its side."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    if section.orientation != orientation:
        section.orientation = orientation
        section.page_width, section.page_height = section.page_height, section.page_width
        margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
        section.right_margin, section.bottom_margin, section.left_margin, section.top_margin = margins


def map_words() -> dict[str, str]:
    """Return the captions of map files, in the order in which a reader wants them."""
    return {
        "district": _("Map of the division"),
        "before": _("Map of today's grids"),
        "change": _("Map of the changes"),
        "branches": _("Map of the party branches"),
        "organisation": _("Chart of the party organisation"),
    }
