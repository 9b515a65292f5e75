# SPDX-License-Identifier: LGPL-3.0-or-later
"""The desk that hands parts to workers: shares the grids out, collects divisions, then proofs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic

import numpy as np

from gridplanner.errors import Cancelled
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.request import PlanRequest
from gridplanner.progress import Executor, Progress
from gridplanner.solve.convergence import Drawn
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import DRAFT, FULL, Divided, Effort, unavoidable
from gridplanner.solve.fewest import FEW, FewestTask, run_fewest
from gridplanner.solve.keep import Learned, Seen
from gridplanner.solve.olds import MAX_SETS
from gridplanner.solve.part import Part
from gridplanner.solve.prove import ProveTask, run_prove
from gridplanner.solve.prove_even import UnevenTask, run_uneven
from gridplanner.solve.ranges import usable_range
from gridplanner.solve.reasons import admissible_total
from gridplanner.solve.resume import taken_up
from gridplanner.solve.revise import ReviseTask, run_revise
from gridplanner.solve.share import best_shares, even_cost
from gridplanner.solve.work import DivideTask, RepairTask, run_divide, run_repair
from gridplanner.texts import _

#: Cost of a broken hard rule on the curves that the sharing reads; above any number of pieces.
BREACH_COST = 1e4
#: What a draft pays, in pieces, to plan a part anew: only where it must.
_ANEW = 5.0
#: Several cities at once: above so many atoms each part gets a quarter of the work, and the shares
#: are settled in few rounds. One city then has as many pieces as with all the work, within two.
_MANY_ATOMS = 20_000
_MANY = Effort(steps=15_000, rescue=4, clusters=6, cluster_steps=1_500, cluster_runs=1, rounds=3)


@dataclass
class Desk:
    """Hands parts out to workers until every part has a division, then until it is proven or time is up.

    Parameters
    ----------
    district : District
    request : PlanRequest
    scope : Scope
    executor : Executor
    progress : Progress
    """

    district: District
    request: PlanRequest
    scope: Scope
    executor: Executor
    progress: Progress
    cpu_s: dict[str, float] = field(default_factory=lambda: {"solve": 0.0, "certify": 0.0})
    drawn: list[Drawn] = field(default_factory=list)

    def __post_init__(self) -> None:
        general = [g for g in self.scope.kept if self.scope.start.grids[g].kind is GridKind.GENERAL]
        self.kept = len(general)
        kept_people = int(self.scope.load[np.isin(self.scope.start.assignment, general)].sum())
        self.people = kept_people + sum(part.people for part in self.scope.parts)
        self.effort = self._effort()
        self.ranges = [usable_range(part) for part in self.scope.parts]
        self.total = self._total()
        if self.total is not None and len(self.ranges) == 1:
            self.ranges = [range(self.total, self.total + 1)]
        self.mean = self.people / (self.total + self.kept) if self.total else 0.0
        self.measured: list[dict[int, Divided]] = (
            taken_up(self.scope, self.request, self.ranges, self.mean)
            if self.request.resume
            else [{} for _part in self.scope.parts]
        )
        self.seen: list[Seen | None] = [None for _part in self.scope.parts]
        self.begun = monotonic()
        self.known: list[dict[tuple[int, int], tuple[float, float]]] = [{} for _part in self.scope.parts]
        self.least: list[dict[int, float]] = [{} for _part in self.scope.parts]
        #: Per part, numbers of grids whose bound no further work can raise.
        self.spent: list[frozenset[int]] = [frozenset() for _part in self.scope.parts]
        #: Per part, number of grids to the proven least sum of |people / mean - 1|, where it was asked for.
        self.uneven: list[dict[int, float]] = [{} for _part in self.scope.parts]
        #: Per part, numbers of grids that the radius is proven to rule out.
        self.refuted: list[tuple[int, ...]] = [() for _part in self.scope.parts]
        self._bound([(i, {}) for i in range(len(self.scope.parts))], 0.0, "solve")

    def _effort(self) -> Effort:
        """Return how hard the parts are worked on: as asked, and less where there are many."""
        if self.request.effort == "quick":
            return DRAFT
        many = sum(len(part) for part in self.scope.parts) > _MANY_ATOMS
        return _MANY if many else FULL

    def _bound(self, wanted: list[tuple[int, dict[int, float]]], seconds: float, purpose: str) -> None:
        """Prove bounds for some parts: (part, goals by number of grids); `seconds` of wall time for each."""
        parts, first = self.scope.parts, self.request.total == "fewest"
        # Where pieces are no goal, their bound need not be the sharpest.
        light = first or self.request.mode != "keep" or bool(self.request.order)
        tasks = [
            ProveTask(
                parts[i], self._numbers(i, goals), MAX_SETS, goals, seconds, self.known[i], first, light
            )
            for i, goals in wanted
        ]
        results = self.executor.run(run_prove, tasks, self.progress)
        for done, ((i, _goals), curve) in enumerate(zip(wanted, results, strict=True), 1):
            self.least[i] = {**curve.least, **dict.fromkeys(self.refuted[i], inf)}
            self.known[i], self.spent[i] = curve.known, self.spent[i] | curve.spent
            self.cpu_s[purpose] += curve.cpu_s
            self.progress.step(done, len(wanted), _("Proving {community}").format(community=self._name(i)))

    def _numbers(self, i: int, goals: dict[int, float]) -> tuple[int, ...]:
        """Return the numbers of grids to bound in a part: all of them, or the least where few are wanted."""
        numbers = self.ranges[i][:FEW] if self.request.total == "fewest" else self.ranges[i]
        return tuple(sorted({*numbers, *goals}))

    def _name(self, i: int) -> str:
        return str(self.district.communities.names[self.scope.parts[i].community])

    def prove(self, divided: list[Divided]) -> None:
        """Raise the bounds that the certificate needs, for as long as the request allows.

        The plan is not changed by it, so the plan does not depend on the speed of the machine.
        A draft has the cheap bounds only.
        """
        if not self.effort.again:
            return
        try:
            self._prove_until(divided, monotonic() + self.request.certify_s)
        except Cancelled:
            # The plan stands, with what is proven so far.
            return

    def _prove_until(self, divided: list[Divided], deadline: float) -> None:
        if self.request.mode != "keep" or self.request.order:
            self._prove_even(divided, deadline)
        while monotonic() < deadline and not self.progress.cancelled():
            goals = self._goals(divided)
            left = deadline - monotonic()
            if not goals or left <= 0:
                return
            share = max(0.5, left * self.executor.workers / (len(goals) + self.executor.workers))
            self._bound(goals, min(share, left), "certify")

    def _prove_even(self, divided: list[Divided], deadline: float) -> None:
        """Raise the bounds on the deviation: for the plan's shares, and those that hold the total down."""
        while self.mean > 0 and monotonic() < deadline and not self.progress.cancelled():
            curves = [self._floors(i, done) for i, done in enumerate(divided)]
            shares = best_shares(curves, sum(done.k for done in divided))[0]
            wanted = [
                (i, k)
                for i, done in enumerate(divided)
                for k in sorted({done.k, shares[i]} - set(self.uneven[i]))
                if k != done.k or self._unevenness(done) > curves[i][k] + 1e-9
            ]
            if not wanted:
                return
            left = deadline - monotonic()
            tasks = [UnevenTask(self.scope.parts[i], k, self.mean, max(0.1, left / 4)) for i, k in wanted]
            results = self.executor.run(run_uneven, tasks, self.progress)
            for (i, k), result in zip(wanted, results, strict=True):
                self.uneven[i][k] = result.least
                self.cpu_s["certify"] += result.cpu_s

    def _floors(self, i: int, done: Divided) -> dict[int, float]:
        """Return the proven least unevenness of a part by number of grids, the impossible ones left out."""
        people, known = self.scope.parts[i].people, self.uneven[i]
        out = {
            k: known.get(k, even_cost(people, k, self.mean)) for k, low in self.least[i].items() if low < inf
        }
        return {k: low for k, low in out.items() if low < inf} | {
            done.k: min(self._unevenness(done), known.get(done.k, even_cost(people, done.k, self.mean)))
        }

    def _goals(self, divided: list[Divided]) -> list[tuple[int, dict[int, float]]]:
        """Return what is worth proving: the plan's own numbers, and those that hold the total bound down."""
        wanted: dict[int, dict[int, float]] = {}
        shares = [done.k for done in divided]
        if self.total is not None:
            curves = [
                {k: low for k, low in least.items() if low < inf} or {done.k: 0.0}
                for least, done in zip(self.least, divided, strict=True)
            ]
            shares = best_shares(curves, self.total)[0] if sum(map(min, curves)) <= self.total else shares
        for i, (k, done) in enumerate(zip(shares, divided, strict=True)):
            if self.total is None:
                k = max(done.k - 1, self.ranges[i].start)
            other = self.measured[i].get(k)
            legal = other is not None and other.breaches == 0
            goal = {done.k: float(done.pieces), k: float(other.pieces) if legal and other else inf}
            goal = {n: top for n, top in goal.items() if self.least[i][n] < top and n not in self.spent[i]}
            if goal and not done.breaches:
                wanted[i] = goal
        return sorted(wanted.items())

    def _total(self) -> int | None:
        """Return how many grids the parts share, None where the number is free."""
        if not isinstance(self.request.total, int):
            return None
        return admissible_total(self.request.total - self.kept, self.ranges)

    def divide_all(self) -> list[Divided]:
        """Return the divisions of the best shares found: measured costs replace estimates.

        Who stops the work after the first round keeps the best plan met until then.
        """
        revised = self._revised()
        if revised:
            return revised
        if self.request.total == "repair":
            return self._repaired()
        if self.total is None:
            return self._fewest()
        deadline = self.begun + self.request.time_limit_s
        for turn in range(self.effort.rounds):
            shares = self._shares()
            missing = [(i, k) for i, k in enumerate(shares) if k not in self.measured[i]]
            if not missing:
                break
            if turn and (monotonic() > deadline or self._enough()):
                # The first round has a division for every part, so there is always a whole plan.
                shares = self._shares(measured_only=True)
                break
            try:
                self._measure(missing)
            except Cancelled:
                if not all(self.measured):
                    raise
                shares = self._shares(measured_only=True)
                break
        else:
            shares = self._shares(measured_only=True)
        return [self.measured[i][k] for i, k in enumerate(shares)]

    def _enough(self) -> bool:
        """Tell whether a draft has a legal division of every part, as far as there is one."""
        if self.effort.again:
            return False
        shares = self._shares(measured_only=True)
        return all(
            self.measured[i][k].breaches <= unavoidable(part)
            for i, (part, k) in enumerate(zip(self.scope.parts, shares, strict=True))
        )

    def _repaired(self) -> list[Divided]:
        """Return each part mended with the fewest old grids changed."""
        today = max(1, int(self.scope.start.general().sum()))
        tasks = [
            RepairTask(part, numbers, self.people / today, self.effort, self.request.seed)
            for part, numbers in zip(self.scope.parts, self.ranges, strict=True)
        ]
        out = []
        for i, result in enumerate(self.executor.run(run_repair, tasks, self.progress)):
            out.append(result.divided)
            self.measured[i][result.divided.k] = result.divided
            self.cpu_s["solve"] += result.cpu_s
            self.progress.step(i + 1, len(tasks), _("Planning {community}").format(community=self._name(i)))
        return out

    def _revised(self) -> list[Divided]:
        """Return the edited communities improved from what they have; nothing where a rule stays broken.

        The number of grids of each part must be the one asked for; else all is planned afresh.
        """
        start = self.scope.start.assignment
        if not self.request.only or np.array_equal(start, self.district.plan_today().assignment):
            return []
        numbers = [max(1, int(part.start.max()) + 1) for part in self.scope.parts]
        usual = all(k in allowed for k, allowed in zip(numbers, self.ranges, strict=True))
        if self.request.total == "fewest" or (self.total not in (None, sum(numbers))) or not usual:
            return []
        tasks = [
            ReviseTask(
                part,
                k,
                self.request.mode,
                self.request.order,
                self.mean or part.people / k,
                self.request.seed,
            )
            for part, k in zip(self.scope.parts, numbers, strict=True)
        ]
        results = list(self.executor.run(run_revise, tasks, self.progress))
        if any(done.divided.breaches for done in results):
            return []
        for i, done in enumerate(results):
            self.measured[i][done.divided.k] = done.divided
            self.cpu_s["solve"] += done.cpu_s
        return [done.divided for done in results]

    def _fewest(self) -> list[Divided]:
        """Return each part in as few grids as the rules allow."""
        numbers = [
            tuple(k for k in allowed if self.least[i].get(k, 0.0) < inf) or tuple(allowed)
            for i, allowed in enumerate(self.ranges)
        ]
        # What was taken up again in as few grids as possible is done.
        out = {i: done[numbers[i][0]] for i, done in enumerate(self.measured) if numbers[i][0] in done}
        open_ = [i for i in range(len(numbers)) if i not in out]
        request = self.request
        tasks = [
            FewestTask(self.scope.parts[i], numbers[i], request.mode, request.order, request.seed)
            for i in open_
        ]
        results = self.executor.run(run_fewest, tasks, self.progress)
        for done, (i, result) in enumerate(zip(open_, results, strict=True), 1):
            out[i] = result.divided
            self.measured[i][result.divided.k] = result.divided
            self.refuted[i] = result.refuted
            self.least[i].update(dict.fromkeys(result.refuted, inf))
            self.cpu_s["solve"] += result.cpu_s
            self.progress.step(done, len(tasks), _("Planning {community}").format(community=self._name(i)))
        self._bound(
            [(i, {d.k: 0.0}) for i, d in sorted(out.items()) if d.k not in self.least[i]], 0.0, "solve"
        )
        for i, d in out.items():
            # Numbers that no proof was asked of are taken to be possible.
            self.least[i] = dict.fromkeys(range(self.ranges[i].start, d.k + 1), 0.0) | self.least[i]
        return [out[i] for i in range(len(numbers))]

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
            return broken + (even + self._reluctance(i) if done is None else self._unevenness(done))
        if done is None:
            return self.least[i][k] + 0.12 * even + 0.02 * k + self._reluctance(i)
        return broken + done.cost

    def _reluctance(self, i: int) -> float:
        """Return what it costs a draft to plan a part anew with another number of grids."""
        return 0.0 if self.effort.again or not self.measured[i] else _ANEW

    def _unevenness(self, done: Divided) -> float:
        """Return how far the grids of a division are from the mean, all together."""
        return sum(abs(people / self.mean - 1.0) for people in done.people)

    def task(self, part: Part, i: int, k: int) -> DivideTask:
        """Return the work of dividing a part into k grids as this request asks; `part` stands for part i."""
        request, mean = self.request, self.mean or part.people / k
        return DivideTask(part, k, request.mode, request.order, mean, self.effort, request.seed)

    def _measure(self, wanted: list[tuple[int, int]]) -> None:
        tasks = [replace(self.task(self.scope.parts[i], i, k), seen=self.seen[i]) for i, k in wanted]
        news: set[int] = set()
        results = self.executor.run(run_divide, tasks, self.progress)
        for done, ((i, k), result) in enumerate(zip(wanted, results, strict=True), 1):
            self.measured[i][k] = result.divided
            self.seen[i] = result.seen
            if self._learns(i, result.learned):
                news.add(i)
            self.cpu_s["solve"] += result.cpu_s
            self.drawn.append(Drawn(monotonic() - self.begun, i, k, result.divided.cost))
            self.progress.step(done, len(wanted), _("Planning {community}").format(community=self._name(i)))
        self._bound([(i, {}) for i in sorted(news)], 0.0, "solve")

    def _learns(self, i: int, learned: Learned) -> bool:
        """Take over what a division of a part proved; tell whether any of it is new."""
        clusters = {pair for pair in learned.clusters if self.known[i].get(pair, (0.0, 0.0))[0] < inf}
        numbers = set(learned.numbers) - set(self.refuted[i])
        self.known[i] |= dict.fromkeys(clusters, (inf, inf))
        self.refuted[i] = (*self.refuted[i], *sorted(numbers))
        return bool(clusters or numbers)
