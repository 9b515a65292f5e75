# SPDX-License-Identifier: LGPL-3.0-or-later
"""Three levels: micro-grids inside general grids, area grids of whole general grids above them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.load import load_of
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Override, RuleSet
from gridplanner.solve.connected import connected_by
from gridplanner.solve.decompose import PartBuilder
from gridplanner.solve.division import Effort, divide, unavoidable
from gridplanner.solve.limits import limits_of, rules_of
from gridplanner.solve.part import IntArray, Part, compact_labels
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.ranges import usable_range
from gridplanner.solve.units import contracted
from gridplanner.texts import _

#: Parts are a single grid or a single community's grids: small, and many.
_EFFORT = Effort(steps=4_000, rescue=1)


def micro_grids(district: District, plan: Plan, rules: RuleSet, request: PlanRequest, seed: int = 1) -> Plan:
    """Return a plan of micro-grids, each nested in one grid of `plan`.

    Parameters
    ----------
    plan : Plan
        General and dedicated grids; every one is divided by itself, connected part by part.
    rules : RuleSet
        Resolved for `kind = 微网格`: their band may be in people, in households, or both.
    """
    parts = connected_by(district, plan.assignment)
    builder = PartBuilder(district, rules, request, plan)
    assignment = np.full(len(plan.assignment), -1, np.int32)
    records: list[GridRecord] = []
    for number in np.unique(parts[plan.assignment >= 0]):
        atoms = np.flatnonzero((parts == number) & (plan.assignment >= 0)).astype(np.int32)
        community = int(district.atoms.community[atoms[0]])
        limits = limits_of(district, rules, community, GridKind.MICRO)
        part = replace(builder.build(atoms, 1), limits=limits)
        label = _fewest(part, seed)
        assignment[atoms] = label + len(records)
        upper = plan.grids[int(plan.assignment[atoms[0]])]
        records += [GridRecord("", "", community, GridKind.MICRO, note=upper.code)] * (int(label.max()) + 1)
    return Plan(assignment, tuple(records))


def area_grids(district: District, plan: Plan, rules: RuleSet, request: PlanRequest, seed: int = 1) -> Plan:
    """Return a plan of area grids, each made of whole grids of `plan` in one community.

    Parameters
    ----------
    rules : RuleSet
        The rules of area grids.
    """
    builder = PartBuilder(district, rules, request, plan)
    parts = _whole_parts(district, plan)
    assignment = np.full(len(plan.assignment), -1, np.int32)
    records: list[GridRecord] = []
    for number in np.unique(parts[plan.assignment >= 0]):
        atoms = np.flatnonzero((parts == number) & (plan.assignment >= 0)).astype(np.int32)
        part = builder.build(atoms, 1)
        unit, _units = compact_labels(plan.assignment[atoms])
        label = _fewest(contracted(part, unit), seed)[unit]
        assignment[atoms] = label + len(records)
        community = int(district.atoms.community[atoms[0]])
        records += [GridRecord("", "", community)] * (int(label.max()) + 1)
    return Plan(assignment, tuple(records))


def _whole_parts(district: District, plan: Plan) -> IntArray:
    """Return the connected part of its community that each atom lies in; a grid in pieces joins its parts."""
    parts = connected_by(district, district.atoms.community)
    placed = np.flatnonzero(plan.assignment >= 0)
    first = np.full(plan.n_grids, -1, np.int32)
    first[plan.assignment[placed][::-1]] = parts[placed][::-1]
    edges = (first[plan.assignment[placed]], parts[placed])
    n = int(parts.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(placed), bool), edges), shape=(n, n))
    joined: IntArray = connected_components(graph.tocsr(), directed=False)[1].astype(np.int32)
    return joined[parts]


def level_rules(rules: RuleSet, kind: str) -> RuleSet:
    """Return the rules of a level: only what `[[rules.by]] where = {kind = ...}` names for it.

    Raises
    ------
    UserError
        No limits are named for the level: those of the general grids would make no sense there.
    """
    own = tuple(
        Override({key: word for key, word in each.where.items() if key != "kind"}, each.rules)
        for each in rules.by
        if each.where.get("kind") == kind
    )
    if not own:
        raise UserError(
            _(
                'The level "{kind}" has no limits of its own: add [[rules.by]] with '
                'where = {{kind = "{kind}"}} and people or households.'
            ).format(kind=kind)
        )
    return RuleSet(weights=rules.weights, areas=rules.areas, by=own)


def outside_band(
    district: District, plan: Plan, rules: RuleSet, unit: IntArray
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return the grids of a level outside their limits of people or households, and why.

    Parameters
    ----------
    unit : int32[n_atoms]
        What the level is made of and cannot be cut: atoms for micro-grids, grids for area grids.

    Returns
    -------
    outside : int32[m]
    alone : bool[m]
        Whether one unit of the grid is above an upper limit by itself, so that every division breaks it.
    """
    counts = (load_of(district, rules), district.atoms.households)
    sums = [plan.sums(count) for count in counts]
    # The largest unit of each grid, of people and of households.
    placed = (plan.assignment >= 0) & (unit >= 0)
    largest = np.zeros((2, plan.n_grids), np.int64)
    for row, count in zip(largest, counts, strict=True):
        of_unit = np.bincount(unit[placed], count[placed], minlength=1).astype(np.int64)
        np.maximum.at(row, plan.assignment[placed], of_unit[unit[placed]])
    outside, alone = [], []
    for g, record in enumerate(plan.grids):
        held = rules_of(district, rules, record.community)
        bands = (held.people, held.households)
        if any(not band.min <= total[g] <= band.max for band, total in zip(bands, sums, strict=True)):
            outside.append(g)
            alone.append(any(row[g] > band.max for band, row in zip(bands, largest, strict=True)))
    return np.array(outside, np.int32), np.array(alone, bool)


def _fewest(part: Part, seed: int) -> IntArray:
    """Return the labels of the fewest grids that keep the rules, the least broken ones where none do."""
    best, floor = None, unavoidable(part)
    for k in usable_range(part):
        prices = prices_of(part.limits, "balance", max(part.people, part.households) / k)
        done = divide(part, k, prices, _EFFORT, seed)
        if best is None or done.breaches < best.breaches:
            best = done
        if done.breaches <= floor:
            break
    return best.label if best is not None else np.zeros(len(part), np.int32)
