# SPDX-License-Identifier: LGPL-3.0-or-later
"""Paint a sheet with a QPainter: on paper, on an image, in a preview, all the same."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from gridplanner.maps.fonts import MIDDLE, map_font, text_width
from gridplanner.maps.marks import Clip, Mark, Shape, Sheet, Stroke, Text

#: Logical units per millimetre while text is drawn: font sizes are whole numbers to Qt.
_TEXT_UNITS = 100
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
    """Paint lines or areas."""
    if not len(shape.coords):
        return
    path = path_of(shape)
    painter.setPen(pen_of(shape.stroke) if shape.stroke else Qt.PenStyle.NoPen)
    if shape.fill:
        painter.setBrush(QColor(shape.fill))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def path_of(shape: Shape) -> QPainterPath:
    """Return the lines of a shape as one path.

    The path is read from a byte stream of Qt's own format: building it point by point takes
    fifty times as long, and a wall map has a million points.
    """
    elements = np.empty(len(shape.coords), _ELEMENT)
    elements["kind"] = _LINE
    elements["kind"][shape.starts] = _MOVE
    elements["x"], elements["y"] = shape.coords[:, 0], shape.coords[:, 1]
    head = np.array([len(elements)], ">i4").tobytes()
    tail = np.array([int(shape.starts[-1]), Qt.FillRule.OddEvenFill.value], ">i4").tobytes()
    # The stream only points at its bytes: without a name they would be gone before they are read.
    data = QByteArray(head + elements.tobytes() + tail)
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    path = QPainterPath()
    stream >> path
    return path


def pen_of(stroke: Stroke) -> QPen:
    """Return the pen of a stroke."""
    pen = QPen(QColor(stroke.color), stroke.width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.dash else Qt.PenCapStyle.RoundCap)
    if stroke.dash:
        pen.setDashPattern(list(stroke.dash))
    return pen


def _paint_text(painter: QPainter, mark: Text) -> None:
    """Paint one line of text, its halo first."""
    if not mark.text:
        return
    width = text_width(mark.text, mark.size) * _TEXT_UNITS
    shift = {"left": 0.0, "centre": -width / 2, "right": -width}[mark.align]
    font = map_font(mark.size * _TEXT_UNITS, mark.bold)
    painter.save()
    painter.translate(mark.x, mark.y)
    painter.rotate(mark.angle)
    painter.scale(1 / _TEXT_UNITS, 1 / _TEXT_UNITS)
    origin = QPointF(shift, mark.size * _TEXT_UNITS * MIDDLE)
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
    pen = QPen(QColor(mark.halo), mark.size * _TEXT_UNITS * _HALO)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
