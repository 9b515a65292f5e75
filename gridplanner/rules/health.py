# SPDX-License-Identifier: LGPL-3.0-or-later
"""The health check as a whole: headline indicators, splits, faults by kind and tier, lines that follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gridplanner.geometry.defects import Defect, DefectKind, coverage_defects
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.tiers import OUTSIDE, TierFault, belongs_to, most_land, tier_faults
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.health import FaultCount, Health
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import MENDED_COMMUNITIES
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.rules.indicators import LEVELS, indicators, splits
from gridplanner.rules.lines import followed_share


@dataclass(frozen=True, eq=False)
class Tier:
    """One layer of areas as delivered.

    Parameters
    ----------
    role : str
        `streets`, `communities` or `grids`.
    codes : object[n] of str
    geometry : object[n]
    home : object[n] of str
        Code of the higher unit each belongs to; "" where unknown.
    """

    role: str
    codes: ObjectArray
    geometry: ObjectArray
    home: ObjectArray


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


def tiers_of(district: District) -> tuple[Tier, ...]:
    """Return the layers of areas as delivered or mended, highest first; only those that were given."""
    found = [tier for role in ("streets", "communities") for tier in _upper_tier(district, role)]
    if len(district.grids_before_geometry):
        codes = [record.code for record in district.grids_before]
        homes = [str(district.communities.codes[record.community]) for record in district.grids_before]
        shapes = district.grids_before_geometry
        found.append(Tier("grids", _texts(codes), shapes, _texts(homes)))
    return tuple(found)


def _upper_tier(district: District, role: str) -> Iterator[Tier]:
    """Yield the tier of streets or communities, if there is one.

    Communities that were changed since are taken as they are now, mended ones with their mended lines.
    """
    known = district.communities
    layer = district.originals.get(role)
    if role == "communities" and district.reforms:
        yield Tier(role, known.codes, known.geometry, known.street_codes)
        return
    if role == "communities":
        layer = district.originals.get(MENDED_COMMUNITIES, layer)
    if layer is not None and layer.geometry is not None and len(layer):
        home = layer.texts("street_code") if role == "communities" else _texts([""] * len(layer))
        yield Tier(role, layer.texts("code"), layer.geometry, home)


def _texts(values: list[str]) -> ObjectArray:
    """Return texts as an object array."""
    return np.array([*values, None], dtype=object)[:-1]


def tier_defects(district: District, tier: Tier) -> tuple[Defect, ...]:
    """Return every fault between the areas of one layer, with the people living on it."""
    return coverage_defects(tier.geometry, _points(district), district.buildings.people)


def between(district: District, lower: Tier, upper: Tier) -> tuple[TierFault, ...]:
    """Return where two tiers disagree; a unit without a known parent belongs where most of it lies."""
    parent = belongs_to(lower.home, upper.codes)
    parent = most_land(lower.geometry, upper.geometry, parent < 0, parent)
    return tier_faults(lower.geometry, upper.geometry, parent, _points(district), district.buildings.people)


def outside_defects(district: District, role: str = "grids") -> tuple[tuple[Defect, int, str], ...]:
    """Return the land of today's grids (or communities) beyond the higher unit they belong to.

    Each with the row of the lower unit and the code of the higher unit it lies in ("" for none).
    """
    tiers = {tier.role: tier for tier in tiers_of(district)}
    upper = {"grids": "communities", "communities": "streets"}[role]
    if role not in tiers or upper not in tiers:
        return ()
    above = tiers[upper]
    found = []
    for f in between(district, tiers[role], above):
        if f.kind == OUTSIDE and not f.folded:
            home = str(above.codes[f.other]) if f.other >= 0 else ""
            width = float(width_m(np.array([f.geometry], dtype=object))[0])
            spot = (f.lower,), f.geometry, f.area_m2, width, f.people, f.x, f.y
            found.append((Defect(DefectKind.OUTSIDE, *spot, folded=False), f.lower, home))
    return tuple(found)


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


def _points(district: District) -> ObjectArray:
    """Return the points of all buildings."""
    return np.asarray(shapely.points(district.buildings.x, district.buildings.y), dtype=object)
