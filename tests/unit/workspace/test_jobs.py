# SPDX-License-Identifier: LGPL-3.0-or-later
"""Work in other processes: results, errors, cancel, and workers that die."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridplanner.errors import Cancelled, DataError, UserError
from gridplanner.progress import Inline, Silent
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.jobs import Job, JobNews
from tests.unit.workspace.job_work import die_once, slow, square


def wait(job: Job, seconds: float = 20) -> JobNews:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        news = job.poll()
        if news.finished:
            return news
        time.sleep(0.01)
    raise AssertionError("the job did not end")


def test_job_returns_its_result_and_its_last_step() -> None:
    news = wait(Job("tests.unit.workspace.job_work:count_to", {"n": 5}))
    assert (news.result, news.done, news.total, news.error) == (5, 5, 5, None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("refuse", UserError), ("refuse_data", DataError), ("crash", RuntimeError), ("die", RuntimeError)],
)
def test_job_hands_every_kind_of_error_over(name: str, kind: type[Exception]) -> None:
    news = wait(Job(f"tests.unit.workspace.job_work:{name}", {}))
    assert type(news.error) is kind
    if name == "refuse_data":
        assert news.error.findings[0].text == "row 4"


@pytest.mark.parametrize(("name", "arguments"), [("count_to", {"n": 100000}), ("hang", {})])
def test_cancel_ends_a_job_whether_it_listens_or_not(name: str, arguments: dict[str, int]) -> None:
    job = Job(f"tests.unit.workspace.job_work:{name}", arguments)
    time.sleep(0.5)
    started = time.monotonic()
    job.cancel()
    news = wait(job, 2)
    assert isinstance(news.error, Cancelled)
    assert time.monotonic() - started < 2


@pytest.fixture
def processes() -> Iterator[Processes]:
    executor = Processes(2)
    yield executor
    executor.close(kill=True)


def test_results_come_in_the_order_of_the_tasks(processes: Processes) -> None:
    tasks = list(range(20))
    assert list(processes.run(square, tasks, Silent())) == list(Inline().run(square, tasks, Silent()))


def test_tasks_of_a_dead_worker_are_done_again(processes: Processes, tmp_path: Path) -> None:
    tasks = [(str(tmp_path / "died"), i) for i in range(4)]
    assert list(processes.run(die_once, tasks, Silent())) == [0, 1, 2, 3]


def test_cancel_does_not_wait_for_running_tasks(processes: Processes) -> None:
    class Impatient(Silent):
        def cancelled(self) -> bool:
            return time.monotonic() > started + 0.5

    started = time.monotonic()
    with pytest.raises(Cancelled):
        list(processes.run(slow, [1, 2, 3, 4], Impatient()))
    assert time.monotonic() - started < 3
