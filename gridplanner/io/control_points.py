# SPDX-License-Identifier: LGPL-3.0-or-later
"""Control points as surveyors hand them over, and layers moved by them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from gridplanner.errors import UserError
from gridplanner.io.columns import numbers_of
from gridplanner.io.ledger_reader import read_csv
from gridplanner.io.plane_fit import Fit, Xy
from gridplanner.model.layers import ObjectArray
from gridplanner.texts import _

COLUMNS = ("x_from", "y_from", "x_to", "y_to")


def moved(placed: Fit, geometry: ObjectArray) -> ObjectArray:
    """Return shapes in the target system of a fit; None stays None."""
    shapes: ObjectArray = shapely.transform(shapely.force_2d(geometry), placed.move)
    return shapes


def read_control_points(path: Path) -> tuple[Xy, Xy]:
    """Return control points of a CSV with columns `x_from y_from x_to y_to`.

    Raises
    ------
    UserError
        A column is missing, or a cell is no number.
    """
    table = read_csv(path)
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise UserError(
            _("'{source}' must have the columns {columns}; {lacking} is missing.").format(
                source=path.name, columns=" ".join(COLUMNS), lacking=" ".join(lacking)
            )
        )
    cells = [numbers_of(table.columns[name])[0] for name in COLUMNS]
    if not np.isfinite(cells).all():
        raise UserError(_("'{source}': a control point has no number. Correct it.").format(source=path.name))
    return np.column_stack(cells[:2]), np.column_stack(cells[2:])
