# SPDX-License-Identifier: LGPL-3.0-or-later
"""Coordinate systems: what a file is in, what a district is planned in.

CGCS2000 codes (EPSG registry): 3-degree zones 25-45 are EPSG:4513-4533 with the zone number
before the easting and EPSG:4534-4554 without; 6-degree zones 13-23 are EPSG:4491-4501 and
EPSG:4502-4512. Axes are always taken as east, north (x, y).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from gridplanner.errors import UserError
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

Bounds = tuple[float, float, float, float]

_DEFINITION = re.compile(
    r"\s*(?:(?:EPSG|ESRI|OGC|IAU_\d+):\w+\s*$|urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/|\+|\{"
    r"|[A-Z_]*(?:CRS|CS|PROJCS|GEOGCS)\s*\[)",
    re.IGNORECASE,
)
#: Names of the plane systems of CGCS2000, in EPSG's and in ESRI's spelling.
_CGCS_NAME = re.compile(
    r"CGCS2000[ _/]+3[-_ ]degree[ _](?:GK|Gauss[-_ ]Kruger)[ _](?:(CM)[ _](\d+)E|zone[ _](\d+))", re.I
)

#: Degrees around China, with a margin: longitude, latitude.
CHINA = (72.0, 3.0, 136.0, 54.5)
_WEB_MERCATOR = 3857
#: Datums whose tie to CGCS2000 is not public: shifts of tens of metres without local parameters.
_OLD_DATUMS = ("xian 1980", "xian_1980", "beijing 1954", "beijing_1954", "d_xian", "d_beijing")


@lru_cache(maxsize=256)
def parse(text: str) -> pyproj.CRS | None:
    """Return the CRS that a text (`EPSG:4545`, WKT, ESRI WKT) names; None if it names none.

    Anything else is not even tried: PROJ would look for a CRS of a like name for seconds.
    """
    if not _DEFINITION.match(text):
        return None
    try:
        crs = pyproj.CRS.from_user_input(text)
    except CRSError:
        return None
    # A drawing's own axes (LOCAL_CS) lie nowhere on the earth.
    return crs if crs.is_geographic or crs.is_projected else None


@lru_cache(maxsize=256)
def name_of(text: str) -> str:
    """Return the shortest exact name of a CRS: `EPSG:n`, else its WKT.

    Examples
    --------
    >>> name_of("EPSG:4545")
    'EPSG:4545'
    """
    crs = parse(text)
    if crs is None:
        raise UserError(
            _("'{crs}' is no coordinate system. Name it as EPSG:4545 or as WKT.").format(crs=text[:80])
        )
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_wkt()


@lru_cache(maxsize=256)
def contradicts_its_name(text: str) -> str:
    """Return the name of a registered CRS that a definition bears while its numbers differ; else "".

    Someone edited the `.prj`, or it was damaged: a central meridian of 109 under the name of 108.
    """
    crs = parse(text)
    found = _CGCS_NAME.fullmatch(crs.name) if crs is not None else None
    if crs is None or found is None or crs.to_epsg() is not None:
        return ""
    code = 4534 + (int(found[2]) - 75) // 3 if found[1] else 4513 + int(found[3]) - 25
    known = parse(f"EPSG:{code}")
    return "" if known is None or known.equals(crs, ignore_axis_order=True) else known.name


def is_planar_metres(crs: pyproj.CRS) -> bool:
    """Tell whether areas and distances may be computed in it: projected, metres, not Web Mercator."""
    if not crs.is_projected or crs.to_epsg() == _WEB_MERCATOR or "pseudo-mercator" in crs.name.lower():
        return False
    if "web_mercator" in crs.name.lower() or "popular visualisation" in crs.name.lower():
        return False
    return all(abs(axis.unit_conversion_factor - 1) < 1e-9 for axis in crs.axis_info[:2])


def is_old_datum(crs: pyproj.CRS) -> bool:
    """Tell whether the datum is Xian 1980 or Beijing 1954, whose tie to CGCS2000 is not public."""
    datum = crs.datum.name.lower() if crs.datum else crs.name.lower()
    return any(old in datum for old in _OLD_DATUMS)


def looks_like_degrees(bounds: Bounds) -> bool:
    """Tell whether coordinates can be degrees at all."""
    return -181 <= bounds[0] <= bounds[2] <= 181 and -181 <= bounds[1] <= bounds[3] <= 181


def axes_swapped(bounds: Bounds) -> bool:
    """Tell whether x and y of Chinese coordinates stand the wrong way round.

    Degrees: latitude before longitude (x 3-54, y 73-136). Metres: northing (1.9-6.0 million)
    before easting (200-800 km, or with zone number 13-46 million).

    Examples
    --------
    >>> axes_swapped((22.5, 113.9, 22.7, 114.2)), axes_swapped((475000, 3525000, 480000, 3530000))
    (True, False)
    """
    x0, y0, x1, y1 = bounds
    if looks_like_degrees(bounds):
        return x0 >= 3 and x1 <= 54.5 and y0 >= 72 and y1 <= 136
    northing = x0 >= 1.9e6 and x1 <= 6.0e6
    easting = (y0 >= 2e5 and y1 <= 8e5) or (y0 >= 13e6 and y1 <= 46e6)
    return northing and easting


def guess(bounds: Bounds) -> tuple[str, ...]:
    """Return the likely CRS of coordinates without a label, the likeliest first; empty if none is.

    Examples
    --------
    >>> guess((36475000, 3525000, 36480000, 3530000))
    ('EPSG:4524',)
    """
    x0, y0, x1, y1 = bounds
    if looks_like_degrees(bounds):
        west, south, east, north = CHINA
        inside = west <= x0 and x1 <= east and south <= y0 and y1 <= north
        return ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09") if inside else ("EPSG:4326",)
    if not (y0 >= 1.0e6 and y1 <= 6.2e6):
        return ()
    zone = int(x0 // 1e6)
    if zone == int(x1 // 1e6) and x0 - zone * 1e6 >= 2e5 and x1 - zone * 1e6 <= 8e5:
        if 25 <= zone <= 45:
            return (f"EPSG:{4513 + zone - 25}",)
        if 13 <= zone <= 23:
            return (f"EPSG:{4491 + zone - 13}",)
        if zone == 0:
            return tuple(f"EPSG:{code}" for code in (4545, *range(4534, 4545), *range(4546, 4555)))
    return ()


def with_right_prefix(named: str, bounds: Bounds) -> str:
    """Return the sister CRS where a zone number is there but not declared, or the reverse; else ""."""
    short = name_of(named)
    code = int(short[5:]) if short.startswith("EPSG:") else 0
    prefixed = bounds[0] >= 13e6 and bounds[2] <= 46e6
    plain = bounds[0] > 0 and bounds[2] < 1e6
    if 4534 <= code <= 4554 and prefixed:
        zone = int(bounds[0] // 1e6)
        return f"EPSG:{4513 + zone - 25}" if 25 <= zone <= 45 else ""
    if 4502 <= code <= 4512 and prefixed:
        zone = int(bounds[0] // 1e6)
        return f"EPSG:{4491 + zone - 13}" if 13 <= zone <= 23 else ""
    if 4513 <= code <= 4533 and plain:
        return f"EPSG:{code + 21}"
    if 4491 <= code <= 4501 and plain:
        return f"EPSG:{code + 11}"
    return ""


def local_zone(
    longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]
) -> str:
    """Return the projected CRS to plan in: the zone with the largest share of `weight`.

    Parameters
    ----------
    longitude, latitude : float64[n], degrees
        Middle of each shape.
    weight : float64[n]
        Its area (any unit). In China a CGCS2000 3-degree zone, elsewhere a WGS 84 UTM zone.

    Examples
    --------
    >>> local_zone(np.array([106.75]), np.array([31.85]), np.array([1.0]))
    'EPSG:4545'
    """
    total = weight if weight.sum() > 0 else np.ones_like(weight)
    middle_x, middle_y = np.average(longitude, weights=total), np.average(latitude, weights=total)
    west, south, east, north = CHINA
    if west <= middle_x <= east and south <= middle_y <= north:
        zones = np.clip(np.floor((longitude + 1.5) / 3).astype(int), 25, 45)
        shares = np.bincount(zones, weights=total)
        return f"EPSG:{4534 + int(np.argmax(shares)) - 25}"
    zone = min(60, int((middle_x + 180) // 6) + 1)
    return f"EPSG:{(32600 if middle_y >= 0 else 32700) + zone}"


def _carries_shift(text: str) -> bool:
    """Tell whether a definition brings its own shift to WGS 84 (three or seven parameters)."""
    crs = parse(text)
    return crs is not None and crs.is_bound


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the transformer between two CRS, always east before north."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def transform(geometry: ObjectArray, source: str, target: str) -> ObjectArray:
    """Return the geometries in another CRS; None stays None, heights are dropped.

    Raises
    ------
    UserError
        A coordinate cannot be expressed in the target.
    """
    if name_of(source) == name_of(target):
        return geometry
    if "EPSG:4326" not in (source, target) and any(_carries_shift(text) for text in (source, target)):
        # On the straight way to CGCS2000 PROJ forgets the parameters of `+towgs84` without a word.
        return transform(transform(geometry, source, "EPSG:4326"), "EPSG:4326", target)
    try:
        change = transformer(source, target)
    except ProjError as error:
        raise UserError(
            _("There is no way from the coordinate system {source} to {target}. Name another crs.").format(
                source=source[:60], target=target[:60]
            )
        ) from error

    def project(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return projected pairs."""
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    moved: ObjectArray = shapely.transform(shapely.force_2d(geometry), project)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise UserError(
            _(
                "Some coordinates lie outside the area where {target} is defined. Check the "
                "layer's coordinate system ({source})."
            ).format(source=source[:60], target=target[:60])
        )
    return moved


def total_bounds(geometry: Sequence[object] | ObjectArray) -> Bounds:
    """Return xmin, ymin, xmax, ymax; NaN where there is no shape."""
    if not len(geometry):
        return (np.nan,) * 4
    x0, y0, x1, y1 = shapely.total_bounds(np.asarray(geometry, dtype=object))
    return float(x0), float(y0), float(x1), float(y1)


def outside_area_of_use(crs: pyproj.CRS, bounds: Bounds) -> bool:
    """Tell whether the middle of the data lies well outside the area that the CRS is made for."""
    area = crs.area_of_use
    if area is None:
        return False
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if not crs.is_geographic:
        x, y = transformer(crs.to_wkt(), "EPSG:4326").transform(x, y)
    if not (np.isfinite(x) and np.isfinite(y)):
        return True
    margin = 1.5
    inside_y = area.south - margin <= y <= area.north + margin
    if area.west > area.east:
        return not (inside_y and (x >= area.west - margin or x <= area.east + margin))
    return not (inside_y and area.west - margin <= x <= area.east + margin)
