# SPDX-License-Identifier: LGPL-3.0-or-later
"""Today's grids: dedicated ones cut out, general ones uneven; and the proof that a legal division exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.sample_district.divide import Graph, partition
from tools.sample_district.spec import (
    MAX_PEOPLE,
    MIN_PEOPLE,
    RADIUS_M,
    Buildings,
    Cells,
    CitySpec,
    Floats,
    Ints,
)

#: Share of grids and the people they hold: half are too small, one in eleven too big.
_QUANTILES = (0.0, 0.03, 0.25, 0.515, 0.75, 0.90, 0.91, 0.97, 1.0)
_TARGETS = (130.0, 300.0, 650.0, 1_000.0, 1_330.0, 1_880.0, 2_060.0, 2_450.0, 2_950.0)
_WANTED = {"under": 212.0, "over": 37.0, "far": 21.0}
_TOLERANCE = {"under": 8.0, "over": 3.0, "far": 5.0}
_FEASIBLE_TRIES = 60


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells as units of a graph, with what the cutting needs to know of them."""

    graph: Graph
    people: Floats
    xy: Floats
    group_xy: Floats
    is_point: np.ndarray

    @classmethod
    def of(cls, cells: Cells, buildings: Buildings) -> Ground:
        """Return the ground of a city; a group is an estate, or what else of a block."""
        graph = Graph.of(len(cells.people), cells.left, cells.right, cells.shared_m)
        xy = np.column_stack((cells.x, cells.y))
        has = cells.building >= 0
        estate = np.where(has, buildings.estate[cells.building], -1)
        group = np.unique(np.where(estate >= 0, estate, 10**6 + cells.block), return_inverse=True)[1]
        size = np.bincount(group)
        centre = np.column_stack([np.bincount(group, xy[:, k]) / size for k in (0, 1)])
        return cls(graph, cells.people.astype(float), xy, centre[group], has)

    def sweep(self, units: Ints, angle: float) -> Floats:
        """Return where cells lie on a sweep that takes one estate or block after the other."""
        way = np.array([np.cos(angle), np.sin(angle)])
        return np.asarray((0.8 * self.group_xy[units] + 0.2 * self.xy[units]) @ way)

    def straight(self, units: Ints, angle: float) -> Floats:
        """Return where cells lie on a plain sweep."""
        return np.asarray(self.xy[units] @ np.array([np.cos(angle), np.sin(angle)]))

    def radius(self, units: Ints) -> float:
        """Return the grid radius: least over building points of the farthest lived-in building (m)."""
        here = units[self.is_point[units]]
        home = here[self.people[here] > 0]
        if len(home) == 0:
            return 0.0
        gap = np.hypot(*(self.xy[here][:, None] - self.xy[home][None]).transpose(2, 0, 1))
        return float(gap.max(axis=1).min())


def lawful_division(ground: Ground, units: Ints, rng: np.random.Generator) -> list[Ints] | None:
    """Return a division of a connected part that keeps band, radius and contiguity; None if none was met."""
    people = ground.people[units].sum()
    least, most = int(-(-people // MAX_PEOPLE)), int(people // MIN_PEOPLE)
    if least > most:
        return None
    usual = int(np.clip(round(people / 1_420), least, most))
    counts = [usual, usual, min(usual + 1, most), max(usual - 1, least), min(usual + 2, most)]
    for attempt in range(_FEASIBLE_TRIES):
        n = counts[attempt % len(counts)]
        key = ground.sweep if attempt % 2 else ground.straight
        parts = partition(ground.graph, units, ground.people, np.ones(n), key, rng)
        sums = np.array([ground.people[p].sum() for p in parts])
        if sums.min() < MIN_PEOPLE or sums.max() > MAX_PEOPLE:
            continue
        if max(ground.radius(p) for p in parts) <= RADIUS_M:
            return parts
    return None


def parts_of(ground: Ground, community_of_cell: Ints, fixed: np.ndarray) -> list[tuple[int, Ints]]:
    """Return the connected parts of each community without the fixed cells."""
    parts = []
    for c in range(int(community_of_cell.max()) + 1):
        units = np.flatnonzero((community_of_cell == c) & ~fixed)
        label = ground.graph.parts(units)
        parts += [(c, units[label == k]) for k in range(int(label.max()) + 1)]
    return parts


def draw_dedicated(
    spec: CitySpec, ground: Ground, cells: Cells, community_of_cell: Ints, rng: np.random.Generator
) -> list[Ints]:
    """Return the cells of each dedicated grid: schools and the like, one to three cells without homes."""
    chosen: list[Ints] = []
    taken = np.zeros(len(cells.people), dtype=bool)
    busy: set[int] = set()
    places = np.flatnonzero((cells.building >= 0) & (cells.people == 0))
    for start in rng.permutation(places):
        c = int(community_of_cell[start])
        if len(chosen) == spec.dedicated:
            break
        if c in busy:
            continue
        near = ground.graph.around(np.array([start]))
        near = near[(community_of_cell[near] == c) & (cells.block[near] == cells.block[start])]
        near = near[ground.people[near] < 130][: int(rng.integers(0, 3))]
        units = np.r_[start, near]
        whole = np.flatnonzero((community_of_cell == c) & ~taken)
        before = int(ground.graph.parts(whole).max())
        rest = np.setdiff1d(whole, units)
        if not ground.graph.connected(units) or int(ground.graph.parts(rest).max()) != before:
            continue
        taken[units] = True
        busy.add(c)
        chosen.append(units)
    return chosen


def _counts(people: Floats, total: int) -> Ints:
    """Return how many grids each part has today, in proportion to people, at least one."""
    quota = people / people.sum() * total
    counts = np.maximum(1, np.floor(quota)).astype(np.int64)
    for i in np.argsort(-(quota - counts)):
        if counts.sum() >= total:
            break
        counts[i] += 1
    while counts.sum() > total:
        counts[np.argmax(counts - quota)] -= 1
    return counts


def _targets(n: int, rng: np.random.Generator) -> Floats:
    """Return n uneven grid sizes in a random order, spread over the quantiles."""
    share = (rng.permutation(n) + rng.random(n)) / n
    return np.interp(share, _QUANTILES, _TARGETS)


class OldGrids:
    """The general grids of today, drawn part by part and drawn again until the city is as uneven as asked."""

    def __init__(
        self, spec: CitySpec, ground: Ground, parts: list[tuple[int, Ints]], rng: np.random.Generator
    ):
        self.ground, self.parts, self.rng = ground, parts, rng
        self.wanted = {k: v * spec.grids / 412 for k, v in _WANTED.items()}
        people = np.array([ground.people[u].sum() for _, u in parts])
        noisy = people * rng.uniform(0.9, 1.1, len(parts))
        self.counts = np.minimum(_counts(noisy, spec.grids), [len(u) for _, u in parts])
        self.pieces = [self._draw(i) for i in range(len(parts))]
        self.tally = [self._tally(p) for p in self.pieces]

    def _draw(self, i: int) -> list[Ints]:
        units = self.parts[i][1]
        targets = _targets(int(self.counts[i]), self.rng)
        return partition(self.ground.graph, units, self.ground.people, targets, self.ground.sweep, self.rng)

    def _tally(self, pieces: list[Ints]) -> Floats:
        people = np.array([self.ground.people[p].sum() for p in pieces])
        far = np.array([self.ground.radius(p) > RADIUS_M for p in pieces])
        return np.array([(people < MIN_PEOPLE).sum(), (people > MAX_PEOPLE).sum(), far.sum()], dtype=float)

    def _off(self, total: Floats) -> float:
        gap = np.abs(total - np.array(list(self.wanted.values()))) / np.array(list(_TOLERANCE.values()))
        return float(np.maximum(gap - 0.5, 0).sum())

    def settle(self) -> None:
        """Draw single parts again while that brings the counts nearer to the wanted ones."""
        total = np.sum(self.tally, axis=0)
        for _ in range(40 * len(self.parts)):
            if self._off(total) == 0:
                return
            i = int(self.rng.integers(len(self.parts)))
            pieces = self._draw(i)
            tally = self._tally(pieces)
            if self._off(total - self.tally[i] + tally) < self._off(total):
                total = total - self.tally[i] + tally
                self.pieces[i], self.tally[i] = pieces, tally

    def labels(self, n_cells: int) -> tuple[Ints, Ints]:
        """Return the grid of each cell (-1 where none) and the community of each grid."""
        grid = np.full(n_cells, -1)
        community = []
        for (c, _), pieces in zip(self.parts, self.pieces, strict=True):
            for p in pieces:
                grid[p] = len(community)
                community.append(c)
        return grid, np.array(community)


def scatter(
    ground: Ground, grid: Ints, community_of_grid: Ints, count: int, rng: np.random.Generator
) -> list[int]:
    """Give a few grids a detached piece inside a neighbour of the same community; return those grids."""
    chosen: list[int] = []
    touched: set[int] = set()
    for cell in rng.permutation(np.flatnonzero((ground.people > 0) & (ground.people < 150) & (grid >= 0))):
        if len(chosen) == count:
            break
        giver = int(grid[cell])
        members = np.flatnonzero(grid == giver)
        if giver in touched or len(members) < 4 or not ground.graph.connected(np.setdiff1d(members, cell)):
            continue
        beside = np.unique(grid[ground.graph.around(np.array([cell]))])
        near = np.unique(grid[ground.graph.around(members)])
        takers = [
            int(g) for g in near
            if g >= 0 and g not in beside and g not in touched
            and community_of_grid[g] == community_of_grid[giver]
        ]  # fmt: skip
        if takers:
            grid[cell] = takers[0]
            chosen.append(takers[0])
            touched |= {giver, takers[0]}
    return chosen
