# SPDX-License-Identifier: LGPL-3.0-or-later
"""The text-book model of one part, as anybody would write it down, for two solvers.

Which atom lies in which grid and where each grid has its root are yes-or-no; a flow from the root to
every atom of the grid makes it connected; an atom too far from the root cannot lie in its grid. The sum
of |people - mean| is least. All rules are in it, so what it finds is legal and its bound is a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from benchmarks.engine.contest import Ground
from benchmarks.engine.judge import Limits

Labels = npt.NDArray[np.integer]
_INF = float("inf")


@dataclass(frozen=True, eq=False)
class Model:
    """min cost x, low <= A x <= high, 0 <= x <= top; the first `whole` columns are whole numbers.

    Columns: in[atom, grid], root[atom, grid], then flow[arc, grid], then off[grid].
    """

    cost: npt.NDArray[np.float64]
    top: npt.NDArray[np.float64]
    whole: int
    rows: coo_array
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


class _Rows:
    """Collects rows of the model."""

    def __init__(self) -> None:
        self.i: list[int] = []
        self.j: list[int] = []
        self.v: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        """Add low <= sum of value x column <= high."""
        for column, value in terms:
            self.i.append(len(self.low))
            self.j.append(column)
            self.v.append(value)
        self.low.append(low)
        self.high.append(high)


def model_of(ground: Ground, limits: Limits) -> Model:
    """Return the model of a part."""
    n, k = len(ground), ground.k
    a, b = ground.links.tocoo().coords
    m = len(a)
    inside, root = np.arange(n * k).reshape(n, k), n * k + np.arange(n * k).reshape(n, k)
    flow, off = 2 * n * k + np.arange(m * k).reshape(m, k), 2 * n * k + m * k + np.arange(k)
    mean, rows = ground.people.sum() / k, _Rows()
    far = np.linalg.norm(ground.xy[:, None] - ground.xy[None], axis=2) > limits.radius_m
    far &= (ground.people > 0)[:, None]
    for atom in range(n):
        rows.add([(int(inside[atom, g]), 1.0) for g in range(k)], 1, 1)
    for g in range(k):
        people = [(int(inside[atom, g]), float(ground.people[atom])) for atom in range(n)]
        rows.add(people, limits.low, limits.high)
        rows.add([*people, (int(off[g]), -1.0)], -_INF, mean)
        rows.add([*people, (int(off[g]), 1.0)], mean, _INF)
        rows.add([(int(root[atom, g]), 1.0) for atom in range(n)], 1, 1)
    for atom, g in product(range(n), range(k)):
        rows.add([(int(root[atom, g]), 1.0), (int(inside[atom, g]), -1.0)], -_INF, 0)
        own = [(int(flow[e, g]), 1.0) for e in np.flatnonzero(b == atom)]
        own += [(int(flow[e, g]), -1.0) for e in np.flatnonzero(a == atom)]
        rows.add([*own, (int(inside[atom, g]), -1.0), (int(root[atom, g]), float(n))], 0, _INF)
    for e, g in product(range(m), range(k)):
        for end in (a[e], b[e]):
            rows.add([(int(flow[e, g]), 1.0), (int(inside[end, g]), -float(n - 1))], -_INF, 0)
    for (lived, centre), g in product(np.argwhere(far), range(k)):
        rows.add([(int(inside[lived, g]), 1.0), (int(root[centre, g]), 1.0)], -_INF, 1)
    size = 2 * n * k + m * k + k
    cost, top = np.zeros(size), np.full(size, 1.0)
    cost[off] = 1.0
    top[flow], top[off] = n - 1, float(ground.people.sum())
    table = coo_array((rows.v, (rows.i, rows.j)), shape=(len(rows.low), size))
    return Model(cost, top, 2 * n * k, table, np.array(rows.low), np.array(rows.high))


def solve_highs(ground: Ground, limits: Limits, seconds: float) -> tuple[Labels | None, bool]:
    """Return the division HiGHS found, if any, and whether it is proven best."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    model = model_of(ground, limits)
    whole = np.zeros(len(model.cost))
    whole[: model.whole] = 1
    found = milp(
        model.cost,
        integrality=whole,
        bounds=Bounds(0, model.top),
        constraints=LinearConstraint(model.rows.tocsc(), model.low, model.high),
        options={"time_limit": seconds},
    )
    if found.x is None:
        return None, False
    return _labels(found.x, ground), bool(found.status == 0)


def solve_cpsat(ground: Ground, limits: Limits, seconds: float) -> tuple[Labels | None, bool]:
    """Return the division CP-SAT found, if any, and whether it is proven best; one worker."""
    from ortools.sat.python import cp_model

    model, solver = cp_model.CpModel(), cp_model.CpSolver()
    plain = model_of(ground, limits)
    x = [model.new_int_var(0, int(top), f"x{j}") for j, top in enumerate(plain.top)]
    table = plain.rows.tocsr()
    for row in range(table.shape[0]):
        span = slice(table.indptr[row], table.indptr[row + 1])
        terms = sum(int(v) * x[j] for v, j in zip(table.data[span], table.indices[span], strict=True))
        if np.isfinite(plain.low[row]):
            model.add(terms >= int(np.ceil(plain.low[row])))
        if np.isfinite(plain.high[row]):
            model.add(terms <= int(np.floor(plain.high[row])))
    model.minimize(sum(x[j] for j in np.flatnonzero(plain.cost)))
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    return _labels(np.array([solver.value(v) for v in x]), ground), status == cp_model.OPTIMAL


def _labels(x: npt.NDArray[np.float64], ground: Ground) -> Labels:
    """Return the grid of each atom."""
    n, k = len(ground), ground.k
    return np.asarray(np.round(x[: n * k]).reshape(n, k).argmax(axis=1), dtype=np.int64)
