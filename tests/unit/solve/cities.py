# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small made-up districts for the engine: Voronoi cells of random points, grids grown over them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi
from shapely import Polygon, box

from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord
from tests.builders import objects


def cells(points: np.ndarray, side: np.ndarray) -> tuple[list[Polygon], np.ndarray, np.ndarray]:
    """Return the cells of points clipped to a box (by mirroring), the pairs that touch, and their borders."""
    copies = [points]
    for axis in (0, 1):
        for edge in (0.0, side[axis]):
            mirror = points.copy()
            mirror[:, axis] = 2 * edge - mirror[:, axis]
            copies.append(mirror)
    diagram = Voronoi(np.vstack(copies))
    n = len(points)
    shapes = [Polygon(diagram.vertices[diagram.regions[diagram.point_region[i]]]) for i in range(n)]
    inside = (diagram.ridge_points < n).all(axis=1)
    pairs = np.sort(diagram.ridge_points[inside], axis=1)
    ends = np.array(diagram.ridge_vertices, dtype=object)[inside]
    lengths = np.array([np.linalg.norm(diagram.vertices[a] - diagram.vertices[b]) for a, b in ends])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return shapes, pairs[order], lengths[order]


def grow(
    points: np.ndarray, pairs: np.ndarray, within: np.ndarray, seeds: list[int], drag: np.ndarray
) -> np.ndarray:
    """Give each atom the seed nearest along touching atoms with the same `within`; `drag` makes it ragged."""
    same = within[pairs[:, 0]] == within[pairs[:, 1]]
    a, b = pairs[same].T
    length = np.linalg.norm(points[a] - points[b], axis=1)
    n = len(points)
    both = coo_array(
        (np.r_[length * drag[b], length * drag[a]], (np.r_[a, b], np.r_[b, a])), shape=(n, n)
    ).tocsr()
    source = dijkstra(both, indices=seeds, min_only=True, return_predecessors=True)[2]
    return np.unique(source, return_inverse=True)[1]


def city(
    seed: int,
    communities: int = 6,
    atoms_each: int = 120,
    people_each: int = 10_500,
    grids_each: int = 10,
    area_each_m2: float = 740_000.0,
    dedicated: int = 1,
) -> District:
    """Return a district like the benchmark's, small: uneven grids, towers and empty cells."""
    rng = np.random.default_rng(seed)
    n = communities * atoms_each
    side = np.array([1.0, 1.0]) * np.sqrt(communities * area_each_m2)
    points = rng.uniform(0, side, (n, 2))
    shapes, pairs, lengths = cells(points, side)
    everywhere = np.zeros(n, np.int64)
    rows = max(1, int(np.sqrt(communities)))
    middles = [
        ((i % rows + 0.5) / rows, (i // rows + 0.5) / -(-communities // rows)) for i in range(communities)
    ]
    near = [int(np.argmin(np.linalg.norm(points - np.array(m) * side, axis=1))) for m in middles]
    community = grow(points, pairs, everywhere, near, np.ones(n))
    seeds = []
    for c in range(communities):
        own = np.flatnonzero(community == c)
        seeds.extend(rng.choice(own, min(len(own), grids_each), replace=False).tolist())
    old = grow(points, pairs, community, seeds, rng.lognormal(0, 0.4, n))
    density = rng.lognormal(0, 0.9, n) * (rng.random(n) > 0.15)
    people = np.minimum(density / density.sum() * people_each * communities, 1500).astype(np.int64)
    return district_of(points, shapes, pairs, lengths, community, old, people, dedicated)


def district_of(points, shapes, pairs, lengths, community, old, people, dedicated) -> District:  # type: ignore[no-untyped-def]
    """Put the arrays into a district; the first grids of the last communities are dedicated."""
    n, m = len(points), int(community.max()) + 1
    ids = objects(f"A{i:06d}" for i in range(n))
    area = np.array([s.area for s in shapes])
    atoms = Atoms(
        ids, objects(shapes), community.astype(np.int32), old.astype(np.int32), people, people * 2 // 5,
        area, points[:, 0], points[:, 1], np.full(n, -1, np.int32), ids,
    )  # fmt: skip
    buildings = Buildings(
        ids, ids, objects([""] * n), np.arange(n, dtype=np.int32), points[:, 0], points[:, 1],
        people, people * 2 // 5, objects([None] * n),
    )  # fmt: skip
    records = []
    home = np.zeros(int(old.max()) + 1, np.int64)
    home[old] = community
    for g, c in enumerate(home):
        kind = GridKind.DEDICATED if g < dedicated else GridKind.GENERAL
        records.append(GridRecord(f"51190200{c:04d}{g:03d}", f"网格{g}", int(c), kind))
    table = Communities(
        objects(f"51190200{c:04d}" for c in range(m)), objects(f"社区{c}" for c in range(m)),
        objects(["商品住宅型"] * m), objects(["511902001"] * m), objects(["街道"] * m),
        objects([box(0, 0, 1, 1)] * m),
    )  # fmt: skip
    edges = Adjacency(
        pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), lengths,
        np.full(len(pairs), EdgeKind.BORDER, np.int8),
    )  # fmt: skip
    return District("示意区", "EPSG:4545", table, atoms, edges, buildings, tuple(records))
