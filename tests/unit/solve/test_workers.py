# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plan does not depend on where its parts are planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from gridplanner.errors import Cancelled
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.progress import Inline, Progress, Silent
from gridplanner.solve.decompose import scope_of
from gridplanner.solve.engine import propose
from gridplanner.workspace.executors import Processes
from tests.unit.solve.cities import city

T = TypeVar("T")
R = TypeVar("R")
RULES = RuleSet(people=Band(1000, 2000), service_radius=RadiusRule(400))


class Backwards:
    """An executor that works from the last task to the first, as a busy pool might."""

    workers = 2

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        results = [function(task) for task in reversed(tasks)]
        yield from reversed(results)


class Stops(Silent):
    """A user who cancels at once."""

    def cancelled(self) -> bool:
        return True


def test_order_of_work_does_not_matter() -> None:
    district = city(11, communities=3, atoms_each=60)
    request = PlanRequest(total=int(district.atoms.people.sum() / 1500), certify_s=0.0)
    one = propose(district, RULES, request, Inline()).plan
    other = propose(district, RULES, request, Backwards()).plan
    assert np.array_equal(one.assignment, other.assignment)


@pytest.mark.slow
def test_two_processes_make_the_same_plan() -> None:
    district = city(12, communities=2, atoms_each=50)
    request = PlanRequest(total="fewest", certify_s=0.0)
    other = propose(district, RULES, request, Processes(2)).plan
    one = propose(district, RULES, request, Inline()).plan
    assert np.array_equal(one.assignment, other.assignment)


def test_cancelled_work_leaves_nothing_behind() -> None:
    with pytest.raises(Cancelled):
        propose(city(13, communities=2, atoms_each=40), RULES, PlanRequest(), Inline(), Stops())


class StopsAfter(Silent):
    """A user who cancels once so many steps are done."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, done: int, total: int, text: str) -> None:
        self.left -= 1

    def cancelled(self) -> bool:
        return self.left <= 0


def test_who_stops_later_keeps_the_best_plan_so_far() -> None:
    """All parts are proven and divided once; what comes after that only makes the plan better."""
    district = city(11, communities=2, atoms_each=40)
    total = int(district.atoms.people.sum() / 1500)
    request = PlanRequest(total=total, certify_s=60.0)
    parts = len(scope_of(district, RULES, request).parts)
    stopped = propose(district, RULES, request, Inline(), StopsAfter(2 * parts))
    assert stopped.plan.general().sum() == total
    assert (stopped.plan.assignment >= 0).all()
    whole = propose(district, RULES, replace(request, certify_s=0.0))
    assert stopped.certificate.total["pieces"].value >= whole.certificate.total["pieces"].bound


def test_who_stops_the_proof_keeps_the_plan() -> None:
    """The plan does not depend on how long it was proven."""
    district = city(11, communities=2, atoms_each=40)
    request = PlanRequest(total=int(district.atoms.people.sum() / 1500), mode="balance", certify_s=60.0)
    whole = propose(district, RULES, replace(request, certify_s=0.0)).plan
    steps = 0

    class Counts(Silent):
        def step(self, done: int, total: int, text: str) -> None:
            nonlocal steps
            steps += 1

    propose(district, RULES, replace(request, certify_s=0.0), Inline(), Counts())
    stopped = propose(district, RULES, request, Inline(), StopsAfter(steps + 1)).plan
    assert np.array_equal(stopped.assignment, whole.assignment)


class CountsTasks(Inline):
    """An executor that counts the tasks of each kind."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        name = getattr(function, "__name__", "")
        self.count[name] = self.count.get(name, 0) + len(tasks)
        return super().run(function, tasks, progress)


@pytest.mark.parametrize("total", ["number", "fewest"])
def test_a_stopped_run_is_taken_up_again(total: str) -> None:
    """What it had done stands, and no worse plan comes of going on."""
    district = city(11, communities=2, atoms_each=40)
    asked: int | str = int(district.atoms.people.sum() / 1500) if total == "number" else "fewest"
    request = PlanRequest(total=asked, certify_s=0.0)
    parts = len(scope_of(district, RULES, request).parts)
    stopped = propose(district, RULES, request, Inline(), StopsAfter(2 * parts)).plan
    first, again = CountsTasks(), CountsTasks()
    whole = propose(district, RULES, request, first)
    resumed = propose(district, RULES, replace(request, resume=True), again, start=stopped)
    kind = "run_divide" if total == "number" else "run_fewest"
    assert again.count.get(kind, 0) < first.count[kind]
    for objective in ("grids", "pieces"):
        assert resumed.certificate.total[objective].bound == whole.certificate.total[objective].bound
    assert resumed.plan.general().sum() == whole.plan.general().sum()
    once_more = propose(district, RULES, replace(request, resume=True), start=resumed.plan)
    assert once_more.certificate.total["pieces"].value <= resumed.certificate.total["pieces"].value


def test_a_plan_that_breaks_a_rule_is_not_taken_up() -> None:
    district = city(11, communities=2, atoms_each=40)
    request = PlanRequest(total=int(district.atoms.people.sum() / 1500), certify_s=0.0, resume=True)
    first, again = CountsTasks(), CountsTasks()
    whole = propose(district, RULES, replace(request, resume=False), first).plan
    resumed = propose(district, RULES, request, again)
    assert again.count["run_divide"] == first.count["run_divide"]
    assert np.array_equal(resumed.plan.assignment, whole.assignment)
