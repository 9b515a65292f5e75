# SPDX-License-Identifier: LGPL-3.0-or-later
"""GCJ-02 and BD-09, the shifted coordinates of Chinese phone maps, to and from CGCS2000.

The shift was never published; what is used everywhere is a fit in sines, known to the
metre. A file cannot say that it is shifted, so it has to be declared. Stated error of the
conversion: about 1-2 m against points measured by others, well below a building's width;
the round trip of our own formulas is exact to under a millimetre.
"""

from __future__ import annotations

from math import pi

import numpy as np
import numpy.typing as npt

Xy = npt.NDArray[np.float64]

#: Metres that a converted point may be off; named in the finding at import.
STATED_ERROR_M = 2.0
#: Krasovsky 1940, the ellipsoid the published fits are made on.
_A, _E2 = 6378245.0, 0.00669342162296594323
_BD = pi * 3000.0 / 180.0
SYSTEMS = ("GCJ-02", "BD-09")


def system_of(text: str) -> str:
    """Return `GCJ-02` or `BD-09` if a text names one in any usual spelling, else "".

    Examples
    --------
    >>> system_of("gcj02"), system_of("EPSG:4490")
    ('GCJ-02', '')
    """
    plain = text.upper().replace("-", "").replace("_", "").replace(" ", "")
    return {"GCJ02": "GCJ-02", "GCJ": "GCJ-02", "BD09": "BD-09", "BD09LL": "BD-09"}.get(plain, "")


def _shift(lonlat: Xy) -> Xy:
    """Return the shift in degrees that GCJ-02 adds at a place."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    ripple = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * (2 / 3)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * (2 / 3)
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * (2 / 3)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * (2 / 3)
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * (2 / 3)
    latitude = np.radians(lonlat[:, 1])
    magic = 1 - _E2 * np.sin(latitude) ** 2
    degree_north = (_A * (1 - _E2)) / (magic * np.sqrt(magic)) * pi / 180
    degree_east = _A / np.sqrt(magic) * np.cos(latitude) * pi / 180
    return np.column_stack([east / degree_east, north / degree_north])


def to_gcj(lonlat: Xy) -> Xy:
    """Return GCJ-02 of true longitude, latitude (degrees)."""
    shifted: Xy = lonlat + _shift(lonlat)
    return shifted


def from_gcj(lonlat: Xy) -> Xy:
    """Return true longitude, latitude of GCJ-02, by iteration to under a millimetre."""
    true: Xy = lonlat - _shift(lonlat)
    for _round in range(6):
        true = true - (to_gcj(true) - lonlat)
    return true


def to_bd(lonlat: Xy) -> Xy:
    """Return BD-09 of true longitude, latitude."""
    x, y = to_gcj(lonlat).T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def from_bd(lonlat: Xy) -> Xy:
    """Return true longitude, latitude of BD-09."""
    true: Xy = lonlat - np.array([0.0117, 0.0035])
    for _round in range(10):
        true = true - (to_bd(true) - lonlat)
    return true


def to_true(lonlat: Xy, system: str) -> Xy:
    """Return CGCS2000 longitude, latitude of coordinates in `GCJ-02` or `BD-09`."""
    return from_gcj(lonlat) if system == "GCJ-02" else from_bd(lonlat)
