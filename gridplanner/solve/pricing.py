# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the search pays for in each mode; everything in pieces of old grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gridplanner.solve.part import Limits
from gridplanner.solve.state import Prices

#: Fixed charge of a breached rule: hard, soft. Far above anything the soft goals can gain in one grid.
BREACH = (25.0, 2.5)
#: Straight lines are compared squared; rounding must never pass a building that the rules refuse.
STRICT, LOOSE = 1.0 - 1e-9, 1.0 + 1e-9


class Taste(NamedTuple):
    """Prices of the soft goals."""

    pieces: float
    moved: float
    deviation: float
    spread: float
    roundness: float


#: Modes of `PlanRequest.mode`. Own choice, from trials on generated districts.
TASTES = {
    "keep": Taste(pieces=1.0, moved=1 / 4000, deviation=0.2, spread=0.0, roundness=0.06),
    "balance": Taste(pieces=0.003, moved=0.0, deviation=20.0, spread=2.0, roundness=0.01),
    # Shapes may cost a little evenness: a mean deviation of 5 % is the most a city should show.
    "compact": Taste(pieces=0.002, moved=0.0, deviation=55.0, spread=0.0, roundness=4.0),
}
_GOALS = {
    "keep": Taste(1.0, 1 / 4000, 0.0, 0.0, 0.0),
    "balance": Taste(0.0, 0.0, 20.0, 0.0, 0.0),
    "ideal": Taste(0.0, 0.0, 10.0, 10.0, 0.0),
    "compact": Taste(0.0, 0.0, 0.0, 0.0, 4.0),
    "lines": Taste(0.0, 0.0, 0.0, 0.0, 2.0),
}


def taste_of(mode: str, order: Sequence[str] = ()) -> Taste:
    """Return the prices of a mode, or of the user's own order: each goal a tenth of the one before."""
    if not order:
        return TASTES[mode]
    total = np.zeros(len(Taste._fields))
    for rank, goal in enumerate(order):
        total += np.array(_GOALS[goal]) * 0.1**rank
    return Taste(*(float(x) for x in total))


def prices_of(limits: Limits, mode: str, mean: float, order: Sequence[str] = ()) -> Prices:
    """Return the prices of a search under limits; `mean` is the people of an even grid."""
    taste = taste_of(mode, order)
    people, households, radius = (BREACH[0] if hard else BREACH[1] for hard in limits.hard)
    return Prices(
        people=people,
        households=households,
        radius=radius,
        apart=BREACH[0],
        pieces=taste.pieces,
        moved=taste.moved,
        deviation=taste.deviation,
        spread=taste.spread,
        roundness=taste.roundness,
        mean=max(float(mean), 1.0),
        people_min=float(limits.people[0]),
        people_max=float(limits.people[1]),
        households_min=float(limits.households[0]),
        households_max=float(limits.households[1]),
        radius2=float(limits.radius_m) ** 2 * STRICT if limits.radius_m >= 0 else 0.0,
        points=int(limits.points),
    )


def heat_of(prices: Prices) -> tuple[float, float]:
    """Return the first and last temperature that fit the prices."""
    scale = max(prices.pieces, 0.1 * (prices.deviation + prices.spread) * 0.25, 0.15 * prices.roundness)
    return 1.5 * scale, 0.004 * scale
