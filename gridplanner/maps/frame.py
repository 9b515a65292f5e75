# SPDX-License-Identifier: LGPL-3.0-or-later
"""The window of a sheet through which the ground is seen: scale, place, millimetres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.marks import Rect, Shape, Stroke, from_geometry

#: Denominators of scale that a ruler reads.
ROUND_SCALES = (
    *(
        500,
        1000,
        1500,
        2000,
        2500,
        3000,
        4000,
        5000,
        6000,
        8000,
        10_000,
        12_000,
        15_000,
        20_000,
        25_000,
        30_000,
    ),
    *(40_000, 50_000, 60_000, 80_000, 100_000, 120_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000),
    *(750_000, 1_000_000, 1_500_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000),
)

#: Bends smaller than this are not printed, mm; the thinnest line is four times as wide.
_FINEST = 0.03

Bounds = tuple[float, float, float, float]
ObjectArray = npt.NDArray[np.object_]


def round_scale(bounds: Bounds, width: float, height: float) -> int:
    """Return the largest round scale at which `bounds` (m) fits into width x height (mm)."""
    needed = max((bounds[2] - bounds[0]) / width, (bounds[3] - bounds[1]) / height) * 1000
    return next((scale for scale in ROUND_SCALES if scale >= needed), ROUND_SCALES[-1])


@dataclass(frozen=True)
class Frame:
    """A map window.

    Parameters
    ----------
    rect : Rect
        Where it lies on the sheet, mm.
    scale : int
        Denominator: one millimetre shows `scale` millimetres.
    x, y : float
        Ground coordinates of its middle, project CRS, metres.
    angle : float
        Where north lies, degrees clockwise from the top of the sheet.
    """

    rect: Rect
    scale: int
    x: float
    y: float
    angle: float = 0.0

    @classmethod
    def around(cls, bounds: Bounds, rect: Rect, padding: float = 4.0, scale: int = 0) -> Frame:
        """Return a window that shows `bounds` in the middle of `rect`, at a round scale."""
        fit = scale or round_scale(bounds, rect.width - 2 * padding, rect.height - 2 * padding)
        return cls(rect, fit, (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)

    @property
    def bounds(self) -> Bounds:
        """Ground that is seen, metres; of a turned window its extent from west to east, south to north."""
        wide, high = self.rect.width * self.scale / 2000, self.rect.height * self.scale / 2000
        turn = np.radians(self.angle)
        sine, cosine = abs(float(np.sin(turn))), abs(float(np.cos(turn)))
        half_x, half_y = wide * cosine + high * sine, wide * sine + high * cosine
        return self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y

    @property
    def outline(self) -> shapely.Polygon:
        """Ground that is seen as a rectangle, turned where the window is, metres."""
        wide, high = self.rect.width * self.scale / 2000, self.rect.height * self.scale / 2000
        corners = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)])
        return shapely.Polygon(corners @ self._turn.T + (self.x, self.y))

    @property
    def _turn(self) -> npt.NDArray[np.float64]:
        """The matrix that turns offsets on the ground (row vectors, north up) onto the sheet's axes."""
        turn = np.radians(self.angle)
        return np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])

    def to_mm(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return ground coordinates (float64[n, 2], metres) as places on the sheet (mm)."""
        factor = 1000 / self.scale
        left = self.rect.x + self.rect.width / 2
        top = self.rect.y + self.rect.height / 2
        across, up = xy[:, 0] - self.x, xy[:, 1] - self.y
        if self.angle:
            across, up = (np.column_stack([across, up]) @ self._turn).T
        return np.column_stack([left + across * factor, top - up * factor])

    def seen(self, geometries: ObjectArray) -> npt.NDArray[np.bool_]:
        """Return which geometries may lie in the window, bool[n]; None and empty ones do not."""
        west, south, east, north = self.bounds
        box = shapely.bounds(geometries)
        with np.errstate(invalid="ignore"):
            inside = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
        return np.asarray(inside, bool)

    def holds(self, geometry: shapely.Geometry) -> bool:
        """Tell whether a geometry lies wholly in the window."""
        return bool(self.outline.covers(geometry))

    def shows(self, geometries: ObjectArray) -> bool:
        """Tell whether any geometry lies at least partly in the window."""
        near = geometries[self.seen(geometries)]
        return bool(len(near) and shapely.intersects(self.outline, near).any())

    def cut(self, geometries: ObjectArray) -> ObjectArray:
        """Return the geometries that are seen, those that reach far out cut a tenth beyond the window."""
        near = geometries[self.seen(geometries)]
        west, south, east, north = self.bounds
        rim_x, rim_y = (east - west) / 10, (north - south) / 10
        rim = (west - rim_x, south - rim_y, east + rim_x, north + rim_y)
        box = shapely.bounds(near)
        out = (box[:, 0] < rim[0]) | (box[:, 1] < rim[1]) | (box[:, 2] > rim[2]) | (box[:, 3] > rim[3])
        if out.any():
            near = near.copy()
            near[out] = shapely.clip_by_rect(near[out], *rim)
        return near

    def on_sheet(self, geometries: ObjectArray) -> ObjectArray:
        """Return geometries with coordinates in millimetres on the sheet, as many as there were."""
        moved: Any = shapely.transform(geometries, self.to_mm)
        return np.asarray(moved, dtype=object)

    def shape(self, geometries: ObjectArray, stroke: Stroke | None = None, fill: str = "") -> Shape:
        """Return the geometries that are seen as one mark, cut outside the window, without tiny bends."""
        finer = shapely.simplify(self.cut(geometries), self.scale * _FINEST / 1000, preserve_topology=False)
        found = from_geometry(finer, stroke, fill)
        return replace(found, coords=self.to_mm(found.coords))
