# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which part of a drawn frame a step touches, so that only that part is drawn anew.

Most steps of a planner change a few areas of one community; colouring the whole window again for
each of them costs more than everything else the step does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridplanner.gui.canvas.view import View

if TYPE_CHECKING:
    from gridplanner.gui.canvas.frame import Paint

#: Strokes of a hatching repeat after so many pixels; a part begins on a multiple of it.
PERIOD = 8


@dataclass(frozen=True)
class Part:
    """Rows and columns of a picture, half open.

    Parameters
    ----------
    top, bottom, left, right : int
    """

    top: int
    bottom: int
    left: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(self.bottom - self.top, 0), max(self.right - self.left, 0)

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.shape[0] * self.shape[1]

    @property
    def cut(self) -> tuple[slice, slice]:
        """Index of the part in a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, by: int, shape: tuple[int, int]) -> Part:
        """Return the part with some pixels around it, within a picture."""
        top, left = max(self.top - by, 0), max(self.left - by, 0)
        return Part(top, min(self.bottom + by, shape[0]), left, min(self.right + by, shape[1]))

    def aligned(self) -> Part:
        """Return the part begun where a hatching begins."""
        return Part(self.top - self.top % PERIOD, self.bottom, self.left - self.left % PERIOD, self.right)

    def joined(self, other: Part | None) -> Part:
        """Return the smallest part that holds both; one without pixels adds nothing."""
        if other is None or not other.pixels:
            return self
        if not self.pixels:
            return other
        return Part(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def within(self, outer: Part) -> tuple[slice, slice]:
        """Return the index of this part in a picture of the outer one."""
        top, left = self.top - outer.top, self.left - outer.left
        return slice(top, top + self.shape[0]), slice(left, left + self.shape[1])


NONE = Part(0, 0, 0, 0)


def part_of(boxes: np.ndarray, view: View, ratio: float, shape: tuple[int, int]) -> Part:
    """Return the part of a picture that some polygons lie in.

    Parameters
    ----------
    boxes : float64[k, 4]
        x0, y0, x1, y1, metres; NaN for an empty polygon.
    view : View
        What the whole picture shows.
    ratio : float
        Device pixels per logical pixel.
    shape : (int, int)
        Rows and columns of the picture.
    """
    boxes = boxes[~np.isnan(boxes[:, 0])]
    if not len(boxes):
        return NONE
    left, top = view.to_screen(float(boxes[:, 0].min()), float(boxes[:, 3].max()))
    right, bottom = view.to_screen(float(boxes[:, 2].max()), float(boxes[:, 1].min()))
    rows = np.clip([top * ratio - 1, bottom * ratio + 2], 0, shape[0]).astype(int)
    columns = np.clip([left * ratio - 1, right * ratio + 2], 0, shape[1]).astype(int)
    return Part(int(rows[0]), int(rows[1]), int(columns[0]), int(columns[1]))


def repainted(old: Paint, new: Paint) -> np.ndarray | None:
    """Return which polygons look otherwise in another paint, or have other borders.

    Grids get other numbers when one before them goes; that alone changes no border.

    Returns
    -------
    bool[m] or None
        m polygons that both paints know; None where everything looks otherwise.
    """
    same = old.keys.shape[0] == new.keys.shape[0] and np.array_equal(old.strokes, new.strokes)
    if not same or not np.array_equal(old.widths, new.widths) or old.colours[-1] != new.colours[-1]:
        return None
    m = min(old.keys.shape[1], new.keys.shape[1])
    changed = (old.colours[:m] != new.colours[:m]) | (old.hatched[:m] != new.hatched[:m])
    for before, after in zip(old.keys, new.keys, strict=True):
        changed |= _regrouped(before[:m], after[:m])
    return changed


def _regrouped(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return bool[m]: which members left their unit, or joined another, however units are numbered."""
    moved = before != after
    if not moved.any():
        return moved
    held = (before >= 0) & (after >= 0)
    forth = np.full(int(before.max(initial=0)) + 1, -1, after.dtype)
    back = np.full(int(after.max(initial=0)) + 1, -1, before.dtype)
    # Units that keep their number are written last, so that one member that moved does not rename them.
    for members in (held & moved, held & ~moved):
        forth[before[members]] = after[members]
        back[after[members]] = before[members]
    # Of two members that both agree with the renaming, old and new units are equal or unequal alike.
    renamed = held & (forth[np.where(held, before, 0)] == after) & (back[np.where(held, after, 0)] == before)
    return (held & ~renamed) | (moved & ~held)
