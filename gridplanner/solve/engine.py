# SPDX-License-Identifier: LGPL-3.0-or-later
"""Propose a plan: parts, numbers of grids, divisions, certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from time import monotonic

import numpy as np

from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.progress import Executor, Inline, Progress, Silent
from gridplanner.solve.assemble import assemble
from gridplanner.solve.certify import Proof, certificate_of
from gridplanner.solve.decompose import Scope, scope_of
from gridplanner.solve.division import Divided, Effort
from gridplanner.solve.olds import MAX_SETS
from gridplanner.solve.ranges import usable_range
from gridplanner.solve.reasons import admissible_total, checked, reasons_of
from gridplanner.solve.share import best_shares, even_cost
from gridplanner.solve.work import CurveTask, DivideTask, run_curve, run_divide
from gridplanner.texts import _

#: Cost of a broken hard rule on the curves that the sharing reads; above any number of pieces.
BREACH_COST = 1e4
_ROUNDS = 40


def propose(
    district: District,
    rules: RuleSet,
    request: PlanRequest,
    executor: Executor | None = None,
    progress: Progress | None = None,
    start: Plan | None = None,
) -> Proposal:
    """Return a plan that answers the request, with its proof and what could not be met.

    Parameters
    ----------
    district : District
    rules : RuleSet
    request : PlanRequest
    executor : Executor, optional
        Where parts are planned; in this process by default.
    progress : Progress, optional
    start : Plan, optional
        The plan to improve; today's division by default.

    Raises
    ------
    UserError
        The request contradicts itself or names what does not exist.
    Cancelled
        The user stopped the work before any plan was there.
    """
    checked(rules, request)
    scope = scope_of(district, rules, request, start)
    desk = _Desk(district, request, scope, executor or Inline(), progress or Silent())
    divided = desk.divide_all()
    plan = assemble(district, scope, [d.label for d in divided])
    findings, reasons = reasons_of(district, scope, divided, request)
    proof = Proof(district, rules, scope, divided, desk.least, reasons, desk.total)
    certificate = certificate_of(proof, plan)
    return Proposal(request, plan, certificate, findings, tuple(desk.trace), {"solve": desk.cpu_s})


@dataclass
class _Desk:
    """Hands parts out to workers until every part has a division."""

    district: District
    request: PlanRequest
    scope: Scope
    executor: Executor
    progress: Progress
    cpu_s: float = 0.0
    trace: list[tuple[float, str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        general = [g for g in self.scope.kept if self.scope.start.grids[g].kind is GridKind.GENERAL]
        self.kept = len(general)
        kept_people = int(self.district.atoms.people[np.isin(self.scope.start.assignment, general)].sum())
        self.people = kept_people + sum(part.people for part in self.scope.parts)
        self.ranges = [usable_range(part) for part in self.scope.parts]
        self.total = self._total()
        self.mean = self.people / (self.total + self.kept) if self.total else 0.0
        self.measured: list[dict[int, Divided]] = [{} for _part in self.scope.parts]
        self.least = self._lower_curves()
        self.begun = monotonic()

    def _lower_curves(self) -> list[dict[int, float]]:
        """Return the proven least pieces of each part by number of grids."""
        tasks = [
            CurveTask(part, numbers, MAX_SETS)
            for part, numbers in zip(self.scope.parts, self.ranges, strict=True)
        ]
        curves = list(self.executor.run(run_curve, tasks, self.progress))
        self.cpu_s += sum(curve.cpu_s for curve in curves)
        return [curve.least for curve in curves]

    def _total(self) -> int | None:
        """Return how many grids the parts share, None where the number is free."""
        if not isinstance(self.request.total, int):
            return None
        return admissible_total(self.request.total - self.kept, self.ranges)

    def divide_all(self) -> list[Divided]:
        """Return the divisions of the best shares found: measured costs replace estimates."""
        for _round in range(_ROUNDS):
            shares = self._shares()
            missing = [(i, k) for i, k in enumerate(shares) if k not in self.measured[i]]
            if not missing:
                break
            self._measure(missing)
        else:
            shares = self._shares(measured_only=True)
        return [self.measured[i][k] for i, k in enumerate(shares)]

    def _shares(self, measured_only: bool = False) -> list[int]:
        """Return the best number of grids per part on the costs known so far."""
        curves = [
            {k: self._cost(i, k) for k in numbers if not measured_only or k in self.measured[i]}
            for i, numbers in enumerate(self.ranges)
        ]
        if self.total is None:
            return [min(curve, key=lambda k, c=curve: (c[k], k)) for curve in curves]  # type: ignore[misc]
        return best_shares(curves, self.total)[0]

    def _cost(self, i: int, k: int) -> float:
        """Return the measured cost of k grids in a part, or a hopeful estimate."""
        part, done = self.scope.parts[i], self.measured[i].get(k)
        broken = BREACH_COST * done.breaches if done else 0.0
        if done is None and self.least[i][k] == inf:
            return 2 * BREACH_COST
        if self.total is None:
            return broken + 100.0 * k
        even = even_cost(part.people, k, self.mean)
        if self.request.mode != "keep" or self.request.order:
            return broken + even
        if done is None:
            return self.least[i][k] + 0.12 * even + 0.02 * k
        return broken + done.cost

    def _measure(self, wanted: list[tuple[int, int]]) -> None:
        tasks = [
            DivideTask(
                self.scope.parts[i],
                k,
                self.request.mode,
                self.request.order,
                self.mean,
                Effort(),
                self.request.seed,
            )
            for i, k in wanted
        ]
        results = self.executor.run(run_divide, tasks, self.progress)
        for done, ((i, k), result) in enumerate(zip(wanted, results, strict=True), 1):
            self.measured[i][k] = result.divided
            self.cpu_s += result.cpu_s
            part = self.scope.parts[i]
            self.trace.append((monotonic() - self.begun, part.code, result.divided.cost))
            name = str(self.district.communities.names[part.community])
            self.progress.step(done, len(wanted), _("Planning {community}").format(community=name))
