# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faults planted into the grid layer, at the rate real layers have them, with the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from tools.sample_district.city import City
from tools.sample_district.spec import MAX_PEOPLE, MIN_PEOPLE, Floats, Geometries

_OVERLAP_SHARES = (0.006, 0.04, 0.13)
_TINY_OVERLAPS = 6
_HOLES = 6
_SLIVERS = 90
_LARGEST_OVERLAP_M2 = 9_000.0
_LARGEST_HOLE_M2 = 6_000.0
_SLIVER_M = 0.002


@dataclass(eq=False)
class Planted:
    """The grid polygons with faults, and what was done to them (indices of grids, not codes)."""

    polygons: Geometries
    overlaps: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    slivers: int = 0
    touched: set[int] = field(default_factory=set)


class Planter:
    """Plants faults one after the other, never two in the same grid (slivers apart)."""

    def __init__(self, city: City, polygons: Geometries) -> None:
        self.city = city
        self.rng = np.random.default_rng([city.spec.seed, city.spec.index, 5])
        self.clean = polygons.copy()
        self.planted = Planted(polygons.copy())
        self.points = shapely.points(city.cells.x, city.cells.y)
        self.pairs = self._pairs()
        self.people = np.bincount(city.grid, city.cells.people)
        odd = [*city.scattered, *range(city.n_general, len(polygons))]
        self.planted.touched.update(odd)

    def _pairs(self) -> list[tuple[int, int]]:
        """Return pairs of general grids of one community that share a border, shuffled."""
        cells, grid = self.city.cells, self.city.grid
        a, b = grid[cells.left], grid[cells.right]
        owner = self.city.community_of_grid
        good = (
            (a != b)
            & (owner[a] == owner[b])
            & (cells.shared_m > 40)
            & (np.maximum(a, b) < self.city.n_general)
        )
        pairs = np.unique(np.sort(np.column_stack((a, b))[good], axis=1), axis=0)
        return [(int(i), int(j)) for i, j in self.rng.permutation(pairs)]

    def _free(self, *grids: int) -> bool:
        return self.planted.touched.isdisjoint(grids)

    def overlap(self, share: float, with_people: bool) -> None:
        """Let one grid take a strip of its neighbour that is `share` of the smaller of the two."""
        for a, b in self.pairs:
            if not self._free(a, b):
                continue
            wide, narrow = (a, b) if self.clean[a].area >= self.clean[b].area else (b, a)
            strip = self._strip(wide, narrow, share)
            if strip is None or strip.area > _LARGEST_OVERLAP_M2:
                continue
            people = self._people_in(strip, narrow)
            if (people > 0) != with_people or self._edge_near_point(strip, narrow):
                continue
            if self._changes_class(wide, people) or self._changes_class(narrow, -people):
                continue
            grown = shapely.union(self.clean[wide], strip)
            if shapely.get_type_id(grown) != 3:
                continue
            self.planted.polygons[wide] = grown
            area = shapely.intersection(grown, self.clean[narrow]).area
            self.planted.overlaps.append(
                {"a": wide, "b": narrow, "area_m2": round(area, 2), "people": people}
            )
            self.planted.touched |= {wide, narrow}
            return

    def _strip(self, wide: int, narrow: int, share: float) -> shapely.Polygon | None:
        """Return the part of one grid near the other that holds the wanted share of its area."""
        target = share * self.clean[narrow].area
        low, high = 0.0, 150.0
        for _ in range(30):
            middle = (low + high) / 2
            reach = self.clean[wide].buffer(middle, join_style="mitre", mitre_limit=1.5)
            if shapely.intersection(self.clean[narrow], reach).area < target:
                low = middle
            else:
                high = middle
        reach = shapely.simplify(self.clean[wide].buffer(high, join_style="mitre", mitre_limit=1.5), 0.2)
        strip = shapely.intersection(self.clean[narrow], reach)
        rest = shapely.difference(self.clean[narrow], reach)
        single = shapely.get_type_id(strip) == 3 and shapely.get_type_id(rest) == 3
        return strip if single and high < 140 else None

    def _changes_class(self, grid: int, people: int) -> bool:
        """Return whether a grid would become too small or too big, or cease to be, by so many people."""
        limits = (MIN_PEOPLE, MAX_PEOPLE + 1)
        return bool(np.ptp(np.searchsorted(limits, self.people[grid] + [0, people], side="right")))

    def _people_in(self, area: shapely.Geometry, grid: int) -> int:
        inside = (self.city.grid == grid) & shapely.contains_xy(area, self.city.cells.x, self.city.cells.y)
        return int(self.city.cells.people[inside].sum())

    def _edge_near_point(self, area: shapely.Polygon, grid: int) -> bool:
        """Return whether the new border passes a building by less than three metres."""
        mine = self.points[self.city.grid == grid]
        return bool(shapely.distance(area.exterior, mine).min() < 3.0)

    def _long_edges(self, a: int, b: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return straight stretches of at least ten metres of the border between two grids."""
        border = shapely.get_parts(shapely.intersection(self.clean[a], self.clean[b]))
        edges = []
        for line in border:
            xy = shapely.get_coordinates(line)
            for p, q in pairwise(xy):
                if np.hypot(*(q - p)) > 10:
                    edges.append((p, q))
        return edges

    def tiny_overlap(self) -> None:
        """Let one grid bulge by less than a square metre into its neighbour."""
        for a, b in self.pairs:
            edges = self._long_edges(a, b) if self._free(a, b) else []
            if not edges:
                continue
            p, q = edges[0]
            unit = (q - p) / np.hypot(*(q - p))
            middle, across = (p + q) / 2, np.array([-unit[1], unit[0]])
            height = self.rng.uniform(0.3, 0.9)
            tip = middle + across * height
            if not shapely.contains_xy(self.clean[b], *tip):
                tip = middle - across * height
            grown = _with_vertices(self.planted.polygons[a], p, q, [middle - unit, tip, middle + unit])
            if grown is None:
                continue
            self.planted.polygons[a] = grown
            area = shapely.intersection(grown, self.clean[b]).area
            self.planted.overlaps.append({"a": a, "b": b, "area_m2": round(area, 4), "people": 0})
            self.planted.touched |= {a, b}
            return

    def hole(self, with_people: bool) -> None:
        """Take one building's cell out of every grid: blank land."""
        cells, city = self.city.cells, self.city
        for c in self.rng.permutation(np.flatnonzero(cells.building >= 0)):
            g = int(city.grid[c])
            if not self._free(g) or (cells.people[c] > 0) != with_people or cells.people[c] > 120:
                continue
            if cells.polygons[c].area > _LARGEST_HOLE_M2:
                continue
            members = np.flatnonzero(city.grid == g)
            if len(members) < 5 or not city.ground.graph.connected(np.setdiff1d(members, c)):
                continue
            if self._changes_class(g, -int(cells.people[c])):
                continue
            rest = shapely.coverage_union_all(cells.polygons[np.setdiff1d(members, c)])
            inland = shapely.distance(cells.polygons[c], city.terrain.river) > 30 and self._inside(c)
            if shapely.get_type_id(rest) != 3 or not inland:
                continue
            self.planted.polygons[g] = rest
            spot = (round(float(cells.x[c]), 2), round(float(cells.y[c]), 2))
            area = round(float(cells.polygons[c].area), 2)
            self.planted.gaps.append(
                {"area_m2": area, "x": spot[0], "y": spot[1], "people": int(cells.people[c]), "was": g}
            )
            self.planted.touched.add(g)
            return

    def _inside(self, cell: int) -> bool:
        """Return whether every neighbour on the ground belongs to the same community."""
        cells, community = self.city.cells, self.city.community
        beside = np.r_[cells.right[cells.left == cell], cells.left[cells.right == cell]]
        shared = cells.shared_m[(cells.left == cell) | (cells.right == cell)].sum()
        same = (community[beside] == community[cell]).all()
        return bool(same and abs(shared - cells.polygons[cell].length) < 0.1)

    def sliver(self, a: int, b: int) -> bool:
        """Bend one border back by two millimetres in one grid only: a gap without width."""
        edges = self._long_edges(a, b)
        if not edges:
            return False
        p, q = max(edges, key=lambda e: float(np.hypot(*(e[1] - e[0]))))
        unit = (q - p) / np.hypot(*(q - p))
        middle = (p + q) / 2
        across = np.array([-unit[1], unit[0]]) * _SLIVER_M
        if not shapely.contains_xy(self.clean[a], *(middle + across * 10)):
            across = -across
        bent = _with_vertices(self.planted.polygons[a], p, q, [middle + across])
        if bent is None:
            return False
        self.planted.polygons[a] = bent
        self.planted.slivers += 1
        return True


def _with_vertices(
    polygon: shapely.Polygon, p: Floats, q: Floats, new: list[Floats]
) -> shapely.Polygon | None:
    """Return the polygon with more vertices between p and q; None if its outer ring has no such edge."""
    if shapely.get_type_id(polygon) != 3:
        return None
    xy = shapely.get_coordinates(polygon.exterior)
    forward = (np.abs(xy[:-1] - p).max(axis=1) < 1e-6) & (np.abs(xy[1:] - q).max(axis=1) < 1e-6)
    back = (np.abs(xy[:-1] - q).max(axis=1) < 1e-6) & (np.abs(xy[1:] - p).max(axis=1) < 1e-6)
    at = np.flatnonzero(forward | back)
    if len(at) == 0:
        return None
    way = np.array(new if forward[at[0]] else new[::-1])
    ring = np.insert(xy, at[0] + 1, way, axis=0)
    return shapely.Polygon(ring, [shapely.get_coordinates(r) for r in polygon.interiors])


def plant(city: City, polygons: Geometries) -> Planted:
    """Return the grid polygons with faults planted, and the truth about them.

    Parameters
    ----------
    city : City
    polygons : object[n]
        Clean grid polygons.
    """
    planter = Planter(city, polygons)
    for share in _OVERLAP_SHARES:
        planter.overlap(share, with_people=share > 0.03)
    for _ in range(_TINY_OVERLAPS):
        planter.tiny_overlap()
    for k in range(_HOLES):
        planter.hole(with_people=k < 2)
    for a, b in planter.pairs:
        if planter.planted.slivers == _SLIVERS:
            break
        if planter._free(a, b):
            planter.sliver(a, b)
    return planter.planted
