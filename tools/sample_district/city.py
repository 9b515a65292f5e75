# SPDX-License-Identifier: LGPL-3.0-or-later
"""One city, drawn from a seed: land, buildings, cells, and today's division."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import shapely

from tools.sample_district.buildings import build
from tools.sample_district.cells import make_cells
from tools.sample_district.communities import Blocks, add_exclaves, cross_river, draw_communities, settle
from tools.sample_district.grids import (
    Ground,
    OldGrids,
    best_division,
    draw_dedicated,
    parts_of,
    resettled,
    scatter,
)
from tools.sample_district.spec import NON_RESIDENTIAL, Buildings, Cells, CitySpec, Geometries, Ints, Terrain
from tools.sample_district.terrain import draw_terrain

_EXCLAVES = 7
_SCATTERED = 3
_RESETTLINGS = 4


@dataclass(frozen=True, eq=False)
class City:
    """A finished city.

    Parameters
    ----------
    community : int64[n_cells]
    street_of : int64[n_communities]
    grid : int64[n_cells]
        General grids first, dedicated ones from `n_general` on.
    community_of_grid : int64[n_grids]
    scattered : tuple of int
        Grids with a detached piece.
    exclaves : tuple of int
        Communities with an exclave.
    river_cut : int
        The community that lies on both banks without a bridge.
    sites : tuple of int64 arrays
        Cells of each candidate site.
    """

    spec: CitySpec
    terrain: Terrain
    buildings: Buildings
    cells: Cells
    ground: Ground
    community: Ints
    street_of: Ints
    grid: Ints
    n_general: int
    community_of_grid: Ints
    scattered: tuple[int, ...]
    exclaves: tuple[int, ...]
    river_cut: int
    sites: tuple[Ints, ...]

    def unions(self, label: Ints) -> Geometries:
        """Return the union of cells for each label 0..n-1, sharing vertices."""
        order = np.argsort(label, kind="stable")
        starts = np.searchsorted(label[order], np.arange(int(label.max()) + 2))
        cells = self.cells.polygons[order]
        return np.array(
            [shapely.coverage_union_all(cells[a:b]) for a, b in itertools.pairwise(starts)],
            dtype=object,
        )


def _sites(
    city_sites: int, ground: Ground, cells: Cells, grid: Ints, n_general: int, seed: list[int]
) -> list[Ints]:
    """Return the cells of candidate sites: buildings without homes outside dedicated grids."""
    rng = np.random.default_rng(seed)
    places = np.flatnonzero((cells.building >= 0) & (cells.people == 0) & (grid < n_general))
    chosen: list[Ints] = []
    taken = np.zeros(len(grid), dtype=bool)
    for start in rng.permutation(places):
        if len(chosen) == city_sites:
            break
        near = ground.graph.around(np.array([start]))
        near = near[
            (cells.people[near] == 0)
            & (grid[near] == grid[start])
            & (cells.block[near] == cells.block[start])
        ]
        units = np.r_[start, near[: int(rng.integers(0, 3))]]
        if not taken[units].any() and not taken[ground.graph.around(units)].any():
            taken[units] = True
            chosen.append(units)
    return chosen


def _made_lawful(
    buildings: Buildings,
    cells: Cells,
    ground: Ground,
    parts: list[tuple[int, Ints]],
    rng: np.random.Generator,
) -> tuple[Buildings, Cells, Ground]:
    """Return the same city with a few homes given up or filled, so that each part can be divided lawfully.

    Without this a hamlet between two villages may fit into no grid: too few people, too far from others.
    """
    people = cells.people.copy()
    for _, units in parts:
        for _ in range(_RESETTLINGS):
            changed = resettled(ground, best_division(ground, units, rng))
            if not changed:
                break
            for cell, number in changed.items():
                people[cell] = round(number)
            ground = replace(ground, people=people.astype(float))
    lived_in = buildings.people.copy()
    has = cells.building >= 0
    lived_in[cells.building[has]] = people[has]
    size = buildings.people / np.maximum(buildings.households, 1)
    size = np.where(size > 0, size, 2.75)
    households = np.where(lived_in > 0, np.maximum(1, np.round(lived_in / size)), 0).astype(np.int64)
    kind = np.where((lived_in == 0) & (buildings.people > 0), NON_RESIDENTIAL, buildings.kind)
    buildings = replace(buildings, people=lived_in, households=households, kind=kind)
    cells = replace(cells, people=people)
    return buildings, cells, Ground.of(cells, buildings)


def draw_city(spec: CitySpec) -> City:
    """Return the city of a seed.

    Parameters
    ----------
    spec : CitySpec

    Returns
    -------
    City
    """
    terrain = draw_terrain(spec)
    buildings = build(spec, terrain)
    cells = make_cells(terrain, buildings)
    ground = Ground.of(cells, buildings)
    rng = np.random.default_rng([spec.seed, spec.index, 3])
    blocks = Blocks(terrain, cells)
    by_block, street_of = draw_communities(spec, blocks, rng)
    settle(blocks, by_block, rng)
    exclaves = add_exclaves(blocks, by_block, street_of, round(_EXCLAVES * spec.scale), rng)
    river_cut = cross_river(blocks, terrain, by_block, exclaves, rng)
    community = by_block[cells.block]
    dedicated = draw_dedicated(spec, ground, cells, community, rng)
    fixed = np.zeros(len(community), dtype=bool)
    fixed[np.concatenate(dedicated)] = True
    parts = parts_of(ground, community, fixed)
    buildings, cells, ground = _made_lawful(buildings, cells, ground, parts, rng)
    old = OldGrids(spec, ground, parts, rng)
    old.settle()
    grid, community_of_grid = old.labels(len(community))
    scattered = scatter(ground, grid, community_of_grid, _SCATTERED, rng)
    n_general = len(community_of_grid)
    for k, units in enumerate(dedicated):
        grid[units] = n_general + k
    owners = np.r_[community_of_grid, [int(community[u[0]]) for u in dedicated]]
    sites = _sites(spec.sites, ground, cells, grid, n_general, [spec.seed, spec.index, 4])
    return City(
        spec, terrain, buildings, cells, ground, community, street_of, grid, n_general, owners,
        tuple(scattered), tuple(exclaves), river_cut, tuple(sites),
    )  # fmt: skip
