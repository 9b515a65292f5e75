# SPDX-License-Identifier: LGPL-3.0-or-later
"""Carry mends out: node the units concerned, hand each face to its keeper, check what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.claims import connected_groups
from gridplanner.geometry.crowds import Ground, inner_points, owners_along
from gridplanner.geometry.defects import Defect, DefectKind, Tolerance, coverage_defects
from gridplanner.geometry.dissolve import dissolved
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.halving import Halves, halves
from gridplanner.geometry.mend import Mend, MendKind
from gridplanner.geometry.segments import shared_segments
from gridplanner.geometry.shapes import clean_shapes
from gridplanner.geometry.suspects import suspects

#: Vertices this near to a line lie on it, metres.
_ON_LINE_M = 1e-6
#: A fault this near to an earlier one may be what is left of it, metres.
_BESIDE_M = 0.01
#: A spike narrower than twice this is cut off, metres.
_SPIKE_HALF_M = 0.02


@dataclass(frozen=True, eq=False)
class Mended:
    """What mending gave.

    Parameters
    ----------
    polygons : object[m]
        The units in their order; None for one that was dropped; exploded parts at the end.
    origin : int64[m]
        Unit each polygon came from.
    touched : int64[k]
        Units whose shape changed.
    fresh : tuple of Defect
        Faults that were not there before: a mend that makes one must not be kept.
    area_balance_m2 : float
        Land after, minus land before, minus blank land filled; 0 but for rounding.
    """

    polygons: ObjectArray
    origin: IntArray
    touched: IntArray
    fresh: tuple[Defect, ...]
    area_balance_m2: float


def apply_mends(polygons: ObjectArray, mends: Sequence[Mend]) -> Mended:
    """Return the layer with the accepted mends carried out together.

    Parameters
    ----------
    polygons : object[n]
        As delivered; they stay as they are, the result is new.
    mends : sequence of Mend
        As proposed for these polygons.

    Examples
    --------
    >>> from gridplanner.geometry.mend import propose_mends
    >>> cells = np.array([shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)], dtype=object)
    >>> done = apply_mends(cells, propose_mends(cells, coverage_defects(cells)))
    >>> shapely.area(done.polygons).tolist(), done.fresh
    ([100.0, 100.0], ())
    """
    shapes = clean_shapes(polygons).polygons
    odd = suspects(shapes)
    start = shapes.copy()
    _trim(shapes, mends)
    dropped = {u for m in mends if m.kind is MendKind.DROP for u in m.defect.units if u != m.keeper}
    shapes[list(dropped)] = None
    land = np.array([m.defect.geometry for m in mends if m.defect.area_m2 > 0] + [None], dtype=object)[:-1]
    units = {u for m in mends for u in m.defect.units} - dropped
    units.update(u for around in owners_along(land, odd) for u in around if u not in dropped)
    # Neighbours that only touch the land get the vertices that its line puts on theirs.
    units.update(_touching(shapes, land))
    chosen = np.array(sorted(u for u in units if shapes[u] is not None), np.int64)
    _meet(shapes, mends)
    shapes[chosen] = _reassigned(shapes[chosen], chosen, mends)
    result, origin = _exploded(shapes, mends)
    filled = sum(m.defect.area_m2 for m in mends if m.defect.bare and _moves_land(m))
    changed = np.union1d(chosen, np.arange(len(start), len(result)))
    before = np.array(sorted(units | dropped), np.int64)
    balance = _covered_area(result, changed) - _covered_area(start, before) - filled
    fresh = _fresh(start, result, origin, chosen)
    return Mended(result, origin, chosen, fresh, balance)


def _touching(shapes: ObjectArray, land: ObjectArray) -> set[int]:
    """Return the units that share a point with some of the land."""
    present = land[~shapely.is_missing(land)]
    _rows, hits = shapely.STRtree(shapes).query(present, predicate="intersects")
    return {int(unit) for unit in np.unique(hits)}


def _covered_area(polygons: ObjectArray, units: IntArray) -> float:
    """Return the land that units cover, each place once."""
    shapes = polygons[units]
    present = shapes[~shapely.is_missing(shapes)]
    return float(shapely.area(shapely.union_all(present))) if len(present) else 0.0


def _trim(shapes: ObjectArray, mends: Sequence[Mend]) -> None:
    """Cut spikes off; changes `shapes`."""
    for mend in mends:
        if mend.kind is not MendKind.TRIM or mend.defect.geometry is None:
            continue
        unit = mend.defect.units[0]
        tip = shapely.Point(mend.defect.geometry.coords[1])
        rings = [_without(ring, tip) for ring in _rings(shapes[unit])]
        shapes[unit] = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def _meet(shapes: ObjectArray, mends: Sequence[Mend]) -> None:
    """Put a vertex of one unit that lies on the other's line into that line; changes `shapes`.

    Noding alone does not see a vertex that rounding put a nanometre beside the line.
    """
    pairs = {m.defect.units for m in mends if m.kind is MendKind.SNAP and len(m.defect.units) == 2}
    for a, b in sorted(pairs):
        if shapes[a] is None or shapes[b] is None:
            continue
        for unit, other in ((a, b), (b, a)):
            corners = shapely.multipoints(shapely.get_coordinates(shapes[other]))
            shapes[unit] = shapely.snap(shapes[unit], corners, _ON_LINE_M)


def _rings(polygon: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the rings of the largest part, shell first."""
    part = max(shapely.get_parts(polygon), key=lambda p: p.area)
    return [part.exterior, *part.interiors]


def _without(ring: shapely.Geometry, tip: shapely.Point) -> list[tuple[float, float]]:
    """Return the points of a ring but the tip of a spike."""
    points = [xy for xy in ring.coords[:-1] if shapely.Point(xy).distance(tip) > _SPIKE_HALF_M]
    return [(x, y) for x, y in points]


def _reassigned(shapes: ObjectArray, units: IntArray, mends: Sequence[Mend]) -> ObjectArray:
    """Node units together and give each face of mended land to its keeper."""
    if not len(units):
        return shapes
    place = {int(u): k for k, u in enumerate(units)}
    shares = [_shares(m, shapes, place) for m in mends if m.kind is MendKind.SPLIT]
    # The line of a higher unit is none of the units' own lines.
    cuts = np.array([m.defect.geometry for m in mends if m.kind is MendKind.CUT] + [None], dtype=object)[:-1]
    lines = [shapely.boundary(shapes), shapely.boundary(cuts)]
    lines += [shared.lines for _units, shared in shares]
    ground = Ground.of(shapes, np.concatenate(lines))
    owners: list[set[int]] = [set() for _face in ground.faces]
    for face, hit in zip(ground.rows, ground.hits, strict=True):
        owners[face].add(int(hit))
    points = inner_points(ground.faces)
    land = [m for m in mends if m.defect.area_m2 > 0 and _moves_land(m)]
    land = [m for m in land if m.keeper in place or m.kind is MendKind.CUT]
    tree = shapely.STRtree([m.defect.geometry for m in land])
    for face, k in zip(*tree.query(points, predicate="intersects"), strict=True):
        owners[face] = {place[land[k].keeper]} if land[k].keeper in place else set()
    for sharing, shared in shares:
        for face, k in zip(*shapely.STRtree(shared.parts).query(points, predicate="intersects"), strict=True):
            owners[face] = {sharing[k]}
    before = shapely.get_num_geometries(shapes)
    return _gathered(ground.faces, _without_crumbs(ground.faces, owners, before), len(units))


def _without_crumbs(faces: ObjectArray, owners: list[set[int]], parts_before: IntArray) -> list[set[int]]:
    """Hand crumbs that a mend broke off a unit to the neighbour around them."""
    single = np.array([next(iter(names)) if len(names) == 1 else -1 for names in owners], np.int64)
    shared = shared_segments(faces)
    groups = connected_groups(shared, single)
    count = np.bincount([single[group[0]] for group in groups], minlength=len(parts_before))
    tolerance = Tolerance()
    for group in groups:
        unit = single[group[0]]
        if count[unit] <= max(int(parts_before[unit]), 1):
            continue
        land = dissolved(faces[group])
        narrow = float(width_m(np.array([land], dtype=object))[0]) <= tolerance.width_m
        if land.area > tolerance.area_m2 and not narrow:
            continue
        inside = np.isin(shared.a, group) ^ np.isin(shared.b, group)
        rows = np.flatnonzero(inside & (shared.b >= 0))
        other = single[np.where(np.isin(shared.a[rows], group), shared.b[rows], shared.a[rows])]
        known = other >= 0
        if known.any():
            best = int(np.argmax(np.bincount(other[known], weights=shared.length_m[rows][known])))
            for face in group:
                owners[face] = {best}
    return owners


def _moves_land(mend: Mend) -> bool:
    """Tell whether a mend hands its land to one keeper."""
    return mend.kind in {MendKind.GIVE, MendKind.FILL, MendKind.SNAP, MendKind.CUT}


def _shares(mend: Mend, shapes: ObjectArray, place: dict[int, int]) -> tuple[list[int], Halves]:
    """Return the units that share disputed land, and how; it stays whole where only one can hold it.

    A unit that is dropped at the same time takes no part.
    """
    land = mend.defect.geometry
    here = [place[unit] for unit in mend.defect.units if unit in place]
    shared = halves(land, shapes[here[0]], shapes[here[1]]) if len(here) == 2 else None
    if shared is not None:
        return here, shared
    return here[:1], Halves(np.empty(0, dtype=object), np.array([land, None], dtype=object)[: len(here[:1])])


def _gathered(faces: ObjectArray, owners: list[set[int]], n: int) -> ObjectArray:
    """Return the polygon of each unit from the faces it owns; None where it owns none."""
    of_unit: list[list[int]] = [[] for _unit in range(n)]
    for face, names in enumerate(owners):
        for unit in names:
            of_unit[unit].append(face)
    result = np.full(n, None, dtype=object)
    for unit, mine in enumerate(of_unit):
        if mine:
            result[unit] = dissolved(faces[mine])
    return result


def _exploded(shapes: ObjectArray, mends: Sequence[Mend]) -> tuple[ObjectArray, IntArray]:
    """Put detached parts at the end as units of their own."""
    result, origin = list(shapes), list(range(len(shapes)))
    wanted = {m.defect.units[0] for m in mends if m.kind is MendKind.EXPLODE}
    for unit in sorted(unit for unit in wanted if result[unit] is not None):
        parts = sorted(shapely.get_parts(result[unit]), key=lambda part: -part.area)
        result[unit] = parts[0]
        result.extend(parts[1:])
        origin.extend([unit] * (len(parts) - 1))
    out = np.empty(len(result), dtype=object)
    out[:] = result
    return out, np.array(origin, np.int64)


def _fresh(start: ObjectArray, result: ObjectArray, origin: IntArray, units: IntArray) -> tuple[Defect, ...]:
    """Return faults around the mended units that were not there before, whole or as part of another."""
    if not len(units):
        return ()
    present = ~shapely.is_missing(start)
    near = np.unique(shapely.STRtree(start).query(start[units], predicate="intersects")[1])
    near = np.union1d(near[present[near]], units)
    more = np.arange(len(start), len(result))
    before = [_placed(d, near) for d in coverage_defects(start[near])]
    around = np.concatenate([near, more])
    kept = around[~shapely.is_missing(result[around])]
    names = {_name(d) for d in before}
    after = (_placed(d, kept) for d in coverage_defects(result[kept]))
    new = [d for d in after if _name(d) not in names]
    left = _left_over(new, before, origin)
    return tuple(d for d, old in zip(new, left, strict=True) if not old)


def _left_over(faults: Sequence[Defect], before: Sequence[Defect], origin: IntArray) -> list[bool]:
    """Tell which faults are only what is left of one that the same units had before."""
    old = np.array([d.geometry for d in before] + [None], dtype=object)[:-1]
    tree = shapely.STRtree(old)
    result = []
    for fault in faults:
        owners = {int(origin[u]) for u in fault.units}
        if fault.geometry is None:
            result.append(False)
            continue
        near = tree.query(fault.geometry, predicate="dwithin", distance=_BESIDE_M)
        alike = [old[k] for k in near if owners <= set(before[k].units) and _same_sort(before[k], fault)]
        # A piece of a fault may stick out of it by what noding moves a line.
        land = shapely.buffer(shapely.union_all(alike), _BESIDE_M) if alike else None
        result.append(land is not None and bool(shapely.covers(land, fault.geometry)))
    return result


def _same_sort(one: Defect, other: Defect) -> bool:
    """Tell whether two faults are alike: shared land, blank land, or the same kind."""
    both = (one, other)
    if all(d.area_m2 > 0 and d.kind is not DefectKind.DETACHED_PART for d in both):
        return one.bare == other.bare
    return one.kind is other.kind


def _placed(defect: Defect, units: IntArray) -> Defect:
    """Return a fault found among some units with the numbers those have in the layer."""
    return replace(defect, units=tuple(int(units[u]) for u in defect.units))


def _name(defect: Defect) -> tuple[str, tuple[int, ...], float]:
    """Return what makes a fault the same one: its kind, its units and its size."""
    return defect.kind.value, defect.units, round(defect.area_m2, 2)


def simplified(polygons: ObjectArray, tolerance_m: float) -> ObjectArray:
    """Return a faultless coverage with fewer vertices, borders still shared.

    Raises
    ------
    ValueError
        The coverage has faults; mend them first, or borders would part.
    """
    if not shapely.coverage_is_valid(polygons):
        raise ValueError("the coverage has faults; mend them before simplifying")
    return np.asarray(shapely.coverage_simplify(polygons, tolerance_m), dtype=object)


def cut_at_parents(polygons: ObjectArray, parents: ObjectArray, parent_of: IntArray) -> ObjectArray:
    """Return units cut off at the line of the higher unit they belong to.

    Parameters
    ----------
    polygons : object[n]
    parents : object[k]
        A coverage.
    parent_of : int64[n]
        -1 leaves a unit as it is.
    """
    result = polygons.copy()
    cut = np.flatnonzero(parent_of >= 0)
    inside = shapely.intersection(polygons[cut], parents[parent_of[cut]])
    for unit, shape in zip(cut, inside, strict=True):
        areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        result[unit] = shapely.union_all(areas) if areas else None
    return result
