# SPDX-License-Identifier: LGPL-3.0-or-later
"""The quiet background of a map: water, roads, railways, buildings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.frame import Frame
from gridplanner.maps.marks import Mark, Shape, Stroke, from_geometry
from gridplanner.maps.scene import Scene
from gridplanner.model.layers import Layer

ObjectArray = npt.NDArray[np.object_]

_WATER = ("河", "江", "湖", "溪", "渠", "塘", "水", "river", "water", "stream", "canal", "lake")
_RAILWAY = ("铁路", "轨道", "rail")
#: Road classes: words in its kind or name, width on the ground (m), least and greatest width on paper (mm).
_ROADS = (
    (("高速", "快速", "国道", "主干", "motorway", "trunk", "primary", "大道"), 24.0, 0.9, 3.2),
    (("次干", "省道", "县道", "secondary", "tertiary"), 16.0, 0.65, 2.2),
    (("",), 9.0, 0.4, 1.4),
)
#: Smallest scale that shows buildings and minor roads.
_BUILDINGS_TO = 30_000
_POINT_BUILDINGS_TO = 6_000


def _kinds(layer: Layer) -> list[str]:
    """Return kind and name of each row, lower case."""
    return [f"{k} {n}".lower() for k, n in zip(layer.texts("kind"), layer.texts("name"), strict=True)]


def rows_with(layer: Layer, words: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which rows of a layer bear one of the words in kind or name."""
    return np.array([any(word in kind for word in words) for kind in _kinds(layer)], bool)


def water_of(scene: Scene) -> ObjectArray:
    """Return the water among the barriers, areas and lines."""
    layer = scene.outcome.district.originals.get("barriers")
    if layer is None or layer.geometry is None or not len(layer):
        return np.empty(0, dtype=object)
    return layer.geometry[rows_with(layer, _WATER)]


def ground_marks(scene: Scene, frame: Frame, enlarge: float, buildings: bool = True) -> list[Mark]:
    """Return the background inside a window, to be painted above the grids' fills.

    Parameters
    ----------
    enlarge : float
        Factor on line widths.
    buildings : bool
        Whether buildings are shown (they are left out at small scales in any case).
    """
    marks = _water(scene, frame, enlarge)
    if buildings and frame.scale <= _BUILDINGS_TO:
        marks += _buildings(scene, frame, enlarge)
    marks += _roads(scene, frame, enlarge)
    marks += _railways(scene, frame, enlarge)
    return marks


def _water(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Rivers and ponds."""
    water = water_of(scene)
    if not len(water):
        return []
    ground = scene.style.ground
    flat = shapely.get_dimensions(water) == 2
    area = frame.shape(water[flat], Stroke(ground.water_line, 0.12 * enlarge), ground.water)
    line = frame.shape(water[~flat], Stroke(ground.water, 0.8 * enlarge))
    return [line, area]


def _buildings(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Footprints, or small squares where only points are known."""
    ground, shapes = scene.style.ground, scene.outcome.district.buildings.geometry
    if not len(shapes):
        return []
    shapes = shapes[~shapely.is_missing(shapes)]
    flat = shapely.get_dimensions(shapes) == 2
    stroke = Stroke(ground.building_line, 0.08 * enlarge) if frame.scale <= 8_000 else None
    marks: list[Mark] = [frame.shape(shapes[flat], stroke, ground.building)]
    points = shapes[shapely.get_dimensions(shapes) == 0]
    if len(points) and frame.scale <= _POINT_BUILDINGS_TO:
        xy = frame.to_mm(shapely.get_coordinates(points[frame.seen(points)]))
        half = 0.45 * enlarge
        squares = shapely.box(xy[:, 0] - half, xy[:, 1] - half, xy[:, 0] + half, xy[:, 1] + half)
        coords, starts = from_geometry(np.atleast_1d(squares))
        marks.append(Shape(coords, starts, None, ground.building))
    return marks


def _roads(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Roads as white bands with a thin casing, all casings below all bands."""
    layer = scene.outcome.district.originals.get("roads")
    if layer is None or layer.geometry is None or not len(layer):
        return []
    ground = scene.style.ground
    left = np.ones(len(layer), bool)
    casings: list[Mark] = []
    bands: list[Mark] = []
    for words, metres, least, most in _ROADS:
        rows = left & rows_with(layer, words)
        left &= ~rows
        width = float(np.clip(metres * 1000 / frame.scale, least, most)) * enlarge
        if words == ("",) and frame.scale > _BUILDINGS_TO:
            continue
        lines = layer.geometry[rows]
        casings.insert(0, frame.shape(lines, Stroke(ground.road_casing, width + 0.2 * enlarge)))
        bands.insert(0, frame.shape(lines, Stroke(ground.road, width)))
    return casings + bands


def _railways(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Railways as a dark line with light ties."""
    layer = scene.outcome.district.originals.get("barriers")
    if layer is None or layer.geometry is None or not len(layer):
        return []
    lines = layer.geometry[rows_with(layer, _RAILWAY)]
    if not len(lines):
        return []
    ground = scene.style.ground
    dark = frame.shape(lines, Stroke(ground.railway, 0.6 * enlarge))
    light = frame.shape(lines, Stroke(ground.paper, 0.36 * enlarge, (8.0, 8.0)))
    return [dark, light]
