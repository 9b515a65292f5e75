# SPDX-License-Identifier: LGPL-3.0-or-later
"""What can be mended: the outlines of today's grids, or of the communities, with the faults between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.geometry.defects import Defect, DefectKind, coverage_defects
from gridplanner.geometry.faces import locate
from gridplanner.geometry.halving import halves
from gridplanner.geometry.mend import Mend, MendKind, Policy, choose, propose_mends
from gridplanner.geometry.units import unit_rows
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import MENDED_COMMUNITIES
from gridplanner.rules.delivered import outside_defects
from gridplanner.texts import _

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
GRIDS, COMMUNITIES = "grids", "communities"
#: A community in several parts is no fault of its line; another operation joins or divides communities.
_NOT_MENDED = {GRIDS: frozenset[DefectKind](), COMMUNITIES: frozenset({DefectKind.DETACHED_PART})}


@dataclass(frozen=True, eq=False)
class Subject:
    """Units whose faults are mended.

    Parameters
    ----------
    role : str
        `grids` or `communities`.
    district : District
    shapes : object[n]
        Outlines as delivered, or as mended so far.
    codes, names : tuple of n str
    homes : tuple of n str
        Code of the higher unit (community, street) each belongs to; "" where unknown.
    people : int64[n]
        Inside each outline: whoever lives on disputed land counts in every claimant.
    """

    role: str
    district: District
    shapes: Objects
    codes: tuple[str, ...]
    names: tuple[str, ...]
    homes: tuple[str, ...]
    people: Ints


def subject_of(district: District, role: str = GRIDS) -> Subject:
    """Return the units of a role with their outlines.

    Raises
    ------
    UserError
        The district has none.
    """
    if role == GRIDS:
        if not len(district.grids_before_geometry):
            raise UserError(_("There are no grids of today to mend."))
        shapes, above = district.grids_before_geometry, district.communities.codes
        records = district.grids_before
        homes = tuple(str(above[r.community]) for r in records)
        codes, names = tuple(r.code for r in records), tuple(r.name for r in records)
        return Subject(role, district, shapes, codes, names, homes, _claimed(district, shapes))
    layer = district.originals.get(MENDED_COMMUNITIES, district.originals.get("communities"))
    if layer is None or layer.geometry is None:
        raise UserError(_("There is no layer of communities to mend."))
    known = district.communities
    if district.reforms:
        # What an operation on communities changed follows the smallest areas, which cannot overlap.
        columns, shapes = (known.codes, known.names, known.street_codes), known.geometry
    else:
        rows, _findings = unit_rows(layer, "community")
        columns = (rows.codes, layer.texts("name")[rows.first], _streets(district, rows.codes))
        shapes = rows.geometry
    codes, names, homes = (tuple(str(text) for text in column) for column in columns)
    return Subject(role, district, shapes, codes, names, homes, _claimed(district, shapes))


def _streets(district: District, codes: Objects) -> Objects:
    """Return the street of each community by its code."""
    known = dict(zip(district.communities.codes, district.communities.street_codes, strict=True))
    return np.array([*(str(known.get(code, "")) for code in codes), None], dtype=object)[:-1]


def proposed_mends(subject: Subject, policy: Policy | None) -> tuple[Mend, ...]:
    """Return a mend for each fault of the units, most people first, then the land beyond higher units."""
    buildings = subject.district.buildings
    points = np.asarray(shapely.points(buildings.x, buildings.y), dtype=object)
    found = coverage_defects(subject.shapes, points, buildings.people)
    found = tuple(d for d in found if d.kind not in _NOT_MENDED[subject.role])
    mends = propose_mends(subject.shapes, found, policy, subject.people)
    if policy is not None and policy.overlap == "official":
        mends = tuple(_by_official_line(subject, mend) for mend in mends)
    return (*(with_people_halved(subject, mend) for mend in mends), *_cuts(subject))


def with_people_halved(subject: Subject, mend: Mend) -> Mend:
    """Return a halving with the people who live on each side of its line."""
    if mend.kind is not MendKind.SPLIT:
        return mend
    shared = halves(mend.defect.geometry, *subject.shapes[list(mend.defect.units)])
    if shared is None:
        return mend
    xy, _atom, people = subject.district.demand_points()
    near = np.flatnonzero(shapely.intersects_xy(mend.defect.geometry, xy))
    second = shapely.intersects_xy(shared.parts[1], xy[near])
    lost = int(people[near][second].sum()), int(people[near][~second].sum())
    after = tuple(n - gone for n, gone in zip(mend.people_before, lost, strict=True))
    return replace(mend, people_after=after)


def can_halve(mend: Mend) -> bool:
    """Tell whether disputed land may be halved."""
    return mend.defect.kind is DefectKind.OVERLAP and not mend.defect.folded


def _claimed(district: District, shapes: Objects) -> Ints:
    """Return the people inside each outline as delivered: whoever lives on disputed land counts in both."""
    xy, _atom, people = district.demand_points()
    rows, hits = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
    total = np.zeros(len(shapes), np.int64)
    np.add.at(total, hits, people[rows])
    return total


def _by_official_line(subject: Subject, mend: Mend) -> Mend:
    """Return a mend that gives land to the one unit whose higher unit holds it, where there is one."""
    if mend.kind is not MendKind.GIVE:
        return mend
    home = _higher_unit_at(subject, mend.defect)
    fitting = [unit for unit in mend.choices if home and subject.homes[unit] == home]
    if len(fitting) != 1 or fitting[0] == mend.keeper:
        return mend
    return choose(mend, subject.shapes, subject.people, fitting[0])


def _higher_unit_at(subject: Subject, defect: Defect) -> str:
    """Return the code of the higher unit that a fault lies in; "" for none."""
    shapes, codes = subject.district.communities.geometry, subject.district.communities.codes
    if subject.role == COMMUNITIES:
        layer = subject.district.originals.get("streets")
        if layer is None or layer.geometry is None:
            return ""
        shapes, codes = layer.geometry, layer.texts("code")
    row = int(locate(np.array([shapely.Point(defect.x, defect.y)]), shapes)[0])
    return str(codes[row]) if row >= 0 else ""


def _cuts(subject: Subject) -> Iterator[Mend]:
    """Yield a mend for each piece of a unit beyond its higher one: it goes to a unit that belongs there.

    A community cannot lose land to nobody: where no other community stands ready, the street line is
    what has to change.
    """
    shapes, homes, people = subject.shapes, subject.homes, subject.people
    tree = shapely.STRtree(shapes)
    place = {code: unit for unit, code in enumerate(subject.codes)}
    for defect, code, there in _outside(subject):
        unit = place[code]
        near = tree.query(defect.geometry, predicate="intersects").tolist()
        heirs = [u for u in near if u != unit and there and homes[u] == there]
        heir = max(heirs, key=lambda u: _common_border(shapes[u], defect), default=-1)
        if heir < 0 and subject.role == COMMUNITIES:
            continue
        units = (unit, heir) if heir >= 0 else (unit,)
        area = tuple(float(shapely.area(shapes[u])) for u in units)
        living = tuple(int(people[u]) for u in units)
        gain = defect.area_m2 if heir >= 0 else 0.0
        after = (area[0] - defect.area_m2, *(a + gain for a in area[1:]))
        moved = (living[0] - defect.people, *(n + defect.people for n in living[1:]))
        named = replace(defect, units=units)
        yield Mend(MendKind.CUT, named, heir, (heir,), area, after, living, moved)


def _outside(subject: Subject) -> Iterator[tuple[Defect, str, str]]:
    """Yield the land beyond higher units: the fault, the code of the unit, the higher unit it lies in."""
    codes = subject.codes
    if subject.role == COMMUNITIES and not subject.district.reforms:
        layer = subject.district.originals.get(MENDED_COMMUNITIES, subject.district.originals["communities"])
        codes = tuple(str(code) for code in layer.texts("code"))
    known = set(subject.codes)
    for defect, row, there in outside_defects(subject.district, subject.role):
        if codes[row] in known:
            yield defect, codes[row], there


def _common_border(shape: shapely.Geometry, defect: Defect) -> float:
    """Return how much of a unit's line lies along the land, metres."""
    along = shapely.intersection(shapely.boundary(shape), shapely.buffer(defect.geometry, 0.01))
    return float(shapely.length(along))
