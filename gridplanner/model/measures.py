# SPDX-License-Identifier: LGPL-3.0-or-later
"""Numbers per grid that tables, maps and rules share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures of a plan's grids, columns of length n_grids.

    Parameters
    ----------
    people, households : int64[n]
    buildings : int64[n]
        Number of buildings (LDS).
    area_m2 : float64[n]
    radius_m : float64[n]
        Grid radius as the rules define it; NaN for a grid without people.
    service_x, service_y : float64[n]
        The service point the radius is measured from; NaN for a grid without atoms.
    parts : int64[n]
        Connected parts.
    more : mapping of name to float64[n]
        Further measures of the registry (compactness, load, distance to the station, ...).
    """

    people: npt.NDArray[np.int64]
    households: npt.NDArray[np.int64]
    buildings: npt.NDArray[np.int64]
    area_m2: FloatArray
    radius_m: FloatArray
    service_x: FloatArray
    service_y: FloatArray
    parts: npt.NDArray[np.int64]
    more: Mapping[str, FloatArray] = field(default_factory=dict)
