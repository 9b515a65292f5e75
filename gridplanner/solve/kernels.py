# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compile every kernel once, so that no user waits for it."""

from __future__ import annotations

from time import process_time

import numpy as np

from gridplanner.solve.part import Field, Limits
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.search import Schedule, anneal


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
    prices = prices_of(Limits(people=(10, 20), radius_m=5.0), "keep", 15.0)
    anneal(tiny_field(), np.array([0, 0, 1], np.int32), 2, prices, Schedule(200, 1.0, 0.01, 0.3, 0.3, 1))
    return process_time() - begun
