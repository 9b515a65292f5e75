# SPDX-License-Identifier: LGPL-3.0-or-later
"""Annealed search over legal moves: flip an atom, move a piece, re-cut two neighbours on a random tree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridplanner.solve.compiled import kernel, leaf
from gridplanner.solve.part import Field, IntArray
from gridplanner.solve.state import (
    Prices,
    State,
    connected,
    draw,
    draw_below,
    empty_state,
    enter,
    leave,
    load,
    load_cost,
    pieces_cost,
    shape_cost,
    size_cost,
    sow,
    tie_cost,
    total_cost,
)

#: Pieces that a new cut of two grids may hope to save.
_HOPE = 4.0


class Schedule(NamedTuple):
    """How long and how hot the search runs."""

    steps: int
    hot: float  #: first temperature, in pieces
    cold: float  #: last temperature
    piece_share: float  #: share of steps that move a whole piece of an old grid or estate
    recut_share: float  #: share of steps that cut two neighbours anew
    seed: int
    enough: float = -1.0  #: stop at a division that costs no more


@leaf
def _shift(f: Field, s: State, a: int, h: int, p: Prices) -> float:
    """Move an atom to another grid; return what its old grid and its tie cost more."""
    o, t, change = f.old[a], f.tie[a], 0.0
    if o >= 0:
        change -= pieces_cost(f, s, o, p)
    if t >= 0:
        change -= tie_cost(f, s, t)
    leave(f, s, a)
    enter(f, s, a, h)
    if o >= 0:
        change += pieces_cost(f, s, o, p)
    if t >= 0:
        change += tie_cost(f, s, t)
    return change


@leaf
def _hangs_without(f: Field, s: State, a: int, g: int) -> bool:
    """Tell whether a grid hangs together without an atom; the atom is still in it."""
    inside = 0
    for e in range(f.indptr[a], f.indptr[a + 1]):
        if s.label[f.indices[e]] == g:
            inside += 1
    if inside <= 1:
        return bool(s.size[g] > 1)
    s.label[a], s.size[g] = -1, s.size[g] - 1
    first = s.head[g]
    if first == a:
        s.head[g] = s.after[a]
    holds = connected(f, s, g)
    s.head[g] = first
    s.label[a], s.size[g] = g, s.size[g] + 1
    return holds


@leaf
def _settle(f: Field, s: State, g: int, h: int, change: float, bar: float, p: Prices) -> tuple[bool, float]:
    """Price both grids after a move; tell whether the whole change stays under the bar."""
    was = s.cost[g] + s.cost[h]
    cost_g, cost_h = size_cost(s, g, p), size_cost(s, h, p)
    if change + cost_g + cost_h - was > bar:
        return False, 0.0
    cost_g += shape_cost(f, s, g, p)
    cost_h += shape_cost(f, s, h, p)
    change += cost_g + cost_h - was
    if change > bar:
        return False, 0.0
    s.cost[g], s.cost[h] = cost_g, cost_h
    return True, change


@leaf
def _flip(f: Field, s: State, bar: float, p: Prices) -> float:
    """Try to move one atom at a border to a neighbouring grid; return the change of cost."""
    a = draw_below(s, len(s.label))
    degree = f.indptr[a + 1] - f.indptr[a]
    if degree == 0:
        return 0.0
    g, h = s.label[a], s.label[f.indices[f.indptr[a] + draw_below(s, degree)]]
    if g == h or s.size[g] <= 1 or not _hangs_without(f, s, a, g):
        return 0.0
    change = _shift(f, s, a, h, p)
    kept, total = _settle(f, s, g, h, change, bar, p)
    if not kept:
        _shift(f, s, a, g, p)
    return total


@leaf
def _grow_piece(f: Field, s: State, a: int, by_tie: bool) -> int:
    """Collect in `queue` the connected piece of an atom's old grid (or tie) inside its grid."""
    g = s.label[a]
    key = f.tie if by_tie else f.old
    n = len(s.label)
    s.seen[n] += 1
    mark = s.seen[n]
    s.queue[0] = a
    s.seen[a] = mark
    done, found = 0, 1
    while done < found:
        b = s.queue[done]
        done += 1
        for e in range(f.indptr[b], f.indptr[b + 1]):
            c = f.indices[e]
            if s.label[c] == g and key[c] == key[a] and s.seen[c] != mark:
                s.seen[c] = mark
                s.queue[found] = c
                found += 1
    return found


@kernel
def _move_piece(f: Field, s: State, bar: float, p: Prices) -> float:
    """Try to move a whole piece of an old grid to a neighbouring grid; return the change of cost."""
    a = draw_below(s, len(s.label))
    degree = f.indptr[a + 1] - f.indptr[a]
    if degree == 0:
        return 0.0
    g, h = s.label[a], s.label[f.indices[f.indptr[a] + draw_below(s, degree)]]
    if g == h:
        return 0.0
    by_tie = f.tie[a] >= 0 and draw(s) < 0.5
    if not by_tie and f.old[a] < 0:
        return 0.0
    size = _grow_piece(f, s, a, by_tie)
    if size >= s.size[g]:
        return 0.0
    piece = s.queue[:size].copy()
    change = 0.0
    for b in piece:
        change += _shift(f, s, b, h, p)
    kept, total = False, 0.0
    if connected(f, s, g):
        kept, total = _settle(f, s, g, h, change, bar, p)
    if not kept:
        for b in piece[::-1]:
            _shift(f, s, b, g, p)
    return total


@kernel
def random_tree(f: Field, s: State, atoms: IntArray) -> IntArray:
    """Return the parent (position in `atoms`, -1 the root) in a random tree; old-grid borders come last.

    `atoms`, which must hang together, is put into the order in which the tree was grown.
    """
    n, last = len(atoms), len(s.label)
    # Two fresh marks: an atom of the set, and one that the tree has reached.
    s.seen[last] += 2
    reached = s.seen[last]
    edges = 1
    for a in atoms:
        s.seen[a] = reached - 1
        edges += f.indptr[a + 1] - f.indptr[a]
    parent = np.full(n, -1, np.int32)
    # Waiting edges: those inside an old grid from the left, those across from the right.
    target, via = np.empty(edges, np.int32), np.empty(edges, np.int32)
    inner, outer = 0, edges
    a, came = atoms[draw_below(s, n)], -1
    for i in range(n):
        if i > 0:
            while s.seen[a] == reached:
                if inner > 0:
                    j = draw_below(s, inner)
                    a, came = target[j], via[j]
                    inner -= 1
                    target[j], via[j] = target[inner], via[inner]
                else:
                    j = outer + draw_below(s, edges - outer)
                    a, came = target[j], via[j]
                    target[j], via[j] = target[outer], via[outer]
                    outer += 1
        atoms[i], parent[i] = a, came
        s.seen[a] = reached
        for b in f.indices[f.indptr[a] : f.indptr[a + 1]]:
            if s.seen[b] == reached - 1:
                if f.old[a] == f.old[b] and f.old[a] >= 0:
                    target[inner], via[inner] = b, i
                    inner += 1
                else:
                    outer -= 1
                    target[outer], via[outer] = b, i
    return parent


@kernel
def _choose_cut(f: Field, s: State, atoms: IntArray, parent: IntArray, worst: float, p: Prices) -> int:
    """Return the position to cut off below: a random one whose two grids cost no more than `worst`, or 0."""
    n = len(atoms)
    people, households = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        people[i], households[i] = f.people[atoms[i]], f.households[atoms[i]]
    for i in range(n - 1, 0, -1):
        people[parent[i]] += people[i]
        households[parent[i]] += households[i]
    choice, met = 0, 0
    for i in range(1, n):
        cost = load_cost(people[i], households[i], p)
        if cost <= worst:
            cost += load_cost(people[0] - people[i], households[0] - households[i], p)
            if cost <= worst:
                met += 1
                if draw_below(s, met) == 0:
                    choice = i
    return choice


@kernel
def _recut(f: Field, s: State, bar: float, p: Prices) -> float:
    """Try to cut two neighbouring grids anew on a random tree; return the change of cost."""
    a = draw_below(s, len(s.label))
    degree = f.indptr[a + 1] - f.indptr[a]
    if degree == 0:
        return 0.0
    g, h = s.label[a], s.label[f.indices[f.indptr[a] + draw_below(s, degree)]]
    if g == h:
        return 0.0
    atoms = _members(s, g, h)
    parent = random_tree(f, s, atoms)
    # What the sizes cost more may come back as whole pieces, so cuts that are a little worse are tried.
    cut = _choose_cut(
        f, s, atoms, parent, size_cost(s, g, p) + size_cost(s, h, p) + bar + _HOPE * p.pieces, p
    )
    if cut == 0:
        return 0.0
    below = np.zeros(len(atoms), np.bool_)
    below[cut] = True
    change = 0.0
    for i in range(len(atoms)):
        below[i] |= i > cut and below[parent[i]]
        # Those that stay are marked by -1, so that only the others are shifted back.
        target = h if below[i] else g
        if s.label[atoms[i]] == target:
            atoms[i] = -1
        else:
            change += _shift(f, s, atoms[i], target, p)
    kept, total = _settle(f, s, g, h, change, bar, p)
    if not kept:
        for b in atoms[::-1]:
            if b >= 0:
                _shift(f, s, b, g if s.label[b] == h else h, p)
    return total


@kernel
def _members(s: State, g: int, h: int) -> IntArray:
    """Return the atoms of two grids, ascending."""
    out = np.empty(s.size[g] + s.size[h], np.int32)
    n = 0
    for grid in (g, h):
        a = s.head[grid]
        while a >= 0:
            out[n] = a
            n += 1
            a = s.after[a]
    out.sort()
    return out


@kernel
def _step(f: Field, s: State, bar: float, p: Prices, plan: Schedule) -> float:
    """Try one move of a kind drawn at random; return the change of cost."""
    kind = draw(s)
    if kind < plan.recut_share:
        return _recut(f, s, bar, p)
    if kind < plan.recut_share + plan.piece_share:
        return _move_piece(f, s, bar, p)
    return _flip(f, s, bar, p)


@kernel
def _anneal(f: Field, s: State, p: Prices, plan: Schedule) -> tuple[IntArray, float]:
    sow(s, plan.seed)
    cost = total_cost(f, s, p)
    best, lowest = s.label.copy(), cost
    heat = plan.hot
    cooling = (plan.cold / plan.hot) ** (1.0 / max(plan.steps, 1))
    for _i in range(plan.steps):
        heat *= cooling
        bar = -heat * np.log(max(draw(s), 1e-300))
        cost += _step(f, s, bar, p, plan)
        if cost < lowest - 1e-9:
            lowest = cost
            best[:] = s.label
            if lowest <= plan.enough:
                break
    return best, lowest


def anneal(f: Field, label: IntArray, k: int, prices: Prices, plan: Schedule) -> tuple[IntArray, float]:
    """Return better labels and their cost.

    Parameters
    ----------
    f : Field
    label : int32[n]
        Start: each of the k grids connected and not empty.
    k : int
    prices : Prices
    plan : Schedule
        The same seed gives the same answer.

    Returns
    -------
    label : int32[n]
    cost : float
    """
    s = empty_state(f, k)
    load(f, s, label)
    best, _cost = _anneal(f, s, prices, plan)
    load(f, s, best)
    return best, float(total_cost(f, s, prices))
