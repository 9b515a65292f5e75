# SPDX-License-Identifier: LGPL-3.0-or-later
"""Street offices and communities: whole blocks, uneven and ragged, some in two parts."""

from __future__ import annotations

import numpy as np
import shapely

from tools.sample_district.divide import Graph, Key, merged, partition
from tools.sample_district.spec import Cells, CitySpec, Floats, Ints, Terrain

_PEOPLE = (4_150, 17_800)
_CELLS = (50, 255)
_AREA_M2 = 150_000.0
_EXCLAVE_PEOPLE = (1_060, 1_880)
_RAGGED_M = 140.0
#: Longer than what two cells must share: a block border may fall into several cell borders.
_BLOCK_BORDER_M = 14.0


class Blocks:
    """The blocks as units of a graph with their load."""

    def __init__(self, terrain: Terrain, cells: Cells) -> None:
        n = len(terrain.blocks)
        self.people = np.bincount(cells.block, cells.people, n)
        self.cells = np.bincount(cells.block, minlength=n).astype(float)
        self.area = shapely.area(terrain.blocks)
        self.xy = shapely.get_coordinates(shapely.centroid(terrain.blocks))
        self.bank = terrain.bank
        pairs = merged(cells.block, cells.left, cells.right, cells.shared_m)
        self.graph = Graph.of(n, *pairs, least_m=_BLOCK_BORDER_M)
        self.load = 0.5 * self.people / self.people.sum() + 0.5 * self.cells / self.cells.sum()


def _composition(rng: np.random.Generator, total: int, parts: int, low: int, high: int) -> Ints:
    """Return `parts` whole numbers between low and high that add up to `total`."""
    sizes = np.full(parts, low)
    while sizes.sum() < total:
        room = np.flatnonzero(sizes < high)
        sizes[rng.choice(room)] += 1
    return sizes


def _ragged_key(blocks: Blocks, rng: np.random.Generator) -> Key:
    """Return a sweep whose front is uneven by some two hundred metres."""
    waves = [(rng.uniform(0, 2 * np.pi), rng.uniform(420, 900), rng.uniform(0, 2 * np.pi)) for _ in range(6)]
    xy = blocks.xy
    noise = np.zeros(len(xy))
    for angle, length, phase in waves:
        noise += np.sin((xy[:, 0] * np.cos(angle) + xy[:, 1] * np.sin(angle)) * 2 * np.pi / length + phase)
    noise *= _RAGGED_M / np.sqrt(3.0)

    def key(units: Ints, angle: float) -> Floats:
        return np.asarray(xy[units] @ np.array([np.cos(angle), np.sin(angle)]) + noise[units])

    return key


def _shares(blocks: Blocks, spec: CitySpec) -> list[tuple[int, int]]:
    """Return communities and streets of each bank."""
    share = blocks.load[blocks.bank == 0].sum() / blocks.load.sum()
    first = int(np.clip(round(spec.communities * share), 4, spec.communities - 4))
    streets = int(np.clip(round(spec.streets * share), 1, spec.streets - 1))
    second = spec.communities - first
    while streets * 10 < first or (spec.streets - streets) * 3 > second:
        streets += 1
    while streets * 3 > first or (spec.streets - streets) * 10 < second:
        streets -= 1
    return [(first, streets), (second, spec.streets - streets)]


def draw_communities(spec: CitySpec, blocks: Blocks, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the community of each block and the street of each community."""
    community = np.full(len(blocks.people), -1)
    street_of: list[int] = []
    key = _ragged_key(blocks, rng)
    for bank, (n, n_streets) in enumerate(_shares(blocks, spec)):
        units = np.flatnonzero(blocks.bank == bank)
        sizes = _composition(rng, n, n_streets, 3, 10)
        loads = [np.clip(rng.lognormal(0, 0.28, k), 0.55, 1.55) for k in sizes]
        streets = partition(blocks.graph, units, blocks.load, np.array([w.sum() for w in loads]), key, rng)
        base = len(set(street_of))
        for i, part in enumerate(streets):
            for piece in partition(blocks.graph, part, blocks.load, rng.permutation(loads[i]), key, rng):
                community[piece] = len(street_of)
                street_of.append(base + i)
    return community, np.array(street_of)


def _excess(value: Floats, low: float, high: float) -> Floats:
    return np.maximum(low - value, 0) / low + np.maximum(value - high, 0) / high


def _badness(blocks: Blocks, community: Ints, of: Ints) -> float:
    """Return how far the given communities lie outside the bands."""
    people = np.array([blocks.people[community == c].sum() for c in of])
    cells = np.array([blocks.cells[community == c].sum() for c in of])
    area = np.array([blocks.area[community == c].sum() for c in of])
    return float(
        (_excess(people, *_PEOPLE) + _excess(cells, *_CELLS) + _excess(area, _AREA_M2, 3.0e6) * 0.7).sum()
    )


def settle(blocks: Blocks, community: Ints, rng: np.random.Generator) -> float:
    """Move border blocks between neighbours until each community is inside the bands; return what is left."""
    n = int(community.max()) + 1
    bad = np.array([_badness(blocks, community, np.array([c])) for c in range(n)])
    for _ in range(4_000):
        if bad.sum() == 0:
            break
        c = int(rng.choice(np.flatnonzero(bad > 0)))
        mine = np.flatnonzero(community == c)
        giving = rng.random() < 0.5
        border = blocks.graph.around(mine)
        block = int(rng.choice(border))
        other = int(community[block])
        if giving:
            mine_border = mine[np.isin(mine, blocks.graph.around(np.flatnonzero(community == other)))]
            block = int(rng.choice(mine_border))
        source, sink = (c, other) if giving else (other, c)
        rest = np.flatnonzero((community == source) & (np.arange(len(community)) != block))
        if not blocks.graph.connected(rest):
            continue
        community[block] = sink
        new = [_badness(blocks, community, np.array([k])) for k in (source, sink)]
        if sum(new) < bad[source] + bad[sink] - 1e-9 or rng.random() < 0.03:
            bad[source], bad[sink] = new
        else:
            community[block] = source
    return float(bad.sum())


def _can_spare(blocks: Blocks, community: Ints, units: Ints) -> bool:
    """Return whether a community stays whole and big enough without some of its blocks."""
    owner = int(community[units[0]])
    rest = np.setdiff1d(np.flatnonzero(community == owner), units)
    return (
        blocks.graph.connected(rest)
        and blocks.people[rest].sum() >= _PEOPLE[0]
        and blocks.cells[rest].sum() >= _CELLS[0]
        and blocks.area[rest].sum() >= _AREA_M2
    )


def _group(blocks: Blocks, community: Ints, start: int, rng: np.random.Generator) -> Ints:
    """Return a few blocks of one community round `start` that hold about one grid of people."""
    wanted = rng.uniform(*_EXCLAVE_PEOPLE)
    units = np.array([start])
    while blocks.people[units].sum() < wanted and len(units) < 5:
        near = blocks.graph.around(units)
        near = near[(community[near] == community[start]) & (blocks.people[near] > 0)]
        if len(near) == 0:
            break
        distance = np.hypot(*(blocks.xy[near] - blocks.xy[start]).T)
        units = np.append(units, near[int(np.argmin(distance))])
    return units


def _fits(blocks: Blocks, units: Ints, extent_m: float) -> bool:
    people = blocks.people[units].sum()
    spread = np.hypot(*np.ptp(blocks.xy[units], axis=0))
    return bool(_EXCLAVE_PEOPLE[0] <= people <= _EXCLAVE_PEOPLE[1] and spread < extent_m)


def add_exclaves(
    blocks: Blocks, community: Ints, street_of: Ints, count: int, rng: np.random.Generator
) -> list[int]:
    """Give some communities an exclave inside a neighbour; return the communities."""
    chosen: list[int] = []
    touched: set[int] = set()
    for start in rng.permutation(len(community)):
        if len(chosen) == count:
            break
        giver = int(community[start])
        units = _group(blocks, community, int(start), rng)
        if giver in touched or not _fits(blocks, units, 330.0) or not _can_spare(blocks, community, units):
            continue
        beside = np.unique(community[blocks.graph.around(units)])
        near = np.unique(community[blocks.graph.around(np.flatnonzero(community == giver))])
        takers = [
            int(c) for c in near
            if c not in beside and c not in touched and street_of[c] == street_of[giver]
            and blocks.cells[community == c].sum() + blocks.cells[units].sum() <= _CELLS[1]
            and blocks.people[community == c].sum() + blocks.people[units].sum() <= _PEOPLE[1]
        ]  # fmt: skip
        if not takers:
            continue
        community[units] = takers[0]
        chosen.append(takers[0])
        touched |= {giver, takers[0]}
    return chosen


def _bridge_feet(terrain: Terrain) -> list[tuple[int, int]]:
    """Return the blocks at both ends of each bridge."""
    ends = shapely.get_coordinates(terrain.bridges).reshape(-1, 2, 2)
    tree = shapely.STRtree(terrain.blocks)
    nearest = [tree.nearest(shapely.points(pair)) for pair in ends]
    return [(int(a), int(b)) for a, b in nearest]


def cross_river(
    blocks: Blocks, terrain: Terrain, community: Ints, busy: list[int], rng: np.random.Generator
) -> int:
    """Give one riverside community a piece of the other bank with no bridge of its own; return it or -1."""
    wet = np.flatnonzero(shapely.distance(terrain.blocks, terrain.river) < 1.0)
    feet = _bridge_feet(terrain)
    for start in rng.permutation(wet):
        units = _group(blocks, community, int(start), rng)
        if int(community[start]) in busy or not _fits(blocks, units, 360.0):
            continue
        if not _can_spare(blocks, community, units):
            continue
        facing = wet[blocks.bank[wet] != blocks.bank[start]]
        gap = shapely.distance(terrain.blocks[facing], terrain.blocks[start])
        for taker in np.unique(community[facing[gap < 130.0]]):
            members = np.flatnonzero(community == taker)
            one_bank = np.all(blocks.bank[members] != blocks.bank[start])
            room = blocks.cells[members].sum() + blocks.cells[units].sum() <= _CELLS[1]
            if taker in busy or not one_bank or not room:
                continue
            if blocks.people[members].sum() > _PEOPLE[1] - 1_900:
                continue
            joined = np.union1d(members, units)
            if not any(a in joined and b in joined for a, b in feet):
                community[units] = taker
                return int(taker)
    return -1
