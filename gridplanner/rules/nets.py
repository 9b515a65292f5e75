# SPDX-License-Identifier: LGPL-3.0-or-later
"""Departmental nets over the same ground (五网合一, T13): where they differ, and what they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.contiguity import components
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.geometry.faces import locate, width_m
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.model.plan import Plan
from gridplanner.rules.case import Case
from gridplanner.texts import _

_SLIVER_M2, _NARROW_M = 1.0, 0.1
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NetConflict:
    """A part of a grid that a net counts to another unit than the rest of the grid.

    Parameters
    ----------
    net : str
    unit, other_unit : str
        Unit of the part, and unit that holds most of the grid.
    grid : str
    area_m2 : float
    people : int
    x, y : float
    """

    net: str
    unit: str
    other_unit: str
    grid: str
    area_m2: float
    people: int
    x: float
    y: float


def net_units(layer: Layer) -> ObjectArray:
    """Return the code of each unit of a net, or its name, or its row number."""
    codes = [str(code) for code in layer.texts("code")]
    names = [str(name) for name in layer.texts("name")]
    if not any(codes):
        # A departmental layer comes with field names of its own: the first column that tells rows apart.
        for column in layer.extra.values():
            values = [str(value) for value in column]
            if len(set(values)) == len(values):
                codes = values
                break
    shown = [code or name or f"#{k + 1}" for k, (code, name) in enumerate(zip(codes, names, strict=True))]
    return np.array([*shown, None], dtype=object)[:-1]


def net_title(name: str, layer: Layer) -> str:
    """Return what a net is called in a sentence: the department all its rows name, else its own name."""
    for column in layer.extra.values():
        values = {str(value) for value in column}
        if len(layer) > 1 and len(values) == 1 and not (only := values.pop()).isascii():
            return only
    return name


def net_conflicts(district: District) -> tuple[NetConflict, ...]:
    """Return where departmental nets cut through today's grids, most people first.

    Source: own definition. The net's unit with most of a grid's land is taken as the grid's own; any
    other unit on it is a conflict. Land that another grid claims too is no conflict where the unit
    fits that grid.
    """
    grids = grid_polygons(district.atoms.geometry, district.atoms.old_grid, len(district.grids_before))
    found: list[NetConflict] = []
    for name, layer in district.nets.items():
        if layer.geometry is not None and len(grids):
            found.extend(_conflicts_of(district, name, layer, grids))
    return tuple(sorted(found, key=lambda c: (-c.people, -c.area_m2, c.net, c.unit)))


def _conflicts_of(district: District, name: str, layer: Layer, grids: ObjectArray) -> Iterator[NetConflict]:
    """Yield the conflicts of one net."""
    assert layer.geometry is not None  # noqa: S101 - the caller looked
    present = np.flatnonzero(~shapely.is_missing(grids))
    units, codes = layer.geometry, net_units(layer)
    rows, hits = shapely.STRtree(units).query(grids[present], predicate="intersects")
    rows = present[rows]
    # A grid that lies in one unit but for slivers has no conflict: most do, and telling so is quick.
    wider = shapely.buffer(units, _NARROW_M)
    shapely.prepare(wider)
    alone = np.zeros(len(grids), bool)
    alone[rows[shapely.covers(wider[hits], grids[rows])]] = True
    whole, owner = alone[rows], np.full(len(grids), -1, np.int64)
    owner[rows[whole]] = _owners(units, grids[rows[whole]])
    rows, hits = rows[~whole], hits[~whole]
    pieces = shapely.intersection(grids[rows], units[hits])
    area = shapely.area(pieces)
    main = owner
    order = np.argsort(area, kind="stable")
    main[rows[order]] = hits[order]
    building_unit = locate(_building_points(district), units)
    building_grid = _building_grid(district)
    for k in np.flatnonzero((hits != main[rows]) & (area > _SLIVER_M2)):
        grid, unit = int(rows[k]), int(hits[k])
        piece = _beyond_overlaps(district, pieces[k], grid, main == unit)
        if piece.area <= _SLIVER_M2 or float(width_m(np.array([piece], dtype=object))[0]) <= _NARROW_M:
            continue
        living = (building_unit == unit) & (building_grid == grid)
        people = int(district.buildings.people[living].sum())
        spot = shapely.point_on_surface(piece)
        code = district.grids_before[grid].code
        yield NetConflict(
            name, str(codes[unit]), str(codes[main[grid]]), code, float(piece.area), people, spot.x, spot.y
        )


def _owners(units: ObjectArray, grids: ObjectArray) -> IntArray:
    """Return the unit that holds a point of each grid."""
    return locate(np.asarray(shapely.point_on_surface(grids), dtype=object), units)


def _beyond_overlaps(
    district: District, piece: shapely.Geometry, grid: int, fitting: npt.NDArray[np.bool_]
) -> shapely.Geometry:
    """Take away what a grid that fits the unit claims as well."""
    others = district.grids_before_geometry[np.flatnonzero(fitting & (np.arange(len(fitting)) != grid))]
    near = others[shapely.intersects(others, piece)] if len(others) else others
    return shapely.difference(piece, shapely.union_all(near)) if len(near) else piece


def _building_points(district: District) -> ObjectArray:
    """Return the points of all buildings."""
    return np.asarray(shapely.points(district.buildings.x, district.buildings.y), dtype=object)


def _building_grid(district: District) -> IntArray:
    """Return today's grid of each building; -1 for none."""
    at = district.buildings.atom
    return np.where(at >= 0, district.atoms.old_grid[at], -1).astype(np.int64)


def masters(district: District) -> IntArray:
    """Return how many units each building answers to, int64[m, n_nets + 1]; the grids come first."""
    points = _building_points(district)
    layers = [district.grids_before_geometry, *(n.geometry for n in district.nets.values())]
    counts = np.zeros((len(points), len(layers)), np.int64)
    for column, shapes in enumerate(layers):
        if shapes is not None and len(shapes):
            rows, _hits = shapely.STRtree(shapes).query(points, predicate="intersects")
            counts[:, column] = np.bincount(rows, minlength=len(points))
    return counts


def atom_units(district: District) -> IntArray:
    """Return the unit of each atom in each net, int64[n_atoms, n_nets + 1]; the grids come first, -1 none."""
    points = np.asarray(shapely.points(district.atoms.x, district.atoms.y), dtype=object)
    drawn = [layer.geometry for layer in district.nets.values() if layer.geometry is not None]
    return np.column_stack([district.atoms.old_grid, *(locate(points, shapes) for shapes in drawn)])


def border_votes(district: District) -> tuple[IntArray, IntArray]:
    """Return for each edge of the adjacency how many nets draw a line there, and how many say anything."""
    units, edges = atom_units(district), district.adjacency
    left, right = units[edges.a], units[edges.b]
    known = (left >= 0) & (right >= 0)
    return ((left != right) & known).sum(axis=1), known.sum(axis=1)


def agreement(district: District) -> tuple[tuple[str, ...], FloatArray]:
    """Return names and the matrix of agreement between nets, today's grids first.

    Agreement is the length of lines that both draw, as a share of the lines of the one that draws
    fewer: a net whose units are whole grids agrees with them fully. 1 on the diagonal.
    """
    names = (_("grids of today"), *(n for n, layer in district.nets.items() if layer.geometry is not None))
    units, edges = atom_units(district), district.adjacency
    lines = units[edges.a] != units[edges.b]
    length = edges.length_m
    matrix = np.ones((len(names), len(names)))
    for i in range(len(names)):
        for j in range(i):
            fewer = min(float(length[lines[:, i]].sum()), float(length[lines[:, j]].sum()))
            both = float(length[lines[:, i] & lines[:, j]].sum())
            matrix[i, j] = matrix[j, i] = both / fewer if fewer else 1.0
    return names, matrix


def one_net(district: District) -> npt.NDArray[np.int32]:
    """Return units that keep the lines which most nets share, int32[n_atoms].

    Two neighbours lie together where at most half of the nets part them; the engine makes legal grids
    out of these, starting from this division.
    """
    votes, known = border_votes(district)
    edges = district.adjacency
    joined = (2 * votes <= known) & edges.open
    kept = Adjacency(
        edges.a[joined],
        edges.b[joined],
        edges.length_m[joined],
        edges.kind[joined],
        edges.min_shared_border_m,
    )
    return components(len(district.atoms), kept, district.atoms.community)


def net_crosswalk(district: District, plan: Plan, net: str) -> list[tuple[str, str, int, int, float]]:
    """Return (unit, grid, people, households, m2) for each unit of a net and grid that share land."""
    layer = district.nets[net]
    if layer.geometry is None:
        return []
    codes = net_units(layer)
    points = np.asarray(shapely.points(district.atoms.x, district.atoms.y), dtype=object)
    unit = locate(points, layer.geometry)
    placed = (unit >= 0) & (plan.assignment >= 0)
    keys = unit[placed] * plan.n_grids + plan.assignment[placed]
    pairs, inverse = np.unique(keys, return_inverse=True)
    people = np.bincount(inverse, weights=district.atoms.people[placed])
    households = np.bincount(inverse, weights=district.atoms.households[placed])
    area = np.bincount(inverse, weights=district.atoms.area_m2[placed])
    return [
        (
            str(codes[key // plan.n_grids]),
            plan.grids[key % plan.n_grids].code,
            int(people[k]),
            int(households[k]),
            float(area[k]),
        )
        for k, key in enumerate(pairs)
    ]


def double_staff(district: District, plan: Plan) -> int:
    """Return how many posts one net would save: units of all nets and grids, minus the grids of a plan.

    Source: own choice; each unit of each net is taken to keep one worker of its own today.
    """
    units = sum(len(layer) for layer in district.nets.values())
    general = int(plan.general().sum())
    return max(units + len(district.grids_before) - general, 0)


def check_nets(case: Case) -> Iterator[Finding]:
    """Yield a remark for each conflict between a departmental net and today's grids."""
    if not case.whole_today or not case.district.nets:
        return
    titles = {name: net_title(name, layer) for name, layer in case.district.nets.items()}
    for conflict in net_conflicts(case.district):
        yield Finding(
            rule="nets",
            severity=Severity.INFO,
            text=_(
                "Net {net}: {area:.0f} m2 of grid {grid} with {people} people belong to {unit}, the rest to "
                "{other}."
            ).format(
                net=titles[conflict.net],
                area=conflict.area_m2,
                grid=conflict.grid,
                people=conflict.people,
                unit=conflict.unit,
                other=conflict.other_unit,
            ),
            remedy=_("Agree on one line with the department, or plan one net for all."),
            subject_kind="net",
            subjects=(conflict.net, conflict.unit, conflict.other_unit, conflict.grid),
            value=round(conflict.area_m2, 2),
            limit=_SLIVER_M2,
            unit="m2",
            people=conflict.people,
            x=conflict.x,
            y=conflict.y,
        )
