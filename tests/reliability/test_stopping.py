# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cancelled export leaves the old set; a district without memory for it is refused first (R20)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
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


def ask_and_stop(
    monkeypatch: pytest.MonkeyPatch, task: Callable[..., Any]
) -> tuple[list[desk.Answer], float]:
    """Have the window's worker do a task, stop it soon; return its answers and the time to the last."""
    monkeypatch.setattr(registry, "TASKS", {"task": task})
    ours, theirs = Pipe()
    worker = threading.Thread(target=desk._serve, args=(theirs,), daemon=True)
    worker.start()
    ours.send(("ask", 1, "task", {}))
    time.sleep(0.1)
    ours.send(("stop", 1, "", {}))
    wished, answers = time.perf_counter(), [ours.recv()]
    while not answers[-1].final:
        answers.append(ours.recv())
    took = time.perf_counter() - wished
    time.sleep(0.5)
    assert not ours.poll(), "something was said after the last answer"
    ours.close()
    worker.join()
    return answers, took


def test_a_question_that_never_looks_is_given_up_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = []

    def long_call(_state: object, progress: Any) -> str:
        time.sleep(0.5)
        progress.step(1, 1, "the look before what lasts")
        changed.append("the project")
        return "too late"

    answers, took = ask_and_stop(monkeypatch, long_call)
    assert isinstance(answers[-1].value, Cancelled) and took < 0.35
    assert not changed


def test_a_question_that_noticed_the_stop_may_give_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(_state: object, progress: Any) -> str:
        while not progress.cancelled():
            time.sleep(0.01)
        time.sleep(2 * desk.GRACE_S)
        return "the best so far"

    answers, _took = ask_and_stop(monkeypatch, search)
    assert (answers[-1].kind, answers[-1].value) == ("result", "the best so far")


def test_a_question_that_has_settled_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def opening(_state: object, progress: Any) -> str:
        progress.settle()
        progress.part("the map")
        time.sleep(3 * desk.GRACE_S)
        progress.step(1, 1, "no more looks matter")
        return "the project"

    answers, _took = ask_and_stop(monkeypatch, opening)
    assert [answer.kind for answer in answers] == ["part", "step", "result"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent as a POSIX signal")
def test_ctrl_c_ends_work_that_never_looks_and_cleans_up(tmp_path: Path) -> None:
    program = """
import sys, tempfile, time
from gridplanner.cli.outermost import run_outermost

def work(arguments):
    with tempfile.TemporaryDirectory(dir=arguments[0]):
        print("at work", flush=True)
        time.sleep(30)
    return 0

sys.exit(run_outermost(work, sys.argv[1:]))
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"at work\n"
        process.send_signal(signal.SIGINT)
        wished = time.perf_counter()
        said = process.stderr.read().decode()
        assert time.perf_counter() - wished < 3
    assert process.returncode == 130 and len(said.splitlines()) == 1 and not list(tmp_path.iterdir())
