# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cutting a connected set of units into connected parts of given loads, by sweeping lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from tools.sample_district.spec import MIN_SHARED_M, Floats, Ints

Key = Callable[[Ints, float], Floats]
_ANGLES = 6


@dataclass(frozen=True, eq=False)
class Graph:
    """Units with their neighbours, as rows of `near` that begin at `first`."""

    first: Ints
    near: Ints
    left: Ints
    right: Ints
    shared_m: Floats

    @classmethod
    def of(cls, n: int, left: Ints, right: Ints, shared_m: Floats, least_m: float = MIN_SHARED_M) -> Graph:
        """Return the graph of n units from their pairs that share more than `least_m`."""
        near = shared_m > least_m
        left, right, shared_m = left[near], right[near], shared_m[near]
        source, target = np.concatenate([left, right]), np.concatenate([right, left])
        order = np.argsort(source, kind="stable")
        first = np.searchsorted(source[order], np.arange(n + 1))
        return cls(first, target[order], left, right, shared_m)

    def parts(self, units: Ints) -> Ints:
        """Return the connected part of each unit, counted from 0 in the order of first units."""
        return np.asarray(_parts(self.first, self.near, np.asarray(units, np.int64)))

    def connected(self, units: Ints) -> bool:
        """Return whether the units hang together."""
        return len(units) > 0 and int(self.parts(units).max()) == 0

    def around(self, units: Ints) -> Ints:
        """Return the neighbours of a set of units, without the units."""
        near = [self.near[self.first[unit] : self.first[unit + 1]] for unit in units.tolist()]
        return np.setdiff1d(np.concatenate([np.empty(0, np.int64), *near]), units)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _parts(first: Ints, near: Ints, units: Ints) -> Ints:
    """Flood the units; called a hundred thousand times for one city, on a few units each."""
    part = np.full(len(first) - 1, -2, np.int64)
    part[units] = -1
    stack = np.empty(len(units), np.int64)
    count = 0
    for start in units:
        if part[start] >= 0:
            continue
        part[start] = count
        stack[0], waiting = start, 1
        while waiting:
            waiting -= 1
            unit = stack[waiting]
            for other in near[first[unit] : first[unit + 1]]:
                if part[other] == -1:
                    part[other] = count
                    stack[waiting] = other
                    waiting += 1
        count += 1
    return part[units]


def merged(label: Ints, left: Ints, right: Ints, shared_m: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of groups that share a border when units are grouped by `label`."""
    a, b = label[left], label[right]
    cross = (a != b) & (a >= 0) & (b >= 0)
    low, high = np.minimum(a, b)[cross], np.maximum(a, b)[cross]
    n = int(label.max()) + 1
    key, inverse = np.unique(low * n + high, return_inverse=True)
    return key // n, key % n, np.asarray(np.bincount(inverse, shared_m[cross], len(key)), dtype=np.float64)


def _main_part(graph: Graph, units: Ints, load: Floats) -> np.ndarray:
    """Return which units belong to the heaviest connected part."""
    part = graph.parts(units)
    return np.asarray(part == np.argmax(np.bincount(part, load[units] + 1e-6)))


def _two_sides(graph: Graph, units: Ints, load: Floats, key: Floats, share: float) -> tuple[Ints, Ints]:
    """Return two connected sides, the first with about `share` of the load."""
    order = np.argsort(key, kind="stable")
    heap = np.cumsum(load[units[order]])
    n = int(np.searchsorted(heap, share * heap[-1])) + 1
    if n > 1 and heap[n - 1] - share * heap[-1] > load[units[order[n - 1]]] / 2:
        n -= 1
    n = min(max(n, 1), len(units) - 1)
    first = np.zeros(len(units), dtype=bool)
    first[order[:n]] = True
    main = _main_part(graph, units[first], load)
    first[np.flatnonzero(first)[~main]] = False
    main = _main_part(graph, units[~first], load)
    first[np.flatnonzero(~first)[~main]] = True
    return units[first], units[~first]


def partition(
    graph: Graph, units: Ints, load: Floats, targets: Floats, key: Key, rng: np.random.Generator
) -> list[Ints]:
    """Return connected parts of `units` whose loads are near the targets, in their order.

    Parameters
    ----------
    graph : Graph
    units : int64[m]
        A connected set.
    load : float64[n]
        Load of each unit of the graph.
    targets : float64[k]
        Wanted loads, scaled to the load there is.
    key : function of (units, angle in radians) to float64[m]
        Where a unit lies on a sweep in a direction.
    rng : Generator

    Returns
    -------
    list of int64 arrays
        k parts; each unit in one of them.
    """
    if len(targets) == 1:
        return [units]
    half = len(targets) // 2
    share = targets[:half].sum() / targets.sum()
    best, best_cost = None, np.inf
    start = rng.uniform(0, np.pi)
    for i in range(_ANGLES):
        values = key(units, start + i * np.pi / _ANGLES)
        sides = _two_sides(graph, units, load, values, share)
        if min(len(sides[0]) - half, len(sides[1]) - len(targets) + half) < 0:
            continue
        off = abs(load[sides[0]].sum() / load[units].sum() - share) / min(share, 1 - share)
        spread = np.ptp(key(units, start + i * np.pi / _ANGLES + np.pi / 2))
        cost = off + 0.35 * spread / (np.ptp(values) + 1e-9) * rng.uniform(0.8, 1.2)
        if cost < best_cost:
            best, best_cost = sides, cost
    if best is None:
        best = _two_sides(graph, units, load, np.arange(len(units), dtype=float), half / len(targets))
    return partition(graph, best[0], load, targets[:half], key, rng) + partition(
        graph, best[1], load, targets[half:], key, rng
    )
