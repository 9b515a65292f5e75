# SPDX-License-Identifier: LGPL-3.0-or-later
"""A made-up city as an `Outcome`, for tests and benchmarks of maps that need no files."""

from __future__ import annotations

import numpy as np
import shapely

from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.certificate import Certificate
from gridplanner.model.change import change_kinds, change_totals, crosswalk
from gridplanner.model.jurisdiction import Communities, District
from gridplanner.model.kinds import GridKind
from gridplanner.model.layers import Layer
from gridplanner.model.measures import Measures
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.model.staff import Branch, BranchTie

EAST, NORTH, SIDE = 380_000.0, 3_525_000.0, 5_600.0
NAMES = (
    *("青松", "望江", "柳林", "桂花", "文昌", "石桥", "凤凰", "金竹", "白塔", "南门", "河湾"),
    *("桃园", "云台", "新民", "长乐", "广场", "玉泉", "龙泉", "东升", "永安", "东城"),
)


def objects(items: list) -> np.ndarray:
    """Return an object array of exactly one dimension."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def town(
    seed: int = 1, communities: int = 42, olds: int = 412, news: int = 288, atoms: int = 4000
) -> Outcome:
    """Return an outcome of about the sample district's size."""
    rng = np.random.default_rng(seed)
    outline = _outline(rng)
    points = _scatter(rng, outline, atoms)
    cells = _voronoi(points, outline)
    community = _nearest(points, _scatter(rng, outline, communities))
    community = np.unique(community, return_inverse=True)[1]
    old = _divide(rng, points, community, olds)
    new = _divide(rng, points, community, news)
    people = rng.lognormal(4.4, 0.9, len(points)).astype(np.int64)
    places = _communities(cells, community)
    table = Atoms(
        objects([f"A{i:05d}" for i in range(len(points))]),
        cells,
        community.astype(np.int32),
        old.astype(np.int32),
        people,
        people // 2,
        shapely.area(cells),
        points[:, 0].copy(),
        points[:, 1].copy(),
        np.full(len(points), -1, np.int32),
        objects([f"B{i:05d}" for i in range(len(points))]),
    )
    district = District(
        "巴州示例区",
        "EPSG:4545",
        places,
        table,
        _adjacency(cells),
        _buildings(rng, table),
        _records(places, community, old, rng),
        _dissolve(cells, old),
        originals=_background(rng, outline),
    )
    return _outcome(district, new, rng)


def _outcome(district: District, new: np.ndarray, rng: np.random.Generator) -> Outcome:
    """Put both divisions side by side."""
    before = district.plan_today()
    records = _records(district.communities, district.atoms.community, new, rng)
    after = Plan(new.astype(np.int32), records, "方案A")
    pairs = crosswalk(district.atoms, before, after)
    kinds = change_kinds(before, after, pairs)
    records = tuple(
        GridRecord(r.code, r.name, r.community, r.kind, r.dedicated_kind, change=k, worker=f"W{i:03d}")
        for i, (r, k) in enumerate(zip(records, kinds, strict=True))
    )
    branches = tuple(
        Branch(f"D{i:03d}", r.name.replace("网格", "网格党支部"), full_members=5)
        for i, r in enumerate(records)
    )
    ties = tuple(BranchTie(i, branches[i // 2 * 2 if i % 5 == 0 else i].code) for i in range(len(records)))
    after = Plan(after.assignment, records, "方案A", branches, ties)
    change = change_totals(district.atoms, before, after)
    return Outcome(
        district,
        RuleSet("bazhou", Band(1000, 2000)),
        PlanRequest(288),
        _division(district, before),
        _division(district, after),
        pairs,
        change,
        Certificate(),
        title="巴州示例区网格划分方案",
        made_on="2026-11-21",
        demonstration=True,
    )


def _division(district: District, plan: Plan) -> Division:
    """Measure and dissolve."""
    atoms = district.atoms
    polygons = _dissolve(atoms.geometry, plan.assignment)
    area = np.bincount(plan.assignment, atoms.area_m2, plan.n_grids)
    x = np.bincount(plan.assignment, atoms.x, plan.n_grids) / np.maximum(np.bincount(plan.assignment), 1)
    y = np.bincount(plan.assignment, atoms.y, plan.n_grids) / np.maximum(np.bincount(plan.assignment), 1)
    ones = np.bincount(plan.assignment, minlength=plan.n_grids)
    measures = Measures(
        plan.sums(atoms.people),
        plan.sums(atoms.households),
        ones,
        area,
        np.sqrt(area / 3),
        x,
        y,
        ones * 0 + 1,
    )
    return Division(plan, measures, polygons)


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    """Return a ragged city limit."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    radius = (
        SIDE / 2 * (1 + 0.12 * np.sin(3 * angle + 1) + 0.06 * np.sin(7 * angle) + 0.02 * rng.normal(size=90))
    )
    centre = np.array([EAST, NORTH]) + SIDE / 2
    return shapely.Polygon(centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def _scatter(rng: np.random.Generator, outline: shapely.Polygon, count: int) -> np.ndarray:
    """Return points inside the outline, denser in the middle."""
    centre = np.array([EAST, NORTH]) + SIDE / 2
    found = np.empty((0, 2))
    while len(found) < count:
        draw = centre + rng.normal(size=(count, 2)) * SIDE * 0.3
        found = np.vstack([found, draw[shapely.contains_xy(outline, draw[:, 0], draw[:, 1])]])
    return found[:count]


def _voronoi(points: np.ndarray, outline: shapely.Polygon) -> np.ndarray:
    """Return one cell per point."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline, ordered=True)
    )
    return shapely.intersection(cells, outline)


def _nearest(points: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Return the nearest seed of each point."""
    return ((points[:, None, :] - seeds[None]) ** 2).sum(axis=2).argmin(axis=1)


def _divide(rng: np.random.Generator, points: np.ndarray, community: np.ndarray, total: int) -> np.ndarray:
    """Return grid numbers; each community is divided by its share of the points."""
    size = np.bincount(community)
    want = np.maximum(1, np.floor(size / size.sum() * total)).astype(int)
    for c in np.argsort(-size):
        if want.sum() < total:
            want[c] += 1
    grid, first = np.zeros(len(points), int), 0
    for c, count in enumerate(want):
        rows = np.flatnonzero(community == c)
        count = min(count, len(rows))
        seeds = points[rng.choice(rows, count, replace=False)]
        for _ in range(4):
            near = _nearest(points[rows], seeds)
            seeds = np.array(
                [
                    points[rows][near == k].mean(axis=0) if (near == k).any() else seeds[k]
                    for k in range(count)
                ]
            )
        grid[rows] = first + _nearest(points[rows], seeds)
        first += count
    return np.unique(grid, return_inverse=True)[1]


def _dissolve(cells: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return one polygon per group."""
    return objects([shapely.coverage_union_all(cells[group == g]) for g in range(group.max() + 1)])


def _communities(cells: np.ndarray, community: np.ndarray) -> Communities:
    """Return communities in seven streets."""
    polygons = _dissolve(cells, community)
    east = shapely.get_x(shapely.centroid(polygons))
    street = np.argsort(np.argsort(east)) * 7 // len(polygons)
    names = [f"{NAMES[i % len(NAMES)]}{'' if i < len(NAMES) else '东'}社区" for i in range(len(polygons))]
    return Communities(
        objects([f"511902{s + 1:03d}{i + 1:03d}" for i, s in enumerate(street)]),
        objects(names),
        objects(["商品住宅型"] * len(polygons)),
        objects([f"511902{s + 1:03d}" for s in street]),
        objects([f"{'东西南北中江山'[s]}城街道" for s in street]),
        polygons,
    )


def _records(
    places: Communities, community: np.ndarray, group: np.ndarray, rng: np.random.Generator
) -> tuple[GridRecord, ...]:
    """Return coded and named grids, a few of them dedicated."""
    records, counter = [], np.zeros(len(places), int)
    for g in range(group.max() + 1):
        c = int(community[np.flatnonzero(group == g)[0]])
        counter[c] += 1
        dedicated = rng.random() < 0.04
        code = f"{places.codes[c]}{(800 if dedicated else 0) + counter[c]:03d}"
        name = (
            f"{places.names[c]}第{counter[c]}网格" if not dedicated else f"{places.names[c]}第一小学专属网格"
        )
        kind = GridKind.DEDICATED if dedicated else GridKind.GENERAL
        records.append(GridRecord(code, name, c, kind, "学校" if dedicated else ""))
    return tuple(records)


def _adjacency(cells: np.ndarray) -> Adjacency:
    """Return which cells touch."""
    a, b = shapely.STRtree(cells).query(cells, predicate="touches")
    a, b = a[a < b], b[a < b]
    length = shapely.length(shapely.intersection(cells[a], cells[b]))
    return Adjacency(a.astype(np.int32), b.astype(np.int32), length, np.zeros(len(a), np.int8))


def _buildings(rng: np.random.Generator, atoms: Atoms) -> Buildings:
    """Return a block of flats on each atom."""
    n = len(atoms)
    wide, deep = rng.uniform(5, 14, n), rng.uniform(4, 8, n)
    boxes = shapely.box(atoms.x - wide, atoms.y - deep, atoms.x + wide, atoms.y + deep)
    names = objects([f"{i % 30 + 1}幢" for i in range(n)])
    row = np.arange(n, dtype=np.int32)
    return Buildings(
        atoms.building, names, objects([""] * n), row, atoms.x, atoms.y, atoms.people, atoms.households, boxes
    )


def _background(rng: np.random.Generator, outline: shapely.Polygon) -> dict[str, Layer]:
    """Return roads, a river and two bridges."""
    t = np.linspace(-0.2, 1.2, 200)
    lines, names, kinds = [], [], []
    for k in range(9):
        wave = 120 * np.sin(t * 5 + k)
        lines.append(
            shapely.LineString(np.column_stack([EAST + t * SIDE, NORTH + SIDE * (k + 0.5) / 9 + wave]))
        )
        lines.append(
            shapely.LineString(np.column_stack([EAST + SIDE * (k + 0.5) / 9 + wave, NORTH + t * SIDE]))
        )
        names += [f"{'一二三四五六七八九'[k]}横路", f"{'一二三四五六七八九'[k]}纵路"]
        kinds += ["主干路" if k % 3 == 1 else "支路"] * 2
    river = shapely.LineString(
        np.column_stack([EAST + t * SIDE, NORTH + SIDE * (0.35 + 0.1 * np.sin(t * 6))])
    ).buffer(60)
    roads = shapely.intersection(objects(lines), outline.buffer(300))
    layers = {
        "roads": Layer("roads", "roads.shp", roads, {"name": objects(names), "kind": objects(kinds)}),
        "barriers": Layer(
            "barriers",
            "barriers.shp",
            objects([river]),
            {"name": objects(["示例河"]), "kind": objects(["河流"])},
        ),
    }
    return layers
