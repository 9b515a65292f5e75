# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine against its peers: `python3 main.py bench engine`.

Every program gets the same atoms, the same parts and the same number of grids, and runs in a process
of its own under a limit of CPU seconds. One judge, which shares no code with the engine, looks at the
labels alone. CPU seconds are compared, not wall seconds, so that a busy machine does not change the
verdict; compilation and reading are not counted for anybody.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.child import EXACT, OURS, Task
from benchmarks.engine.contest import grounds_of
from benchmarks.engine.judge import Limits, Verdict, judge
from benchmarks.engine.memory import Watch
from benchmarks.engine.peers import PEERS
from benchmarks.engine.table import HEAD, foot, ratios, row
from benchmarks.engine.towns import ROOT, cities, edinburgh, excerpt, joined, load, renamed, save
from gridplanner.model.jurisdiction import District
from gridplanner.model.request import EFFORTS

#: Grids asked of a generated city of the sample's size, and of Edinburgh.
TOTAL, TOTAL_EDINBURGH = 288, 300
#: What of ours is asked of many cities.
MANY = ("gridplanner draft", "gridplanner keep", "gridplanner fewest")
#: So many of the smallest parts go to the plain models.
SMALLEST = 4
#: A peer that takes more than this share of the limit on one city is not sent to ten.
_TOO_SLOW = 0.08
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Town:
    """A town on disk with what is asked of it."""

    name: str
    path: Path
    total: int
    limits: Limits


@dataclass(frozen=True)
class Result:
    """What one program did: the judge's verdict, None where there is no division, and its own telling."""

    program: str
    verdict: Verdict | None
    told: dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; return 1 when a plan of ours breaks a rule that it could have kept."""
    parser = argparse.ArgumentParser(prog="gridplanner bench engine", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103])
    parser.add_argument("--cities", type=int, default=10, help="cities side by side, 0 for none")
    parser.add_argument("--edinburgh", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--without", nargs="*", default=[], help="peers to leave out, by part of the name")
    parser.add_argument("--exact", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--cpu-limit", type=int, default=400, help="CPU seconds for each program")
    parser.add_argument("--certify", type=float, default=15.0, help="wall seconds for the certificate")
    parser.add_argument("--copies", type=int, default=1, help="so often the cities stand beside themselves")
    parser.add_argument("--effort", choices=EFFORTS, default="", help="of ours, for many cities; else both")
    parser.add_argument("--workers", type=int, default=1, help="processes of ours for many cities")
    parser.add_argument("--keep", type=Path, help="folder to keep the towns in for the next run")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        chosen = [p.name for p in PEERS if not any(word in p.name for word in options.without)]
        peers = chosen if options.peers else []
        hall = Hall(options.keep or Path(folder), options.cpu_limit, peers, options.certify)
        hall.folder.mkdir(parents=True, exist_ok=True)
        for seed in options.seeds:
            hall.city(seed, exact=options.exact and seed == options.seeds[0])
        if options.cities:
            hall.workers = options.workers
            asked = [name for name in MANY if options.effort in ("", OURS[name][2])]
            hall.many((options.seeds or [101])[0], options.cities, options.copies, asked)
            hall.workers = 1
        if options.edinburgh:
            hall.edinburgh()
    return int(hall.missed > 0)


class Hall:
    """Holds the contests and prints their tables.

    Parameters
    ----------
    folder : Path
        Where towns are kept.
    cpu_limit : int
        CPU seconds for each program.
    peers : list of str
        Names of those that take part.
    certify_s : float
    """

    def __init__(self, folder: Path, cpu_limit: int, peers: list[str], certify_s: float) -> None:
        self.folder, self.cpu_limit, self.peers, self.certify_s = folder, cpu_limit, peers, certify_s
        self.missed, self.workers = 0, 1
        self.slow: set[str] = set()

    def city(self, seed: int, *, exact: bool) -> None:
        """One generated city: all programs, and the plain models on its smallest parts."""
        town = self._town(f"city_{seed}", lambda: next(cities(seed, 1)), Limits(), TOTAL)
        self.contest(town, seed, list(OURS))
        if exact:
            district = load(town.path)
            smallest = sorted(grounds_of(district, town.total, town.limits), key=len)
            chosen = [g for g in smallest if g.k > 1][:SMALLEST]
            total = sum(g.k for g in chosen)
            few = self._town(
                f"smallest_{seed}", lambda: excerpt(district, [g.atoms for g in chosen]), Limits(), total
            )
            self.contest(few, seed, ["gridplanner balance", *EXACT], peers=False)

    def many(self, seed: int, number: int, copies: int, ours: list[str]) -> None:
        """Many cities side by side; programs that were slow on one are left out.

        With copies, the same cities stand there again under other codes: the search, whose random
        numbers hang on the codes, plans each copy in its own way.
        """
        town = self._town(f"cities_{seed}_{number}", lambda: joined(list(cities(seed, number))), Limits(), 0)
        if copies > 1:
            once = town.path
            town = self._town(
                f"{town.name}_x{copies}",
                lambda: joined([renamed(load(once), i) for i in range(copies)]),
                Limits(),
                0,
            )
        people = int(load(town.path).atoms.people.sum())
        town = Town(town.name, town.path, round(TOTAL * people / 450_000), town.limits)
        self.contest(town, seed, ours)

    def edinburgh(self) -> None:
        """Real census areas, planned from nothing: band only, no radius, no old grids."""
        district = edinburgh()
        if district is None:
            print("\nEdinburgh: the open data is not here, left out")
            return
        town = self._town("edinburgh", lambda: district, Limits(radius_m=math.inf), TOTAL_EDINBURGH)
        self.contest(town, 1, ["gridplanner balance", "gridplanner compact"])

    def contest(self, town: Town, seed: int, ours: list[str], *, peers: bool = True) -> None:
        """Run programs on a town and print the table."""
        district = load(town.path)
        print(
            f"\n{town.name}: {len(district.atoms):,} atoms, {len(district.communities)} communities, "
            f"{town.total} grids asked; load {os.getloadavg()[0]:.1f}\n{HEAD}"
        )
        names = [*ours, *(self.peers if peers else [])]
        results = [self._one(town, district, name, seed) for name in names]
        for line in ratios(results):
            print(line)
        self._remember_slow(results)
        for result in results:
            if result.verdict and result.program in OURS:
                unexcused = result.verdict.breaches - len(result.told.get("findings", []))
                self.missed += unexcused > 0

    def _one(self, town: Town, district: District, name: str, seed: int) -> Result:
        module = next((p.module for p in PEERS if p.name == name), "")
        if module and not find_spec(module):
            result = Result(name, None, {"why": f"not installed: {module}"})
        elif name in self.slow and len(district.atoms) > 20_000:
            result = Result(name, None, {"why": "not run: too slow on one city"})
        else:
            certify = self.certify_s if name == "gridplanner keep" else 0.0
            task = Task(name, town.total, town.limits, seed, certify_s=certify, workers=self.workers)
            result = self._judged(town, district, task)
        print(row(result), flush=True)
        for line in foot(result):
            print(line, flush=True)
        return result

    def _judged(self, town: Town, district: District, task: Task) -> Result:
        """Run a program in a process of its own and have its labels judged."""
        given = json.dumps({**asdict(task), "limits": astuple(task.limits)})
        with tempfile.TemporaryDirectory() as folder:
            labels = Path(folder) / "labels.npy"
            command = [sys.executable, "-m", "benchmarks.engine.child", str(town.path), given, str(labels)]
            limit = ["--cpu-limit", str(self.cpu_limit)] if task.program not in OURS else []
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
            done = subprocess.Popen(
                [*command, *limit],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment,
            )
            watch = Watch(done.pid)
            said, complained = done.communicate()
            peak = watch.stop()
            if done.returncode < 0:
                return Result(task.program, None, {"why": f"stopped after {self.cpu_limit} CPU s"})
            if done.returncode:
                last = (complained.strip().splitlines() or ["no message"])[-1]
                return Result(task.program, None, {"why": f"failed: {last[:120]}"})
            told = json.loads(said.strip().splitlines()[-1])
            # A program that ends between two looks is known by its own telling.
            told["peak_mib"] = peak or told["peak_mib"]
            label = np.load(labels)
            verdict = judge(district, label, town.limits) if (label >= 0).any() else None
            return Result(task.program, verdict, {"why": f"no division; {told['cpu_s']:.1f} CPU s", **told})

    def _remember_slow(self, results: Sequence[Result]) -> None:
        for result in results:
            if result.told.get("cpu_s", 0.0 if result.verdict else math.inf) > _TOO_SLOW * self.cpu_limit:
                self.slow.add(result.program)

    def _town(self, name: str, make: Callable[[], District], limits: Limits, total: int) -> Town:
        """Return a town on disk, made where it is not there yet."""
        path = self.folder / f"{name}.npz"
        if not path.exists():
            save(make(), path)
        return Town(name, path, total, limits)


if __name__ == "__main__":
    sys.exit(main())
