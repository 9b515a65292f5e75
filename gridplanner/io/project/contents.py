# SPDX-License-Identifier: LGPL-3.0-or-later
"""The contents of a project to and from its tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplanner.io.project import codec, sql
from gridplanner.io.project.derived import write_derived
from gridplanner.io.project.tables import TableReader, TableWriter
from gridplanner.model.adjacency import Adjacency, EdgeKind
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.certificate import Bound, Certificate, PartCertificate, Step
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.project import JournalEntry, ProjectContents, Scenario
from gridplanner.model.reform import reform_from_table, reform_to_table
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.staff import Branch, BranchTie, Worker


@dataclass(frozen=True, slots=True)
class _NamedBound:
    """One objective of one part of a certificate; part -1 is the total."""

    part: int
    name: str
    value: float
    bound: float
    proven: bool
    method: str
    assumptions: str


@dataclass(frozen=True, slots=True)
class _PartRow:
    """A part of a certificate without its objectives."""

    community: str
    part: int
    people: int
    grids: int
    reason: str


@dataclass(frozen=True, slots=True)
class _ScenarioRow:
    """What is known of a scenario besides its grids."""

    name: str
    status: str
    notes: str


@dataclass(frozen=True, slots=True)
class _Text:
    """A named text: a parameter, a waiver, an estate."""

    name: str
    value: str


# --- writing -------------------------------------------------------------------------------------------


def write_contents(tables: TableWriter, contents: ProjectContents) -> None:
    """Write everything; the layers a GIS shows first come first."""
    district = contents.district
    current = contents.scenarios[contents.current].plan if contents.current else district.plan_today()
    tables.column_set("communities", district.communities)
    _write_grids_before(tables, district)
    write_derived(tables, district, current)
    tables.column_set("atoms", district.atoms)
    tables.column_set("buildings", district.buildings)
    _write_adjacency(tables, district.adjacency)
    tables.records("estate_names", _Text, [[_Text(str(name), "") for name in district.estates]])
    tables.layers(district.originals, district.nets)
    _write_scenarios(tables, contents.scenarios)
    parameters = [
        _Text("name", district.name),
        _Text("crs", district.crs),
        _Text("current", contents.current),
        _Text("min_shared_border_m", repr(float(district.adjacency.min_shared_border_m))),
        _Text("rules", codec.to_json(contents.rules)),
        _Text("request", codec.to_json(contents.request)),
        _Text("config", contents.config),
        _Text("reforms", json.dumps([reform_to_table(r) for r in district.reforms], ensure_ascii=False)),
    ]
    tables.records("parameters", _Text, [parameters])
    tables.records("findings", Finding, [contents.findings])
    tables.records("waivers", _Text, [[_Text(key, reason) for key, reason in contents.waivers.items()]])
    tables.records("journal", JournalEntry, [contents.journal])


def _write_grids_before(tables: TableWriter, district: District) -> None:
    columns = codec.records_to_columns(district.grids_before, GridRecord)
    tables.table("grids_before", columns, codec.record_fields(GridRecord), district.grids_before_geometry)


def _write_adjacency(tables: TableWriter, adjacency: Adjacency) -> None:
    columns = {name: getattr(adjacency, name).tolist() for name in ("a", "b", "length_m", "kind")}
    tables.table("adjacency", columns, dict.fromkeys(columns, "INTEGER") | {"length_m": "REAL"})


def _write_scenarios(tables: TableWriter, scenarios: Mapping[str, Scenario]) -> None:
    listed = list(scenarios.values())
    plans = [scenario.plan for scenario in listed]
    rows = [_ScenarioRow(name, scenario.plan.status, scenario.notes) for name, scenario in scenarios.items()]
    tables.records("scenarios", _ScenarioRow, [rows])
    tables.records("scenario_grids", GridRecord, [plan.grids for plan in plans])
    tables.records("scenario_branches", Branch, [plan.branches for plan in plans])
    tables.records("scenario_ties", BranchTie, [plan.ties for plan in plans])
    tables.records("scenario_workers", Worker, [plan.workers for plan in plans])
    parts = [
        [_PartRow(p.community, p.part, p.people, p.grids, p.reason) for p in scenario.certificate.parts]
        for scenario in listed
    ]
    tables.records("certificate_parts", _PartRow, parts)
    tables.records("certificates", _NamedBound, [_bounds(scenario.certificate) for scenario in listed])
    tables.records("certificate_steps", Step, [scenario.certificate.steps for scenario in listed])
    columns: dict[str, list[Any]] = {"scenario": [], "atom": [], "grid": []}
    for place, plan in enumerate(plans):
        columns["scenario"] += [place] * len(plan.assignment)
        columns["atom"] += range(len(plan.assignment))
        columns["grid"] += plan.assignment.tolist()
    tables.table("assignments", columns, dict.fromkeys(columns, "INTEGER"))


def _bounds(certificate: Certificate) -> list[_NamedBound]:
    owners = [(-1, certificate.total), *((i, part.objective) for i, part in enumerate(certificate.parts))]
    return [
        _NamedBound(i, name, float(b.value), float(b.bound), bool(b.proven), b.method, b.assumptions)
        for i, objective in owners
        for name, b in objective.items()
    ]


# --- reading -------------------------------------------------------------------------------------------


def read_contents(tables: TableReader) -> ProjectContents:
    """Return everything `write_contents` wrote, indices checked against what they point at.

    Raises
    ------
    TypeError, ValueError, KeyError, sqlite3.Error, shapely.errors.GEOSException
        The file is damaged.
    """
    texts = {item.name: item.value for item in tables.records("parameters", _Text, 1)[0]}
    district = _read_district(tables, texts)
    scenarios = _read_scenarios(tables, district)
    current = texts["current"]
    if current and current not in scenarios:
        raise ValueError(current)
    return ProjectContents(
        district=district,
        rules=codec.from_json(texts["rules"], RuleSet),
        request=codec.from_json(texts["request"], PlanRequest),
        scenarios=scenarios,
        current=current,
        findings=tables.records("findings", Finding, 1)[0],
        waivers={item.name: item.value for item in tables.records("waivers", _Text, 1)[0]},
        journal=tables.records("journal", JournalEntry, 1)[0],
        config=texts["config"],
    )


def _read_district(tables: TableReader, texts: Mapping[str, str]) -> District:
    communities = tables.column_set("communities", Communities)
    atoms = tables.column_set("atoms", Atoms)
    buildings = tables.column_set("buildings", Buildings)
    estates = sql.from_cells([item.name for item in tables.records("estate_names", _Text, 1)[0]], "text")
    names = [
        name for name in sql.column_names(tables.database, "grids_before") if name not in {"fid", "geom"}
    ]
    cells = sql.read_columns(tables.database, "grids_before", names)
    grids = codec.records_from_columns(GridRecord, dict(zip(names, cells, strict=True)))
    _require_indices(atoms.community, len(communities), lowest=0)
    _require_indices(atoms.old_grid, len(grids))
    _require_indices(atoms.estate, len(estates))
    _require_indices(buildings.atom, len(atoms))
    _require_indices([g.community for g in grids], len(communities), lowest=0)
    originals, nets = tables.layers()
    return District(
        name=texts["name"],
        crs=texts["crs"],
        communities=communities,
        atoms=atoms,
        adjacency=_read_adjacency(tables, len(atoms), float(texts["min_shared_border_m"])),
        buildings=buildings,
        grids_before=grids,
        grids_before_geometry=tables.geometry("grids_before"),
        estates=estates,
        originals=originals,
        nets=nets,
        # Files of earlier versions know no reforms.
        reforms=tuple(reform_from_table(r) for r in json.loads(texts.get("reforms", "[]"))),
    )


def _read_adjacency(tables: TableReader, n_atoms: int, min_shared_border_m: float) -> Adjacency:
    a, b, length, kind = sql.read_columns(tables.database, "adjacency", ["a", "b", "length_m", "kind"])
    _require_indices(a, n_atoms, lowest=0)
    _require_indices(b, n_atoms, lowest=0)
    _require_indices(kind, len(EdgeKind), lowest=0)
    return Adjacency(
        np.array(a, np.int32),
        np.array(b, np.int32),
        sql.from_cells(length, "float64"),
        np.array(kind, np.int8),
        min_shared_border_m,
    )


def _read_scenarios(tables: TableReader, district: District) -> dict[str, Scenario]:
    rows = tables.records("scenarios", _ScenarioRow, 1)[0]
    n = len(rows)
    if len({row.name for row in rows}) < n:
        raise ValueError(rows)
    grids = tables.records("scenario_grids", GridRecord, n)
    branches = tables.records("scenario_branches", Branch, n)
    ties = tables.records("scenario_ties", BranchTie, n)
    workers = tables.records("scenario_workers", Worker, n)
    certificates = _read_certificates(tables, n)
    assignments = _read_assignments(tables, n, len(district.atoms))
    scenarios = {}
    for i, row in enumerate(rows):
        _require_indices(assignments[i], len(grids[i]))
        _require_indices([g.community for g in grids[i]], len(district.communities), lowest=0)
        _require_indices([tie.grid for tie in ties[i]], len(grids[i]), lowest=0)
        plan = Plan(assignments[i], grids[i], row.name, branches[i], ties[i], workers[i], row.status)
        scenarios[row.name] = Scenario(plan, certificates[i], row.notes)
    return scenarios


def _read_assignments(tables: TableReader, n: int, n_atoms: int) -> list[Any]:
    columns = sql.read_columns(tables.database, "assignments", ["scenario", "atom", "grid"])
    scenario, atom, grid = (sql.from_cells(column, "int64") for column in columns)
    if not np.array_equal(scenario, np.repeat(np.arange(n), n_atoms)) or not np.array_equal(
        atom, np.tile(np.arange(n_atoms), n)
    ):
        raise ValueError("assignments")
    _require_indices(grid, 2**31 - 1)
    return [part.astype(np.int32) for part in grid.reshape(n, n_atoms)] if n else []


def _read_certificates(tables: TableReader, n: int) -> list[Certificate]:
    parts = tables.records("certificate_parts", _PartRow, n)
    # Projects of earlier versions have no table of steps.
    has_steps = bool(sql.column_names(tables.database, "certificate_steps"))
    steps = tables.records("certificate_steps", Step, n) if has_steps else [()] * n
    certificates = []
    bounds_of = tables.records("certificates", _NamedBound, n)
    for owned, bounds, drawn in zip(parts, bounds_of, steps, strict=True):
        objectives: list[dict[str, Bound]] = [{} for _part in range(len(owned) + 1)]
        _require_indices([b.part for b in bounds], len(owned))
        for b in bounds:
            objectives[b.part][b.name] = Bound(b.value, b.bound, b.proven, b.method, b.assumptions)
        filled = tuple(
            PartCertificate(row.community, row.part, row.people, row.grids, objective, row.reason)
            for row, objective in zip(owned, objectives[:-1], strict=True)
        )
        certificates.append(Certificate(filled, objectives[-1], drawn))
    return certificates


def _require_indices(values: Any, n: int, *, lowest: int = -1) -> None:
    """Raise ValueError where an index points at nothing; -1 stands for none where it is allowed."""
    array = np.asarray(values)
    if len(array) and (array.dtype.kind != "i" or array.min() < lowest or array.max() >= n):
        raise ValueError(n)
