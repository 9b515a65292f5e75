# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small answers for the window: split a grid, merge one away, balance by few moves, fill, repair strays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.connected import connected_by
from gridplanner.solve.decompose import PartBuilder
from gridplanner.solve.division import Effort, divide, judged, seed_of
from gridplanner.solve.part import IntArray, Part, compact_labels
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.search import Schedule, anneal
from gridplanner.solve.start import pieces_of
from gridplanner.solve.state import Prices
from gridplanner.texts import _

#: Moves tried by one edit; keeps it under 50 ms.
_STEPS = 6_000
#: Heats from which the fewest moves are sought: a cold search finds the small ones, a hot one a way round.
_HEATS = (2.0, 0.5, 0.1, 0.02)
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Transfer:
    """Atoms that go from one grid to another, in the user's words.

    Parameters
    ----------
    source, target : int
        Grid indices.
    atoms : int32[k]
    people, households : int
    text : str
        `Move 37 households of 和平小区 from A to B`.
    """

    source: int
    target: int
    atoms: IntArray
    people: int
    households: int
    text: str


def split_grid(district: District, plan: Plan, rules: RuleSet, grid: int, k: int = 2, seed: int = 1) -> Plan:
    """Return the plan with one grid split into k contiguous ones, as even as the rules allow.

    The first part keeps the record; the others get records without a code at the end of the list.

    Raises
    ------
    UserError
        The grid has fewer than k atoms, or does not hang together.
    """
    atoms = _atoms_of(plan, [grid])
    if len(atoms) < k or k < 2:
        raise UserError(
            _("Grid {grid} has {n} atoms and cannot be split into {k}.").format(
                grid=_name(plan, grid), n=len(atoms), k=k
            )
        )
    part = _local_part(district, rules, plan, atoms)
    if pieces_of(part.field, np.zeros(len(part), np.int32)).max() > 0:
        raise UserError(
            _("Grid {grid} does not hang together: repair its strays first.").format(grid=_name(plan, grid))
        )
    prices = prices_of(part.limits, "balance", part.people / k)
    done = divide(part, k, prices, Effort(_STEPS, 1, 1), seed)
    assignment = plan.assignment.copy()
    assignment[part.atoms[done.label > 0]] = plan.n_grids + done.label[done.label > 0] - 1
    record = plan.grids[grid]
    more = (GridRecord("", "", record.community, record.kind, record.dedicated_kind),) * (k - 1)
    return replace(plan, assignment=assignment, grids=plan.grids + more)


def merge_away(district: District, plan: Plan, rules: RuleSet, grid: int, seed: int = 1) -> Plan:
    """Return the plan without a grid: its atoms go to the neighbours that can best take them.

    Raises
    ------
    UserError
        No grid of the community that may change touches it.
    """
    around = neighbours(district, plan, grid)
    if not around:
        text = _("Grid {grid} touches no grid of its community that could take it.")
        raise UserError(text.format(grid=_name(plan, grid)))
    part = _local_part(district, rules, plan, _atoms_of(plan, [grid, *around]))
    own = plan.assignment[part.atoms]
    label, grids = compact_labels(np.where(own == grid, -1, own))
    filled = _spread(part, label)
    prices = _few_moves(part, len(grids))
    movable = part.field._replace(old=compact_labels(np.where(own == grid, -1, own))[0])
    best, _cost = anneal(
        movable, filled, len(grids), prices, Schedule(_STEPS, 1.0, 0.01, 0.1, 0.02, seed_of(seed, grid))
    )
    assignment = plan.assignment.copy()
    assignment[part.atoms] = grids[best]
    return _without(replace(plan, assignment=assignment), grid)


def smallest_moves(
    district: District, plan: Plan, rules: RuleSet, grids: Sequence[int], seed: int = 1
) -> tuple[Transfer, ...]:
    """Return a small set of moves after which these grids keep the rules, fewest people first sought.

    Every transfer is needed: taking back any single atom would break a rule again.

    Parameters
    ----------
    grids : sequence of int
        Grids to mend, of one community; their neighbours may give or take.

    Raises
    ------
    UserError
        The grids lie in several communities.
    """
    if len({plan.grids[g].community for g in grids}) != 1:
        raise UserError(_("Choose grids of one community."))
    area = sorted({*grids, *(h for g in grids for h in neighbours(district, plan, g))})
    part = _local_part(district, rules, plan, _atoms_of(plan, area))
    label, which = compact_labels(plan.assignment[part.atoms])
    if len(which) < 2 or _loose(part, label):
        return ()
    field = part.field._replace(old=label)
    local = replace(part, field=field)
    prices = _few_moves(part, len(which))
    tried = []
    for number, hot in enumerate(_HEATS):
        schedule = Schedule(2 * _STEPS, hot, 0.01, 0.0, 0.01, seed_of(seed, *grids, number))
        found, _cost = anneal(field, label, len(which), prices, schedule)
        found = _taken_back(local, label, found, prices)
        broken = judged(field, found, len(which), part.limits, prices).breaches
        tried.append((broken, int(field.people[found != label].sum()), number, found))
    best = min(tried, key=lambda one: one[:3])[3]
    return _transfers(district, plan, part, which, label, best)


def fill_unassigned(district: District, plan: Plan, rules: RuleSet, atoms: Sequence[int] = ()) -> Plan:
    """Return the plan with unassigned atoms given to touching grids, the least peopled first.

    Parameters
    ----------
    atoms : sequence of int, optional
        Only these; all unassigned ones by default. Atoms that touch no grid stay unassigned.
    """
    lost = plan.assignment < 0
    if len(atoms):
        lost &= np.isin(np.arange(len(lost)), np.asarray(atoms))
    return replace(plan, assignment=_grown(district, plan, rules, lost))


def repair_strays(district: District, plan: Plan, rules: RuleSet, grids: Sequence[int] = ()) -> Plan:
    """Return the plan with stray parts of grids given to grids they touch; each keeps its largest part.

    Parameters
    ----------
    grids : sequence of int, optional
        Only these; all general grids by default.
    """
    wanted = set(grids) or set(np.flatnonzero(plan.general()).tolist())
    labels = connected_by(district, plan.assignment)
    stray = np.zeros(len(plan.assignment), bool)
    for g in wanted:
        own = np.flatnonzero(plan.assignment == g)
        parts = np.unique(labels[own])
        if len(parts) > 1 and not plan.grids[g].locked:
            people = [int(district.atoms.people[own[labels[own] == p]].sum()) for p in parts]
            stray[own[labels[own] != parts[int(np.argmax(people))]]] = True
    return replace(plan, assignment=_grown(district, plan, rules, stray))


def neighbours(district: District, plan: Plan, grid: int) -> list[int]:
    """Return the general, unlocked grids of the same community that touch a grid."""
    edges = district.adjacency
    a, b = plan.assignment[edges.a[edges.open]], plan.assignment[edges.b[edges.open]]
    touching = np.unique(np.concatenate([b[a == grid], a[b == grid]]))
    home = plan.grids[grid].community
    return [
        int(g)
        for g in touching
        if g >= 0 and g != grid and plan.grids[g].community == home and _may_change(plan.grids[g])
    ]


def _may_change(record: GridRecord) -> bool:
    return record.kind is GridKind.GENERAL and not record.locked


def _name(plan: Plan, grid: int) -> str:
    record = plan.grids[grid]
    return record.name or record.code or str(grid + 1)


def _atoms_of(plan: Plan, grids: Sequence[int]) -> IntArray:
    return np.flatnonzero(np.isin(plan.assignment, grids)).astype(np.int32)


def _local_part(district: District, rules: RuleSet, plan: Plan, atoms: IntArray) -> Part:
    return PartBuilder(district, rules, PlanRequest(), plan).build(atoms, 1)


def _few_moves(part: Part, k: int) -> Prices:
    """Return prices under which the least people move that mend the rules."""
    prices = prices_of(part.limits, "keep", part.people / k)
    return prices._replace(pieces=0.02, moved=1 / 400, deviation=0.05, roundness=0.02)


def _loose(part: Part, label: IntArray) -> bool:
    """Tell whether some grid does not hang together, so that no move can be judged."""
    return int(pieces_of(part.field, label).max()) != int(label.max())


def _spread(part: Part, label: IntArray) -> IntArray:
    """Return labels with each unlabelled atom given to the touching group with the fewest people."""
    f, out = part.field, label.copy()
    people = np.bincount(out[out >= 0], f.people[out >= 0], minlength=int(out.max()) + 1)
    source = np.repeat(np.arange(len(out)), np.diff(f.indptr))
    while True:
        ready = np.flatnonzero((out[source] < 0) & (out[f.indices] >= 0))
        if not len(ready):
            return out
        edge = ready[int(np.argmin(people[out[f.indices[ready]]]))]
        atom, group = source[edge], out[f.indices[edge]]
        out[atom] = group
        people[group] += f.people[atom]


def _taken_back(part: Part, was: IntArray, now: IntArray, prices: Prices) -> IntArray:
    """Return the labels with every atom taken back that need not have moved."""
    k = int(was.max()) + 1
    limits = part.limits
    best = now.copy()
    broken = judged(part.field, best, k, limits, prices).breaches
    for atom in np.flatnonzero(best != was):
        trial = best.copy()
        trial[atom] = was[atom]
        if not _loose(part, trial) and judged(part.field, trial, k, limits, prices).breaches <= broken:
            best = trial
    return best


def _transfers(
    district: District, plan: Plan, part: Part, which: IntArray, was: IntArray, now: IntArray
) -> tuple[Transfer, ...]:
    """Return the moves between two labellings, one per pair of grids."""
    out = []
    moved = np.flatnonzero(was != now)
    for pair in np.unique(np.column_stack([was[moved], now[moved]]), axis=0).tolist():
        rows = moved[(was[moved] == pair[0]) & (now[moved] == pair[1])]
        atoms = part.atoms[rows]
        people = int(district.atoms.people[atoms].sum())
        homes = int(district.atoms.households[atoms].sum())
        source, target = int(which[pair[0]]), int(which[pair[1]])
        text = _("Move {homes} households ({people} people) of {place} from {source} to {target}").format(
            homes=homes, people=people, place=_place(district, atoms),
            source=_name(plan, source), target=_name(plan, target),
        )  # fmt: skip
        out.append(Transfer(source, target, atoms, people, homes, text))
    return tuple(sorted(out, key=lambda t: (-t.people, t.source, t.target)))


def _place(district: District, atoms: IntArray) -> str:
    """Return the estate where most of the atoms' people live, else how many buildings there are."""
    estates = district.atoms.estate[atoms]
    if (estates >= 0).any():
        people = np.bincount(estates[estates >= 0], district.atoms.people[atoms][estates >= 0] + 1)
        return str(district.estates[int(np.argmax(people))])
    return _("{n} buildings").format(n=len(atoms))


def _without(plan: Plan, grid: int) -> Plan:
    """Return the plan without an empty grid; later grids move up by one."""
    assignment = plan.assignment - (plan.assignment > grid)
    ties = tuple(replace(t, grid=t.grid - (t.grid > grid)) for t in plan.ties if t.grid != grid)
    grids = plan.grids[:grid] + plan.grids[grid + 1 :]
    return replace(plan, assignment=assignment.astype(np.int32), grids=grids, ties=ties)


def _grown(district: District, plan: Plan, rules: RuleSet, lost: Flags) -> IntArray:
    """Return the assignment with lost atoms given, one by one, to the touching grid with most room."""
    edges, community = district.adjacency, district.atoms.community
    open_ = edges.open & (community[edges.a] == community[edges.b])
    a = np.concatenate([edges.a[open_], edges.b[open_]])
    b = np.concatenate([edges.b[open_], edges.a[open_]])
    touching = np.flatnonzero(lost[a])
    a, b = a[touching], b[touching]
    out = plan.assignment.copy()
    was = out[lost].copy()
    out[lost] = -1
    may = np.array([_may_change(g) for g in plan.grids] + [False], bool)
    people = np.bincount(out[out >= 0], district.atoms.people[out >= 0], minlength=plan.n_grids + 1)
    while True:
        ready = np.flatnonzero((out[a] < 0) & may[out[b]])
        if not len(ready):
            break
        pick = ready[int(np.argmin(people[out[b[ready]]]))]
        out[a[pick]] = out[b[pick]]
        people[out[b[pick]]] += district.atoms.people[a[pick]]
    left = np.flatnonzero(lost)
    out[left] = np.where(out[left] < 0, was, out[left])
    return out
