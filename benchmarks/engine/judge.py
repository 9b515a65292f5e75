# SPDX-License-Identifier: LGPL-3.0-or-later
"""One judge for all programs: labels in, figures out; shares no code with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import area, length, union_all

from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind

Labels = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Limits:
    """The rules of the contest: people per grid, and metres to the farthest lived-in building."""

    low: float = 1000.0
    high: float = 2000.0
    radius_m: float = 400.0


@dataclass(frozen=True)
class Verdict:
    """What the judge found; breaches are counted per grid."""

    grids: int
    below: int
    above: int
    disconnected: int
    beyond_radius: int
    across: int
    deviation: float
    polsby_popper: float
    cut: int
    pieces: int
    moved: int

    @property
    def breaches(self) -> int:
        """Hard rules broken, all together."""
        return self.below + self.above + self.disconnected + self.beyond_radius + self.across


def free_atoms(district: District) -> npt.NDArray[np.bool_]:
    """Return the atoms to plan: all but those of dedicated grids."""
    stays = np.array([g.kind is GridKind.DEDICATED for g in district.grids_before] + [False])
    return ~stays[district.atoms.old_grid]


def judge(district: District, label: Labels, limits: Limits) -> Verdict:
    """Return the figures of a division.

    Parameters
    ----------
    district : District
    label : int[n_atoms]
        Grid of each atom; -1 for the atoms of dedicated grids.
    limits : Limits
    """
    atoms = district.atoms
    used, label = _renumbered(label)
    n = len(used)
    placed = label >= 0
    people = np.bincount(label[placed], atoms.people[placed], n)
    groups = _rows_by(label, n)
    pieces, cut, moved = _change(district, label)
    return Verdict(
        grids=n,
        below=int((people < limits.low).sum()),
        above=int((people > limits.high).sum()),
        disconnected=int((_parts(district, label, n) > 1).sum()),
        beyond_radius=sum(r > limits.radius_m for r in _radii(district, label, n)),
        across=sum(len(np.unique(atoms.community[own])) > 1 for own in groups),
        deviation=float(np.abs(people / people.mean() - 1).mean()),
        polsby_popper=float(np.mean([_roundness(district, own) for own in groups])),
        cut=cut,
        pieces=pieces,
        moved=moved,
    )


def _renumbered(label: Labels) -> tuple[Labels, npt.NDArray[np.int64]]:
    """Return the grids that are used, and the labels as 0..n-1 with -1 as it is."""
    used = np.unique(label[label >= 0])
    return used, np.where(label >= 0, np.searchsorted(used, label), -1)


def _rows_by(label: Labels, n: int) -> list[npt.NDArray[np.intp]]:
    """Return the rows of each label 0..n-1."""
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], np.arange(n + 1))
    return [order[a:b] for a, b in pairwise(ends)]


def _parts(district: District, label: Labels, n: int) -> npt.NDArray[np.int64]:
    """Return the number of connected parts of each grid."""
    edges, size = district.adjacency, len(label)
    a, b = edges.a[edges.open], edges.b[edges.open]
    inside = (label[a] == label[b]) & (label[a] >= 0)
    graph = coo_array((np.ones(int(inside.sum())), (a[inside], b[inside])), shape=(size, size))
    part = connected_components(graph.tocsr(), directed=False)[1]
    placed = np.flatnonzero(label >= 0)
    first = placed[np.unique(part[placed], return_index=True)[1]]
    return np.bincount(label[first], minlength=n)


def _radii(district: District, label: Labels, n: int) -> Iterator[float]:
    """Yield the least over a grid's points of the greatest distance to a lived-in one, metres."""
    xy, atom, people = district.demand_points()
    for own in _rows_by(label[atom], n):
        points, lived = xy[own], xy[own[people[own] > 0]]
        far = np.linalg.norm(points[:, None] - lived[None], axis=2) if len(lived) else np.zeros((1, 1))
        yield float(far.max(axis=1).min())


def _roundness(district: District, own: npt.NDArray[np.intp]) -> float:
    shape = union_all(district.atoms.geometry[own])
    return float(4 * np.pi * area(shape) / max(length(shape) ** 2, 1e-9))


def _change(district: District, label: Labels) -> tuple[int, int, int]:
    """Return extra pieces, old grids cut, and people outside the largest piece of their old grid."""
    general = np.array([g.kind is not GridKind.DEDICATED for g in district.grids_before] + [False])
    old, people = district.atoms.old_grid, district.atoms.people
    own = np.flatnonzero(general[old] & (label >= 0))
    pairs, which = np.unique(np.column_stack([old[own], label[own]]), axis=0, return_inverse=True)
    held = np.bincount(which.ravel(), people[own], len(pairs))
    shares = np.bincount(pairs[:, 0], minlength=len(general) - 1)
    most, total = np.zeros(len(shares)), np.bincount(pairs[:, 0], held, len(shares))
    np.maximum.at(most, pairs[:, 0], held)
    return int(np.maximum(shares - 1, 0).sum()), int((shares > 1).sum()), round(float((total - most).sum()))
