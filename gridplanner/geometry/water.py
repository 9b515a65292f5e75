# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rivers and lakes belong to their banks: no land is lost, no atom is water alone."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, IntArray, ObjectArray
from gridplanner.geometry.claims import connected_groups
from gridplanner.geometry.dissolve import dissolved
from gridplanner.geometry.divide import bank_lines, divide
from gridplanner.geometry.faces import NODING_GRID_M
from gridplanner.geometry.segments import shared_segments


def share_water(blocks: ObjectArray, community: IntArray, water: BoolArray) -> tuple[ObjectArray, BoolArray]:
    """Give each point of water to the nearest bank block of its own community.

    Parameters
    ----------
    blocks : object[n] of Polygon
        A coverage, metres.
    community : int64[n]
    water : bool[n]
        Blocks that are the surface of a barrier.

    Returns
    -------
    blocks : object[n]
        Bank blocks with their water; a water block that found banks is None.
    gone : bool[n]
        Water blocks that were shared out. Water without land in its community stays.
    """
    result, gone = blocks.copy(), np.zeros(len(blocks), bool)
    if not water.any():
        return result, gone
    label = np.where(water, community, -1)
    surfaces = connected_groups(shared_segments(blocks), label)
    pool = blocks.copy()
    for group in surfaces:
        pool[group[0]] = dissolved(blocks[group])
        pool[group[1:]] = None
    shared = shared_segments(pool)
    gains: dict[int, list[shapely.Geometry]] = {}
    for group in surfaces:
        face = int(group[0])
        banks, lines = bank_lines(face, shared, ~water & (community == community[face]))
        if not len(banks):
            continue
        gone[group] = True
        for bank, part in zip(banks, divide(pool[face], lines), strict=True):
            gains.setdefault(int(bank), []).append(part)
    for bank, parts in gains.items():
        result[bank] = shapely.union_all([blocks[bank], *parts], grid_size=NODING_GRID_M)
    result[gone] = None
    return result, gone
