# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many grids a part can hold under the bands alone."""

from __future__ import annotations

from math import ceil, floor, inf, isfinite

from gridplanner.solve.part import Limits, Part


def grid_range(people: int, households: int, atoms: int, limits: Limits) -> tuple[int, int]:
    """Return the least and most grids that the bands leave possible; least > most means none.

    Parameters
    ----------
    people, households : int
        Of the part.
    atoms : int
    limits : Limits
        All taken as hard.

    Examples
    --------
    >>> grid_range(4500, 0, 80, Limits(people=(1000, 2000)))
    (3, 4)
    """
    low, high = 1, atoms
    for total, (least, most) in ((people, limits.people), (households, limits.households)):
        if isfinite(most):
            low = max(low, ceil(total / most) if most > 0 else (1 if total == 0 else atoms + 1))
        if least > 0:
            high = min(high, floor(total / least) if least < inf else 0)
    return low, high


def range_of(part: Part) -> tuple[int, int]:
    """Return the range of a part under its hard limits."""
    return grid_range(part.people, part.households, len(part), part.limits.hard_only())


def _without_towers(part: Part) -> tuple[int, int, int, int]:
    """Return people, households and atoms without its towers over the upper limit, and their number.

    A tower breaks the limit wherever it goes; alone in its grid it breaks it once, and all others can
    keep the rules.
    """
    f, hard = part.field, part.limits.hard_only()
    tower = (f.people > hard.people[1]) | (f.households > hard.households[1])
    rest = ~tower
    return int(f.people[rest].sum()), int(f.households[rest].sum()), int(rest.sum()), int(tower.sum())


def usable_range(part: Part) -> range:
    """Return the numbers of grids worth planning, the nearest ones where none is allowed."""
    people, households, atoms, towers = _without_towers(part)
    if towers:
        low, high = grid_range(people, households, atoms, part.limits.hard_only()) if people else (0, 0)
        return range(towers + min(low, high), towers + high + 1)
    f_low, f_high = grid_range(part.people, part.households, len(part), part.limits)
    low, high = range_of(part)
    if low <= high and f_low <= f_high:
        low, high = max(low, f_low), min(high, f_high)
    if low > high:
        low = high = min(max(1, high), len(part))
    return range(low, min(high, len(part)) + 1)
