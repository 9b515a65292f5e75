# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands on each block and who lives there."""

from __future__ import annotations

import numpy as np
import shapely

from tools.sample_district.spec import (
    CORE,
    EMPTY,
    HIGH_RISE,
    MIDDLE,
    NON_RESIDENTIAL,
    SELF_BUILT,
    VILLAGE,
    WALK_UP,
    Buildings,
    CitySpec,
    Floats,
    Ints,
    Terrain,
)

#: Upper end of each zone and the shares of block kinds in it.
_ZONES = (
    (CORE, {WALK_UP: 0.50, HIGH_RISE: 0.20, SELF_BUILT: 0.22, NON_RESIDENTIAL: 0.08}),
    (MIDDLE, {HIGH_RISE: 0.36, WALK_UP: 0.42, SELF_BUILT: 0.12, NON_RESIDENTIAL: 0.10}),
    (1.01, {VILLAGE: 0.40, NON_RESIDENTIAL: 0.08, EMPTY: 0.52}),
)
#: Distance between buildings of a kind, along and across the rows.
_SPACING_M = {
    HIGH_RISE: (52.0, 46.0),
    WALK_UP: (44.0, 29.0),
    SELF_BUILT: (23.0, 21.0),
    NON_RESIDENTIAL: (80.0, 70.0),
    VILLAGE: (34.0, 30.0),
}
_FLOORS = {HIGH_RISE: (17, 34), WALK_UP: (5, 8), SELF_BUILT: (3, 7), NON_RESIDENTIAL: (1, 7), VILLAGE: (2, 6)}
_VILLAGE_REACH_M = 250.0
_VILLAGE_PEOPLE = (1_120, 1_930)
_VILLAGE_HOUSES = (34, 52)
_MAX_IN_BUILDING = 460


def block_kinds(rng: np.random.Generator, terrain: Terrain) -> Ints:
    """Return the kind of each block; small outer blocks and the hill stay empty."""
    area = shapely.area(terrain.blocks)
    kinds = np.full(len(area), EMPTY)
    for i, zone in enumerate(terrain.zone):
        shares = next(s for limit, s in _ZONES if zone <= limit)
        kinds[i] = rng.choice(list(shares), p=list(shares.values()))
    outer = terrain.zone > _ZONES[1][0]
    kinds[(outer & (area < 60_000)) | terrain.hill | (area < 2_500)] = EMPTY
    return kinds


def _lattice(block: shapely.Polygon, kind: int, rng: np.random.Generator) -> Floats:
    """Return building points in jittered rows along the longer side of a block."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))[:4]
    sides = np.roll(box, -1, axis=0) - box
    lengths = np.hypot(*sides.T)
    k = int(np.argmax(lengths[:2]))
    along, across = sides[k] / lengths[k], sides[(k + 1) % 4] / lengths[(k + 1) % 4]
    dx, dy = _SPACING_M[kind]
    u, v = np.meshgrid(np.arange(dx / 2, lengths[k], dx), np.arange(dy / 2, lengths[(k + 1) % 4], dy))
    u = u.ravel() + rng.uniform(-0.22, 0.22, u.size) * dx
    v = v.ravel() + rng.uniform(-0.22, 0.22, v.size) * dy
    xy = box[k] + u[:, None] * along + v[:, None] * across
    inner = block.buffer(-min(9.0, 0.12 * np.sqrt(block.area)))
    return np.asarray(xy[shapely.contains_xy(inner, xy[:, 0], xy[:, 1])])


def _village(block: shapely.Polygon, rng: np.random.Generator) -> Floats:
    """Return the houses of one village: near each other, inside one service radius."""
    xy = _lattice(block, VILLAGE, rng)
    centre = shapely.get_coordinates(shapely.point_on_surface(block))[0]
    distance = np.hypot(*(xy - centre).T) * rng.uniform(0.85, 1.15, len(xy))
    near = xy[np.argsort(distance)]
    near = near[np.hypot(*(near - centre).T) < _VILLAGE_REACH_M]
    return np.asarray(near[: int(rng.integers(*_VILLAGE_HOUSES))])


def _points(terrain: Terrain, kinds: Ints, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return all building points with their block."""
    xy, owner = [], []
    for i, (block, kind) in enumerate(zip(terrain.blocks, kinds, strict=True)):
        if kind == EMPTY:
            continue
        points = _village(block, rng) if kind == VILLAGE else _lattice(block, int(kind), rng)
        xy.append(points)
        owner.append(np.full(len(points), i))
    return np.concatenate(xy), np.concatenate(owner)


def _thin(owner: Ints, kind: Ints, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Return which points to keep, so that the city has as many buildings as asked; villages stay."""
    keep = np.ones(len(owner), dtype=bool)
    loose = np.flatnonzero(kind[owner] != VILLAGE)
    surplus = len(owner) - wanted
    if surplus > 0:
        keep[rng.choice(loose, surplus, replace=False)] = False
    return keep


def _residents(kind: Ints, floors: Ints, block: Ints, total: int, rng: np.random.Generator) -> Ints:
    """Return people per building; villages are drawn as a whole, the rest scaled to the total."""
    per_floor = np.select([kind == HIGH_RISE, kind == WALK_UP, kind == SELF_BUILT], [9.5, 11.0, 4.6], 0.0)
    raw = per_floor * floors * rng.lognormal(0, 0.22, len(kind))
    people = np.zeros(len(kind))
    for b in np.unique(block[kind == VILLAGE]):
        inside = np.flatnonzero(block == b)
        share = rng.lognormal(0, 0.35, len(inside))
        people[inside] = share / share.sum() * rng.integers(*_VILLAGE_PEOPLE)
    rest = total - people.sum()
    people += np.minimum(raw * rest / raw.sum(), _MAX_IN_BUILDING)
    return np.round(people).astype(np.int64)


def _estates(kind: Ints, block: Ints, people: Ints, xy: Floats, rng: np.random.Generator) -> Ints:
    """Return the estate of each building, -1 for single and self-built ones; about 300 in a city."""
    estate = np.full(len(kind), -1)
    count = 0
    for b in np.unique(block[(kind == HIGH_RISE) | (kind == WALK_UP)]):
        inside = np.flatnonzero(block == b)
        parts = max(1, round(people[inside].sum() / rng.uniform(900, 1_500)))
        spread = xy[inside] - xy[inside].mean(axis=0)
        axis = np.linalg.svd(spread, full_matrices=False)[2][0] if len(inside) > 1 else np.array([1.0, 0.0])
        order = inside[np.argsort(spread @ axis)]
        load = np.cumsum(people[order])
        part = np.minimum((load - people[order] / 2) * parts // max(load[-1], 1), parts - 1).astype(np.int64)
        estate[order] = count + part
        count += parts
    single = (kind == WALK_UP) & (rng.random(len(kind)) < 0.14)
    estate[single] = -1
    return np.where(estate < 0, -1, np.unique(estate, return_inverse=True)[1] - int((estate < 0).any()))


def _numbers(estate: Ints, block: Ints, xy: Floats) -> Ints:
    """Return building numbers: counted from the north inside each estate, else inside each block."""
    group = np.where(estate >= 0, estate, estate.max() + 1 + block)
    order = np.lexsort((xy[:, 0], -xy[:, 1], group))
    number = np.empty(len(group), dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    sizes = np.diff(np.r_[starts, len(group)])
    number[order] = np.arange(len(group)) - np.repeat(starts, sizes) + 1
    return number


def build(spec: CitySpec, terrain: Terrain) -> Buildings:
    """Return the buildings of a city.

    Parameters
    ----------
    spec : CitySpec
    terrain : Terrain

    Returns
    -------
    Buildings
        Ordered by block; `estate` is -1 where a building belongs to none.
    """
    rng = np.random.default_rng([spec.seed, spec.index, 2])
    kinds = block_kinds(rng, terrain)
    xy, block = _points(terrain, kinds, rng)
    keep = _thin(block, kinds, spec.buildings, rng)
    xy, block = np.round(xy[keep], 2), block[keep]
    kind = kinds[block]
    kind = np.where((kind != VILLAGE) & (rng.random(len(kind)) < 0.03), NON_RESIDENTIAL, kind)
    low = np.array([_FLOORS[int(k)][0] for k in kind])
    high = np.array([_FLOORS[int(k)][1] for k in kind])
    floors = rng.integers(low, high)
    people = _residents(kind, floors, block, spec.people, rng)
    size = rng.uniform(2.5, 3.0, len(kind))
    households = np.where(people > 0, np.maximum(1, np.round(people / size)), 0).astype(np.int64)
    estate = _estates(kind, block, people, xy, rng)
    return Buildings(
        xy[:, 0], xy[:, 1], block, kind, floors, people, households, estate, _numbers(estate, block, xy)
    )
