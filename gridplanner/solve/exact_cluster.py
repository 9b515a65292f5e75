# SPDX-License-Identifier: LGPL-3.0-or-later
"""The least pieces of one cluster divided into g grids, atom by atom, by integer programming.

Each grid has one service point that reaches its lived-in atoms, keeps the bands and hangs together;
contiguity comes in as cuts where an answer lacks it. Every answer is a relaxation until no cut is
missing, so its bound holds whenever the work is stopped. Ground without an old grid may be taken or
left, as other clusters may want it; taking it costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from time import monotonic

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from gridplanner.solve.part import CENTRE, Field, FloatArray, IntArray, Limits, Part
from gridplanner.solve.pricing import LOOSE
from gridplanner.solve.start import pieces_of

#: Columns of the model; larger clusters are left to the cheap tests.
MAX_CELLS = 3_000
_CUT_ROUNDS = 25
_HALF = 0.5


@dataclass(frozen=True, eq=False)
class _Model:
    """Columns: x[a, i] atom in grid, y[c, i] service point of grid, t[o, i] old grid touched."""

    f: Field
    g: int
    near: npt.NDArray[np.bool_]  #: bool[c, n]: the point reaches every lived-in point of the atom
    home: IntArray  #: int32[c], atom of each service point

    @property
    def n(self) -> int:
        return len(self.f.people)

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.n * self.g, len(self.home) * self.g, (int(self.f.old.max()) + 1) * self.g

    def x(self, a: int, i: int) -> int:
        return a * self.g + i

    def y(self, c: int, i: int) -> int:
        return self.sizes[0] + c * self.g + i

    def t(self, o: int, i: int) -> int:
        return self.sizes[0] + self.sizes[1] + o * self.g + i


class _Rows:
    """Collects rows of a sparse constraint matrix."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._row: list[int] = []
        self._column: list[int] = []
        self._value: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        for column, value in terms:
            self._row.append(len(self.low))
            self._column.append(column)
            self._value.append(value)
        self.low.append(low)
        self.high.append(high)

    def constraint(self) -> LinearConstraint:
        shape = (len(self.low), self._width)
        matrix = csr_array(coo_array((self._value, (self._row, self._column)), shape=shape))
        return LinearConstraint(matrix, np.array(self.low), np.array(self.high))


def least_pieces(cluster: Part, g: int, limit_s: float) -> tuple[float, bool]:
    """Return a proven lower bound on the pieces of a cluster in g grids, and whether time cannot raise it.

    Parameters
    ----------
    cluster : Part
        All atoms of some old grids, and the ground without an old grid that they can reach.
    g : int
        At least 2.
    limit_s : float
        Wall seconds; less time gives a weaker bound, never a wrong one.

    Returns
    -------
    (float, bool)
        inf where no division exists.
    """
    limits = cluster.limits.hard_only()
    model = _model_of(cluster, g, limits)
    begun = monotonic()
    bound = g - 1.0
    if sum(model.sizes) > MAX_CELLS:
        return bound, True
    rows = _base_rows(model, limits)
    olds = int(cluster.field.old.max()) + 1
    for _round in range(_CUT_ROUNDS):
        left = limit_s - (monotonic() - begun)
        if left <= 0:
            break
        status, low, x = _solved(model, rows, left)
        if status == 2:
            return inf, True
        bound = max(bound, float(np.ceil(low - olds - 1e-6)))
        if x is None or not _add_cuts(model, rows, x):
            return bound, x is not None and status == 0
    return bound, False


def _model_of(cluster: Part, g: int, limits: Limits) -> _Model:
    f = cluster.field
    home = np.repeat(np.arange(len(cluster), dtype=np.int32), np.diff(f.points))
    if limits.radius_m == inf or limits.points == CENTRE:
        near_points = np.ones((len(f.x), len(f.x)), bool)
    elif f.far.shape[0]:
        near_points = ~f.far
    else:
        dx, dy = f.x[:, None] - f.x[None, :], f.y[:, None] - f.y[None, :]
        near_points = dx * dx + dy * dy <= limits.radius_m**2 * LOOSE
    near = np.ones((len(f.x), len(cluster)), bool)
    for d in np.flatnonzero(f.load > 0):
        near[:, home[d]] &= near_points[:, d]
    return _Model(f, g, near, home)


def _base_rows(m: _Model, limits: Limits) -> _Rows:
    """Return all constraints but contiguity."""
    rows = _Rows(sum(m.sizes))
    grids = range(m.g)
    lived = np.zeros(m.n, bool)
    lived[m.home[m.f.load > 0]] = True
    for a in range(m.n):
        old = int(m.f.old[a])
        rows.add([(m.x(a, i), 1.0) for i in grids], float(old >= 0), 1.0)
        for i in grids:
            if old >= 0:
                rows.add([(m.t(old, i), 1.0), (m.x(a, i), -1.0)], 0.0, inf)
            if lived[a] and not m.near[:, a].all():
                reach = [(m.y(int(c), i), 1.0) for c in np.flatnonzero(m.near[:, a])]
                rows.add([*reach, (m.x(a, i), -1.0)], 0.0, inf)
    for i in grids:
        rows.add([(m.y(c, i), 1.0) for c in range(len(m.home))], 1.0, 1.0)
        for c, a in enumerate(m.home.tolist()):
            rows.add([(m.x(a, i), 1.0), (m.y(c, i), -1.0)], 0.0, inf)
    _add_bands(m, rows, limits)
    return rows


def _add_bands(m: _Model, rows: _Rows, limits: Limits) -> None:
    """Keep both bands; grids are ordered by people, since they are otherwise alike."""
    for values, (low, high) in ((m.f.people, limits.people), (m.f.households, limits.households)):
        if isfinite(low) or isfinite(high):
            for i in range(m.g):
                rows.add([(m.x(a, i), float(v)) for a, v in enumerate(values) if v], low, high)
    for i in range(m.g - 1):
        terms = [(m.x(a, i), float(v)) for a, v in enumerate(m.f.people) if v]
        rows.add([*terms, *((column + 1, -value) for column, value in terms)], 0.0, inf)


def _solved(m: _Model, rows: _Rows, limit_s: float) -> tuple[int, float, FloatArray | None]:
    """Solve the model as it stands: status, bound on touches, and x[a, i] of the best answer."""
    width = sum(m.sizes)
    cost = np.zeros(width)
    cost[m.sizes[0] + m.sizes[1] :] = 1.0
    answer = milp(
        cost,
        integrality=np.ones(width),
        bounds=Bounds(0.0, 1.0),
        constraints=rows.constraint(),
        options={"time_limit": limit_s, "mip_rel_gap": 0.0},
    )
    dual = answer.mip_dual_bound
    x = None if answer.x is None else answer.x[: m.sizes[0]].reshape(m.n, m.g)
    return int(answer.status), -inf if dual is None else float(dual), x


def _add_cuts(m: _Model, rows: _Rows, x: FloatArray) -> bool:
    """Forbid each stray piece of the answer unless something beside it joins its grid; tell if any.

    Valid for every plan: a grid that holds an atom inside a set and one outside holds one at its edge.
    """
    label = np.where(x.max(axis=1) > _HALF, np.argmax(x, axis=1), -1).astype(np.int32)
    piece = pieces_of(m.f, label)
    source = np.repeat(np.arange(m.n), np.diff(m.f.indptr))
    found = False
    for i in range(m.g):
        own = np.unique(piece[label == i])
        if len(own) < 2:
            continue
        found = True
        weight = {int(c): int(m.f.people[piece == c].sum()) for c in own}
        main = max(own.tolist(), key=lambda c: (weight[c], -c))
        anchor = _heaviest(m, piece == main)
        for stray in (int(c) for c in own if c != main):
            inside = piece == stray
            edge = np.unique(m.f.indices[inside[source] & ~inside[m.f.indices]])
            atom = _heaviest(m, inside)
            for j in range(m.g):
                terms = [(m.x(int(v), j), 1.0) for v in edge if v != anchor]
                if not (edge == anchor).any():
                    rows.add([*terms, (m.x(atom, j), -1.0), (m.x(anchor, j), -1.0)], -1.0, inf)
    return found


def _heaviest(m: _Model, inside: npt.NDArray[np.bool_]) -> int:
    rows = np.flatnonzero(inside)
    return int(rows[int(np.argmax(m.f.people[rows]))])
