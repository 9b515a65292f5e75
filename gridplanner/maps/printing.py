# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hand sheets to a printer or a print preview, at their true size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPainter

from gridplanner.errors import UserError
from gridplanner.maps.fonts import load_font
from gridplanner.maps.marks import Sheet
from gridplanner.maps.options import PAPERS
from gridplanner.maps.paint import paint_sheet
from gridplanner.maps.tiling import tile_sheet
from gridplanner.progress import Progress, Silent
from gridplanner.texts import _

_MM_PER_INCH = 25.4
#: Papers that differ by less are the same, mm.
_SAME = 2.0


def paper_of(size: QSizeF) -> str:
    """Return the name of a paper by its sides (mm), lying or standing; "" for no standard one."""
    short, long = sorted((size.width(), size.height()))
    for name, (a, b) in PAPERS.items():
        if abs(a - short) < _SAME and abs(b - long) < _SAME:
            return name
    return ""


def pages_for(sheets: Sequence[Sheet], paper: str) -> list[Sheet]:
    """Return the pages that print sheets on a paper without changing their scale: larger ones are tiled."""
    return [page for sheet in sheets for page in tile_sheet(sheet, paper)]


def prepare_device(device: QPagedPaintDevice, sheet: Sheet) -> None:
    """Set a printer to the paper and orientation of a sheet, without margins of its own.

    Call it before the painter begins and, with the next sheet, before each new page.
    """
    short, long = sorted((sheet.width, sheet.height))
    turned = (
        QPageLayout.Orientation.Landscape if sheet.width > sheet.height else QPageLayout.Orientation.Portrait
    )
    paper = QPageSize(
        QSizeF(short, long), QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.FuzzyMatch
    )
    layout = QPageLayout(paper, turned, QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    layout.setMode(QPageLayout.Mode.FullPageMode)
    device.setPageLayout(layout)


def print_sheets(
    device: QPagedPaintDevice, sheets: Sequence[Sheet], progress: Progress | None = None
) -> None:
    """Print sheets, one page each, in true size.

    Serves `QPrinter`, `QPdfWriter` and `QPrintPreviewDialog.paintRequested` alike. A scale on a map
    is a promise: sheets are never shrunk to a paper. Use `pages_for` where the paper is smaller.

    Raises
    ------
    UserError
        When the printer takes no job.
    Cancelled
        When the user stops.
    """
    receiver = progress or Silent()
    load_font()
    prepare_device(device, sheets[0])
    painter = QPainter()
    if not painter.begin(device):
        raise UserError(_("The printer takes no job; check that it is switched on and has paper."))
    try:
        for number, sheet in enumerate(sheets):
            receiver.step(number, len(sheets), sheet.title)
            if number:
                prepare_device(device, sheet)
                device.newPage()
            _paint_page(painter, sheet)
    finally:
        painter.end()


def _paint_page(painter: QPainter, sheet: Sheet) -> None:
    """Paint one page; the printer's own margins are already off."""
    device = painter.device()
    painter.resetTransform()
    painter.scale(device.logicalDpiX() / _MM_PER_INCH, device.logicalDpiY() / _MM_PER_INCH)
    paint_sheet(painter, sheet)
