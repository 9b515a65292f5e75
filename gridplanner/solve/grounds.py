# SPDX-License-Identifier: LGPL-3.0-or-later
"""The grounds of a part: where a legal grid can lie at all.

A legal grid hangs together and lies within the radius of a point of its own, so it lies in the connected
ground that this point reaches. Where one atom is the only way between two sides of a part, the one grid
that holds it may lie on both sides, and every other grid lies on one.
"""

from __future__ import annotations

from itertools import product
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gridplanner.solve.compiled import kernel
from gridplanner.solve.part import CENTRE, Field, IntArray, LongArray, Part
from gridplanner.solve.pricing import LOOSE
from gridplanner.solve.start import pieces_of

#: Parts of more demand points have one ground: all of it.
MAX_POINTS = 3_000
#: More grounds are too many to hand anything out to.
MAX_GROUNDS = 150
#: So many narrow places are looked at, where such a share of the people lives beyond them.
_NARROW, _BEYOND = 2, 0.05
Sets = npt.NDArray[np.bool_]


class Grounds(NamedTuple):
    """The largest grounds of a part; every legal grid lies in one of them."""

    sets: Sets  #: bool[m, n]
    through: npt.NDArray[np.bool_]  #: bool[m, w], holds each narrow place: one grid of the part does


@kernel
def _held(f: Field, home: IntArray, c: int, radius2: float) -> npt.NDArray[np.bool_]:
    """Tell which atoms the radius of a demand point holds whole."""
    inside = np.ones(len(f.people), np.bool_)
    for d in range(len(home)):
        if f.load[d] > 0:
            if f.far.shape[0] > 0:
                beyond = f.far[c, d]
            else:
                beyond = (f.x[c] - f.x[d]) ** 2 + (f.y[c] - f.y[d]) ** 2 > radius2
            if beyond:
                inside[home[d]] = False
    return inside


@kernel
def _reached(f: Field, home: IntArray, radius2: float) -> Sets:
    """Return for each demand point the connected atoms around it that its radius holds whole: bool[p, n]."""
    n = len(f.people)
    out = np.zeros((len(home), n), np.bool_)
    queue = np.empty(n, np.int32)
    for c in range(len(home)):
        inside = _held(f, home, c, radius2)
        if not inside[home[c]]:
            continue
        queue[0] = home[c]
        out[c, home[c]] = True
        done, found = 0, 1
        while done < found:
            a = queue[done]
            done += 1
            for b in f.indices[f.indptr[a] : f.indptr[a + 1]]:
                if inside[b] and not out[c, b]:
                    out[c, b] = True
                    queue[found] = b
                    found += 1
    return out


@kernel
def _cut_off(f: Field) -> LongArray:
    """Return for each atom the people that lie outside the most populous piece of the part without it."""
    n = len(f.people)
    out = np.zeros(n, np.int64)
    piece = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    for without in range(n):
        piece[:] = -1
        piece[without] = n
        total, largest = 0, 0
        for seed in range(n):
            if piece[seed] >= 0:
                continue
            piece[seed], queue[0] = seed, seed
            done, found, people = 0, 1, 0
            while done < found:
                a = queue[done]
                done += 1
                people += f.people[a]
                for b in f.indices[f.indptr[a] : f.indptr[a + 1]]:
                    if piece[b] < 0:
                        piece[b] = seed
                        queue[found] = b
                        found += 1
            total += people
            largest = max(largest, people)
        out[without] = total - largest
    return out


def _largest(sets: Sets) -> Sets:
    """Return the sets that no other one holds."""
    sets = np.unique(sets, axis=0)
    common = sets.astype(np.float32) @ sets.T.astype(np.float32)
    size = common.diagonal()
    inside_larger = (common == size[:, None]) & (size[None, :] > size[:, None])
    largest: Sets = sets[(size > 0) & ~inside_larger.any(axis=1)]
    return largest


def largest_grounds(part: Part) -> Sets:
    """Return the grounds that no other one holds: bool[m, n]. Every legal grid lies in one of them."""
    limits = part.limits.hard_only()
    if limits.radius_m == inf or limits.points == CENTRE or len(part.field.x) > MAX_POINTS:
        return np.ones((1, len(part)), bool)
    home = np.repeat(np.arange(len(part), dtype=np.int32), np.diff(part.field.points))
    return _largest(_reached(part.field, home, limits.radius_m**2 * LOOSE))


def grounds_of(part: Part) -> Grounds:
    """Return the largest grounds; at narrow places, those on the sides apart from those through them."""
    sets = largest_grounds(part)
    plain = Grounds(sets, np.zeros((len(sets), 0), bool))
    if not 1 < len(sets) <= MAX_GROUNDS:
        return plain
    narrow = _narrow_places(part)
    while len(narrow):
        parted = _parted(part.field, sets, narrow)
        if len(parted.sets) <= MAX_GROUNDS:
            return parted
        narrow = narrow[:-1]
    return plain


def _narrow_places(part: Part) -> list[int]:
    """Return the atoms that cut off most people, the narrowest first."""
    beyond = _cut_off(part.field)
    order = np.argsort(-beyond, kind="stable")[:_NARROW]
    return [int(a) for a in order if beyond[a] > _BEYOND * part.people]


def _parted(f: Field, sets: Sets, narrow: list[int]) -> Grounds:
    """Return the grounds of the grids that hold each choice of the narrow places and no others."""
    found, through = [], []
    for choice in product((False, True), repeat=len(narrow)):
        held = [a for a, taken in zip(narrow, choice, strict=True) if taken]
        without = [a for a, taken in zip(narrow, choice, strict=True) if not taken]
        whole = sets[sets[:, held].all(axis=1)]
        if len(whole):
            pieces = np.concatenate([_pieces(f, ground, without) for ground in whole])
            largest = _largest(pieces[pieces[:, held].all(axis=1)])
            found.append(largest)
            through.append(np.tile(np.array(choice), (len(largest), 1)))
    return Grounds(np.concatenate(found), np.concatenate(through))


def _pieces(f: Field, ground: Sets, without: list[int]) -> Sets:
    """Return the connected pieces of a ground without some atoms: bool[pieces, n]."""
    key = np.where(ground, 0, -1).astype(np.int32)
    key[without] = -1
    piece = pieces_of(f, key)
    numbers = np.unique(piece[key == 0])
    out: Sets = (piece[None, :] == numbers[:, None]) & (key == 0)
    return out
