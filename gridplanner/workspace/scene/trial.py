# SPDX-License-Identifier: LGPL-3.0-or-later
"""A trial of the import: everything is read as named, nothing is built; what came of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplanner.model.layers import Layer, LayerSet
from gridplanner.model.ledger import PLACED
from gridplanner.texts import _
from gridplanner.workspace.config import config_from_table
from gridplanner.workspace.scene.scene import Floats, LineArrays, line_arrays
from gridplanner.workspace.scene.tasks import Reporter, State

#: Points of one layer in the preview; more of them only blacken it.
MAX_POINTS = 20_000
#: Outlines are simplified to this share of the extent: half a pixel of the preview.
COARSE = 1 / 1200


@dataclass(frozen=True, eq=False)
class TrialLayer:
    """One layer as it was read.

    Parameters
    ----------
    role : str
    rows, shapes : int
        Rows, and rows with a usable shape.
    people : int
        Sum of its people; 0 where it has none.
    lines : LineArrays or None
        Outlines in the common CRS, simplified.
    points : float64[n, 2] or None
    """

    role: str
    rows: int
    shapes: int
    people: int
    lines: LineArrays | None = None
    points: Floats | None = None


@dataclass(frozen=True, eq=False)
class Trial:
    """What reading the layers as named would give.

    Parameters
    ----------
    crs : str
        The common CRS.
    centre : (float, float)
        Longitude and latitude of the middle, degrees; NaN where nothing has a place.
    layers : tuple of TrialLayer
    joined, unjoined : int
        Rows of the people table with and without a building.
    unjoined_people : int
    findings : tuple of (str, int)
        What was lost or mended, with how many rows.
    """

    crs: str
    centre: tuple[float, float]
    layers: tuple[TrialLayer, ...]
    joined: int
    unjoined: int
    unjoined_people: int
    findings: tuple[tuple[str, int], ...]


def try_import(state: State, progress: Reporter, table: dict[str, Any]) -> Trial:
    """Read the layers as the import assistant names them; the project in work stays as it is.

    Raises
    ------
    UserError
        A layer cannot be read as named; the sentence says which and why.
    """
    from gridplanner.io.worker import read_layers_apart  # GDAL

    config = config_from_table(table, Path.cwd(), str(table.get("name", "")))
    progress.step(0, 1, _("Reading layers"))
    read = read_layers_apart(config.layers, config.nets, config.base, cancelled=progress.cancelled)
    return trial_of(read)


def trial_of(read: LayerSet) -> Trial:
    """Return what the window shows of layers that were read."""
    named = [*read.layers.items(), *((f"nets.{name}", net) for name, net in read.nets.items())]
    layers = tuple(_shown(role, layer) for role, layer in named)
    joined, unjoined, lost = _join(read)
    return Trial(
        read.crs,
        _centre(read),
        layers,
        joined,
        unjoined,
        lost,
        tuple((finding.text, finding.count) for finding in read.findings),
    )


def _shown(role: str, layer: Layer) -> TrialLayer:
    """Return one layer with its outline."""
    import shapely  # the window itself never needs it

    people = int(np.nansum(layer.numbers("people"))) if "people" in layer.fields else 0
    if layer.geometry is None or not len(layer.geometry):
        return TrialLayer(role, len(layer), 0, people)
    shapes = layer.geometry[~shapely.is_missing(layer.geometry)]
    if not len(shapes):
        return TrialLayer(role, len(layer), 0, people)
    if int(shapely.get_dimensions(shapes).max()) == 0:
        points = shapely.get_coordinates(shapes)
        step = max(1, len(points) // MAX_POINTS)
        return TrialLayer(role, len(layer), len(shapes), people, points=points[::step])
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    coarse = shapely.simplify(shapes, max(x1 - x0, y1 - y0) * COARSE, preserve_topology=False)
    return TrialLayer(role, len(layer), len(shapes), people, lines=line_arrays(coarse))


def _centre(read: LayerSet) -> tuple[float, float]:
    """Return longitude and latitude of the middle of everything that was read."""
    import shapely  # the window itself never needs it

    from gridplanner.io.crs import transformer

    shapes = [layer.geometry for layer in read.layers.values() if layer.geometry is not None]
    shapes = [found for found in shapes if len(found)]
    if not shapes or not read.crs:
        return float("nan"), float("nan")
    x0, y0, x1, y1 = shapely.total_bounds(np.concatenate(shapes))
    x, y = transformer(read.crs, "EPSG:4490").transform((x0 + x1) / 2, (y0 + y1) / 2)
    return float(x), float(y)


def _join(read: LayerSet) -> tuple[int, int, int]:
    """Return rows of the people table with and without a building, and the people of the latter."""
    people = read.layers.get("people")
    if people is None or PLACED not in people.extra:
        return 0, 0, 0
    placed = np.asarray(people.extra[PLACED]) != 0
    lost = people.numbers("people")[~placed] if "people" in people.fields else np.empty(0)
    return int(placed.sum()), int((~placed).sum()), int(np.nansum(lost))


TASKS: Mapping[str, Callable[..., Any]] = {"try_import": try_import}
