# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faults of the layers as delivered, tier by tier: of streets and communities, and between tiers.

Overlaps and blank land between today's grids have rules of their own; so have communities in parts and
street lines. What those do not say is said here, the small faults folded into one line per layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from gridplanner.geometry.defects import Defect, DefectKind
from gridplanner.geometry.tiers import UNCLAIMED, TierFault
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case
from gridplanner.rules.delivered import Tier, between, tier_defects, tiers_of
from gridplanner.rules.overlap import folded
from gridplanner.texts import _

#: What other rules say of a layer already.
_SAID_ELSEWHERE = {
    "grids": frozenset(DefectKind) - {DefectKind.SPIKE, DefectKind.INVALID},
    "communities": frozenset({DefectKind.DETACHED_PART}),
    "streets": frozenset[DefectKind](),
}
#: Faults of one layer named one by one; a layer with more is broken as a whole.
_MOST = 200


def check_layer_faults(case: Case) -> Iterator[Finding]:
    """Yield a finding for each fault of streets, communities and grids as delivered."""
    if not case.whole_today:
        return
    tiers = tiers_of(case.district)
    for tier in tiers:
        if tier.role != "communities" or not case.district.reforms:
            yield from _own_faults(case, tier)
    for upper, lower in pairwise(tiers):
        if lower.role != "grids":
            blank = [f for f in between(case.district, lower, upper) if f.kind == UNCLAIMED]
            yield from (_unfilled(case, lower, upper, fault) for fault in blank if not fault.folded)


def _own_faults(case: Case, tier: Tier) -> Iterator[Finding]:
    """Yield the faults between the areas of one layer."""
    found = case.defects if tier.role == "grids" else tier_defects(case.district, tier)
    found = tuple(d for d in found if d.kind not in _SAID_ELSEWHERE[tier.role])
    large = [d for d in found if not d.folded]
    small = [d for d in found if d.folded] if tier.role != "grids" else []
    for defect in large[:_MOST]:
        yield _finding(case, tier, defect)
    rest: Sequence[Defect] = [*large[_MOST:], *small]
    if rest:
        text = _("{n} faults of the layer {layer} without width to speak of, or beyond the first {most}.")
        yield folded("layer_fault", text.format(n=len(rest), layer=_role(tier.role), most=_MOST), rest)


def _role(role: str) -> str:
    """Return what a layer is called in a sentence."""
    words = {"streets": _("streets"), "communities": _("communities"), "grids": _("grid outlines")}
    return words.get(role, role)


def _remedy(role: str) -> str:
    """Return what to do about a fault of a layer."""
    if role == "communities":
        return _("Settle it among the mends of the communities, or correct the layer.")
    if role == "grids":
        return _("Settle it among the mends of today's grids, or correct the layer.")
    return _("Correct the layer.")


def _finding(case: Case, tier: Tier, defect: Defect) -> Finding:
    """Word one fault."""
    units = _(", ").join(str(tier.codes[u]) for u in defect.units)
    texts = {
        DefectKind.OVERLAP: _("{layer} {units} overlap by {area:.0f} m2{living}."),
        DefectKind.DUPLICATE: _("{layer} {units} are the same area of {area:.0f} m2{living}."),
        DefectKind.CONTAINED: _("Of {layer} {units} one lies in the other: {area:.0f} m2{living}."),
        DefectKind.GAP: _("{area:.0f} m2{living} between {layer} {units} belong to none."),
        DefectKind.HOLE: _("{layer} {units}: a hole of {area:.0f} m2{living} belongs to none."),
        DefectKind.DETACHED_PART: _("{layer} {units}: a part of {area:.0f} m2{living} lies apart."),
        DefectKind.SPIKE: _("{layer} {units}: the outline has a spike."),
        DefectKind.INVALID: _("{layer} {units}: the outline crosses itself, is empty or has no numbers."),
    }
    text = texts.get(defect.kind, _("{layer} {units}: {area:.0f} m2{living} are at fault."))
    apart = defect.kind in {DefectKind.DETACHED_PART, DefectKind.SPIKE}
    return Finding(
        rule="layer_fault",
        severity=Severity.INFO if apart else Severity.WARNING,
        text=text.format(
            layer=_role(tier.role), units=units, area=defect.area_m2, living=case.living(defect.people)
        ),
        remedy=_remedy(tier.role),
        subject_kind={"streets": "street", "communities": "community"}.get(tier.role, "grid"),
        subjects=tuple(str(tier.codes[u]) for u in defect.units),
        value=round(defect.area_m2, 2),
        unit="m2",
        people=defect.people,
        x=defect.x,
        y=defect.y,
    )


def _unfilled(case: Case, lower: Tier, upper: Tier, fault: TierFault) -> Finding:
    """Word land of a higher unit that no lower one holds."""
    return Finding(
        rule="layer_fault",
        severity=Severity.WARNING,
        text=_("{area:.0f} m2{living} of {upper} {unit} lie in none of the {lower}.").format(
            area=fault.area_m2,
            living=case.living(fault.people),
            upper=_role(upper.role),
            unit=upper.codes[fault.upper],
            lower=_role(lower.role),
        ),
        remedy=_("Correct the layer."),
        subject_kind={"streets": "street"}.get(upper.role, "community"),
        subjects=(str(upper.codes[fault.upper]),),
        value=round(fault.area_m2, 2),
        unit="m2",
        people=fault.people,
        x=fault.x,
        y=fault.y,
    )
