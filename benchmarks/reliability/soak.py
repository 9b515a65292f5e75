# SPDX-License-Identifier: LGPL-3.0-or-later
"""R26: long editing neither grows nor leaves files behind. And how fast opening, saving and logging are."""

from __future__ import annotations

import gc
import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.io.project.project import open_project, save_project
from gridplanner.workspace.commands import EditGrid, MoveAtoms
from gridplanner.workspace.session import open_session

_WARM_UP_SHARE = 0.25


def soak(seconds: float, seed: int = 1) -> Run:
    """R26: edit, undo, save and reopen for a while; memory grows by less than 5 % after the warm-up."""
    rng, failures, steps = random.Random(seed), [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        save_project(path, subjects.project(16))
        started, baseline = time.monotonic(), 0
        while time.monotonic() - started < seconds:
            steps += _work(path, rng)
            if not baseline and time.monotonic() - started > seconds * _WARM_UP_SHARE:
                baseline = _resident_kb()
        grown = _resident_kb() / baseline - 1 if baseline else 0.0
        left = sorted(p.name for p in Path(folder).iterdir() if p != path)
    if grown >= 0.05:
        failures.append(f"memory grew by {grown:.1%}")
    failures += [f"left behind: {name}" for name in left]
    return Run("R26", steps, tuple(failures), f"{seconds:.0f} s, {steps} steps, memory {grown:+.1%}")


def _work(path: Path, rng: random.Random) -> int:
    """Do a session of 60 steps; the journal is cut, as it grows by design."""
    session, _offer = open_session(path)
    if session is None:
        raise RuntimeError(path)
    workspace = session.workspace
    atoms, grids = len(workspace.district.atoms), len(workspace.district.grids_before)
    for step in range(60):
        if rng.random() < 0.2:
            workspace.undo()
        elif rng.random() < 0.5:
            workspace.do(MoveAtoms((rng.randrange(atoms),), rng.randrange(grids)))
        else:
            workspace.do(EditGrid(rng.randrange(grids), name=f"名称{step}"))
    session.save()
    session.close()
    save_project(path, subjects.project(16))
    return 60


def _resident_kb() -> int:
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def speed(side: int = 80, repeats: int = 7, patience: float = 1.0) -> Run:
    """Figures of a project of the sample's size: opening <= 1 s, saving <= 0.3 s, an edit's flush <= 5 ms.

    Parameters
    ----------
    side : int
        The project has side x side areas.
    repeats : int
    patience : float
        Factor on the limits, for a machine that does other work meanwhile.
    """
    contents, failures = subjects.project(side), []
    saving, opening, flushing = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        for _repeat in range(repeats):
            saving.append(_timed(lambda: save_project(path, contents)))
            opening.append(_timed(lambda: open_project(path)))
        session, _offer = open_session(path)
        if session is None or session._log is None:
            raise RuntimeError(path)
        log = session._log
        state = session.workspace.contents
        for number in range(60):
            session.workspace.do(MoveAtoms((number,), number % 100))
            after = session.workspace.contents
            log._state = state
            flushing.append(_timed(lambda after=after: log.record(after, "x")))
            state = after
        session.close(discard=True)
    figures = {
        "opening": (statistics.median(opening), 1.0),
        "saving": (statistics.median(saving), 0.3),
        "flush": (statistics.median(flushing), 0.005),
    }
    failures += [
        f"{name} {found:.4f} s, limit {limit} s"
        for name, (found, limit) in figures.items()
        if found > limit * patience
    ]
    note = ", ".join(f"{name} {found * 1000:.1f} ms" for name, (found, _limit) in figures.items())
    return Run(
        "speed",
        repeats,
        tuple(failures),
        f"{side * side} areas: {note}, worst flush {max(flushing) * 1000:.1f} ms",
    )


def _timed(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started
