# SPDX-License-Identifier: LGPL-3.0-or-later
"""A first division of a part into k connected grids, close to the plan to improve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.solve.compiled import kernel
from gridplanner.solve.part import Field, IntArray, by_position
from gridplanner.solve.search import random_tree
from gridplanner.solve.state import State, empty_state, load, sow


@kernel
def pieces_of(f: Field, key: IntArray) -> IntArray:
    """Return the number of the connected piece each atom is in; neighbours with equal keys are one piece."""
    n = len(key)
    piece = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    count = 0
    for seed in range(n):
        if piece[seed] >= 0:
            continue
        piece[seed] = count
        queue[0] = seed
        done, found = 0, 1
        while done < found:
            a = queue[done]
            done += 1
            for e in range(f.indptr[a], f.indptr[a + 1]):
                b = f.indices[e]
                if piece[b] < 0 and key[b] == key[a]:
                    piece[b] = count
                    queue[found] = b
                    found += 1
        count += 1
    return piece


@kernel
def _cut(f: Field, s: State, g: int, h: int, share: float, tries: int) -> None:
    """Cut a grid in two connected ones near a share of its people (of its atoms where it has none)."""
    members = np.flatnonzero(s.label == g).astype(np.int32)
    n = len(members)
    best = np.inf
    label = s.label.copy()
    weight = np.empty(n)
    below = np.empty(n, np.bool_)
    for _try in range(tries):
        parent = random_tree(f, s, members)
        for i in range(n):
            weight[i] = f.people[members[i]] + 1e-3
        for i in range(n - 1, 0, -1):
            weight[parent[i]] += weight[i]
        cut, gap = -1, np.inf
        for i in range(1, n):
            miss = abs(weight[i] - share * weight[0])
            if miss < gap:
                cut, gap = i, miss
        if gap < best:
            best = gap
            below[:] = False
            below[cut] = True
            for i in range(n):
                below[i] |= i > cut and below[parent[i]]
                label[members[i]] = h if below[i] else g
    load(f, s, label)


@kernel
def _split_up(f: Field, label: IntArray, s: State, count: int, seed: int) -> int:
    """Cut the grid with the most people (then the most atoms) until there are as many as the state holds."""
    sow(s, seed)
    load(f, s, label)
    while count < len(s.size):
        g, most = -1, -1.0
        for i in range(count):
            if s.size[i] > 1 and s.people[i] + 1e-6 * s.size[i] > most:
                g, most = i, s.people[i] + 1e-6 * s.size[i]
        if g < 0:
            return count
        wanted = max(
            2, min(len(s.size) - count + 1, round(s.people[g] * len(s.size) / max(s.people.sum(), 1)))
        )
        _cut(f, s, g, count, (wanted // 2) / wanted, 5)
        count += 1
    return count


def neighbours_of(f: Field, label: npt.NDArray[np.integer], k: int) -> list[set[int]]:
    """Return which groups touch which; group -1 is left out."""
    a = np.repeat(label, np.diff(f.indptr))
    b = label[f.indices]
    across = (a != b) & (a >= 0) & (b >= 0)
    out: list[set[int]] = [set() for _i in range(k)]
    for pair in np.unique(a[across].astype(np.int64) * k + b[across]).tolist():
        out[pair // k].add(pair % k)
    return out


def merge_down(f: Field, label: IntArray, k: int, jitter: npt.NDArray[np.float64]) -> IntArray:
    """Merge the smallest group into its smallest neighbour until k are left."""
    count = int(label.max()) + 1
    people = np.bincount(label, f.people, minlength=count) * jitter[:count]
    touch = neighbours_of(f, label, count)
    target = np.arange(count)
    alive = set(range(count))
    while len(alive) > k:
        g = min((i for i in alive if touch[i]), key=lambda i: (people[i], i))
        h = min(touch[g], key=lambda i: (people[i], i))
        people[h] += people[g]
        for other in touch[g]:
            touch[other].discard(g)
            if other != h:
                touch[other].add(h)
                touch[h].add(other)
        alive.discard(g)
        target[target == g] = h
    return by_position(target[label].astype(np.int32))


def first_division(f: Field, start: IntArray, k: int, seed: int) -> IntArray:
    """Return k connected groups, none empty, near `start`.

    Parameters
    ----------
    f : Field
    start : int32[n]
        Labels of the plan to improve; -1 unassigned.
    k : int
        At most the number of atoms.
    seed : int
        Other seeds give other divisions.

    Returns
    -------
    int32[n]
        Labels 0..k-1.
    """
    pieces = pieces_of(f, start)
    count = int(pieces.max()) + 1
    if count > k:
        jitter = np.exp(np.random.default_rng(seed).normal(0.0, 0.3, count))
        pieces = merge_down(f, pieces, k, jitter)
        count = k
    s = empty_state(f, k)
    _split_up(f, pieces, s, count, seed)
    return s.label.copy()
