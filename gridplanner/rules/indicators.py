# SPDX-License-Identifier: LGPL-3.0-or-later
"""Headline indicators before and after: uneven sizes, crossing areas, redundant staff; splits as a tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gridplanner.geometry.defects import Defect, is_shared_land
from gridplanner.model.change import deviation
from gridplanner.model.health import Indicators, Split
from gridplanner.model.jurisdiction import District
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.rules.delivered import grid_defects
from gridplanner.rules.nets import net_conflicts

LEVELS = ("street", "community", "estate", "old_grid")


def indicators(
    district: District,
    plan: Plan,
    measures: Measures,
    needed: int | None = None,
    faults: Sequence[Defect] | None = None,
) -> Indicators:
    """Return the headline indicators of a plan.

    Parameters
    ----------
    district : District
    plan : Plan
    measures : Measures
    needed : int, optional
        General grids that will need a worker; those of the plan by default.
    faults : sequence of Defect, optional
        Of today's grids as delivered, where they are known already.

    Source: the three faults are named in the reform's own account; formulas are own choices.
    """
    general = plan.general() & (measures.area_m2 > 0)
    people, area = measures.people[general], measures.area_m2[general]
    crossing_m2, crossing_people = _crossing(district, plan, faults)
    spread, mean = deviation(people), float(people.mean()) if len(people) else 0.0
    in_post = sum(worker.status != "surplus" for worker in plan.workers)
    return Indicators(
        unevenness_people=_variation(people.astype(np.float64)),
        unevenness_area=_variation(area),
        balance=100 * max(0.0, 1 - spread) if spread == spread else 0.0,  # NaN without people
        crossing_m2=crossing_m2,
        crossing_people=crossing_people,
        redundancy=max(0, in_post - (int(general.sum()) if needed is None else needed)),
        over=float(people.max() / mean - 1) if mean else 0.0,
        under=float(1 - people.min() / mean) if mean else 0.0,
    )


def _variation(values: npt.NDArray[np.float64]) -> float:
    """Return the coefficient of variation; 0 where there is nothing to vary."""
    return float(values.std() / values.mean()) if len(values) and values.mean() > 0 else 0.0


def _crossing(district: District, plan: Plan, faults: Sequence[Defect] | None) -> tuple[float, int]:
    """Return land and people under more than one master."""
    if plan.name or not np.array_equal(plan.assignment, district.atoms.old_grid):
        return 0.0, 0
    if faults is None:
        faults = grid_defects(district)
    doubled = [d for d in faults if is_shared_land(d)]
    conflicts = net_conflicts(district)
    area = sum(d.area_m2 for d in doubled) + sum(c.area_m2 for c in conflicts)
    people = sum(d.people for d in doubled) + sum(c.people for c in conflicts)
    return float(area), int(people)


def splits(district: District, plan: Plan, level: str) -> tuple[Split, ...]:
    """Return the units of a level that a plan splits, most people outside the main part first.

    Streets and communities lie in many grids by design: for them a part is counted only where its grid
    reaches into another unit of the level as well. Communities that were made up, because no layer of
    them was given, are nothing to split.
    """
    label, names = _labels(district, level)
    made_up = "communities" not in district.originals and not district.communities.types.astype(bool).any()
    if not len(label) or not plan.n_grids or (made_up and level in {"street", "community"}):
        return ()
    held = np.flatnonzero(label >= 0)
    if not len(held):
        return ()
    keys = label[held].astype(np.int64) * (plan.n_grids + 1) + plan.assignment[held] + 1
    pairs, inverse = np.unique(keys, return_inverse=True)
    people = np.bincount(inverse, weights=district.atoms.people[held]).astype(int)
    households = np.bincount(inverse, weights=district.atoms.households[held]).astype(int)
    unit, grid = pairs // (plan.n_grids + 1), pairs % (plan.n_grids + 1) - 1
    crossing = np.bincount(grid[grid >= 0], minlength=plan.n_grids) > 1
    found = []
    # The pairs come sorted by unit.
    names_of, starts = np.unique(unit, return_index=True)
    for u, rows in zip(names_of.tolist(), np.split(np.arange(len(unit)), starts[1:]), strict=True):
        if level in {"street", "community"}:
            rows = rows[(grid[rows] >= 0) & crossing[grid[rows]]]
        elif len(rows) < 2:
            continue
        if not len(rows):
            continue
        rows = rows[np.argsort(-people[rows], kind="stable")]
        parts = tuple(
            (plan.grids[grid[r]].code if grid[r] >= 0 else "", int(people[r]), int(households[r]))
            for r in rows
        )
        found.append(Split(level, str(names[u]), parts))
    return tuple(sorted(found, key=lambda s: (-sum(p[1] for p in s.parts[1:]), s.unit)))


def _labels(district: District, level: str) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.object_]]:
    """Return the unit of each atom at a level, and the names of units."""
    atoms, communities = district.atoms, district.communities
    if level == "estate":
        return atoms.estate, district.estates
    if level == "old_grid":
        return atoms.old_grid, np.array([*(g.code for g in district.grids_before), None], dtype=object)[:-1]
    if level == "community":
        return atoms.community, communities.codes
    names, index = np.unique(communities.street_codes.astype(str), return_inverse=True)
    return index[atoms.community], names.astype(object)
