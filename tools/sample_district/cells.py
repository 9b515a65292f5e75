# SPDX-License-Identifier: LGPL-3.0-or-later
"""The finest tiling: Voronoi cells of the buildings inside each block, sharing every vertex."""

from __future__ import annotations

import numpy as np
import shapely

from tools.sample_district.spec import Buildings, Cells, Floats, Geometries, Ints, Terrain

_GRID_M = 0.001
_SCRAP_M2 = 1.0


def _inner_borders(block: shapely.Polygon, xy: Floats) -> list[shapely.Geometry]:
    """Return the lines between the building cells of one block."""
    if len(xy) < 2:
        return []
    lines = shapely.voronoi_polygons(shapely.MultiPoint(xy), extend_to=block, only_edges=True)
    # The end on the block edge is made a little longer: a rounded end may stop a hair short of the edge.
    inside = shapely.intersection(lines, block.buffer(0.02, join_style="mitre"))
    return [inside]


def _tiling(blocks: Geometries, xy: Floats, block: Ints) -> Geometries:
    """Return the faces of all block edges and inner borders together."""
    starts = np.searchsorted(block, np.arange(len(blocks) + 1))
    lines: list[shapely.Geometry] = list(shapely.get_exterior_ring(blocks))
    for i, polygon in enumerate(blocks):
        lines += _inner_borders(polygon, xy[starts[i] : starts[i + 1]])
    noded = shapely.unary_union(np.array(lines, dtype=object), grid_size=_GRID_M)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def segments_of(polygons: Geometries) -> tuple[Ints, Ints]:
    """Return the edges of polygons as sorted millimetre coordinates, and the polygon of each.

    Parameters
    ----------
    polygons : (Multi)Polygon[n]
        With vertices on the millimetre grid.

    Returns
    -------
    edges : int64[m, 4]
        x, y of the lower end and x, y of the upper end; equal rows are the same edge.
    owner : int64[m]
        Index of the polygon.
    """
    rings, of_ring = shapely.get_rings(polygons, return_index=True)
    xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(xy / _GRID_M).astype(np.int64)
    inner = of_vertex[1:] == of_vertex[:-1]
    a, b = grid[:-1][inner], grid[1:][inner]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    edges = np.where(swap[:, None], np.hstack((b, a)), np.hstack((a, b)))
    return edges, of_ring[of_vertex[1:][inner]]


def neighbours(polygons: Geometries) -> tuple[Ints, Ints, Floats]:
    """Return which polygons of a coverage share an edge, and how long it is in all (m)."""
    edges, owner = segments_of(polygons)
    order = np.lexsort((owner, *edges.T[::-1]))
    edges, owner = edges[order], owner[order]
    same = (edges[1:] == edges[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    left, right = owner[:-1][same], owner[1:][same]
    length = np.hypot(*(edges[:-1][same][:, :2] - edges[:-1][same][:, 2:]).T) * _GRID_M
    left, right = np.minimum(left, right), np.maximum(left, right)
    key, inverse = np.unique(left * len(polygons) + right, return_inverse=True)
    return (
        key // len(polygons),
        key % len(polygons),
        np.asarray(np.bincount(inverse, length, len(key)), dtype=np.float64),
    )


def _owners(faces: Geometries, terrain: Terrain, buildings: Buildings) -> tuple[Ints, Ints]:
    """Return building and block of each face; -1 for a building where there is none."""
    tree = shapely.STRtree(faces)
    points, at = tree.query(shapely.points(buildings.x, buildings.y), predicate="intersects")
    building = np.full(len(faces), -1)
    building[at] = points
    middle = shapely.point_on_surface(faces)
    block = np.full(len(faces), -1)
    which, where = shapely.STRtree(terrain.blocks).query(middle, predicate="intersects")
    block[which] = where
    return building, block


def make_cells(terrain: Terrain, buildings: Buildings) -> Cells:
    """Return the finest tiling of the land.

    Parameters
    ----------
    terrain : Terrain
    buildings : Buildings
        Ordered by block.

    Returns
    -------
    Cells
        One cell per building, one per block without buildings.
    """
    xy = np.column_stack((buildings.x, buildings.y))
    faces = _tiling(terrain.blocks, xy, buildings.block)
    building, block = _owners(faces, terrain, buildings)
    faces, building, block = faces[block >= 0], building[block >= 0], block[block >= 0]
    built = np.zeros(len(terrain.blocks), dtype=bool)
    built[buildings.block] = True
    group = np.arange(len(faces))
    left, right, shared = neighbours(faces)
    # A bend in a block can leave a corner of it without a point, and rounding a scrap of a few square
    # millimetres; both go to the neighbour they share most with, of the same block where there is one.
    scraps = (building < 0) & (built[block] | (shapely.area(faces) < _SCRAP_M2))
    for i in np.flatnonzero(scraps):
        touching = (left == i) | (right == i)
        same = touching & (block[left] == block[right])
        touching = same if same.any() else touching
        if touching.any():
            k = np.flatnonzero(touching)[np.argmax(shared[touching])]
            group[i] = group[left[k] + right[k] - i]
    keep, group = np.unique(group, return_inverse=True)
    polygons = np.array(
        [shapely.coverage_union_all(faces[group == g]) if n > 1 else faces[k]
         for g, (k, n) in enumerate(zip(keep, np.bincount(group), strict=True))], dtype=object)  # fmt: skip
    left, right, shared = neighbours(polygons)
    building, block = building[keep], block[keep]
    point = shapely.get_coordinates(shapely.point_on_surface(polygons))
    has = building >= 0
    point[has] = xy[building[has]]
    people = np.where(has, buildings.people[building], 0)
    return Cells(polygons, block, building, people, point[:, 0], point[:, 1], left, right, shared)
