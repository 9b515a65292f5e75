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
#: Grids too small, too big, and reaching too far that a city of 412 shall have: lowest and highest.
_WANTED = np.array([[203.0, 224.0], [34.0, 41.0], [19.0, 45.0]])
_ROUNDS = 15
_STARTS = 4
_RECUTS = 60


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells as units of a graph, with what the cutting needs to know of them."""

    graph: Graph
    people: Floats
    xy: Floats
    group_xy: Floats
    is_point: np.ndarray
    block: Ints

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
        return cls(graph, cells.people.astype(float), xy, centre[group], has, cells.block)

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


class _Trial:
    """A division of one part under repair: groups of cells and how far each is from being lawful."""

    def __init__(self, ground: Ground, groups: list[Ints]) -> None:
        self.ground = ground
        self.groups = groups
        self.fault = [self._fault(g) for g in groups]

    def _fault(self, units: Ints) -> float:
        people = self.ground.people[units].sum()
        short = max(MIN_PEOPLE - people, 0) / MIN_PEOPLE + max(people - MAX_PEOPLE, 0) / MAX_PEOPLE
        far = max(self.ground.radius(units) - RADIUS_M, 0) / RADIUS_M
        return float(short + far)

    def beside(self, k: int) -> list[int]:
        """Return the groups that share a border with group k."""
        near = self.ground.graph.around(self.groups[k])
        return [i for i, g in enumerate(self.groups) if i != k and np.isin(near, g).any()]

    def recut(self, which: list[int], rng: np.random.Generator) -> None:
        """Put some groups together and cut them anew; keep the result unless it is worse."""
        units = np.concatenate([self.groups[i] for i in which])
        people = self.ground.people[units].sum()
        least, most = max(1, int(-(-people // MAX_PEOPLE))), max(1, int(people // MIN_PEOPLE))
        count = int(rng.integers(least, max(least, most) + 1))
        targets = np.ones(count)
        if count > 1:
            # Unequal cuts within the band find villages and estates that an equal cut goes through.
            room = min(people / MIN_PEOPLE / count, MAX_PEOPLE * count / people) - 1
            targets += rng.uniform(-0.5, 0.5, count) * min(max(room, 0.0), 0.6)
        key = self.ground.sweep if rng.random() < 0.7 else self.ground.straight
        new = partition(self.ground.graph, units, self.ground.people, targets, key, rng)
        fault = [self._fault(g) for g in new]
        if sum(fault) <= sum(self.fault[i] for i in which) + 1e-9:
            keep = [i for i in range(len(self.groups)) if i not in which]
            self.groups = [self.groups[i] for i in keep] + new
            self.fault = [self.fault[i] for i in keep] + fault


def _evenly(ground: Ground, units: Ints, count: int, rng: np.random.Generator) -> list[Ints]:
    return partition(ground.graph, units, ground.people, np.ones(count), ground.sweep, rng)


def _by_blocks(ground: Ground, units: Ints, rng: np.random.Generator) -> list[Ints]:
    """Return a division that starts from the blocks, villages mostly, that are lawful grids by themselves."""
    groups: list[Ints] = []
    loose = np.ones(len(units), dtype=bool)
    for b in np.unique(ground.block[units]):
        inside = ground.block[units] == b
        block = units[inside]
        if not MIN_PEOPLE <= ground.people[block].sum() <= MAX_PEOPLE or not ground.graph.connected(block):
            continue
        if ground.radius(block) <= RADIUS_M:
            groups.append(block)
            loose &= ~inside
    rest = units[loose]
    label = ground.graph.parts(rest)
    for k in range(int(label.max()) + 1 if len(rest) else 0):
        part = rest[label == k]
        count = max(1, round(ground.people[part].sum() / 1_450))
        groups += _evenly(ground, part, min(count, len(part)), rng)
    return groups


def best_division(ground: Ground, units: Ints, rng: np.random.Generator) -> _Trial:
    """Return a division of a connected part that keeps band, radius and contiguity, or the nearest to it met.

    Cuts evenly first, then puts faulty groups together with neighbours and cuts again.
    """
    people = ground.people[units].sum()
    most = max(1, int(people // MIN_PEOPLE))
    least = min(most, int(-(-people // MAX_PEOPLE)))
    best = _Trial(ground, [units])
    for start in range(_STARTS):
        count = int(np.clip(round(people / (1_420 - 60 * start)), least, most))
        first = _by_blocks(ground, units, rng) if start == 0 else _evenly(ground, units, count, rng)
        trial = _Trial(ground, first)
        for _ in range(_RECUTS):
            wrong = [i for i, f in enumerate(trial.fault) if f > 0]
            if not wrong:
                return trial
            k = int(rng.choice(wrong))
            near = trial.beside(k)
            if not near:
                break
            more = rng.permutation(near)[: int(rng.integers(1, 4))]
            trial.recut([k, *(int(i) for i in more)], rng)
        if start == 0 or sum(trial.fault) < sum(best.fault):
            best = trial
    return best


def resettled(ground: Ground, trial: _Trial) -> dict[int, float]:
    """Return new numbers of people for some cells, so that each group of a division becomes lawful.

    Homes out of reach of the group's best point are given up; the others take in what is then missing.
    """
    changed: dict[int, float] = {}
    for units, fault in zip(trial.groups, trial.fault, strict=True):
        if fault == 0:
            continue
        here = units[ground.is_point[units]]
        gap = np.hypot(*(ground.xy[here][:, None] - ground.xy[here][None]).transpose(2, 0, 1))
        within = gap <= RADIUS_M - 5
        centre = int(np.argmax(within @ ground.people[here]))
        people = np.where(within[centre], ground.people[here], 0.0)
        if people.sum() < MIN_PEOPLE + 40:
            people = np.where(people > 0, np.ceil(people * (MIN_PEOPLE + 60) / max(people.sum(), 1.0)), 0)
        if people.sum() > MAX_PEOPLE - 40:
            people = np.floor(people * (MAX_PEOPLE - 60) / people.sum())
        changed.update({int(c): float(p) for c, p in zip(here, people, strict=True) if p != ground.people[c]})
    return changed


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
    return np.asarray(counts)


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
        self.wanted = _WANTED * spec.grids / 412
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
        low, high = self.wanted.T
        return float((np.maximum(low - total, 0) / low + np.maximum(total - high, 0) / high).sum())

    def settle(self) -> None:
        """Draw single parts again while that brings the counts nearer to the wanted ones."""
        total = np.sum(self.tally, axis=0)
        for _ in range(_ROUNDS * len(self.parts)):
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
        community: list[int] = []
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
