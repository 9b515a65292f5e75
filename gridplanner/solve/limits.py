# SPDX-License-Identifier: LGPL-3.0-or-later
"""The limits that hold for the grids of one community, as the engine carries them."""

from __future__ import annotations

from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.part import BEST, CENTRE, STATIONS, Limits

_POINTS = {"best": BEST, "stations": STATIONS, "centre": CENTRE}


def rules_of(
    district: District, rules: RuleSet, community: int, kind: GridKind = GridKind.GENERAL
) -> RuleSet:
    """Return the rules for a grid of a community, overrides applied."""
    table = district.communities
    facts = {
        "community_type": str(table.types[community]),
        "kind": kind.value,
        "community": str(table.names[community]),
        "community_code": str(table.codes[community]),
        "street": str(table.street_names[community]),
    }
    return rules.resolve(facts)


def limits_of(
    district: District, rules: RuleSet, community: int, kind: GridKind = GridKind.GENERAL
) -> Limits:
    """Return the limits on a grid of a community, overrides applied."""
    held = rules_of(district, rules, community, kind)
    radius = held.service_radius
    return Limits(
        (held.people.min, held.people.max),
        (held.households.min, held.households.max),
        radius.max / max(radius.detour, 1e-9),
        _POINTS[radius.points],
        (held.people.hard, held.households.hard, radius.hard),
    )
