# SPDX-License-Identifier: LGPL-3.0-or-later
"""A division of a part while the search changes it: labels, sums per grid, and what a grid costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gridplanner.solve.compiled import leaf
from gridplanner.solve.part import Field, FloatArray, IntArray, LongArray

_FOUR_PI = 4.0 * np.pi
_UNIT = 2.0**-53


#: x, y, number of the demand point there (-1 for none).
Place = tuple[float, float, int]


class Prices(NamedTuple):
    """What the search pays for; in pieces of old grids."""

    people: float  #: fixed charge of a breached people band
    households: float
    radius: float
    apart: float  #: a pair that must lie apart, together
    pieces: float  #: one extra piece of an old grid
    moved: float  #: one person outside the largest part of the old grid
    deviation: float  #: |people / mean - 1| of one grid
    spread: float  #: its square
    roundness: float  #: 1 - Polsby-Popper of one grid
    mean: float  #: people of an even grid
    people_min: float
    people_max: float
    households_min: float
    households_max: float
    radius2: float  #: squared limit, m2
    points: int  #: how the service point is found


class State(NamedTuple):
    """Labels of n atoms, and sums of k grids kept up to date with every move."""

    label: IntArray  #: int32[n]
    head: IntArray  #: int32[k], first member; the members are a linked list
    after: IntArray  #: int32[n]
    before: IntArray  #: int32[n]
    size: IntArray  #: int32[k]
    people: LongArray  #: int64[k]
    households: LongArray  #: int64[k]
    area: FloatArray  #: float64[k]
    perimeter: FloatArray  #: float64[k]
    centre: IntArray  #: int32[k], demand point that served last; -1 unknown
    cost: FloatArray  #: float64[k]
    held: IntArray  #: int32[q, k], atoms of an old grid in a grid
    held_people: LongArray  #: int64[q, k]
    tied: IntArray  #: int32[t, k], atoms of a tie in a grid
    home: IntArray  #: int32[p], atom of a demand point
    seen: IntArray  #: int32[n + 1], scratch; the last holds the running mark
    queue: IntArray  #: int32[n], scratch
    random: npt.NDArray[np.uint64]  #: uint64[1], state of the random numbers


def empty_state(f: Field, k: int) -> State:
    """Return a state of k grids without atoms."""
    n, q, t = len(f.people), int(f.old.max(initial=-1)) + 1, len(f.tie_weight)
    return State(
        label=np.full(n, -1, np.int32),
        head=np.full(k, -1, np.int32),
        after=np.full(n, -1, np.int32),
        before=np.full(n, -1, np.int32),
        size=np.zeros(k, np.int32),
        people=np.zeros(k, np.int64),
        households=np.zeros(k, np.int64),
        area=np.zeros(k),
        perimeter=np.zeros(k),
        centre=np.full(k, -1, np.int32),
        cost=np.zeros(k),
        held=np.zeros((q, k), np.int32),
        held_people=np.zeros((q, k), np.int64),
        tied=np.zeros((t, k), np.int32),
        home=np.repeat(np.arange(n, dtype=np.int32), np.diff(f.points)),
        seen=np.zeros(n + 1, np.int32),
        queue=np.zeros(n, np.int32),
        random=np.ones(1, np.uint64),
    )


@leaf
def sow(s: State, seed: int) -> None:
    """Start the random numbers; own ones, so that a seed means the same plan in every version of numba."""
    s.random[0] = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x2545F4914F6CDD1D)


@leaf
def draw(s: State) -> float:
    """Return a random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = s.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.random[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * _UNIT


@leaf
def draw_below(s: State, n: int) -> int:
    """Return a random whole number in [0, n)."""
    return int(draw(s) * n)


@leaf
def load(f: Field, s: State, label: IntArray) -> None:
    """Fill the state from labels; costs are not computed."""
    s.head[:] = -1
    s.size[:] = 0
    s.people[:] = 0
    s.households[:] = 0
    s.area[:] = 0.0
    s.perimeter[:] = 0.0
    s.centre[:] = -1
    s.held[:] = 0
    s.held_people[:] = 0
    s.tied[:] = 0
    s.label[:] = -1
    for a in range(len(label) - 1, -1, -1):
        enter(f, s, a, label[a])


@leaf
def enter(f: Field, s: State, a: int, g: int) -> None:
    """Put an unassigned atom into a grid."""
    first = s.head[g]
    s.after[a], s.before[a] = first, -1
    if first >= 0:
        s.before[first] = a
    s.head[g] = a
    s.label[a] = g
    s.size[g] += 1
    s.people[g] += f.people[a]
    s.households[g] += f.households[a]
    s.area[g] += f.area[a]
    s.perimeter[g] += f.perimeter[a] - 2.0 * border_with(f, s, a, g)
    if f.old[a] >= 0:
        s.held[f.old[a], g] += 1
        s.held_people[f.old[a], g] += f.people[a]
    if f.tie[a] >= 0:
        s.tied[f.tie[a], g] += 1


@leaf
def leave(f: Field, s: State, a: int) -> None:
    """Take an atom out of its grid."""
    g, left, right = s.label[a], s.before[a], s.after[a]
    if left >= 0:
        s.after[left] = right
    else:
        s.head[g] = right
    if right >= 0:
        s.before[right] = left
    s.label[a] = -1
    s.size[g] -= 1
    s.people[g] -= f.people[a]
    s.households[g] -= f.households[a]
    s.area[g] -= f.area[a]
    s.perimeter[g] -= f.perimeter[a] - 2.0 * border_with(f, s, a, g)
    if f.old[a] >= 0:
        s.held[f.old[a], g] -= 1
        s.held_people[f.old[a], g] -= f.people[a]
    if f.tie[a] >= 0:
        s.tied[f.tie[a], g] -= 1


@leaf
def border_with(f: Field, s: State, a: int, g: int) -> float:
    """Return the border of an atom with the other atoms of a grid, metres."""
    total = 0.0
    for e in range(f.indptr[a], f.indptr[a + 1]):
        b = f.indices[e]
        if b != a and s.label[b] == g:
            total += f.border[e]
    return total


@leaf
def connected(f: Field, s: State, g: int) -> bool:
    """Tell whether a grid hangs together."""
    if s.size[g] == 0:
        return False
    n = len(s.label)
    s.seen[n] += 1
    mark = s.seen[n]
    s.queue[0] = s.head[g]
    s.seen[s.head[g]] = mark
    done, found = 0, 1
    while done < found:
        a = s.queue[done]
        done += 1
        for e in range(f.indptr[a], f.indptr[a + 1]):
            b = f.indices[e]
            if s.label[b] == g and s.seen[b] != mark:
                s.seen[b] = mark
                s.queue[found] = b
                found += 1
    return bool(found == s.size[g])


@leaf
def far_from(f: Field, s: State, g: int, place: Place, limit2: float, enough: int) -> int:
    """Count lived-in points of a grid beyond the radius of a place; stop at `enough`."""
    x, y, point = place
    far = 0
    a = s.head[g]
    while a >= 0:
        for d in range(f.points[a], f.points[a + 1]):
            if f.load[d] > 0:
                if point >= 0 and f.far.shape[0] > 0:
                    beyond = f.far[point, d]
                else:
                    beyond = (f.x[d] - x) ** 2 + (f.y[d] - y) ** 2 > limit2
                if beyond:
                    far += 1
                    if far >= enough:
                        return far
        a = s.after[a]
    return far


@leaf
def out_of_reach(f: Field, s: State, g: int, p: Prices) -> int:
    """Return the least number of lived-in points beyond the radius, over the service points allowed."""
    if p.radius2 == np.inf:
        return 0
    if p.points == 2:
        x, y = _middle(f, s, g)
        return far_from(f, s, g, (x, y, -1), p.radius2, 1 << 30)
    given = p.points == 1 and _has_station(f, s, g)
    hint = s.centre[g]
    if hint >= 0 and s.label[s.home[hint]] == g and f.station[hint] == given:
        if far_from(f, s, g, (f.x[hint], f.y[hint], hint), p.radius2, 1) == 0:
            return 0
    best = 1 << 30
    a = s.head[g]
    while a >= 0 and best > 0:
        for c in range(f.points[a], f.points[a + 1]):
            if f.station[c] == given:
                far = far_from(f, s, g, (f.x[c], f.y[c], c), p.radius2, best)
                if far < best:
                    best = far
                    s.centre[g] = c
        a = s.after[a]
    return best


@leaf
def _has_station(f: Field, s: State, g: int) -> bool:
    a = s.head[g]
    while a >= 0:
        for c in range(f.points[a], f.points[a + 1]):
            if f.station[c]:
                return True
        a = s.after[a]
    return False


@leaf
def _middle(f: Field, s: State, g: int) -> tuple[float, float]:
    """Return the population centre of a grid."""
    x = y = total = 0.0
    a = s.head[g]
    while a >= 0:
        for d in range(f.points[a], f.points[a + 1]):
            x += f.load[d] * f.x[d]
            y += f.load[d] * f.y[d]
            total += f.load[d]
        a = s.after[a]
    return (x / total, y / total) if total > 0 else (0.0, 0.0)


@leaf
def band_cost(value: float, low: float, high: float, price: float) -> float:
    """Return the price of a value outside its band: a fixed charge, and more the farther it is out.

    Without the fixed charge a breach by ten people would be cheaper than one cut grid.
    """
    if value < low:
        return price * (1.0 + 4.0 * (low - value) / low)
    if value > high:
        return price * (1.0 + 4.0 * (value - high) / max(high, 1.0))
    return 0.0


@leaf
def load_cost(people: float, households: float, p: Prices) -> float:
    """Return what this many people and households in one grid cost."""
    cost = band_cost(people, p.people_min, p.people_max, p.people)
    cost += band_cost(households, p.households_min, p.households_max, p.households)
    gap = abs(people / p.mean - 1.0)
    return float(cost + p.deviation * gap + p.spread * gap * gap)


@leaf
def size_cost(s: State, g: int, p: Prices) -> float:
    """Return what a grid costs for its people and households."""
    return float(load_cost(s.people[g], s.households[g], p))


@leaf
def shape_cost(f: Field, s: State, g: int, p: Prices) -> float:
    """Return what a grid costs for its reach and its shape."""
    cost = 0.0
    far = out_of_reach(f, s, g, p)
    if far > 0:
        cost += p.radius * (1.0 + 0.1 * far)
    if p.roundness > 0.0:
        cost += p.roundness * (1.0 - _FOUR_PI * s.area[g] / max(s.perimeter[g] ** 2, 1e-9))
    for i in range(f.apart.shape[0]):
        if s.label[f.apart[i, 0]] == g and s.label[f.apart[i, 1]] == g:
            cost += p.apart
    return cost


@leaf
def pieces_cost(f: Field, s: State, o: int, p: Prices) -> float:
    """Return what cutting an old grid costs: extra pieces, and people outside the largest."""
    parts, total, largest = 0, 0, 0
    for g in range(s.held.shape[1]):
        if s.held[o, g] > 0:
            parts += 1
            total += s.held_people[o, g]
            largest = max(largest, s.held_people[o, g])
    return p.pieces * max(parts - 1, 0) + p.moved * (total - largest)


@leaf
def tie_cost(f: Field, s: State, t: int) -> float:
    """Return what tearing a tie costs."""
    parts = 0
    for g in range(s.tied.shape[1]):
        if s.tied[t, g] > 0:
            parts += 1
    return float(f.tie_weight[t] * max(parts - 1, 0))


@leaf
def total_cost(f: Field, s: State, p: Prices) -> float:
    """Recompute what the whole division costs."""
    total = 0.0
    for g in range(len(s.size)):
        s.cost[g] = size_cost(s, g, p) + shape_cost(f, s, g, p)
        total += s.cost[g]
    for o in range(s.held.shape[0]):
        total += pieces_cost(f, s, o, p)
    for t in range(s.tied.shape[0]):
        total += tie_cost(f, s, t)
    return total


def state_of(f: Field, label: npt.NDArray[np.integer], k: int, p: Prices) -> tuple[State, float]:
    """Return a state and its cost."""
    s = empty_state(f, k)
    load(f, s, label.astype(np.int32))
    return s, float(total_cost(f, s, p))
