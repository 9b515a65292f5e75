# SPDX-License-Identifier: LGPL-3.0-or-later
"""Land, river, hill, bridges and streets: the blocks a city is built on.

Streets come from splitting the land again and again across its longer axis, so
that early cuts are main roads and late ones side streets; everything is then bent
by one smooth map of the plane, which keeps the topology and takes away the ruler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import shapely
from shapely.ops import split

from tools.sample_district.spec import CORE, MIDDLE, CitySpec, Floats, Geometries, Terrain

_STEP_M = 16.0
_GRID_M = 0.001
_OVERSHOOT_M = 1.5
_BLOCK_M2 = (19_000.0, 34_000.0, 200_000.0)
_SMALLEST_BLOCK_M2 = 1_500.0
Warp = Callable[[Floats], Floats]


class _Plane:
    """The unbent plan: outline, river course, centres and the zone of a place."""

    def __init__(self, rng: np.random.Generator, land_m2: float) -> None:
        self.rng = rng
        self.size = float(np.sqrt(land_m2 / 31.0e6))
        self.outline = self._outline(land_m2)
        self.centres = self._centres()
        self.phases = rng.uniform(0, 2 * np.pi, (4, 3))
        probe = np.random.default_rng(0).uniform(-4500, 4500, (4000, 2)) * self.size
        inside = shapely.contains_xy(self.outline, probe[:, 0], probe[:, 1])
        self.levels = np.sort(self._remoteness(probe[inside]))
        angle = rng.uniform(0, 2 * np.pi)
        self.hill = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(1900, 2300) * self.size

    def _outline(self, land_m2: float) -> shapely.Polygon:
        theta = np.linspace(0, 2 * np.pi, 240, endpoint=False)
        r = np.ones_like(theta)
        for k in range(2, 7):
            r += 0.16 / k * np.cos(k * theta + self.rng.uniform(0, 2 * np.pi))
        xy = np.column_stack((1.18 * r * np.cos(theta), 0.88 * r * np.sin(theta)))
        shape = shapely.Polygon(xy)
        factor = np.sqrt(land_m2 * 1.02 / shape.area)
        return shapely.Polygon(xy * factor)

    def _centres(self) -> Floats:
        rng = self.rng
        old_town = (rng.uniform(-1100, -300), rng.uniform(-300, 500))
        new_town = (rng.uniform(1000, 1700), rng.uniform(-900, 700))
        return np.array([old_town, new_town]) * self.size

    def _remoteness(self, xy: Floats) -> Floats:
        d = np.min(np.hypot(*(xy[:, None, :] - self.centres[None]).transpose(2, 0, 1)) * [1.0, 1.15], axis=1)
        for p in self.phases:
            d = d + 260 * np.sin(xy[:, 0] / (330 + 60 * p[1]) + p[0]) * np.sin(
                xy[:, 1] / (360 + 40 * p[2]) + p[2]
            )
        return np.asarray(d)

    def zone(self, xy: Floats) -> Floats:
        """Return the share of land that is less remote, 0 at the heart to 1 at the edge."""
        return np.searchsorted(self.levels, self._remoteness(xy)) / len(self.levels)

    def on_hill(self, xy: Floats) -> np.ndarray:
        """Return which places lie on the hill."""
        return np.asarray(np.hypot(*(xy - self.hill).T) < 560 * self.size)

    def block_area(self, xy: Floats) -> float:
        """Return the size of block that suits a place."""
        zone = float(self.zone(xy[None])[0])
        if self.on_hill(xy[None])[0]:
            return 400_000.0
        return _BLOCK_M2[0] if zone < CORE else _BLOCK_M2[1] if zone < MIDDLE else _BLOCK_M2[2]


def _river(plane: _Plane) -> tuple[shapely.LineString, float]:
    """Return the course of the river and its width; it crosses the land from west to east."""
    rng = plane.rng
    x = np.arange(-6000, 6001, 40.0) * plane.size
    amplitude, length = rng.uniform(260, 420), rng.uniform(3600, 5200)
    phase, slope, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-0.12, 0.12), rng.uniform(-350, 350)
    y = (amplitude * np.sin(2 * np.pi * x / length + phase) + shift) * plane.size + slope * x
    return shapely.LineString(np.column_stack((x, y))), float(rng.uniform(65, 95))


def _cut_line(polygon: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """Return a line across the longer axis of a polygon, a little askew."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))[:4]
    sides = np.roll(box, -1, axis=0) - box
    lengths = np.hypot(*sides.T)
    k = int(np.argmax(lengths[:2]))
    axis = sides[k] / lengths[k]
    share = rng.uniform(0.36, 0.64)
    centre = box[k] + sides[k] * share + sides[(k + 1) % 4] / 2
    turn = rng.normal(0, 0.07)
    across = np.array([-axis[1], axis[0]])
    across = across * np.cos(turn) + axis * np.sin(turn)
    reach = lengths.max() * 1.5
    return shapely.LineString([centre - across * reach, centre + across * reach])


def _road_class(area_m2: float) -> int:
    return 0 if area_m2 > 1.6e6 else 1 if area_m2 > 2.4e5 else 2


def _streets(plane: _Plane, land: shapely.Polygon) -> Iterator[tuple[shapely.LineString, int]]:
    """Yield the streets of one piece of land with their class."""
    pending = [land]
    while pending:
        piece = pending.pop()
        centre = shapely.get_coordinates(piece.centroid)[0]
        if piece.area < plane.block_area(centre) * plane.rng.uniform(0.9, 1.9):
            continue
        line = _cut_line(piece, plane.rng)
        parts = [g for g in split(piece, line).geoms if g.area > 2_500]
        if len(parts) < 2 or sum(g.area for g in parts) < piece.area - 1.0:
            line = _cut_line(piece, plane.rng)
            parts = [g for g in split(piece, line).geoms if g.area > 2_500]
        if len(parts) < 2 or sum(g.area for g in parts) < piece.area - 1.0:
            continue
        for stretch in shapely.get_parts(line.intersection(piece)):
            if stretch.length > 20:
                yield stretch, _road_class(piece.area)
        pending.extend(parts)


def _lengthened(line: shapely.LineString, by: float) -> shapely.LineString:
    """Return a straight line made longer at both ends, so that it surely meets what it ends on."""
    xy = shapely.get_coordinates(line)[[0, -1]]
    unit = (xy[1] - xy[0]) / np.hypot(*(xy[1] - xy[0]))
    return shapely.LineString([xy[0] - unit * by, xy[1] + unit * by])


def _warp(rng: np.random.Generator) -> Warp:
    """Return a smooth one-to-one map of the plane: long bends, and a fine unevenness."""
    waves = [(rng.uniform(1700, 3600), rng.uniform(25, 55)) for _ in range(3)]
    waves += [(rng.uniform(420, 700), rng.uniform(6, 10)), (rng.uniform(110, 170), rng.uniform(1.2, 2.0))]
    terms = [(length, size, *rng.uniform(0, 2 * np.pi, 3)) for length, size in waves]

    def bend(xy: Floats) -> Floats:
        moved = xy.copy()
        for length, size, angle, px, py in terms:
            along = (xy[:, 0] * np.cos(angle) + xy[:, 1] * np.sin(angle)) * 2 * np.pi / length
            across = (xy[:, 1] * np.cos(angle) - xy[:, 0] * np.sin(angle)) * 2 * np.pi / length
            moved[:, 0] += size * np.sin(along + px)
            moved[:, 1] += size * np.sin(across + py)
        return moved

    return bend


def _faces(lines: Geometries) -> Geometries:
    """Return the polygons that a set of lines encloses, on a grid of one millimetre."""
    noded = shapely.unary_union(lines, grid_size=_GRID_M)
    return _without_scraps(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def _without_scraps(faces: Geometries) -> Geometries:
    """Return the faces with the smallest ones added to the neighbour they share most with."""
    faces = faces.copy()
    for i in np.flatnonzero(shapely.area(faces) < _SMALLEST_BLOCK_M2):
        shared = shapely.length(shapely.intersection(faces, faces[i]))
        shared[i] = 0.0
        k = int(np.argmax(shared))
        if shared[k] > 0:
            faces[k] = shapely.union(faces[k], faces[i], grid_size=_GRID_M)
            faces[i] = shapely.Polygon()
    return np.asarray(faces[~shapely.is_empty(faces)])


def draw_terrain(spec: CitySpec) -> Terrain:
    """Return the land of a city, cut into blocks.

    Parameters
    ----------
    spec : CitySpec

    Returns
    -------
    Terrain
        In the project CRS, metres.
    """
    rng = np.random.default_rng([spec.seed, spec.index, 1])
    plane = _Plane(rng, spec.land_m2)
    course, width = _river(plane)
    water = course.buffer(width / 2, cap_style="flat")
    banks = sorted(shapely.get_parts(plane.outline.difference(water)), key=lambda g: -g.area)[:2]
    bridges, feet = _bridges(plane, course, width)
    roads: list[tuple[shapely.LineString, int]] = []
    for bank in banks:
        pieces = [bank]
        for foot in feet:
            roads += [(g, 0) for g in shapely.get_parts(foot.intersection(bank)) if g.length > 20]
            pieces = [g for piece in pieces for g in split(piece, foot).geoms]
        for piece in pieces:
            roads += list(_streets(plane, piece))
    return _bent(spec, plane, _Drawing(banks, roads, bridges, water))


class _Drawing:
    """The plan before it is bent."""

    def __init__(
        self,
        banks: list[shapely.Polygon],
        roads: list[tuple[shapely.LineString, int]],
        bridges: list[shapely.LineString],
        water: shapely.Geometry,
    ) -> None:
        self.banks, self.roads, self.bridges, self.water = banks, roads, bridges, water


def _bridges(
    plane: _Plane, course: shapely.LineString, width: float
) -> tuple[list[shapely.LineString], list[shapely.LineString]]:
    """Return the bridges, and the main roads that lead over them."""
    xy = shapely.get_coordinates(course)
    bridges, roads = [], []
    for place in (-2150, -650, 750, 2250):
        x = (place + plane.rng.uniform(-250, 250)) * plane.size
        y = float(np.interp(x, xy[:, 0], xy[:, 1]))
        reach = width / 2 * 1.25 + 22
        bridges.append(shapely.LineString([(x, y - reach), (x, y + reach)]))
        roads.append(shapely.LineString([(x, -9000), (x, 9000)]))
    return bridges, roads


def _bent(spec: CitySpec, plane: _Plane, drawing: _Drawing) -> Terrain:
    """Bend the drawing, move it to its place and polygonise it."""
    bend = _warp(plane.rng)
    shore = [_open_boundary(bank) for bank in drawing.banks]
    streets = [_lengthened(line, _OVERSHOOT_M) for line, _ in drawing.roads]
    lines = shapely.segmentize(np.array([*shore, *streets], dtype=object), _STEP_M)
    land = sum(shapely.Polygon(bend(shapely.get_coordinates(s))).area for s in lines[: len(shore)])
    factor = np.sqrt(spec.land_m2 / land)
    origin = np.array(spec.origin)

    def place(geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, lambda xy: bend(xy) * factor + origin)

    blocks = _faces(np.array([place(g) for g in lines], dtype=object))
    flat = _unbent_centres(blocks, factor, origin)
    banks = np.array([place(g) for g in drawing.banks], dtype=object)
    middle = shapely.point_on_surface(blocks)
    side = np.argmin([shapely.distance(bank, middle) for bank in banks], axis=0)
    city = shapely.union_all([place(shapely.segmentize(plane.outline, _STEP_M))])
    water = place(shapely.segmentize(drawing.water, _STEP_M))
    river = shapely.intersection(water, city.buffer(60), grid_size=_GRID_M)
    river = shapely.difference(river, shapely.union_all(blocks), grid_size=_GRID_M)
    river = max(shapely.get_parts(river), key=lambda g: g.area)
    road_lines = np.array([place(g) for g in lines[len(shore) :]], dtype=object)
    bridge_lines = np.array([place(g) for g in drawing.bridges], dtype=object)
    return Terrain(
        blocks, side, plane.zone(flat), plane.on_hill(flat), road_lines,
        np.array([c for _, c in drawing.roads]), river, bridge_lines,
    )  # fmt: skip


def _unbent_centres(blocks: Geometries, factor: float, origin: Floats) -> Floats:
    """Return block centres in plan coordinates; the bend itself is too small to matter for zones."""
    return np.asarray((shapely.get_coordinates(shapely.centroid(blocks)) - origin) / factor)


def _open_boundary(polygon: shapely.Polygon) -> shapely.LineString:
    return shapely.LineString(shapely.get_coordinates(polygon.exterior))
