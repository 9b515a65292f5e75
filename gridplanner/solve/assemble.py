# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put divided parts, kept grids and leftovers together into a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.solve.decompose import Scope
from gridplanner.solve.part import IntArray, LongArray


def assemble(district: District, scope: Scope, labels: Sequence[IntArray]) -> Plan:
    """Return the plan of these divisions; grids by community, then by their first atom.

    A grid with exactly the atoms of one of the start keeps its record; others have no code yet.
    """
    n = len(district.atoms)
    grid = np.full(n, -1, np.int64)
    records: list[GridRecord] = []
    for g in scope.kept:
        grid[scope.start.assignment == g] = len(records)
        records.append(scope.start.grids[g])
    for part, label in zip(scope.parts, labels, strict=True):
        grid[part.atoms] = label + len(records)
        records.extend(_records_of(scope.start, part.community, part.atoms, label))
    _attach(district, scope, grid)
    return _ordered(district, grid, records, scope.start)


def _records_of(start: Plan, community: int, atoms: IntArray, label: IntArray) -> list[GridRecord]:
    """Return a record per grid of a part: the old one where the atoms are the same."""
    out = []
    for g in range(int(label.max()) + 1):
        own = atoms[label == g]
        olds = np.unique(start.assignment[own])
        same = len(olds) == 1 and olds[0] >= 0 and len(own) == int((start.assignment == olds[0]).sum())
        out.append(start.grids[int(olds[0])] if same else GridRecord("", "", community))
    return out


def _attach(district: District, scope: Scope, grid: LongArray) -> None:
    """Give atoms without people that no part holds to the nearest planned atom of their community."""
    planned = np.zeros(len(grid), bool)
    for part in scope.parts:
        planned[part.atoms] = True
    xy = np.column_stack([district.atoms.x, district.atoms.y])
    for community in np.unique(district.atoms.community[scope.stranded]):
        lost = scope.stranded[district.atoms.community[scope.stranded] == community]
        near = np.flatnonzero(planned & (district.atoms.community == community))
        if len(near):
            grid[lost] = grid[near[cKDTree(xy[near]).query(xy[lost])[1]]]


def _ordered(district: District, grid: LongArray, records: list[GridRecord], start: Plan) -> Plan:
    """Return the plan with its grids by community and first atom; empty ones come last of theirs."""
    first = np.full(len(records), len(grid), np.int64)
    placed = np.flatnonzero(grid >= 0)
    np.minimum.at(first, grid[placed], placed)
    order = sorted(range(len(records)), key=lambda g: (records[g].community, first[g], g))
    rank = np.empty(len(records) + 1, np.int64)
    rank[order] = np.arange(len(records))
    rank[-1] = -1
    return replace(
        start,
        assignment=rank[grid].astype(np.int32),
        grids=tuple(records[g] for g in order),
        name="",
        branches=start.branches,
        ties=(),
        status="draft",
    )
