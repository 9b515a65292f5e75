# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which colour each grid gets: neighbours differ, or classes of people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.model.adjacency import Adjacency

IntArray = npt.NDArray[np.int64]


def neighbours(adjacency: Adjacency, assignment: npt.NDArray[np.int32], n_grids: int) -> list[set[int]]:
    """Return for each grid the grids that share a border with it, barriers included."""
    a, b = assignment[adjacency.a], assignment[adjacency.b]
    real = (a != b) & (a >= 0) & (b >= 0) & (adjacency.length_m > 0)
    near: list[set[int]] = [set() for _ in range(n_grids)]
    for one, other in zip(a[real].tolist(), b[real].tolist(), strict=True):
        near[one].add(other)
        near[other].add(one)
    return near


def colour_neighbours(near: list[set[int]], colours: int) -> IntArray:
    """Return a colour number per grid, int64[n], such that neighbours differ.

    The grid with the most differently coloured neighbours is next (Brelaz, 1979). Where it has more
    neighbours than there are colours, the colour least used around it repeats.

    Parameters
    ----------
    near : list of set of int
        Neighbours of each grid.
    colours : int
        Number of colours.

    Examples
    --------
    >>> colour_neighbours([{1, 2}, {0, 2}, {0, 1}], 4).tolist()
    [0, 1, 2]
    """
    result = np.full(len(near), -1, np.int64)
    used = np.zeros((len(near), colours), np.int64)
    total = np.zeros(colours, np.int64)
    degree = np.array([len(n) for n in near], np.int64)
    for _turn in range(len(near)):
        rank = (used > 0).sum(axis=1) * 1000 + degree
        rank[result >= 0] = -1
        grid = int(rank.argmax())
        # Among free colours the least used of all, so that no colour rules the map.
        colour = int(np.lexsort((np.arange(colours), total, used[grid]))[0])
        result[grid] = colour
        total[colour] += 1
        used[sorted(near[grid]), colour] += 1
    return result


def class_limits(low: float, high: float, people: IntArray) -> tuple[float, ...]:
    """Return the four inner limits of five classes of people per grid.

    The band of the rules makes the classes, so that a map shows at once who is outside:
    below, three equal thirds of the band, above. Without a finite band, fifths of the values.
    """
    if np.isfinite(low) and np.isfinite(high) and low < high:
        third = (high - low) / 3
        return low, low + third, low + 2 * third, high
    if not len(people):
        return (0.0, 0.0, 0.0, 0.0)
    return tuple(float(v) for v in np.quantile(people, (0.2, 0.4, 0.6, 0.8)))


def classify(people: IntArray, limits: tuple[float, ...]) -> IntArray:
    """Return the class of each value: 0 below the first limit, the last one above the last limit.

    A value that equals the last limit is still inside the band; one that equals the first is too.

    Examples
    --------
    >>> classify(np.array([999, 1000, 2000, 2001]), (1000, 1333, 1667, 2000)).tolist()
    [0, 1, 3, 4]
    """
    edges = np.asarray(limits, float)
    return np.asarray(
        (people >= edges[0]).astype(np.int64)
        + (people > edges[1]).astype(np.int64)
        + (people > edges[2]).astype(np.int64)
        + (people > edges[3]).astype(np.int64)
    )
