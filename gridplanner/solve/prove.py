# SPDX-License-Identifier: LGPL-3.0-or-later
"""Raise the bound on a part's pieces, cluster by cluster, until it meets the plan or the time is up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from time import monotonic, process_time

import numpy as np

from gridplanner.solve.clusters import Clusters, Ladder, Partition, Partitioner, clusters_of, relaxed_bound
from gridplanner.solve.covering import Covering
from gridplanner.solve.exact_cluster import least_pieces
from gridplanner.solve.keep import subpart
from gridplanner.solve.olds import MAX_OLDS, olds_of
from gridplanner.solve.part import IntArray, Part
from gridplanner.solve.single_cut import SingleCut
from gridplanner.solve.start import pieces_of

#: (mask of old grids, grids) to the least pieces proven for that cluster, and the wall seconds that its
#: exact model has had: inf where the bound is attained, or nothing more can be had.
Proven = Mapping[tuple[int, int], tuple[float, float]]
#: Wall seconds for one cluster at first; each further visit gets so many times more.
_FIRST_LIMIT_S, _MORE = 4.0, 4.0


@dataclass(frozen=True, eq=False)
class ProveTask:
    """Bound the pieces of a part.

    Parameters
    ----------
    part : Part
    numbers : tuple of int
        Numbers of grids to bound.
    goals : mapping of int to float
        Numbers of grids whose bound is worth raising, and the pieces of the plan known for each.
    seconds : float
        Wall time for exact work; 0 for the cheap tests only.
    most_sets : int
    known : mapping
        What earlier tasks proved of clusters.
    first : bool
        Whether numbers past the first possible one, and past the goals, are left out.
    light : bool
        Whether parts of many old grids are bounded without integer programming.
    """

    part: Part
    numbers: tuple[int, ...]
    most_sets: int
    goals: Mapping[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    known: Proven = field(default_factory=dict)
    first: bool = False
    light: bool = False


@dataclass(frozen=True, eq=False)
class Curve:
    """Proven least pieces by number of grids (inf: no plan), what is known of clusters, CPU seconds.

    `spent` are the goals for which nothing is left to work on, however long.
    """

    least: dict[int, float]
    known: dict[tuple[int, int], tuple[float, float]]
    cpu_s: float
    spent: frozenset[int] = frozenset()


def run_prove(task: ProveTask) -> Curve:
    """Bound a part; runs in a worker process."""
    begun = process_time()
    part = absorbed(task.part)
    if not 0 < len(part.olds) <= MAX_OLDS:
        return Curve(dict.fromkeys(task.numbers, 0.0), {}, process_time() - begun, frozenset(task.goals))
    prover = _Prover(part, task)
    least = _first_bounds(prover, task)
    deadline, spent = monotonic() + task.seconds, set[int]()
    for k, goal in task.goals.items():
        while least[k] < goal and monotonic() < deadline and k not in spent:
            if not prover.sharpen(k, deadline):
                spent.add(k)
            least[k] = prover.bound(k)
    if task.goals:
        least = {k: max(low, prover.bound(k)) for k, low in least.items()}
    return Curve(least, prover.known, process_time() - begun, frozenset(spent))


def _first_bounds(prover: _Prover, task: ProveTask) -> dict[int, float]:
    """Return the bounds that need no exact work."""
    least: dict[int, float] = {}
    for k in task.numbers:
        least[k] = prover.bound(k)
        if task.first and least[k] < inf and k >= max(task.goals, default=0):
            break
    return least


def absorbed(part: Part) -> Part:
    """Return the part with loose ground that touches one old grid only counted as that grid's.

    Its atoms cannot be reached but through that old grid, and (too few live there) fill no grid
    alone, so every plan has the same pieces either way.
    """
    f = part.field
    old = f.old.copy()
    loose = pieces_of(f, np.where(old >= 0, -2, -1).astype(np.int32))
    source = np.repeat(np.arange(len(old)), np.diff(f.indptr))
    for number in np.unique(loose[old < 0]):
        inside = loose == number
        touched = np.unique(f.old[f.indices[inside[source] & ~inside[f.indices]]])
        if len(touched) == 1 and int(f.people[inside].sum()) < part.limits.hard_only().people[0]:
            old[inside] = touched[0]
    return Part(**{**vars(part), "field": f._replace(old=old)})


def whole(bound: float) -> float:
    """Return a bound on a whole number, rounded up; solvers answer 1.9999999 for 2."""
    return bound if bound in (inf, -inf) else max(0.0, float(np.ceil(bound - 1e-6)))


def _least_of(cluster: Part, g: int, seconds: float) -> tuple[float, bool]:
    """Return proven least pieces of a cluster, and whether that is all there is to prove.

    The radius is asked first, where no ground may be left out: it takes milliseconds.
    """
    if (cluster.field.old >= 0).all() and Covering(cluster).refutes(g):
        return inf, True
    return least_pieces(cluster, g, seconds)


class _Prover:
    """Holds the clusters of one part and what is proven of each."""

    def __init__(self, part: Part, task: ProveTask) -> None:
        olds = olds_of(part)
        self._part = part
        self._clusters: Clusters = clusters_of(olds, part.limits.hard_only(), task.most_sets)
        self._row = {int(mask): row for row, mask in enumerate(self._clusters.mask)}
        self._ladder = Ladder.of(self._clusters)
        self._test = SingleCut(part, olds)
        self._most = max(task.numbers)
        self.known = dict(task.known)
        self._table: Partitioner | None = None
        self._light = task.light and not task.goals and self._ladder is None
        for (mask, g), (low, _spent) in self.known.items():
            self._raise(mask, g, low)

    def _raise(self, mask: int, g: int, low: float) -> None:
        row = self._row[mask]
        if low > self._clusters.cost[row, g]:
            self._clusters.cost[row, g] = low
            self._table = None

    def _cheapest(self, k: int) -> Partition:
        """Return a cheapest partition on what is proven, after the cheap test of its clusters."""
        while True:
            if self._table is None:
                self._table = Partitioner(self._clusters, self._clusters.cost, self._most, self._ladder)
            found = self._table.solve(k)
            wrong = [
                int(self._clusters.mask[row])
                for row, g in found.chosen
                if g == 2
                and self._clusters.cost[row, 2] < 2.0
                and not self._test.possible(int(self._clusters.mask[row]))
            ]
            if not wrong:
                return found
            for mask in wrong:
                self.known[mask, 2] = (2.0, 0.0)
                self._raise(mask, 2, 2.0)

    def bound(self, k: int) -> float:
        """Return the proven least pieces of k grids."""
        if self._light:
            return whole(relaxed_bound(self._clusters, k))
        return whole(self._cheapest(k).bound)

    def sharpen(self, k: int, deadline: float) -> bool:
        """Work exactly on the clusters of the cheapest partition; tell whether there was any to work on."""
        open_ = [
            (self.known.get(pair, (0.0, 0.0))[1], pair)
            for row, g in self._cheapest(k).chosen
            if g > 1
            for pair in [(int(self._clusters.mask[row]), g)]
        ]
        open_ = [(spent, pair) for spent, pair in open_ if spent < inf]
        for spent, (mask, g) in sorted(open_, key=lambda item: (item[0], item[1][0].bit_count(), item[1])):
            left = deadline - monotonic()
            if left <= 0:
                break
            limit = min(left, max(_FIRST_LIMIT_S, _MORE * spent))
            low, final = _least_of(subpart(self._part, self._atoms(mask)), g, limit)
            low = max(low, self.known.get((mask, g), (0.0, 0.0))[0])
            self.known[mask, g] = (low, inf if final else max(spent, limit))
            before = self._clusters.cost[self._row[mask], g]
            self._raise(mask, g, low)
            if low > before:
                break
        return bool(open_)

    def _atoms(self, mask: int) -> IntArray:
        """Return the atoms of some old grids, and the loose ground that could lend them people or a way."""
        f = self._part.field
        inside = (f.old >= 0) & ((mask >> np.maximum(f.old, 0).astype(np.int64)) & 1 > 0)
        loose = f.old < 0
        if loose.any():
            piece = pieces_of(f, np.where(loose, -1, -2).astype(np.int32))
            touched = f.indices[np.repeat(inside, np.diff(f.indptr))]
            inside |= loose & np.isin(piece, piece[touched[loose[touched]]])
        return np.flatnonzero(inside).astype(np.int32)
