# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cut a district into connected parts that can be planned on their own."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely import centroid, get_x, get_y, length

from gridplanner.errors import UserError
from gridplanner.geometry.roads import walking_distances
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.load import load_of
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.check import roads_of
from gridplanner.solve.limits import limits_of, rules_of
from gridplanner.solve.lines import followed_metres
from gridplanner.solve.pairs import apart_atoms, apart_pairs, ties_of
from gridplanner.solve.part import Field, FloatArray, IntArray, Limits, Part, compact_labels
from gridplanner.solve.reach import excused
from gridplanner.texts import _


@dataclass(frozen=True, eq=False)
class Scope:
    """What of a district is planned, and what stays.

    Parameters
    ----------
    start : Plan
        The plan to improve.
    free : bool[n_atoms]
        Atoms that the engine may move.
    kept : int32[m]
        Grids of `start` that stay as they are.
    parts : tuple of Part
    stranded : int32[s]
        Atoms without people on parts of their own, which no grid can hold under the rules.
    load : int64[n_atoms]
        What the band of people and the deviation count: people, weighted where the rules say so.
    """

    start: Plan
    free: npt.NDArray[np.bool_]
    kept: IntArray
    parts: tuple[Part, ...]
    stranded: IntArray
    load: npt.NDArray[np.int64]


def scope_of(district: District, rules: RuleSet, request: PlanRequest, start: Plan | None = None) -> Scope:
    """Return the parts to plan: free atoms, by connected part of each community.

    Raises
    ------
    UserError
        A code in `only`, `locked`, `join` or `part` names nothing.
    """
    plan = start or district.plan_today()
    free = free_atoms(district, request, plan)
    component = free_components(district, free)
    # A grid with only some of its atoms free stays with the others: they must not lose their grid.
    kept = np.unique(plan.assignment[~free & (plan.assignment >= 0)]).astype(np.int32)
    weighed = load_of(district, rules)
    counts = np.bincount(component[free], weights=weighed[free]).astype(np.int64)
    alive = _parts_with_people(district, component, counts)
    builder = PartBuilder(district, rules, request, plan)
    parts, seen = [], dict.fromkeys(range(len(district.communities)), 0)
    for c in alive:
        atoms = np.flatnonzero(component == c).astype(np.int32)
        community = int(district.atoms.community[atoms[0]])
        seen[community] += 1
        parts.append(excused(builder.build(atoms, seen[community])))
    stranded = np.flatnonzero(free & ~np.isin(component, alive)).astype(np.int32)
    return Scope(plan, free, kept, tuple(parts), stranded, weighed)


def _parts_with_people(district: District, component: IntArray, people: npt.NDArray[np.int64]) -> list[int]:
    """Return the components to plan, by community then position; one where a community has no people."""
    if not len(people):
        return []
    first = np.full(len(people), len(component), np.int64)
    placed = np.flatnonzero(component >= 0)
    np.minimum.at(first, component[placed], placed)
    community = district.atoms.community[first]
    size = np.bincount(component[placed], minlength=len(people))
    chosen: list[int] = []
    for c in np.unique(community):
        own = np.flatnonzero(community == c)
        lived = own[people[own] > 0]
        chosen.extend(lived if len(lived) else own[[int(np.argmax(size[own]))]])
    return sorted((int(c) for c in chosen), key=lambda c: (community[c], first[c]))


def free_components(district: District, free: npt.NDArray[np.bool_]) -> IntArray:
    """Return the connected part of each free atom inside its community, -1 for the others.

    Open edges join; the communities' lines and the grids that stay do not.
    """
    edges, community = district.adjacency, district.atoms.community
    inside = edges.open & (community[edges.a] == community[edges.b]) & free[edges.a] & free[edges.b]
    n = len(district.atoms)
    graph = coo_array((np.ones(int(inside.sum()), bool), (edges.a[inside], edges.b[inside])), shape=(n, n))
    labels = connected_components(graph.tocsr(), directed=False)[1]
    out, _values = compact_labels(np.where(free, labels, -1))
    return out


def free_atoms(district: District, request: PlanRequest, plan: Plan) -> npt.NDArray[np.bool_]:
    """Tell which atoms may move: not dedicated, not locked, inside what is to be planned."""
    stays = np.array([g.kind is GridKind.DEDICATED or g.locked for g in plan.grids] + [False], dtype=bool)
    codes = np.array([g.code for g in plan.grids] + [""], dtype=object)
    unknown = set(request.locked) - set(codes)
    if unknown:
        raise UserError(_("No grid has the code {code}: mend `locked`.").format(code=min(unknown)))
    stays |= np.isin(codes, list(request.locked)) & (codes != "")
    free = ~stays[plan.assignment]
    if request.only:
        communities = district.communities.codes
        unknown = set(request.only) - set(codes) - set(communities)
        if unknown:
            raise UserError(
                _("No grid or community has the code {code}: mend `only`.").format(code=min(unknown))
            )
        wanted = np.isin(communities, list(request.only))[district.atoms.community]
        wanted |= np.isin(codes, list(request.only))[plan.assignment]
        free &= wanted
    return free


class PartBuilder:
    """Builds parts of one district; holds what all of them share."""

    def __init__(self, district: District, rules: RuleSet, request: PlanRequest, plan: Plan) -> None:
        self._district, self._rules, self._plan = district, rules, plan
        # Borders along roads and the like count for less where the planner wants lines to follow them.
        followed = followed_metres(district) if "lines" in request.order else np.zeros(0)
        self._links = _links(district, followed)
        self._weighed = load_of(district, rules)
        self._perimeter = length(district.atoms.geometry) - _per_atom(district, followed)
        self._xy, self._point_atom, self._load = district.demand_points()
        self._station = np.zeros(len(self._load), bool)
        self._add_stations(rules)
        self._network = roads_of(district, rules)
        known = self._network is not None and len(self._network.lines) > 0
        self._attached = self._network.attach(self._xy) if self._network and known else None
        self._first = np.searchsorted(self._point_atom, np.arange(len(district.atoms) + 1))
        general = np.array([g.kind is GridKind.GENERAL for g in district.grids_before] + [False], bool)
        self._old = np.where(general[district.atoms.old_grid], district.atoms.old_grid, -1)
        self._limits: dict[int, Limits] = {}
        self._reach: dict[int, float] = {}
        self._ties, self._tie_weight = ties_of(district, plan, rules, request)
        self._apart = apart_atoms(district, apart_pairs(request))

    def _add_stations(self, rules: RuleSet) -> None:
        """Add the given service points, where the rule measures from them."""
        layer = self._district.originals.get("stations")
        wanted = rules.service_radius.points == "stations"
        if not wanted or layer is None or layer.geometry is None or not len(layer.geometry):
            return
        dots = centroid(layer.geometry)
        xy = np.column_stack([get_x(dots), get_y(dots)])
        xy = xy[np.isfinite(xy).all(axis=1)]
        # The rules give a station to the grid of the nearest demand point; so must we.
        atom = self._point_atom[cKDTree(self._xy).query(xy)[1]]
        self._xy = np.vstack([self._xy, xy])
        self._point_atom = np.concatenate([self._point_atom, atom])
        self._load = np.concatenate([self._load, np.zeros(len(xy), np.int64)])
        self._station = np.concatenate([self._station, np.ones(len(xy), bool)])
        order = np.argsort(self._point_atom, kind="stable")
        self._xy, self._point_atom = self._xy[order], self._point_atom[order]
        self._load, self._station = self._load[order], self._station[order]

    def build(self, atoms: IntArray, number: int) -> Part:
        """Return the part of these atoms."""
        district = self._district
        community = int(district.atoms.community[atoms[0]])
        if community not in self._limits:
            self._limits[community] = limits_of(district, self._rules, community)
            self._reach[community] = rules_of(district, self._rules, community).service_radius.max
        old, olds = compact_labels(self._old[atoms])
        return Part(
            community=community,
            code=str(district.communities.codes[community]),
            number=number,
            atoms=atoms,
            field=self._field(atoms, old, self._reach[community]),
            limits=self._limits[community],
            start=compact_labels(self._plan.assignment[atoms])[0],
            olds=olds,
            names=tuple(district.grids_before[g].code for g in olds),
        )

    def _beyond(self, rows: IntArray, reach: float) -> npt.NDArray[np.bool_]:
        """Return which points lie beyond whose radius along the roads; empty where lines are straight."""
        if self._network is None or reach == inf:
            return np.zeros((0, 0), bool)
        at = self._attached.take(rows.astype(np.int64)) if self._attached else None
        walked = walking_distances(self._network, self._xy[rows], self._xy[rows], at, at)
        return np.asarray(walked > reach, bool)

    def _field(self, atoms: IntArray, old: IntArray, reach: float) -> Field:
        table = self._district.atoms
        links = csr_array(self._links[atoms][:, atoms])
        links.sort_indices()
        counts = self._first[atoms + 1] - self._first[atoms]
        starts = np.concatenate([[0], np.cumsum(counts)])
        rows = np.repeat(self._first[atoms] - starts[:-1], counts) + np.arange(starts[-1])
        tie, values = compact_labels(self._ties[atoms])
        local = {int(a): i for i, a in enumerate(atoms)}
        apart = [(local[a], local[b]) for a, b in self._apart if a in local and b in local]
        return Field(
            indptr=links.indptr.astype(np.int32),
            indices=links.indices.astype(np.int32),
            border=np.maximum(links.data - 1e-6, 0.0),
            people=self._weighed[atoms],
            households=table.households[atoms],
            old=old,
            tie=tie,
            tie_weight=self._tie_weight[values],
            area=table.area_m2[atoms],
            perimeter=self._perimeter[atoms],
            points=starts.astype(np.int32),
            x=np.ascontiguousarray(self._xy[rows, 0]),
            y=np.ascontiguousarray(self._xy[rows, 1]),
            load=self._load[rows],
            station=self._station[rows],
            apart=np.array(apart, np.int32).reshape(-1, 2),
            far=self._beyond(rows, reach),
        )


def _per_atom(district: District, followed: FloatArray) -> FloatArray:
    """Return the discount on the perimeter of each atom, metres."""
    out = np.zeros(len(district.atoms))
    if len(followed):
        np.add.at(out, district.adjacency.a, followed)
        np.add.at(out, district.adjacency.b, followed)
    return out


def _links(district: District, followed: FloatArray) -> csr_array:
    """Return the open edges inside communities, both ways; border + 1e-6, so that none reads as absent."""
    edges, community = district.adjacency, district.atoms.community
    inside = edges.open & (community[edges.a] == community[edges.b])
    length_m = edges.length_m - followed if len(followed) else edges.length_m
    a, b, border = edges.a[inside], edges.b[inside], length_m[inside] + 1e-6
    n = len(district.atoms)
    both = coo_array(
        (np.concatenate([border, border]), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)
    )
    return csr_array(both.tocsr())
