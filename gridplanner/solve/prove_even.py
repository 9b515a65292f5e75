# SPDX-License-Identifier: LGPL-3.0-or-later
"""Raise the bound on a part's deviation by its radius: what one worker proves of one number of grids."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from gridplanner.solve.covering import Covering
from gridplanner.solve.part import Part


@dataclass(frozen=True, eq=False)
class UnevenTask:
    """Bound the unevenness of a part in k grids, `mean` people being even; wall seconds to spend."""

    part: Part
    k: int
    mean: float
    seconds: float


@dataclass(frozen=True)
class Uneven:
    """A proven least sum of |people / mean - 1|, and the CPU seconds it took."""

    least: float
    cpu_s: float


def run_uneven(task: UnevenTask) -> Uneven:
    """Bound a part; runs in a worker process."""
    begun = process_time()
    least = Covering(task.part).least_unevenness(task.k, task.mean, task.seconds)
    return Uneven(least, process_time() - begun)
