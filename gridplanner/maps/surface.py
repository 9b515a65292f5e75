# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where sheets are painted: PDF, PNG and SVG files, with or without a display."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from gridplanner.errors import UserError
from gridplanner.maps.fonts import canonical_characters, load_font
from gridplanner.maps.marks import Sheet
from gridplanner.maps.paint import paint_sheet
from gridplanner.maps.pdftext import finish_pdf
from gridplanner.progress import Progress, Silent, settle
from gridplanner.texts import _

#: Dots per inch of PDF coordinates: one dot is a hundredth of a millimetre, to which coordinates are
#: rounded, so that they are short whole numbers in the file.
_PDF_DPI = 2540
_MM_PER_INCH = 25.4
#: What the last bytes of a whole file hold.
_ENDINGS = {".pdf": b"%%EOF", ".png": b"IEND", ".svg": b"</svg>"}
_TAIL = 64
#: With less space left than this the disk is the reason why a file was cut off.
_FULL_BYTES = 256 * 1024
#: Memory an image may take; above it the file must be a PDF.
MAX_IMAGE_BYTES = 1_500_000_000


def ensure_application() -> QGuiApplication:
    """Return the running application; make one without a screen where there is none.

    Only a process without an application and without a display is sent to Qt's `offscreen`
    platform, so that the window's own process keeps its screen.
    """
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not has_display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication([])


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """Give a painter on a device and end it in any case.

    A device that is destroyed while a painter still works on it takes the whole process down.

    Raises
    ------
    UserError
        When the device cannot be painted on: an unwritable file, no memory.
    """
    painter = QPainter()
    if not painter.begin(device):
        raise UserError(_("The map cannot be drawn; check the folder and the space left."))
    try:
        yield painter
    finally:
        painter.end()


def write_pdf(
    sheets: Sequence[Sheet],
    path: Path,
    *,
    info: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write sheets as the pages of one vector PDF, each in its own paper size.

    Raises
    ------
    UserError
        When the folder cannot be written.
    Cancelled
        When the user stops; a file that stood there stays.
    """
    receiver = progress or Silent()
    ensure_application()
    load_font()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.pdf"
        writer = QPdfWriter(str(raw))
        writer.setResolution(_PDF_DPI)
        _set_page(writer, sheets[0])
        with painting(writer) as painter:
            for number, sheet in enumerate(sheets):
                receiver.step(number, len(sheets), sheet.title)
                if number:
                    _set_page(writer, sheet)
                    writer.newPage()
                painter.resetTransform()
                painter.scale(_PDF_DPI / _MM_PER_INCH, _PDF_DPI / _MM_PER_INCH)
                paint_sheet(painter, sheet)
        marks = [(sheet.title, page) for page, sheet in enumerate(sheets)] if len(sheets) > 1 else []
        # A full disk for temporary files leaves half a file, without a word.
        if not _is_whole(raw):
            raise unwritable(path)
        try:
            finish_pdf(raw, partial(path), canonical_characters(), info or {"Title": sheets[0].title}, marks)
            receiver.step(len(sheets), len(sheets), sheets[0].title)
            settle(receiver)
            publish(path)
        except OSError as error:
            raise unwritable(path) from error
        finally:
            _drop(partial(path))


def _set_page(writer: QPdfWriter, sheet: Sheet) -> None:
    """Give the next page the sheet's paper."""
    size = QSizeF(sheet.width, sheet.height)
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))


def paint_image(sheet: Sheet, dpi: int) -> QImage:
    """Return a sheet as an image on white.

    Raises
    ------
    UserError
        When the image would need more than `MAX_IMAGE_BYTES`.
    """
    ensure_application()
    load_font()
    width, height = (round(mm / _MM_PER_INCH * dpi) for mm in (sheet.width, sheet.height))
    if width * height * 4 > MAX_IMAGE_BYTES:
        raise UserError(
            _("An image of {width} x {height} dots is too large; lower the {dpi} dpi or write a PDF.").format(
                width=width, height=height, dpi=dpi
            )
        )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    image.setDotsPerMeterX(round(dpi / _MM_PER_INCH * 1000))
    image.setDotsPerMeterY(round(dpi / _MM_PER_INCH * 1000))
    with painting(image) as painter:
        painter.scale(width / sheet.width, height / sheet.height)
        paint_sheet(painter, sheet)
    return image


def write_png(sheet: Sheet, path: Path, dpi: int) -> None:
    """Write a sheet as a PNG of `dpi` dots per inch."""
    image = paint_image(sheet, dpi)
    if not image.save(str(partial(path))):
        error = unwritable(path)
        _drop(partial(path))
        raise error
    publish(path)


def write_svg(sheet: Sheet, path: Path) -> None:
    """Write a sheet as SVG, text as text, in millimetres."""
    ensure_application()
    load_font()
    _draw_svg(sheet, partial(path))
    publish(path)


def _draw_svg(sheet: Sheet, path: Path) -> None:
    """Draw a sheet into a file; only with the generator's end is the file closed."""
    units = 90 / _MM_PER_INCH
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setResolution(90)
    generator.setSize(QSize(round(sheet.width * units), round(sheet.height * units)))
    generator.setViewBox(QRectF(0, 0, sheet.width * units, sheet.height * units))
    generator.setTitle(sheet.title)
    with painting(generator) as painter:
        painter.scale(units, units)
        paint_sheet(painter, sheet)


def unwritable(path: Path) -> UserError:
    """Return the error of a map that cannot be written; a full disk, of which Qt says nothing, as its cause.

    To be called before the part that was written is removed.
    """
    error = UserError(
        _("The map {file} cannot be written; check the folder and the space left.").format(file=path)
    )
    with suppress(OSError):
        if shutil.disk_usage(path.parent).free < _FULL_BYTES:
            error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return error


def _drop(part: Path) -> None:
    """Remove what was not finished, where it still lies there and can be removed."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def partial(path: Path) -> Path:
    """Return the name a file has while it is being written."""
    return path.with_name(f".{path.stem}.part{path.suffix}")


def publish(path: Path) -> None:
    """Give a finished file its name; nothing half-written ever bears it.

    Qt does not say when the disk is full: what a whole file ends with tells.
    """
    part = partial(path)
    if not _is_whole(part):
        error = unwritable(path)
        part.unlink(missing_ok=True)
        raise error
    part.replace(path)


def _is_whole(part: Path) -> bool:
    """Tell whether a written file has its end."""
    if not part.exists() or not part.stat().st_size:
        return False
    ending = _ENDINGS.get(part.suffix.lower(), b"")
    with part.open("rb") as file:
        file.seek(max(0, part.stat().st_size - _TAIL))
        return ending in file.read()
