# SPDX-License-Identifier: LGPL-3.0-or-later
"""R18 and R25: two workstations on one project; a year of backups."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project
from gridplanner.workspace.commands import EditGrid
from gridplanner.workspace.safety.backups import (
    find_backup,
    list_backups,
    make_backup,
    restore_backup,
    survivors,
)
from gridplanner.workspace.safety.lock import Holder, lock_path
from gridplanner.workspace.session import Session, open_as_saved, open_session

_STEPS = 24


class Workstation:
    """One of two planners: opens, edits, saves and closes, and remembers what was promised.

    Parameters
    ----------
    name : str
    path : Path
        The project on the share.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.session: Session | None = None
        self.saves = 0
        self.warnings = 0

    def open(self) -> None:
        """Open the project, if it is not open; the steps of a crash of ours are given up."""
        if self.session is None:
            session, offer = open_session(self.path)
            self.session = open_as_saved(self.path) if offer is not None else session

    def edit(self) -> None:
        """Rename a grid; refused where we may only read."""
        if self.session is not None:
            try:
                self.session.workspace.do(EditGrid(0, name=f"{self.name}{self.saves}"))
            except UserError:
                self.warnings += 1

    def save(self) -> str | None:
        """Save and return the name now in the file; None if we were warned instead."""
        if self.session is None:
            return None
        try:
            self.session.save()
        except UserError:
            self.warnings += 1
            return None
        self.saves += 1
        return self.session.workspace.plan.grids[0].name

    def close(self) -> None:
        """Close without saving."""
        if self.session is not None:
            self.session.close(discard=True)
            self.session = None


def two_workstations(cases: int, seed: int = 1) -> Run:
    """R18: in every order of opening, editing, saving and closing, no save is lost without a warning."""
    rng, original = random.Random(seed), subjects.project(6)
    failures: list[str] = []
    warnings = saves = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        for case in range(cases):
            save_project(path, original)
            _leave_a_lock(path, rng)
            pair = [Workstation("甲", path), Workstation("乙", path)]
            promised = ""
            for _step in range(_STEPS):
                station = rng.choice(pair)
                action: Callable[[], str | None] = rng.choice(
                    [station.open, station.edit, station.edit, station.save, station.close]  # type: ignore[list-item]
                )
                promised = action() or promised
                if promised and _name_in(path) != promised:
                    failures.append(f"case {case}: a save of '{promised}' is gone")
                    break
            for station in pair:
                station.close()
                warnings += station.warnings
                saves += station.saves
            lock_path(path).unlink(missing_ok=True)
    return Run("R18", cases, tuple(failures), f"{saves} saves, {warnings} refusals or warnings")


def _name_in(path: Path) -> str:
    return open_project(path).scenarios[subjects.NAME].plan.grids[0].name


def _leave_a_lock(path: Path, rng: random.Random) -> None:
    """Now and then begin with the lock of a workstation that died."""
    if rng.random() < 0.3:
        dead = Holder("dead-host", "u", "2026-01-01T08:00:00+08:00", 1, "t")
        lock_path(path).write_text(json.dumps(asdict(dead)))
        os.utime(lock_path(path), (1.0, 1.0))


def year_of_backups(restores: int = 5) -> Run:
    """R25: a simulated year with clock jumps keeps what was promised; backups restore."""
    rng, failures = random.Random(1), []
    kept: set[datetime] = set()
    now = datetime(2026, 1, 1, 8)
    for _save in range(4000):
        jump = timedelta(days=rng.choice([-400, -30, 30])) if rng.random() < 0.002 else timedelta()
        now += timedelta(minutes=rng.randint(5, 300)) + jump
        everything = {*kept, now}
        kept = survivors(kept, newest=now)
        days = sorted({time.date() for time in everything}, reverse=True)[:14]
        if now not in kept or not set(days) <= {time.date() for time in kept} or len(kept) > 45:
            failures.append(f"thinning at {now}")
    with tempfile.TemporaryDirectory() as folder:
        path, original = Path(folder) / "p.gpkg", subjects.project(6)
        for number in range(restores):
            save_project(path, subjects.marked(original, number))
            make_backup(path, datetime(2026, 1, 1 + number))
        for number in range(restores):
            restore_backup(find_backup(path, f"2026-01-{1 + number:02d}"), path)
            if subjects.mark_of(open_project(path), original) != number:
                failures.append(f"restore of {number}")
        listed = len(list_backups(path))
    return Run("R25", 4000 + restores, tuple(failures), f"{len(kept)} kept of a year, {listed} listed")
