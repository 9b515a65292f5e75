# SPDX-License-Identifier: LGPL-3.0-or-later
"""Paint a sheet with a QPainter: on paper, on an image, in a preview, all the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from gridplanner.maps.fonts import MIDDLE, map_font, text_width
from gridplanner.maps.marks import Clip, Coordinates, Mark, Shape, Sheet, Starts, Stroke, Text

#: Logical units per millimetre while a mark is drawn: font sizes are whole numbers to Qt, and whole
#: coordinates are short in a file.
_UNITS = 100
#: Width of the rim around a halo text, in em, both sides together.
_HALO = 0.26
_MOVE, _LINE = 0, 1
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])


def paint_sheet(painter: QPainter, sheet: Sheet) -> None:
    """Paint a sheet; the painter's unit must be one millimetre, its origin the paper's corner."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    for mark in sheet.marks:
        _paint(painter, mark)


def _paint(painter: QPainter, mark: Mark) -> None:
    """Paint one mark."""
    if isinstance(mark, Shape):
        _paint_shape(painter, mark)
    elif isinstance(mark, Text):
        _paint_text(painter, mark)
    else:
        _paint_clip(painter, mark)


def _paint_clip(painter: QPainter, clip: Clip) -> None:
    """Paint marks inside a rectangle only."""
    painter.save()
    rect = clip.rect
    painter.setClipRect(QRectF(rect.x, rect.y, rect.width, rect.height), Qt.ClipOperation.IntersectClip)
    painter.translate(clip.dx, clip.dy)
    for mark in clip.marks:
        _paint(painter, mark)
    painter.restore()


def _paint_shape(painter: QPainter, shape: Shape) -> None:
    """Paint lines or areas.

    On an image each part is a path of its own: Qt needs far longer for one large path with smooth
    edges than for its parts. In a file one path is the shortest.
    """
    if not len(shape.coords):
        return
    painter.save()
    painter.scale(1 / _UNITS, 1 / _UNITS)
    painter.setPen(pen_of(shape.stroke) if shape.stroke else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(shape.fill) if shape.fill else Qt.BrushStyle.NoBrush)
    for path in (
        _paths(shape) if isinstance(painter.device(), QImage) else [path_of(shape.coords, shape.starts)]
    ):
        painter.drawPath(path)
    painter.restore()


def _paths(shape: Shape) -> Iterator[QPainterPath]:
    """Give a path for each polygon or line of a shape."""
    first = shape.starts[shape.parts] if shape.parts is not None else shape.starts
    cuts = np.append(first, len(shape.coords))
    rings = np.searchsorted(shape.starts, cuts)
    for part in range(len(first)):
        starts = shape.starts[rings[part] : rings[part + 1]] - cuts[part]
        yield path_of(shape.coords[cuts[part] : cuts[part + 1]], starts)


def path_of(coords: Coordinates, starts: Starts) -> QPainterPath:
    """Return lines or rings (float64[n, 2], mm) as one path in whole hundredths of a millimetre.

    The path is read from a byte stream of Qt's own format: building it point by point takes
    fifty times as long, and a wall map has a million points.
    """
    elements = np.empty(len(coords), _ELEMENT)
    elements["kind"] = _LINE
    elements["kind"][starts] = _MOVE
    rounded = np.round(coords * _UNITS)
    elements["x"], elements["y"] = rounded[:, 0], rounded[:, 1]
    head = np.array([len(elements)], ">i4").tobytes()
    tail = np.array([int(starts[-1]), Qt.FillRule.OddEvenFill.value], ">i4").tobytes()
    # The stream only points at its bytes: without a name they would be gone before they are read.
    data = QByteArray(head + elements.tobytes() + tail)
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    path = QPainterPath()
    stream >> path
    return path


def pen_of(stroke: Stroke) -> QPen:
    """Return the pen of a stroke, in hundredths of a millimetre."""
    pen = QPen(QColor(stroke.color), stroke.width * _UNITS)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.dash else Qt.PenCapStyle.RoundCap)
    if stroke.dash:
        pen.setDashPattern(list(stroke.dash))
    return pen


def _paint_text(painter: QPainter, mark: Text) -> None:
    """Paint one line of text, its halo first."""
    if not mark.text:
        return
    width = text_width(mark.text, mark.size) * _UNITS
    shift = {"left": 0.0, "centre": -width / 2, "right": -width}[mark.align]
    font = map_font(round(mark.size * _UNITS), mark.bold)
    painter.save()
    painter.translate(mark.x, mark.y)
    painter.rotate(mark.angle)
    painter.scale(1 / _UNITS, 1 / _UNITS)
    origin = QPointF(shift, mark.size * _UNITS * MIDDLE)
    if mark.halo:
        _paint_halo(painter, font, origin, mark)
    painter.setFont(font)
    painter.setPen(QColor(mark.color))
    painter.drawText(origin, mark.text)
    painter.restore()


def _paint_halo(painter: QPainter, font: QFont, origin: QPointF, mark: Text) -> None:
    """Paint the rim of a text."""
    path = QPainterPath()
    path.addText(origin, font, mark.text)
    pen = QPen(QColor(mark.halo), mark.size * _UNITS * _HALO)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
