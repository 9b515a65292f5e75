# SPDX-License-Identifier: LGPL-3.0-or-later
"""Place labels: inside their own area, never over one another, each placed or reported.

Every grid offers several forms of its label, the fullest first. A form is placed where its box lies
wholly inside the grid and hits no other label. Grids too small for any form get their shortest form
outside the planned area with a leader line. What finds no place at all is returned, so that the
sheet can list it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.fonts import text_width
from gridplanner.maps.marks import Rect

FloatArray = npt.NDArray[np.float64]
ObjectArray = npt.NDArray[np.object_]
Box = tuple[float, float, float, float]

LINE_SPACING = 1.18
#: Free rim around a label, in em.
_RIM = 0.14
#: Points tried along each side of an area's bounding box.
_SAMPLES = 9
#: How many times more densely the areas are searched that found no place at first.
_FINER = 4
#: Places of a form that are looked at together before the others are.
_FIRST = 12
#: Lengths of leader lines tried, mm.
_LEADER_RADII = np.array((4.0, 6.0, 8.0, 11.0, 15.0, 20.0, 27.0, 36.0, 48.0))
_LEADER_DIRECTIONS = 24
#: By how much a depth may be too small, mm.
_SLACK = 0.04


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a label: its lines and the height of the em (mm)."""

    lines: tuple[str, ...]
    size: float

    @property
    def width(self) -> float:
        """Width of the box, rim included, mm."""
        return _width(self.lines, self.size)

    @property
    def height(self) -> float:
        """Height of the box, rim included, mm."""
        return (1 + (len(self.lines) - 1) * LINE_SPACING + 2 * _RIM) * self.size


@lru_cache(maxsize=8192)
def _width(lines: tuple[str, ...], size: float) -> float:
    """Return the width of a label's box, mm."""
    return max(text_width(line, size) for line in lines) + 2 * _RIM * size


@dataclass(frozen=True, eq=False)
class Request:
    """An area that wants a label.

    Parameters
    ----------
    key : str
        Identifier, unique among the requests of a sheet.
    area : shapely Polygon or MultiPolygon, mm on the sheet
        Where the label must lie.
    forms : tuple of Form
        The fullest first.
    leader : bool
        Whether the shortest form may stand outside with a leader line.
    """

    key: str
    area: shapely.Geometry
    forms: tuple[Form, ...]
    leader: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """A placed label: its middle, and the point its leader line starts from (None without one)."""

    key: str
    form: Form
    x: float
    y: float
    leader: tuple[float, float] | None = None

    @property
    def box(self) -> Box:
        """Left, top, right, bottom, mm."""
        half_w, half_h = self.form.width / 2, self.form.height / 2
        return self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h


class Occupied:
    """Boxes and lines on the sheet that no further label may touch."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._keys: list[str] = []
        self._row_of: dict[str, int] = {}
        self._table = np.full((256, 4), np.nan)
        self._lines: list[shapely.LineString] = []
        for number, box in enumerate(boxes):
            self.add(f"fixed {number}", box)

    def add(self, key: str, box: Box) -> None:
        """Take a box; a key that is there already gets the new one."""
        row = self._row_of.setdefault(key, len(self._keys))
        if row == len(self._keys):
            self._keys.append(key)
            if row == len(self._table):
                self._table = np.vstack([self._table, np.full_like(self._table, np.nan)])
        self._table[row] = box

    def drop(self, key: str) -> None:
        """Give a box back."""
        # Nothing is smaller or greater than NaN: the row stays and hits nothing.
        self._table[self._row_of[key]] = np.nan

    def add_line(self, line: shapely.LineString) -> None:
        """Take a leader line."""
        self._lines.append(line)

    def _bounds(self) -> FloatArray:
        return self._table[: len(self._keys)]

    def hits(self, boxes: FloatArray) -> npt.NDArray[np.bool_]:
        """Return bool[n, m]: which of the n boxes (float64[n, 4]) overlaps which taken one."""
        have = self._bounds()
        one, two = boxes[:, None, :], have[None, :, :]
        return np.asarray(
            (one[..., 0] < two[..., 2])
            & (one[..., 2] > two[..., 0])
            & (one[..., 1] < two[..., 3])
            & (one[..., 3] > two[..., 1]),
            bool,
        )

    def free(self, boxes: FloatArray) -> npt.NDArray[np.bool_]:
        """Return bool[n]: which boxes touch nothing that is taken."""
        clear = ~self.hits(boxes).any(axis=1)
        if self._lines and clear.any():
            shapes = shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])
            for line in self._lines:
                clear &= ~shapely.intersects(shapes, line)
        return np.asarray(clear, bool)

    def hit_keys(self, box: Box) -> list[str]:
        """Return the keys of the taken boxes that `box` overlaps."""
        row = self.hits(np.array([box], float))[0]
        return [key for key, hit in zip(self._keys, row, strict=True) if hit]

    def crossed(self, line: shapely.LineString) -> bool:
        """Tell whether a leader line would cross a taken box or another leader line."""
        table = self._bounds()
        table = table[~np.isnan(table[:, 0])]
        shapes = shapely.box(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
        return bool(shapely.intersects(shapes, line).any()) or any(
            line.crosses(other) for other in self._lines
        )


def sample_points(
    areas: ObjectArray, samples: int = _SAMPLES
) -> tuple[FloatArray, npt.NDArray[np.int64], FloatArray]:
    """Return points inside areas with their distance to the border, the deepest first within each area.

    Parameters
    ----------
    areas : object[n] of Polygon or MultiPolygon, mm
    samples : int
        Points tried along each side of the bounding box; the representative point is always tried.

    Returns
    -------
    xy : float64[m, 2], mm
    owner : int64[m]
        Area of each point, ascending.
    depth : float64[m], mm
    """
    bounds = shapely.bounds(areas)
    share = (np.arange(samples) + 0.5) / samples
    grid_x, grid_y = (part.ravel() for part in np.meshgrid(share, share))
    x = bounds[:, 0:1] + (bounds[:, 2:3] - bounds[:, 0:1]) * grid_x
    y = bounds[:, 1:2] + (bounds[:, 3:4] - bounds[:, 1:2]) * grid_y
    owner = np.repeat(np.arange(len(areas)), samples * samples)
    shapely.prepare(areas)
    inside = shapely.contains_xy(areas[owner], x.ravel(), y.ravel())
    safe = shapely.point_on_surface(areas)
    xs = np.concatenate([x.ravel()[inside], shapely.get_x(safe)])
    ys = np.concatenate([y.ravel()[inside], shapely.get_y(safe)])
    owners = np.concatenate([owner[inside], np.arange(len(areas))])
    # Depth decides the order only within a slack: fewer vertices give it in half the time.
    borders = shapely.boundary(shapely.simplify(areas, _SLACK, preserve_topology=False))
    shapely.prepare(borders)
    depth = shapely.distance(shapely.points(xs, ys), borders[owners]) - _SLACK
    depth = np.nan_to_num(depth, nan=0.0)
    order = np.lexsort((xs, -depth, owners))
    return np.column_stack([xs, ys])[order], owners[order], depth[order]


def _boxes(xy: FloatArray, form: Form) -> FloatArray:
    """Return the boxes of a form centred on points."""
    half = np.array([form.width / 2, form.height / 2])
    return np.hstack([xy - half, xy + half])


class _Places:
    """Where the forms of one request fit; each form is looked at only when it is asked for."""

    def __init__(self, request: Request, area: shapely.Geometry, xy: FloatArray, depth: FloatArray) -> None:
        self.request = request
        self.room = float(area.area)
        self._area, self._xy, self._shallow = area, xy, -depth
        self._deepest = float(depth[0]) if len(depth) else -1.0
        left, top, right, bottom = area.bounds if self.room else (0.0, 0.0, 0.0, 0.0)
        self._widest, self._highest = right - left, bottom - top
        self._found: dict[tuple[Form, int], FloatArray] = {}

    def of(self, form: Form) -> Iterator[FloatArray]:
        """Give the middles of the boxes of a form that lie inside the area, those first that surely do."""
        half_w, half_h = form.width / 2, form.height / 2
        # A box reaches at least half its shorter side from its middle, and at most half its diagonal.
        if form.width > self._widest or form.height > self._highest or min(half_w, half_h) > self._deepest:
            return
        sure = self._count(hypot(half_w, half_h))
        if sure:
            yield self._xy[:sure]
        for first, last in ((sure, sure + _FIRST), (sure + _FIRST, len(self._xy))):
            if (form, first) not in self._found:
                end = min(last, self._count(min(half_w, half_h)))
                self._found[form, first] = self._fitting(form, self._xy[first:end])
            if len(self._found[form, first]):
                yield self._found[form, first]

    def _count(self, depth: float) -> int:
        """Return how many points are at least so deep."""
        return int(self._shallow.searchsorted(-depth, side="right"))

    def _fitting(self, form: Form, xy: FloatArray) -> FloatArray:
        if not len(xy):
            return xy
        boxes = _boxes(xy, form)
        shapes = shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])
        return np.asarray(xy[shapely.contains(self._area, shapes)], float)

    def first_free(self, occupied: Occupied) -> Label | None:
        """Return the fullest form at its roomiest free place."""
        for form in self.request.forms:
            for middles in self.of(form):
                free = np.flatnonzero(occupied.free(_boxes(middles, form)))
                if len(free):
                    x, y = middles[free[0]]
                    return Label(self.request.key, form, float(x), float(y))
        return None


def place(
    requests: Sequence[Request],
    occupied: Occupied,
    window: Rect,
    samples: int = _SAMPLES,
    reach: float = 16.0,
) -> tuple[list[Label], list[str]]:
    """Place labels without collision.

    Parameters
    ----------
    requests : sequence of Request
    occupied : Occupied
        What is on the sheet already; the placed labels are added to it.
    window : Rect
        Labels lie inside it.
    samples : int
        See `sample_points`.
    reach : float
        Longest leader line, mm; a longer one misleads more than it helps.

    Returns
    -------
    labels : list of Label
        In the order of the requests.
    unplaced : list of str
        Keys of the requests that found no place.
    """
    asked = [r for r in requests if not shapely.is_empty(r.area)]
    table = _places(asked, window, samples)
    placed: dict[str, Label] = {}
    # The tightest first: who has little room must not find it taken.
    for places in sorted(table.values(), key=lambda p: (p.room, p.request.key)):
        label = places.first_free(occupied)
        if label is not None:
            _take(label, placed, occupied)
    homeless = [r for r in asked if r.leader and r.key not in placed]
    for key, places in _places(homeless, window, samples * _FINER).items():
        table[key] = places
        label = places.first_free(occupied)
        if label is not None:
            _take(label, placed, occupied)
        else:
            _make_room(key, table, placed, occupied)
    _lead_outside(
        [r for r in asked if r.key not in placed and r.leader], asked, placed, occupied, (window, reach)
    )
    missing = [r.key for r in requests if r.key not in placed]
    return [placed[r.key] for r in requests if r.key in placed], missing


def _places(requests: Sequence[Request], window: Rect, samples: int) -> dict[str, _Places]:
    """Return where each request may be placed inside the window, by key."""
    areas = np.empty(len(requests), dtype=object)
    areas[:] = [r.area for r in requests]
    seen = shapely.clip_by_rect(areas, window.x, window.y, window.right, window.bottom)
    keep = np.flatnonzero((shapely.get_dimensions(seen) == 2) & ~shapely.is_empty(seen))
    nothing = np.empty((0, 2))
    result = {r.key: _Places(r, shapely.Polygon(), nothing, nothing[:, 0]) for r in requests}
    if len(keep):
        xy, owner, depth = sample_points(seen[keep], samples)
        cuts = np.searchsorted(owner, np.arange(len(keep) + 1))
        for slot, row in enumerate(keep.tolist()):
            part = slice(cuts[slot], cuts[slot + 1])
            request = requests[row]
            result[request.key] = _Places(request, seen[row], xy[part], depth[part])
    return result


def _take(label: Label, placed: dict[str, Label], occupied: Occupied) -> None:
    """Set a label down."""
    placed[label.key] = label
    occupied.add(label.key, label.box)


def _make_room(key: str, table: dict[str, _Places], placed: dict[str, Label], occupied: Occupied) -> None:
    """Place a label by moving one neighbour to another of its places, if that helps."""
    form = table[key].request.forms[-1]
    for x, y in (spot for spots in table[key].of(form) for spot in spots):
        label = Label(key, form, float(x), float(y))
        blockers = occupied.hit_keys(label.box)
        if len(blockers) != 1 or blockers[0] not in placed or blockers[0] not in table:
            continue
        old = placed[blockers[0]]
        occupied.drop(old.key)
        occupied.add(key, label.box)
        moved = table[old.key].first_free(occupied)
        if moved is not None:
            placed[key] = label
            _take(moved, placed, occupied)
            return
        occupied.drop(key)
        occupied.add(old.key, old.box)


def _lead_outside(
    homeless: Sequence[Request],
    everyone: Sequence[Request],
    placed: dict[str, Label],
    occupied: Occupied,
    limits: tuple[Rect, float],
) -> None:
    """Place shortest forms outside all areas, joined to their own by a leader line."""
    if not homeless:
        return
    window, reach = limits
    tree = shapely.STRtree([r.area for r in everyone])
    angle = np.arange(_LEADER_DIRECTIONS) / _LEADER_DIRECTIONS * 2 * np.pi
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    offsets = np.vstack([ring * radius for radius in _LEADER_RADII[reach >= _LEADER_RADII]])
    for request in homeless:
        anchor = shapely.point_on_surface(request.area)
        start = np.array([anchor.x, anchor.y])
        form = request.forms[-1]
        boxes = _boxes(start + offsets, form)
        inside = (boxes[:, 0] > window.x) & (boxes[:, 1] > window.y)
        inside &= (boxes[:, 2] < window.right) & (boxes[:, 3] < window.bottom)
        shapes = shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])
        hit, _area = tree.query(shapes, predicate="intersects")
        inside[hit] = False
        candidates = np.flatnonzero(inside)
        for row in candidates[occupied.free(boxes[candidates])] if len(candidates) else ():
            middle = start + offsets[row]
            line = shapely.LineString([start, shapely.shortest_line(anchor, shapes[row]).coords[1]])
            if not occupied.crossed(line):
                label = Label(
                    request.key, form, float(middle[0]), float(middle[1]), (float(start[0]), float(start[1]))
                )
                _take(label, placed, occupied)
                occupied.add_line(line)
                break
