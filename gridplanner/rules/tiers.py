# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tiers that should fit into each other: parts of communities, communities in streets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplanner.geometry.contiguity import components
from gridplanner.geometry.tiers import OUTSIDE, TierFault
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.rules.case import Case
from gridplanner.rules.delivered import Tier, between, tiers_of
from gridplanner.rules.overlap import SLIVER_M2
from gridplanner.texts import _


def check_community_parts(case: Case) -> Iterator[Finding]:
    """Yield a remark for each community in several parts: it is planned part by part."""
    if not case.whole_today:
        return
    atoms, communities = case.district.atoms, case.district.communities
    parts = components(len(atoms), case.district.adjacency, atoms.community)
    for community in range(len(communities)):
        mine = np.flatnonzero(atoms.community == community)
        names, inverse = np.unique(parts[mine], return_inverse=True)
        if len(names) < 2:
            continue
        people = np.bincount(inverse, weights=atoms.people[mine]).astype(int)
        spot = mine[np.flatnonzero(inverse == int(np.argmin(people)))[0]]
        yield Finding(
            rule="community_parts",
            severity=Severity.INFO,
            text=_("{community} lies in {n} parts with {people} people; each is planned by itself.").format(
                community=communities.names[community],
                n=len(names),
                people=_(", ").join(str(n) for n in sorted(people, reverse=True)),
            ),
            remedy=_("If the parts belong together, add the bridge or path that joins them."),
            subject_kind="community",
            subjects=(str(communities.codes[community]),),
            value=len(names),
            limit=1,
            unit="parts",
            people=int(people.sum() - people.max()),
            x=float(atoms.x[spot]),
            y=float(atoms.y[spot]),
        )


def check_streets(case: Case) -> Iterator[Finding]:
    """Yield a finding where the line of a street differs from the communities it consists of."""
    if not case.whole_today:
        return
    tiers = {tier.role: tier for tier in tiers_of(case.district)}
    if "streets" not in tiers or "communities" not in tiers:
        return
    lower, upper = tiers["communities"], tiers["streets"]
    for fault in between(case.district, lower, upper):
        if fault.kind == OUTSIDE and not fault.folded:
            yield _street_finding(case, lower, upper, fault)


def _street_finding(case: Case, lower: Tier, upper: Tier, fault: TierFault) -> Finding:
    """Word one piece of a community that its street does not hold."""
    known = case.district.communities
    code, street = str(lower.codes[fault.lower]), str(upper.codes[fault.upper])
    rows = np.flatnonzero(known.codes == code)
    name = str(known.names[rows[0]]) if len(rows) else code
    own = str(known.street_names[rows[0]]) if len(rows) else street
    layer = case.district.originals["streets"]
    claimed = str(layer.texts("name")[fault.other]) if fault.other >= 0 else _("no street")
    other = str(upper.codes[fault.other]) if fault.other >= 0 else ""
    return Finding(
        rule="street_line",
        severity=Severity.WARNING,
        text=_(
            "{area:.0f} m2 of {community}{living} belong to {street}, but its line gives them to {other}."
        ).format(
            area=fault.area_m2, community=name, living=case.living(fault.people), street=own, other=claimed
        ),
        remedy=_("Draw the street line along the community line, or move the land by decree."),
        subject_kind="street",
        subjects=tuple(text for text in (street, other, code) if text),
        value=round(fault.area_m2, 2),
        limit=SLIVER_M2,
        unit="m2",
        people=fault.people,
        x=fault.x,
        y=fault.y,
    )
