# SPDX-License-Identifier: LGPL-3.0-or-later
"""Print preview of the map as shown, with title, legend line and scale bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPainter, QPixmap
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QApplication

from gridplanner.gui import theme
from gridplanner.texts import _

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


def paper_picture(window: Shell) -> QPixmap:
    """Return the map as shown, on a light ground: a dark one would drown the paper in ink."""
    canvas, application = window.canvas, QApplication.instance()
    focused = canvas.hasFocus()
    # The frame of the focus is for the keyboard, not for paper.
    canvas.clearFocus()
    try:
        if application is None or not theme.is_dark():
            return canvas.grab()
        application.setProperty("dark", False)
        try:
            window.map.repaint()
            return canvas.grab()
        finally:
            application.setProperty("dark", True)
            window.map.repaint()
    finally:
        if focused:
            canvas.setFocus()


class PrintDialog(QPrintPreviewDialog):
    """A preview that paints the map to the page; printing goes on from there."""

    def __init__(self, window: Shell) -> None:
        printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
        printer.setPageOrientation(QPageLayout.Orientation.Landscape)
        super().__init__(printer, window)
        self._printer = printer  # the dialog does not keep it alive
        self._window = window
        self.setWindowTitle(_("Print preview"))
        self.resize(1000, 760)
        self.paintRequested.connect(self.paint_page)

    def paint_page(self, printer: QPrinter) -> None:
        """Paint one page."""
        painter = QPainter(printer)
        # Not quite black: the preview records no pen that equals the usual one, and plays the page with
        # the pen of the window, which is white in the dark.
        painter.setPen(QColor("#111111"))
        page = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
        page.moveTo(0, 0)
        font = QFont(self._window.canvas.font())
        font.setPointSize(14)
        painter.setFont(font)
        title = self._window.windowTitle().replace("[*]", "")
        painter.drawText(QRectF(0, 0, page.width(), 40), int(Qt.AlignmentFlag.AlignCenter), title)
        picture = paper_picture(self._window)
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
