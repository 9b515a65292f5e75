# SPDX-License-Identifier: LGPL-3.0-or-later
"""Three levels: micro-grids inside the grids of a plan, area grids of whole grids above them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import LEVEL_KINDS, GridKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.model.load import load_of
from gridplanner.model.outcome import Outcome
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Progress
from gridplanner.texts import _

Column = npt.NDArray[Any]
#: Level, the word that `where = {kind = ...}` names it by, its layer, its column in the atoms.
LEVELS = (
    ("micro", LEVEL_KINDS["micro"], "micro_grids", "WWGBM"),
    ("area", LEVEL_KINDS["area"], "area_grids", "PQBM"),
)


def refuse_unlimited(rules: RuleSet, request: PlanRequest) -> None:
    """Raise UserError, before any planning, for a level that is asked for and has no limits."""
    if request.levels:
        from gridplanner.solve.levels import level_rules  # numba

        for level in request.levels:
            level_rules(rules, LEVEL_KINDS[level])


def with_levels(outcome: Outcome, progress: Progress) -> Outcome:
    """Return the outcome with the levels its request asks for, each nested exactly in the next.

    Micro-grids and area grids follow from the plan alone: the same plan gives the same levels.
    """
    wanted = [row for row in LEVELS if row[0] in outcome.request.levels and row[0] not in outcome.levels]
    if not wanted:
        return outcome
    from gridplanner.solve.levels import level_rules, outside_band  # numba

    levels, findings = dict(outcome.levels), list(outcome.after.findings)
    for done, (level, kind, _layer, _column) in enumerate(wanted):
        progress.step(done, len(wanted), _("Dividing into {kind}").format(kind=_(level)))
        plan = level_plan(level, outcome.district, outcome.after.plan, outcome.rules, outcome.request)
        levels[level] = plan
        # Dedicated grids stand outside every band, and so does what lies in them.
        dedicated = {g.code for g in outcome.after.plan.grids if g.kind is GridKind.DEDICATED}
        unit = np.arange(len(plan.assignment)) if level == "micro" else outcome.after.plan.assignment
        own = level_rules(outcome.rules, kind)
        out, alone = outside_band(outcome.district, plan, own, unit.astype(np.int32))
        counted = np.array([plan.grids[g].note not in dedicated for g in out], bool)
        if counted.any():
            findings.append(_outside(outcome, plan, (level, kind), out[counted], int(alone[counted].sum())))
    return replace(outcome, levels=levels, after=replace(outcome.after, findings=tuple(findings)))


def level_plan(
    level: str,
    district: District,
    plan: Plan,
    rules: RuleSet,
    request: PlanRequest,
    earlier: tuple[Plan, Plan] | None = None,
) -> Plan:
    """Return the micro-grids inside, or the area grids over, the grids of a plan, with codes and names.

    Parameters
    ----------
    level : str
        `micro` or `area`.
    district : District
    plan : Plan
        The same plan gives the same level.
    rules : RuleSet
        Those of the project; `[[rules.by]] where = {kind = ...}` names the limits of the level.
    request : PlanRequest
    earlier : (Plan, Plan), optional
        Another plan over the same district, under the same rules and request, and its level: micro-grids
        of the grids that both plans have are taken from there, which gives the same result sooner.

    Raises
    ------
    UserError
        The rules name no limits for the level.
    """
    from gridplanner.solve.levels import area_grids, level_rules, micro_grids  # numba

    own = level_rules(rules, LEVEL_KINDS[level])
    if level != "micro":
        return _named(district, plan, area_grids(district, plan, own, request, request.seed), level)
    kept = _kept(earlier[0], plan) if earlier is not None else np.zeros(len(plan.assignment), bool)
    left = replace(plan, assignment=np.where(kept, -1, plan.assignment).astype(np.int32))
    made = micro_grids(district, left, own, request, request.seed)
    if earlier is not None:
        made = _joined(made, earlier[1], kept)
    return _named(district, plan, made, level)


def _kept(earlier: Plan, plan: Plan) -> npt.NDArray[np.bool_]:
    """Return bool[n_atoms]: which atoms lie in a grid that the earlier plan has as well, atom for atom."""
    placed = np.flatnonzero(plan.assignment >= 0)
    now, then = plan.assignment[placed], earlier.assignment[placed]
    first = np.full(plan.n_grids, -1, np.int32)
    first[now[::-1]] = then[::-1]
    held = np.bincount(now, minlength=plan.n_grids)
    alike = np.bincount(now, weights=then == first[now], minlength=plan.n_grids)
    size = np.append(np.bincount(earlier.assignment[earlier.assignment >= 0], minlength=earlier.n_grids), 0)
    same = (first >= 0) & (alike == held) & (size[first] == held)
    kept = np.zeros(len(plan.assignment), bool)
    kept[placed] = same[now]
    return kept


def _joined(made: Plan, earlier: Plan, kept: npt.NDArray[np.bool_]) -> Plan:
    """Return a level whose kept atoms have the grids of the earlier one."""
    stay = np.unique(earlier.assignment[kept])
    place = np.full(earlier.n_grids + 1, -1, np.int32)
    place[stay] = made.n_grids + np.arange(len(stay), dtype=np.int32)
    assignment = made.assignment.copy()
    assignment[kept] = place[earlier.assignment[kept]]
    return replace(
        made, assignment=assignment, grids=(*made.grids, *(earlier.grids[g] for g in stay.tolist()))
    )


def _outside(
    outcome: Outcome, plan: Plan, words: tuple[str, str], out: npt.NDArray[np.int32], alone: int
) -> Finding:
    """Return one warning for all grids of a level that no division found brings into their limits.

    Parameters
    ----------
    words : (str, str)
        The level, and how its grids are called.
    alone : int
        How many of them hold a building (a grid) that is too large by itself: no division mends them.
    """
    level, kind = words
    spot = int(np.flatnonzero(plan.assignment == out[0])[0])
    people = plan.sums(outcome.district.atoms.people)
    if level == "micro":
        text = _(
            "{n} of {all} {kind} lie outside their limits: {alone} hold a building that alone is too large; "
            "for {others} no better division was found."
        )
    else:
        text = _(
            "{n} of {all} {kind} lie outside their limits: {alone} hold a grid that alone is too large; "
            "for {others} no better division was found."
        )
    return Finding(
        rule=f"level.{level}",
        severity=Severity.WARNING,
        text=text.format(n=len(out), all=plan.n_grids, kind=kind, alone=alone, others=len(out) - alone),
        remedy=_("Widen the limits of this level, or cut large buildings by stair row."),
        subject_kind="grid",
        subjects=tuple(plan.grids[g].code for g in out.tolist()),
        people=int(people[out].sum()),
        count=len(out),
        x=float(outcome.district.atoms.x[spot]),
        y=float(outcome.district.atoms.y[spot]),
    )


def _named(district: District, upper: Plan, plan: Plan, level: str) -> Plan:
    """Return the level with codes and names: those of the grid (the community) above, and a number."""
    above = [-1] * plan.n_grids
    for atom in np.flatnonzero(plan.assignment >= 0)[::-1].tolist():
        above[int(plan.assignment[atom])] = int(upper.assignment[atom])
    counts: dict[str, int] = {}
    records = []
    for record, grid in zip(plan.grids, above, strict=True):
        community = district.communities
        own = upper.grids[grid]
        code = own.code if level == "micro" else str(community.codes[record.community])
        name = own.name if level == "micro" else str(community.names[record.community])
        counts[code] = counts.get(code, 0) + 1
        records.append(_record(record, level, code, name, counts[code]))
    return replace(plan, grids=tuple(records))


def _record(record: GridRecord, level: str, code: str, name: str, number: int) -> GridRecord:
    """Return a record with its code, its name, and the code above it (`note`)."""
    if level == "micro":
        called = _("{name} micro-grid {number}").format(name=name, number=number)
        return replace(record, code=f"{code}{number:02d}", name=called, note=code)
    called = _("{name} area {number}").format(name=name, number=number)
    return replace(record, code=f"{code}P{number:02d}", name=called, note=code)


def level_layers(outcome: Outcome) -> dict[str, Layer]:
    """Return the layers of the further levels."""
    found = {}
    for level, kind, name, _column in LEVELS:
        plan = outcome.levels.get(level)
        if plan is None:
            continue
        shapes = grid_polygons(outcome.district.atoms.geometry, plan.assignment, plan.n_grids)
        home = np.array([g.community for g in plan.grids], np.int64)
        fields: dict[str, Column] = {
            "SQDM": outcome.district.communities.codes[home],
            "WGBM": _texts([g.code for g in plan.grids]),
            "WGMC": _texts([g.name for g in plan.grids]),
            "WGLX": _texts([kind] * plan.n_grids),
            "SJBM": _texts([g.note for g in plan.grids]),
            "HS": plan.sums(outcome.district.atoms.households),
            "RK": plan.sums(outcome.district.atoms.people),
            "FZ": plan.sums(load_of(outcome.district, outcome.rules)),
            "MJ": np.round(shapely.area(shapes), 2),
        }
        found[name] = Layer(name, "", shapes, fields)
    return found


def level_columns(outcome: Outcome) -> dict[str, Column]:
    """Return the columns of the atoms that say which grid of each further level holds them."""
    return {
        column: _texts([g.code for g in plan.grids] + [""])[plan.assignment]
        for level, _kind, _name, column in LEVELS
        if (plan := outcome.levels.get(level)) is not None
    }


def _texts(values: list[str]) -> Column:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
