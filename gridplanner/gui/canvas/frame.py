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
from gridplanner.gui.canvas.parts import NONE, Part, part_of, repainted
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
    paint : Paint, optional
        What `pixels` show; None before they are coloured.
    stale : Part
        Where the ids changed since.
    """

    view: View
    ratio: float
    ids: np.ndarray
    pixels: np.ndarray
    translucent: bool = False
    paint: Paint | None = field(default=None, repr=False)
    stale: Part = NONE
    _image: QImage | None = field(default=None, repr=False)

    def twin(self) -> Frame:
        """Return a frame of the same ids, to be coloured otherwise."""
        return Frame(self.view, self.ratio, self.ids, np.empty_like(self.pixels))

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


def refill(
    kernels: ModuleType | None, frame: Frame, old: PolygonArrays, new: PolygonArrays, rows: np.ndarray
) -> None:
    """Draw the ids of a frame anew where some polygons have other outlines; colours must follow.

    Parameters
    ----------
    kernels : module or None
    frame : Frame
    old, new : PolygonArrays
        The same polygons but for those of `rows`, and for those at the end that are gone or came.
    rows : int64[k]
        Polygons that came, or have another outline.
    """
    boxes = (old.boxes[rows[rows < len(old)]], old.boxes[len(new) :], new.boxes[rows])
    part = part_of(np.concatenate(boxes), frame.view, frame.ratio, frame.ids.shape)
    if not part.pixels:
        return
    ids = np.empty(part.shape, np.int32)
    left, top, scale = _origin(frame.view, frame.ratio)
    place = np.array([left + part.left / scale, top - part.top / scale, scale])
    (kernels or plain).fill_ids(new.xy, new.rings, new.features, new.boxes, place, ids)
    frame.ids[part.cut] = ids
    frame.stale = part.joined(frame.stale)


def colour(
    kernels: ModuleType | None, frame: Frame, paint: Paint, shapes: PolygonArrays | None = None
) -> None:
    """Colour a frame again from its ids; no geometry is touched.

    With the polygons at hand, only the part is coloured in which something looks otherwise.
    """
    kernels = kernels or plain
    translucent = paint.translucent
    if translucent != frame.translucent:
        frame.translucent, frame._image, frame.paint = translucent, None, None
    widths = _device_widths(paint, frame.ratio)
    shape = frame.ids.shape
    part = _to_colour(frame, paint, shapes)
    frame.paint, frame.stale = paint, NONE
    if not part.pixels:
        return
    # A wide border reaches into the pixels around; at the rim of what is shaded, borders are cut off.
    reach = int(widths.max(initial=1)) + 1
    inner = part.grown(reach, shape)
    outer = inner.grown(reach, shape).aligned()
    whole = 2 * outer.pixels > frame.ids.size
    ids, pixels = (
        (frame.ids, frame.pixels)
        if whole
        else (frame.ids[outer.cut].copy(), np.empty(outer.shape, np.uint32))
    )
    kernels.shade(ids, paint.colours, paint.hatched, paint.keys, paint.strokes, widths, pixels)
    if not whole:
        frame.pixels[inner.cut] = pixels[inner.within(outer)]


def _to_colour(frame: Frame, paint: Paint, shapes: PolygonArrays | None) -> Part:
    """Return the part of a frame that looks otherwise in another paint."""
    rows, columns = frame.ids.shape
    changed = repainted(frame.paint, paint) if frame.paint is not None and shapes is not None else None
    if changed is None or shapes is None:
        return Part(0, rows, 0, columns)
    boxes = shapes.boxes[np.flatnonzero(changed)]
    return part_of(boxes, frame.view, frame.ratio, (rows, columns)).joined(frame.stale)


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
