# SPDX-License-Identifier: LGPL-3.0-or-later
"""Planning tasks on a real Dask cluster: order kept, a killed worker's tasks done again, cancel."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from gridplanner.errors import Cancelled, UserError
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.progress import Inline, Silent
from gridplanner.solve.engine import propose
from gridplanner.workspace.executors import Cluster, Processes
from tests.unit.solve.cities import city
from tests.unit.workspace.job_work import slow, square, wait_and_square

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster' (distributed)")


@pytest.fixture(scope="module")
def local_cluster() -> Iterator[object]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster


@pytest.fixture
def executor(local_cluster: object) -> Iterator[Cluster]:
    executor = Cluster(local_cluster.scheduler_address)
    yield executor
    executor.close()


def test_results_come_in_the_order_of_the_tasks(executor: Cluster) -> None:
    assert executor.workers == 2
    assert list(executor.run(square, [3, 1, 2], Silent())) == [9, 1, 4]


def test_tasks_of_a_killed_worker_are_done_again(executor: Cluster, local_cluster: object) -> None:
    results = executor.run(wait_and_square, list(range(12)), Silent())
    first = next(results)
    next(iter(local_cluster.workers.values())).process.process.kill()
    assert [first, *results] == [i * i for i in range(12)]


RULES = RuleSet(people=Band(1000, 2000), service_radius=RadiusRule(400))


@pytest.mark.slow
def test_engine_makes_the_same_plan_here_in_processes_and_on_a_cluster(executor: Cluster) -> None:
    district = city(14, communities=3, atoms_each=50)
    total = int(district.atoms.people.sum() / 1500)
    request = PlanRequest(total=total, certify_s=0.0, effort="quick")
    here = propose(district, RULES, request, Inline())
    processes = Processes(2)
    beside = propose(district, RULES, request, processes)
    processes.close()
    there = propose(district, RULES, request, executor)
    for other in (beside, there):
        assert np.array_equal(here.plan.assignment, other.plan.assignment)
        assert here.certificate.total == other.certificate.total


@pytest.mark.slow
def test_a_worker_killed_while_the_engine_plans_changes_nothing(
    executor: Cluster, local_cluster: object
) -> None:
    district = city(15, communities=4, atoms_each=50)
    request = PlanRequest(total="fewest", certify_s=0.0)
    here = propose(district, RULES, request, Inline())

    class Kills(Silent):
        """Kills a worker at the first part that is reported."""

        def __init__(self) -> None:
            self.killed = 0

        def step(self, done: int, total: int, text: str) -> None:
            if not self.killed:
                worker = next(iter(local_cluster.workers.values())).process.process
                self.killed = worker.pid
                worker.kill()

    kills = Kills()
    there = propose(district, RULES, request, executor, kills)
    assert kills.killed
    assert np.array_equal(here.plan.assignment, there.plan.assignment)


def test_cancel_does_not_wait_for_running_tasks(executor: Cluster) -> None:
    started = time.monotonic()

    class Impatient(Silent):
        def cancelled(self) -> bool:
            return time.monotonic() > started + 0.3

    with pytest.raises(Cancelled):
        list(executor.run(slow, [1, 2, 3, 4], Impatient()))
    assert time.monotonic() - started < 3


def test_silent_address_is_one_sentence() -> None:
    with pytest.raises(UserError):
        Cluster("tcp://127.0.0.1:9")
