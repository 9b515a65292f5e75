# SPDX-License-Identifier: LGPL-3.0-or-later
"""Frames of the map: an id buffer with a margin around the window, coloured by lookup.

Until the compiled kernels are loaded (numba is imported after the first paint) those in plain numpy
draw the same frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import ModuleType

import numpy as np
from PySide6.QtGui import QImage

from gridplanner.gui.canvas import plain
from gridplanner.gui.canvas.view import View
from gridplanner.workspace.scene.scene import PolygonArrays

#: Part of the window's width and height that is drawn beyond each edge, for panning by blit.
MARGIN = 0.08
#: Rows of one strip of the refined frame; bounds its memory, and its reaction to a cancel.
STRIP = 96


@dataclass(frozen=True, eq=False)
class Paint:
    """How to colour the polygons of one map.

    Parameters
    ----------
    colours : uint32[n + 1]
        0xFFRRGGBB per polygon, the background last.
    hatched : bool[n + 1]
    keys : int32[levels, n]
        Unit of each polygon per border level, weakest first; -2 = no border there.
    strokes : uint32[levels]
    widths : int64[levels]
        Logical pixels.
    """

    colours: np.ndarray
    hatched: np.ndarray
    keys: np.ndarray
    strokes: np.ndarray
    widths: np.ndarray

    @property
    def translucent(self) -> bool:
        """Whether what lies under the map shines through."""
        return bool(len(self.colours)) and int(self.colours[-1]) >> 24 == 0

    def faded(self, opacity: float) -> Paint:
        """Return the paint for a map over a basemap: fills shine through, the ground around is clear.

        Fine lines between areas are left out; blended over a translucent fill they would be opaque.
        """
        colours = (self.colours & np.uint32(0xFFFFFF)) | np.uint32(round(opacity * 254) << 24)
        colours[-1] &= np.uint32(0xFFFFFF)
        widths = np.where((self.strokes >> 24) < 255, 0, self.widths)
        return replace(self, colours=colours, widths=widths)

    @staticmethod
    def plain(
        n: int, colour: int = 0xFFDDE3E8, background: int = 0xFFFFFFFF, stroke: int = 0xFF888888
    ) -> Paint:
        """Return one colour for all, and a border around each."""
        colours = np.full(n + 1, colour, np.uint32)
        colours[-1] = background
        return Paint(
            colours,
            np.zeros(n + 1, bool),
            np.arange(n, dtype=np.int32)[None, :],
            np.array([stroke], np.uint32),
            np.ones(1, np.int64),
        )


def padded(view: View) -> View:
    """Return the view with the margin around it."""
    wide = round(view.width * MARGIN) * 2
    high = round(view.height * MARGIN) * 2
    return replace(view, width=view.width + wide, height=view.height + high)


def _origin(view: View, ratio: float) -> np.ndarray:
    """Return left, top and device pixels per metre, as the kernels want them."""
    return np.array([view.left, view.top, view.scale * ratio])


@dataclass(eq=False)
class Frame:
    """The drawn picture of one view, device pixels, margin included.

    Parameters
    ----------
    view : View
        The padded view it shows.
    ratio : float
        Device pixels per logical pixel.
    ids : int32[h, w]
        -1 outside.
    pixels : uint32[h, w]
    translucent : bool
        A basemap shines through.
    """

    view: View
    ratio: float
    ids: np.ndarray
    pixels: np.ndarray
    translucent: bool = False
    _image: QImage | None = field(default=None, repr=False)

    def image(self) -> QImage:
        """Return the picture; it shares the memory of `pixels`."""
        if self._image is None:
            height, width = self.pixels.shape
            form = QImage.Format.Format_ARGB32 if self.translucent else QImage.Format.Format_RGB32
            self._image = QImage(self.pixels.data, width, height, 4 * width, form)
            self._image.setDevicePixelRatio(self.ratio)
        return self._image

    def pick(self, x: float, y: float) -> int:
        """Return the polygon under a point on the ground, -1 for none; one array read."""
        px, py = self.view.to_screen(x, y)
        row, column = int(py * self.ratio), int(px * self.ratio)
        if 0 <= row < self.ids.shape[0] and 0 <= column < self.ids.shape[1]:
            return int(self.ids[row, column])
        return -1

    def near(self, x: float, y: float, reach: int) -> list[int]:
        """Return the polygons within some logical pixels of a point on the ground."""
        px, py = self.view.to_screen(x, y)
        row, column, far = int(py * self.ratio), int(px * self.ratio), int(reach * self.ratio)
        window = self.ids[max(row - far, 0) : row + far + 1, max(column - far, 0) : column + far + 1]
        return [int(i) for i in np.unique(window) if i >= 0]

    def covers(self, view: View) -> bool:
        """Tell whether a view of the same scale lies within the drawn margin."""
        if view.scale != self.view.scale:
            return False
        px, py = self.view.to_screen(view.left, view.top)
        slack = 0.5
        return (
            px >= -slack
            and py >= -slack
            and px + view.width <= self.view.width + slack
            and py + view.height <= self.view.height + slack
        )


def draw(kernels: ModuleType | None, shapes: PolygonArrays, paint: Paint, view: View, ratio: float) -> Frame:
    """Return the interactive frame of a view (the margin is added here)."""
    wide = padded(view)
    size = (max(1, round(wide.height * ratio)), max(1, round(wide.width * ratio)))
    kernels = kernels or plain
    ids, pixels = np.empty(size, np.int32), np.empty(size, np.uint32)
    kernels.fill_ids(shapes.xy, shapes.rings, shapes.features, shapes.boxes, _origin(wide, ratio), ids)
    frame = Frame(wide, ratio, ids, pixels)
    colour(kernels, frame, paint)
    return frame


def _device_widths(paint: Paint, factor: float) -> np.ndarray:
    """Return border widths in device pixels.

    Wide borders are stamped opaque, so a translucent one stays one pixel wide.
    """
    widths = np.maximum(np.rint(paint.widths * factor), paint.widths > 0).astype(np.int64)
    return np.where((paint.strokes >> 24) < 255, np.minimum(widths, 1), widths)


def colour(kernels: ModuleType | None, frame: Frame, paint: Paint) -> None:
    """Colour a frame again from its ids; no geometry is touched."""
    kernels = kernels or plain
    translucent = paint.translucent
    if translucent != frame.translucent:
        frame.translucent, frame._image = translucent, None
    widths = _device_widths(paint, frame.ratio)
    kernels.shade(frame.ids, paint.colours, paint.hatched, paint.keys, paint.strokes, widths, frame.pixels)


def refine(
    kernels: ModuleType, shapes: PolygonArrays, paint: Paint, frame: Frame, stopped
) -> np.ndarray | None:
    """Return the antialiased pixels of a frame, drawn at twice the resolution; None when stopped.

    Runs in a thread: the kernels release the interpreter lock, and it never touches the frame.
    """
    height, width = frame.pixels.shape
    out = np.empty((height, width), np.uint32)
    origin = _origin(frame.view, frame.ratio)
    widths = _device_widths(paint, frame.ratio * 2)
    seam = int(max(widths.max(initial=1), 2) // 2 + 1)
    for low in range(0, height, STRIP):
        if stopped():
            return None
        high = min(low + STRIP, height)
        first, last = max(low - seam, 0), min(high + seam, height)
        ids = np.empty((2 * (last - first), 2 * width), np.int32)
        fine = np.empty(ids.shape, np.uint32)
        place = np.array([origin[0], origin[1] - first / origin[2], 2 * origin[2]])
        kernels.fill_ids(shapes.xy, shapes.rings, shapes.features, shapes.boxes, place, ids)
        kernels.shade(ids, paint.colours, paint.hatched, paint.keys, paint.strokes, widths, fine)
        part = np.empty((last - first, width), np.uint32)
        kernels.halve(fine, part)
        out[low:high] = part[low - first : high - first]
    return out
