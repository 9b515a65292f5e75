# SPDX-License-Identifier: LGPL-3.0-or-later
"""Districts of squares with as many grids and branches as a benchmark asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings, ObjectArray
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.layers import Layer
from gridplanner.model.plan import GridRecord, Plan

SIDE_M = 200.0


@dataclass(frozen=True)
class Size:
    """What a benchmark asks for; grids of a community lie in a row."""

    name: str
    communities: int
    grids: int
    branches: int
    seed: int


def busy_district(size: Size) -> tuple[District, Plan, Layer]:
    """Return a district with three atoms per old grid, a shifted new plan, and a branch list."""
    random = np.random.default_rng(size.seed)
    home = np.sort(np.arange(size.grids) % size.communities)
    place = np.arange(size.grids) - np.searchsorted(home, home)
    old = np.repeat(np.arange(size.grids), 3)
    x = (place[old] + np.tile([0.2, 0.5, 0.8], size.grids)) * SIDE_M
    y = home[old] * 2 * SIDE_M
    # The last third of each grid goes to its neighbour, unless that lies in another community.
    new = old.copy()
    follows = np.append(home[1:] == home[:-1], False)
    new[2::3] = np.where(follows, np.arange(size.grids) + 1, np.arange(size.grids))
    codes = texts(f"519{c:09d}" for c in range(size.communities))
    grids = tuple(
        GridRecord(f"{codes[c]}{p + 1:03d}", f"{c}社区第{p + 1}网格", int(c))
        for c, p in zip(home.tolist(), place.tolist(), strict=True)
    )
    atoms = _atoms(home, old, np.column_stack([x, y]), random)
    empty = np.empty(0, object)
    district = District(
        "基准区",
        "EPSG:4545",
        _communities(codes),
        atoms,
        _chain(home, old),
        Buildings(empty, empty, empty, *(np.empty(0, np.int64),) * 5, geometry=empty),
        grids,
        np.full(size.grids, None, object),
    )
    return district, Plan(new.astype(np.int32), grids), _branch_list(size, grids, random)


def _atoms(home: np.ndarray, old: np.ndarray, xy: np.ndarray, random: np.random.Generator) -> Atoms:
    """Return the atoms of the old grids, with people."""
    n = len(old)
    people = random.integers(100, 700, n)
    return Atoms(
        ids=texts(str(i) for i in range(n)),
        geometry=shapely.points(xy),
        community=home[old].astype(np.int32),
        old_grid=old.astype(np.int32),
        people=people,
        households=people // 3,
        area_m2=np.full(n, 1e4),
        x=xy[:, 0],
        y=xy[:, 1],
        estate=np.full(n, -1, np.int32),
        building=texts([""] * n),
    )


def texts(values: object) -> ObjectArray:
    """Return texts as an object array."""
    return np.array(list(values), dtype=object)  # type: ignore[call-overload]


def _communities(codes: ObjectArray) -> Communities:
    names = texts(f"{i}社区" for i in range(len(codes)))
    blank = texts([""] * len(codes))
    return Communities(codes, names, blank, texts(["519"] * len(codes)), texts(["街道"] * len(codes)), blank)


def _chain(home: np.ndarray, old: np.ndarray) -> Adjacency:
    """Join each atom to the next one of the same community."""
    a = np.flatnonzero(home[old[1:]] == home[old[:-1]]).astype(np.int32)
    return Adjacency(a, a + 1, np.full(len(a), 100.0), np.zeros(len(a), np.int8))


def _branch_list(size: Size, grids: tuple[GridRecord, ...], random: np.random.Generator) -> Layer:
    """Return a list in which some branches lead two grids and a tenth has too few members."""
    led = random.integers(0, size.grids, size.branches)
    led[: min(size.grids, size.branches)] = np.arange(min(size.grids, size.branches))
    members = random.integers(0, 30, size.branches)
    columns = {
        "党支部编码": texts(f"Z{i}" for i in range(size.branches)),
        "网格编码": texts(grids[g].code for g in led),
        "正式党员": texts(f"{m}人" for m in members),
    }
    return Layer(
        "branches", "list.xlsx", None, {"name": texts(f"{grids[g].name}党支部" for g in led)}, columns
    )
