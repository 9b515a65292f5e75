# SPDX-License-Identifier: LGPL-3.0-or-later
"""Carry out what makes no new fault, and leave the rest for the planner's hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridplanner.geometry.arrays import IntArray, ObjectArray
from gridplanner.geometry.defects import Defect
from gridplanner.geometry.mend import Mend, MendKind, choose
from gridplanner.geometry.mending import Mended, apply_mends

#: A mend this near to a fresh fault made it, metres.
_BESIDE_M = 0.01
#: How far a mend is looked for that no unit of a fault tells, metres.
_REACHES_M = (1.0, 10.0, 100.0)
#: Mends left out are tried once more, each by itself: at most so many, in layers of at most so many units.
_AGAIN, _AGAIN_UNITS = 30, 20_000


def mend_safely(
    polygons: ObjectArray, mends: Sequence[Mend], people: IntArray | None = None
) -> tuple[Mended, tuple[Mend, ...]]:
    """Carry out what makes no new fault: another keeper is tried first, then the mend is left out.

    Mends that make a fault only together with others are tried once more one after another, so that
    one of them does not take the rest with it.

    Returns
    -------
    Mended
        Without fresh faults.
    tuple of Mend
        Mends that were left out; they need the planner's hand.
    """
    weight = np.zeros(len(polygons), np.int64) if people is None else people
    accepted, turned = list(mends), set[int]()
    refused: list[Mend] = []
    while True:
        done = apply_mends(polygons, accepted)
        suspects_now = _blamed(done, accepted)
        if not done.fresh or not suspects_now:
            break
        for mend in suspects_now:
            accepted.remove(mend)
            other = [u for u in mend.choices if u != mend.keeper]
            if id(mend.defect) in turned or not other or mend.kind is not MendKind.GIVE:
                refused.append(mend)
                continue
            turned.add(id(mend.defect))
            accepted.append(choose(mend, polygons, weight, other[0]))
    if len(polygons) > _AGAIN_UNITS or not 1 < len(refused) <= _AGAIN:
        return done, tuple(refused)
    return _one_by_one(polygons, accepted, refused, done)


def _one_by_one(
    polygons: ObjectArray, accepted: list[Mend], refused: list[Mend], done: Mended
) -> tuple[Mended, tuple[Mend, ...]]:
    """Take in again what makes no fault by itself, largest land first."""
    left = []
    for mend in sorted(refused, key=lambda m: -m.defect.area_m2):
        tried = apply_mends(polygons, [*accepted, mend])
        if tried.fresh:
            left.append(mend)
        else:
            accepted, done = [*accepted, mend], tried
    return done, tuple(left)


def _blamed(done: Mended, accepted: Sequence[Mend]) -> list[Mend]:
    """Return the mends that fresh faults come from; at least one while there are fresh faults.

    Those beside the fault; where none lies beside, those of the same units; else the nearest ones, for
    a mend that makes a fault must not be kept.
    """
    tree = shapely.STRtree([m.defect.geometry for m in accepted])
    blamed: set[int] = set()
    for fault in done.fresh:
        owners = {int(done.origin[u]) for u in fault.units}
        same = [k for k, m in enumerate(accepted) if owners & set(m.defect.units)]
        beside = set(_within(tree, fault, _BESIDE_M))
        guilty = [k for k in same if k in beside] or same
        for reach in _REACHES_M:
            guilty = guilty or _within(tree, fault, reach)
        blamed.update(guilty or range(len(accepted)))
    return [accepted[k] for k in sorted(blamed)]


def _within(tree: shapely.STRtree, fault: Defect, reach_m: float) -> list[int]:
    """Return what lies within reach of a fault."""
    if fault.geometry is None:
        return []
    return [int(k) for k in tree.query(fault.geometry, predicate="dwithin", distance=reach_m)]
