# SPDX-License-Identifier: LGPL-3.0-or-later
"""The task as any program can be told it: connected ground, people, and how many grids each piece gets.

Made from the district alone, without the engine, so that the peers do not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from benchmarks.engine.judge import Limits, free_atoms
from gridplanner.model.jurisdiction import District

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ground:
    """A connected part of a community.

    Parameters
    ----------
    atoms : int64[n]
        Rows in the district.
    links : csr_array[n, n]
        Border in metres between atoms that touch and may be joined.
    people, old : int64[n]
        Old grid -1 where there is none.
    xy : float64[n, 2]
        Metres.
    k : int
        Grids to be made of it.
    """

    atoms: Ints
    links: csr_array
    people: Ints
    old: Ints
    xy: npt.NDArray[np.float64]
    k: int

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.atoms)

    def neighbours(self) -> dict[int, list[int]]:
        """Return the neighbours of each atom."""
        ends = self.links.indptr
        return {a: self.links.indices[ends[a] : ends[a + 1]].tolist() for a in range(len(self))}


def grounds_of(district: District, total: int, limits: Limits) -> list[Ground]:
    """Return the parts to divide, and `total` grids shared out among them by their people.

    Each part keeps to the numbers that the band allows it; within these, the part whose grids would
    be largest gets the next grid.
    """
    atoms, edges = district.atoms, district.adjacency
    free = free_atoms(district)
    live = edges.open & free[edges.a] & free[edges.b]
    live &= atoms.community[edges.a] == atoms.community[edges.b]
    a, b, border = edges.a[live], edges.b[live], np.maximum(edges.length_m[live], 1e-3)
    n = len(atoms)
    both = coo_array((np.r_[border, border], (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()
    part = connected_components(both, directed=False)[1]
    part[~free] = -1
    # A part without people belongs to whoever is nearest; nobody is asked to divide it.
    groups = [g for g in _split(part) if atoms.people[g].sum() > 0]
    shares = _shares([int(atoms.people[g].sum()) for g in groups], [len(g) for g in groups], total, limits)
    xy = np.column_stack([atoms.x, atoms.y])
    return [
        Ground(
            g,
            csr_array(both[g][:, g]),
            atoms.people[g].astype(np.int64),
            atoms.old_grid[g].astype(np.int64),
            xy[g],
            k,
        )
        for g, k in zip(groups, shares, strict=True)
    ]


def _split(part: npt.NDArray[np.integer]) -> list[Ints]:
    """Return the rows of each part, in one pass."""
    order = np.argsort(part, kind="stable")
    ends = np.flatnonzero(np.diff(part[order])) + 1
    return [g for g in np.split(order, ends) if part[g[0]] >= 0]


def _shares(people: list[int], sizes: list[int], total: int, limits: Limits) -> list[int]:
    """Return the number of grids of each part."""
    least = [max(1, int(np.ceil(p / limits.high))) for p in people]
    most = [max(k, min(n, int(p // limits.low))) for k, p, n in zip(least, people, sizes, strict=True)]
    shares = list(least)
    waiting = [(-p / k, i) for i, (p, k) in enumerate(zip(people, shares, strict=True)) if k < most[i]]
    heapify(waiting)
    for _grid in range(total - sum(shares)):
        if not waiting:
            break
        _size, i = heappop(waiting)
        shares[i] += 1
        if shares[i] < most[i]:
            heappush(waiting, (-people[i] / shares[i], i))
    return shares
