# SPDX-License-Identifier: LGPL-3.0-or-later
"""Streets, communities and grids as delivered: their faults, and the people who live on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.defects import Defect, DefectKind, coverage_defects
from gridplanner.geometry.faces import width_m
from gridplanner.geometry.tiers import OUTSIDE, TierFault, belongs_to, most_land, tier_faults
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import MENDED_COMMUNITIES
from gridplanner.texts import _


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
    """Return every fault between the areas of one layer, with the people living on it.

    Where nobody's home is known, people are estimated by land: on land that several units hold, as many
    as the densest of them would have there.
    """
    found = coverage_defects(tier.geometry, _points(district), district.buildings.people)
    if homes_known(district):
        return found
    dense = _density(district, tier)
    guessed = [
        replace(d, people=round(max((dense[u] for u in d.units), default=0.0) * d.area_m2))
        if d.area_m2 > 0 and not d.bare
        else d
        for d in found
    ]
    return tuple(sorted(guessed, key=lambda d: (d.folded, -d.people, -d.area_m2, d.kind, d.units)))


def grid_defects(district: District) -> tuple[Defect, ...]:
    """Return every fault between today's grids as delivered."""
    return tuple(
        d for tier in tiers_of(district) if tier.role == "grids" for d in tier_defects(district, tier)
    )


def between(district: District, lower: Tier, upper: Tier) -> tuple[TierFault, ...]:
    """Return where two tiers disagree; a unit without a known parent belongs where most of it lies."""
    parent = belongs_to(lower.home, upper.codes)
    parent = most_land(lower.geometry, upper.geometry, parent < 0, parent)
    found = tier_faults(lower.geometry, upper.geometry, parent, _points(district), district.buildings.people)
    if homes_known(district):
        return found
    dense = _density(district, lower)
    guessed = [replace(f, people=round(dense[f.lower] * f.area_m2)) if f.lower >= 0 else f for f in found]
    return tuple(sorted(guessed, key=lambda f: (f.folded, -f.people, -f.area_m2)))


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


def homes_known(district: District) -> bool:
    """Tell whether people are known by building, so that those on a piece of land can be counted."""
    return bool(district.buildings.people.any())


def living(district: District, people: int) -> str:
    """Return ` (48 people)` for a sentence; ` (about 48 people)` where estimated, nothing where unknown."""
    if homes_known(district):
        return _(" ({n} people)").format(n=people)
    return _(" (about {n} people)").format(n=people) if people else ""


def _density(district: District, tier: Tier) -> npt.NDArray[np.float64]:
    """Return the people per square metre of each unit of a tier, float64[n]; 0 without land."""
    atoms, known = district.atoms, district.communities
    if tier.role == "grids":
        held = atoms.old_grid >= 0
        total = np.bincount(atoms.old_grid[held], weights=atoms.people[held], minlength=len(tier.codes))
    else:
        codes = known.street_codes if tier.role == "streets" else known.codes
        sums: Counter[str] = Counter()
        for code, people in zip(codes[atoms.community], atoms.people.tolist(), strict=True):
            sums[str(code)] += people
        total = np.array([sums[str(code)] for code in tier.codes], dtype=np.float64)
    land = np.nan_to_num(shapely.area(tier.geometry))
    dense: npt.NDArray[np.float64] = np.divide(total, land, out=np.zeros(len(land)), where=land > 0)
    return dense


def _points(district: District) -> ObjectArray:
    """Return the points of all buildings."""
    return np.asarray(shapely.points(district.buildings.x, district.buildings.y), dtype=object)
