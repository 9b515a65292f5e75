# SPDX-License-Identifier: LGPL-3.0-or-later
"""Codes of a plan: keep the number where most people stay, or renumber all in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.assign.codes import FIRST_JOINT_AREA, CodeTemplate, free_numbers
from gridplanner.assign.matching import best_matching
from gridplanner.assign.options import AssignOptions
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.change import Crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.plan import Plan
from gridplanner.texts import _


def plan_codes(
    district: District, plan: Plan, pairs: Crosswalk, polygons: ObjectArray, options: AssignOptions
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return a code for each grid of the plan, unique, and what could not be coded.

    Parameters
    ----------
    pairs : Crosswalk
        From today's division to the plan.
    polygons : object[n_grids]
        Grid polygons; None for a grid without atoms.

    Returns
    -------
    codes : tuple of str, one per grid
    findings : tuple of Finding
        Communities whose sequence has run out of numbers.
    """
    codes = [""] * plan.n_grids
    if options.numbering == "keep":
        for grid, code in kept_codes(district, plan, pairs).items():
            codes[grid] = code
    findings = _number_new(district, plan, codes, reading_order(polygons), options)
    return tuple(codes), findings


def kept_codes(district: District, plan: Plan, pairs: Crosswalk) -> dict[int, str]:
    """Return the codes that stay: locked grids, then the matching that recodes fewest people.

    Old and new grids are matched within their kind so that the people who keep their code are as
    many as possible; area decides between grids without people. A code that the planner gave by
    hand (it is none of today's) stays as well.
    """
    old_codes = [record.code for record in district.grids_before]
    fixed = {
        g: record.code
        for g, record in enumerate(plan.grids)
        if _is_fixed(record.code, record.locked, old_codes)
    }
    fixed = _first_of_each(fixed)
    taken = set(fixed.values())
    old_kind = np.array([record.kind for record in district.grids_before] + [""], dtype=object)
    new_kind = np.array([record.kind for record in plan.grids] + [""], dtype=object)
    # Of several old grids with one code only the first may hand it on.
    first = {code: g for g, code in reversed(list(enumerate(old_codes))) if code and code not in taken}
    free_old = np.array([first.get(code) == g for g, code in enumerate(old_codes)] + [False], bool)
    free_new = np.array([g not in fixed for g in range(plan.n_grids)] + [False], bool)
    use = free_old[pairs.old] & free_new[pairs.new] & (old_kind[pairs.old] == new_kind[pairs.new])
    # Area can never outweigh one person: all of it together is worth less than half a person.
    value = pairs.people + 0.5 * pairs.area_m2 / max(float(pairs.area_m2.sum()), 1.0)
    old, new = best_matching(
        pairs.old[use].astype(np.int64), pairs.new[use].astype(np.int64), value[use].astype(np.float64)
    )
    kept = {int(g): old_codes[o] for o, g in zip(old.tolist(), new.tolist(), strict=True)}
    return fixed | kept


def _is_fixed(code: str, locked: bool, old_codes: Sequence[str]) -> bool:
    """Whether a grid's code is not open to matching."""
    return bool(code) and (locked or code not in old_codes)


def _first_of_each(codes: dict[int, str]) -> dict[int, str]:
    """Return the codes without those that an earlier grid has already."""
    seen: set[str] = set()
    result = {}
    for grid, code in codes.items():
        if code not in seen:
            result[grid] = code
            seen.add(code)
    return result


def reading_order(polygons: ObjectArray) -> npt.NDArray[np.int64]:
    """Return the rank of each grid as one reads a page: bands from the north, west to east inside a band.

    A band is one mean grid height tall; the representative point decides. Grids without a polygon
    come last. Returns int64[n_grids].
    """
    n = len(polygons)
    rank = np.arange(n, dtype=np.int64)
    known = np.flatnonzero(~shapely.is_missing(polygons))
    if not len(known):
        return rank
    points = shapely.get_coordinates(shapely.point_on_surface(polygons[known]))
    bounds = shapely.bounds(polygons[known])
    height = float((bounds[:, 3] - bounds[:, 1]).mean()) or 1.0
    band = np.floor((bounds[:, 3].max() - points[:, 1]) / height).astype(np.int64)
    order = np.lexsort((points[:, 0], band))
    rank[:] = n
    rank[known[order]] = np.arange(len(known))
    return rank


def _number_new(
    district: District, plan: Plan, codes: list[str], rank: npt.NDArray[np.int64], options: AssignOptions
) -> tuple[Finding, ...]:
    """Fill the empty codes in place, community by community, in reading order; return the shortages."""
    template = CodeTemplate.parse(options.code_template)
    open_grids: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for grid in np.argsort(rank, kind="stable").tolist():
        if not codes[grid]:
            record = plan.grids[grid]
            dedicated = record.kind is GridKind.DEDICATED and options.dedicated_from > 0
            open_grids[record.community, dedicated].append(grid)
    _number_joint(district, plan, codes, rank, options)
    findings = []
    for (community, dedicated), grids in sorted(open_grids.items()):
        grids = [grid for grid in grids if not codes[grid]]
        if not grids:
            continue
        code = str(district.communities.codes[community])
        first = options.dedicated_from if dedicated else 1
        # A short sequence has no room for a block of its own.
        first = first if first <= template.highest else 1
        used = _used_numbers(district, codes, community, template, options)
        if not dedicated and options.dedicated_from > 0:
            used = [number for number in used if number < options.dedicated_from]
        numbers = free_numbers(used, first, len(grids))
        for grid, number in zip(grids, numbers, strict=True):
            codes[grid] = template.build(code, number, object_code=options.object_code)
        if numbers[-1] > template.highest:
            findings.append(_no_room(code, str(district.communities.names[community]), template.highest))
    return tuple(findings)


def _number_joint(
    district: District, plan: Plan, codes: list[str], rank: npt.NDArray[np.int64], options: AssignOptions
) -> None:
    """Give grids that join several communities a merged community code from 601 on, in place.

    Only templates with a community segment of their own (CJ/T 349, CJ/T 213) have room for it; with
    others such a grid is numbered in the community of its record.
    """
    template = CodeTemplate.parse(options.code_template)
    if not any(name == "area" for name, _width in template.segments):
        return
    placed = plan.assignment >= 0
    pairs = np.unique(np.column_stack([plan.assignment, district.atoms.community])[placed], axis=0)
    grids, first, count = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    joined: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for grid, start, n in sorted(zip(grids, first, count, strict=True), key=lambda row: int(rank[row[0]])):
        if n > 1 and not codes[grid]:
            joined[tuple(pairs[start : start + n, 1].tolist())].append(int(grid))
    for area, (communities, members) in enumerate(joined.items(), FIRST_JOINT_AREA):
        street = str(district.communities.codes[communities[0]]).ljust(12, "0")[:9]
        for number, grid in enumerate(members, 1):
            codes[grid] = template.build(f"{street}{area}", number, object_code=options.object_code)


def _used_numbers(
    district: District, codes: Sequence[str], community: int, template: CodeTemplate, options: AssignOptions
) -> list[int]:
    """Return the numbers that a community has given out: in the plan, and today when numbers are kept."""
    code = str(district.communities.codes[community])
    given = list(codes)
    if options.numbering == "keep":
        given += [record.code for record in district.grids_before if record.community == community]
    return [number for number in (template.number_of(text, code) for text in given if text) if number >= 0]


def _no_room(code: str, name: str, highest: int) -> Finding:
    """Report a community that has more numbers than its code has digits for."""
    return Finding(
        rule="code",
        severity=Severity.ERROR,
        text=_("Community {name} needs grid numbers above {highest}; the code has no room for them.").format(
            name=name, highest=highest
        ),
        remedy=_("Choose a code template with a longer sequence, or renumber all grids in order."),
        hard=True,
        subject_kind="community",
        subjects=(code,),
    )
