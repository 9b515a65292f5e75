# SPDX-License-Identifier: LGPL-3.0-or-later
"""The state of a division at a glance: headline indicators, splits, faults by kind, lines that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Indicators:
    """The three faults the reform names (大小不均、区域交叉、人员冗余), as numbers.

    Parameters
    ----------
    unevenness_people, unevenness_area : float
        Coefficient of variation of people and of area over general grids, shares.
    balance : float
        100 * (1 - deviation), 0 to 100; deviation is the mean of |people / mean - 1|.
    crossing_m2, crossing_people : float, int
        Land and people under more than one of today's grids, or under a net unit that differs from
        the rest of their grid; 0 for a plan over atoms without nets.
    redundancy : int
        Workers in post beyond one for each general grid that is needed: of the plan beside today's
        division, where there is one.
    over, under : float
        How far the largest general grid lies above the mean of people, and the smallest below it, as
        shares of the mean; their sum is the deviation from top to bottom.
    """

    unevenness_people: float
    unevenness_area: float
    balance: float
    crossing_m2: float
    crossing_people: int
    redundancy: int
    over: float = 0.0
    under: float = 0.0


@dataclass(frozen=True)
class Split:
    """A higher unit that lies in several grids.

    Parameters
    ----------
    level : str
        `street`, `community`, `estate` or `old_grid`.
    unit : str
        Code or name.
    parts : tuple of (str, int, int)
        Grid code ("" for no grid), people and households of each part, most people first.
    """

    level: str
    unit: str
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class FaultCount:
    """Faults of one kind between the areas of one layer, or of a layer against a higher one.

    Parameters
    ----------
    tier : str
        Role of the layer (`grids`, `communities`), or `grids/communities` for two tiers.
    kind : str
        Value of `geometry.defects.DefectKind`, or `outside` and `unclaimed` between tiers.
    count : int
    folded : int
        How many of them lie under the tolerance.
    area_m2 : float
    people : int
    """

    tier: str
    kind: str
    count: int
    folded: int
    area_m2: float
    people: int


@dataclass(frozen=True, eq=False)
class Health:
    """What the health check says of a division as a whole.

    Parameters
    ----------
    indicators : Indicators
    splits : tuple of Split
        Level by level, most people outside the main part first.
    faults : tuple of FaultCount
        Of the layers as delivered; empty for a plan, whose atoms cover the ground once.
    followed : float64[n_grids]
        Share of each grid's line that follows a road, a river or wall, an estate or the community
        line, 0 to 1; NaN for a grid without land.
    """

    indicators: Indicators
    splits: tuple[Split, ...] = ()
    faults: tuple[FaultCount, ...] = ()
    followed: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    @property
    def followed_mean(self) -> float:
        """Mean share of lines that follow a feature; NaN where no grid has land."""
        known = self.followed[~np.isnan(self.followed)]
        return float(known.mean()) if len(known) else float("nan")

    def table(self) -> dict[str, Any]:
        """Return the headline numbers by name, as `summary.json` and `check --json` state them."""
        found = self.indicators
        mean = self.followed_mean
        return {
            "unevenness_people": round(found.unevenness_people, 4),
            "unevenness_area": round(found.unevenness_area, 4),
            "over": round(found.over, 4),
            "under": round(found.under, 4),
            "top_to_bottom": round(found.over + found.under, 4),
            "balance": round(found.balance, 2),
            "crossing_m2": round(found.crossing_m2, 1),
            "crossing_people": found.crossing_people,
            "redundancy": found.redundancy,
            "line_followed": round(mean, 4) if mean == mean else None,  # NaN without land
        }
