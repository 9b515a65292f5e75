# SPDX-License-Identifier: LGPL-3.0-or-later
"""A handful of plans that no other beats in every respect: the trade-off the planner decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplanner.geometry.compactness import cut_edges, inertia, polsby_popper, reock
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.model.change import crosswalk, deviation, pieces_and_moved
from gridplanner.model.jurisdiction import District
from gridplanner.model.load import load_of
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
    reock, inertia : float
        Means of two other figures of compactness; more is better.
    cut_edges : int
        Pairs of touching atoms in different grids.
    """

    proposal: Proposal
    grids: int
    people_moved: int
    pieces: int
    deviation: float
    roundness: float
    errors: int
    reock: float = 0.0
    inertia: float = 0.0
    cut_edges: int = 0

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
    shapes = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)[plan.general()]
    return Alternative(
        proposal=proposal,
        grids=int(plan.general().sum()),
        people_moved=moved,
        pieces=pieces,
        deviation=deviation(plan.sums(load_of(district, rules))[plan.general()]),
        roundness=_mean(polsby_popper(shapes)),
        errors=sum(finding.counts for finding in proposal.findings),
        reock=_mean(reock(shapes)),
        inertia=_mean(inertia(shapes)),
        cut_edges=cut_edges(district.adjacency, plan.assignment),
    )


def _mean(figures: npt.NDArray[np.float64]) -> float:
    """Return the mean over the grids that have land; 0 without any."""
    known = figures[np.isfinite(figures)]
    return float(known.mean()) if len(known) else 0.0
