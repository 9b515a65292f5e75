# SPDX-License-Identifier: LGPL-3.0-or-later
"""The basemap under the coloured polygons: tiles or one picture, warped into the project's system.

Tiles are read, fetched and decoded in threads; the window only lays finished pictures side by side.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPainter, QPolygonF, QTransform

from gridplanner.gui.canvas.composer import Composer
from gridplanner.gui.canvas.view import View
from gridplanner.texts import _
from gridplanner.workspace.intake.basemaps import HALF_M, Tiles, Warp, tile_corners, tile_of

#: Decoded tiles kept in memory, and the most that one view may need.
KEPT, MOST = 400, 160
TILE_PX = 256
#: A picture is decoded to at most this many pixels along its longer side.
PICTURE_PX = 8_192
_SMOOTH = Qt.TransformationMode.SmoothTransformation
Key = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a picture and where it goes.

    Parameters
    ----------
    image : QImage
    source : QRectF
        The part.
    quad : float64[4, 2]
        Upper left, upper right, lower right, lower left; logical pixels of the view.
    """

    image: QImage
    source: QRectF
    quad: np.ndarray


class Ground(QObject):
    """What lies under the map.

    Signals
    -------
    changed : there is more to show than at the last paint
    """

    changed = Signal()

    def pieces(self, view: View) -> list[Piece]:
        """Return what is there for a view, bottom first; quick, the drawing is done elsewhere."""
        return []

    def compose(self, view: View, ratio: float) -> QImage:
        """Return the picture of a view."""
        return composed(self.pieces(view), view, ratio)

    def close(self) -> None:
        """Let threads and files go."""


class TileGround(Ground):
    """Tiles of a file or of an address.

    Parameters
    ----------
    tiles : Tiles
    warp : Warp
    """

    _came = Signal(object, object)

    def __init__(self, tiles: Tiles, warp: Warp, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tiles, self._warp = tiles, warp
        self._images: OrderedDict[Key, QImage] = OrderedDict()
        self._asked: set[Key] = set()
        self._missing: set[Key] = set()
        self._open = True
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="tiles")
        self._came.connect(self._take)

    def wanted(self, view: View) -> list[Key]:
        """Return the tiles that a view needs, the nearest to its centre first."""
        rim = _rim(view)
        mercator = self._warp.to_mercator(rim)
        metres = np.hypot(*(mercator[0] - mercator[1])) / max(np.hypot(*(rim[0] - rim[1])), 1e-9)
        degrees = self._tiles.basemap.degrees
        low, high = self._tiles.zooms
        # As many pixels of tiles as of the screen: one mercator metre is `metres` times one on the ground.
        whole = 2 * HALF_M / TILE_PX
        zoom = int(np.clip(round(np.log2(whole * view.scale / metres)), low, high))
        while True:
            places = tile_of(mercator, zoom, degrees=degrees)
            (c0, r0), (c1, r1) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
            if (c1 - c0 + 1) * (r1 - r0 + 1) <= MOST or zoom <= low:
                break
            zoom -= 1
        last = 2**zoom - 1
        columns, rows = range(max(c0, 0), min(c1, last) + 1), range(max(r0, 0), min(r1, last) + 1)
        keys = [(zoom, c, r) for r in rows for c in columns][: 4 * MOST]
        mid_c, mid_r = (c0 + c1) / 2, (r0 + r1) / 2
        return sorted(keys, key=lambda k: (k[1] - mid_c) ** 2 + (k[2] - mid_r) ** 2)

    def pieces(self, view: View) -> list[Piece]:
        wanted = self.wanted(view)
        for key in wanted:
            if key not in self._images:
                self._ask(key)
        # Coarser tiles that are there already stand in until the wanted ones come.
        coarse = sorted({parent for k in wanted if k not in self._images for parent in self._parents(k)})
        return [self._piece(view, key) for key in (*coarse, *wanted) if key in self._images]

    def _parents(self, key: Key) -> list[Key]:
        """Return the nearest coarser tile over a tile that is in memory."""
        zoom, column, row = key
        for up in range(1, 6):
            parent = (zoom - up, column >> up, row >> up)
            if parent in self._images:
                return [parent]
        return []

    def _piece(self, view: View, key: Key) -> Piece:
        """Return one tile that is in memory."""
        image = self._images[key]
        self._images.move_to_end(key)
        corners = tile_corners(*key, degrees=self._tiles.basemap.degrees)
        return Piece(image, QRectF(image.rect()), view.screen_array(self._warp.to_ground(corners)))

    def _ask(self, key: Key) -> None:
        """Have a tile read in a thread, once."""
        if key in self._asked or key in self._missing or not self._open:
            return
        self._asked.add(key)
        self._pool.submit(self._load, key)

    def _load(self, key: Key) -> None:
        """Read and decode a tile; runs in a thread."""
        if not self._open:
            return
        content = self._tiles.tile(*key)
        image = QImage.fromData(content) if content else QImage()
        try:
            self._came.emit(key, image)
        except RuntimeError:
            return  # the window was closed meanwhile

    def _take(self, key: Key, image: QImage) -> None:
        """Keep a tile that came."""
        self._asked.discard(key)
        if image.isNull():
            self._missing.add(key)
            return
        self._images[key] = image
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        self.changed.emit()

    @property
    def waiting(self) -> int:
        """Number of tiles under way."""
        return len(self._asked)

    @property
    def silent(self) -> bool:
        """Whether tiles were asked for and none came."""
        return bool(self._missing) and not self._images and not self._asked

    def close(self) -> None:
        self._open = False
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._tiles.close()


class PictureGround(Ground):
    """One picture: a GeoTIFF, or a scan on its control points.

    Parameters
    ----------
    path : str
    lattice : float64[rows + 1, columns + 1, 2]
        Where the corners of its pieces lie, metres.

    Signals
    -------
    broken : the picture cannot be decoded, as one that was cut off on its way
    """

    broken = Signal()
    _came = Signal(object)

    def __init__(self, path: str, lattice: np.ndarray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._levels: list[QImage] = []
        self.lattice = lattice
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")
        self._came.connect(self._take)
        self._pool.submit(self._load, path)

    def _load(self, path: str) -> None:
        """Decode the picture and its smaller copies; runs in a thread."""
        levels = picture_levels(path)
        try:
            self._came.emit(levels)
        except RuntimeError:
            return  # the window was closed meanwhile

    def _take(self, levels: list[QImage]) -> None:
        """Keep the picture."""
        self._levels = levels
        (self.changed if levels else self.broken).emit()

    @property
    def ready(self) -> bool:
        """Whether the picture is decoded."""
        return bool(self._levels)

    @property
    def levels(self) -> Sequence[QImage]:
        """The decoded picture and its smaller copies, largest first; empty while there is none."""
        return tuple(self._levels)

    def move(self, lattice: np.ndarray) -> None:
        """Lay the picture elsewhere."""
        self.lattice = lattice
        self.changed.emit()

    def pieces(self, view: View) -> list[Piece]:
        if not self._levels:
            return []
        screen = view.screen_array(self.lattice.reshape(-1, 2)).reshape(self.lattice.shape)
        across = float(np.hypot(*(screen[0, -1] - screen[0, 0])))
        level = level_for(self._levels, across)
        rows, columns = self.lattice.shape[0] - 1, self.lattice.shape[1] - 1
        wide, high = level.width() / columns, level.height() / rows
        made = []
        for r in range(rows):
            for c in range(columns):
                quad = np.array([screen[r, c], screen[r, c + 1], screen[r + 1, c + 1], screen[r + 1, c]])
                low, far = quad.min(axis=0), quad.max(axis=0)
                if far[0] >= 0 and far[1] >= 0 and low[0] <= view.width and low[1] <= view.height:
                    made.append(Piece(level, QRectF(c * wide, r * high, wide, high), quad))
        return made

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def undecoded(path: str) -> str:
    """Return what to tell of a picture that cannot be decoded."""
    return _("'{name}' is damaged or incomplete and cannot be shown. Copy or export it again.").format(
        name=Path(path).name
    )


def picture_levels(path: str) -> list[QImage]:
    """Return a picture and its halves down to some hundred pixels; empty where it cannot be decoded."""
    QImageReader.setAllocationLimit(2_048)
    reader = QImageReader(path)
    size = reader.size()
    most = max(size.width(), size.height())
    if most > PICTURE_PX:
        reader.setScaledSize(size * (PICTURE_PX / most))
    image = reader.read()
    if image.isNull():
        return []
    levels = [image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)]
    while max(levels[-1].width(), levels[-1].height()) > 512:
        half = levels[-1]
        levels.append(half.scaled(half.width() // 2, half.height() // 2, mode=_SMOOTH))
    return levels


def level_for(levels: Sequence[QImage], across: float) -> QImage:
    """Return the smallest copy that is at least so many pixels wide, else the largest there is."""
    return next((level for level in levels[::-1] if level.width() >= across), levels[0])


def composed(pieces: Sequence[Piece], view: View, ratio: float) -> QImage:
    """Return the picture of a view; may run in a thread."""
    image = QImage(
        round(view.width * ratio), round(view.height * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for piece in pieces:
        _draw(painter, piece)
    painter.end()
    return image


def _draw(painter: QPainter, piece: Piece) -> None:
    """Draw a part of a picture into its quadrangle."""
    quad, source = piece.quad, piece.source
    # A hair larger than it is, so that no ground shows between two tiles.
    middle = quad.mean(axis=0)
    reach = np.maximum(np.hypot(*(quad - middle).T), 1e-9)[:, None]
    grown = middle + (quad - middle) * (1 + 0.35 / reach)
    there = QPolygonF([QPointF(x, y) for x, y in grown.tolist()])
    here = QPolygonF([source.topLeft(), source.topRight(), source.bottomRight(), source.bottomLeft()])
    transform = QTransform()
    if not QTransform.quadToQuad(here, there, transform):
        return
    painter.save()
    painter.setTransform(transform, combine=True)
    painter.drawImage(source, piece.image, source)
    painter.restore()


def _rim(view: View) -> np.ndarray:
    """Return points along the rim of a view, metres; the first two are its upper corners."""
    x0, y0, x1, y1 = view.extent()
    mid_x, mid_y = (x0 + x1) / 2, (y0 + y1) / 2
    return np.array(
        [[x0, y1], [x1, y1], [x1, y0], [x0, y0], [mid_x, y1], [mid_x, y0], [x0, mid_y], [x1, mid_y]]
    )


class GroundFrame(Composer):
    """The composed basemap of the last view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ground: Ground | None = None
        self._owned = True

    def set(self, ground: Ground | None, *, owned: bool = True) -> None:
        """Show another basemap, None for none; one that is not owned is closed by another map."""
        if self.ground is not None and self.ground is not ground and self._owned:
            self.ground.close()
        self.ground, self._owned = ground, owned
        self.drop()

    def refresh(self, view: View, ratio: float) -> None:
        """Have the picture of a (padded) view made, where there is a basemap."""
        ground = self.ground
        if ground is not None:
            self.make(view, lambda at: partial(composed, ground.pieces(at), at, ratio))

    def close(self) -> None:
        """End thread and basemap before the window goes away."""
        self.set(None)
        super().close()
