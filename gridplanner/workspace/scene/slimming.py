# SPDX-License-Identifier: LGPL-3.0-or-later
"""The copy of a project that the window holds: numbers and texts without shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.project import ProjectContents


def slim(contents: ProjectContents) -> ProjectContents:
    """Return the project without shapes; numbers and texts stay."""
    return replace(contents, district=_slim_district(contents.district))


def _slim_district(district: District) -> District:
    """Return the district without shapes."""

    def bare(layer: Layer) -> Layer:
        return replace(layer, geometry=None)

    return replace(
        district,
        communities=replace(district.communities, geometry=_nothing(len(district.communities))),
        atoms=replace(district.atoms, geometry=_nothing(len(district.atoms))),
        buildings=replace(district.buildings, geometry=_nothing(len(district.buildings))),
        grids_before_geometry=_nothing(len(district.grids_before_geometry)),
        originals={key: bare(layer) for key, layer in district.originals.items()},
        nets={key: bare(layer) for key, layer in district.nets.items()},
    )


def _nothing(n: int) -> Any:
    """Return n times None as an object array."""
    return np.full(n, None, dtype=object)
