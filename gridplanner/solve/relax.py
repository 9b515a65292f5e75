# SPDX-License-Identifier: LGPL-3.0-or-later
"""The least by which limits must give way for a part, or for a division that was found."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from math import ceil, floor, inf

import numpy as np

from gridplanner.solve.division import Divided
from gridplanner.solve.part import CENTRE, Part
from gridplanner.texts import _


def nearest_band(total: int, low: float, high: float) -> tuple[float, float]:
    """Return the band nearest to a given one that some number of grids keeps.

    Parameters
    ----------
    total : int
        People or households to share out, whole.
    low, high : float
        The band; both ends are allowed.

    Returns
    -------
    (float, float)
        The same band with one end moved by the least share of itself, or the band itself.

    Examples
    --------
    >>> nearest_band(2500, 1300, 2000), nearest_band(640, 1000, 2000), nearest_band(2400, 1000, 2000)
    ((1250, 2000), (640, 2000), (1000, 2000))
    """
    many = floor(total / low) if 0 < low < inf else inf
    few = max(1, ceil(total / high)) if 0 < high < inf else 1
    if few <= many:
        return low, high
    lower = (total // few, high)
    if not many:
        return lower
    higher = (low, -(-total // int(many)))
    return lower if (low - lower[0]) / low <= (higher[1] - high) / high else higher


def what_would_do(
    part: Part, done: Divided, broken: Container[str], units: Mapping[str, str]
) -> Iterator[str]:
    """Yield, for each broken limit, the value under which a division would keep it.

    Parameters
    ----------
    part : Part
    done : Divided
    broken : container of str
        Rules that the division breaks.
    units : mapping
        How people and households are called.
    """
    counts = {"people": part.field.people, "households": part.field.households}
    hard = part.limits.hard_only()
    for rule, (low, high) in (("people", hard.people), ("households", hard.households)):
        if rule not in broken:
            continue
        sums = np.bincount(done.label, counts[rule], minlength=done.k).astype(np.int64)
        if sums.min() < low:
            yield _("from {n} {unit}").format(n=int(sums.min()), unit=units[rule])
        if sums.max() > high:
            yield _("up to {n} {unit}").format(n=int(sums.max()), unit=units[rule])
    if "service_radius" in broken and not part.field.far.shape[0] and part.limits.points != CENTRE:
        widest = max(_radius(part, done, g) for g in range(done.k))
        yield _("{n} m to the service point").format(n=ceil(widest))


def _radius(part: Part, done: Divided, grid: int) -> float:
    """Return the radius of a grid in straight metres, from the best of its points (its stations, if any)."""
    f = part.field
    own = np.flatnonzero(np.repeat(done.label, np.diff(f.points)) == grid)
    lived, stations = own[f.load[own] > 0], own[f.station[own]]
    if not len(lived):
        return 0.0
    best = inf
    for point in stations if len(stations) else own:
        best = min(best, float(np.hypot(f.x[lived] - f.x[point], f.y[lived] - f.y[point]).max()))
    return best
