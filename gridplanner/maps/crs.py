# SPDX-License-Identifier: LGPL-3.0-or-later
"""Name the coordinate system on a sheet as a Chinese surveyor would."""

from __future__ import annotations

import re
from functools import lru_cache

from gridplanner.maps.scene import Scene
from gridplanner.texts import _

_CHINESE = {
    "CGCS2000": "2000国家大地坐标系",
    "China Geodetic Coordinate System 2000": "2000国家大地坐标系",
    "Xian 1980": "1980西安坐标系",
    "Beijing 1954": "1954年北京坐标系",
}


def crs_text(scene: Scene) -> str:
    """Return the footer's line on the coordinate system."""
    return _("Coordinate system: {crs}").format(crs=crs_name(scene.outcome.district.crs))


@lru_cache(maxsize=16)
def crs_name(crs: str) -> str:
    """Return a readable name of a coordinate system, with its EPSG code where it has one."""
    # Imported here: pyproj takes 0.1 s, and the window imports this module before its first paint.
    import pyproj

    found = pyproj.CRS.from_user_input(crs)
    code = found.to_epsg()
    name = _name(found.name)
    return _("{name} (EPSG:{code})").format(name=name, code=code) if code else name


def _name(name: str) -> str:
    """Translate the national systems; others keep the name of the register."""
    match = re.fullmatch(r"(.+?) / (3-degree )?Gauss-Kruger (CM (\d+)E|zone (\d+))", name)
    if not match or match[1] not in _CHINESE or _("metres") == "metres":
        return name
    belt = "3度带" if match[2] else "6度带"
    place = f"中央经线{match[4]}°" if match[4] else f"第{match[5]}带"
    return f"{_CHINESE[match[1]]} {belt} {place}"
