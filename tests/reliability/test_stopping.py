# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cancelled export leaves the old set; a district without memory for it is refused first (R20)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.reliability import stopping, subjects
from gridplanner.errors import Cancelled
from gridplanner.maps.options import MapOptions
from gridplanner.model.project import ProjectContents, Scenario
from gridplanner.progress import Inline
from gridplanner.workspace.config import ExportOptions
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.handover.export import export
from gridplanner.workspace.scene import desk, registry

LIGHT = ExportOptions(maps=MapOptions(sheets=(), dpi=50))
FACTS = {"seconds": 0.0, "cpu_seconds": {}, "seed": 1, "numbering": "keep"}


def nap(seconds: float) -> float:
    """Work that looks at nothing until it is done."""
    time.sleep(seconds)
    return seconds


@pytest.mark.skipif(os.name == "nt", reason="peaks of memory are read as POSIX tells them")
def test_r20_memory_is_estimated_before_the_work() -> None:
    assert stopping.too_large().kept


def test_a_wish_ends_a_task_that_never_looks() -> None:
    executor = Processes(1)
    list(executor.run(nap, [0.0], stopping.Wish(60)))
    wish = stopping.Wish(0.2)
    with pytest.raises(Cancelled):
        list(executor.run(nap, [30.0], wish))
    # The limit itself, 0.3 s, is for the benchmark on a quiet machine.
    assert time.perf_counter() - wish.at < 3
    executor.close(kill=True)


def test_a_cancelled_export_leaves_the_old_set(tmp_path: Path) -> None:
    outcome = subjects.outcome()
    plan = outcome.after.plan.renamed("一")
    contents = ProjectContents(outcome.district, outcome.rules, outcome.request, {"一": Scenario(plan)}, "一")
    shown = replace(outcome, after=replace(outcome.after, plan=plan))
    out = tmp_path / "成果"
    export(shown, contents, out, LIGHT, FACTS, Inline())
    before = stopping._listing(out)
    with pytest.raises(Cancelled):
        export(shown, contents, out, LIGHT, FACTS, Inline(), stopping.Wish(0.05))
    assert stopping._listing(out) == before and list(tmp_path.iterdir()) == [out]


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[..., Any]], desk.Desk]]:
    """Give a desk whose worker is a thread and knows one question, `task`."""
    made: list[tuple[desk.Desk, threading.Thread]] = []

    def start(task: Callable[..., Any]) -> desk.Desk:
        monkeypatch.setattr(registry, "TASKS", {"task": task})
        ours, theirs = Pipe()
        asked = desk.Desk()
        asked._line = desk._Line(ours, asked._news)
        asked._process = SimpleNamespace(is_alive=lambda: True)
        worker = threading.Thread(target=desk._serve, args=(theirs,), daemon=True)
        for thread in (worker, threading.Thread(target=asked._line.listen, daemon=True)):
            thread.start()
        made.append((asked, worker))
        return asked

    yield start
    for asked, worker in made:
        assert asked._line is not None
        asked._line.send("leave", 0, "", {})
        worker.join()


def answered(asked: desk.Desk) -> list[desk.Answer]:
    """Return all answers until nothing is open."""
    answers: list[desk.Answer] = []
    while asked.busy:
        answers += asked.poll()
        time.sleep(0.002)
    return answers


def stopped(asked: desk.Desk, begun: threading.Event) -> list[desk.Answer]:
    """Ask, stop once the work has begun; return all answers."""
    ticket = asked.ask("task")
    begun.wait()
    asked.cancel(ticket)
    return answered(asked)


@pytest.mark.parametrize("hears", [True, False])
def test_a_question_that_never_looks_is_given_up_and_changes_nothing(
    asking: Any, monkeypatch: pytest.MonkeyPatch, hears: bool
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    changed = []
    if not hears:
        # As while a library holds the interpreter: the stop lies unread in the pipe.
        monkeypatch.setattr(desk._Reporter, "stop", lambda reporter: None)

    def long_call(_state: object, progress: Any) -> str:
        begun.set()
        go_on.wait()
        try:
            progress.settle()
            changed.append("the project")
        finally:
            ended.set()
        return "too late"

    asked = asking(long_call)
    answers = stopped(asked, begun)
    assert isinstance(answers[-1].value, Cancelled)
    go_on.set()
    ended.wait()
    assert not changed and not asked.poll()


def test_what_is_cleared_away_after_a_stop_is_not_waited_for(
    asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "GRACE_S", 600.0)
    begun, go_on = threading.Event(), threading.Event()

    def tidy(_state: object, progress: Any) -> None:
        begun.set()
        try:
            while True:
                progress.step(0, 1, "")
                time.sleep(0.01)
        finally:
            go_on.wait()

    assert isinstance(stopped(asking(tidy), begun)[-1].value, Cancelled)
    go_on.set()


def test_the_same_question_waits_for_the_one_that_was_given_up(asking: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def writes(_state: object, _progress: Any) -> None:
        order.append("begins")
        begun.set()
        go_on.wait()
        order.append("ends")

    asked = asking(writes)
    stopped(asked, begun)
    asked.ask("task")
    time.sleep(0.2)
    go_on.set()
    answered(asked)
    assert order == ["begins", "ends", "begins", "ends"]


def test_a_question_that_noticed_the_stop_may_give_its_best(
    asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "KEEP_BEST", {"task"})
    monkeypatch.setattr(desk, "GRACE_S", 2.0)
    begun = threading.Event()

    def search(_state: object, progress: Any) -> str:
        begun.set()
        while not progress.cancelled():
            time.sleep(0.01)
        time.sleep(2.2)
        return "the best so far"

    answers = stopped(asking(search), begun)
    assert (answers[-1].kind, answers[-1].value) == ("result", "the best so far")


def test_a_question_that_has_settled_is_finished(asking: Any) -> None:
    begun = threading.Event()

    def opening(_state: object, progress: Any) -> str:
        progress.settle()
        progress.settle()
        progress.part("the map")
        begun.set()
        time.sleep(3 * desk.GRACE_S)
        progress.step(1, 1, "no more looks matter")
        return "the project"

    answers = stopped(asking(opening), begun)
    assert [answer.kind for answer in answers] == ["part", "step", "result"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent as a POSIX signal")
def test_ctrl_c_ends_work_that_never_looks_and_cleans_up(tmp_path: Path) -> None:
    program = """
import atexit, sys, tempfile, time
from gridplanner.cli.outermost import leave, run_outermost

def work(arguments):
    with tempfile.TemporaryDirectory(dir=arguments[0]):
        print("at work", flush=True)
        time.sleep(30)
    return 0

atexit.register(print, "locks given free")
leave(run_outermost(work, sys.argv[1:]))
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"at work\n"
        process.send_signal(signal.SIGINT)
        wished = time.perf_counter()
        said = process.stderr.read().decode()
        assert process.stdout.read() == b"locks given free\n"
        assert time.perf_counter() - wished < 3
    assert process.returncode == 130 and len(said.splitlines()) == 1 and not list(tmp_path.iterdir())
