# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cut a district into connected parts that can be planned on their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely import centroid, get_x, get_y, length

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.part import BEST, CENTRE, STATIONS, Field, IntArray, Limits, Part, compact_labels
from gridplanner.solve.reach import excused
from gridplanner.texts import _

#: Price of one extra piece of what should stay together, in old-grid pieces: (hard, soft).
TIE_PRICE = (30.0, 0.4)
_POINTS = {"best": BEST, "stations": STATIONS, "centre": CENTRE}


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
    """

    start: Plan
    free: npt.NDArray[np.bool_]
    kept: IntArray
    parts: tuple[Part, ...]
    stranded: IntArray


def scope_of(district: District, rules: RuleSet, request: PlanRequest, start: Plan | None = None) -> Scope:
    """Return the parts to plan: free atoms, by connected part of each community.

    Raises
    ------
    UserError
        A code in `only`, `locked`, `join` or `part` names nothing.
    """
    plan = start or district.plan_today()
    free = _free_atoms(district, request, plan)
    component = free_components(district, free)
    kept = np.setdiff1d(np.arange(plan.n_grids), plan.assignment[free]).astype(np.int32)
    counts = np.bincount(component[free], weights=district.atoms.people[free]).astype(np.int64)
    alive = _parts_with_people(district, component, counts)
    builder = PartBuilder(district, rules, request, plan)
    parts, seen = [], dict.fromkeys(range(len(district.communities)), 0)
    for c in alive:
        atoms = np.flatnonzero(component == c).astype(np.int32)
        community = int(district.atoms.community[atoms[0]])
        seen[community] += 1
        parts.append(excused(builder.build(atoms, seen[community])))
    stranded = np.flatnonzero(free & ~np.isin(component, alive)).astype(np.int32)
    return Scope(plan, free, kept, tuple(parts), stranded)


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


def connected_by(district: District, label: npt.NDArray[np.integer]) -> IntArray:
    """Return the connected part of each atom, over open edges between atoms of equal label."""
    edges = district.adjacency
    same = edges.open & (label[edges.a] == label[edges.b])
    n = len(label)
    graph = coo_array((np.ones(int(same.sum()), bool), (edges.a[same], edges.b[same])), shape=(n, n))
    parts: IntArray = connected_components(graph.tocsr(), directed=False)[1].astype(np.int32)
    return parts


def _free_atoms(district: District, request: PlanRequest, plan: Plan) -> npt.NDArray[np.bool_]:
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


def limits_of(
    district: District, rules: RuleSet, community: int, kind: GridKind = GridKind.GENERAL
) -> Limits:
    """Return the limits on a grid of a community, overrides applied."""
    table = district.communities
    facts = {
        "community_type": str(table.types[community]),
        "kind": kind.value,
        "community": str(table.names[community]),
        "community_code": str(table.codes[community]),
        "street": str(table.street_names[community]),
    }
    held = rules.resolve(facts)
    radius = held.service_radius
    return Limits(
        (held.people.min, held.people.max),
        (held.households.min, held.households.max),
        radius.max / max(radius.detour, 1e-9),
        _POINTS[radius.points],
        (held.people.hard, held.households.hard, radius.hard),
    )


class PartBuilder:
    """Builds parts of one district; holds what all of them share."""

    def __init__(self, district: District, rules: RuleSet, request: PlanRequest, plan: Plan) -> None:
        self._district, self._rules, self._plan = district, rules, plan
        self._links = _links(district)
        self._perimeter = length(district.atoms.geometry)
        self._xy, self._point_atom, self._load = district.demand_points()
        self._station = np.zeros(len(self._load), bool)
        self._add_stations(rules)
        self._first = np.searchsorted(self._point_atom, np.arange(len(district.atoms) + 1))
        general = np.array([g.kind is GridKind.GENERAL for g in district.grids_before] + [False], bool)
        self._old = np.where(general[district.atoms.old_grid], district.atoms.old_grid, -1)
        self._limits: dict[int, Limits] = {}
        self._ties, self._tie_weight = _ties(district, rules, request)
        self._apart = _pairs(district, request.part)

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
        old, olds = compact_labels(self._old[atoms])
        return Part(
            community=community,
            code=str(district.communities.codes[community]),
            number=number,
            atoms=atoms,
            field=self._field(atoms, old),
            limits=self._limits[community],
            start=compact_labels(self._plan.assignment[atoms])[0],
            olds=olds,
            names=tuple(district.grids_before[g].code for g in olds),
        )

    def _field(self, atoms: IntArray, old: IntArray) -> Field:
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
            people=table.people[atoms],
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
            far=np.zeros((0, 0), bool),
        )


def _links(district: District) -> csr_array:
    """Return the open edges inside communities, both ways; border + 1e-6, so that none reads as absent."""
    edges, community = district.adjacency, district.atoms.community
    inside = edges.open & (community[edges.a] == community[edges.b])
    a, b, border = edges.a[inside], edges.b[inside], edges.length_m[inside] + 1e-6
    n = len(district.atoms)
    both = coo_array(
        (np.concatenate([border, border]), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)
    )
    return csr_array(both.tocsr())


def _ties(
    district: District, rules: RuleSet, request: PlanRequest
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """Return what each atom should stay together with, and the price of an extra piece of each tie.

    An estate over the upper limit must be cut, so the rule is soft for it.
    """
    atoms = district.atoms
    tie = np.full(len(atoms), -1, np.int32)
    price = np.full(len(district.estates), TIE_PRICE[1])
    if rules.estates.on and len(district.estates):
        tie = atoms.estate.astype(np.int32).copy()
        people = np.bincount(tie[tie >= 0], atoms.people[tie >= 0], minlength=len(price))
        fits = people <= rules.people.max
        price = np.where(fits & rules.estates.hard, TIE_PRICE[0], TIE_PRICE[1])
    prices = list(price)
    for a, b in _pairs(district, request.join):
        group = _tied_atoms(tie, a) | _tied_atoms(tie, b)
        tie[group] = len(prices)
        prices.append(TIE_PRICE[0])
    return tie, np.array(prices, np.float64)


def _tied_atoms(tie: IntArray, atom: int) -> npt.NDArray[np.bool_]:
    group = tie == tie[atom] if tie[atom] >= 0 else np.zeros(len(tie), bool)
    group[atom] = True
    return group


def _pairs(district: District, pairs: tuple[tuple[str, str], ...]) -> list[tuple[int, int]]:
    """Return pairs of atom indices; a grid's code stands for its first atom."""
    if not pairs:
        return []
    index = {str(code): i for i, code in enumerate(district.atoms.ids)}
    for g, record in enumerate(district.grids_before):
        own = np.flatnonzero(district.atoms.old_grid == g)
        if len(own):
            index.setdefault(record.code, int(own[0]))
    unknown = {code for pair in pairs for code in pair} - set(index)
    if unknown:
        raise UserError(
            _("No atom or grid has the code {code}: mend `join` or `part`.").format(code=min(unknown))
        )
    return [(index[a], index[b]) for a, b in pairs]


def with_start(part: Part, start: IntArray) -> Part:
    """Return the part with another plan to improve."""
    return replace(part, start=start)
