# SPDX-License-Identifier: LGPL-3.0-or-later
"""Print preview of the map as shown, with title, legend line and scale bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from gridplanner.gui.canvas.canvas import MapCanvas
from gridplanner.texts import _


class PrintDialog(QPrintPreviewDialog):
    """A preview that paints the map to the page; printing goes on from there."""

    def __init__(self, parent: QWidget | None, canvas: MapCanvas) -> None:
        printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
        printer.setPageOrientation(QPageLayout.Orientation.Landscape)
        super().__init__(printer, parent)
        self._printer = printer  # the dialog does not keep it alive
        self._canvas = canvas
        self.setWindowTitle(_("Print preview"))
        self.resize(1000, 760)
        self.paintRequested.connect(self.paint_page)

    def paint_page(self, printer: QPrinter) -> None:
        """Paint one page."""
        painter = QPainter(printer)
        page = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
        page.moveTo(0, 0)
        font = QFont(self._canvas.font())
        font.setPointSize(14)
        painter.setFont(font)
        title = self._canvas.window().windowTitle().replace("[*]", "")
        painter.drawText(QRectF(0, 0, page.width(), 40), int(Qt.AlignmentFlag.AlignCenter), title)
        picture = self._canvas.grab()
        area = QRectF(0, 44, page.width(), page.height() - 70)
        size = picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        left = (page.width() - size.width()) / 2
        painter.drawPixmap(
            QRectF(left, area.top(), size.width(), size.height()), picture, QRectF(picture.rect())
        )
        font.setPointSize(8)
        painter.setFont(font)
        foot = QRectF(0, page.height() - 22, page.width(), 20)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignCenter), _("For internal use. Keep with care."))
        painter.end()
