# SPDX-License-Identifier: LGPL-3.0-or-later
"""The optimum of small districts by listing every legal grid; shares no code with the engine."""

from __future__ import annotations

from functools import cache
from math import inf

import numpy as np

from gridplanner.model.jurisdiction import District


def touching(district: District) -> list[int]:
    """Return the mask of the atoms that each atom touches."""
    masks = [0] * len(district.atoms)
    edges = district.adjacency
    for a, b, ok in zip(edges.a.tolist(), edges.b.tolist(), edges.open.tolist(), strict=True):
        if ok:
            masks[a] |= 1 << b
            masks[b] |= 1 << a
    return masks


def members(mask: int) -> list[int]:
    """Return the positions of the bits set."""
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def legal_grids(district: District, low: float, high: float, radius: float) -> list[int]:
    """Return every connected set of atoms that keeps band and radius, as masks."""
    touch = touching(district)
    people = district.atoms.people.tolist()
    level = {1 << i for i in range(len(people)) if people[i] <= high}
    found = set(level)
    while level:
        grown = set()
        for mask in level:
            around = 0
            for i in members(mask):
                around |= touch[i]
            for j in members(around & ~mask):
                bigger = mask | 1 << j
                if bigger not in found and sum(people[i] for i in members(bigger)) <= high:
                    grown.add(bigger)
        found |= grown
        level = grown
    return [m for m in found if sum(people[i] for i in members(m)) >= low and reaches(district, m, radius)]


def reaches(district: District, mask: int, radius: float) -> bool:
    """Tell whether some atom of the set reaches all its lived-in atoms."""
    own = np.array(members(mask))
    x, y = district.atoms.x[own], district.atoms.y[own]
    far = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) > radius
    return bool((~far[:, district.atoms.people[own] > 0].any(axis=1)).any())


def least_pieces(district: District, grids: list[int], most: int) -> dict[int, float]:
    """Return for each number of grids the least extra pieces of old grids; inf where no plan is."""
    old = district.atoms.old_grid.tolist()
    touched = {m: len({old[i] for i in members(m)} - {-1}) for m in grids}
    by_lowest: dict[int, list[int]] = {}
    for m in sorted(grids):
        by_lowest.setdefault(m & -m, []).append(m)

    @cache
    def best(left: int, k: int) -> float:
        if not left or not k:
            return 0.0 if not left and not k else inf
        options = [m for m in by_lowest.get(left & -left, ()) if m & ~left == 0]
        return min((touched[m] + best(left & ~m, k - 1) for m in options), default=inf)

    everyone = (1 << len(old)) - 1
    olds = len(set(old) - {-1})
    return {k: best(everyone, k) - olds for k in range(1, most + 1)}
