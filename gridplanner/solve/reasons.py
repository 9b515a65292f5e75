# SPDX-License-Identifier: LGPL-3.0-or-later
"""Refuse what contradicts itself; say why the rules or the number cannot be met, smallest cause first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gridplanner.errors import UserError
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.request import MODES, TOTALS, PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.causes import Cause, Causes
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import Divided
from gridplanner.solve.ranges import usable_range
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
    """Return why rules or number cannot be met: findings, smallest cause first, and a text per part.

    The text of a part is "" where it keeps the rules.
    """
    found, texts = list[Cause](), []
    parts_of = Counter(part.community for part in scope.parts)
    weighted = scope.load is not district.atoms.people
    for part, done in zip(scope.parts, divided, strict=True):
        place = str(district.communities.names[part.community])
        if parts_of[part.community] > 1:
            place = _("{community}, part {n}").format(community=place, n=part.number)
        broken = done.breaches or len(part.blocked)
        own = Causes(district, part, done, place, weighted).all() if broken else []
        texts.append(" ".join(cause.finding.text for cause in own))
        found.extend(own)
    found.sort(key=lambda cause: (cause.rank, cause.finding.people))
    # A pair torn or put together has a finding of its own, which says why; an estate that is cut has none.
    told = {rule for rule, pairs in (("join", request.join), ("part", request.part)) if pairs}
    findings = [cause.finding for cause in found if cause.finding.rule not in told]
    if isinstance(request.total, int):
        findings.extend(_number_reasons(scope, divided, request.total))
    return tuple(findings), texts


def _number_reasons(scope: Scope, divided: Sequence[Divided], wanted: int) -> list[Finding]:
    """Return a finding where the number of grids asked for cannot be reached."""
    kept = sum(scope.start.grids[g].kind is GridKind.GENERAL for g in scope.kept)
    got = kept + sum(done.k for done in divided)
    if got == wanted:
        return []
    ranges = [usable_range(part) for part in scope.parts]
    low, high = kept + sum(r.start for r in ranges), kept + sum(r.stop - 1 for r in ranges)
    if low <= wanted <= high:
        text = _("{wanted} grids cannot be had under the rules; the nearest possible number is {got}.")
    else:
        text = _(
            "The limits allow {low} to {high} grids, not {wanted}; the plan has the nearest possible number, "
            "{got}."
        )
    return [
        Finding(
            rule="plan.total",
            severity=Severity.ERROR,
            text=text.format(wanted=wanted, got=got, low=low, high=high),
            remedy=_("Ask for {got} grids, or change the band of people.").format(got=got),
            hard=True,
            value=float(got),
            limit=float(wanted),
        )
    ]
