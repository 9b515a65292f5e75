# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check as a whole: headline indicators, splits, faults by kind and tier, lines that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from gridplanner.geometry.defects import Defect
from gridplanner.geometry.tiers import TierFault
from gridplanner.model.health import FaultCount, Health
from gridplanner.model.jurisdiction import District
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.rules.delivered import between, tier_defects, tiers_of
from gridplanner.rules.indicators import LEVELS, indicators, splits
from gridplanner.rules.lines import followed_share

OwnFaults = Mapping[str, tuple[Defect, ...]]


def is_today(district: District, plan: Plan) -> bool:
    """Tell whether a plan is today's division."""
    return not plan.name and np.array_equal(plan.assignment, district.atoms.old_grid)


def own_faults(district: District) -> OwnFaults:
    """Return the faults between the areas of each layer as delivered, by role."""
    return {tier.role: tier_defects(district, tier) for tier in tiers_of(district)}


def health_of(
    district: District,
    plan: Plan,
    measures: Measures,
    needed: int | None = None,
    own: OwnFaults | None = None,
) -> Health:
    """Return the state of a division at a glance; `needed` general grids will need a worker.

    Faults of the layers as delivered belong to today's division only; `own` holds them where they are
    known already (`own_faults`).
    """
    today = is_today(district, plan)
    levels = LEVELS[:-1] if today else LEVELS
    own = (own_faults(district) if own is None else own) if today else {}
    return Health(
        indicators=indicators(district, plan, measures, needed, own.get("grids")),
        splits=tuple(split for level in levels for split in splits(district, plan, level)),
        faults=fault_counts(district, own) if today else (),
        followed=followed_share(district, plan),
    )


def fault_counts(district: District, own: OwnFaults) -> tuple[FaultCount, ...]:
    """Count the faults of each layer as delivered and between each two tiers, by kind.

    `own` holds the faults of each layer by itself, by role.
    """
    tiers = tiers_of(district)
    counts: list[FaultCount] = []
    for tier in tiers:
        counts += _counted(tier.role, ((d.kind.value, d) for d in own[tier.role]))
    for upper, lower in pairwise(tiers):
        faults = between(district, lower, upper)
        counts += _counted(f"{lower.role}/{upper.role}", ((f.kind, f) for f in faults))
    return tuple(counts)


def _counted(tier: str, faults: Iterable[tuple[str, Defect | TierFault]]) -> list[FaultCount]:
    """Return one line per kind, in the order the kinds come up (worst first)."""
    groups: dict[str, list[Defect | TierFault]] = {}
    for kind, fault in faults:
        groups.setdefault(kind, []).append(fault)
    return [
        FaultCount(
            tier=tier,
            kind=kind,
            count=len(group),
            folded=sum(f.folded for f in group),
            area_m2=round(sum(f.area_m2 for f in group), 2),
            people=sum(f.people for f in group),
        )
        for kind, group in groups.items()
    ]
