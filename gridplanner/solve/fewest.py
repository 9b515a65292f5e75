# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide a part into as few grids as the rules allow: the first number, from the least up, that is legal.

Short searches that pay for the rules alone find a legal division within milliseconds where there is one.
Where they do not, the covering bound often proves that there is none, and the next number is tried. Only
the division found is then improved towards the soft goals.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from gridplanner.solve.division import Divided
from gridplanner.solve.legal import Lawyer, polished
from gridplanner.solve.part import Part
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.state import Prices

#: Numbers of grids searched without a legal division before the part is given up.
FEW = 6
#: Moves of the improvement of the division found.
_POLISH = 16_000


@dataclass(frozen=True, eq=False)
class FewestTask:
    """Divide a part into as few grids as the rules allow, of the numbers given."""

    part: Part
    numbers: tuple[int, ...]
    mode: str
    order: tuple[str, ...]
    seed: int


@dataclass(frozen=True, eq=False)
class Fewest:
    """The division with the fewest grids that was found, and the numbers proven impossible."""

    divided: Divided
    refuted: tuple[int, ...]
    cpu_s: float


def run_fewest(task: FewestTask) -> Fewest:
    """Find the fewest grids of a part; runs in a worker process."""
    begun = process_time()
    lawyer = Lawyer(task.part, task.seed)
    found: list[Divided] = []
    for k in task.numbers:
        found.append(lawyer.best(k, _prices(task, k)))
        if lawyer.content(found[-1]) or len(found) - len(lawyer.refuted) >= FEW:
            break
    best = min(found, key=lambda d: (d.breaches, d.k, d.cost))
    best = polished(task.part, best, _prices(task, best.k), _POLISH, task.seed)
    return Fewest(best, tuple(sorted(lawyer.refuted)), process_time() - begun)


def _prices(task: FewestTask, k: int) -> Prices:
    return prices_of(task.part.limits, task.mode, task.part.people / k, task.order)
