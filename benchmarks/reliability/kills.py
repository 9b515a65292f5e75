# SPDX-License-Identifier: LGPL-3.0-or-later
"""R1, R3, R5: kill -9 while saving, editing and exporting; what was acknowledged must be there."""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.io.transaction import export_folder
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.workspace.commands import EditGrid, MoveAtoms
from gridplanner.workspace.session import Session, open_as_saved, open_session

_FILES = 12


def kill_while(work: Callable[[Callable[[int], None]], None], after_s: float) -> int:
    """Run `work` in a forked process and kill it; return the last number it acknowledged, -1 if none.

    A fork starts at once, where a new interpreter would spend its life importing.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            work(lambda number: os.write(writing, struct.pack("<q", number)))  # type: ignore[arg-type,func-returns-value]
        finally:
            os._exit(0)
    os.close(writing)
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    said = b""
    while chunk := os.read(reading, 65536):
        said += chunk
    os.close(reading)
    return struct.unpack("<q", said[-8:])[0] if len(said) >= 8 else -1


def _next_window(window: float, acknowledged: int) -> float:
    """Return when the next kill may come, so that on any machine about half of them find a finished step."""
    return min(window * 1.15, 5.0) if acknowledged < 0 else max(window * 0.9, 0.01)


# --- R1 ------------------------------------------------------------------------------------------------


def saving(runs: int, seed: int = 1, side: int = 20) -> Run:
    """R1: a project killed while saving is the old or the new one, and never older than acknowledged."""
    rng, original = random.Random(seed), subjects.project(side)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        started = time.perf_counter()
        save_project(path, subjects.marked(original, 0))
        duration = time.perf_counter() - started
        standing, window = 0, 4 * duration
        for _run in range(runs):
            first = standing + 1
            acknowledged = kill_while(
                lambda tell, start=first: _save_on(path, original, start, tell), rng.uniform(0, window)
            )
            window = _next_window(window, acknowledged)
            try:
                found = subjects.mark_of(open_project(path), original)
            except (UserError, ValueError) as error:
                failures.append(str(error))
                save_project(path, subjects.marked(original, standing))
                continue
            lowest = max(acknowledged, standing)
            if not lowest <= found <= lowest + 1:
                failures.append(f"found save {found} after {lowest} was acknowledged")
            standing = found
    return Run("R1", runs, tuple(failures), f"{standing} saves went through, {duration * 1000:.0f} ms each")


def _save_on(path: Path, original: ProjectContents, mark: int, tell: Callable[[int], None]) -> None:
    while True:
        save_project(path, subjects.marked(original, mark))
        tell(mark)
        mark += 1


# --- R3 ------------------------------------------------------------------------------------------------


def editing(runs: int, seed: int = 1, side: int = 12) -> Run:
    """R3: after a crash at most the step in progress is lost, and the offer comes at once."""
    rng, original = random.Random(seed), subjects.project(side)
    failures: list[str] = []
    slowest, recovered = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        save_project(path, original)
        for run in range(runs):
            acknowledged = kill_while(lambda tell, s=run: _edit_on(path, s, tell), rng.uniform(0.02, 0.3))
            started = time.perf_counter()
            session, offer = open_session(path)
            slowest = max(slowest, time.perf_counter() - started)
            steps = offer.steps if offer else 0
            recovered += steps
            if not acknowledged <= steps <= acknowledged + 1 and acknowledged >= 0:
                failures.append(f"{steps} steps after {acknowledged} were acknowledged")
            if offer and not _same_plan(_replayed(original, run, steps), offer.contents):
                failures.append(f"run {run}: the steps give another plan")
            (session or open_as_saved(path)).close(discard=True)
    note = f"{recovered} steps recovered, offer after at most {slowest:.2f} s"
    return Run("R3", runs, tuple(failures), note)


def _commands(seed: int, contents: ProjectContents) -> list[EditGrid | MoveAtoms]:
    """Return 200 steps that can be worked out again from the seed."""
    rng = random.Random(seed)
    atoms, grids = len(contents.district.atoms), len(contents.district.grids_before)
    return [
        EditGrid(rng.randrange(grids), name=f"名称{i}")
        if rng.random() < 0.5
        else MoveAtoms((rng.randrange(atoms),), rng.randrange(grids))
        for i in range(200)
    ]


def _edit_on(path: Path, seed: int, tell: Callable[[int], None]) -> None:
    session, _offer = open_session(path)
    if not isinstance(session, Session):
        return
    tell(0)
    for done, command in enumerate(_commands(seed, session.workspace.contents), 1):
        session.workspace.do(command)
        tell(done)
    time.sleep(60)


def _replayed(original: ProjectContents, seed: int, steps: int) -> Plan:
    plan = original.scenarios[subjects.NAME].plan
    for command in _commands(seed, original)[:steps]:
        plan = command.apply(plan, original.district)
    return plan


def _same_plan(plan: Plan, contents: ProjectContents) -> bool:
    other = contents.scenarios[subjects.NAME].plan
    return np.array_equal(plan.assignment, other.assignment) and plan.grids == other.grids


# --- R5 ------------------------------------------------------------------------------------------------


def exporting(runs: int, seed: int = 1) -> Run:
    """R5: an export killed over an existing set leaves the old set or the new one, whole."""
    rng = random.Random(seed)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "成果"
        _export(out, 0)
        started = time.perf_counter()
        _export(out, 0)
        duration = time.perf_counter() - started
        standing, window = 0, 4 * duration
        for _run in range(runs):
            first = standing + 1
            said = kill_while(lambda tell, start=first: _export_on(out, start, tell), rng.uniform(0, window))
            window = _next_window(window, said)
            marks = _marks_of(out)
            lowest = max(said, standing)
            if len(marks) != 1 or not lowest <= min(marks) <= lowest + 1:
                failures.append(f"marks {sorted(marks)} after {lowest} was acknowledged")
            standing = max(marks, default=standing)
        _export(out, standing + 1)
        left = [path.name for path in Path(folder).iterdir() if path != out]
        failures += [f"left behind: {name}" for name in left]
    return Run("R5", runs, tuple(failures), f"{standing} exports went through, {duration * 1000:.0f} ms each")


def _export(out: Path, mark: int) -> None:
    with export_folder(out) as folder:
        names = [f"{'shp/' if i % 2 else ''}f{i}.csv" for i in range(_FILES)]
        (folder / "shp").mkdir()
        for name in names:
            (folder / name).write_text(f"{mark}\n" * 500)
        (folder / "summary.json").write_text(json.dumps({"outputs": [*names, "summary.json"], "mark": mark}))


def _export_on(out: Path, mark: int, tell: Callable[[int], None]) -> None:
    while True:
        _export(out, mark)
        tell(mark)
        mark += 1


def _marks_of(out: Path) -> set[int]:
    marks = {int(json.loads((out / "summary.json").read_text())["mark"])} if out.exists() else set()
    for i in range(_FILES):
        lines = (out / f"{'shp/' if i % 2 else ''}f{i}.csv").read_text().splitlines()
        marks |= {int(line) for line in lines} if len(lines) == 500 else {-1}
    return marks
