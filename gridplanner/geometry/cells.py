# SPDX-License-Identifier: LGPL-3.0-or-later
"""Blocks cut into one cell per building: Voronoi inside each block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.faces import faces_of, fold, locate, merged
from gridplanner.geometry.segments import shared_segments

#: Buildings closer than this stand on one atom, metres: no line can be drawn between them.
_SAME_PLACE_M = 0.05
#: A face this far from every block is outside, metres; nearer ones are cracks of rounding.
_CRACK_M = 0.05


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of blocks.

    Parameters
    ----------
    geometry : object[n] of Polygon
        A coverage: common borders are identical vertex by vertex.
    block : int64[n]
    cell_of_point : int64[m]
        Cell each building point lies in, -1 outside every block.
    """

    geometry: ObjectArray
    block: IntArray
    cell_of_point: IntArray


def cut_blocks(blocks: ObjectArray, points: ObjectArray) -> Cells:
    """Cut each block into the cells of the points in it.

    Parameters
    ----------
    blocks : object[n] of Polygon
        Disjoint, metres.
    points : object[m] of Point

    Examples
    --------
    >>> block = np.array([shapely.box(0, 0, 30, 10)], dtype=object)
    >>> cells = cut_blocks(block, shapely.points([[5.0, 5.0], [15.0, 5.0]]))
    >>> sorted(shapely.area(cells.geometry).tolist()), cells.cell_of_point.size
    ([100.0, 200.0], 2)
    """
    inside = locate(points, blocks)
    edges = _voronoi_edges(blocks, points, inside)
    faces = faces_of([blocks, edges])
    block = locate(np.asarray(shapely.point_on_surface(faces)), blocks, _CRACK_M)
    faces, block = faces[block >= 0], block[block >= 0]
    at = locate(points, faces)
    at[inside < 0] = -1
    main = np.zeros(len(faces), bool)
    main[at[at >= 0]] = True
    main |= _largest_of_empty_blocks(faces, block, main, len(blocks))
    owner = fold(faces, ~main, block, shared_segments(faces))
    cells, index = merged(faces, owner)
    kept = np.unique(owner)
    return Cells(cells, block[kept], np.where(at >= 0, index[at], -1))


def _voronoi_edges(blocks: ObjectArray, points: ObjectArray, inside: IntArray) -> ObjectArray:
    """Return the lines between the points of each block, clipped to the block."""
    held = np.flatnonzero(inside >= 0)
    xy = shapely.get_coordinates(points[held])
    raster = np.round(xy / _SAME_PLACE_M).astype(np.int64)
    _, first = np.unique(np.column_stack([inside[held], raster]), axis=0, return_index=True)
    home = inside[held][first]
    order = np.argsort(home, kind="stable")
    counts = np.bincount(home, minlength=len(blocks))
    several = np.flatnonzero(counts > 1)
    keep = np.isin(home[order], several)
    sites = shapely.points(xy[first][order][keep])
    groups = np.searchsorted(several, home[order][keep])
    crowds = shapely.multipoints(sites, indices=groups) if len(sites) else np.empty(0, dtype=object)
    lines = shapely.voronoi_polygons(crowds, extend_to=blocks[several], only_edges=True)
    return np.asarray(shapely.intersection(lines, blocks[several]), dtype=object)


def _largest_of_empty_blocks(
    faces: ObjectArray, block: IntArray, main: np.ndarray[tuple[int], np.dtype[np.bool_]], n_blocks: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return, for each block without a point, its largest face."""
    built = np.zeros(n_blocks, bool)
    built[block[main]] = True
    order = np.lexsort((-shapely.area(faces), block))
    first = np.zeros(len(faces), bool)
    first[order[np.append(True, block[order][1:] != block[order][:-1])]] = True
    return np.asarray(first & ~built[block], dtype=bool)
