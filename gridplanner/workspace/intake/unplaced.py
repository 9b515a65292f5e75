# SPDX-License-Identifier: LGPL-3.0-or-later
"""People of the ledger without a building, told community by community in every paper and list."""

from __future__ import annotations

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.ledger import unplaced_totals
from gridplanner.texts import _


def without_place(district: District) -> tuple[Finding, ...]:
    """Return a finding for each community with people that the ledger counts and no building holds."""
    people, households = unplaced_totals(district)
    communities = district.communities
    found = []
    for i in np.flatnonzero(people + households):
        known = i < len(communities)
        total = int(district.atoms.people[district.atoms.community == i].sum()) + int(people[i])
        text = (
            _(
                "{name}: {people} of {total} people are in the ledger but on no building, and in no grid."
            ).format(name=communities.names[i], people=int(people[i]), total=total)
            if known
            else _(
                "{people} people of the ledger are on no building, and their community is unknown."
            ).format(people=int(people[i]))
        )
        found.append(
            Finding(
                rule="unplaced",
                severity=Severity.WARNING,
                text=text,
                remedy=_(
                    "Place these rows of the ledger on the map; until then the grids are short of them."
                ),
                subject_kind="community" if known else "layer",
                subjects=(str(communities.codes[i]),) if known else ("people",),
                people=int(people[i]),
            )
        )
    return tuple(found)
