# SPDX-License-Identifier: LGPL-3.0-or-later
"""Divide one part into a given number of grids: the task that worker processes run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from time import process_time

import numpy as np

from gridplanner.solve.part import Field, IntArray, Limits, Part, by_position
from gridplanner.solve.pricing import heat_of
from gridplanner.solve.ranges import grid_range
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.start import first_division
from gridplanner.solve.state import Prices, State, connected, out_of_reach, state_of

#: Price, in old-grid pieces, of one extra piece of what must stay together; a tie at or above it is hard.
HARD_TIE = 30.0


@dataclass(frozen=True)
class Effort:
    """How hard a part is worked on.

    Parameters
    ----------
    steps : int
        Moves tried in one run, per part; raised for large parts.
    runs : int
        Runs from different starts.
    rescue : int
        Further runs, each longer, while a hard rule is broken.
    clusters : int
        Clusters of old grids that may be divided in search of the least change.
    cluster_steps, cluster_runs : int
        Moves and runs for one such cluster; it is small, so this is thorough.
    rounds : int
        Rounds of sharing grids out among parts and measuring them.
    again : bool
        Whether a part that might have fewer pieces is divided a second way, and a legal plan improved.
    """

    steps: int = 60_000
    runs: int = 1
    rescue: int = 4
    clusters: int = 40
    cluster_steps: int = 5_000
    cluster_runs: int = 2
    rounds: int = 40
    again: bool = True


#: Where the request names no other effort; and the draft: the first legal plan, hardly improved.
FULL = Effort()
DRAFT = Effort(
    steps=12_000, rescue=6, clusters=30, cluster_steps=1_000, cluster_runs=1, rounds=8, again=False
)


@dataclass(frozen=True, eq=False)
class Divided:
    """A part divided into k grids.

    Parameters
    ----------
    label : int32[n]
    k : int
    cost : float
        In the prices of the search.
    breaches : int
        Hard rules broken, counted per grid and rule.
    pieces : int
        Extra pieces of old grids inside the part.
    people : int64[k]
    trace : tuple of (float, float)
        CPU seconds and cost, per run.
    """

    label: IntArray
    k: int
    cost: float
    breaches: int
    pieces: int
    people: tuple[int, ...]
    trace: tuple[tuple[float, float], ...] = ()


def seed_of(seed: int, *what: object) -> int:
    """Return a seed for one piece of work, the same on every machine and for any number of workers."""
    text = "/".join(str(x) for x in (seed, *what))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def broken_rules(f: Field, s: State, limits: Limits, prices: Prices) -> dict[str, int]:
    """Return the hard rules broken and how often, per grid (pair, estate); exact, from the state's sums."""
    hard = limits.hard_only()
    grids = range(len(s.size))
    people = (s.people < hard.people[0]) | (s.people > hard.people[1])
    households = (s.households < hard.households[0]) | (s.households > hard.households[1])
    tied = s.tied[f.tie_weight >= HARD_TIE]
    counts = {
        "people": int(people.sum()),
        "households": int(households.sum()),
        "contiguity": sum(not connected(f, s, g) for g in grids),
        "service_radius": sum(limits.hard[2] and out_of_reach(f, s, g, prices) > 0 for g in grids),
        "part": int((s.label[f.apart[:, 0]] == s.label[f.apart[:, 1]]).sum()),
        "join": int(np.maximum((tied > 0).sum(axis=1) - 1, 0).sum()),
    }
    return {rule: count for rule, count in counts.items() if count}


def pieces_in(f: Field, label: IntArray) -> int:
    """Return the extra pieces of old grids in a division of a part."""
    own = f.old >= 0
    pairs = np.unique(f.old[own].astype(np.int64) << 32 | label[own])
    return len(pairs) - len(np.unique(f.old[own]))


def judged(f: Field, label: IntArray, k: int, limits: Limits, prices: Prices) -> Divided:
    """Return a division with its figures, its grids numbered by position."""
    label = by_position(label)
    s, cost = state_of(f, label, k, prices)
    people = tuple(int(x) for x in s.people)
    broken = sum(broken_rules(f, s, limits, prices).values())
    return Divided(label, k, cost, broken, pieces_in(f, label), people)


def divide(
    part: Part, k: int, prices: Prices, effort: Effort, seed: int, first: IntArray | None = None
) -> Divided:
    """Divide a part into k grids by annealed search.

    Parameters
    ----------
    part : Part
    k : int
        1 <= k <= atoms of the part.
    prices : Prices
    effort : Effort
    seed : int
    first : int32[n], optional
        A division to start from.

    Returns
    -------
    Divided
        The best one met: fewest broken hard rules, then least cost.
    """
    f, limits = part.field, part.limits
    if k == 1:
        return judged(f, np.zeros(len(part), np.int32), 1, limits, prices)
    best = judged(f, first_division(f, part.start, k, seed), k, limits, prices)
    trace = []
    hopeless = unavoidable(part)
    begun = process_time()
    steps = int(effort.steps * max(1.0, len(part) / 400))
    for run in range(effort.runs + effort.rescue):
        own = seed_of(seed, part.code, part.number, k, run)
        if run < effort.runs:
            label = first if first is not None and run == 0 else first_division(f, part.start, k, own)
            label, _cost = anneal(f, label, k, prices, Schedule(steps, *heat_of(prices), 0.25, 0.02, own))
        elif best.breaches <= hopeless:
            break
        else:
            label = _rescued(
                part, k, prices, Schedule(5 * steps, 1.0, 1.0, 0.25, 0.02, own), bare=run % 2 == 0
            )
        found = judged(f, label, k, limits, prices)
        trace.append((process_time() - begun, found.cost))
        if (found.breaches, found.cost) < (best.breaches, best.cost):
            best = found
    return Divided(**{**vars(best), "trace": tuple(trace)})


def _rescued(part: Part, k: int, prices: Prices, plan: Schedule, *, bare: bool) -> IntArray:
    """Return a division sought with a long run; `bare` pays for the rules alone, then for the goals again."""
    f = part.field
    label = first_division(f, part.start, k, plan.seed)
    hot, cold = heat_of(prices)
    if bare:
        rules = prices._replace(pieces=0.0, moved=0.0, deviation=0.0, spread=1.0, roundness=0.0)
        label, _cost = anneal(f, label, k, rules, plan._replace(hot=1.0, cold=0.004))
        return anneal(f, label, k, prices, plan._replace(steps=plan.steps // 4, hot=0.2 * hot, cold=cold))[0]
    return anneal(f, label, k, prices, plan._replace(hot=hot, cold=cold))[0]


def unavoidable(part: Part) -> int:
    """Return how many broken hard rules every division of the part has, at least."""
    hard, f = part.limits.hard_only(), part.field
    total = int(((f.people > hard.people[1]) | (f.households > hard.households[1])).sum())
    low, high = grid_range(part.people, part.households, len(part), hard)
    return max(total, int(low > high))
