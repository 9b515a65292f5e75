# SPDX-License-Identifier: LGPL-3.0-or-later
"""Totals and limits of grids, fast enough to follow the pointer.

The full check runs in a worker process; while a border is dragged the planner needs the people and
households of two grids, their limits, and whether they still hang together, within one frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from gridplanner.model.adjacency import Adjacency
from gridplanner.model.jurisdiction import District
from gridplanner.model.load import load_of
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: States of a grid against its band.
EMPTY, UNDER, WITHIN, OVER = -1, 0, 1, 2


@dataclass(frozen=True, eq=False)
class LiveTotals:
    """Totals per grid, with the limits that hold there; arrays of length n_grids.

    Parameters
    ----------
    people, load, households, atoms : int64[n]
        The load is what the limits of people count: the people themselves where the rules give no weights.
    people_min, people_max, households_min, households_max : float64[n]
        -inf and inf where open; open for dedicated grids.
    general : bool[n]
    atom_load : int64[n_atoms]
    """

    people: Ints
    load: Ints
    households: Ints
    atoms: Ints
    people_min: Floats
    people_max: Floats
    households_min: Floats
    households_max: Floats
    general: npt.NDArray[np.bool_]
    atom_load: Ints

    @cached_property
    def state(self) -> npt.NDArray[np.int8]:
        """int8[n]: EMPTY, UNDER, WITHIN or OVER; the worse of load and households."""
        state = np.full(len(self.people), WITHIN, np.int8)
        state[(self.load < self.people_min) | (self.households < self.households_min)] = UNDER
        state[(self.load > self.people_max) | (self.households > self.households_max)] = OVER
        state[self.atoms == 0] = EMPTY
        return state

    def of_assignment(self, district: District, plan: Plan) -> LiveTotals:
        """Return the totals of a plan with the same grids and limits, but other atoms in them."""
        return replace(
            self,
            people=plan.sums(district.atoms.people),
            load=plan.sums(self.atom_load),
            households=plan.sums(district.atoms.households),
            atoms=plan.sums(np.ones(len(district.atoms), np.int64)),
        )

    @property
    def mean_people(self) -> float:
        """Mean people of the general grids that hold atoms; 0 without any."""
        held = self.general & (self.atoms > 0)
        return float(self.people[held].mean()) if held.any() else 0.0


def live_totals(district: District, plan: Plan, rules: RuleSet) -> LiveTotals:
    """Return the totals of a plan's grids and the limits that hold for each."""
    limits = np.array([_limits(district, plan, rules, g) for g in range(plan.n_grids)], np.float64).reshape(
        -1, 4
    )
    loads = _loads(district, tuple(sorted(rules.weights.items())))
    return LiveTotals(
        people=plan.sums(district.atoms.people),
        load=plan.sums(loads),
        households=plan.sums(district.atoms.households),
        atoms=plan.sums(np.ones(len(district.atoms), np.int64)),
        people_min=limits[:, 0],
        people_max=limits[:, 1],
        households_min=limits[:, 2],
        households_max=limits[:, 3],
        general=plan.general(),
        atom_load=loads,
    )


@lru_cache(maxsize=2)
def _loads(district: District, weights: tuple[tuple[str, float], ...]) -> Ints:
    """Return the load of each atom; columns of texts are matched once, not at each step of a drag."""
    return load_of(district, RuleSet(weights=dict(weights)))


def _limits(district: District, plan: Plan, rules: RuleSet, g: int) -> tuple[float, float, float, float]:
    """Return the bands of one grid: people min, max, households min, max."""
    record = plan.grids[g]
    if record.kind != "综合":
        return -np.inf, np.inf, -np.inf, np.inf
    if rules.by:
        home = district.communities
        rules = rules.resolve(
            {
                "community_type": str(home.types[record.community]),
                "kind": str(record.kind),
                "community": str(home.names[record.community]),
                "community_code": str(home.codes[record.community]),
                "street": str(home.street_names[record.community]),
                "dedicated_kind": record.dedicated_kind,
            }
        )
    return rules.people.min, rules.people.max, rules.households.min, rules.households.max


class Neighbours:
    """Which atoms touch which, as lists: the shape that walks over the map need.

    Parameters
    ----------
    adjacency : Adjacency
        Only its open edges are kept.
    n_atoms : int
    """

    def __init__(self, adjacency: Adjacency, n_atoms: int) -> None:
        keep = adjacency.open
        a = np.concatenate([adjacency.a[keep], adjacency.b[keep]])
        b = np.concatenate([adjacency.b[keep], adjacency.a[keep]])
        order = np.argsort(a, kind="stable")
        self._to = b[order]
        self._starts = np.searchsorted(a[order], np.arange(n_atoms + 1))

    def of(self, atom: int) -> npt.NDArray[np.int32]:
        """Return the atoms that one atom touches."""
        return self._to[self._starts[atom] : self._starts[atom + 1]]

    def parts(self, atoms: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
        """Return the connected parts of a set of atoms, the largest first."""
        left = set(atoms.tolist())
        parts = []
        while left:
            seed = left.pop()
            part, stack = [seed], [seed]
            while stack:
                for atom in self.of(stack.pop()).tolist():
                    if atom in left:
                        left.discard(atom)
                        part.append(atom)
                        stack.append(atom)
            parts.append(np.array(sorted(part), np.int64))
        return sorted(parts, key=len, reverse=True)

    def strays(self, plan: Plan, people: Ints) -> list[npt.NDArray[np.int64]]:
        """Return the parts of grids that lie apart from the part with the most people."""
        strays = []
        for g in range(plan.n_grids):
            parts = self.parts(np.flatnonzero(plan.assignment == g))
            parts.sort(key=lambda part: (int(people[part].sum()), len(part)), reverse=True)
            strays += parts[1:]
        return strays


def grid_colours(
    district: District, plan: Plan, before: npt.NDArray[np.int8] | None = None
) -> npt.NDArray[np.int8]:
    """Return a small number per grid such that touching grids differ (greedy, at most some 7 numbers).

    Parameters
    ----------
    district : District
    plan : Plan
    before : int8[n], optional
        Earlier numbers, kept wherever they still differ, so that an edit does not repaint the map.
    """
    links = district.adjacency
    a, b = plan.assignment[links.a], plan.assignment[links.b]
    touch = (a != b) & (a >= 0) & (b >= 0)
    pairs = np.unique(np.sort(np.column_stack([a[touch], b[touch]]), axis=1), axis=0)
    near: list[list[int]] = [[] for _ in range(plan.n_grids)]
    for left, right in pairs.tolist():
        near[left].append(right)
        near[right].append(left)
    colours = np.full(plan.n_grids, -1, np.int8)
    wanted = before if before is not None and len(before) == plan.n_grids else colours.copy()
    for g in sorted(range(plan.n_grids), key=lambda i: -len(near[i])):
        used = {int(colours[h]) for h in near[g]}
        if wanted[g] >= 0 and int(wanted[g]) not in used:
            colours[g] = wanted[g]
            continue
        # Start the search at a different number per grid, so that all of them are used about equally.
        colours[g] = next(c for k in range(64) if (c := (g + k) % 6 if k < 6 else k) not in used)
    return colours


def label_points(district: District, plan: Plan) -> Floats:
    """Return a point inside each grid for its label: the atom point nearest the grid's centre of area.

    Returns
    -------
    float64[n_grids, 2], metres
        NaN for a grid without atoms.
    """
    atoms, n = district.atoms, plan.n_grids
    held = np.flatnonzero(plan.assignment >= 0)
    grid = plan.assignment[held]
    weight = np.maximum(atoms.area_m2[held], 1e-9)
    total = np.maximum(np.bincount(grid, weight, n), 1e-9)
    cx = np.bincount(grid, weight * atoms.x[held], n) / total
    cy = np.bincount(grid, weight * atoms.y[held], n) / total
    far = (atoms.x[held] - cx[grid]) ** 2 + (atoms.y[held] - cy[grid]) ** 2
    order = np.lexsort((far, grid))
    first = np.searchsorted(grid[order], np.arange(n))
    points = np.full((n, 2), np.nan)
    # np.unique would import numpy.ma first: a quarter of a second that the first map can do without.
    filled = np.flatnonzero(np.bincount(grid, minlength=n))
    nearest = held[order[first[filled]]]
    points[filled] = np.column_stack([atoms.x[nearest], atoms.y[nearest]])
    return points
