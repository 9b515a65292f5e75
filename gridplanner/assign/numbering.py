# SPDX-License-Identifier: LGPL-3.0-or-later
"""Codes of a plan: keep the number where most people stay, or renumber all in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.assign.codes import FIRST_JOINT_AREA, TEMPLATES, CodeTemplate, free_numbers
from gridplanner.assign.matching import best_matching
from gridplanner.assign.options import AssignOptions
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.change import Crosswalk
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.plan import GridRecord, Plan
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
    known = set(old_codes)
    fixed = {
        g: record.code
        for g, record in enumerate(plan.grids)
        if record.code and (record.locked or record.code not in known)
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
    return fixed | _still_fitting(district, plan, kept)


def _still_fitting(district: District, plan: Plan, codes: dict[int, str]) -> dict[int, str]:
    """Return the codes without those that begin with another community's, after communities changed."""
    if not district.reforms:
        return codes
    known = {str(code) for code in district.communities.codes}
    known |= {figures.code for change in district.reforms for figures in change.before}
    own = [str(district.communities.codes[record.community]) for record in plan.grids]
    return {
        grid: code
        for grid, code in codes.items()
        if code.startswith(own[grid]) or not any(code.startswith(other) for other in known if other)
    }


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
    """Fill the empty codes in place, each sequence in reading order; return the shortages.

    A sequence runs inside what stands before it in the code: a community as a rule, the whole
    district where the template names nothing smaller.
    """
    template = template_in_use(district, options)
    _number_joint(district, plan, codes, rank, options)
    used = _used_numbers(district, plan, codes, template, options)
    open_grids: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for grid in np.argsort(rank, kind="stable").tolist():
        if not codes[grid]:
            record = plan.grids[grid]
            dedicated = record.kind is GridKind.DEDICATED and 0 < options.dedicated_from <= template.highest
            open_grids[template.build(_community(district, record), 0), dedicated].append(grid)
    findings = []
    for (head, dedicated), grids in sorted(open_grids.items()):
        first = options.dedicated_from if dedicated else 1
        last = (
            options.dedicated_from - 1 if options.dedicated_from > 0 and not dedicated else template.highest
        )
        numbers = free_numbers(used[head], first, max(last, 0), len(grids))
        used[head].update(numbers)
        for grid, number in zip(grids, numbers, strict=True):
            code = _community(district, plan.grids[grid])
            codes[grid] = template.build(code, number, object_code=options.object_code)
        if max(numbers) > template.highest:
            community = plan.grids[grids[-1]].community
            findings.append(_no_room(district, community, template.highest))
    return tuple(findings)


def template_in_use(district: District, options: AssignOptions) -> CodeTemplate:
    """Return the template of new codes: the chosen one, unless today's codes are all of another kind.

    Where numbers are kept, new codes go with the old ones; renumber in order to change the template.
    """
    chosen = CodeTemplate.parse(options.code_template)
    old = [(record.code, _community(district, record)) for record in district.grids_before if record.code]
    if options.numbering != "keep" or not old or any(chosen.number_of(*pair) >= 0 for pair in old):
        return chosen
    others = (CodeTemplate.parse(name) for name in TEMPLATES)
    return next((t for t in others if all(t.number_of(*pair) >= 0 for pair in old)), chosen)


def _community(district: District, record: GridRecord) -> str:
    """Return the code of a grid's community."""
    return str(district.communities.codes[record.community])


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
    district: District, plan: Plan, codes: Sequence[str], template: CodeTemplate, options: AssignOptions
) -> dict[str, set[int]]:
    """Return the numbers given out in each sequence: in the plan, and today when numbers are kept."""
    given = list(zip(codes, plan.grids, strict=True))
    if options.numbering == "keep":
        given += [(record.code, record) for record in district.grids_before]
    used: dict[str, set[int]] = defaultdict(set)
    for code, record in given:
        community = _community(district, record)
        number = template.number_of(code, community) if code else -1
        if number >= 0:
            used[template.build(community, 0)].add(number)
    return used


def _no_room(district: District, community: int, highest: int) -> Finding:
    """Report a community that has more numbers than its code has digits for."""
    return Finding(
        rule="code",
        severity=Severity.ERROR,
        text=_("Community {name} needs grid numbers above {highest}; the code has no room for them.").format(
            name=district.communities.names[community], highest=highest
        ),
        remedy=_("Choose a code template with a longer sequence, or renumber all grids in order."),
        hard=True,
        subject_kind="community",
        subjects=(str(district.communities.codes[community]),),
    )
