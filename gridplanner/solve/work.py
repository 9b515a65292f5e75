# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tasks that worker processes run: plain data in, plain data out."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from gridplanner.solve.division import Divided, Effort, divide
from gridplanner.solve.even import divide_evenly
from gridplanner.solve.keep import NOTHING, Keeper, Learned, Seen
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import prices_of


@dataclass(frozen=True, eq=False)
class DivideTask:
    """Divide a part into k grids in a mode."""

    part: Part
    k: int
    mode: str
    order: tuple[str, ...]
    mean: float
    effort: Effort
    seed: int
    seen: Seen | None = None


@dataclass(frozen=True, eq=False)
class Done:
    """A division, the CPU seconds it took, and what was learned of the part's clusters."""

    divided: Divided
    cpu_s: float
    seen: Seen | None = None
    learned: Learned = NOTHING


def run_divide(task: DivideTask) -> Done:
    """Divide a part; runs in a worker process."""
    begun = process_time()
    mean = task.mean if task.mean > 0 else task.part.people / task.k
    prices = prices_of(task.part.limits, task.mode, mean, task.order)
    if task.mode == "keep" and not task.order:
        keeper = Keeper(task.part, prices, task.seed, task.seen)
        divided = keeper.divide(task.k, task.effort)
        # A draft rarely comes back to a part, and what was learned of a province fills the memory.
        again = task.mean > 0 and task.effort.again
        return Done(divided, process_time() - begun, keeper.seen if again else None, keeper.learned)
    if task.order:
        divided = divide(task.part, task.k, prices, task.effort, task.seed)
    else:
        divided = divide_evenly(task.part, task.k, prices, task.seed, 0 if task.effort.again else 1)
    return Done(divided, process_time() - begun)


@dataclass(frozen=True, eq=False)
class RepairTask:
    """Mend a part with the fewest old grids changed."""

    part: Part
    numbers: range
    mean: float
    effort: Effort
    seed: int


def run_repair(task: RepairTask) -> Done:
    """Mend a part; runs in a worker process."""
    begun = process_time()
    keeper = Keeper(task.part, prices_of(task.part.limits, "keep", task.mean), task.seed)
    return Done(keeper.repair(task.numbers, task.effort), process_time() - begun)
