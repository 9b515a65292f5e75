# SPDX-License-Identifier: LGPL-3.0-or-later
"""The layers and tables of a city, with codes and names, as an office would hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from tools.sample_district.cells import segments_of
from tools.sample_district.city import City
from tools.sample_district.faults import Planted
from tools.sample_district.names import COMMUNITY_TYPES, Names
from tools.sample_district.spec import KIND_NAMES, NON_RESIDENTIAL, Geometries, Ints

SITE_KINDS = (
    ("学校", "2", ("小学", "中学", "幼儿园")),
    ("医院", "3", ("医院", "卫生院")),
    ("市场", "7", ("农贸市场",)),
)
_SITE_SHARES = (0.5, 0.28, 0.22)
_ROAD_ENDS = (("大道",), ("路",), ("街", "巷"))
_ROAD_CLASSES = ("主干道", "次干道", "支路")
_PROPERTY = ("品牌物业", "开发商物业", "自管", "失管")
_PROPERTY_SHARES = (0.26, 0.46, 0.13, 0.15)


@dataclass(frozen=True, eq=False)
class Table:
    """Geometry and columns of one layer."""

    geometry: Geometries
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes and names of a city's units; lists run over the city's own indices."""

    district: str
    street: list[str]
    street_name: list[str]
    community: list[str]
    community_name: list[str]
    community_type: list[str]
    grid: list[str]
    grid_name: list[str]
    grid_kind: list[str]
    grid_dedicated: list[str]
    site_name: list[str]
    site_kind: list[str]
    estate_name: list[str]
    building: list[str]


def reading_order(xy: np.ndarray) -> Ints:
    """Return places in bands from the north, west to east inside a band."""
    band = np.floor((xy[:, 1].max() - xy[:, 1]) / max(np.ptp(xy[:, 1]) / np.sqrt(len(xy)), 1.0))
    return np.lexsort((xy[:, 0], band))


def _numbered(owner: Ints, xy: np.ndarray, prefix: Sequence[str], start: int, width: int) -> list[str]:
    """Return codes: prefix of the owner and a number in reading order inside it."""
    codes = [""] * len(owner)
    for o in np.unique(owner):
        inside = np.flatnonzero(owner == o)
        for k, i in enumerate(inside[reading_order(xy[inside])]):
            codes[i] = f"{prefix[o]}{start + k:0{width}d}"
    return codes


def _community_types(city: City) -> list[str]:
    """Return the type of each community from what mostly stands there."""
    kind, community = city.buildings.kind, city.community[city.cells.building >= 0]
    kind = kind[city.cells.building[city.cells.building >= 0]]
    types = []
    for c in range(len(city.street_of)):
        share = np.bincount(kind[community == c], minlength=5) / max((community == c).sum(), 1)
        # village, high-rise, walk-up, self-built, non-residential
        score = [share[1] * 1.2, share[4] * 3.0, share[3] * 1.3, share[2] * 0.9, share[0] * 1.5]
        types.append(COMMUNITY_TYPES[int(np.argmax(score))])
    return types


def make_codes(city: City) -> Codes:
    """Return codes and names of everything in a city."""
    names = Names(city.spec.seed, city.spec.index)
    district = city.spec.prefix
    n_streets = int(city.street_of.max()) + 1
    middle = _centres(city, city.community)
    street = [f"{district}{k + 1:03d}" for k in range(n_streets)]
    community = _numbered(city.street_of, middle, street, 1, 3)
    spots = _centres(city, city.grid)
    general = np.arange(city.n_general)
    grid = _numbered(city.community_of_grid[general], spots[general], community, 1, 3)
    grid += _numbered(city.community_of_grid[city.n_general :], spots[city.n_general :], community, 801, 3)
    n_sites = len(grid) - city.n_general + len(city.sites)
    kinds = names.rng.choice(3, n_sites, p=_SITE_SHARES)
    stems = names.some(n_sites, ("",))
    site_name = [s + str(names.rng.choice(SITE_KINDS[k][2])) for s, k in zip(stems, kinds, strict=True)]
    site_kind = [SITE_KINDS[k][0] for k in kinds]
    community_name = names.some(len(community), ("社区",))
    n_own = len(grid) - city.n_general
    grid_name = [
        f"{community_name[c]}第{int(g[-3:])}网格" for c, g in zip(city.community_of_grid, grid, strict=False)
    ]
    grid_name[city.n_general :] = [f"{s}专属网格" for s in site_name[:n_own]]
    owner = np.empty(len(city.buildings.x), dtype=np.int64)
    has = city.cells.building >= 0
    owner[city.cells.building[has]] = city.community[has]
    place = np.column_stack((city.buildings.x, city.buildings.y))
    return Codes(
        district, street, names.some(n_streets, ("街道",)), community, community_name,
        _community_types(city), grid, grid_name, ["综合"] * city.n_general + ["专属"] * n_own,
        [""] * city.n_general + site_kind[:n_own],
        site_name, site_kind, names.estates(int(city.buildings.estate.max()) + 1),
        _numbered(owner, place, community, 1, 5),
    )  # fmt: skip


def _centres(city: City, label: Ints) -> np.ndarray:
    """Return the mean place of the cells of each label."""
    size = np.bincount(label)
    return np.column_stack([np.bincount(label, v) / size for v in (city.cells.x, city.cells.y)])


def _pick(values: Sequence[str], index: Ints) -> list[str]:
    return [values[int(i)] for i in index]


def area_layers(city: City, codes: Codes, planted: Planted) -> dict[str, Table]:
    """Return communities, streets and grids."""
    community = city.unions(city.community)
    street = city.unions(city.street_of[city.community])
    owner, of = city.community_of_grid, city.street_of
    hs = _households(city)
    return {
        "communities": Table(community, {
            "SQDM": codes.community, "SQMC": codes.community_name, "SQLX": codes.community_type,
            "JDDM": _pick(codes.street, of), "JDMC": _pick(codes.street_name, of),
        }),
        "streets": Table(street, {"JDDM": codes.street, "JDMC": codes.street_name}),
        "grids": Table(planted.polygons, {
            "WGBM": codes.grid, "WGMC": codes.grid_name,
            "WGLX": codes.grid_kind, "ZSLX": codes.grid_dedicated,
            "SQDM": _pick(codes.community, owner), "SQMC": _pick(codes.community_name, owner),
            "JDMC": _pick(codes.street_name, of[owner]),
            "HS": np.bincount(city.grid, hs).astype(int).tolist(),
            "RK": np.bincount(city.grid, city.cells.people).astype(int).tolist(),
        }),
    }  # fmt: skip


def _households(city: City) -> np.ndarray:
    has = city.cells.building >= 0
    return np.where(has, city.buildings.households[city.cells.building], 0)


def _cell_of_building(city: City) -> Ints:
    cell = np.empty(len(city.buildings.x), dtype=np.int64)
    has = np.flatnonzero(city.cells.building >= 0)
    cell[city.cells.building[has]] = has
    return cell


def building_layers(city: City, codes: Codes) -> dict[str, Table]:
    """Return buildings and estates."""
    b = city.buildings
    cell = _cell_of_building(city)
    estate = [codes.estate_name[e] if e >= 0 else "" for e in b.estate]
    kind = ["非住宅" if k == NON_RESIDENTIAL else "住宅" for k in b.kind]
    numbers = [f"{n}栋" if e >= 0 else f"自编{n}号" for n, e in zip(b.number, b.estate, strict=True)]
    buildings = Table(shapely.points(b.x, b.y), {
        "JZWBM": codes.building, "XQMC": estate, "LH": numbers, "JZLX": kind,
        "JZLB": [KIND_NAMES[k] for k in b.kind], "CS": b.floors.tolist(),
        "SQDM": _pick(codes.community, city.community[cell]),
    })  # fmt: skip
    in_estate = np.flatnonzero(b.estate >= 0)
    label = np.full(len(city.cells.people), -1)
    label[cell[in_estate]] = b.estate[in_estate]
    shapes = city.unions(np.where(label < 0, int(label.max()) + 1, label))[:-1]
    first = np.array([in_estate[np.argmax(b.estate[in_estate] == e)] for e in range(len(shapes))])
    rng = np.random.default_rng([city.spec.seed, city.spec.index, 6])
    estates = Table(shapes, {
        "XQDM": [f"{codes.district}{i + 1:05d}" for i in range(len(shapes))], "XQMC": codes.estate_name,
        "SQDM": _pick(codes.community, city.community[cell[first]]),
        "WYLX": rng.choice(_PROPERTY, len(shapes), p=_PROPERTY_SHARES).tolist(),
        "LDS": np.bincount(b.estate[in_estate]).tolist(),
    })  # fmt: skip
    return {"buildings": buildings, "estates": estates}


def _road_edges(city: City) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges between two blocks, as coordinate pairs."""
    edges, owner = segments_of(city.cells.polygons)
    order = np.lexsort(edges.T)
    edges, block = edges[order], city.cells.block[owner[order]]
    same = (edges[1:] == edges[:-1]).all(axis=1) & (block[1:] != block[:-1])
    edges = edges[:-1][same] * 0.001
    return edges[:, :2], edges[:, 2:]


def _crossings(city: City, start: np.ndarray, end: np.ndarray) -> list[shapely.LineString]:
    """Return the road over each bridge: between the street ends on both banks."""
    vertices = np.concatenate((start, end))
    river = city.terrain.river
    shapely.prepare(river)
    vertices = vertices[shapely.dwithin(river, shapely.points(vertices), 0.5)]
    points = shapely.points(vertices)
    side = np.argmin([shapely.distance(_bank(city, k), points) for k in (0, 1)], axis=0)
    lines = []
    for bridge in city.terrain.bridges:
        gap = shapely.distance(points, bridge)
        ends = [vertices[side == k][np.argmin(gap[side == k])] for k in (0, 1)]
        lines.append(shapely.LineString(ends))
    return lines


def _bank(city: City, side: int) -> shapely.Geometry:
    return shapely.union_all(city.terrain.blocks[city.terrain.bank == side])


def road_layers(city: City, codes: Codes) -> dict[str, Table]:
    """Return roads, river and bridges."""
    names = Names(city.spec.seed + 1, city.spec.index)
    start, end = _road_edges(city)
    middle = shapely.points((start + end) / 2)
    road = shapely.STRtree(city.terrain.roads).nearest(middle)
    lines = shapely.linestrings(np.stack((start, end), axis=1))
    used = np.unique(road)
    merged = np.array(
        [shapely.line_merge(shapely.multilinestrings(lines[road == r])) for r in used], dtype=object
    )
    kind = city.terrain.road_class[used]
    stems = names.some(len(used), ("",))
    ends = [str(names.rng.choice(_ROAD_ENDS[k])) for k in kind]
    road_names = [s + e for s, e in zip(stems, ends, strict=True)]
    bridge_names = names.some(len(city.terrain.bridges), ("大桥",))
    crossings = _crossings(city, start, end)
    return {
        "roads": Table(np.r_[merged, crossings], {
            "DLMC": road_names + bridge_names,
            "DLDJ": [_ROAD_CLASSES[k] for k in kind] + [_ROAD_CLASSES[0]] * len(crossings),
        }),
        "rivers": Table(np.array([city.terrain.river]), {"MC": [names.some(1, ("河",))[0]], "LX": ["河流"]}),
        "bridges": Table(city.terrain.bridges, {"MC": bridge_names}),
    }  # fmt: skip


def site_layers(city: City, codes: Codes) -> dict[str, Table]:
    """Return candidate sites and the service stations of the communities."""
    n_own = len(codes.grid) - city.n_general
    shapes = np.array([shapely.coverage_union_all(city.cells.polygons[s]) for s in city.sites], dtype=object)
    owner = np.array([city.community[s[0]] for s in city.sites])
    codes_of = [f"{codes.district}Z{i + 1:04d}" for i in range(len(shapes))]
    sites = Table(shapes, {
        "ZDBM": codes_of, "ZDMC": codes.site_name[n_own:], "ZSLX": codes.site_kind[n_own:],
        "SQDM": _pick(codes.community, owner),
    })  # fmt: skip
    spots, names = [], []
    for c, name in enumerate(codes.community_name):
        inside = np.flatnonzero((city.community == c) & (city.cells.building >= 0))
        weight = city.cells.people[inside] + 0.001
        x, y = (np.average(v[inside], weights=weight) for v in (city.cells.x, city.cells.y))
        k = inside[np.argmin(np.hypot(city.cells.x[inside] - x, city.cells.y[inside] - y))]
        spots.append((city.cells.x[k] + 4.0, city.cells.y[k] - 6.0))
        names.append(f"{name}党群服务中心")
    stations = Table(shapely.points(np.array(spots)), {
        "ZDBM": [f"{c}D01" for c in codes.community], "ZDMC": names, "SQDM": codes.community,
    })  # fmt: skip
    return {"sites": sites, "stations": stations}
