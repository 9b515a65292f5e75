# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pieces of a Word document: fonts for Chinese, tables written as XML, page numbers.

python-docx walks the whole table for each cell, so a table of some hundred rows takes seconds;
the tables here are written as one XML string each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

from gridplanner.reports.cells import Cell, clean_text
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

#: Fonts of official papers. Source: GB/T 9704 (body 仿宋, headings 黑体, title 小标宋, here 宋体 bold).
BODY_FONT, HEAD_FONT, TITLE_FONT = "仿宋", "黑体", "宋体"
LATIN_FONT = "Times New Roman"
BODY_PT, LINE_PT, TITLE_PT, TABLE_PT, FORM_PT = 14, 26, 22, 9, 11
HEAD_FILL = "DCE6F1"
#: A table of so many rows is not broken over pages.
SHORT_TABLE = 14
TWIPS_PER_CM = 567


def set_style(style: Any, font: str, size: float, *, bold: bool = False) -> None:
    """Give a style its Chinese and Latin font; Word keeps them apart."""
    style.font.name = LATIN_FONT
    style.font.size = Pt(size)
    style.font.bold = bold
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.append(fonts)
    fonts.set(qn("w:eastAsia"), font)


def dress_document(document: Any) -> None:
    """Set page, styles and page numbers of a new document (A4)."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.0), Cm(2.6)
    section.left_margin, section.right_margin = Cm(2.6), Cm(2.4)
    styles = document.styles
    set_style(styles["Normal"], BODY_FONT, BODY_PT)
    set_style(styles["Heading 1"], HEAD_FONT, BODY_PT + 2)
    set_style(styles["Title"], TITLE_FONT, TITLE_PT, bold=True)
    set_style(styles["Caption"], HEAD_FONT, 10.5)
    for name in ("Heading 1", "Title", "Caption"):
        styles[name].font.color.rgb = None
        color = styles[name].element.rPr.find(qn("w:color"))
        if color is not None:
            styles[name].element.rPr.remove(color)
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)
    body = styles["Normal"].paragraph_format
    body.line_spacing, body.space_after = Pt(LINE_PT), Pt(0)
    styles["Heading 1"].paragraph_format.space_before = Pt(10)
    styles["Heading 1"].paragraph_format.keep_with_next = True
    _number_pages(section)


def _number_pages(section: Any) -> None:
    """Put `- n -` in the middle of the footer."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ").font.size = Pt(10.5)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(10.5)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    paragraph.add_run(" —").font.size = Pt(10.5)


def add_paragraph(document: Any, text: str) -> None:
    """Add a paragraph of the body, first line indented by two characters."""
    paragraph = document.add_paragraph(clean_text(text))
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT)


def add_caption(document: Any, text: str, *, above: bool = True) -> None:
    """Add a caption above a table, or below a picture."""
    paragraph = document.add_paragraph(clean_text(text), style="Caption")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.space_after = Pt(3)
    paragraph.paragraph_format.keep_with_next = above


def add_table(document: Any, table: Table, width_cm: float, *, caption: str = "") -> None:
    """Add a table over the given width: header repeated on each page, rows never broken."""
    if caption:
        add_caption(document, caption)
    share = width_cm / sum(column.width for column in table.columns)
    widths = [round(column.width * share * TWIPS_PER_CM) for column in table.columns]
    # A short table is kept on one page: every row but the last clings to the next one.
    short = len(table.rows) <= SHORT_TABLE
    rows = [_row_xml([column.title for column in table.columns], table.columns, widths, head=True)]
    last = len(table.rows) - (0 if table.has_totals else 1)
    rows += [
        _row_xml(row, table.columns, widths, cling=short and i < last) for i, row in enumerate(table.rows)
    ]
    if table.has_totals and table.rows:
        totals = list(table.totals())
        totals[0] = _("Total") if totals[0] is None else totals[0]
        rows.append(_row_xml(totals, table.columns, widths, bold=True))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_borders()}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))
    # Word joins two tables that follow each other without a paragraph between them.
    gap = document.add_paragraph()
    gap.paragraph_format.line_spacing = Pt(8)


def _borders() -> str:
    """Return thin lines on all sides and inside."""
    return "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F7F7F"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )


def _row_xml(
    row: Sequence[Cell],
    columns: Sequence[Column],
    widths: Sequence[int],
    *,
    head: bool = False,
    bold: bool = False,
    cling: bool = False,
) -> str:
    """Return a table row as XML."""
    cells = "".join(
        _cell_xml(value, column, width, head=head, bold=head or bold, cling=cling or head)
        for value, column, width in zip(row, columns, widths, strict=True)
    )
    repeat = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{cells}</w:tr>"


def _cell_xml(value: Cell, column: Column, width: int, *, head: bool, bold: bool, cling: bool) -> str:
    """Return a table cell as XML; the text is escaped, never read as markup."""
    number = isinstance(value, int | float)
    align = "center" if head else ("right" if number else "left")
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{HEAD_FILL}"/>' if head else ""
    keep = "<w:keepNext/>" if cling else ""
    weight = "<w:b/>" if bold else ""
    size = round(2 * TABLE_PT)
    text = escape(clean_text(cell_text(value, column)).replace("\n", " "))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{keep}<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{align}"/><w:rPr><w:sz w:val="{size}"/></w:rPr></w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:eastAsia="{TITLE_FONT}"/>{weight}<w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:tc>'
    )


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell of a form.

    Parameters
    ----------
    text : str
    span : int
        Columns it covers.
    head : bool
        A heading, shaded and centred.
    height_cm : float
        Least height of its row; 0 as high as the text.
    low : bool
        Text at the lower right, as signatures stand.
    """

    text: str
    span: int = 1
    head: bool = False
    height_cm: float = 0.0
    low: bool = False


def add_form(document: Any, rows: Sequence[Sequence[FormCell]], widths_cm: Sequence[float]) -> None:
    """Add a form: a table whose cells span columns."""
    widths = [round(width * TWIPS_PER_CM) for width in widths_cm]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    body = "".join(_form_row_xml(row, widths) for row in rows)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_borders()}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{body}</w:tbl>"
    )
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def _form_row_xml(row: Sequence[FormCell], widths: Sequence[int]) -> str:
    """Return one row of a form as XML."""
    height = round(max(0.9, *(cell.height_cm for cell in row)) * TWIPS_PER_CM)
    cells, at = [], 0
    for cell in row:
        cells.append(_form_cell_xml(cell, sum(widths[at : at + cell.span])))
        at += cell.span
    return (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/></w:trPr>'
        f"{''.join(cells)}</w:tr>"
    )


def _form_cell_xml(cell: FormCell, width: int) -> str:
    """Return one cell of a form as XML."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{HEAD_FILL}"/>' if cell.head else ""
    place, align = ("bottom", "right") if cell.low else ("center", "center" if cell.head else "left")
    size = 2 * FORM_PT
    text = escape(clean_text(cell.text).replace("\n", " "))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{cell.span}"/>{shade}'
        f'<w:vAlign w:val="{place}"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/><w:jc w:val="{align}"/>'
        f'<w:rPr><w:sz w:val="{size}"/></w:rPr></w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:eastAsia="{TITLE_FONT}"/><w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:tc>'
    )


def cell_text(value: Cell, column: Column) -> str:
    """Return a value as a paper prints it.

    Examples
    --------
    >>> [
    ...     cell_text(v, Column("", 1, k))
    ...     for v, k in ((1234, "int"), (0.5, "percent"), (None, "int"), (1.5, "number"))
    ... ]
    ['1,234', '50.00%', '', '1.50']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.kind == "percent":
        return f"{value:.2%}"
    if column.kind == "number":
        return f"{value:,.2f}"
    return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"
