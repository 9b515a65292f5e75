# SPDX-License-Identifier: LGPL-3.0-or-later
"""Improve a part from the division it has: what the planner waits for after each edit of a community."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from gridplanner.solve.division import judged, seed_of, unavoidable
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.start import first_division
from gridplanner.solve.work import Done

#: Moves, first and last temperature: gently around what is there, then hotter while a rule is broken.
_RUNS = ((6_000, 0.1, 0.004), (10_000, 4.0, 0.02), (30_000, 4.0, 0.02))


@dataclass(frozen=True, eq=False)
class ReviseTask:
    """Improve the division that a part starts with, its number of grids unchanged."""

    part: Part
    k: int
    mode: str
    order: tuple[str, ...]
    mean: float
    seed: int


def run_revise(task: ReviseTask) -> Done:
    """Improve a part; strays of the start are given away first. Runs in a worker process."""
    begun = process_time()
    part, k = task.part, task.k
    f, prices = part.field, prices_of(part.limits, task.mode, task.mean, task.order)
    start = first_division(f, part.start, k, task.seed)
    best = judged(f, start, k, part.limits, prices)
    for turn, (steps, hot, cold) in enumerate(_RUNS if k > 1 else ()):
        if turn and best.breaches <= unavoidable(part):
            break
        seed = seed_of(task.seed, part.code, part.number, k, "revise", turn)
        label, _cost = anneal(f, start, k, prices, Schedule(steps, hot, cold, 0.2, 0.02, seed))
        found = judged(f, label, k, part.limits, prices)
        best = min(best, found, key=lambda d: (d.breaches, d.cost))
    return Done(best, process_time() - begun)
