# SPDX-License-Identifier: LGPL-3.0-or-later
"""Make a division a finished plan: codes, names, reasons, workers, branches, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gridplanner.assign.branch_desk import grid_points
from gridplanner.assign.branches import assign_branches
from gridplanner.assign.code_check import check_codes
from gridplanner.assign.limits import four_limits
from gridplanner.assign.naming import chinese_number, fill_template, unique_names
from gridplanner.assign.numbering import plan_codes, template_in_use
from gridplanner.assign.options import AssignOptions
from gridplanner.assign.reasons import Reasons, former_grids
from gridplanner.assign.today import staff_today
from gridplanner.assign.workers import assign_workers
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.change import Crosswalk, change_kinds, crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import ChangeKind, GridKind
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.model.staff import Branch, Worker


def complete_plan(
    district: District, plan: Plan, rules: RuleSet, polygons: ObjectArray, options: AssignOptions
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan with all that belongs to a finished division, and what is doubtful.

    Codes and names, the kind and reason of each change, former codes, limits on four sides, one
    worker per general grid and one leading branch per grid. The assignment of atoms is untouched.

    Parameters
    ----------
    plan : Plan
        Grids may lack everything but community and kind.
    rules : RuleSet
        Limits that reasons are told from.
    polygons : object[n_grids]
        Dissolved grid polygons of the plan, project CRS; None for a grid without atoms.
    """
    today = district.plan_today()
    pairs = crosswalk(district.atoms, today, plan)
    codes, findings = plan_codes(district, plan, pairs, polygons, options)
    if options.numbering == "keep":
        findings = (*check_codes(district.grids_before, district.communities), *findings)
    plan = replace(plan, grids=_described(district, plan, today, pairs, rules, codes, options))
    plan = _named(district, plan, options)
    if options.limits:
        limits = four_limits(district, polygons, plan.grids, options.limits_tolerance_m)
        plan = replace(
            plan, grids=tuple(replace(r, limits=four) for r, four in zip(plan.grids, limits, strict=True))
        )
    branches, workers, more = _staff(district, plan)
    posts, workers = assign_workers(district, plan, workers, pairs, grid_points(district, plan))
    grids = tuple(replace(record, worker=post) for record, post in zip(plan.grids, posts, strict=True))
    plan = replace(plan, grids=grids, workers=workers)
    settled = assign_branches(district, plan, branches, pairs, options, options.party)
    plan = replace(plan, branches=settled.branches, ties=settled.ties)
    return plan, (*findings, *more, *settled.findings)


def _staff(
    district: District, plan: Plan
) -> tuple[tuple[Branch, ...], tuple[Worker, ...], tuple[Finding, ...]]:
    """Return today's lists with what the planner added to the plan by hand.

    Branches that an earlier run proposed are dropped: each run starts from today's state.
    """
    branches, workers, findings = staff_today(district)
    codes, ids = {branch.code for branch in branches}, {worker.id for worker in workers}
    added = tuple(b for b in plan.branches if b.code not in codes and not _is_proposal(b))
    hired = tuple(w for w in plan.workers if w.id not in ids)
    return (*branches, *added), (*workers, *hired), findings


def _is_proposal(branch: Branch) -> bool:
    """Whether a branch was made by an earlier run: founded, or a committee the list does not name."""
    return branch.status == "found" or (branch.kind == "党委" and branch.code == f"DW{branch.community_code}")


def _described(
    district: District,
    plan: Plan,
    today: Plan,
    pairs: Crosswalk,
    rules: RuleSet,
    codes: Sequence[str],
    options: AssignOptions,
) -> tuple[GridRecord, ...]:
    """Return the records with code, kind of change, former codes, reason and start date."""
    kinds = change_kinds(today, plan, pairs)
    former, reasons = former_grids(plan, pairs), Reasons(district, today, rules)
    since = {record.code: record.since for record in district.grids_before}
    records = []
    for grid, record in enumerate(plan.grids):
        old = [district.grids_before[g] for g in former[grid]]
        start = since.get(codes[grid], "") if kinds[grid] is ChangeKind.KEPT else options.since
        # A name goes with its number; the unit of a dedicated grid keeps its own.
        stays = record.code == codes[grid] or record.kind is GridKind.DEDICATED
        records.append(
            replace(
                record,
                code=codes[grid],
                name=record.name if stays else "",
                change=kinds[grid],
                former=tuple(r.code for r in old if r.code),
                reason=reasons.reason(record, kinds[grid], former[grid]),
                since=start or record.since,
            )
        )
    return tuple(records)


def _named(district: District, plan: Plan, options: AssignOptions) -> Plan:
    """Return the plan with a name for each grid, unique in the district.

    A grid that keeps its code keeps its name, the planner's own before today's; a dedicated one is
    called after its unit.
    """
    old_names = {record.code: record.name for record in district.grids_before if record.code}
    estates, units = _main_estates(district, plan), _site_names(district)
    names = []
    for grid, record in enumerate(plan.grids):
        record = replace(record, name=record.name or units.get(record.site, ""))
        given = record.name if record.kind is GridKind.GENERAL else ""
        kept = (given or old_names.get(record.code, "")) if options.numbering == "keep" else ""
        names.append(kept or _new_name(district, record, estates[grid], options))
    named = zip(plan.grids, unique_names(names), strict=True)
    return replace(plan, grids=tuple(replace(record, name=name) for record, name in named))


def _new_name(district: District, record: GridRecord, estate: str, options: AssignOptions) -> str:
    """Return the name a template gives."""
    units = district.communities
    community = str(units.names[record.community])
    if record.name and record.kind is GridKind.DEDICATED:
        if record.name.endswith("网格"):
            return record.name
        return fill_template(options.dedicated_name_template, {"unit": record.name, "community": community})
    template = template_in_use(district, options)
    number = template.number_of(record.code, str(units.codes[record.community]))
    spoken = chinese_number(number) if options.numerals == "chinese" else str(number)
    values = {
        "community": community,
        "street": str(units.street_names[record.community]),
        "number": spoken if number >= 0 else record.code[-3:],
        "estate": estate or community,
        "unit": record.name or community,
        "code": record.code,
        "grid": record.name,
    }
    dedicated = record.kind is GridKind.DEDICATED
    return fill_template(options.dedicated_name_template if dedicated else options.name_template, values)


def _site_names(district: District) -> dict[str, str]:
    """Return the unit of each candidate site by its identifier."""
    layer = district.originals.get("sites")
    if layer is None:
        return {}
    codes = layer.texts("code") if "code" in layer.fields else layer.texts("id")
    return {str(code): str(name) for code, name in zip(codes, layer.texts("name"), strict=True) if code}


def _main_estates(district: District, plan: Plan) -> list[str]:
    """Return the estate that most people of each grid live in; "" where none does."""
    atoms, n = district.atoms, len(district.estates)
    use = (plan.assignment >= 0) & (atoms.estate >= 0)
    if not n or not use.any():
        return [""] * plan.n_grids
    key = plan.assignment[use].astype(np.int64) * n + atoms.estate[use]
    keys, inverse = np.unique(key, return_inverse=True)
    people = np.bincount(inverse, atoms.people[use], len(keys))
    best = [""] * plan.n_grids
    # Ascending by people, so the last one written is the largest.
    for row in np.lexsort((-keys, people)).tolist():
        best[int(keys[row]) // n] = str(district.estates[int(keys[row]) % n])
    return best
