# SPDX-License-Identifier: LGPL-3.0-or-later
"""A scanned map put on the ground by points that the planner shows on both; kept beside the picture.

Reading, fitting and moving need numpy only, so the window may call them while the planner clicks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gridplanner.errors import UserError
from gridplanner.io.plane_fit import Fit, Xy, fit, world_file
from gridplanner.io.scan import WORLD, Scan, read_scan
from gridplanner.texts import _

__all__ = [
    "Fit",
    "Scan",
    "Xy",
    "corners",
    "fit_scan",
    "keep_placing",
    "read_points",
    "read_scan",
    "residual_rows",
]

#: A residual above this many metres is told: a lane's width.
LARGE_RESIDUAL_M = 3.0


def fit_scan(pixels: Xy, ground: Xy, kind: str = "") -> Fit:
    """Return where a scan lies, with the residual of each point.

    Parameters
    ----------
    pixels : float64[n, 2], n >= 3
        Column and row from the upper left corner of the picture, row downwards.
    ground : float64[n, 2]
        The same points in the project's CRS, metres.
    kind : str
        `similarity` (4 parameters), `affine` (6), or "" to choose by the number of points.

    Raises
    ------
    UserError
        Fewer than three points, or all nearly on one line.
    """
    return fit(np.asarray(pixels, dtype=np.float64), np.asarray(ground, dtype=np.float64), kind)


def residual_rows(placed: Fit) -> list[tuple[int, float, bool]]:
    """Return number, residual in metres and whether it is large, for each control point."""
    return [(i + 1, float(r), bool(r > LARGE_RESIDUAL_M)) for i, r in enumerate(placed.residuals_m)]


def corners(scan: Scan, placed: Fit) -> Xy:
    """Return the ground coordinates of the corners: upper left, upper right, lower right, lower left."""
    w, h = float(scan.width), float(scan.height)
    return placed.move(np.array([[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]))


def keep_placing(scan: Scan, placed: Fit, crs: str, pixels: Xy, ground: Xy) -> tuple[Path, ...]:
    """Write world file, `.prj` and the control points beside a scan; any GIS then shows it in place.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    UserError
        The folder cannot be written, or `crs` is none.
    """
    from gridplanner.io.crs import parse  # pyproj, which fitting does without
    from gridplanner.io.file_set import publish_set

    system = parse(crs)
    if system is None:
        raise UserError(
            _("'{crs}' is no coordinate system. Name it as EPSG:4545 or as WKT.").format(crs=crs[:80])
        )
    lines = ["x_from,y_from,x_to,y_to"]
    lines += [f"{a[0]:.3f},{a[1]:.3f},{b[0]:.4f},{b[1]:.4f}" for a, b in zip(pixels, ground, strict=True)]
    world = scan.path.with_suffix(WORLD[scan.path.suffix.lower()][0])
    members = {
        world.suffix: world_file(placed).encode("ascii"),
        ".prj": system.to_wkt("WKT1_ESRI").encode("utf-8"),
        ".points.csv": ("\n".join(lines) + "\n").encode("utf-8"),
    }
    with publish_set(world, members):
        pass
    return tuple(world.parent / (world.stem + suffix) for suffix in members)


def read_points(path: Path) -> tuple[Xy, Xy]:
    """Return the control points of a CSV (`x_from y_from x_to y_to`): pixels, ground."""
    from gridplanner.io.control_points import read_control_points  # readers of tables, felt by the window

    return read_control_points(path)


def points_beside(scan: Scan) -> tuple[Xy, Xy] | None:
    """Return the control points kept beside a scan earlier; None if there are none."""
    path = scan.path.with_name(scan.path.stem + ".points.csv")
    return read_points(path) if path.is_file() else None


def residual_lines(placed: Fit, names: Sequence[str] = ()) -> list[str]:
    """Return the residuals as lines of text, for the terminal and for papers."""
    kind = _("affine") if placed.kind == "affine" else _("four parameters")
    lines = [
        _("{n} control points, {kind}; mean residual {rms:.2f} m, scale {scale:.4f} m per pixel").format(
            n=len(placed.residuals_m), kind=kind, rms=placed.rms_m, scale=placed.scale
        )
    ]
    for number, residual, large in residual_rows(placed):
        name = names[number - 1] if number <= len(names) else str(number)
        mark = "  " + _("large: check this point") if large else ""
        lines.append(_("point {name}: {residual:.2f} m").format(name=name, residual=residual) + mark)
    return lines
