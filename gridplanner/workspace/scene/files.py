# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about files and places, answered in the worker process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.progress import Progress
from gridplanner.texts import _


def probe_all(paths: Sequence[str], encoding: str, progress: Progress) -> tuple[Any, ...]:
    """Return a guess for each layer in the files.

    Returns
    -------
    tuple of gridplanner.io.probe.FileGuess
    """
    from gridplanner.io.worker import probe_apart  # readers, only when files are imported

    guesses: list[Any] = []
    for i, path in enumerate(paths):
        progress.step(i, len(paths), Path(path).name)
        guesses += probe_apart(Path(path), encoding, cancelled=progress.cancelled)
    return tuple(guesses)


def atoms_under(district: District, role: str, row: int) -> tuple[int, ...]:
    """Return the atoms whose points lie under one shape of a layer; of a point, the atom that holds it."""
    import shapely  # only when a site is carved out

    layer = district.originals.get(role)
    if layer is None or layer.geometry is None or row >= len(layer.geometry):
        raise UserError(_("There is no such site."))
    shape = layer.geometry[row]
    points = shapely.points(district.atoms.x, district.atoms.y)
    inside = shapely.intersects(shape, points) if shapely.get_dimensions(shape) == 2 else np.zeros(0, bool)
    found = np.flatnonzero(inside)
    if not len(found):
        found = np.flatnonzero(shapely.intersects(district.atoms.geometry, shapely.centroid(shape)))[:1]
    return tuple(int(i) for i in found)


def scenarios_in(district: District, path: Path) -> Mapping[str, Plan]:
    """Return the scenarios of another project whose atoms are those of this district."""
    from gridplanner.io.project.project import open_project  # GDAL

    other = open_project(path)
    if len(other.district.atoms) != len(district.atoms):
        return {}
    if (other.district.atoms.ids != district.atoms.ids).any():
        return {}
    return {name: scenario.plan for name, scenario in other.scenarios.items()}
