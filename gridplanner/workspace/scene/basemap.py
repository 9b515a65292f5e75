# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where basemaps lie in the project's system, worked out in the worker: the window has no projections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.texts import _
from gridplanner.workspace.intake.basemaps import Basemap, Grid, Warp
from gridplanner.workspace.scene.tasks import Reporter, State

if TYPE_CHECKING:
    from gridplanner.io.wmts import WmtsLayer

Floats = npt.NDArray[np.float64]
_MERCATOR, _DEGREES = "EPSG:3857", "EPSG:4490"
#: Points of a raster along its longer side; between them a projection is straight to a centimetre or so.
_POINTS = 48
#: Pieces of a picture along each side when its system is not the project's.
_PIECES = 8


def warp_over(state: State, progress: Reporter, extent: tuple[float, ...], shifted: bool) -> Warp:
    """Return the way from the project's system to Web Mercator and back, around an extent.

    Parameters
    ----------
    state : State
    progress : Reporter
    extent : (x0, y0, x1, y1), metres
    shifted : bool
        The tiles are in GCJ-02.
    """
    crs = state.whole().district.crs
    wide, high = extent[2] - extent[0], extent[3] - extent[1]
    around = (extent[0] - wide, extent[1] - high, extent[2] + wide, extent[3] + high)
    forth = _grid(around, lambda xy: to_mercator(xy, crs, shifted))
    values = forth.values.reshape(-1, 2)
    there = (*values.min(axis=0).tolist(), *values.max(axis=0).tolist())
    return Warp(forth, _grid(there, lambda xy: _from_mercator(xy, crs, shifted)))


def place_picture(state: State, progress: Reporter, basemap: Basemap) -> Floats:
    """Return where the pieces of a picture lie: the corners of its pieces in the project's system.

    Returns
    -------
    float64[rows + 1, columns + 1, 2], metres

    Raises
    ------
    UserError
        The picture does not say where it lies, or its system is unknown.
    """
    from gridplanner.io.basemaps import picture_crs
    from gridplanner.io.crs import name_of, parse, transformer
    from gridplanner.workspace.intake.scans import read_scan

    scan = read_scan(Path(basemap.address))
    if scan.placed is None:
        raise UserError(
            _("'{path}' does not say where it lies. Place it by control points (Scanned map).").format(
                path=scan.path.name
            )
        )
    target = state.whole().district.crs
    named = basemap.crs or picture_crs(scan.path) or target
    if parse(named) is None:
        raise UserError(
            _("'{crs}' is no coordinate system. Name it as EPSG:4545 or as WKT.").format(crs=named[:80])
        )
    pieces = 1 if name_of(named) == name_of(target) else _PIECES
    u, v = np.meshgrid(np.linspace(0, scan.width, pieces + 1), np.linspace(0, scan.height, pieces + 1))
    xy = scan.placed.move(np.column_stack([u.ravel(), v.ravel()]))
    if pieces > 1:
        xy = np.column_stack(transformer(named, target).transform(xy[:, 0], xy[:, 1]))
    if not np.isfinite(xy).all():
        raise UserError(_("'{path}' lies outside its coordinate system.").format(path=scan.path.name))
    lattice: Floats = xy.reshape(pieces + 1, pieces + 1, 2)
    return lattice


def _grid(extent: tuple[float, ...], value: Callable[[Floats], Floats]) -> Grid:
    """Return a function on a raster over an extent."""
    x0, y0, x1, y1 = extent
    step = max(x1 - x0, y1 - y0, 1.0) / (_POINTS - 1)
    columns, rows = int(np.ceil((x1 - x0) / step)) + 2, int(np.ceil((y1 - y0) / step)) + 2
    x, y = np.meshgrid(x0 + step * np.arange(columns), y0 + step * np.arange(rows))
    return Grid(x0, y0, step, value(np.column_stack([x.ravel(), y.ravel()])).reshape(rows, columns, 2))


def to_mercator(xy: Floats, crs: str, shifted: bool) -> Floats:
    """Return Web Mercator metres, by way of GCJ-02 where the tiles are shifted."""
    from gridplanner.io.crs import transformer
    from gridplanner.io.phone_maps import to_gcj

    lonlat = np.column_stack(transformer(crs, _DEGREES).transform(xy[:, 0], xy[:, 1]))
    if shifted:
        lonlat = to_gcj(lonlat)
    return np.column_stack(transformer("EPSG:4326", _MERCATOR).transform(lonlat[:, 0], lonlat[:, 1]))


def _from_mercator(xy: Floats, crs: str, shifted: bool) -> Floats:
    """Return points in the project's system."""
    from gridplanner.io.crs import transformer
    from gridplanner.io.phone_maps import from_gcj

    lonlat = np.column_stack(transformer(_MERCATOR, "EPSG:4326").transform(xy[:, 0], xy[:, 1]))
    if shifted:
        lonlat = from_gcj(lonlat)
    return np.column_stack(transformer(_DEGREES, crs).transform(lonlat[:, 0], lonlat[:, 1]))


def offered_layers(state: State, progress: Reporter, address: str) -> tuple[WmtsLayer, ...]:
    """Return what a map service offers; asked only when the planner has entered its address.

    Raises
    ------
    UserError
        It does not answer, or offers nothing that can lie under the map.
    """
    from gridplanner.io.wmts import wmts_layers

    return wmts_layers(address)


TASKS: Mapping[str, Callable[..., Any]] = {
    "warp": warp_over,
    "place_picture": place_picture,
    "wmts_layers": offered_layers,
}
