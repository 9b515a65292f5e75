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
from gridplanner.geometry.lands import Land, Packed, lands_of
from gridplanner.geometry.options import BuildOptions
from gridplanner.geometry.segments import shared_segments
from gridplanner.geometry.water import share_water
from gridplanner.progress import Progress
from gridplanner.texts import _

_STEPS = 5
_NOTHING = np.empty(0, dtype=object)


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
    """Build atoms: settled land, blocks, water to its banks, one cell per building; town by town."""
    units = [part for part in (sources.communities, sources.grids) if part is not None]
    lands = lands_of([part.geometry for part in units])
    if len(lands) == 1:
        return _derive_land(sources, options, _Steps(progress, 0, 1))
    parts = []
    for number, land in enumerate(lands):
        excerpt = _excerpt(sources, land)
        own = _derive_land(excerpt.sources, options, _Steps(progress, number, len(lands)))
        parts.append((excerpt, replace(own, geometry=_NOTHING), Packed.of(own.geometry)))
    return _joined(sources, parts)


@dataclass(frozen=True)
class _Steps:
    """Tells how far the work is when it is done town by town."""

    progress: Progress
    land: int
    lands: int

    def __call__(self, step: int, text: str) -> None:
        """Report a step of this land."""
        self.progress.step(self.land * _STEPS + step, self.lands * _STEPS, text)


@dataclass(frozen=True, eq=False)
class _Excerpt:
    """Sources of one land, and the rows of the whole they came from."""

    sources: Sources
    communities: IntArray
    grids: IntArray
    points: IntArray


def _excerpt(sources: Sources, land: Land) -> _Excerpt:
    """Return what lies in one land."""
    rows = list(land.units)
    communities = rows.pop(0) if sources.communities is not None else np.empty(0, np.int64)
    grids = rows.pop(0) if sources.grids is not None else np.empty(0, np.int64)
    points = np.flatnonzero(land.meets(sources.points))
    own = Sources(
        communities=_some(sources.communities, communities),
        grids=_some(sources.grids, grids),
        barriers=sources.barriers[land.meets(sources.barriers)],
        roads=sources.roads[land.meets(sources.roads)],
        points=sources.points[points],
        people=sources.people[points],
    )
    return _Excerpt(own, communities, grids, points)


def _some(units: Units | None, rows: IntArray) -> Units | None:
    """Return some of the units."""
    if units is None:
        return None
    return Units(units.role, units.codes[rows], units.geometry[rows], units.at_home[rows])


def _joined(sources: Sources, parts: list[tuple[_Excerpt, Coverage, Packed]]) -> Coverage:
    """Return the coverages of several lands as one."""
    at = np.full(len(sources.points), -1, np.int64)
    community, old, n = [], [], 0
    community_pieces: list[Piece] = []
    grid_pieces: list[Piece] = []
    for part, own, _shapes in parts:
        community.append(part.communities[own.community] if len(part.communities) else own.community)
        old.append(np.append(part.grids, -1)[own.old_grid])
        inside = own.atom_of_point >= 0
        at[part.points[inside]] = own.atom_of_point[inside] + n
        community_pieces += [_renamed(piece, part.communities) for piece in own.community_pieces]
        grid_pieces += [_renamed(piece, part.grids) for piece in own.grid_pieces]
        n += len(own.community)
    return Coverage(
        geometry=np.concatenate([shapes.shapes() for _part, _own, shapes in parts]),
        community=np.concatenate(community),
        old_grid=np.concatenate(old),
        atom_of_point=at,
        row=np.arange(n),
        community_pieces=tuple(community_pieces),
        grid_pieces=tuple(grid_pieces),
    )


def _renamed(piece: Piece, rows: IntArray) -> Piece:
    """Return a piece with the rows that its units have in the whole."""
    keeper = int(rows[piece.keeper]) if piece.keeper >= 0 else -1
    return replace(piece, claimants=tuple(int(rows[u]) for u in piece.claimants), keeper=keeper)


def _derive_land(sources: Sources, options: BuildOptions, step: _Steps) -> Coverage:
    """Build the atoms of one land."""
    step(0, _("Laying all lines together"))
    ground, community, grid = _settled_ground(sources, options)
    inside = community.unit >= 0
    step(1, _("Making blocks"))
    blocks, block_community, block_grid = _blocks(ground, community.unit, grid, inside, options)
    step(2, _("Sharing water among its banks"))
    water = _is_water(blocks, sources.barriers)
    blocks, gone = share_water(blocks, block_community, water)
    blocks, block_community, block_grid = blocks[~gone], block_community[~gone], block_grid[~gone]
    step(3, _("Drawing a cell around each building"))
    cells = cut_blocks(blocks, sources.points)
    step(4, _("Joining small land"))
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
