# SPDX-License-Identifier: LGPL-3.0-or-later
"""A coverage of any size with faults of every kind planted far apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

Objects = npt.NDArray[np.object_]
STEP_M = 100.0
ORIGIN = (400_000.0, 3_500_000.0)
#: What each planted fault must be found as.
EXPECTED = {
    "grown_8m": {"overlap"},
    "ring_gap_1m": {"gap"},
    "cell_missing": {"gap"},
    "vertex_5cm": {"sliver", "shifted_edge"},
    "shift_2cm": {"sliver", "shifted_edge"},
    "duplicate": {"duplicate"},
    "contained_disc": {"contained"},
    "split_edge": {"unmatched_vertex"},
    "spike": {"spike"},
    "detached_part": {"detached_part"},
}


@dataclass(frozen=True, eq=False)
class Planted:
    """Polygons with faults, and where each fault of each kind lies."""

    polygons: Objects
    places: dict[str, npt.NDArray[np.float64]]


def clean_coverage(n: int, seed: int = 1) -> Objects:
    """Return about n Voronoi cells of a jittered lattice, coordinates on millimetres."""
    rng = np.random.default_rng(seed)
    side = round(np.sqrt(n))
    lattice = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    sites = (lattice + rng.uniform(-0.3, 0.3, lattice.shape)) * STEP_M + ORIGIN
    frame = shapely.box(*(np.array(ORIGIN) - 50), *(np.array(ORIGIN) + side * STEP_M - 50))
    cells = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=frame, ordered=True)
    clipped = shapely.intersection(shapely.get_parts(cells), frame)
    return np.asarray(shapely.set_precision(clipped, 0.001, mode="pointwise"), dtype=object)


def plant(cells: Objects, each: int, seed: int = 2) -> Planted:
    """Plant `each` faults of every kind, none nearer than four cells to another."""
    side = round(np.sqrt(len(cells)))
    rng = np.random.default_rng(seed)
    places = np.array([(r, c) for r in range(2, side - 3, 4) for c in range(2, side - 3, 4)])
    rng.shuffle(places)
    needed = each * len(EXPECTED)
    if needed > len(places):
        raise ValueError(
            f"{len(cells)} cells hold {len(places) // len(EXPECTED)} faults of each kind at most"
        )
    polygons = list(cells)
    drop: list[int] = []
    at: dict[str, list[tuple[float, float]]] = {kind: [] for kind in EXPECTED}
    for number, (row, column) in enumerate(places[:needed]):
        kind = list(EXPECTED)[number % len(EXPECTED)]
        unit = int(row * side + column)
        middle = shapely.centroid(cells[unit])
        at[kind].append((middle.x, middle.y))
        if kind == "cell_missing":
            drop.append(unit)
        else:
            # The far cell becomes a second part of this one.
            drop.extend([unit + 2] if kind == "detached_part" else [])
            _PLANTERS[kind](polygons, unit, side)
    kept = [p for k, p in enumerate(polygons) if k not in set(drop)]
    out = np.empty(len(kept), dtype=object)
    out[:] = kept
    return Planted(out, {kind: np.array(xy) for kind, xy in at.items()})


def _grown(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons[unit] = polygons[unit].buffer(8, join_style="mitre")


def _shrunk(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons[unit] = polygons[unit].buffer(-1, join_style="mitre")


def _moved_vertex(polygons: list[Polygon], unit: int, side: int) -> None:
    xy = shapely.get_coordinates(polygons[unit])[:-1]
    xy[0] += (0.04, 0.03)
    polygons[unit] = Polygon(xy)


def _shifted(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons[unit] = shapely.transform(polygons[unit], lambda xy: xy + (0.016, 0.012))


def _doubled(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons.append(polygons[unit])


def _disc(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons.append(polygons[unit].representative_point().buffer(15, quad_segs=8))


def _split_edge(polygons: list[Polygon], unit: int, side: int) -> None:
    xy = shapely.get_coordinates(polygons[unit])
    long = int(np.argmax(np.hypot(*np.diff(xy, axis=0).T)))
    middle = (xy[long] + xy[long + 1]) / 2
    polygons[unit] = Polygon(np.insert(xy, long + 1, middle, axis=0))


def _spiked(polygons: list[Polygon], unit: int, side: int) -> None:
    xy = shapely.get_coordinates(polygons[unit])
    long = int(np.argmax(np.hypot(*np.diff(xy, axis=0).T)))
    along = xy[long + 1] - xy[long]
    along /= np.hypot(*along)
    middle = (xy[long] + xy[long + 1]) / 2
    out = np.array([along[1], -along[0]])
    tip = middle + out * 3
    if polygons[unit].contains(shapely.Point(tip)):
        tip = middle - out * 3
    polygons[unit] = Polygon(np.insert(xy, long + 1, [middle, tip, middle + along * 0.01], axis=0))


def _detached(polygons: list[Polygon], unit: int, side: int) -> None:
    polygons[unit] = shapely.MultiPolygon([polygons[unit], polygons[unit + 2]])


_PLANTERS: dict[str, Callable[[list[Polygon], int, int], None]] = {
    "grown_8m": _grown,
    "ring_gap_1m": _shrunk,
    "vertex_5cm": _moved_vertex,
    "shift_2cm": _shifted,
    "duplicate": _doubled,
    "contained_disc": _disc,
    "split_edge": _split_edge,
    "spike": _spiked,
    "detached_part": _detached,
}
