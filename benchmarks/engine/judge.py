# SPDX-License-Identifier: LGPL-3.0-or-later
"""One judge for all programs: labels in, figures out; shares no code with the engine."""

from __future__ import annotations

from dataclasses import dataclass

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
    used = np.unique(label[label >= 0])
    groups = [np.flatnonzero(label == g) for g in used]
    people = np.array([atoms.people[own].sum() for own in groups])
    pieces, cut, moved = _change(district, label)
    return Verdict(
        grids=len(groups),
        below=int((people < limits.low).sum()),
        above=int((people > limits.high).sum()),
        disconnected=sum(_parts(district, own) > 1 for own in groups),
        beyond_radius=sum(_radius(district, own) > limits.radius_m for own in groups),
        across=sum(len(np.unique(atoms.community[own])) > 1 for own in groups),
        deviation=float(np.abs(people / people.mean() - 1).mean()),
        polsby_popper=float(np.mean([_roundness(district, own) for own in groups])),
        cut=cut,
        pieces=pieces,
        moved=moved,
    )


def _parts(district: District, own: npt.NDArray[np.intp]) -> int:
    edges = district.adjacency
    place = np.full(len(district.atoms), -1)
    place[own] = np.arange(len(own))
    a, b = place[edges.a[edges.open]], place[edges.b[edges.open]]
    inside = (a >= 0) & (b >= 0)
    graph = coo_array((np.ones(int(inside.sum())), (a[inside], b[inside])), shape=(len(own), len(own)))
    return int(connected_components(graph.tocsr(), directed=False)[0])


def _radius(district: District, own: npt.NDArray[np.intp]) -> float:
    """Return the least over the grid's points of the greatest distance to a lived-in one, metres."""
    xy, atom, people = district.demand_points()
    inside = np.isin(atom, own)
    points, lived = xy[inside], xy[inside & (people > 0)]
    if not len(lived):
        return 0.0
    return float(np.linalg.norm(points[:, None] - lived[None], axis=2).max(axis=1).min())


def _roundness(district: District, own: npt.NDArray[np.intp]) -> float:
    shape = union_all(district.atoms.geometry[own])
    return float(4 * np.pi * area(shape) / max(length(shape) ** 2, 1e-9))


def _change(district: District, label: Labels) -> tuple[int, int, int]:
    """Return extra pieces, old grids cut, and people outside the largest piece of their old grid."""
    old, people = district.atoms.old_grid, district.atoms.people
    pieces = cut = moved = 0
    for g, record in enumerate(district.grids_before):
        own = np.flatnonzero((old == g) & (label >= 0))
        if not len(own) or record.kind is GridKind.DEDICATED:
            continue
        held = np.bincount(np.unique(label[own], return_inverse=True)[1], people[own])
        pieces += len(held) - 1
        cut += len(held) > 1
        moved += int(people[own].sum() - held.max())
    return pieces, cut, moved
