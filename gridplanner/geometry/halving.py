# SPDX-License-Identifier: LGPL-3.0-or-later
"""Halve disputed land between its two claimants along the line midway between their undisputed rests.

The line runs from corner to corner of the land, so no new corner comes to lie on anybody else's border,
and each half hangs together with the rest of its owner, however jagged the outlines are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
import shapely

from gridplanner.geometry.arrays import BoolArray, FloatArray, IntArray, ObjectArray
from gridplanner.geometry.defects import Tolerance

#: Vertices this near to a line lie on it, metres.
_ON_LINE_M = 1e-6
#: How far a dividing line reaches out of the land, so that it surely meets the border, metres.
_BEYOND_M = 1e-5
#: The outline of the land is asked at about so many places.
_PLACES = 240
#: Bends of the line smaller than this share of the land's width are smoothed away.
_SMOOTH = 0.15
#: So many ways to halve are tried for one that leaves both claimants in one piece.
_TRIES = 32
#: Smaller parts go to the neighbour around them when a mend is carried out, square metres.
_CRUMB_M2 = Tolerance().area_m2
#: Narrower land joins nothing, metres.
_HAIR_M = 1e-4
_FIRST, _SECOND = 0, 1
#: Corners of the sides of a triangle.
_SIDES = ((0, 1), (1, 2), (2, 0))

_Ring = tuple[FloatArray, IntArray]


@dataclass(frozen=True, eq=False)
class Halves:
    """How land is shared.

    Parameters
    ----------
    lines : object[k] of LineString
        Lines that divide the land, a hair longer than it.
    parts : object[2]
        The land of the first and of the second claimant, for telling which side a place lies on.
    """

    lines: ObjectArray
    parts: ObjectArray


def halves(land: shapely.Geometry, first: shapely.Geometry, second: shapely.Geometry) -> Halves | None:
    """Return how disputed land is halved; None where one claimant has no undisputed land beside it.

    Each place goes to the nearer rest. Where that would leave a claimant in more parts than before,
    single stretches of border with its rest, shortest first, are not counted for their side. Where the
    claimants cross like the roads of a junction, no line can keep both whole; the best one comes back.

    Parameters
    ----------
    land : Polygon, metres
        Land of both claimants, in one piece.
    first, second : Polygon or MultiPolygon
        The claimants, disputed land included.

    Source: own choice; the line joins the middles of the edges of a triangulation that lead from one
    rest to the other, an approximation of the medial axis.

    Examples
    --------
    >>> one, two = shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)
    >>> [round(part.area, 6) for part in halves(shapely.box(8, 0, 10, 10), one, two).parts]
    [10.0, 10.0]
    """
    outline = shapely.segmentize(land, max(land.length / _PLACES, _ON_LINE_M))
    rings = [
        _labelled(shapely.get_coordinates(ring)[:-1], first, second) for ring in shapely.get_rings(outline)
    ]
    parts_before = [_parts(one) for one in (first, second)]
    best: Halves | None = None
    least = np.inf
    for given_up in islice(_ways(rings), _TRIES):
        found = _halved(land, _without(rings, given_up))
        if found is None:
            continue
        # Widened a little, so that rounding leaves no hair that would seem to join two parts.
        lost = shapely.buffer(found.parts[::-1], _HAIR_M)
        left = shapely.difference(np.array([first, second], dtype=object), lost)
        torn = sum(max(_parts(one) - n, 0) for one, n in zip(left, parts_before, strict=True))
        if torn < least:
            best, least = found, torn
        if torn == 0:
            break
    return best


def _parts(shape: shapely.Geometry) -> int:
    """Return how many parts a shape has, crumbs not counted."""
    return int((shapely.area(shapely.get_parts(shape)) > _CRUMB_M2).sum())


def _ways(rings: list[_Ring]) -> Iterator[frozenset[tuple[int, int]]]:
    """Yield sets of stretches (ring, number) that are not counted: none, one, all of a side but one, two."""
    length: dict[tuple[int, int], float] = {}
    side: dict[tuple[int, int], int] = {}
    for r, (xy, labels) in enumerate(rings):
        along, number = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T), _stretches(labels)
        for k in np.unique(number[labels >= 0]).tolist():
            length[r, k] = float(along[number == k].sum())
            side[r, k] = int(labels[number == k][0])
    names = sorted(length, key=lambda name: length[name])
    yield frozenset()
    yield from (frozenset([name]) for name in names)
    for poor in (_SECOND, _FIRST):
        yield frozenset([name for name in names if side[name] == poor][:-1])
    yield from (frozenset(pair) for pair in combinations(names, 2))


def _without(rings: list[_Ring], given_up: frozenset[tuple[int, int]]) -> list[_Ring]:
    """Return the rings with some stretches counted for the other side."""
    result = []
    for r, (xy, labels) in enumerate(rings):
        mine = [k for ring, k in given_up if ring == r]
        turned = np.isin(_stretches(labels), mine)
        result.append((xy, np.where(turned, 1 - labels, labels)))
    return result


def _halved(land: shapely.Geometry, rings: list[_Ring]) -> Halves | None:
    """Return land divided midway between the sides as labelled; None where only one has a side."""
    sides = {int(side) for _xy, labels in rings for side in np.unique(labels)} - {-1}
    if len(sides) < 2:
        return None
    settled = [_settled(xy, labels, sides) for xy, labels in rings]
    lines = _middle_lines(land, settled)
    return _divided(land, lines, settled) if len(lines) else None


def _labelled(xy: FloatArray, first: shapely.Geometry, second: shapely.Geometry) -> _Ring:
    """Return the corners of a ring and whose rest lies behind each side: 0, 1, or -1 for neither.

    The undisputed rest of one begins where the other one ends.
    """
    middle = shapely.points((xy + np.roll(xy, -1, axis=0)) / 2)
    lines = [shapely.boundary(first), shapely.boundary(second)]
    for line in lines:
        shapely.prepare(line)
    on_first, on_second = (shapely.dwithin(line, middle, _ON_LINE_M) for line in lines)
    labels = np.full(len(xy), -1, np.int64)
    labels[on_second & ~on_first] = _FIRST
    labels[on_first & ~on_second] = _SECOND
    return xy, labels


def _stretches(labels: IntArray) -> IntArray:
    """Return the number of the stretch of equal labels each side belongs to, round the ring."""
    breaks = labels != np.roll(labels, 1)
    number = np.cumsum(breaks)
    number[number == 0] = number[-1]
    return number


def _settled(xy: FloatArray, labels: IntArray, sides: set[int]) -> _Ring:
    """Give sides that lie at neither rest to the nearer one along the ring."""
    known = np.flatnonzero(labels >= 0)
    if not len(known):
        return xy, np.full(len(labels), min(sides), np.int64)
    n = len(labels)
    place = np.arange(n)
    after = known[np.searchsorted(known, place) % len(known)]
    before = known[np.searchsorted(known, place, side="right") - 1]
    nearer = (after - place) % n < (place - before) % n
    return xy, np.where(labels >= 0, labels, labels[np.where(nearer, after, before)])


def _middle_lines(land: shapely.Geometry, rings: list[_Ring]) -> ObjectArray:
    """Return the lines midway between the sides of the two claimants, from corner to corner."""
    corners = np.concatenate([xy for xy, _labels in rings])
    # A corner between two sides of different owners belongs to neither: there a line ends.
    owner = np.concatenate([np.where(labels == np.roll(labels, 1), labels, -1) for _xy, labels in rings])
    triangles = shapely.get_parts(
        shapely.constrained_delaunay_triangles(
            shapely.Polygon(rings[0][0], [xy for xy, _labels in rings[1:]])
        )
    )
    if not len(triangles):
        return np.empty(0, dtype=object)
    at = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    _near, index = shapely.STRtree(shapely.points(corners)).query_nearest(
        shapely.points(at.reshape(-1, 2)), all_matches=False
    )
    names, places = owner[index].reshape(-1, 3), index.reshape(-1, 3)
    pieces = []
    for corner, name in zip(at, names, strict=True):
        ends = [
            (corner[i] + corner[j]) / 2
            for i, j in _SIDES
            if min(name[i], name[j]) == _FIRST and max(name[i], name[j]) == _SECOND
        ]
        ends += [corner[i] for i in range(3) if name[i] < 0 and len(ends) == 1]
        if len(ends) == 2:
            pieces.append(shapely.LineString(ends))
    pieces += [shapely.LineString(corners[list(edge)]) for edge in _straight_across(names, places)]
    return _smoothed(land, _joined(pieces))


def _straight_across(names: IntArray, places: IntArray) -> list[tuple[int, int]]:
    """Return the edges from end to end of a line that have the sides of both claimants on either hand."""
    beside: dict[tuple[int, int], list[int]] = {}
    for name, place in zip(names.tolist(), places.tolist(), strict=True):
        for i, j in _SIDES:
            if name[i] < 0 and name[j] < 0:
                edge = (min(place[i], place[j]), max(place[i], place[j]))
                beside.setdefault(edge, []).append(name[3 - i - j])
    return [edge for edge, thirds in beside.items() if len(thirds) == 2 and thirds[0] != thirds[1]]


def _joined(pieces: list[shapely.Geometry]) -> ObjectArray:
    """Put pieces of line together."""
    if not pieces:
        return np.empty(0, dtype=object)
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    return np.asarray(shapely.get_parts(merged), dtype=object)


def _smoothed(land: shapely.Geometry, lines: ObjectArray) -> ObjectArray:
    """Take out small bends where the line stays inside the land and clear of the others."""
    width = 2 * land.area / max(land.length, 1e-12)
    plain = shapely.simplify(lines, _SMOOTH * width)
    within = shapely.covers(land, plain)
    rim = shapely.boundary(land)
    touch = shapely.intersection(rim, plain)
    free = within & (shapely.get_dimensions(touch) < 1) & (shapely.get_num_geometries(touch) <= 2)
    result = np.where(free, plain, lines)
    crossing = len(result) > 1 and shapely.get_num_geometries(shapely.union_all(result)) != len(result)
    return lines if crossing else np.asarray(result, dtype=object)


def _divided(land: shapely.Geometry, lines: ObjectArray, rings: list[_Ring]) -> Halves | None:
    """Return the parts on both sides of the lines, each of the claimant at whose side it lies."""
    lines = np.array([_longer(line) for line in lines] + [None], dtype=object)[:-1]
    noded = shapely.union_all(np.append(lines, shapely.boundary(land)))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.intersects(land, shapely.point_on_surface(faces))]
    middles = shapely.points(np.concatenate([(xy + np.roll(xy, -1, axis=0)) / 2 for xy, _l in rings]))
    labels = np.concatenate([labels for _xy, labels in rings])
    rows, hits = shapely.STRtree(middles).query(faces, predicate="dwithin", distance=_ON_LINE_M)
    score = np.zeros((len(faces), 2))
    np.add.at(score, (rows, labels[hits]), 1)
    mine: BoolArray = score[:, 0] >= score[:, 1]
    if mine.all() or not mine.any():
        return None
    parts = [shapely.union_all(faces[mine]), shapely.union_all(faces[~mine])]
    return Halves(lines, np.array([*parts, None], dtype=object)[:-1])


def _longer(line: shapely.Geometry) -> shapely.Geometry:
    """Return a line a hair longer at both ends; a ring stays as it is."""
    xy = shapely.get_coordinates(line)
    if np.array_equal(xy[0], xy[-1]):
        return line
    ends = []
    for end, inner in ((xy[0], xy[1]), (xy[-1], xy[-2])):
        away = end - inner
        ends.append(end + away / max(float(np.hypot(*away)), 1e-12) * _BEYOND_M)
    return shapely.LineString(np.vstack([ends[0], xy, ends[1]]))
