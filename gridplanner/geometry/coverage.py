# SPDX-License-Identifier: LGPL-3.0-or-later
"""The derived coverage: atoms from communities, old grids, barriers, roads and buildings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridplanner.geometry.adjacency import free_borders
from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from gridplanner.geometry.cells import cut_blocks
from gridplanner.geometry.claims import Ground, Piece, Settled, Units, settle, without_slivers
from gridplanner.geometry.faces import faces_of, fold, locate, merged
from gridplanner.geometry.options import BuildOptions
from gridplanner.geometry.segments import shared_segments
from gridplanner.geometry.water import share_water
from gridplanner.progress import Progress
from gridplanner.texts import _

_STEPS = 5


@dataclass(frozen=True, eq=False)
class Sources:
    """What the coverage is made from; all geometry in one projected CRS, metres.

    Parameters
    ----------
    communities, grids : Units or None
    barriers, roads : object[k]
    points : object[m] of Point
        Building points.
    people : float64[m]
    """

    communities: Units | None
    grids: Units | None
    barriers: ObjectArray
    roads: ObjectArray
    points: ObjectArray
    people: FloatArray


@dataclass(frozen=True, eq=False)
class Coverage:
    """Atoms before they are numbered.

    Parameters
    ----------
    geometry : object[n] of Polygon
    community, old_grid : int64[n]
        Row of the unit; community 0 where there is no such layer, old grid -1 in a gap.
    atom_of_point : int64[m]
        -1 for a building outside.
    row : int64[n]
        Row of a ready-made atom in its layer; the atom's own number for a derived one.
    community_pieces, grid_pieces : tuple of Piece
        Land that had to be settled.
    """

    geometry: ObjectArray
    community: IntArray
    old_grid: IntArray
    atom_of_point: IntArray
    row: IntArray
    community_pieces: tuple[Piece, ...] = ()
    grid_pieces: tuple[Piece, ...] = ()


def derive_coverage(sources: Sources, options: BuildOptions, progress: Progress) -> Coverage:
    """Build atoms: settled land, blocks, water to its banks, one cell per building."""
    progress.step(0, _STEPS, _("Laying all lines together"))
    ground, community, grid = _settled_ground(sources, options)
    inside = community.unit >= 0
    progress.step(1, _STEPS, _("Making blocks"))
    blocks, block_community, block_grid = _blocks(ground, community.unit, grid, inside, options)
    progress.step(2, _STEPS, _("Sharing water among its banks"))
    water = _is_water(blocks, sources.barriers)
    blocks, gone = share_water(blocks, block_community, water)
    blocks, block_community, block_grid = blocks[~gone], block_community[~gone], block_grid[~gone]
    progress.step(3, _STEPS, _("Drawing a cell around each building"))
    cells = cut_blocks(blocks, sources.points)
    progress.step(4, _STEPS, _("Joining small land"))
    built = np.zeros(len(cells.geometry), bool)
    built[cells.cell_of_point[cells.cell_of_point >= 0]] = True
    home, old = block_community[cells.block], block_grid[cells.block]
    owner = _join_small_land(cells.geometry, built, home, old, options, sources.barriers)
    atoms, index = merged(cells.geometry, owner)
    kept = np.unique(owner)
    at = cells.cell_of_point
    return Coverage(
        geometry=atoms,
        community=block_community[cells.block[kept]],
        old_grid=block_grid[cells.block[kept]],
        atom_of_point=np.where(at >= 0, index[at], -1),
        row=np.arange(len(atoms)),
        community_pieces=community.pieces,
        grid_pieces=grid.pieces,
    )


def _settled_ground(sources: Sources, options: BuildOptions) -> tuple[Ground, Settled, Settled]:
    """Node all lines and give each face its community and its old grid."""
    units = sources.communities or sources.grids
    assert units is not None  # noqa: S101 - the caller refuses layers without any area
    lines = [units.geometry, sources.barriers]
    if sources.grids is not None:
        lines.append(sources.grids.geometry)
    if options.roads_cut:
        lines.append(sources.roads)
    ground = _ground(lines, sources)
    community, grid = _settle_both(ground, sources, options, None, None)
    if community.shares or grid.shares:
        shares = [area for areas in (*community.shares.values(), *grid.shares.values()) for area in areas]
        ground = _ground([*lines, np.array([*shares, None], dtype=object)[:-1]], sources)
        again, again_grid = _settle_both(ground, sources, options, community, grid)
        # Disputed land that was cut into shares is told once, as it was disputed.
        community = replace(again, pieces=community.pieces)
        grid = replace(again_grid, pieces=grid.pieces)
    return ground, community, grid


def _ground(lines: list[ObjectArray], sources: Sources) -> Ground:
    """Node lines and count the people of each face."""
    faces = faces_of(lines)
    points = np.asarray(shapely.point_on_surface(faces), dtype=object)
    at = locate(sources.points, faces)
    people = np.bincount(
        at[at >= 0], weights=np.nan_to_num(sources.people)[at >= 0], minlength=len(faces)
    ).astype(np.float64)
    return Ground(faces, points, shared_segments(faces), people)


def _settle_both(
    ground: Ground, sources: Sources, options: BuildOptions, drawn: Settled | None, drawn_grid: Settled | None
) -> tuple[Settled, Settled]:
    """Settle communities first, then old grids inside them."""
    higher = None
    if sources.communities is not None:
        units = sources.communities
        community = settle(ground, units, options, fill=True, shares=drawn.shares if drawn else None)
        higher = np.append(units.codes, "")[community.unit]
    if sources.grids is None:
        return community, Settled(np.full(len(ground.faces), -1, np.int64), ())
    grid = settle(ground, sources.grids, options, higher, shares=drawn_grid.shares if drawn_grid else None)
    if sources.communities is None:
        community = Settled(np.where(grid.unit >= 0, 0, -1), ())
    return community, grid


def _blocks(
    ground: Ground, community: IntArray, grid: Settled, inside: BoolArray, options: BuildOptions
) -> tuple[ObjectArray, IntArray, IntArray]:
    """Drop what is outside and fold slivers; return blocks with community and old grid."""
    rows = np.flatnonzero(inside)
    faces = ground.faces[rows]
    here = Ground(faces, ground.points[rows], shared_segments(faces), ground.people[rows])
    blocks, index = without_slivers(here, community[rows], options)
    largest = np.full(len(blocks), -1, np.int64)
    order = np.argsort(shapely.area(faces), kind="stable")
    largest[index[order]] = order
    return blocks, community[rows][largest], grid.unit[rows][largest]


def _is_water(blocks: ObjectArray, barriers: ObjectArray) -> BoolArray:
    """Tell which blocks are the surface of a barrier drawn as an area."""
    areas = barriers[shapely.get_dimensions(barriers) == 2]
    if not len(areas):
        return np.zeros(len(blocks), bool)
    return locate(np.asarray(shapely.point_on_surface(blocks), dtype=object), areas) >= 0


def _join_small_land(
    cells: ObjectArray,
    built: BoolArray,
    community: IntArray,
    grid: IntArray,
    options: BuildOptions,
    barriers: ObjectArray,
) -> IntArray:
    """Fold small land without buildings: inside its old grid where it can, else inside its community."""
    small = ~built & (shapely.area(cells) < options.min_land_atom_m2)
    # Never across a barrier: the land on the other side is not reached from here.
    shared = free_borders(shared_segments(cells), barriers)
    same_grid = community * (int(grid.max(initial=-1)) + 2) + grid + 1
    owner = fold(cells, small, same_grid, shared)
    rest, index = merged(cells, owner)
    kept = np.unique(owner)
    still = ~built[kept] & (shapely.area(rest) < options.min_land_atom_m2)
    second = fold(rest, still, community[kept], free_borders(shared_segments(rest), barriers))
    return np.asarray(kept[second[index]], dtype=np.int64)
