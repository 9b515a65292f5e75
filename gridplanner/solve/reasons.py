# SPDX-License-Identifier: LGPL-3.0-or-later
"""Say why the rules cannot be met: smallest reason first, with the least relaxation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, inf, nan

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.request import MODES, TOTALS, PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.registry import RULES
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import Divided, broken_rules
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.ranges import range_of
from gridplanner.solve.reach import least_radius
from gridplanner.solve.state import state_of
from gridplanner.texts import _


def checked(rules: RuleSet, request: PlanRequest) -> None:
    """Refuse a request that contradicts itself.

    Raises
    ------
    UserError
        A lower limit above its upper one, a radius that is not positive, an unknown mode or total.
    """
    held = [rules, *(rules.resolve(dict(override.where)) for override in rules.by)]
    for each in held:
        for name, band in ((_("people"), each.people), (_("households"), each.households)):
            if band.min > band.max:
                raise UserError(
                    _("The lower limit of {name}, {low:g}, is above the upper, {high:g}.").format(
                        name=name, low=band.min, high=band.max
                    )
                )
        if each.service_radius.max <= 0:
            raise UserError(_("The service radius must be above 0 m: set a distance or switch the rule off."))
        if (each.service_radius.points, each.service_radius.metric) == ("centre", "road"):
            raise UserError(
                _(
                    '{where}: nobody walks from a population centre. Use points = "best" or "stations".'
                ).format(where="service_radius_m")
            )
    if request.mode not in MODES or (isinstance(request.total, str) and request.total not in TOTALS):
        raise UserError(
            _("Unknown mode {mode} or number of grids {total}.").format(
                mode=request.mode, total=request.total
            )
        )
    if isinstance(request.total, int) and request.total < 1:
        raise UserError(_("The number of grids must be at least 1, not {total}.").format(total=request.total))


def admissible_total(wanted: int, ranges: Sequence[range]) -> int:
    """Return the number of grids nearest to the wanted one that the parts can share."""
    return max(sum(r.start for r in ranges), min(wanted, sum(r.stop - 1 for r in ranges)))


def reasons_of(
    district: District, scope: Scope, divided: Sequence[Divided], request: PlanRequest
) -> tuple[tuple[Finding, ...], list[str]]:
    """Return why rules or number cannot be met: findings, and a text per part ("" where they can)."""
    found, texts = [], []
    for part, done in zip(scope.parts, divided, strict=True):
        own = part_reasons(district, part, done) if done.breaches or len(part.blocked) else []
        texts.append(" ".join(finding.text for finding in own))
        found.extend(own)
    found.sort(key=lambda finding: finding.people)
    if isinstance(request.total, int):
        found.extend(_number_reasons(scope, divided, request.total))
    return tuple(found), texts


def _number_reasons(scope: Scope, divided: Sequence[Divided], wanted: int) -> list[Finding]:
    """Return a finding where the number of grids asked for cannot be reached."""
    kept = sum(scope.start.grids[g].kind is GridKind.GENERAL for g in scope.kept)
    got = kept + sum(done.k for done in divided)
    if got == wanted:
        return []
    text = _("{wanted} grids cannot be had under the rules; the nearest possible number is {got}.")
    return [
        Finding(
            rule="plan.total",
            severity=Severity.ERROR,
            text=text.format(wanted=wanted, got=got),
            remedy=_("Ask for {got} grids, or change the band of people.").format(got=got),
            hard=True,
            value=float(got),
            limit=float(wanted),
        )
    ]


def part_reasons(district: District, part: Part, done: Divided) -> list[Finding]:
    """Return why a part cannot be divided by the rules."""
    name = str(district.communities.names[part.community])
    low, high = range_of(part)
    out = _tower_reasons(district, part, name)
    if not part.people and low > high:
        out.append(
            _finding(
                district, part, "people", 0, part.limits.people[0],
                _("In {community}, part {n}, nobody is counted: no grid can reach the lower limit.").format(
                    community=name, n=part.number
                ),
                _("Give its buildings their people, or accept the empty grid with a reason."),
            )
        )  # fmt: skip
    elif low > high and not out:
        out.append(
            _finding(
                district, part, "people", part.people, part.limits.people[0],
                _("Part {number} of {community} has {value} people; no number of grids fits.").format(
                    number=part.number, community=name, value=part.people
                ),
                _("Join it to a neighbouring part by a bridge or link, or accept the grid with a reason."),
            )
        )  # fmt: skip
    out.extend(_blocked_reasons(district, part, name))
    if not out:
        out.append(_search_reason(district, part, done, name))
    return out


def _tower_reasons(district: District, part: Part, name: str) -> list[Finding]:
    """Return a finding for each building that alone holds more than a grid may."""
    people, most = part.field.people, part.limits.people[1]
    return [
        _finding(
            district, part, "people", int(people[i]), most,
            _("In {community} the building {atom} alone has {value} people, more than {limit:g}.").format(
                community=name, atom=district.atoms.ids[part.atoms[i]], value=int(people[i]), limit=most
            ),
            _("Cut it by stair row, or raise the upper limit to {value}.").format(value=int(people[i])),
        )
        for i in np.flatnonzero(people > most)
    ]  # fmt: skip


def _search_reason(district: District, part: Part, done: Divided, name: str) -> Finding:
    """Return a finding for a part where no single cause is proven: which rules stay broken, and how often."""
    prices = prices_of(part.limits, "keep", part.people / done.k)
    state, _cost = state_of(part.field, done.label, done.k, prices)
    broken = broken_rules(part.field, state, part.limits, prices)
    words = {rule.name: _(rule.label) for rule in RULES}
    words |= {"join": _("what must lie together"), "part": _("what must lie apart")}
    text = _(
        "In {community} no legal division into {k} grids was found; {n} breaches stay ({rules})."
    ).format(
        community=name, k=done.k, n=done.breaches, rules=_(", ").join(words[rule] for rule in broken)
    )  # fmt: skip
    remedy = _("Allow another number of grids here, or relax the rule that is broken.")
    return _finding(district, part, next(iter(broken), "people"), done.breaches, 0, text, remedy)


def _blocked_reasons(district: District, part: Part, name: str) -> list[Finding]:
    """Return a finding for the buildings that no legal grid can hold, with the least relaxation."""
    if not len(part.blocked):
        return []
    f, least = part.field, part.limits.people[0]
    worst = int(np.argmin(part.blocked_people))
    point, reached = int(part.blocked[worst]), int(part.blocked_people[worst])
    home = np.repeat(np.arange(len(part)), np.diff(f.points))
    load = f.load.copy()
    load[part.blocked] = f.people[home[part.blocked]]
    # Straight lines say nothing of the way along roads that would be needed.
    straight = not f.far.shape[0]
    radius = max(least_radius(f, load, int(p), least) for p in part.blocked) if straight else inf
    text = _(
        "In {community}, {n} buildings (among them {atom}) fit no legal grid: within {limit:g} m of any "
        "service point that reaches them live {value} people, fewer than {least:g}."
    ).format(
        community=name, n=len(part.blocked), atom=district.atoms.ids[part.atoms[home[point]]],
        limit=part.limits.radius_m, value=reached, least=least,
    )  # fmt: skip
    if not straight:
        remedy = _("Allow grids of {value} people here, or accept the grid with a reason.")
    else:
        remedy = _("Allow {radius} m here, or grids of {value} people, or accept the grid with a reason.")
    remedy = remedy.format(radius=ceil(radius) if radius < inf else "-", value=reached)
    found = _finding(
        district, part, "service_radius", radius if straight else nan, part.limits.radius_m, text, remedy
    )
    return [replace(found, people=int(load[part.blocked].sum()), x=float(f.x[point]), y=float(f.y[point]))]


def _finding(
    district: District, part: Part, rule: str, value: float, limit: float, text: str, remedy: str
) -> Finding:
    heavy = int(part.atoms[int(np.argmax(part.field.people))])
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        text=text,
        remedy=remedy,
        hard=True,
        subject_kind="community",
        subjects=(part.code,),
        value=float(value),
        limit=float(limit),
        people=part.people,
        x=float(district.atoms.x[heavy]),
        y=float(district.atoms.y[heavy]),
    )
