# SPDX-License-Identifier: LGPL-3.0-or-later
"""Five departmental nets over the same ground that disagree with the grids here and there."""

from __future__ import annotations

from typing import Any

import numpy as np

from tools.sample_district.city import City
from tools.sample_district.divide import Graph, merged, partition
from tools.sample_district.layers import Codes, Table
from tools.sample_district.spec import Ints

#: File name, department, grids per unit, places that disagree.
NETS = (
    ("party", "党建", 1.6, 14),
    ("environment", "环保", 6.0, 10),
    ("illegal_building", "违建治理", 4.0, 12),
    ("petitions", "信访", 8.0, 8),
    ("work_safety", "安全生产", 3.0, 12),
)


def _units(city: City, per_unit: float, rng: np.random.Generator) -> Ints:
    """Return the unit of each cell: neighbouring grids of one community put together."""
    n = len(city.community_of_grid)
    pairs = merged(city.grid, city.cells.left, city.cells.right, city.cells.shared_m)
    graph = Graph.of(n, *pairs)
    centre = np.column_stack(
        [np.bincount(city.grid, v) / np.bincount(city.grid) for v in (city.cells.x, city.cells.y)]
    )

    def sweep(units: Ints, angle: float) -> np.ndarray:
        return np.asarray(centre[units] @ np.array([np.cos(angle), np.sin(angle)]))

    unit = np.full(n, -1)
    count = 0
    for c in range(len(city.street_of)):
        members = np.flatnonzero(city.community_of_grid == c)
        label = graph.parts(members)
        for k in range(int(label.max()) + 1):
            part = members[label == k]
            parts = max(1, round(len(part) / per_unit))
            for piece in partition(graph, part, np.ones(n), np.ones(parts), sweep, rng):
                unit[piece] = count
                count += 1
    return unit[city.grid]


def _disagree(city: City, unit: Ints, places: int, avoid: set[int], rng: np.random.Generator) -> list[int]:
    """Give a border piece of some grids to the unit beside it; return those grids."""
    cells, grid = city.cells, city.grid
    done: list[int] = []
    border = np.flatnonzero((unit[cells.left] != unit[cells.right]) & (cells.shared_m > 25))
    for e in rng.permutation(border):
        inside, outside = (int(v) for v in rng.permutation([cells.left[e], cells.right[e]]))
        g = int(grid[inside])
        if (
            len(done) == places
            or g in done
            or g in avoid
            or g >= city.n_general
            or int(grid[outside]) in done
        ):
            continue
        members = np.flatnonzero(grid == g)
        if len(members) < 6:
            continue
        gap = np.hypot(cells.x[members] - cells.x[inside], cells.y[members] - cells.y[inside])
        piece = members[np.argsort(gap)][: int(rng.integers(1, max(2, len(members) // 3)))]
        unit[piece] = unit[outside]
        done.append(g)
    return done


def make_nets(city: City, codes: Codes, avoid: set[int]) -> tuple[dict[str, Table], list[dict[str, Any]]]:
    """Return the nets, and the truth: each piece of a grid that lies in another unit than most of it.

    Parameters
    ----------
    city : City
    codes : Codes
    avoid : set of int
        Grids with planted faults, left alone so that areas stay exact.
    """
    rng = np.random.default_rng([city.spec.seed, city.spec.index, 7])
    area = np.array([p.area for p in city.cells.polygons])
    layers, conflicts = {}, []
    for name, department, per_unit, places in NETS:
        unit = _units(city, per_unit, rng)
        chosen = _disagree(city, unit, round(places * city.spec.scale), avoid, rng)
        unit = np.unique(unit, return_inverse=True)[1]
        unit_codes = [f"{codes.district}{name[:2].upper()}{k + 1:04d}" for k in range(int(unit.max()) + 1)]
        for g in sorted(chosen):
            inside = city.grid == g
            held = np.bincount(unit[inside], area[inside], len(unit_codes))
            main = int(np.argmax(held))
            for u in np.flatnonzero(held > 1.0):
                if u != main:
                    piece = inside & (unit == u)
                    conflicts.append({
                        "net": name, "unit": unit_codes[u], "other_unit": unit_codes[main],
                        "grid": codes.grid[g], "area_m2": round(float(held[u]), 2),
                        "people": int(city.cells.people[piece].sum()),
                    })  # fmt: skip
        layers[name] = Table(city.unions(unit), {
            "WGBM": unit_codes, "WGMC": [f"{department}第{k + 1}责任区" for k in range(len(unit_codes))],
            "BM": [department] * len(unit_codes),
        })  # fmt: skip
    return layers, conflicts
