# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compile every kernel once, so that no user waits for it."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import numpy as np

from gridplanner.solve.covering import Covering
from gridplanner.solve.division import Effort, divide
from gridplanner.solve.keep import Keeper
from gridplanner.solve.olds import MAX_SETS, olds_of
from gridplanner.solve.part import Field, Limits, Part
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.prove import ProveTask, run_prove
from gridplanner.solve.single_cut import SingleCut


def tiny_field() -> Field:
    """Return three atoms in a row."""
    return Field(
        indptr=np.array([0, 1, 3, 4], np.int32),
        indices=np.array([1, 0, 2, 1], np.int32),
        border=np.ones(4),
        people=np.full(3, 10, np.int64),
        households=np.full(3, 4, np.int64),
        old=np.array([0, 0, 1], np.int32),
        tie=np.array([0, 0, -1], np.int32),
        tie_weight=np.ones(1),
        area=np.ones(3),
        perimeter=np.full(3, 4.0),
        points=np.arange(4, dtype=np.int32),
        x=np.arange(3.0),
        y=np.zeros(3),
        load=np.full(3, 10, np.int64),
        station=np.zeros(3, bool),
        apart=np.zeros((0, 2), np.int32),
        far=np.zeros((0, 0), bool),
    )


def compile_kernels() -> float:
    """Compile (or fetch from the cache) all kernels; return the CPU seconds it took."""
    begun = process_time()
    ground, limits = tiny_field(), Limits(people=(10, 20), radius_m=5.0)
    start = np.array([0, 0, 1], np.int32)
    part = Part(0, "", 1, np.arange(3, dtype=np.int32), ground, limits, start, np.arange(2, dtype=np.int32))
    prices = prices_of(limits, "keep", 15.0)
    effort = Effort(steps=200, rescue=1)
    for k in (1, 2):
        Keeper(part, prices, 1).divide(k, effort)
        divide(part, k, prices, effort, 1)
    SingleCut(part, olds_of(part)).possible(3)
    # So short a radius that there are several grounds, and a narrow place between them.
    Covering(replace(part, limits=replace(limits, radius_m=0.5)))
    run_prove(ProveTask(part, (1, 2), MAX_SETS))
    return process_time() - begun
