# SPDX-License-Identifier: LGPL-3.0-or-later
"""Partition the old grids of a part into clusters at the least cost, for every number of grids.

Extra pieces of a plan are the ties between old and new grids, less the old grids. In each cluster
(a connected component of those ties) there are at least |old| + |new| - 1 of them, so a cluster of g
grids costs g - 1 pieces or more, and a plan of k grids k less its clusters. Maximising the clusters
therefore bounds the pieces from below, whatever the shape of the plan; the like is known of county
clusters in districting (Carter, Hunter, Teague, Herschlag, Mattingly 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from gridplanner.solve.compiled import kernel
from gridplanner.solve.olds import (
    FEW_SETS,
    Masks,
    Olds,
    connected_sets,
    grid_numbers,
    in_one_piece,
    loose_grids,
    reachable,
)
from gridplanner.solve.part import FloatArray, IntArray, Limits, LongArray

#: Up to this many old grids the partition is found by dynamic programming over the sets left over.
MAX_TABLE = 22
#: Numbers of grids beyond this have no column: a cluster of more is bounded with the unlisted ones.
MAX_GRIDS = 24


@dataclass(frozen=True, eq=False)
class Clusters:
    """The clusters of a part and what each costs at least.

    Parameters
    ----------
    mask : int64[m]
    cost : float64[m, MAX_GRIDS + 1]
        Pieces of the cluster divided into g grids, at least; inf where that cannot be.
    q : int
        Old grids.
    listed : int
        All connected sets of up to this many old grids are listed; q means all.
    lone : int
        Grids that ground without an old grid could fill alone.
    people : int64[q]
    band : (float, float)
        Hard band of people, for clusters that are not listed.
    """

    mask: Masks
    cost: FloatArray
    q: int
    listed: int
    lone: int
    people: LongArray
    band: tuple[float, float]
    loose_people: int

    @property
    def complete(self) -> bool:
        """Whether every connected set is listed."""
        return self.listed >= self.q


@dataclass(frozen=True, eq=False)
class Partition:
    """A cheapest partition: clusters as (row, grids), and a proven bound on its cost."""

    chosen: tuple[tuple[int, int], ...]
    cost: float
    bound: float


def clusters_of(olds: Olds, limits: Limits, most_sets: int) -> Clusters:
    """Return the clusters of a part with the least pieces each can cost.

    Parameters
    ----------
    olds : Olds
    limits : Limits
        Hard ones only.
    most_sets : int
        How many sets to list.
    """
    mask, listed = connected_sets(olds.touch, most_sets)
    if listed < len(olds) or len(olds) > MAX_TABLE:
        mask, listed = connected_sets(olds.touch, min(most_sets, FEW_SETS))
    low, high = grid_numbers(mask, olds, limits)
    g = np.arange(MAX_GRIDS + 1)
    cost = np.where((g >= low[:, None]) & (g <= high[:, None]) & (g > 0), g - 1.0, inf)
    one = np.flatnonzero(np.isfinite(cost[:, 1]))
    cost[one[~(reachable(mask[one], olds) & in_one_piece(mask[one], olds))], 1] = inf
    keep = np.flatnonzero(np.isfinite(cost).any(axis=1))
    # By lowest old grid: the table takes clusters off in this order.
    keep = keep[np.lexsort((mask[keep], mask[keep] & -mask[keep]))]
    return Clusters(
        mask[keep], cost[keep], len(olds), listed, loose_grids(olds, limits), olds.people, limits.people,
        olds.loose_people,
    )  # fmt: skip


@kernel
def _left_over(mask: Masks, begin: LongArray, q: int) -> tuple[IntArray, Masks]:
    """List the sets that can be left over when clusters are taken off, lowest old grid first.

    Returns the number of each set (-1 for the others) and the sets, ascending.
    """
    number = np.full(1 << q, -1, np.int32)
    number[(1 << q) - 1] = 0
    for whole in range((1 << q) - 1, 0, -1):
        if number[whole] < 0:
            continue
        first = _lowest(whole)
        for r in range(begin[first], begin[first + 1]):
            if mask[r] & ~whole == 0:
                number[whole ^ mask[r]] = 0
    sets = np.flatnonzero(number == 0)
    number[sets] = np.arange(len(sets)).astype(np.int32)
    return number, sets


@kernel
def _lowest(mask: int) -> int:
    """Return the position of the lowest bit set."""
    place = 0
    while (mask >> place) & 1 == 0:
        place += 1
    return place


@kernel
def _fill(
    mask: Masks, begin: LongArray, number: IntArray, sets: Masks, cost: FloatArray, most: int
) -> tuple[FloatArray, IntArray, IntArray]:
    """Fill best[set, k]: the least cost of partitioning a set into clusters of k grids in all."""
    best = np.full((len(sets), most + 1), np.inf)
    row = np.full((len(sets), most + 1), -1, np.int32)
    grids = np.zeros((len(sets), most + 1), np.int32)
    if sets[0] == 0:
        best[0, 0] = 0.0
    for i in range(len(sets)):
        whole = sets[i]
        if whole == 0:
            continue
        first = _lowest(whole)
        for r in range(begin[first], begin[first + 1]):
            if mask[r] & ~whole == 0:
                _improve((best, row, grids), i, number[whole ^ mask[r]], r, cost)
    return best, row, grids


@kernel
def _improve(
    table: tuple[FloatArray, IntArray, IntArray], i: int, left: int, r: int, cost: FloatArray
) -> None:
    """Try cluster r for set i, of which set `left` is then left over."""
    best, row, grids = table
    most = best.shape[1] - 1
    for g in range(1, min(most, cost.shape[1] - 1) + 1):
        c = cost[r, g]
        if c == np.inf:
            continue
        for k in range(g, most + 1):
            total = c + best[left, k - g]
            if total < best[i, k] - 1e-12:
                best[i, k], row[i, k], grids[i, k] = total, r, g


@dataclass(frozen=True, eq=False)
class Ladder:
    """The order in which clusters are taken off; the same for all costs."""

    begin: LongArray  #: int64[q + 1], first cluster whose lowest old grid is this
    number: IntArray
    sets: Masks

    @classmethod
    def of(cls, clusters: Clusters) -> Ladder | None:
        """Return the ladder, None where there are too many old grids or clusters that are not listed."""
        if not clusters.complete or clusters.q > MAX_TABLE:
            return None
        lowest = (clusters.mask & -clusters.mask).astype(np.float64)
        begin = np.searchsorted(lowest, 2.0 ** np.arange(clusters.q + 1)).astype(np.int64)
        number, sets = _left_over(clusters.mask, begin, clusters.q)
        return cls(begin, number, sets)


class Partitioner:
    """Finds cheapest partitions for one part, for any costs of its clusters.

    Parameters
    ----------
    clusters : Clusters
    cost : float64[m, MAX_GRIDS + 1]
        What to minimise; may differ from the proven least pieces.
    most : int
        Largest number of grids asked for.
    ladder : Ladder, optional
        That of the clusters, where it is known.
    """

    def __init__(self, clusters: Clusters, cost: FloatArray, most: int, ladder: Ladder | None = None) -> None:
        self._clusters, self._cost = clusters, cost
        self._table: tuple[FloatArray, IntArray, IntArray] | None = None
        self._ladder = ladder or Ladder.of(clusters)
        if self._ladder is not None:
            steps = self._ladder
            self._table = _fill(clusters.mask, steps.begin, steps.number, steps.sets, cost, most)

    def solve(self, k: int, limit_s: float = 5.0) -> Partition:
        """Return a cheapest partition into k grids; cost inf where there is none."""
        options = [self._solve(k - lone, limit_s) for lone in range(min(self._clusters.lone, k) + 1)]
        best = min(options, key=lambda p: p.cost)
        return Partition(best.chosen, best.cost, min(p.bound for p in options))

    def _solve(self, k: int, limit_s: float) -> Partition:
        if self._table is not None:
            return self._look_up(k)
        return _by_milp(self._clusters, self._cost, k, limit_s)

    def _look_up(self, k: int) -> Partition:
        if self._table is None or self._ladder is None:
            return Partition((), inf, -inf)
        best, row, grids = self._table
        whole, number = (1 << self._clusters.q) - 1, self._ladder.number
        cost = float(best[number[whole], k])
        if cost == inf:
            return Partition((), inf, inf)
        chosen = []
        while whole:
            r, g = int(row[number[whole], k]), int(grids[number[whole], k])
            chosen.append((r, g))
            whole, k = whole & ~int(self._clusters.mask[r]), k - g
        return Partition(tuple(chosen), cost, cost)


def relaxed_bound(clusters: Clusters, k: int) -> float:
    """Return a bound on the pieces of k grids that clusters in fractions give, inf where k is impossible.

    It takes an eighth of the time of whole clusters and, rounded up, is nearly always the same.
    """
    options = range(min(clusters.lone, k) + 1)
    return min(_by_milp(clusters, clusters.cost, k - lone, 5.0, whole=False).bound for lone in options)


def _by_milp(
    clusters: Clusters, cost: FloatArray, k: int, limit_s: float, *, whole: bool = True
) -> Partition:
    """Find the cheapest partition by integer programming; not `whole`, only the bound by linear programming.

    Old grids outside all listed clusters lie in w unlisted ones (each of more than `listed` old grids)
    that hold G grids; they cost G - w pieces or more. So the bound needs no cap on a cluster's size.
    """
    rows, grids = np.nonzero(np.isfinite(cost) & (np.arange(cost.shape[1]) <= k))
    n, q = len(rows), clusters.q
    value = np.concatenate([cost[rows, grids], np.zeros(q), [-1.0, 1.0]])
    inside = (clusters.mask[rows][None, :] >> np.arange(q, dtype=np.int64)[:, None]) & 1
    o, c = np.nonzero(inside)
    cover = coo_array((np.ones(len(o)), (o, c)), shape=(q, n + q + 2)).tolil()
    cover[np.arange(q), n + np.arange(q)] = 1.0
    total = np.concatenate([grids, np.zeros(q), [0.0, 1.0]])
    constraints = [
        LinearConstraint(cover.tocsr(), 1.0, 1.0),
        LinearConstraint(total[None, :], k, k),
        *_unlisted(clusters, n),
    ]
    open_size = 0 if clusters.complete else 1
    upper = np.concatenate([np.ones(n), np.full(q, open_size), [q * open_size, k * open_size]])
    # The number of columns is in the thousands and every answer must be exact: no relative gap.
    answer = milp(
        value,
        integrality=np.full(n + q + 2, int(whole)),
        bounds=Bounds(np.zeros(n + q + 2), upper),
        constraints=constraints,
        options={"time_limit": limit_s, "mip_rel_gap": 0.0},
    )
    return _read(answer, rows, grids, n, whole=whole)


def _unlisted(clusters: Clusters, n: int) -> list[LinearConstraint]:
    """Return what the unlisted clusters must satisfy together."""
    q, width = clusters.q, n + clusters.q + 2
    spread, few, people_low, people_high = (np.zeros(width) for _i in range(4))
    spread[n : n + q], spread[-2] = 1.0, -(clusters.listed + 1.0)
    few[n : n + q], few[-2] = 1.0, -float(q)
    each = np.zeros(width)
    each[-2], each[-1] = -1.0, 1.0
    out = [
        LinearConstraint(spread[None, :], 0.0, inf),
        LinearConstraint(few[None, :], -inf, 0.0),
        LinearConstraint(each[None, :], 0.0, inf),
    ]
    low, high = clusters.band
    if low > 0:
        people_low[n : n + q], people_low[-1] = clusters.people, -low
        out.append(LinearConstraint(people_low[None, :], -float(clusters.loose_people), inf))
    if high < inf:
        people_high[n : n + q], people_high[-1] = clusters.people, -high
        out.append(LinearConstraint(people_high[None, :], -inf, 0.0))
    return out


def _read(
    answer: object, rows: npt.NDArray[np.intp], grids: npt.NDArray[np.intp], n: int, *, whole: bool
) -> Partition:
    """Return the partition of an answer; bound inf where proven that there is none."""
    status, x = answer.status, answer.x  # type: ignore[attr-defined]  # scipy's result has no type
    if status == 2:
        return Partition((), inf, inf)
    dual = getattr(answer, "mip_dual_bound", None)
    bound = -inf if dual is None else float(dual)
    if x is None:
        return Partition((), inf, bound)
    if not whole:
        return Partition((), inf, float(answer.fun) if status == 0 else -inf)  # type: ignore[attr-defined]
    chosen = tuple((int(rows[i]), int(grids[i])) for i in np.flatnonzero(x[:n] > 0.5))
    return Partition(chosen, float(answer.fun), bound)  # type: ignore[attr-defined]  # the same
