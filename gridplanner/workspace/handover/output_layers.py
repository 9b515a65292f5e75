# SPDX-License-Identifier: LGPL-3.0-or-later
"""The layers that are handed over, field by field (the contract of `grids.shp` and its sisters)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import unplaced_totals
from gridplanner.model.load import GROUPS, group_counts, load_of
from gridplanner.model.masking import masked_counts
from gridplanner.model.measures import Measures
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Branch
from gridplanner.texts import RESOURCES
from gridplanner.workspace.levels import level_columns, level_layers

Column = npt.NDArray[Any]


@cache
def field_meanings() -> dict[str, tuple[str, str]]:
    """Return Chinese name and remark of each output field."""
    table = tomllib.loads((RESOURCES / "fields" / "output.toml").read_text(encoding="utf-8"))
    return {key: (str(name), str(remark)) for key, (name, remark) in table.items()}


def output_layers(outcome: Outcome) -> dict[str, Layer]:
    """Return the layers to hand over, by file name: grids, grids_before, atoms, buildings, communities.

    Barriers and bridges follow where given, so that the folder can be checked from its files alone.
    """
    layers = {
        "communities": _communities(outcome),
        "grids_before": _grids_before(outcome.district, outcome.before),
        "grids": _grids(outcome),
        "atoms": _atoms(outcome),
        "buildings": _buildings(outcome),
    }
    layers |= level_layers(outcome)
    for role in ("barriers", "bridges"):
        given = outcome.district.originals.get(role)
        if given is not None and given.geometry is not None and len(given):
            shapes, names = _one_kind(given.geometry, given.texts("name"))
            layers[role] = Layer(role, given.source, shapes, {"MC": names})
    return {name: _masked(layer, outcome.mask_below) for name, layer in layers.items()}


def _masked(layer: Layer, below: int) -> Layer:
    """Return a layer without its small counts of people and households; itself with a limit of 0."""
    if not below:
        return layer
    counts = {
        key: masked_counts(layer.fields[key], below)
        for key in ("HS", "RK", "FZ", *GROUPS.values())
        if key in layer.fields
    }
    return replace(layer, fields={**layer.fields, **counts})


#: Half the width that a line gets beside polygons: too thin to see, wide enough to part two areas. Metres.
_LINE_WIDTH_M = 0.05


def _one_kind(shapes: ObjectArray, names: Column) -> tuple[ObjectArray, Column]:
    """Return barriers that one shapefile can hold: beside polygons, lines become thin ones."""
    kind = shapely.get_dimensions(shapes)
    if len(np.unique(kind)) == 1:
        return shapes, names
    # A point parts nothing.
    kept = kind >= 1
    mixed = shapes[kept].copy()
    if (kind == 2).any():
        lines = kind[kept] == 1
        mixed[lines] = shapely.buffer(mixed[lines], _LINE_WIDTH_M)
    return mixed, names[kept]


def text(values: list[str]) -> Column:
    """Return texts as an object column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _codes(plan: Plan) -> Column:
    """Return grid codes with "" at the end, so that -1 means none."""
    return text([g.code for g in plan.grids] + [""])


def _rounded(values: npt.NDArray[np.float64], digits: int) -> npt.NDArray[np.float64]:
    """Round for handing over; NaN stays missing."""
    return np.round(values, digits)


def _grids(outcome: Outcome) -> Layer:
    """Build `grids`: one row per grid of the new division, fields in the order of the contract."""
    plan, measures = outcome.after.plan, outcome.after.measures
    fields: dict[str, Column] = {
        **_where(outcome.district, plan),
        "WGBM": text([g.code for g in plan.grids]),
        "WGMC": text([g.name for g in plan.grids]),
        "WGLX": text([g.kind.value for g in plan.grids]),
        "ZSLX": text([g.dedicated_kind for g in plan.grids]),
        "WGCJ": text(["2" if g.kind is GridKind.MICRO else "1" for g in plan.grids]),
        "SJBM": text([str(outcome.district.communities.codes[g.community]) for g in plan.grids]),
        "HS": measures.households,
        "RK": measures.people,
        **_load(measures),
        "MJ": _rounded(measures.area_m2, 2),
        "LDS": measures.buildings,
        "FWBJ": _rounded(measures.radius_m, 2),
        "FWDX": _rounded(measures.service_x, 3),
        "FWDY": _rounded(measures.service_y, 3),
        **_leaders(plan, phones=outcome.phones),
        "YBM": text([";".join(g.former) for g in plan.grids]),
        "BGLX": text([g.change.value if g.change else "" for g in plan.grids]),
        "CSRQ": text([g.since for g in plan.grids]),
        **{
            key: text([g.limits[i] for g in plan.grids])
            for i, key in enumerate(("SZ_D", "SZ_N", "SZ_X", "SZ_B"))
        },
        "BZ": text([g.note for g in plan.grids]),
    }
    return Layer("grids", "", outcome.after.polygons, fields)


def _where(district: District, plan: Plan) -> dict[str, Column]:
    """Build the columns that say in which street and community a grid lies."""
    home = np.array([g.community for g in plan.grids], np.int64)
    communities = district.communities
    codes = communities.codes[home] if len(home) else np.empty(0, object)
    return {
        "XZQDM": text([str(code)[:6] for code in codes]),
        "JDDM": communities.street_codes[home],
        "JDMC": communities.street_names[home],
        "SQDM": codes,
        "SQMC": communities.names[home],
        "SQLX": communities.types[home],
    }


def _leaders(plan: Plan, *, phones: bool) -> dict[str, Column]:
    """Build the columns of the worker and of the leading branch."""
    workers = {w.id: w for w in plan.workers}
    named = [workers.get(g.worker) for g in plan.grids]
    branches = {b.code: b for b in plan.branches}
    leading: dict[int, Branch] = {
        t.grid: branches[t.branch] for t in plan.ties if t.leading and t.branch in branches
    }
    lead = [leading.get(i) for i in range(plan.n_grids)]
    columns: dict[str, Column] = {"WGY": text([(w.name or w.id) if w else "" for w in named])}
    if phones:
        columns["WGYDH"] = text([w.phone if w else "" for w in named])
    columns["DZBBM"] = text([b.code if b else "" for b in lead])
    columns["DZBMC"] = text([b.name if b else "" for b in lead])
    columns["DZBLX"] = text([b.kind if b else "" for b in lead])
    columns["DZBSJ"] = text([b.secretary if b else "" for b in lead])
    columns["DYRS"] = np.array([b.full_members if b else 0 for b in lead], np.int64)
    return columns


def _grids_before(district: District, before: Division) -> Layer:
    """Build `grids_before`: today's grids on the derived coverage; one without atoms keeps its outline."""
    plan, measures = before.plan, before.measures
    shapes = np.empty(plan.n_grids, dtype=object)
    for i in range(plan.n_grids):
        shape = before.polygons[i]
        shapes[i] = shape if shape is not None else district.grids_before_geometry[i]
    fields: dict[str, Column] = {
        "WGBM": text([g.code for g in plan.grids]),
        "WGMC": text([g.name for g in plan.grids]),
        "SQDM": _where(district, plan)["SQDM"],
        "WGLX": text([g.kind.value for g in plan.grids]),
        "ZSLX": text([g.dedicated_kind for g in plan.grids]),
        "HS": measures.households,
        "RK": measures.people,
        **_load(measures),
        "MJ": _rounded(measures.area_m2, 2),
        "FWBJ": _rounded(measures.radius_m, 2),
    }
    return Layer("grids_before", "", shapes, fields)


def _atoms(outcome: Outcome) -> Layer:
    """Build `atoms`: where each went, with its people."""
    atoms, district = outcome.district.atoms, outcome.district
    estates = np.append(district.estates, "").astype(object)
    fields: dict[str, Column] = {
        "ATOM_ID": atoms.ids,
        "SQDM": district.communities.codes[atoms.community],
        "JZWBM": atoms.building,
        "XQMC": estates[atoms.estate],
        "YWGBM": _codes(outcome.before.plan)[atoms.old_grid],
        "WGBM": _codes(outcome.after.plan)[outcome.after.plan.assignment],
        "HS": atoms.households,
        "RK": atoms.people,
        **_weighed(outcome),
        **level_columns(outcome),
    }
    return Layer("atoms", "", atoms.geometry, fields)


def _weighed(outcome: Outcome) -> dict[str, Column]:
    """Build the columns of the load, where the rules weigh more than residents: each group, and the sum."""
    district, rules = outcome.district, outcome.rules
    if not rules.weights:
        return {}
    groups = {GROUPS[name]: group_counts(district, name) for name in sorted(rules.weights)}
    return {**groups, "FZ": load_of(district, rules)}


def _load(measures: Measures) -> dict[str, Column]:
    """Build the column of the load of grids, where there is one."""
    return {"FZ": measures.more["load"].astype(np.int64)} if "load" in measures.more else {}


def _buildings(outcome: Outcome) -> Layer:
    """Build `buildings`: in which grid each building lies now."""
    district, buildings = outcome.district, outcome.district.buildings
    placed = buildings.atom >= 0
    community = np.full(len(buildings), -1, np.int64)
    community[placed] = district.atoms.community[buildings.atom[placed]]
    grid = np.full(len(buildings), -1, np.int64)
    grid[placed] = outcome.after.plan.assignment[buildings.atom[placed]]
    fields: dict[str, Column] = {
        "JZWBM": buildings.codes,
        "XQMC": buildings.estates,
        "LH": buildings.names,
        "SQDM": np.append(district.communities.codes, "").astype(object)[community],
        "WGBM": _codes(outcome.after.plan)[grid],
        "ATOM_ID": np.append(district.atoms.ids, "").astype(object)[buildings.atom],
        "HS": buildings.households,
        "RK": buildings.people,
    }
    shapes = buildings.geometry
    if len(np.unique(shapely.get_dimensions(shapes))) > 1:
        # Footprints beside mere address points: a shapefile holds one kind, so all become points.
        shapes = np.asarray(shapely.points(buildings.x, buildings.y), dtype=object)
    return Layer("buildings", "", shapes, fields)


def _communities(outcome: Outcome) -> Layer:
    """Build `communities` with the people of their atoms."""
    communities, atoms = outcome.district.communities, outcome.district.atoms
    people, households = np.zeros(len(communities), np.int64), np.zeros(len(communities), np.int64)
    area = np.zeros(len(communities))
    np.add.at(people, atoms.community, atoms.people)
    np.add.at(households, atoms.community, atoms.households)
    np.add.at(area, atoms.community, atoms.area_m2)
    fields: dict[str, Column] = {
        "SQDM": communities.codes,
        "SQMC": communities.names,
        "SQLX": communities.types,
        "JDDM": communities.street_codes,
        "JDMC": communities.street_names,
        "HS": households,
        "RK": people,
        "MJ": _rounded(area, 2),
    }
    alone, homes = unplaced_totals(outcome.district)
    if alone.any():
        # Counted in the ledger, on no building: part of the community's total, of no atom and no grid.
        fields |= {"WLRK": alone[:-1], "WLHS": homes[:-1]}
    return Layer("communities", "", communities.geometry, fields)
