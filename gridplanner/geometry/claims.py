# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who claims each face, and who keeps it where two claim it or nobody does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from gridplanner.geometry.divide import bank_lines, divide
from gridplanner.geometry.faces import fold, merged, width_m
from gridplanner.geometry.options import BuildOptions
from gridplanner.geometry.segments import SharedSegments


@dataclass(frozen=True, eq=False)
class Ground:
    """The faces of one noding, with what is needed to judge claims.

    Parameters
    ----------
    faces : object[n] of Polygon
    points : object[n] of Point
        A point inside each face.
    shared : SharedSegments
    people : float64[n]
        People living on each face.
    """

    faces: ObjectArray
    points: ObjectArray
    shared: SharedSegments
    people: FloatArray


@dataclass(frozen=True, eq=False)
class Units:
    """Areas that should cover the ground once: communities, or old grids.

    Parameters
    ----------
    role : str
        `communities` or `grids`.
    codes : object[k] of str
    geometry : object[k]
    at_home : object[k] of str
        Code of the higher unit each belongs to; "" where unknown.
    """

    role: str
    codes: ObjectArray
    geometry: ObjectArray
    at_home: ObjectArray


@dataclass(frozen=True, eq=False)
class Piece:
    """Connected land that several units claim, or none does, and who keeps it (-1: nobody, or shared)."""

    kind: str
    claimants: tuple[int, ...]
    keeper: int
    area_m2: float
    people: float
    x: float
    y: float
    sliver: bool


@dataclass(frozen=True, eq=False)
class Settled:
    """The unit of each face (-1 = none) and the pieces that had to be settled.

    `shares` are the lines that part disputed land where the choice is `split`.
    """

    unit: IntArray
    pieces: tuple[Piece, ...]
    shares: Mapping[int, ObjectArray] = field(default_factory=dict)


def settle(
    ground: Ground,
    units: Units,
    options: BuildOptions,
    higher: ObjectArray | None = None,
    fill: bool = False,
    shares: Mapping[int, ObjectArray] | None = None,
) -> Settled:
    """Give every face to the one unit that keeps it.

    Parameters
    ----------
    ground : Ground
    units : Units
    options : BuildOptions
    higher : object[n] of str or None
        Code of the higher unit that holds each face, for the choice `official`.
    fill : bool
        Give enclosed land that nobody claims to a neighbour.
    shares : mapping of unit to areas
        Parts of disputed land from an earlier noding, for the choice `split`.
    """
    rows, hits = shapely.STRtree(units.geometry).query(ground.points, predicate="intersects")
    count = np.bincount(rows, minlength=len(ground.faces))
    unit = np.full(len(ground.faces), -1, np.int64)
    unit[rows] = hits
    unit[count != 1] = -1
    weight = np.bincount(
        unit[unit >= 0], weights=ground.people[unit >= 0], minlength=len(units.codes)
    ).astype(np.float64)
    judge = _Judge(ground, units, options, weight, unit.copy(), higher, shares)
    pieces = []
    for label, claimants in _disputed(ground, rows, hits, count, apart=bool(shares)):
        piece, keeper = judge.overlap(label, claimants)
        unit[label] = keeper
        pieces.append(piece)
    if fill:
        pieces.extend(_fill_gaps(ground, units, options, unit, weight, count > 0))
    return Settled(unit, tuple(pieces), judge.split)


def _disputed(
    ground: Ground, rows: IntArray, hits: IntArray, count: IntArray, *, apart: bool
) -> list[tuple[IntArray, tuple[int, ...]]]:
    """Return connected sets of faces with the same two or more claimants, or each face apart."""
    many = np.flatnonzero(count > 1)
    if not len(many):
        return []
    order = np.lexsort((hits, rows))
    bounds = np.searchsorted(rows[order], np.arange(len(ground.faces) + 1))
    claims = {int(f): tuple(int(u) for u in hits[order[bounds[f] : bounds[f + 1]]]) for f in many}
    if apart:
        return [(many[k : k + 1], claims[int(face)]) for k, face in enumerate(many)]
    names = {claim: number for number, claim in enumerate(sorted(set(claims.values())))}
    label = np.full(len(ground.faces), -1, np.int64)
    label[many] = [names[claims[int(f)]] for f in many]
    return [(group, claims[int(group[0])]) for group in connected_groups(ground.shared, label)]


def connected_groups(shared: SharedSegments, label: IntArray) -> list[IntArray]:
    """Return the connected sets of faces with the same label >= 0."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(label)
    live = (shared.b >= 0) & (label[shared.a] >= 0) & (label[shared.a] == label[shared.b])
    graph = coo_matrix((np.ones(int(live.sum()), np.int8), (shared.a[live], shared.b[live])), shape=(n, n))
    _count, part = connected_components(graph, directed=False)
    chosen = np.flatnonzero(label >= 0)
    order = chosen[np.argsort(part[chosen], kind="stable")]
    starts = np.flatnonzero(np.append(True, part[order][1:] != part[order][:-1]))
    return [np.sort(group) for group in np.split(order, starts[1:])] if len(order) else []


def is_sliver(polygons: ObjectArray, options: BuildOptions) -> BoolArray:
    """Tell which polygons are too small or too narrow to ask anybody about."""
    small = shapely.area(polygons) <= options.sliver_area_m2
    return np.asarray(small | (width_m(polygons) <= options.sliver_width_m), dtype=bool)


class _Judge:
    """Decides who keeps disputed land, by the choice of the options."""

    def __init__(
        self,
        ground: Ground,
        units: Units,
        options: BuildOptions,
        weight: FloatArray,
        alone: IntArray,
        higher: ObjectArray | None,
        shares: Mapping[int, ObjectArray] | None,
    ) -> None:
        self.ground, self.units, self.options = ground, units, options
        self.weight, self.alone, self.higher = weight, alone, higher
        self.shares = shares or {}
        self.split: dict[int, ObjectArray] = {}

    def overlap(self, group: IntArray, claimants: tuple[int, ...]) -> tuple[Piece, int]:
        """Return the piece and its keeper."""
        faces = self.ground.faces[group]
        sliver = bool(is_sliver(faces, self.options).all())
        keeper = self._keeper(group, claimants, sliver)
        people = float(self.ground.people[group].sum())
        biggest = self.ground.points[group[int(np.argmax(shapely.area(faces)))]]
        area = float(shapely.area(faces).sum())
        told = -1 if self.options.overlap == "split" and not sliver else keeper
        return Piece("overlap", claimants, told, area, people, biggest.x, biggest.y, sliver), keeper

    def _keeper(self, group: IntArray, claimants: tuple[int, ...], sliver: bool) -> int:
        """Return the claimant that keeps the land."""
        choice = "longest_border" if sliver else self.options.overlap
        if choice == "split":
            return self._nearest(group, claimants)
        if choice == "official" and self.higher is not None:
            home = self.higher[group[0]]
            fitting = [u for u in claimants if self.units.at_home[u] == home]
            claimants = tuple(fitting) or claimants
        score = dict.fromkeys(claimants, 0.0)
        if choice == "most_people":
            score = {u: float(self.weight[u]) for u in claimants}
        if choice == "longest_border":
            score = self._border(group, claimants)
        return min(claimants, key=lambda u: (-score[u], self.units.codes[u], u))

    def _border(self, group: IntArray, claimants: tuple[int, ...]) -> dict[int, float]:
        """Return the border of the land with the undisputed land of each claimant, metres."""
        shared, inside = self.ground.shared, np.zeros(len(self.ground.faces), bool)
        inside[group] = True
        edge = (shared.b >= 0) & (inside[shared.a] != inside[shared.b])
        other = np.where(inside[shared.a[edge]], shared.b[edge], shared.a[edge])
        length = shared.length_m[edge]
        return {u: float(length[self.alone[other] == u].sum()) for u in claimants}

    def _nearest(self, group: IntArray, claimants: tuple[int, ...]) -> int:
        """Return whose share the land lies in; draw the shares where none are drawn yet."""
        point = self.ground.points[group[0]]
        for u in claimants:
            if any(shapely.intersects(area, point) for area in self.shares.get(u, ())):
                return u
        for face in group:
            allowed = np.isin(self.alone, claimants)
            banks, lines = bank_lines(int(face), self.ground.shared, allowed)
            for bank, part in zip(
                banks, divide(self.ground.faces[face], lines) if len(banks) else (), strict=True
            ):
                u = int(self.alone[bank])
                self.split[u] = np.append(self.split.get(u, np.empty(0, dtype=object)), part)
        return min(claimants, key=lambda u: (self.units.codes[u], u))


def _fill_gaps(
    ground: Ground,
    units: Units,
    options: BuildOptions,
    unit: IntArray,
    weight: FloatArray,
    claimed: BoolArray,
) -> list[Piece]:
    """Give enclosed unclaimed land to neighbours; changes `unit`."""
    holes = _holes(ground.faces[claimed])
    if not len(holes):
        return []
    free = np.flatnonzero(~claimed)
    rows, _hits = shapely.STRtree(holes).query(ground.points[free], predicate="intersects")
    enclosed = free[np.unique(rows)]
    label = np.full(len(unit), -1, np.int64)
    label[enclosed] = 0
    pieces = []
    for group in connected_groups(ground.shared, label):
        piece = _gap_piece(ground, options, unit, weight, group)
        unit[group] = piece.keeper
        pieces.append(piece)
    return pieces


def _gap_piece(
    ground: Ground, options: BuildOptions, unit: IntArray, weight: FloatArray, group: IntArray
) -> Piece:
    """Return an enclosed gap and the neighbour that gets it."""
    inside = np.zeros(len(unit), bool)
    inside[group] = True
    shared = ground.shared
    edge = (shared.b >= 0) & (inside[shared.a] != inside[shared.b])
    other = unit[np.where(inside[shared.a[edge]], shared.b[edge], shared.a[edge])]
    border = np.bincount(other[other >= 0], weights=shared.length_m[edge][other >= 0])
    near = np.flatnonzero(border)
    sliver = bool(is_sliver(ground.faces[group], options).all())
    by_people = options.gap == "most_people" and not sliver
    keeper = int(max(near, key=lambda u: (weight[u] if by_people else border[u], -u))) if len(near) else -1
    point = ground.points[group[int(np.argmax(shapely.area(ground.faces[group])))]]
    area, people = float(shapely.area(ground.faces[group]).sum()), float(ground.people[group].sum())
    claimants = tuple(int(u) for u in near)
    return Piece("gap", claimants, keeper, area, people, point.x, point.y, sliver)


def _holes(faces: ObjectArray) -> ObjectArray:
    """Return the holes that faces enclose together, as polygons."""
    if not len(faces):
        return np.empty(0, dtype=object)
    outline = shapely.get_parts(shapely.coverage_union_all(faces))
    rings, part = shapely.get_rings(outline, return_index=True)
    first = np.append(True, part[1:] != part[:-1])
    return np.asarray(shapely.polygons(rings[~first]), dtype=object)


def without_slivers(
    ground: Ground, community: IntArray, options: BuildOptions
) -> tuple[ObjectArray, IntArray]:
    """Fold slivers into the neighbour of the same community; return the blocks and each face's block."""
    owner = fold(ground.faces, is_sliver(ground.faces, options), community, ground.shared)
    return merged(ground.faces, owner)
