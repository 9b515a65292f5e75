# SPDX-License-Identifier: LGPL-3.0-or-later
"""Build the district: layers in, immutable atoms with everything known of them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely

from gridplanner.errors import UserError
from gridplanner.geometry.adjacency import build_adjacency
from gridplanner.geometry.arrays import FloatArray, IntArray, ObjectArray
from gridplanner.geometry.claims import Units
from gridplanner.geometry.contiguity import components
from gridplanner.geometry.coverage import Coverage, Sources, derive_coverage
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.geometry.hand_edges import Ground, with_hand_edges
from gridplanner.geometry.options import BuildOptions
from gridplanner.geometry.population import Population, count_people
from gridplanner.geometry.readymade import readymade_coverage
from gridplanner.geometry.repairs import repair_findings
from gridplanner.geometry.stairs import with_stairs
from gridplanner.geometry.units import Places, read_communities, read_grids, read_places
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, LayerSet
from gridplanner.model.plan import GridRecord
from gridplanner.progress import Progress, Silent
from gridplanner.texts import _

_NOTHING = np.empty(0, dtype=object)
#: At most so many buildings are named in one finding.
_MOST_NAMED = 50


def build_district(
    layers: LayerSet, options: BuildOptions, progress: Progress | None = None
) -> tuple[District, tuple[Finding, ...]]:
    """Build the atoms of a district and all that is known of them.

    Parameters
    ----------
    layers : LayerSet
        Projected CRS, metres. Needs `communities`, `grids` or `atoms`.
    options : BuildOptions
    progress : Progress or None

    Returns
    -------
    District
        Atoms tile every community; people and households are conserved; originals are kept.
    tuple of Finding
        Every repair, every building outside, every rounding.

    Raises
    ------
    UserError
        There is no layer of areas.
    DataError
        Land is claimed twice or by nobody and the options name no choice.
    """
    progress = progress or Silent()
    communities, community_units, found = _communities(layers)
    records, grid_units, found_grids = _old_grids(layers, community_units)
    places = with_stairs(read_places(layers, options.estates), layers)
    barriers, roads = _shapes(layers, "barriers"), _shapes(layers, "roads")
    sources = Sources(community_units, grid_units, barriers, roads, places.points, places.people)
    coverage = _ordered(_coverage(layers, sources, options, progress))
    findings = [*found, *found_grids, *_settled(community_units, grid_units, coverage, options)]
    points = _atom_points(coverage, places)
    bridges, least = _shapes(layers, "bridges"), options.min_shared_border_m
    adjacency = build_adjacency(coverage.geometry, sources.barriers, bridges, points, least)
    adjacency, by_hand = with_hand_edges(adjacency, _ground(layers, coverage, places), options)
    findings.extend(by_hand)
    if communities is None:
        communities, coverage = _communities_by_part(coverage, adjacency, options)
    population = count_people(layers, places, coverage, len(communities))
    findings.extend((*_outside(places, coverage), *population.findings))
    atoms, estates = _atoms(layers, places, coverage, population, points)
    shapes = grid_polygons(atoms.geometry, atoms.community, len(communities))
    district = District(
        name=options.name,
        crs=layers.crs,
        communities=replace(communities, geometry=shapes),
        atoms=atoms,
        adjacency=adjacency,
        buildings=_buildings(places, coverage, population),
        grids_before=_placed_records(records, atoms),
        grids_before_geometry=_delivered(grid_units, atoms, len(records)),
        estates=estates,
        originals=layers.layers,
        nets=layers.nets,
    )
    return district, tuple(findings)


def _ground(layers: LayerSet, coverage: Coverage, places: Places) -> Ground:
    """Return what passages set by hand are looked up in; a building cut by stairs means its first one."""
    known: dict[str, int] = {}
    for code, atom in zip(places.codes.tolist(), coverage.atom_of_point.tolist(), strict=True):
        if atom >= 0:
            known.setdefault(str(code), atom)
            known.setdefault(str(code).rpartition("-")[0] or str(code), atom)
    for atom, code in enumerate(_identifiers(layers.layers.get("atoms"), coverage).tolist()):
        known.setdefault(str(code), atom)
    known.pop("", None)
    return Ground(coverage.geometry, known, coverage.community)


def _settled(
    communities: Units | None, grids: Units | None, coverage: Coverage, options: BuildOptions
) -> tuple[Finding, ...]:
    """Return what was settled between communities and between old grids."""
    found: tuple[Finding, ...] = ()
    for units, pieces in ((communities, coverage.community_pieces), (grids, coverage.grid_pieces)):
        if units is not None:
            found = (*found, *repair_findings(units, pieces, options))
    return found


def _communities(layers: LayerSet) -> tuple[Communities | None, Units | None, tuple[Finding, ...]]:
    """Return the communities layer's units; None where there is no such layer."""
    layer = layers.layers.get("communities")
    if layer is None or layer.geometry is None:
        return None, None, ()
    return read_communities(layers)


def _old_grids(
    layers: LayerSet, communities: Units | None
) -> tuple[tuple[GridRecord, ...], Units | None, tuple[Finding, ...]]:
    """Return today's grids from their layer, else from the column of ready-made atoms."""
    layer = layers.layers.get("grids")
    if layer is not None:
        return read_grids(layer, communities)
    atoms = layers.layers.get("atoms")
    codes = sorted({str(code) for code in atoms.texts("old_grid")} - {""}) if atoms is not None else []
    if not codes:
        return (), None, ()
    named = np.array([*codes, None], dtype=object)[:-1]
    records = tuple(GridRecord(code=code, name=code, community=-1) for code in codes)
    empty = np.array([None] * len(codes), dtype=object)
    return records, Units("grids", named, empty, named), ()


def _shapes(layers: LayerSet, role: str) -> ObjectArray:
    """Return the geometry of a layer that may be absent; empty rows left out."""
    layer = layers.layers.get(role)
    if layer is None or layer.geometry is None:
        return _NOTHING
    present = ~shapely.is_missing(layer.geometry) & ~shapely.is_empty(layer.geometry)
    return np.asarray(layer.geometry[present], dtype=object)


def _coverage(layers: LayerSet, sources: Sources, options: BuildOptions, progress: Progress) -> Coverage:
    """Take ready-made atoms, else derive them."""
    atoms = layers.layers.get("atoms")
    if atoms is not None and atoms.geometry is not None:
        return readymade_coverage(atoms, sources)
    if sources.communities is None and sources.grids is None:
        raise UserError(
            _(
                "There is no layer of areas to plan in. Add [layers.communities], [layers.grids] or "
                "[layers.atoms]."
            )
        )
    return derive_coverage(sources, options, progress)


def _ordered(coverage: Coverage) -> Coverage:
    """Put atoms in reading order: community, old grid, north to south, west to east."""
    points = shapely.point_on_surface(coverage.geometry)
    order = np.lexsort((shapely.get_x(points), -shapely.get_y(points), coverage.old_grid, coverage.community))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    at = coverage.atom_of_point
    return replace(
        coverage,
        geometry=coverage.geometry[order],
        community=coverage.community[order],
        old_grid=coverage.old_grid[order],
        atom_of_point=np.where(at >= 0, number[at], -1),
        row=coverage.row[order],
    )


def _atom_points(coverage: Coverage, places: Places) -> FloatArray:
    """Return the point of each atom: its building with the most people, else a point inside."""
    inner = shapely.point_on_surface(coverage.geometry)
    points = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
    main = _main_building(coverage, places)
    has = main >= 0
    points[has] = shapely.get_coordinates(places.points[main[has]])
    return points


def _atoms(
    layers: LayerSet, places: Places, coverage: Coverage, population: Population, points: FloatArray
) -> tuple[Atoms, ObjectArray]:
    """Return the atoms, each with its point, estate and building, and the names of estates."""
    n, at = len(coverage.geometry), coverage.atom_of_point
    main = _main_building(coverage, places)
    has = main >= 0
    names = np.array(sorted({str(e) for e in places.estates if e}) + [None], dtype=object)[:-1]
    index = {name: k for k, name in enumerate(names)}
    estate = np.full(n, -1, np.int32)
    estate[has] = [index.get(str(e), -1) for e in places.estates[main[has]]]
    building = np.full(n, "", dtype=object)
    single = has & (np.bincount(at[at >= 0], minlength=n) == 1)
    building[single] = places.codes[main[single]]
    atoms = Atoms(
        ids=_identifiers(layers.layers.get("atoms"), coverage),
        geometry=coverage.geometry,
        community=coverage.community.astype(np.int32),
        old_grid=coverage.old_grid.astype(np.int32),
        people=population.atom_people,
        households=population.atom_households,
        area_m2=np.asarray(shapely.area(coverage.geometry), dtype=np.float64),
        x=points[:, 0],
        y=points[:, 1],
        estate=estate,
        building=building,
    )
    return atoms, names


def _main_building(coverage: Coverage, places: Places) -> IntArray:
    """Return the building of each atom with the most people; -1 for land."""
    main = np.full(len(coverage.geometry), -1, np.int64)
    rows = np.flatnonzero(coverage.atom_of_point >= 0)
    order = rows[np.lexsort((-rows, np.nan_to_num(places.people[rows])))]
    main[coverage.atom_of_point[order]] = order
    return main


def _identifiers(layer: Layer | None, coverage: Coverage) -> ObjectArray:
    """Return the layer's own identifiers where they are there and unique, else numbers."""
    if layer is not None:
        for key in ("id", "code"):
            own = [str(value) for value in layer.texts(key)[coverage.row]]
            if all(own) and len(set(own)) == len(own):
                return np.array([*own, None], dtype=object)[:-1]
    return np.array([f"A{k + 1:06d}" for k in range(len(coverage.row))] + [None], dtype=object)[:-1]


def _buildings(places: Places, coverage: Coverage, population: Population) -> Buildings:
    """Return the buildings with the atoms they stand on, in the order of the layer."""
    return Buildings(
        codes=places.codes,
        names=places.names,
        estates=places.estates,
        atom=coverage.atom_of_point.astype(np.int32),
        x=np.asarray(shapely.get_x(places.points), dtype=np.float64),
        y=np.asarray(shapely.get_y(places.points), dtype=np.float64),
        people=population.building_people,
        households=population.building_households,
        geometry=places.geometry,
    )


def _communities_by_part(
    coverage: Coverage, adjacency: Adjacency, options: BuildOptions
) -> tuple[Communities, Coverage]:
    """Make one community per connected part of the whole."""
    part = np.zeros(len(coverage.geometry), np.int32)
    if options.community_parts:
        part = components(len(part), adjacency, part)
    n = int(part.max(initial=-1)) + 1
    codes = np.array([f"{k + 1:012d}" for k in range(n)] + [None], dtype=object)[:-1]
    names = np.array([_("Area {number}").format(number=k + 1) for k in range(n)] + [None], dtype=object)[:-1]
    blank = np.full(n, "", dtype=object)
    geometry = np.array([None] * n, dtype=object)
    found = Communities(codes, names, blank, blank, blank, geometry)
    return found, replace(coverage, community=part.astype(np.int64))


def _placed_records(records: tuple[GridRecord, ...], atoms: Atoms) -> tuple[GridRecord, ...]:
    """Give each old grid the community that most of its people, else most of its land, lie in."""
    best: Mapping[int, int] = _majority(atoms)
    return tuple(replace(record, community=best.get(g, -1)) for g, record in enumerate(records))


def _majority(atoms: Atoms) -> dict[int, int]:
    """Return the community of each old grid that has atoms."""
    placed = np.flatnonzero(atoms.old_grid >= 0)
    width = int(atoms.community.max(initial=0)) + 1
    keys, inverse = np.unique(
        atoms.old_grid[placed].astype(np.int64) * width + atoms.community[placed], return_inverse=True
    )
    people = np.bincount(inverse, weights=atoms.people[placed], minlength=len(keys))
    area = np.bincount(inverse, weights=atoms.area_m2[placed], minlength=len(keys))
    order = np.lexsort((area, people, keys // width))
    return {int(keys[k] // width): int(keys[k] % width) for k in order}


def _delivered(units: Units | None, atoms: Atoms, n: int) -> ObjectArray:
    """Return today's grids as delivered; dissolved from atoms where no polygons came."""
    if units is None:
        return _NOTHING
    if shapely.is_missing(units.geometry).all():
        return grid_polygons(atoms.geometry, atoms.old_grid, n)
    return units.geometry


def _outside(places: Places, coverage: Coverage) -> tuple[Finding, ...]:
    """Return a finding for the buildings that stand outside every community."""
    lost = np.flatnonzero(coverage.atom_of_point < 0)
    if not len(lost):
        return ()
    people = float(np.nan_to_num(places.people[lost]).sum())
    return (
        Finding(
            rule="read.outside",
            severity=Severity.WARNING,
            text=_(
                "{count} buildings with {people} people stand outside every community and are in no total."
            ).format(count=len(lost), people=f"{people:,.0f}"),
            remedy=_("Check their coordinates, or the line of the community they belong to."),
            subject_kind="building",
            subjects=tuple(str(places.codes[k]) for k in lost[:_MOST_NAMED]),
            people=round(people),
            count=len(lost),
            x=float(shapely.get_x(places.points[lost[0]])),
            y=float(shapely.get_y(places.points[lost[0]])),
        ),
    )
