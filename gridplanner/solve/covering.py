# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the radius rules out: service points must cover everybody, and have room.

Every legal grid lies in one of few grounds (see `grounds`). Handing
each atom to them, in fractions even, with people inside the band for each grid, relaxes every plan: where
k grounds (one may count for several grids) cannot do it, no plan has k grids, and no plan is more even
than the most even handing out.
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, eye_array, hstack

from gridplanner.solve.grounds import MAX_GROUNDS, Grounds, Sets, grounds_of
from gridplanner.solve.part import Field, FloatArray, Limits, Part
from gridplanner.solve.share import even_cost

#: Taken off what the solver answers, since it rounds.
_TINY = 1e-6
#: Branches and wall seconds of one question. Nearly all are answered before the first branch; the branches
#: end the others at the same point on any machine.
_SOON = {"node_limit": 300, "time_limit": 10.0}
#: How far from the least distance people may be handed out.
_NEAR = 0.2


class Lots(NamedTuple):
    """What is handed out to the grounds."""

    inside: Sets  #: bool[grounds, lots]
    people: FloatArray
    households: FloatArray
    lot: npt.NDArray[np.intp]  #: intp[a], lot of each lived-in atom


class Covering:
    """Answers for one part which numbers of grids are proven impossible.

    Parameters
    ----------
    part : Part
    merged : bool
        Whether atoms of the same grounds are counted together, which is quicker.
    grounds : Grounds, optional
        Where they are known already or only some of them may be used.
    """

    def __init__(self, part: Part, *, merged: bool = True, grounds: Grounds | None = None) -> None:
        sets, through = grounds_of(part) if grounds is None else grounds
        #: Whether nothing can be said: no radius, or too many grounds.
        self.blind = not 1 < len(sets) <= MAX_GROUNDS
        self._total = part.people
        if self.blind:
            return
        lots = _lots(part, sets, merged=merged)
        self._lots = lots
        ground, lot = np.nonzero(lots.inside)
        m, pairs = len(sets), np.arange(len(ground))
        self._grounds, self._width = m, m + len(pairs)
        self._cells, self._lot = (ground, m + pairs), lot
        self._people = lots.people[lot]
        shape = (len(lots.people), self._width)
        share = coo_array((np.ones(len(pairs)), (lot, m + pairs)), shape=shape).tocsr()
        opened = coo_array(
            (
                np.repeat([1.0, -1.0], len(pairs)),
                (np.concatenate([pairs, pairs]), np.concatenate([m + pairs, ground])),
            ),
            shape=(len(pairs), self._width),
        )
        self._rows = [
            LinearConstraint(share, 1.0, 1.0),
            LinearConstraint(opened.tocsr(), -inf, 0.0),
            *_bands(part.limits.hard_only(), lots, ground, lot, m),
        ]
        if through.shape[1]:
            each = np.concatenate([through.T, np.zeros((through.shape[1], len(pairs)))], axis=1)
            self._rows.append(LinearConstraint(coo_array(each).tocsr(), 1.0, 1.0))

    def refutes(self, k: int) -> bool:
        """Tell whether k grids are proven impossible; running out of time proves nothing."""
        return self.opened(k)[0]

    def opened(self, k: int, away: FloatArray | None = None) -> tuple[bool, FloatArray | None]:
        """Tell whether k grids are proven impossible, and how many each ground would have.

        Parameters
        ----------
        k : int
        away : float64[grounds, a], optional
            Cost of handing each of the a lived-in atoms to a ground; people then go to grounds that are near.

        Returns
        -------
        (bool, float64[grounds] or None)
            None where the number is impossible, or nothing was found.
        """
        if self.blind:
            return False, None
        answer = self._solved(k, self._priced(away), [], {**_SOON, "mip_rel_gap": _NEAR})
        if answer.x is None:
            return answer.status == 2, None
        return False, np.round(answer.x[: self._grounds])

    def handed_out(self, counts: FloatArray, away: FloatArray) -> FloatArray | None:
        """Return the shares of the atoms that each ground is given, at the least distance.

        Parameters
        ----------
        counts : float64[grounds]
            Grids of each ground.
        away : float64[grounds, a]
            As in `opened`; the atoms must not be merged.

        Returns
        -------
        float64[grounds, a] or None
        """
        if self.blind:
            return None
        fixed = LinearConstraint(eye_array(self._grounds, self._width).tocsr(), counts, counts)
        answer = self._solved(int(counts.sum()), self._priced(away), [fixed], _SOON)
        if answer.x is None:
            return None
        shares = np.zeros(away.shape)
        shares[self._cells[0], self._lot] = answer.x[self._cells[1]]
        return shares

    def _priced(self, away: FloatArray | None) -> FloatArray:
        """Return the cost of each column: what handing the atoms of a lot to a ground costs together."""
        cost = np.zeros(self._width)
        if away is not None:
            together = np.zeros((len(self._lots.people), len(away)))
            np.add.at(together, self._lots.lot, away.T)
            cost[self._cells[1]] = together[self._lot, self._cells[0]]
        return cost

    def least_unevenness(self, k: int, mean: float, limit_s: float = 5.0) -> float:
        """Return a proven least sum of |people / mean - 1| over k grids; inf where k is impossible.

        The grids of one ground together are at least as far from the mean as their sum is from theirs.
        """
        even = even_cost(self._total, k, mean)
        if self.blind:
            return even
        m, width = self._grounds, self._width
        loads = coo_array((self._people / mean, self._cells), shape=(m, width))
        every = np.arange(m)
        over = loads - coo_array((np.ones(m), (every, every)), shape=(m, width))
        gap = eye_array(m)
        rows = [
            LinearConstraint(hstack([over, -gap]).tocsr(), -inf, 0.0),
            LinearConstraint(hstack([over, gap]).tocsr(), 0.0, inf),
        ]
        cost = np.concatenate([np.zeros(width), np.ones(m)])
        answer = self._solved(k, cost, rows, {"time_limit": limit_s})
        if answer.status == 2:
            return inf
        dual = getattr(answer, "mip_dual_bound", None)
        return even if dual is None else max(even, float(dual) - _TINY)

    def _solved(
        self, k: int, cost: FloatArray, more: list[LinearConstraint], limits: dict[str, float]
    ) -> Any:
        """Solve the model of k grids; columns past the model's own are of any size."""
        wider = len(cost) - self._width
        whole, upper = np.zeros(len(cost)), np.ones(len(cost))
        whole[: self._grounds], upper[: self._grounds] = 1.0, k
        upper[self._width :] = inf
        rows = [
            LinearConstraint(
                hstack([row.A, coo_array((row.A.shape[0], wider))]).tocsr() if wider else row.A,
                row.lb,
                row.ub,
            )
            for row in self._rows
        ]
        return milp(
            cost,
            integrality=whole,
            bounds=Bounds(0.0, upper),
            constraints=[*rows, *more, LinearConstraint(whole[None, :], k, k)],
            options={"mip_rel_gap": 0.0, **limits},
        )


def lived_in(f: Field) -> npt.NDArray[np.intp]:
    """Return the atoms that must be handed out."""
    return np.flatnonzero((f.people > 0) | (f.households > 0))


def _lots(part: Part, sets: Sets, *, merged: bool) -> Lots:
    """Return the lived-in atoms, those in the same grounds together.

    Fractions of such atoms can be exchanged without anybody noticing, as long as one number is
    counted: where people and households both have a band, each atom stays a lot of its own.
    """
    f, hard = part.field, part.limits.hard_only()
    lived = lived_in(f)
    inside = sets[:, lived]
    if merged and hard.households == (-inf, inf):
        inside, lot = np.unique(inside, axis=1, return_inverse=True)
    else:
        lot = np.arange(len(lived))
    lot, size = lot.ravel(), inside.shape[1]
    people, households = (
        np.bincount(lot, values[lived], minlength=size).astype(np.float64)
        for values in (f.people, f.households)
    )
    return Lots(inside, people, households, lot)


def _bands(
    hard: Limits, lots: Lots, ground: npt.NDArray[np.intp], lot: npt.NDArray[np.intp], m: int
) -> list[LinearConstraint]:
    """Keep the people and households of each ground inside the band times its number of grids."""
    out = []
    every = np.arange(m)
    for values, (low, high) in ((lots.people, hard.people), (lots.households, hard.households)):
        each = (values[lot], (ground, m + np.arange(len(lot))))
        loads = coo_array(each, shape=(m, m + len(lot))).tocsr()
        for limit, least, most in ((low, 0.0, inf), (high, -inf, 0.0)):
            if limit not in (inf, -inf):
                grids = coo_array((np.full(m, -limit), (every, every)), shape=loads.shape)
                out.append(LinearConstraint((loads + grids).tocsr(), least, most))
    return out
