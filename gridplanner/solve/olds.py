# SPDX-License-Identifier: LGPL-3.0-or-later
"""The old grids of a part as units: which touch, which sets hang together, which one grid can reach.

A set of old grids is a bit mask. A *cluster* is a set whose people are divided among some new grids
that hold nobody else's people: a plan is a partition of the old grids into clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf

import numpy as np
import numpy.typing as npt

from gridplanner.solve.part import CENTRE, Field, Limits, LongArray, Part
from gridplanner.solve.pricing import LOOSE
from gridplanner.solve.start import pieces_of

Masks = npt.NDArray[np.int64]
#: Sets of one part that are listed for the table; where there are more, `FEW_SETS` small ones are
#: listed for integer programming, and larger ones are bounded together.
MAX_SETS, FEW_SETS = 120_000, 1_500
#: Bit masks are kept in int64.
MAX_OLDS = 60


@dataclass(frozen=True, eq=False)
class Olds:
    """The old grids of a part.

    Parameters
    ----------
    people, households, atoms : int64[q]
    touch : int64[q]
        Mask of the old grids each one touches, directly or across ground without an old grid.
    reach : int64[c], home : int64[c]
        Per demand point: mask of the old grids that lie wholly within the radius of it, and the mask
        of its own old grid (all bits for ground without an old grid: it may belong to any).
    loose_people, loose_households, loose_atoms : int
        On ground without an old grid.
    pieces : int64[q]
        Mask of the connected pieces of each old grid; all 0 where there are too many for a mask.
    beside : int64[p]
        Mask of the pieces that each piece touches.
    loose_pieces : int
        Mask of the pieces of ground without an old grid.
    """

    people: LongArray
    households: LongArray
    atoms: LongArray
    touch: Masks
    reach: Masks
    home: Masks
    loose_people: int
    loose_households: int
    loose_atoms: int
    pieces: Masks
    beside: Masks
    loose_pieces: int

    def __len__(self) -> int:
        """Return the number of old grids."""
        return len(self.people)


def olds_of(part: Part) -> Olds:
    """Return the old grids of a part as units."""
    f, q = part.field, len(part.olds)
    own = f.old >= 0

    def sums(values: LongArray) -> LongArray:
        out = np.zeros(q, np.int64)
        np.add.at(out, f.old[own], values[own])
        return out

    reach, home = _reach(f, part.limits.hard_only(), q)
    pieces, beside, loose_pieces = _pieces(f, q)
    return Olds(
        people=sums(f.people),
        households=sums(f.households),
        atoms=sums(np.ones(len(part), np.int64)),
        touch=_touch(f, q),
        reach=reach,
        home=home,
        loose_people=int(f.people[~own].sum()),
        loose_households=int(f.households[~own].sum()),
        loose_atoms=int((~own).sum()),
        pieces=pieces,
        beside=beside,
        loose_pieces=loose_pieces,
    )


def _touch(f: Field, q: int) -> Masks:
    """Return which old grids touch; ground without one joins all that it touches."""
    unit = np.where(f.old >= 0, f.old, q + pieces_of(f, np.where(f.old >= 0, -2, -1).astype(np.int32)))
    a, b = np.repeat(unit, np.diff(f.indptr)), unit[f.indices]
    size = int(unit.max(initial=-1)) + 1
    joined = np.zeros((max(size, q), max(size, q)), bool)
    joined[a, b] = True
    for loose in np.unique(unit[unit >= q]):
        around = np.flatnonzero(joined[loose, :q])
        joined[np.ix_(around, around)] = True
    bits = np.int64(1) << np.arange(q, dtype=np.int64)
    touch: Masks = (joined[:q, :q] * bits[None, :]).sum(axis=1).astype(np.int64) & ~bits
    return touch


def _pieces(f: Field, q: int) -> tuple[Masks, Masks, int]:
    """Return the pieces of each old grid, what each piece touches, and the pieces of loose ground."""
    piece = pieces_of(f, f.old)
    count = int(piece.max(initial=-1)) + 1
    if count > MAX_OLDS:
        return np.zeros(q, np.int64), np.zeros(0, np.int64), 0
    bit = np.int64(1) << piece.astype(np.int64)
    pieces, beside = np.zeros(q, np.int64), np.zeros(count, np.int64)
    own = f.old >= 0
    np.bitwise_or.at(pieces, f.old[own], bit[own])
    np.bitwise_or.at(beside, np.repeat(piece, np.diff(f.indptr)), bit[f.indices])
    return pieces, beside, int(np.bitwise_or.reduce(bit[~own], initial=0))


def _reach(f: Field, limits: Limits, q: int) -> tuple[Masks, Masks]:
    """Return per demand point the old grids within the radius, and its own."""
    every = np.int64((1 << q) - 1)
    home_atom = np.repeat(np.arange(len(f.old)), np.diff(f.points))
    old = f.old[home_atom]
    home = np.where(old >= 0, np.int64(1) << np.maximum(old, 0).astype(np.int64), every)
    reach = np.full(len(old), every, np.int64)
    if limits.radius_m == inf or limits.points == CENTRE:
        return reach, home
    limit2 = limits.radius_m**2 * LOOSE
    for o in range(q):
        lived = np.flatnonzero((old == o) & (f.load > 0))
        if not len(lived):
            continue
        if f.far.shape[0]:
            beyond = f.far[:, lived].any(axis=1)
        else:
            dx, dy = f.x[:, None] - f.x[None, lived], f.y[:, None] - f.y[None, lived]
            beyond = (dx * dx + dy * dy > limit2).any(axis=1)
        reach[beyond] &= ~(np.int64(1) << np.int64(o))
    return reach, home


def connected_sets(touch: Masks, most: int = MAX_SETS) -> tuple[Masks, int]:
    """Return the connected sets of units, small ones first, and the size up to which all are listed.

    Parameters
    ----------
    touch : int64[q]
    most : int
        Sets are listed size by size while there are no more than this.

    Examples
    --------
    A row of three units:

    >>> masks, size = connected_sets(np.array([2, 5, 2], np.int64))
    >>> masks.tolist(), size
    ([1, 2, 4, 3, 6, 7], 3)
    """
    q = len(touch)
    bits = np.int64(1) << np.arange(q, dtype=np.int64)
    level, around = bits, touch.copy()
    listed = [level]
    total, size = q, 1
    while size < q:
        grown = [level[(around & bit) > 0] | bit for bit in bits]
        level = np.unique(np.concatenate(grown))
        if not len(level) or total + len(level) > most:
            break
        total += len(level)
        size += 1
        listed.append(level)
        around = np.zeros(len(level), np.int64)
        for o in range(q):
            around |= np.where(level & bits[o], touch[o], 0)
        around &= ~level
    return np.concatenate(listed), (q if not len(level) else size)


def in_sets(masks: Masks, values: LongArray) -> LongArray:
    """Return the sum of a number per old grid over each set."""
    total = np.zeros(len(masks), np.int64)
    for o, value in enumerate(values):
        total += np.where(masks >> np.int64(o) & 1, value, 0)
    return total


def reachable(masks: Masks, olds: Olds) -> npt.NDArray[np.bool_]:
    """Tell which sets one service point can reach, from a point of the set or of loose ground.

    A set that no point reaches cannot be one grid. Where the population centre counts, nothing is claimed.
    """
    found = np.zeros(len(masks), bool)
    pairs = np.unique(np.column_stack([olds.reach, olds.home]), axis=0)
    for reach, home in pairs.tolist():
        found |= ((masks & ~np.int64(reach)) == 0) & ((masks & np.int64(home)) != 0)
    return found


def in_one_piece(masks: Masks, olds: Olds) -> npt.NDArray[np.bool_]:
    """Tell which sets can hang together as one grid, where old grids may be in several pieces.

    Loose ground may join them. Where there are too many pieces, nothing is claimed.
    """
    own = np.zeros(len(masks), np.int64)
    for o, pieces in enumerate(olds.pieces):
        own |= np.where(masks >> np.int64(o) & 1, pieces, 0)
    allowed, grown = own | olds.loose_pieces, own & -own
    while True:
        wider = grown.copy()
        for p, beside in enumerate(olds.beside):
            wider |= np.where(grown >> np.int64(p) & 1, beside, 0)
        wider &= allowed
        if (wider == grown).all():
            return np.asarray(own & ~grown == 0)
        grown = wider


def grid_numbers(masks: Masks, olds: Olds, limits: Limits) -> tuple[LongArray, LongArray]:
    """Return the least and most grids each cluster can be divided into, by the hard bands alone.

    Ground without an old grid may add its people to any cluster, so it widens the range.
    """
    low = np.ones(len(masks), np.int64)
    high = in_sets(masks, olds.atoms) + olds.loose_atoms
    bands = (
        (olds.people, limits.people, olds.loose_people),
        (olds.households, limits.households, olds.loose_households),
    )
    for values, (least, most), loose in bands:
        total = in_sets(masks, values)
        if most < inf:
            low = np.maximum(low, np.ceil(total / most) if most > 0 else np.where(total > 0, 1 << 40, 1))
        if least > 0:
            high = np.minimum(high, np.floor((total + loose) / least))
    return low.astype(np.int64), high.astype(np.int64)


def loose_grids(olds: Olds, limits: Limits) -> int:
    """Return how many grids ground without an old grid could fill alone, at most."""
    most = olds.loose_atoms
    if limits.people[0] > 0:
        most = min(most, int(olds.loose_people // ceil(limits.people[0])))
    if limits.households[0] > 0:
        most = min(most, int(olds.loose_households // ceil(limits.households[0])))
    return most
