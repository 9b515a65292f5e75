# SPDX-License-Identifier: LGPL-3.0-or-later
"""Grids of one scheme do not overlap (T1); faults without width are folded into one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridplanner.geometry.defects import Defect, DefectKind
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case, label, severity
from gridplanner.texts import _

#: Overlaps up to this area count as slivers. Own choice, after real layers (most lie under 0.01 m2).
SLIVER_M2 = 1.0
_KINDS = (DefectKind.OVERLAP, DefectKind.DUPLICATE, DefectKind.CONTAINED)


def check_overlap(case: Case) -> Iterator[Finding]:
    """Yield a finding for each pair of today's grids that overlap; a plan over atoms cannot."""
    rule = case.rules.overlap
    if not rule.on or not case.whole_today:
        return
    for defect in case.defects:
        if defect.kind in _KINDS and not defect.folded:
            yield _finding(case, defect)
    small = [d for d in case.defects if d.folded and not d.bare and d.area_m2 > 0]
    if small:
        text = _("{n} overlaps of at most {limit:g} m2 or without width between grids.")
        yield folded("overlap", text.format(n=len(small), limit=SLIVER_M2), small)


def folded(rule: str, text: str, defects: Sequence[Defect]) -> Finding:
    """Return one remark for many faults too small to ask about."""
    largest = max(defects, key=lambda d: d.area_m2)
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        text=text,
        remedy=_("Let both sides share one line."),
        subject_kind="grid",
        value=round(sum(d.area_m2 for d in defects), 3),
        limit=SLIVER_M2,
        unit="m2",
        people=sum(d.people for d in defects),
        count=len(defects),
        x=largest.x,
        y=largest.y,
    )


def _finding(case: Case, defect: Defect) -> Finding:
    """Word one overlap with the people who live in it."""
    first, second = (case.plan.grids[u] for u in defect.units)
    hard = case.rules.overlap.hard
    text = {
        DefectKind.OVERLAP: _("Grids {a} and {b} overlap by {area:.0f} m2{living}."),
        DefectKind.DUPLICATE: _("Grids {a} and {b} are the same area of {area:.0f} m2{living}."),
        DefectKind.CONTAINED: _(
            "One of the grids {a} and {b} lies wholly in the other: {area:.0f} m2{living}."
        ),
    }[defect.kind]
    return Finding(
        rule="overlap",
        severity=severity(hard=hard),
        text=text.format(
            a=label(first), b=label(second), area=defect.area_m2, living=case.living(defect.people)
        ),
        remedy=_("Give the overlap to one of them."),
        hard=hard,
        subject_kind="grid",
        subjects=(first.code, second.code),
        value=round(defect.area_m2, 2),
        limit=SLIVER_M2,
        unit="m2",
        people=defect.people,
        x=defect.x,
        y=defect.y,
    )
