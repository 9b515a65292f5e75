# SPDX-License-Identifier: LGPL-3.0-or-later
"""The figures a sample city is drawn to, and the types its parts are handed on in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

#: Centre of city 0 in EPSG:4545: an arbitrary point in the right zone, not a real district.
ORIGIN = (384_000.0, 3_526_000.0)
CITY_SPACING_M = 9_000.0
MIN_PEOPLE, MAX_PEOPLE, RADIUS_M = 1_000, 2_000, 400.0
MIN_SHARED_M = 2.0

#: Share of land inside the old core, and inside the built-up middle.
CORE, MIDDLE = 0.15, 0.46

VILLAGE, HIGH_RISE, WALK_UP, SELF_BUILT, NON_RESIDENTIAL, EMPTY = range(6)
KIND_NAMES = ("外围自建", "高层住宅", "多层住宅", "自建房", "非住宅", "空地")


@dataclass(frozen=True)
class CitySpec:
    """What one city is asked to hold.

    Parameters
    ----------
    seed : int
        Seed of everything random in this city.
    index : int
        Place of the city in the row of cities; gives offset and code prefix.
    scale : float
        Size against the district of the sample (1.0).
    """

    seed: int
    index: int = 0
    scale: float = 1.0

    @property
    def land_m2(self) -> float:
        """Return the land to be divided, without the river."""
        return 31.0e6 * self.scale

    @property
    def streets(self) -> int:
        """Return the number of street offices."""
        return max(3, round(7 * self.scale))

    @property
    def communities(self) -> int:
        """Return the number of communities."""
        return max(12, round(42 * self.scale))

    @property
    def grids(self) -> int:
        """Return the number of general grids of today."""
        return round(412 * self.scale)

    @property
    def dedicated(self) -> int:
        """Return the number of dedicated grids of today."""
        return round(14 * self.scale)

    @property
    def sites(self) -> int:
        """Return the number of candidate sites."""
        return round(65 * self.scale)

    @property
    def people(self) -> int:
        """Return the number of residents."""
        return round(450_000 * self.scale)

    @property
    def buildings(self) -> int:
        """Return the number of buildings."""
        return round(6_150 * self.scale)

    @property
    def origin(self) -> tuple[float, float]:
        """Return the centre of the city in the project CRS."""
        row, column = divmod(self.index, 10)
        return ORIGIN[0] + column * CITY_SPACING_M, ORIGIN[1] + row * CITY_SPACING_M

    @property
    def prefix(self) -> str:
        """Return the six-digit division code; 519999 is used by no real county."""
        return str(519_999 - self.index)


@dataclass(frozen=True, eq=False)
class Terrain:
    """Land, water and streets of a city before anything is built.

    Parameters
    ----------
    blocks : Polygon[n]
        Street blocks; they tile the land on both banks.
    bank : int64[n]
        0 or 1, the side of the river a block lies on.
    zone : float64[n]
        0 at the heart of the town, 1 at its edge (share of land nearer to the heart).
    hill : bool[n]
        Blocks on the hill, never built upon.
    roads : LineString[m]
        Streets as drawn, later replaced by the block edges they became.
    road_class : int64[m]
        0 main, 1 secondary, 2 side street.
    river : Polygon
        The water inside the city.
    bridges : LineString[k]
        One line over the river each, ending on both banks.
    """

    blocks: Geometries
    bank: Ints
    zone: Floats
    hill: npt.NDArray[np.bool_]
    roads: Geometries
    road_class: Ints
    river: shapely.Geometry
    bridges: Geometries


@dataclass(frozen=True, eq=False)
class Buildings:
    """Building points and who lives there; arrays of equal length."""

    x: Floats
    y: Floats
    block: Ints
    kind: Ints
    floors: Ints
    people: Ints
    households: Ints
    estate: Ints
    number: Ints


@dataclass(frozen=True, eq=False)
class Cells:
    """The finest tiling: one cell per building and one per empty block.

    Parameters
    ----------
    polygons : Polygon[n]
        Cells that share their vertices (a valid coverage).
    block, building : int64[n]
        Block of a cell; its building, -1 in an empty block.
    left, right : int64[m]
        Neighbouring cells, left < right.
    shared_m : float64[m]
        Length of the border they share.
    """

    polygons: Geometries
    block: Ints
    building: Ints
    people: Ints
    x: Floats
    y: Floats
    left: Ints
    right: Ints
    shared_m: Floats


@dataclass(eq=False)
class Division:
    """Today's division: street and community of each block, grid of each cell.

    `grid` counts general grids first, then dedicated ones from `n_general` on.
    """

    street_of_community: Ints
    community_of_block: Ints
    grid: Ints
    n_general: int
    community_of_grid: Ints
    exclaves: list[int] = field(default_factory=list)
    river_cut: int = -1
