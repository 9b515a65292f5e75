# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small repairs the planner asks for with one click: fill, mend strays, split evenly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.workspace.scene.live import Neighbours

Ints = npt.NDArray[np.int64]


def fill_moves(district: District, plan: Plan, neighbours: Neighbours) -> dict[int, list[int]]:
    """Return which unassigned atoms go to which grid: the touching one of the community with fewest people.

    Atoms that touch no grid of their community are taken in rounds from their neighbours; what no
    grid can reach stays unassigned.
    """
    assignment = plan.assignment.copy()
    people = plan.sums(district.atoms.people)
    locked = np.array([g.locked for g in plan.grids], bool)
    home = np.array([g.community for g in plan.grids], np.int64)
    moves: dict[int, list[int]] = {}
    left = np.flatnonzero(assignment < 0).tolist()
    while left:
        later = []
        for atom in left:
            near = np.unique(assignment[neighbours.of(atom)])
            near = near[near >= 0]
            near = near[~locked[near] & (home[near] == district.atoms.community[atom])]
            if not len(near):
                later.append(atom)
                continue
            grid = int(near[np.argmin(people[near])])
            assignment[atom] = grid
            people[grid] += district.atoms.people[atom]
            moves.setdefault(grid, []).append(atom)
        if len(later) == len(left):
            break
        left = later
    return moves


def stray_moves(district: District, plan: Plan, neighbours: Neighbours) -> list[tuple[Ints, int]]:
    """Return stray parts and the grid each goes to: the one it shares most border with."""
    links = district.adjacency
    open_ = links.open
    a, b, length = links.a[open_], links.b[open_], np.maximum(links.length_m[open_], 0.1)
    moves = []
    for part in neighbours.strays(plan, district.atoms.people):
        inside = np.zeros(len(district.atoms), bool)
        inside[part] = True
        out = np.concatenate([b[inside[a] & ~inside[b]], a[inside[b] & ~inside[a]]])
        weight = np.concatenate([length[inside[a] & ~inside[b]], length[inside[b] & ~inside[a]]])
        grids = plan.assignment[out]
        home = district.atoms.community[part[0]]
        good = np.array(
            [g >= 0 and plan.grids[g].community == home and not plan.grids[g].locked for g in grids.tolist()],
            bool,
        )
        if good.any():
            shared = np.bincount(grids[good], weight[good], plan.n_grids)
            moves.append((part, int(np.argmax(shared))))
    return moves


def split_evenly(district: District, plan: Plan, neighbours: Neighbours, grid: int, parts: int) -> list[Ints]:
    """Return a grid's atoms in connected parts of about equal people.

    Parts are cut off one after another: each grows from the atom farthest from the rest, nearest
    atoms first, and never leaves the remainder in pieces if it can be helped.
    """
    atoms = district.atoms
    left = np.flatnonzero(plan.assignment == grid)
    if len(left) < parts:
        return [left]
    made: list[Ints] = []
    for k in range(parts, 1, -1):
        want = atoms.people[left].sum() / k
        part = _grow(district, neighbours, left, float(want), k - 1)
        made.append(part)
        left = np.setdiff1d(left, part)
    return [left, *made]


def _grow(district: District, neighbours: Neighbours, left: Ints, want: float, keep: int) -> Ints:
    """Return a connected part of about `want` people, leaving at least `keep` atoms."""
    atoms = district.atoms
    cx, cy = atoms.x[left].mean(), atoms.y[left].mean()
    seed = int(left[np.argmax((atoms.x[left] - cx) ** 2 + (atoms.y[left] - cy) ** 2)])
    free, part, people = set(left.tolist()) - {seed}, [seed], int(atoms.people[seed])
    while people < want and len(free) > keep:
        edge = {int(n) for atom in part for n in neighbours.of(atom).tolist() if n in free}
        order = sorted(
            edge, key=lambda i: (atoms.x[i] - atoms.x[seed]) ** 2 + (atoms.y[i] - atoms.y[seed]) ** 2
        )
        chosen = next((i for i in order if _whole(neighbours, free - {i})), order[0] if order else None)
        if chosen is None:
            break
        gain = int(atoms.people[chosen])
        if people + gain - want > want - people and people > 0:
            break
        part.append(chosen)
        free.discard(chosen)
        people += gain
    return np.array(sorted(part), np.int64)


def _whole(neighbours: Neighbours, atoms: set[int]) -> bool:
    """Tell whether atoms hang together."""
    return len(neighbours.parts(np.array(sorted(atoms), np.int64))) <= 1
