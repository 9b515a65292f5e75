# SPDX-License-Identifier: LGPL-3.0-or-later
"""A handful of plans that no other beats in every respect: the trade-off the planner decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely import area, length, union_all

from gridplanner.model.change import crosswalk, deviation, pieces_and_moved
from gridplanner.model.jurisdiction import District
from gridplanner.model.load import load_of
from gridplanner.model.plan import Plan
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import MODES, PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Executor, Progress
from gridplanner.solve.engine import propose


@dataclass(frozen=True, eq=False)
class Alternative:
    """One plan of the trade-off, with what it costs.

    Parameters
    ----------
    proposal : Proposal
    grids : int
    people_moved, pieces : int
    deviation : float
        A share.
    roundness : float
        Mean Polsby-Popper of the general grids; more is better.
    errors : int
        Findings of severity error.
    """

    proposal: Proposal
    grids: int
    people_moved: int
    pieces: int
    deviation: float
    roundness: float
    errors: int

    @property
    def burdens(self) -> tuple[float, ...]:
        """What the planner wants little of, in the order shown."""
        return (self.errors, self.grids, self.people_moved, self.deviation, -self.roundness)


def alternatives(
    district: District,
    rules: RuleSet,
    request: PlanRequest,
    totals: Sequence[int | str] = (),
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[Alternative, ...]:
    """Return the non-dominated plans over the named modes and some numbers of grids.

    Parameters
    ----------
    request : PlanRequest
        Its total, locks, seed and limits hold for every plan; its mode is varied.
    totals : sequence of int or str, optional
        Further numbers of grids to try.

    Returns
    -------
    tuple of Alternative
        Fewest people moved first.
    """
    found = []
    for total in dict.fromkeys((request.total, *totals)):
        for mode in MODES:
            asked = replace(request, total=total, mode=mode, order=())
            proposal = propose(district, rules, asked, executor, progress)
            found.append(_measured(district, rules, proposal))
    return non_dominated(found)


def non_dominated(found: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Return the plans that no other equals or beats in every respect; of equal ones the first."""
    kept = []
    for i, one in enumerate(found):
        beaten = any(
            all(b <= a for a, b in zip(one.burdens, other.burdens, strict=True))
            and (other.burdens != one.burdens or j < i)
            for j, other in enumerate(found)
            if j != i
        )
        if not beaten:
            kept.append(one)
    return tuple(sorted(kept, key=lambda a: (a.people_moved, a.grids)))


def _measured(district: District, rules: RuleSet, proposal: Proposal) -> Alternative:
    plan, before = proposal.plan, district.plan_today()
    pieces, moved = pieces_and_moved(before, crosswalk(district.atoms, before, plan))
    return Alternative(
        proposal=proposal,
        grids=int(plan.general().sum()),
        people_moved=moved,
        pieces=pieces,
        deviation=deviation(plan.sums(load_of(district, rules))[plan.general()]),
        roundness=mean_roundness(district, plan),
        errors=sum(finding.counts for finding in proposal.findings),
    )


def mean_roundness(district: District, plan: Plan) -> float:
    """Return the mean Polsby-Popper figure, 4 pi A / P2, of the general grids.

    Source: Polsby, Popper 1991, Yale Law & Policy Review 9.
    """
    figures = []
    for g in np.flatnonzero(plan.general()):
        own = np.flatnonzero(plan.assignment == g)
        if len(own):
            shape = union_all(district.atoms.geometry[own])
            figures.append(4 * np.pi * float(area(shape)) / max(float(length(shape)) ** 2, 1e-9))
    return float(np.mean(figures)) if figures else 0.0
