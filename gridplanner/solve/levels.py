# SPDX-License-Identifier: LGPL-3.0-or-later
"""Three levels: micro-grids inside general grids, area grids of whole general grids above them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.connected import connected_by
from gridplanner.solve.decompose import PartBuilder
from gridplanner.solve.division import Effort, divide
from gridplanner.solve.limits import limits_of
from gridplanner.solve.part import IntArray, Part, compact_labels
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.ranges import usable_range
from gridplanner.solve.units import contracted

_EFFORT = Effort(steps=20_000)


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
    parts = connected_by(district, district.atoms.community)
    assignment = np.full(len(plan.assignment), -1, np.int32)
    records: list[GridRecord] = []
    for number in np.unique(parts[plan.assignment >= 0]):
        atoms = np.flatnonzero((parts == number) & (plan.assignment >= 0)).astype(np.int32)
        part = builder.build(atoms, 1)
        unit, _grids = compact_labels(plan.assignment[atoms])
        label = _fewest(contracted(part, unit), seed)[unit]
        assignment[atoms] = label + len(records)
        community = int(district.atoms.community[atoms[0]])
        records += [GridRecord("", "", community)] * (int(label.max()) + 1)
    return Plan(assignment, tuple(records))


def _fewest(part: Part, seed: int) -> IntArray:
    """Return the labels of the fewest grids that keep the rules, the least broken ones where none do."""
    best = None
    for k in usable_range(part):
        prices = prices_of(part.limits, "balance", max(part.people, part.households) / k)
        done = divide(part, k, prices, _EFFORT, seed)
        if best is None or done.breaches < best.breaches:
            best = done
        if done.breaches == 0:
            break
    return best.label if best is not None else np.zeros(len(part), np.int32)
