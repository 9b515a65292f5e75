# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run one program on one town in this process: labels to a file, what it took as a line of JSON.

Started by `run.py`, so that each program's memory and CPU seconds are its own, and one that fails or
takes too long ends alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.engine.contest import Ground, grounds_of
from benchmarks.engine.exact import solve_cpsat, solve_highs
from benchmarks.engine.judge import Limits, free_atoms
from benchmarks.engine.peers import PEERS
from benchmarks.engine.towns import load
from gridplanner.model.jurisdiction import District
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet
from gridplanner.progress import Executor, Inline, Silent
from gridplanner.workspace.executors import Processes

#: What of ours is asked: name in the table, number of grids (0: the given one), mode, effort.
OURS: dict[str, tuple[int | str, str, str]] = {
    "gridplanner draft": (0, "keep", "quick"),
    "gridplanner keep": (0, "keep", "thorough"),
    "gridplanner fewest": ("fewest", "keep", "thorough"),
    "gridplanner balance": (0, "balance", "thorough"),
    "gridplanner compact": (0, "compact", "thorough"),
}
EXACT = {"plain model, HiGHS": solve_highs, "plain model, CP-SAT": solve_cpsat}
Labels = npt.NDArray[np.integer]
Divide = Callable[[Ground], tuple[Labels | None, bool]]


@dataclass(frozen=True)
class Task:
    """What a program is asked.

    Parameters
    ----------
    program : str
    total : int
    limits : Limits
    seed : int
    seconds : float
        For each part of the plain models.
    certify_s : float
    workers : int
    """

    program: str
    total: int
    limits: Limits
    seed: int = 1
    seconds: float = 20.0
    certify_s: float = 0.0
    workers: int = 1


def rules_of(limits: Limits) -> RuleSet:
    """Return the rules of the contest as the engine reads them."""
    return RuleSet(people=Band(limits.low, limits.high), service_radius=RadiusRule(limits.radius_m))


def ours(district: District, task: Task) -> tuple[Labels, dict[str, Any]]:
    """Ask the engine; returns labels and what it says of its own work."""
    from gridplanner.solve import warm_up
    from gridplanner.solve.engine import propose

    total, mode, effort = OURS[task.program]
    warm_up()
    start = _cpu_s()
    executor: Executor = Inline() if task.workers == 1 else Processes(task.workers)
    wall = time.perf_counter()
    # A busy machine must not cut the work short: what is compared is CPU seconds.
    request = PlanRequest(
        total=total or task.total,
        mode=mode,
        effort=effort,
        seed=task.seed,
        time_limit_s=3600.0,
        certify_s=task.certify_s,
    )
    proposal = propose(district, rules_of(task.limits), request, executor, Silent())
    wall = time.perf_counter() - wall
    if isinstance(executor, Processes):
        executor.close()
    proof = {
        name: (bound.value, bound.bound, sum(p.objective[name].proven for p in proposal.certificate.parts))
        for name, bound in proposal.certificate.total.items()
    }
    told = {
        "cpu_s": _cpu_s() - start - proposal.cpu_seconds["certify"],
        "wall_s": wall,
        "proof": proof,
        "parts": len(proposal.certificate.parts),
        "certify_s": proposal.cpu_seconds["certify"],
        "findings": [f.text for f in proposal.findings],
    }
    label = np.where(free_atoms(district), proposal.plan.assignment, -1)
    return label.astype(np.int64), told


def peer(district: District, task: Task) -> tuple[Labels, dict[str, Any]]:
    """Let a peer or a plain model divide part by part."""
    grounds = grounds_of(district, task.total, task.limits)
    divide = _divider(task)
    label, count, silent, proven = np.full(len(district.atoms), -1), 0, [], 0
    start, wall = _cpu_s(), time.perf_counter()
    for ground in grounds:
        own, best, why = _answer(divide, ground)
        proven += best
        if own is None:
            silent.append(why)
        else:
            label[ground.atoms] = own + count
            count += int(own.max()) + 1
    told = {
        "cpu_s": _cpu_s() - start,
        "wall_s": time.perf_counter() - wall,
        "parts": len(grounds),
        "proven": proven if task.program in EXACT else 0,
        "unanswered": silent,
    }
    return label, told


def _answer(divide: Divide, ground: Ground) -> tuple[Labels | None, bool, str]:
    """Return the division of a part, whether it is proven best, and why there is none."""
    if ground.k == 1:
        return np.zeros(len(ground), np.int64), True, ""
    try:
        own, best = divide(ground)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
        return None, False, f"{type(error).__name__}: {error}"[:120]
    return own, best, "nothing found in time"


def _divider(task: Task) -> Divide:
    """Return the program as one function of a part: labels, and whether they are proven best."""
    if task.program in EXACT:
        solve = EXACT[task.program]
        return lambda ground: solve(ground, task.limits, task.seconds)
    found = next(p for p in PEERS if p.name == task.program)
    return lambda ground: (np.asarray(found.divide(ground, task.seed, task.limits), np.int64), False)


def _cpu_s() -> float:
    """Return CPU seconds of this process and its ended children."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(arguments: list[str] | None = None) -> int:
    """Run the task given as JSON; labels go to the file named last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("town", type=Path)
    parser.add_argument("task", help="JSON of Task")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--cpu-limit", type=int, default=0)
    chosen = parser.parse_args(arguments)
    given = json.loads(chosen.task)
    task = Task(**{**given, "limits": Limits(*given["limits"])})
    if chosen.cpu_limit:
        resource.setrlimit(resource.RLIMIT_CPU, (chosen.cpu_limit, chosen.cpu_limit))
    warnings.simplefilter("ignore")
    district = load(chosen.town)
    label, told = (ours if task.program in OURS else peer)(district, task)
    np.save(chosen.labels, label)
    own, largest = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    # At most: workers share pages that are counted for each of them here.
    told["peak_mib"] = (own + (task.workers * largest if task.workers > 1 else 0)) / 1024
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
