# SPDX-License-Identifier: LGPL-3.0-or-later
"""Long jobs end soon after the user wishes so, and leave everything as it was. R20: memory."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.reliability.outcome import Run
from gridplanner.errors import Cancelled, UserError
from gridplanner.model.certificate import Certificate
from gridplanner.model.project import Scenario
from gridplanner.model.request import PlanRequest
from gridplanner.workspace.checking import check_paths
from gridplanner.workspace.config import load_config
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.handover.export import export
from gridplanner.workspace.safety import memory
from gridplanner.workspace.usecases import compare, propose, read_project, today

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_shapefiles" / "config.toml"
#: How soon a job must end, seconds.
LIMIT_S = 0.3
#: How long after its start the wish comes, seconds.
MOMENTS = (0.05, 0.3, 0.8, 1.5, 2.5, 4.0)
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


def _measured(name: str, work: Callable[[Wish], object], moments: tuple[float, ...]) -> Times:
    """Return how long after the wish the job ended, for each moment at which it was still at work."""
    found = []
    for moment in moments:
        wish = Wish(moment)
        try:
            work(wish)
        except Cancelled:
            found.append((name, time.perf_counter() - wish.at))
        else:
            break
    return found


def cancelling(moments: tuple[float, ...] = MOMENTS, limit_s: float = LIMIT_S) -> Run:
    """Cancel import, health check, planning and export at several moments."""
    config = load_config(SAMPLE)
    contents = read_project(config)
    plan = today(contents).renamed("一")
    whole = replace(contents, scenarios={"一": Scenario(plan)}, current="一")
    outcome = compare(whole, plan, Certificate(), config=config)
    facts = {"seconds": 0.0, "cpu_seconds": {}, "seed": 1, "numbering": "keep"}
    executor = Processes(2)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "成果"
        export(outcome, whole, out, config.export, facts, executor)
        before = _listing(out)

        def plan_it(wish: Wish) -> object:
            return propose(whole, PlanRequest(total=288, mode="keep"), executor, wish)

        def check_it(wish: Wish) -> object:
            return check_paths([SAMPLE.parent / "grids.shp"], wish)

        def export_it(wish: Wish) -> object:
            return export(outcome, whole, out, config.export, facts, executor, wish)

        times = _measured("import", lambda wish: read_project(config, wish), moments)
        times += _measured("check", check_it, moments)
        times += _measured("plan", plan_it, moments)
        times += _measured("export", export_it, moments)
        executor.close(kill=True)
        if _listing(out) != before:
            failures.append("a cancelled export changed the old files")
        left = [path.name for path in Path(folder).iterdir() if path != out]
        failures += [f"left behind {name}" for name in left]
        shutil.rmtree(out)
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

    `ru_maxrss` would tell the peak of the parent where that was higher: it outlives fork and exec.
    """
    atoms = len(read_project(load_config(SAMPLE)).district.atoms)
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return atoms, int(line.split()[1]) * 1024
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
