# SPDX-License-Identifier: LGPL-3.0-or-later
"""A tiling with wiggly shared borders, about 25 vertices per polygon, in plain arrays."""

from __future__ import annotations

import numpy as np

from gridplanner.workspace.scene.scene import PolygonArrays

SIDE_M = 6000.0
PER_EDGE = 6


def tiling(n: int, seed: int = 1) -> PolygonArrays:
    """Return about n quadrilaterals on a jittered lattice; neighbours share their border bit by bit.

    Parameters
    ----------
    n : int
    seed : int
    """
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n)))
    step = SIDE_M / side
    corner = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), -1) * step
    inner = (slice(1, -1), slice(1, -1))
    corner[inner] += random.uniform(-0.3, 0.3, corner[inner].shape) * step
    across = _edges(random, corner[:-1, :], corner[1:, :], step)
    along = _edges(random, corner[:, :-1], corner[:, 1:], step)
    i, j = np.divmod(np.arange(side * side)[:n], side)
    rings = np.concatenate(
        [
            across[i, j],
            along[i + 1, j],
            across[i, j + 1][:, ::-1],
            along[i, j][:, ::-1],
        ],
        axis=1,
    )
    low, high = rings.min(axis=1), rings.max(axis=1)
    k = rings.shape[1]
    offsets = np.arange(len(rings) + 1, dtype=np.int64)
    boxes = np.ascontiguousarray(np.hstack([low, high]))
    return PolygonArrays(np.ascontiguousarray(rings.reshape(-1, 2)), offsets * k, offsets, boxes)


def _edges(random: np.random.Generator, a: np.ndarray, b: np.ndarray, step: float) -> np.ndarray:
    """Return each edge as `PER_EDGE` wiggling points from a towards b; b belongs to the next edge."""
    share = np.arange(PER_EDGE) / PER_EDGE
    points = a[..., None, :] + (b - a)[..., None, :] * share[:, None]
    points[..., 1:, :] += random.uniform(-0.06, 0.06, points[..., 1:, :].shape) * step
    return points
