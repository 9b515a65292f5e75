# SPDX-License-Identifier: LGPL-3.0-or-later
"""The map widget: shows a scene in some colours, hands the pointer to the tool in hand."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gridplanner.gui.canvas import frame as frames
from gridplanner.gui.canvas import furniture, overlay
from gridplanner.gui.canvas.basemap import Ground, GroundFrame
from gridplanner.gui.canvas.composer import Composer
from gridplanner.gui.canvas.frame import Frame, Paint
from gridplanner.gui.canvas.overlay import Content, Marker, Sketch, overlay_recipe
from gridplanner.gui.canvas.pins import PinTips, draw_pins
from gridplanner.gui.canvas.refiner import Refiner
from gridplanner.gui.canvas.tool import MapPoint, Tool, ToolWidget
from gridplanner.gui.canvas.view import View, walked
from gridplanner.workspace.scene.scene import PolygonArrays

#: Milliseconds without input after which labels are placed anew and the frame is refined.
IDLE_MS = 90


class MapCanvas(ToolWidget):
    """A map of polygons by id buffer.

    Signals
    -------
    pointed : MapPoint
        The pointer moved over the map.
    viewed : View
        The map looks elsewhere.
    drawn : the map was painted
    """

    pointed = Signal(object)
    viewed = Signal(object)
    drawn = Signal()
    menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 180)
        self.view = View()
        self.kernels: ModuleType | None = None
        self.tool: Tool = Tool(self)
        self.dark = False
        self.mark = ""
        self.markers: Sequence[Marker] = ()
        self.tips = PinTips(self)
        self.sketch: Sketch | None = None
        self._shapes: PolygonArrays | None = None
        self._paint: Paint | None = None
        self._other: Paint | None = None
        self._swipe = 0.5
        self._frame: Frame | None = None
        self._other_frame: Frame | None = None
        self._content = Content()
        self._extent: tuple[float, float, float, float] | None = None
        self._drag: QPointF | None = None
        self.under, self.over = GroundFrame(self), Composer(self)
        for composer in (self.under, self.over):
            composer.changed.connect(self.update)
        self._stale = True
        self._refiner = Refiner(self)
        self._refiner.ready.connect(self._take_refined)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._on_idle)

    # --- what is shown -------------------------------------------------------------------------------

    def set_kernels(self, kernels: ModuleType) -> None:
        """Take the compiled kernels once they are loaded; frames become fast."""
        self.kernels = kernels
        self._redraw()

    def set_shapes(
        self, shapes: PolygonArrays | None, extent: tuple[float, float, float, float] | None
    ) -> None:
        """Show other polygons; the view fits their extent."""
        self._shapes, self._extent = shapes, extent
        self._paint = Paint.plain(len(shapes)) if shapes is not None else None
        self._other = None
        self.over.drop()
        if extent is not None:
            self.view = self.view.fitted(extent)
        self._redraw()
        self.viewed.emit(self.view)

    def change_shapes(self, shapes: PolygonArrays, rows: np.ndarray) -> None:
        """Show corrected outlines of some polygons, where the map looks now; colours must follow."""
        old = self._shapes
        if shapes is old or old is None:
            return
        self._shapes, self._paint = shapes, Paint.plain(len(shapes))
        self._other = self._other_frame = None
        if not self._stale and self._frame is not None:
            frames.refill(self.kernels, self._frame, old, shapes, rows)

    def set_paint(self, paint: Paint, other: Paint | None = None) -> None:
        """Colour the map anew; `other` is what the swipe shows on the right."""
        self._paint, self._other = paint, other
        self._refiner.give_up()
        if self._stale or self._frame is None:
            self._redraw()
            return
        frames.colour(self.kernels, self._frame, paint, self._shapes)
        self._colour_other()
        self._idle.start()
        self.update()

    def set_content(self, content: Content) -> None:
        """Show other reference layers and labels."""
        self._content = content
        self.over.forget()
        self._idle.start()
        self.update()

    def set_ground(self, ground: Ground | None, *, owned: bool = True) -> None:
        """Show another basemap, None for none; the colours must let it shine through."""
        self.under.set(ground, owned=owned)
        if ground is not None:
            ground.changed.connect(self._ground_changed)
        self._ground_changed()

    def _ground_changed(self) -> None:
        """Show what came of the basemap at the next idle moment."""
        self.under.forget()
        self._idle.start()
        self.update()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Show other findings."""
        self.markers = markers
        self.update()

    def set_swipe(self, share: float) -> None:
        """Move the swipe line to a share of the width."""
        self._swipe = min(max(share, 0.0), 1.0)
        self.update()

    @property
    def swiping(self) -> bool:
        """Whether two states are shown on one map."""
        return self._other is not None

    def set_tool(self, tool: Tool) -> None:
        """Put another tool in hand; what the old one began is forgotten."""
        self.tool.cancel()
        self.tool = tool
        self.setCursor(QCursor(tool.cursor))
        self.update()

    # --- where it looks ------------------------------------------------------------------------------

    def look(self, view: View, *, tell: bool = True) -> None:
        """Look elsewhere."""
        view = view.resized(self.width(), self.height())
        if view == self.view:
            return
        self.view = view
        if self._stale or self._frame is None or not self._frame.covers(view):
            self._redraw()
        self._idle.start()
        self.update()
        if tell:
            self.viewed.emit(self.view)

    def zoom_all(self) -> None:
        """Show everything."""
        if self._extent is not None:
            self.look(self.view.fitted(self._extent))

    def zoom_to(self, extent: tuple[float, float, float, float]) -> None:
        """Show an extent with some room around it."""
        self.look(self.view.fitted(extent, 0.15))

    def zoom_by(self, factor: float) -> None:
        """Magnify about the centre."""
        self.look(self.view.zoomed(factor))

    # --- drawing -------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        """Have the interactive frame drawn before the next paint or pick: once, however many changes."""
        self._refiner.give_up()
        self._stale = True
        self._idle.start()
        self.update()

    def _fresh(self) -> None:
        """Draw the interactive frame of the present view, if it is not drawn yet."""
        if not self._stale:
            return
        self._stale = False
        if self._shapes is None or self._paint is None or self.width() < 2:
            self._frame = None
            return
        ratio = self.devicePixelRatioF()
        self._frame = frames.draw(self.kernels, self._shapes, self._paint, self.view, ratio)
        self._colour_other()

    def _colour_other(self) -> None:
        """Colour the right side of the swipe from the same ids."""
        if self._other is None or self._frame is None:
            self._other_frame = None
            return
        if self._other_frame is None or self._other_frame.ids is not self._frame.ids:
            self._other_frame = self._frame.twin()
        frames.colour(self.kernels, self._other_frame, self._other, self._shapes)

    def _on_idle(self) -> None:
        """Place the labels anew, and refine the frame in a thread."""
        self._fresh()
        if self._frame is None:
            return
        wide = frames.padded(self.view)
        self.under.refresh(wide, self.devicePixelRatioF())
        self.over.make(wide, overlay_recipe(self._content, self.devicePixelRatioF(), QFont(self.font())))
        if self.kernels is None or self._shapes is None or self._paint is None or self._other is not None:
            return
        self._refiner.start(self.kernels, self._shapes, self._paint, self._frame)

    def _take_refined(self, job: int, pixels: np.ndarray) -> None:
        """Show refined pixels, unless the map changed meanwhile."""
        if job == self._refiner.job and self._frame is not None and self._frame.pixels.shape == pixels.shape:
            self._frame.pixels[:] = pixels
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._fresh()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#22282F" if self.dark else "#F4F6F8"))
        if self.under.picture() is not None:
            self._blit(painter, *self.under.picture())
        if self._frame is not None:
            if self._other_frame is not None:
                # Over a basemap both sides shine through, so neither may lie under the other.
                painter.setClipRect(0, 0, round(self.width() * self._swipe), self.height())
            self._blit(painter, self._frame.view, self._frame.image())
            painter.setClipping(False)
            if self._other_frame is not None:
                self._paint_other(painter)
            overlay.draw_markers(painter, self.markers, self.view, current=False)
            # Letters of another scale would fill the map; new ones come with the next moment of rest.
            labels = self.over.picture()
            if labels is not None and 0.5 <= self.view.scale / labels[0].scale <= 2.0:
                self._blit(painter, *labels)
            if self._other_frame is not None:
                furniture.draw_swipe(painter, round(self.width() * self._swipe), self.height())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.sketch is not None:
                overlay.draw_sketch(painter, self.sketch, self.view)
            overlay.draw_markers(painter, self.markers, self.view, current=True)
            draw_pins(painter, self.tips.pins, self.view)
            furniture.draw_scale_bar(painter, self.view, self.font(), self.dark)
            furniture.draw_mark(painter, self.mark, self.view, self.dark)
        self.tool.paint(painter, self.view)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.palette().highlight().color(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self.drawn.emit()

    def _blit(self, painter: QPainter, shown: View, image: QImage) -> None:
        """Draw a picture of another view at its place in this one, scaled where the scales differ."""
        x, y = self.view.to_screen(shown.left, shown.top)
        factor = self.view.scale / shown.scale
        if factor == 1.0:
            ratio = self.devicePixelRatioF()
            painter.drawImage(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), image)
        else:
            painter.drawImage(QRectF(x, y, shown.width * factor, shown.height * factor), image)

    def _paint_other(self, painter: QPainter) -> None:
        """Draw the other state right of the swipe line."""
        x = round(self.width() * self._swipe)
        painter.setClipRect(x, 0, self.width() - x, self.height())
        self._blit(painter, self._other_frame.view, self._other_frame.image())
        painter.setClipping(False)

    # --- the pointer ---------------------------------------------------------------------------------

    def at(self, position: QPointF, event: QMouseEvent | None = None) -> MapPoint:
        """Return what lies at a pixel."""
        x, y = self.view.to_ground(position.x(), position.y())
        self._fresh()
        feature = self._frame.pick(x, y) if self._frame is not None else -1
        if event is None:
            return MapPoint(x, y, position.x(), position.y(), feature)
        return MapPoint(x, y, position.x(), position.y(), feature, event.button(), event.modifiers())

    def features_near(self, px: float, py: float, reach: int) -> list[int]:
        """Return the polygons within some pixels of a place."""
        self._fresh()
        if self._frame is None:
            return []
        return self._frame.near(*self.view.to_ground(px, py), reach)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position(), event)
        if event.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(at)
            return
        near_swipe = self.swiping and abs(at.px - self.width() * self._swipe) < 10
        if event.button() == Qt.MouseButton.LeftButton and near_swipe:
            self._drag = None
            self._swipe_drag = True
            return
        if event.button() == Qt.MouseButton.LeftButton and self.tool.pressed(at):
            return
        self._drag = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    _swipe_drag = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position(), event)
        if self._swipe_drag:
            self.set_swipe(at.px / max(1, self.width()))
            return
        if self._drag is not None:
            step = event.position() - self._drag
            self._drag = event.position()
            self.look(self.view.moved(step.x(), step.y()))
            return
        self.tool.moved(at)
        self.pointed.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._swipe_drag = False
        if self._drag is not None:
            self._drag = None
            self.setCursor(QCursor(self.tool.cursor))
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self.tool.released(self.at(event.position(), event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.tool.double_clicked(self.at(event.position(), event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        factor = 1.25 ** (event.angleDelta().y() / 120)
        self.look(self.view.zoomed(factor, event.position().x(), event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.tool.cancel()
            self.update()
            return
        if self.tool.key(event) or self._walked(event.key()):
            return
        super().keyPressEvent(event)

    def _walked(self, key: int) -> bool:
        """Pan with the arrow keys, zoom with plus and minus."""
        view = walked(self.view, key)
        if view is not None:
            self.look(view)
        return view is not None

    def resizeEvent(self, event: QResizeEvent) -> None:
        view = self.view.resized(self.width(), self.height())
        first = self.view.width == 100 and self._extent is not None
        self.view = view.fitted(self._extent) if first else view
        self._redraw()
        self.viewed.emit(self.view)

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    def stop(self) -> None:
        """End background drawing before the window goes away."""
        self._idle.stop()
        self._refiner.stop()
        self.under.close()
        self.over.close()
