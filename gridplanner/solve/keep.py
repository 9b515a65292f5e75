# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide a part with the least change: a cheapest partition of its old grids, each cluster then divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from gridplanner.solve.clusters import Clusters, Ladder, Partition, Partitioner, clusters_of
from gridplanner.solve.division import Divided, Effort, divide, judged, seed_of
from gridplanner.solve.legal import Lawyer, polished
from gridplanner.solve.olds import MAX_OLDS, MAX_SETS, in_sets, olds_of
from gridplanner.solve.part import Field, FloatArray, IntArray, Part, compact_labels
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.share import even_costs
from gridplanner.solve.single_cut import SingleCut, raised
from gridplanner.solve.start import pieces_of
from gridplanner.solve.state import Prices

#: Price of each old grid that a repair changes; all of a part's together stay below one broken rule.
_CHANGED = 1.0
#: Partitions tried per number of grids before the best measured one is taken.
_TRIES = 120
#: Searches for a legal division of one cluster.
_CLUSTER_TURNS = 2
#: Hopeful guesses before a cluster is measured: 1 - Polsby-Popper of a grid, people moved per cut.
_GUESS_SHAPE, _GUESS_MOVED = 0.35, 60.0


@dataclass(frozen=True, eq=False)
class Measured:
    """A cluster divided, and what that costs (inf: it cannot be)."""

    label: IntArray
    cost: float


@dataclass(frozen=True)
class Learned:
    """Proofs of impossibility: numbers of grids of the part, and (mask of old grids, grids) of clusters."""

    numbers: tuple[int, ...] = ()
    clusters: tuple[tuple[int, int], ...] = ()


NOTHING = Learned()


def proven_clusters(part: Part, most_sets: int) -> Clusters | None:
    """Return the clusters of a part with proven least costs; None where there is nothing to prove."""
    if not 0 < len(part.olds) <= MAX_OLDS:
        return None
    return clusters_of(olds_of(part), part.limits.hard_only(), most_sets)


def flooded(part: Part) -> Part:
    """Return the part with ground without an old grid given to a touching one, nearest first."""
    f = part.field
    old = f.old.copy()
    while (old < 0).any():
        source = np.repeat(np.arange(len(old)), np.diff(f.indptr))
        ready = (old[source] < 0) & (old[f.indices] >= 0)
        if not ready.any():
            break
        old[source[ready][::-1]] = old[f.indices[ready]][::-1]
    return replace(part, field=f._replace(old=old))


def subpart(part: Part, atoms: IntArray) -> Part:
    """Return the part of some of a part's atoms, given by position; they must hang together."""
    f = part.field
    place = np.full(len(part), -1, np.int32)
    place[atoms] = np.arange(len(atoms), dtype=np.int32)
    source = np.repeat(np.arange(len(part)), np.diff(f.indptr))
    inside = (place[source] >= 0) & (place[f.indices] >= 0)
    order = np.lexsort((place[f.indices[inside]], place[source[inside]]))
    counts = np.bincount(place[source[inside]], minlength=len(atoms))
    points = np.concatenate([np.arange(f.points[a], f.points[a + 1]) for a in atoms]).astype(np.int64)
    tie, ties = compact_labels(f.tie[atoms])
    old, olds = compact_labels(f.old[atoms])
    apart = place[f.apart]
    field = Field(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        indices=place[f.indices[inside]][order],
        border=f.border[inside][order],
        people=f.people[atoms],
        households=f.households[atoms],
        old=old,
        tie=tie,
        tie_weight=f.tie_weight[ties],
        area=f.area[atoms],
        perimeter=f.perimeter[atoms],
        points=np.concatenate([[0], np.cumsum(np.diff(f.points)[atoms])]).astype(np.int32),
        x=f.x[points],
        y=f.y[points],
        load=f.load[points],
        station=f.station[points],
        apart=apart[(apart >= 0).all(axis=1)],
        far=f.far[np.ix_(points, points)] if f.far.shape[0] else f.far,
    )
    start = compact_labels(part.start[atoms])[0]
    return Part(
        part.community, part.code, part.number, part.atoms[atoms], field, part.limits, start, part.olds[olds]
    )


#: Clusters already measured, by (row, grids); they hold for the same part and prices.
Seen = Mapping[tuple[int, int], Measured]


class Keeper:
    """Divides one part with the least change, for any number of grids; remembers what it measured.

    Parameters
    ----------
    part : Part
    prices : Prices
        Those of the mode `keep`.
    seed : int
    seen : mapping, optional
        Clusters measured before.
    """

    def __init__(self, part: Part, prices: Prices, seed: int, seen: Seen | None = None) -> None:
        self._part, self._prices, self._seed = part, prices, seed
        self._effort = Effort()
        self._lawyer = Lawyer(part, seed)
        self._ground = flooded(part)
        self._clusters = proven_clusters(self._ground, MAX_SETS)
        self.seen: dict[tuple[int, int], Measured] = dict(seen or {})
        #: Clusters of old grids, as masks, proven not to be divisible into so many grids.
        self.ruled_out: set[tuple[int, int]] = set()
        if self._clusters is not None:
            self._cost = self._guessed(self._clusters)
            for pair, measured in self.seen.items():
                self._cost[pair] = measured.cost
                if measured.cost == inf:
                    self._clusters.cost[pair] = inf
            self._ladder = Ladder.of(self._clusters)
            self._test = SingleCut(self._ground, olds_of(self._ground))

    def _guessed(self, clusters: Clusters) -> FloatArray:
        """Return the proven least pieces plus a hopeful guess of the rest."""
        p = self._prices
        people = in_sets(clusters.mask, clusters.people)
        cost = clusters.cost * p.pieces
        row, g = np.nonzero(np.isfinite(cost))
        cost[row, g] += p.deviation * even_costs(people[row], g, p.mean)
        cost[row, g] += g * p.roundness * _GUESS_SHAPE + (g - 1) * p.moved * _GUESS_MOVED
        return cost

    def divide(self, k: int, effort: Effort) -> Divided:
        """Return the best division into k grids that was met."""
        self._effort = effort
        composed = self._compose((k,), None, effort.clusters)
        if composed is None:
            return self._whole(k)
        part, prices = self._part, self._prices
        seed = seed_of(self._seed, part.code, part.number, k, "polish")
        polished, _cost = anneal(
            part.field, composed, k, prices, Schedule(effort.steps // 4, 0.15, 0.002, 0.2, 0.01, seed)
        )
        best = min(
            (judged(part.field, label, k, part.limits, prices) for label in (composed, polished)),
            key=lambda d: (d.breaches, d.cost),
        )
        if best.breaches or (effort.again and best.pieces > self._least(k)):
            best = min(best, self._whole(k), key=lambda d: (d.breaches, d.cost))
        return best

    @property
    def learned(self) -> Learned:
        """What was proven while the part was divided."""
        # Loose ground could lend a cluster people or a way through; the proofs here take it as given away.
        loose = bool((self._part.field.old < 0).any())
        return Learned(tuple(sorted(self._lawyer.refuted)), () if loose else tuple(sorted(self.ruled_out)))

    def _whole(self, k: int) -> Divided:
        """Return a division of the part as one, for the least change, then for the rules alone."""
        part, prices, effort = self._part, self._prices, self._effort
        best = divide(part, k, prices, replace(effort, rescue=0), self._seed)
        if self._lawyer.content(best):
            return best
        legal = self._lawyer.best(k, prices)
        if legal.breaches < best.breaches:
            best = polished(part, legal, prices, effort.steps, self._seed)
        return best

    def repair(self, numbers: range, effort: Effort) -> Divided:
        """Return the division that keeps the rules with the fewest old grids changed, in any number.

        Old grids that obey stay as they are unless a neighbour can only be mended with them.
        """
        part, prices, self._effort = self._part, self._prices, effort
        found = None
        if self._clusters is not None:
            size = np.array([int(mask).bit_count() for mask in self._clusters.mask], np.float64)
            extra = np.repeat(_CHANGED * size[:, None], self._clusters.cost.shape[1], axis=1)
            extra[size == 1, 1] = 0.0
            found = self._compose(numbers, extra, effort.clusters)
        if found is None:
            today = len(np.unique(part.start[part.start >= 0]))
            k = min(max(today, numbers.start), numbers.stop - 1)
            return self.divide(k, effort)
        return judged(part.field, found, int(found.max()) + 1, part.limits, prices)

    def _least(self, k: int) -> float:
        """Return the least pieces as far as the costs of clusters tell."""
        if self._clusters is None:
            return 0.0
        return Partitioner(self._clusters, self._clusters.cost, k, self._ladder).solve(k, 2.0).bound

    def _compose(self, numbers: Sequence[int], extra: FloatArray | None, budget: int) -> IntArray | None:
        """Return the labels of a cheapest partition all of whose clusters were measured."""
        clusters = self._clusters
        if clusters is None:
            return None
        for _try in range(_TRIES):
            cost = self._cost if extra is None else self._cost + extra
            partitioner = Partitioner(clusters, cost, max(numbers), self._ladder)
            partition = min((partitioner.solve(k, 2.0) for k in numbers), key=lambda p: p.cost)
            if partition.cost == inf or not partition.chosen:
                return None
            missing = [pair for pair in partition.chosen if pair not in self.seen]
            if self._refuted(clusters, missing):
                continue
            if not missing:
                break
            budget -= sum(g > 1 for _row, g in missing)
            if budget < 0:
                partition = self._cheapest_measured(clusters, cost, numbers)
                break
            for pair in missing:
                self.seen[pair] = self._measure(*pair)
                self._cost[pair] = self.seen[pair].cost
        return self._joined(partition.chosen)

    def _cheapest_measured(self, clusters: Clusters, cost: FloatArray, numbers: Sequence[int]) -> Partition:
        """Return a cheapest partition into clusters that were measured, or are kept whole."""
        known = np.full_like(cost, inf)
        known[:, 1] = cost[:, 1]
        for pair in self.seen:
            known[pair] = cost[pair]
        partitioner = Partitioner(clusters, known, max(numbers), self._ladder)
        return min((partitioner.solve(k, 2.0) for k in numbers), key=lambda p: p.cost)

    def _refuted(self, clusters: Clusters, pairs: list[tuple[int, int]]) -> bool:
        """Raise the cost of clusters proven to need two extra pieces; tell whether there were any."""
        wrong = [
            row
            for row, g in pairs
            if g == 2 and clusters.cost[row, 2] < 2.0 and not self._test.possible(int(clusters.mask[row]))
        ]
        for row in wrong:
            raised(clusters.cost, row)
            self._cost[row, 2] += self._prices.pieces
        return bool(wrong)

    def _measure(self, row: int, g: int) -> Measured:
        """Divide one cluster and return what it costs."""
        assert self._clusters is not None  # noqa: S101 - only called with clusters
        atoms = self._atoms(int(self._clusters.mask[row]))
        part = subpart(self._ground, atoms)
        seed = seed_of(self._seed, int(self._clusters.mask[row]), "cluster")
        if len(np.unique(pieces_of(part.field, np.zeros(len(part), np.int32)))) > 1 or g > len(part):
            return Measured(np.zeros(len(part), np.int32), inf)
        effort, lawyer = self._effort, Lawyer(part, seed)
        work = Effort(effort.cluster_steps, effort.cluster_runs, rescue=0)
        done = divide(part, g, self._prices, work, seed)
        # A draft asks for no proof and seeks no further: another cluster may do.
        if effort.again and not lawyer.content(done):
            if lawyer.refutes(g):
                self.ruled_out.add((int(self._clusters.mask[row]), g))
                self._clusters.cost[row, g] = inf
                return Measured(done.label, inf)
            legal = lawyer.best(g, self._prices, _CLUSTER_TURNS)
            if legal.breaches < done.breaches:
                done = polished(part, legal, self._prices, effort.cluster_steps, seed)
        return Measured(done.label, done.cost)

    def _atoms(self, mask: int) -> IntArray:
        old = self._ground.field.old
        return np.flatnonzero((old >= 0) & ((mask >> np.maximum(old, 0).astype(np.int64)) & 1 > 0)).astype(
            np.int32
        )

    def _joined(self, chosen: tuple[tuple[int, int], ...]) -> IntArray | None:
        """Return the labels of all clusters together; None where one is missing or ground is left over."""
        assert self._clusters is not None  # noqa: S101 - only called with clusters
        if not chosen:
            return None
        label = np.full(len(self._part), -1, np.int32)
        count = 0
        for row, g in chosen:
            measured = self.seen.get((row, g)) or self._measure(row, g)
            if measured.cost == inf:
                return None
            label[self._atoms(int(self._clusters.mask[row]))] = measured.label + count
            count += g
        return label if (label >= 0).all() else None
