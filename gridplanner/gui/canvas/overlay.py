# SPDX-License-Identifier: LGPL-3.0-or-later
"""What lies over the coloured polygons: reference layers, labels, markers, scale bar."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from gridplanner.gui.canvas.labels import BIG, Label, place
from gridplanner.gui.canvas.view import View
from gridplanner.workspace.scene.scene import LineArrays, PolygonArrays, ReferenceLayer


@dataclass(frozen=True)
class LayerLook:
    """How a reference layer is drawn.

    Parameters
    ----------
    line, fill : str
        Colours `#AARRGGBB`, "" = not drawn.
    width : float
        Pixels.
    width_m : float
        Least width on the ground, metres (roads grow when zoomed in).
    from_scale : float
        Pixels per metre from which it shows.
    marker : str
        `circle`, `square`, `diamond` or `triangle` for points.
    dashed : bool
    """

    line: str = "#FF7A8794"
    fill: str = ""
    width: float = 1.0
    width_m: float = 0.0
    from_scale: float = 0.0
    marker: str = "circle"
    dashed: bool = False


LOOKS: Mapping[str, LayerLook] = {
    "barriers": LayerLook(line="#FF5B9BD0", fill="#FFA9CBE6", width=2.0),
    "roads": LayerLook(line="#A0FFFFFF", width=1.2, width_m=3.5),
    "bridges": LayerLook(line="#FF6B5B45", width=3.0),
    "buildings": LayerLook(line="#90606B76", fill="#40707C88", width=0.7, from_scale=0.35),
    "estates": LayerLook(line="#FF8A6FB0", width=1.2, from_scale=0.12, dashed=True),
    "sites": LayerLook(line="#FF7C3E8F", fill="#50A970BE", width=1.2, from_scale=0.08, marker="diamond"),
    "stations": LayerLook(line="#FF1F6F54", fill="#FF2E9E78", marker="square", from_scale=0.05),
    "streets": LayerLook(line="#FF33414E", width=2.2),
    "level.micro": LayerLook(line="#FF0B7A75", width=1.3, from_scale=0.1, dashed=True),
    "level.area": LayerLook(line="#FF7B1FA2", width=3.0),
}
_NET_LOOK = LayerLook(line="#FFC2478A", width=1.6, dashed=True)


def look_of(key: str) -> LayerLook:
    """Return how a layer is drawn by its key."""
    return _NET_LOOK if key.startswith("nets.") else LOOKS.get(key, LayerLook())


@dataclass(frozen=True)
class Marker:
    """A finding on the map."""

    x: float
    y: float
    colour: str
    text: str = ""
    current: bool = False


@dataclass(frozen=True, eq=False)
class Sketch:
    """A piece of land shown over the map.

    Parameters
    ----------
    rings : sequence of float64[k, 2]
        Its outline, metres.
    outlines : sequence of (float64[k, 2], str)
        Rings of the units concerned, each with its colour.
    fill : str
        Colour of the land.
    hatched : bool
        Disputed or blank land is hatched, settled land is full.
    text : str
    """

    rings: Sequence[np.ndarray]
    outlines: Sequence[tuple[np.ndarray, str]] = ()
    fill: str = "#C2185B"
    hatched: bool = True
    text: str = ""


@dataclass(frozen=True, eq=False)
class Content:
    """Everything an overlay shows."""

    reference: Sequence[ReferenceLayer] = ()
    labels: Sequence[Label] = ()
    dark: bool = False
    outlines: Sequence[tuple[PolygonArrays, str]] = field(default=())


def overlay_recipe(content: Content, ratio: float, font: QFont) -> Callable[[View], Callable[[], QImage]]:
    """Return what a composer needs to have the overlay of a view drawn in its thread."""
    return lambda view: partial(draw_overlay, content, view, ratio, font)


def draw_overlay(content: Content, view: View, ratio: float, font: QFont) -> QImage:
    """Return the overlay of a (padded) view as a transparent picture."""
    image = QImage(
        round(view.width * ratio), round(view.height * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for layer in content.reference:
        look = look_of(layer.key)
        if view.scale >= look.from_scale:
            _draw_layer(painter, layer, look, view)
    for shapes, colour in content.outlines:
        _draw_polygons(painter, shapes, LayerLook(line=colour, width=1.6, dashed=True), view)
    _draw_labels(painter, content, view, font)
    painter.end()
    return image


def _draw_layer(painter: QPainter, layer: ReferenceLayer, look: LayerLook, view: View) -> None:
    """Draw one reference layer."""
    if layer.polygons is not None:
        _draw_polygons(painter, layer.polygons, look, view)
    elif layer.lines is not None:
        _draw_lines(painter, layer.lines, look, view)
    elif layer.points is not None:
        _draw_points(painter, layer.points, look, view)


def layer_swatch(layer: ReferenceLayer, *, dark: bool = False) -> QPixmap:
    """Return a small picture of how a layer is drawn, for its row in the list of layers."""
    look, ratio, side = look_of(layer.key), 2.0, 18
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    # Roads are white on the map, most lines dark: on a list of the same shade they need a ground.
    grounded = dark or look.line.endswith("FFFFFF")
    picture.fill(QColor("#C9D2DA") if grounded else Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(look.line), max(look.width, 1.2))
    if look.dashed:
        pen.setDashPattern([3, 2])
    painter.setPen(pen)
    if layer.shape == "point":
        painter.setPen(QPen(QColor("#FFFFFF"), 1))
        painter.setBrush(QColor(look.fill or look.line))
        _draw_marker(painter, look.marker, side / 2, side / 2, 5.0)
    elif layer.shape == "line":
        painter.drawLine(QLineF(1, side - 4, side - 1, 4))
    else:
        painter.setBrush(QBrush(QColor(look.fill)) if look.fill else QBrush(Qt.BrushStyle.NoBrush))
        painter.drawRect(QRectF(2, 4, side - 4, side - 8))
    painter.end()
    return picture


def _pen(look: LayerLook, view: View) -> QPen:
    """Return the pen of a look at a scale."""
    if not look.line:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(look.line), max(look.width, look.width_m * view.scale))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if look.dashed:
        pen.setDashPattern([4, 3])
    return pen


def _draw_polygons(painter: QPainter, shapes: PolygonArrays, look: LayerLook, view: View) -> None:
    """Draw the polygons in sight, those of at least two pixels."""
    painter.setPen(_pen(look, view))
    painter.setBrush(QBrush(QColor(look.fill)) if look.fill else QBrush(Qt.BrushStyle.NoBrush))
    x0, y0, x1, y1 = view.extent()
    boxes = shapes.boxes
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) * view.scale
    seen = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0) & (size >= 2)
    for i in np.flatnonzero(seen).tolist():
        rings = shapes.feature_rings(i)
        if len(rings) == 1:
            painter.drawPolygon(_polygon(view, rings[0]))
            continue
        path = QPainterPath()
        for ring in rings:
            path.addPolygon(_polygon(view, ring))
            path.closeSubpath()
        painter.drawPath(path)


def _polygon(view: View, xy: np.ndarray) -> QPolygonF:
    """Return a ring in pixels."""
    return QPolygonF([QPointF(x, y) for x, y in view.screen_array(xy).tolist()])


def _draw_lines(painter: QPainter, lines: LineArrays, look: LayerLook, view: View) -> None:
    """Draw the lines in sight."""
    painter.setPen(_pen(look, view))
    screen = view.screen_array(lines.xy)
    starts = lines.starts
    if len(starts) < 2 or not len(screen):
        return
    low = np.minimum.reduceat(screen, starts[:-1])
    high = np.maximum.reduceat(screen, starts[:-1])
    seen = (high[:, 0] > 0) & (low[:, 0] < view.width) & (high[:, 1] > 0) & (low[:, 1] < view.height)
    for i in np.flatnonzero(seen).tolist():
        points = screen[starts[i] : starts[i + 1]].tolist()
        painter.drawPolyline([QPointF(x, y) for x, y in points])


def _draw_points(painter: QPainter, xy: np.ndarray, look: LayerLook, view: View) -> None:
    """Draw the points in sight with their marker."""
    painter.setPen(QPen(QColor("#FFFFFFFF"), 1))
    painter.setBrush(QColor(look.fill or look.line))
    size = min(5.0, max(2.5, 4 * view.scale / 0.2))
    for x, y in view.screen_array(xy).tolist():
        if 0 <= x <= view.width and 0 <= y <= view.height:
            _draw_marker(painter, look.marker, x, y, size)


def _draw_marker(painter: QPainter, marker: str, x: float, y: float, size: float) -> None:
    """Draw one marker."""
    if marker == "square":
        painter.drawRect(QRectF(x - size, y - size, 2 * size, 2 * size))
    elif marker == "diamond":
        painter.drawPolygon(
            [QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size), QPointF(x - size, y)]
        )
    elif marker == "triangle":
        painter.drawPolygon([QPointF(x, y - size), QPointF(x + size, y + size), QPointF(x - size, y + size)])
    else:
        painter.drawEllipse(QPointF(x, y), size, size)


def _draw_labels(painter: QPainter, content: Content, view: View, font: QFont) -> None:
    """Draw the labels that fit, with a halo in the colour of the paper."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(bold)
    height = metrics.height() * 0.96
    halo = "#D01B222A" if content.dark else "#E6FFFFFF"
    ink = "#F2F5F8" if content.dark else "#18222C"
    faint = "#B9C4CF" if content.dark else "#46535F"
    large = QFont(bold)
    large.setPointSizeF(font.pointSizeF() * BIG)
    faces = {name: face.toString() for name, face in (("large", large), ("bold", bold), ("plain", font))}
    ratio = painter.device().devicePixelRatioF()
    for label, lines, rect in place(content.labels, view, metrics.horizontalAdvance, height):
        for i, line in enumerate(lines):
            loud = (i == 0 and not label.quiet) or label.strong
            face = faces["large" if label.big else "bold" if loud else "plain"]
            stamp = _lettering(line, face, halo, faint if label.quiet else ink, ratio)
            left = rect.center().x() - stamp.deviceIndependentSize().width() / 2
            top = rect.top() + i * height - HALO_PX
            painter.drawImage(QPointF(round(left * ratio) / ratio, round(top * ratio) / ratio), stamp)


HALO_PX = 2  #: room for the halo around a line of text


@lru_cache(maxsize=8_192)
def _lettering(line: str, face: str, halo: str, ink: str, ratio: float) -> QImage:
    """Return a line of text with its halo: outlines of Chinese letters are slow to stroke every time."""
    font = QFont()
    font.fromString(face)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(line) + 2 * HALO_PX, metrics.height() + 2 * HALO_PX
    image = QImage(
        math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addText(HALO_PX, HALO_PX + metrics.ascent(), font, line)
    pen = QPen(QColor(halo), 3)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, QColor(ink))
    painter.end()
    return image


def draw_markers(painter: QPainter, markers: Sequence[Marker], view: View, *, current: bool) -> None:
    """Draw findings as dots, under the labels, or the current one as rings over them."""
    for marker in (m for m in markers if m.current == current):
        x, y = view.to_screen(marker.x, marker.y)
        if not (0 <= x <= view.width and 0 <= y <= view.height):
            continue
        size = 9.0 if marker.current else min(4.5, max(2.0, 4.5 * view.scale / 0.3))
        if marker.current:
            # Rings only: the label under the current finding stays readable.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in (("#FFFFFF", 5.0), (marker.colour, 2.5)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(QPointF(x, y), size + 10, size + 10)
            continue
        # Hundreds of equal dots: a stamp is ten times as fast as an antialiased ellipse.
        stamp = _dot(marker.colour, round(size * 4) / 4, painter.device().devicePixelRatioF())
        whole = stamp.deviceIndependentSize()
        painter.drawPixmap(QPointF(x - whole.width() / 2, y - whole.height() / 2), stamp)


@lru_cache(maxsize=64)
def _dot(colour: str, size: float, ratio: float) -> QPixmap:
    """Return a dot of some radius with a white rim."""
    side = 2 * size + 4
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#FFFFFF"), 1.5))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(side / 2, side / 2), size, size)
    painter.end()
    return picture


def draw_sketch(painter: QPainter, sketch: Sketch, view: View) -> None:
    """Draw a piece of land: the units around it by their outlines, itself hatched or full."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ring, colour in sketch.outlines:
        for pen in (QPen(QColor("#FFFFFF"), 5), QPen(QColor(colour), 2.5)):
            painter.setPen(pen)
            painter.drawPolygon(_polygon(view, ring))
    ink = QColor(sketch.fill)
    painter.setPen(QPen(ink, 2))
    pattern = Qt.BrushStyle.BDiagPattern if sketch.hatched else Qt.BrushStyle.SolidPattern
    painter.setBrush(QBrush(ink, pattern))
    for ring in sketch.rings:
        if len(ring) == 1:
            painter.drawEllipse(QPointF(*view.to_screen(*ring[0].tolist())), 7, 7)
        else:
            painter.drawPolygon(_polygon(view, ring))
    if sketch.text and len(sketch.rings):
        x, y = view.to_screen(*np.concatenate(list(sketch.rings)).mean(axis=0).tolist())
        box = painter.fontMetrics().boundingRect(sketch.text).adjusted(-7, -4, 7, 4)
        box.moveCenter(QPointF(x, y - 26).toPoint())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), sketch.text)
