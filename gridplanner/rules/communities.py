# SPDX-License-Identifier: LGPL-3.0-or-later
"""The size of communities against the band of the law (1,000-3,000 households)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.ruleset import Band
from gridplanner.rules.case import Case
from gridplanner.rules.presets import presets
from gridplanner.texts import _

#: The preset that holds the band and names where it comes from.
LAW = "community-law"
_NAMED = 5


def community_law() -> tuple[Band, str]:
    """Return the band of households and the text it comes from."""
    preset = presets()[LAW]
    return preset.rules.households, preset.source


def check_community_size(case: Case) -> Iterator[Finding]:
    """Yield a warning for each changed community outside the band, and one remark for the others.

    The law speaks of what is set up from now on, so communities as they have always been are only
    counted. Without households nothing can be said.
    """
    district = case.district
    atoms, known = district.atoms, district.communities
    if not case.whole or not atoms.households.sum() or not district.originals.get("communities"):
        return
    band, source = community_law()
    households = np.bincount(atoms.community, weights=atoms.households, minlength=len(known)).astype(int)
    people = np.bincount(atoms.community, weights=atoms.people, minlength=len(known)).astype(int)
    outside = np.flatnonzero((households < band.min) | (households > band.max))
    changed = {figures.code for change in district.reforms for figures in change.after}
    fresh = [row for row in outside.tolist() if str(known.codes[row]) in changed]
    rest = [row for row in outside.tolist() if str(known.codes[row]) not in changed]
    for row in fresh:
        yield _finding(case, row, int(households[row]), int(people[row]))
    if rest:
        names = _(", ").join(str(known.names[row]) for row in rest[:_NAMED])
        text = _("{n} of {total} communities lie outside {low:,.0f}-{high:,.0f} households: {names}{more}.")
        yield Finding(
            rule="community_size",
            severity=Severity.INFO,
            text=text.format(
                n=len(rest),
                total=len(known),
                low=band.min,
                high=band.max,
                names=names,
                more="……" if len(rest) > _NAMED else "",
            ),
            remedy=_("Consider it when communities are reviewed. Standard: {source}.").format(source=source),
            subject_kind="community",
            subjects=tuple(str(known.codes[row]) for row in rest),
            unit="households",
            people=int(people[rest].sum()),
            count=len(rest),
        )


def _finding(case: Case, row: int, households: int, people: int) -> Finding:
    """Word one community that was changed and does not fit."""
    band, source = community_law()
    known, atoms = case.district.communities, case.district.atoms
    mine = np.flatnonzero(atoms.community == row)
    away = np.hypot(atoms.x[mine] - atoms.x[mine].mean(), atoms.y[mine] - atoms.y[mine].mean())
    middle = mine[np.argmin(away)]
    return Finding(
        rule="community_size",
        severity=Severity.WARNING,
        text=_("{name} has {n:,} households after the change, outside {low:,.0f}-{high:,.0f}.").format(
            name=known.names[row], n=households, low=band.min, high=band.max
        ),
        remedy=_("State the reason in the approval form, or change the limits. Standard: {source}.").format(
            source=source
        ),
        subject_kind="community",
        subjects=(str(known.codes[row]),),
        value=households,
        limit=band.min if households < band.min else band.max,
        unit="households",
        people=people,
        x=float(atoms.x[middle]),
        y=float(atoms.y[middle]),
    )
