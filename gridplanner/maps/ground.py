# SPDX-License-Identifier: LGPL-3.0-or-later
"""The quiet background of a map: water, roads, railways, estates, sites, buildings."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.frame import Frame
from gridplanner.maps.furniture import symbols
from gridplanner.maps.marks import Mark, Shape, Stroke, from_geometry
from gridplanner.maps.scene import Scene
from gridplanner.model.layers import Layer

ObjectArray = npt.NDArray[np.object_]

_WATER = ("河", "江", "湖", "溪", "渠", "塘", "水", "river", "water", "stream", "canal", "lake")
_RAILWAY = ("铁路", "轨道", "rail")
#: Road classes: words in its kind or name, width on the ground (m), least and greatest width on paper (mm).
_ROADS = (
    (("高速", "快速", "国道", "主干", "motorway", "trunk", "primary"), 24.0, 0.9, 3.2),
    (("次干", "省道", "县道", "secondary", "tertiary"), 16.0, 0.65, 2.2),
    (("",), 9.0, 0.35, 1.4),
)
#: Smallest scales (denominators) that show a thing.
BUILDINGS_TO = 30_000
POINT_BUILDINGS_TO = 12_000
ESTATES_TO = 10_000
SITES_TO = 12_000
_MINOR_ROADS_TO = 30_000


def layer_of(scene: Scene, role: str) -> Layer | None:
    """Return an original layer that has geometry and rows, else None."""
    layer = scene.outcome.district.originals.get(role)
    return layer if layer is not None and layer.geometry is not None and len(layer) else None


def shapes_of(scene: Scene, role: str) -> ObjectArray:
    """Return the geometry of an original layer; empty where there is none."""
    layer = layer_of(scene, role)
    if layer is None or layer.geometry is None:
        return np.empty(0, dtype=object)
    return layer.geometry


def rows_with(layer: Layer, words: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which rows of a layer bear one of the words in kind or name."""
    texts = [f"{k} {n}".lower() for k, n in zip(layer.texts("kind"), layer.texts("name"), strict=True)]
    return np.array([any(word in text for word in words) for text in texts], bool)


@lru_cache(maxsize=2)
def road_class(layer: Layer) -> npt.NDArray[np.int64]:
    """Return the class of each road: 0 main, 1 secondary, 2 minor."""
    result = np.full(len(layer), len(_ROADS) - 1, np.int64)
    kinds = [str(kind).lower() for kind in layer.texts("kind")]
    for number, (words, *_widths) in reversed(list(enumerate(_ROADS[:-1]))):
        result[np.array([any(word in kind for word in words) for kind in kinds], bool)] = number
    return result


def water_of(scene: Scene) -> ObjectArray:
    """Return the water among the barriers, areas and lines."""
    layer = layer_of(scene, "barriers")
    return shapes_of(scene, "barriers")[rows_with(layer, _WATER)] if layer else np.empty(0, dtype=object)


def water_names(scene: Scene) -> list[str]:
    """Return the name of each row of `water_of`; two rows may be the same shape under different names."""
    layer = layer_of(scene, "barriers")
    return [str(n) for n in layer.texts("name")[rows_with(layer, _WATER)]] if layer else []


def ground_marks(scene: Scene, frame: Frame, enlarge: float, buildings: bool = True) -> list[Mark]:
    """Return the background inside a window, to be painted above the grids' fills.

    Parameters
    ----------
    enlarge : float
        Factor on line widths.
    buildings : bool
        Whether estates, sites and buildings are shown (small scales leave them out in any case).
    """
    marks = _water(scene, frame, enlarge)
    if buildings:
        marks += _estates(scene, frame, enlarge)
        marks += _sites(scene, frame, enlarge)
        marks += _buildings(scene, frame, enlarge)
    marks += _roads(scene, frame, enlarge)
    marks += _railways(scene, frame, enlarge)
    return marks


def _water(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw rivers and ponds."""
    water = water_of(scene)
    if not len(water):
        return []
    ground = scene.style.ground
    flat = shapely.get_dimensions(water) == 2
    area = frame.shape(water[flat], Stroke(ground.water_line, 0.12 * enlarge), ground.water)
    line = frame.shape(water[~flat], Stroke(ground.water, 0.8 * enlarge))
    return [line, area]


def _estates(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw the limits of estates as fine dashes."""
    if frame.scale > ESTATES_TO:
        return []
    return [
        frame.shape(
            shapes_of(scene, "estates"), Stroke(scene.style.ground.estate, 0.13 * enlarge, (5.0, 4.0))
        )
    ]


def shows_buildings(scene: Scene, frame: Frame) -> bool:
    """Tell whether any building is drawn in a window: footprints at smaller scales than bare points."""
    shapes = scene.outcome.district.buildings.geometry
    flat = shapely.get_dimensions(shapes) == 2
    areas, points = frame.scale <= BUILDINGS_TO, frame.scale <= POINT_BUILDINGS_TO
    return (areas and frame.shows(shapes[flat])) or (points and frame.shows(shapes[~flat]))


def _sites(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw schools, hospitals and markets: tinted areas, or small squares for points."""
    if frame.scale > SITES_TO:
        return []
    ground, shapes = scene.style.ground, shapes_of(scene, "sites")
    flat = shapely.get_dimensions(shapes) == 2
    edge = Stroke(ground.site, 0.2 * enlarge)
    return [
        frame.shape(shapes[flat], edge, ground.site_fill),
        squares(frame, shapes[shapely.get_dimensions(shapes) == 0], 0.9 * enlarge, ground.site, edge),
    ]


def station_marks(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Return the service stations as small red diamonds."""
    points = shapes_of(scene, "stations")
    points = points[frame.seen(points)] if len(points) else points
    if not len(points):
        return []
    xy = frame.to_mm(shapely.get_coordinates(shapely.centroid(points)))
    look = Stroke(scene.style.ground.paper, 0.3 * enlarge)
    return [symbols(xy, "diamond", 2.0 * enlarge, scene.style.ground.station, look)]


def meeting_points(scene: Scene) -> ObjectArray:
    """Return the meeting places of the branches that go on, as points; unknown places are left out."""
    living = [b for b in scene.outcome.after.plan.branches if b.status not in ("merge", "dissolve")]
    known = [(b.x, b.y) for b in living if isfinite(b.x) and isfinite(b.y)]
    return np.asarray(shapely.points(known), dtype=object) if known else np.empty(0, dtype=object)


def meeting_marks(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Return the meeting places of branches as small discs."""
    points = meeting_points(scene)
    points = points[frame.seen(points)] if len(points) else points
    if not len(points):
        return []
    look = Stroke(scene.style.ground.paper, 0.25 * enlarge)
    xy = frame.to_mm(shapely.get_coordinates(points))
    return [symbols(xy, "disc", 1.7 * enlarge, scene.style.ground.meeting, look)]


def squares(frame: Frame, points: ObjectArray, side: float, fill: str, stroke: Stroke | None = None) -> Shape:
    """Return small squares, `side` mm wide, at points that are seen."""
    xy = frame.to_mm(shapely.get_coordinates(points[frame.seen(points)]))
    half = side / 2
    boxes = shapely.box(xy[:, 0] - half, xy[:, 1] - half, xy[:, 0] + half, xy[:, 1] + half)
    return from_geometry(np.atleast_1d(boxes), stroke, fill)


def _buildings(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw footprints, or small squares where only points are known."""
    ground, shapes = scene.style.ground, scene.outcome.district.buildings.geometry
    if frame.scale > BUILDINGS_TO or not len(shapes):
        return []
    flat = shapely.get_dimensions(shapes) == 2
    stroke = Stroke(ground.building_line, 0.08 * enlarge) if frame.scale <= 8_000 else None
    marks: list[Mark] = [frame.shape(shapes[flat], stroke, ground.building)]
    points = shapes[shapely.get_dimensions(shapes) == 0]
    if len(points) and frame.scale <= POINT_BUILDINGS_TO:
        side = float(np.clip(12_000 / frame.scale, 0.5, 3.0))
        marks.append(squares(frame, points, side, ground.building, stroke))
    return marks


def _roads(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw roads as white bands with a thin casing, all casings below all bands."""
    layer = layer_of(scene, "roads")
    if layer is None:
        return []
    ground, lines, classes = scene.style.ground, shapes_of(scene, "roads"), road_class(layer)
    casings: list[Mark] = []
    bands: list[Mark] = []
    for number, (_words, metres, least, most) in reversed(list(enumerate(_ROADS))):
        if number == len(_ROADS) - 1 and frame.scale > _MINOR_ROADS_TO:
            continue
        width = float(np.clip(metres * 1000 / frame.scale, least, most)) * enlarge
        coords = frame.shape(lines[classes == number])
        casings.append(Shape(coords.coords, coords.starts, Stroke(ground.road_casing, width + 0.2 * enlarge)))
        bands.append(Shape(coords.coords, coords.starts, Stroke(ground.road, width)))
    return casings + bands


def _railways(scene: Scene, frame: Frame, enlarge: float) -> list[Mark]:
    """Draw railways as a dark line with light ties."""
    layer = layer_of(scene, "barriers")
    if layer is None:
        return []
    lines = shapes_of(scene, "barriers")[rows_with(layer, _RAILWAY)]
    if not len(lines):
        return []
    ground = scene.style.ground
    dark = frame.shape(lines, Stroke(ground.railway, 0.6 * enlarge))
    light = frame.shape(lines, Stroke(ground.paper, 0.36 * enlarge, (8.0, 8.0)))
    return [dark, light]
