# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plan does not depend on where its parts are planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import pytest

from gridplanner.errors import Cancelled
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.progress import Inline, Progress, Silent
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
