# SPDX-License-Identifier: LGPL-3.0-or-later
"""Limits on four sides (四至) in words: the road, river or neighbour along each side of a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import GridRecord
from gridplanner.texts import _

Limits = tuple[str, str, str, str]
#: A border is looked at every so many metres.
STEP_M = 20.0
#: How far outside the border the neighbour is looked for. Metres.
OUTSIDE_M = 1.0
#: A second name is given when it takes at least this share of the side.
SECOND_SHARE = 0.3
#: Layers that name limits, with their share of the tolerance. The last one has the last word: a road
#: along a bank or a wall is what one walks by.
LIMIT_LAYERS = (("estates", 0.3), ("barriers", 1.0), ("roads", 1.0))


def four_limits(
    district: District, polygons: ObjectArray, grids: Sequence[GridRecord], tolerance_m: float
) -> tuple[Limits, ...]:
    """Return the limits east, south, west, north of each grid.

    Every piece of border belongs to the side its outward normal points to. It is named after the
    nearest named road or river within `tolerance_m`, else after the neighbouring grid, else it is
    the limit of the district. The name with most length wins; a second one is added where it takes
    a good part of the side.

    Parameters
    ----------
    polygons : object[n_grids]
        Projected CRS, metres; None gives four empty texts.
    grids : sequence of GridRecord
        With names; neighbours of the same community are named without the community.
    """
    grid, xy, normal, length = _border_pieces(polygons)
    if not len(grid):
        return tuple(("", "", "", "") for _polygon in polygons)
    names = [record.name for record in grids]
    labels, texts = _label_pieces(district, polygons, names, xy, normal, tolerance_m)
    side = _side_of(normal)
    limits = _words(len(polygons), grid, side, labels, length, texts)
    places = [str(district.communities.names[record.community]) for record in grids]
    return tuple(_near_words(four, place) for four, place in zip(limits, places, strict=True))


def _near_words(limits: Limits, place: str) -> Limits:
    """Name neighbours of the same community without the community: 第2网格, not 府后社区第2网格."""
    if not place:
        return limits
    east, south, west, north = (text.replace(f"{place}第", "第") for text in limits)
    return east, south, west, north


def _border_pieces(
    polygons: ObjectArray,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Cut outer rings into short pieces; return grid, midpoint, outward normal and length of each."""
    known = np.flatnonzero(~shapely.is_missing(polygons) & ~shapely.is_empty(polygons))
    parts, owner = shapely.get_parts(polygons[known], return_index=True)
    rings = shapely.segmentize(shapely.get_exterior_ring(parts), STEP_M)
    # Counter-clockwise rings have their outside on the right hand.
    clockwise = ~shapely.is_ccw(rings)
    rings[clockwise] = shapely.reverse(rings[clockwise])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    step = (xy[1:] - xy[:-1])[same]
    middle = ((xy[1:] + xy[:-1]) / 2)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    solid = length > 0
    step, middle, length = step[solid], middle[solid], length[solid]
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None]
    grid = known[owner[ring[1:][same][solid]]]
    return grid.astype(np.int64), middle, normal, length


def _side_of(normal: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return 0 east, 1 south, 2 west, 3 north for each outward normal."""
    x, y = normal[:, 0], normal[:, 1]
    return np.where(np.abs(x) >= np.abs(y), np.where(x > 0, 0, 2), np.where(y > 0, 3, 1)).astype(np.int64)


def _label_pieces(
    district: District,
    polygons: ObjectArray,
    names: Sequence[str],
    xy: npt.NDArray[np.float64],
    normal: npt.NDArray[np.float64],
    tolerance_m: float,
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Name each piece; return an index into the texts."""
    texts: list[str] = [_("district limit"), *(_("limit of {name}").format(name=name) for name in names)]
    label = np.zeros(len(xy), np.int64)
    outside = shapely.points(xy + OUTSIDE_M * normal)
    tree = shapely.STRtree(np.where(shapely.is_missing(polygons), shapely.Point(), polygons))
    piece, neighbour = tree.query(outside, predicate="intersects")
    label[piece] = neighbour + 1
    points = shapely.points(xy)
    for role, share in LIMIT_LAYERS:
        geometry, titles = _named_features(district, role)
        if len(geometry):
            piece, feature = _nearest_feature(geometry, points, share * tolerance_m, inside=role != "estates")
            label[piece] = len(texts) + feature
            texts += [_("wall of {name}").format(name=t) for t in titles] if role == "estates" else titles
    return label, texts


def _nearest_feature(
    geometry: ObjectArray, points: ObjectArray, tolerance_m: float, *, inside: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the points near a feature and which one it is: its line, or with `inside` its area.

    Lines are looked up by their single segments: a road across the whole city has a box that holds
    every point, and its distance would be worked out for each of them.
    """
    areas = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    found = np.full(len(points), -1, np.int64)
    outline = geometry.copy()
    outline[areas] = shapely.boundary(geometry[areas])
    lines, owner = shapely.get_parts(outline, return_index=True)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    segments = shapely.linestrings(np.stack([xy[:-1][joined], xy[1:][joined]], axis=1))
    tree = shapely.STRtree(segments)
    piece, segment = tree.query_nearest(points, max_distance=tolerance_m, all_matches=False)
    found[piece] = owner[line[1:][joined][segment]]
    if inside:
        piece, area = shapely.STRtree(geometry[areas]).query(points, predicate="intersects")
        found[piece] = areas[area]
    near = np.flatnonzero(found >= 0)
    return near, found[near]


def _named_features(district: District, role: str) -> tuple[ObjectArray, list[str]]:
    """Return the features of a reference layer that have a name."""
    layer = district.originals.get(role)
    if layer is None or layer.geometry is None:
        return np.empty(0, object), []
    titles = layer.texts("name")
    named = np.array([bool(str(t).strip()) for t in titles], bool) & ~shapely.is_missing(layer.geometry)
    return layer.geometry[named], [str(t).strip() for t in titles[named]]


def _words(
    n_grids: int,
    grid: npt.NDArray[np.int64],
    side: npt.NDArray[np.int64],
    label: npt.NDArray[np.int64],
    length: npt.NDArray[np.float64],
    texts: Sequence[str],
) -> tuple[Limits, ...]:
    """Sum lengths per grid, side and name, and put the longest into words."""
    # Features in several pieces share one name.
    number = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    label = np.array([number[text] for text in texts], np.int64)[label]
    words = list(number)
    key = (grid * 4 + side) * len(words) + label
    keys, inverse = np.unique(key, return_inverse=True)
    total = np.bincount(inverse, length, len(keys))
    place = keys // len(words)
    order = np.lexsort((-total, place))
    result = [["", "", "", ""] for _grid in range(n_grids)]
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    for run in np.split(order, starts[1:].tolist()):
        chosen = [words[keys[run[0]] % len(words)]]
        if len(run) > 1 and total[run[1]] >= SECOND_SHARE * total[run].sum():
            chosen.append(words[keys[run[1]] % len(words)])
        result[int(place[run[0]]) // 4][int(place[run[0]]) % 4] = "、".join(chosen)
    return tuple((east, south, west, north) for east, south, west, north in result)
