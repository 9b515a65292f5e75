# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where on the ground the map looks: metres to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import Qt

#: Pixels per metre at 96 dpi on a scale of 1:1; a scale box shows 1:n for n = this / scale.
PIXELS_PER_METRE = 96 / 0.0254
SMALLEST_SCALE, LARGEST_SCALE = 1e-6, 200.0


@dataclass(frozen=True)
class View:
    """A window on the ground, y up on the ground and down on the screen.

    Parameters
    ----------
    x, y : float
        Centre, metres.
    scale : float
        Logical pixels per metre.
    width, height : int
        Logical pixels.
    """

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    width: int = 100
    height: int = 100

    @property
    def left(self) -> float:
        """Metres of the left edge."""
        return self.x - self.width / 2 / self.scale

    @property
    def top(self) -> float:
        """Metres of the top edge."""
        return self.y + self.height / 2 / self.scale

    @property
    def denominator(self) -> float:
        """The n of the scale 1:n on a screen of 96 dpi."""
        return PIXELS_PER_METRE / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Return pixels of a point on the ground."""
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def to_ground(self, px: float, py: float) -> tuple[float, float]:
        """Return metres of a point on the screen."""
        return self.left + px / self.scale, self.top - py / self.scale

    def screen_array(self, xy: np.ndarray) -> np.ndarray:
        """Return pixels of many points, float64[k, 2]."""
        return (xy - (self.left, self.top)) * (self.scale, -self.scale)

    def extent(self) -> tuple[float, float, float, float]:
        """Return x0, y0, x1, y1 in metres."""
        return self.left, self.top - self.height / self.scale, self.left + self.width / self.scale, self.top

    def resized(self, width: int, height: int) -> View:
        """Return the view on a window of another size, same centre and scale."""
        return replace(self, width=max(1, width), height=max(1, height))

    def moved(self, dx: float, dy: float) -> View:
        """Return the view after the ground was dragged by pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y + dy / self.scale)

    def zoomed(self, factor: float, px: float | None = None, py: float | None = None) -> View:
        """Return the view magnified about a pixel (the centre by default)."""
        px, py = self.width / 2 if px is None else px, self.height / 2 if py is None else py
        gx, gy = self.to_ground(px, py)
        scale = min(max(self.scale * factor, SMALLEST_SCALE), LARGEST_SCALE)
        return replace(
            self,
            scale=scale,
            x=gx + (self.width / 2 - px) / scale,
            y=gy - (self.height / 2 - py) / scale,
        )

    def fitted(self, extent: tuple[float, float, float, float], margin: float = 0.04) -> View:
        """Return the view that shows an extent with a margin around it."""
        x0, y0, x1, y1 = extent
        width, height = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
        scale = min(self.width / width, self.height / height) * (1 - 2 * margin)
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        return replace(self, x=(x0 + x1) / 2, y=(y0 + y1) / 2, scale=scale)


def walked(view: View, key: int) -> View | None:
    """Return where a key leads: arrows pan, plus and minus zoom; None for other keys."""
    step = 60.0
    ways: dict[int, tuple[float, float]] = {
        Qt.Key.Key_Left: (step, 0.0),
        Qt.Key.Key_Right: (-step, 0.0),
        Qt.Key.Key_Up: (0.0, step),
        Qt.Key.Key_Down: (0.0, -step),
    }
    if key in ways:
        return view.moved(*ways[key])
    factors: dict[int, float] = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}
    return view.zoomed(factors[key]) if key in factors else None
