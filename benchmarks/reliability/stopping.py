# SPDX-License-Identifier: LGPL-3.0-or-later
"""Long jobs end soon after the user wishes so, and leave everything as it was. R20: memory."""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.reliability.outcome import Run
from gridplanner.errors import Cancelled, UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.request import PlanRequest
from gridplanner.workspace.config import load_config
from gridplanner.workspace.safety import memory
from gridplanner.workspace.scene.desk import Answer, Desk
from gridplanner.workspace.usecases import read_project

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_shapefiles" / "config.toml"
#: How soon a job must end, seconds.
LIMIT_S = 0.3
#: How long after its start the wish comes, seconds.
MOMENTS = (0.05, 0.3, 0.8, 1.5, 2.5, 4.0)
#: Between two trials, seconds.
_SETTLES_S = 1.5
R20_AREAS, R20_VERTICES, R20_LIMIT = 100_000, 5_000_000, 4_000_000_000


@dataclass
class Wish:
    """Progress of a job that the user wants to end some time after it began."""

    after: float
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.at = time.perf_counter() + self.after

    def step(self, done: int, total: int, text: str) -> None:
        """Raise Cancelled once the wish is there."""
        if self.cancelled():
            raise Cancelled

    def cancelled(self) -> bool:
        """Tell whether the wish is there."""
        return time.perf_counter() >= self.at


Times = list[tuple[str, float]]


def _answer(desk: Desk, ticket: int) -> Answer:
    """Wait for the last answer to a question."""
    while True:
        for answer in desk.poll():
            if answer.ticket == ticket and answer.final:
                return answer
        time.sleep(0.002)


def _asked(desk: Desk, name: str, **arguments: object) -> Any:
    """Return the result of a question that is left to finish."""
    answer = _answer(desk, desk.ask(name, **arguments))
    if answer.kind == "error":
        raise answer.value
    return answer.value


def _stopped(desk: Desk, name: str, moments: tuple[float, ...], arguments: Mapping[str, object]) -> Times:
    """Stop a question at each moment; return how long the answer then took, while it was at work at all."""
    found = []
    for moment in moments:
        ticket = desk.ask(name, **arguments)
        began = time.perf_counter()
        while time.perf_counter() - began < moment and desk.busy:
            for answer in desk.poll():
                if answer.kind == "error":
                    raise answer.value
            time.sleep(0.002)
        if not desk.busy:
            break
        desk.cancel(ticket)
        wished = time.perf_counter()
        answer = _answer(desk, ticket)
        found.append((name, time.perf_counter() - wished))
        # What was given up may still be at its last library call.
        time.sleep(_SETTLES_S)
        if not isinstance(answer.value, Cancelled):
            break
    return found


def _jobs(
    contents: Any, shown: Mapping[str, object], out: Path, atlas: Path, others: Mapping[str, object]
) -> Mapping[str, Mapping[str, object]]:
    """Return every long question of the window with its arguments."""
    return {
        "open": {"paths": (str(SAMPLE),)},
        "sample": {"cache": str(others["cache"])},
        "propose": {"contents": contents, "request": PlanRequest(total=288, mode="keep")},
        "trade_off": {"contents": contents, "request": PlanRequest(total=288, mode="keep")},
        "export": {**shown, "out": str(out)},
        "write_sheets": {**shown, "wanted": {"kind": "atlas"}, "out": str(atlas)},
        "complete": {"contents": contents, "plan": shown["plan"]},
        "mend_proposals": {},
        "publish": {**shown, "settings": {"address": f"postgresql://nobody@127.0.0.1:{others['port']}/none"}},
        "losses": shown,
        "probe": {"paths": tuple(map(str, sorted(SAMPLE.parent.glob("*.xlsx"))))},
        "merge_plans": {"contents": contents, "paths": (str(SAMPLE.parent / "grids.shp"),)},
        "take_release": {"contents": contents, "config": str(SAMPLE), "new": str(others["new"])},
        "judge_today": {"rules": contents.rules},
    }


def cancelling(moments: tuple[float, ...] = MOMENTS, limit_s: float = LIMIT_S) -> Run:
    """Stop every long question of the window at several moments, as its button does."""
    failures: list[str] = []
    mute = socket.create_server(("127.0.0.1", 0))
    with closing(Desk()) as desk, tempfile.TemporaryDirectory() as name, mute:
        # A database that takes the call and never says a word.
        folder, port = Path(name), mute.getsockname()[1]
        out, atlas = folder / "成果", folder / "atlas.pdf"
        cache, new = folder / "sample.gpkg", folder / "new.gpkg"
        opened = _asked(desk, "open", paths=(str(SAMPLE),))
        today = _asked(desk, "judge_today", rules=opened.contents.rules)
        contents, plan = opened.contents, opened.contents.district.plan_today().renamed("一")
        shown = {"contents": contents, "plan": plan, "certificate": Certificate()}
        _asked(desk, "export", out=str(out), **shown)
        before = _listing(folder)
        others = {"port": port, "cache": cache, "new": new}
        jobs = _jobs(contents, shown, out, atlas, others)
        times = [time for job, given in jobs.items() for time in _stopped(desk, job, moments, given)]
        # What has settled is finished: the sample may have been kept, next year's project made.
        if [item for item in _listing(folder) if item[0] not in (cache.name, new.name)] != before:
            failures.append("a stopped job changed the old files or left something behind")
        judged = _asked(desk, "judge_today", rules=contents.rules)
        if judged.findings != today.findings:
            failures.append("a stopped job changed the project in work")
    failures += [f"{name} ended after {seconds:.2f} s" for name, seconds in times if seconds > limit_s]
    worst = {name: max(s for n, s in times if n == name) for name, _seconds in times}
    note = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in worst.items())
    return Run("cancel", len(times), tuple(failures), f"slowest: {note}")


def _listing(folder: Path) -> list[tuple[str, int, int]]:
    """Return names, sizes and times of all files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _read_sample() -> tuple[int, int]:
    """Return the sample's smallest areas and this process's peak of memory; run in a process of its own.

    The peak is 0 on Windows, which has neither way of telling it.
    `ru_maxrss` would tell the peak of the parent where that was higher: it outlives fork and exec.
    """
    atoms = len(read_project(load_config(SAMPLE)).district.atoms)
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return atoms, int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return atoms, 0
    import resource  # not on Windows

    return atoms, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def too_large() -> Run:
    """R20: what is needed is estimated before the work; the estimate holds on the sample."""
    failures: list[str] = []
    if memory.needed_bytes(R20_AREAS, R20_VERTICES) >= R20_LIMIT:
        failures.append("100,000 areas and 5 million vertices are not expected to fit into 4 GB")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        atoms, peak = pool.submit(_read_sample).result()
    need = memory.needed_bytes(atoms, 0)
    if peak > need:
        failures.append(f"the sample took {peak / 1e6:.0f} MB, expected were {need / 1e6:.0f} MB")
    free, memory.free_bytes = memory.free_bytes, lambda: 1_000_000
    try:
        read_project(load_config(SAMPLE))
        failures.append("a district that does not fit was begun")
    except UserError:
        pass
    finally:
        memory.free_bytes = free
    return Run("R20", 3, tuple(failures), f"sample {peak / 1e6:.0f} MB, expected {need / 1e6:.0f} MB")
