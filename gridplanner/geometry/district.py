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
from gridplanner.geometry.options import BuildOptions
from gridplanner.geometry.population import Population, count_people
from gridplanner.geometry.readymade import readymade_coverage
from gridplanner.geometry.repairs import repair_findings
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
    places = read_places(layers, options.estates)
    sources = Sources(
        community_units,
        grid_units,
        _shapes(layers, "barriers"),
        _shapes(layers, "roads"),
        places.points,
        places.people,
    )
    coverage = _coverage(layers, sources, options, progress)
    findings = [*found, *found_grids]
    if community_units is not None:
        findings.extend(repair_findings(community_units, coverage.community_pieces, options))
    if grid_units is not None:
        findings.extend(repair_findings(grid_units, coverage.grid_pieces, options))
    findings.extend(_outside(places, coverage))
    n_communities = len(communities) if communities is not None else 1
    population = count_people(layers, places, coverage, n_communities)
    findings.extend(population.findings)
    order = np.lexsort(_reading_order(coverage))
    atoms, estates = _atoms(layers, places, coverage, population, order)
    adjacency = build_adjacency(
        atoms.geometry,
        _shapes(layers, "barriers"),
        _shapes(layers, "bridges"),
        np.column_stack([atoms.x, atoms.y]),
        options.min_shared_border_m,
    )
    if communities is None:
        communities, atoms = _communities_by_part(atoms, adjacency, options)
    geometry = grid_polygons(atoms.geometry, atoms.community, len(communities))
    district = District(
        name=options.name,
        crs=layers.crs,
        communities=replace(communities, geometry=geometry),
        atoms=atoms,
        adjacency=adjacency,
        buildings=_buildings(places, coverage, population, order),
        grids_before=_placed_records(records, atoms),
        grids_before_geometry=_delivered(grid_units, atoms, len(records)),
        estates=estates,
        originals=layers.layers,
        nets=layers.nets,
    )
    return district, tuple(findings)


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


def _reading_order(coverage: Coverage) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return sort keys, last one first: community, old grid, north to south, west to east."""
    points = shapely.point_on_surface(coverage.geometry)
    return (
        np.asarray(shapely.get_x(points)),
        -np.asarray(shapely.get_y(points)),
        coverage.old_grid,
        coverage.community,
    )


def _atoms(
    layers: LayerSet, places: Places, coverage: Coverage, population: Population, order: IntArray
) -> tuple[Atoms, ObjectArray]:
    """Return the atoms in reading order, each with its point, estate and building."""
    n, at = len(order), coverage.atom_of_point
    points = shapely.point_on_surface(coverage.geometry)
    x, y = shapely.get_x(points), shapely.get_y(points)
    main = _main_building(at, population.building_people, n)
    has = main >= 0
    x[has], y[has] = shapely.get_x(places.points[main[has]]), shapely.get_y(places.points[main[has]])
    names = np.array(sorted({str(e) for e in places.estates if e}) + [None], dtype=object)[:-1]
    index = {name: k for k, name in enumerate(names)}
    estate = np.full(n, -1, np.int32)
    estate[has] = [index.get(str(e), -1) for e in places.estates[main[has]]]
    building = np.full(n, "", dtype=object)
    single = has & (np.bincount(at[at >= 0], minlength=n) == 1)
    building[single] = places.codes[main[single]]
    atoms = Atoms(
        ids=_identifiers(layers.layers.get("atoms"), n)[order]
        if "atoms" in layers.layers
        else _identifiers(None, n),
        geometry=coverage.geometry[order],
        community=coverage.community[order].astype(np.int32),
        old_grid=coverage.old_grid[order].astype(np.int32),
        people=population.atom_people[order],
        households=population.atom_households[order],
        area_m2=np.asarray(shapely.area(coverage.geometry[order]), dtype=np.float64),
        x=x[order],
        y=y[order],
        estate=estate[order],
        building=building[order],
    )
    return atoms, names


def _main_building(at: IntArray, people: IntArray, n_atoms: int) -> IntArray:
    """Return the building of each atom with the most people; -1 for land."""
    main = np.full(n_atoms, -1, np.int64)
    rows = np.flatnonzero(at >= 0)
    order = rows[np.lexsort((-rows, people[rows]))]
    main[at[order]] = order
    return main


def _identifiers(layer: Layer | None, n: int) -> ObjectArray:
    """Return the layer's own identifiers where they are there and unique, else numbers."""
    if layer is not None:
        for key in ("id", "code"):
            own = [str(value) for value in layer.texts(key)]
            if all(own) and len(set(own)) == len(own):
                return np.array([*own, None], dtype=object)[:-1]
    return np.array([f"A{k + 1:06d}" for k in range(n)] + [None], dtype=object)[:-1]


def _buildings(places: Places, coverage: Coverage, population: Population, order: IntArray) -> Buildings:
    """Return the buildings with the atoms they stand on, in the order of the layer."""
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    at = coverage.atom_of_point
    return Buildings(
        codes=places.codes,
        names=places.names,
        estates=places.estates,
        atom=np.where(at >= 0, number[at], -1).astype(np.int32),
        x=np.asarray(shapely.get_x(places.points), dtype=np.float64),
        y=np.asarray(shapely.get_y(places.points), dtype=np.float64),
        people=population.building_people,
        households=population.building_households,
        geometry=places.geometry,
    )


def _communities_by_part(
    atoms: Atoms, adjacency: Adjacency, options: BuildOptions
) -> tuple[Communities, Atoms]:
    """Make one community per connected part of the whole."""
    part = np.zeros(len(atoms), np.int32)
    if options.community_parts:
        part = components(len(atoms), adjacency, part)
    n = int(part.max(initial=-1)) + 1
    codes = np.array([f"{k + 1:012d}" for k in range(n)] + [None], dtype=object)[:-1]
    names = np.array([_("Area {number}").format(number=k + 1) for k in range(n)] + [None], dtype=object)[:-1]
    blank = np.full(n, "", dtype=object)
    geometry = np.array([None] * n, dtype=object)
    return Communities(codes, names, blank, blank, blank, geometry), replace(atoms, community=part)


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
