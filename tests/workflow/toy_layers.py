# SPDX-License-Identifier: LGPL-3.0-or-later
"""A toy town as layers on disk with a configuration, for the command line."""

from __future__ import annotations

from pathlib import Path

import geopandas
from shapely import LineString

from gridplanner.model.jurisdiction import District
from tests.builders import CRS


def write_town(folder: Path, district: District, tables: str, *, buildings: bool = True) -> Path:
    """Write communities, today's grids and buildings of a toy town; return the configuration's path.

    Parameters
    ----------
    tables : str
        The configuration's other tables, such as `[rules]` and `[plan]`.
    buildings : bool
        Whether the town has a layer of buildings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table, built = district.communities, district.buildings
    _write(
        folder, "communities", {"SQDM": table.codes, "SQMC": table.names, "SQLX": table.types}, table.geometry
    )
    text = '[layers.communities]\npath = "communities.geojson"\n'
    text += 'fields = { code = "SQDM", name = "SQMC", community_type = "SQLX" }\n'
    if district.grids_before:
        grids = district.grids_before
        columns = {
            "WGBM": [g.code for g in grids],
            "WGMC": [g.name for g in grids],
            "WGLX": [g.kind.value for g in grids],
        }
        _write(folder, "grids", columns, district.grids_before_geometry)
        text += '[layers.grids]\npath = "grids.geojson"\n'
        text += 'fields = { code = "WGBM", name = "WGMC", kind = "WGLX" }\n'
    if buildings:
        columns = {"JZWBM": built.codes, "XQMC": built.estates, "RK": built.people, "HS": built.households}
        _write(folder, "buildings", columns, built.geometry)
        text += '[layers.buildings]\npath = "buildings.geojson"\n'
        text += 'fields = { code = "JZWBM", estate = "XQMC", people = "RK", households = "HS" }\n'
    path = folder / "config.toml"
    path.write_text(text + tables, encoding="utf-8")
    return path


def write_lines(folder: Path, name: str, *lines: list[tuple[float, float]]) -> None:
    """Write a layer of lines."""
    _write(folder, name, {"MC": [f"{name}{i}" for i in range(len(lines))]}, [LineString(xy) for xy in lines])


def _write(folder: Path, name: str, columns: dict[str, object], shapes: object) -> None:
    frame = geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)  # type: ignore[call-overload]
    frame.to_file(folder / f"{name}.geojson", driver="GeoJSON")
