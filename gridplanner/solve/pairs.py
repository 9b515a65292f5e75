# SPDX-License-Identifier: LGPL-3.0-or-later
"""What must lie together, and what apart: estates, pairs named by the planner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.load import load_of, management_of
from gridplanner.model.plan import Plan
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.attach import Wish, fitting, wished
from gridplanner.solve.connected import connected_by
from gridplanner.solve.division import HARD_TIE
from gridplanner.solve.limits import rules_of
from gridplanner.solve.part import FloatArray, IntArray
from gridplanner.texts import _

#: Price of one extra piece of what should stay together where the rule is soft, in old-grid pieces.
SOFT_TIE = 0.4
Pair = tuple[str, str]


def ties_of(
    district: District, plan: Plan, rules: RuleSet, request: PlanRequest
) -> tuple[IntArray, FloatArray]:
    """Return what each atom must stay together with (-1: nothing), and the price of an extra piece of each.

    An estate over the upper limit must be cut, so the rule is soft for it. The name of an estate in two
    communities stands for two estates; dedicated grids hold none.
    """
    atoms = district.atoms
    tie, prices = np.full(len(atoms), -1, np.int32), list[float]()
    if rules.estates.on:
        dedicated = np.array([g.kind is GridKind.DEDICATED for g in plan.grids] + [False], bool)
        held = np.flatnonzero((atoms.estate >= 0) & ~dedicated[plan.assignment])
        keys = np.column_stack([atoms.community[held], atoms.estate[held]])
        estates, tie[held] = np.unique(keys, axis=0, return_inverse=True)
        people = np.bincount(tie[held], load_of(district, rules)[held], minlength=len(estates))
        for (community, _estate), total in zip(estates.tolist(), people.tolist(), strict=True):
            fits = total <= rules_of(district, rules, community).people.max
            prices.append(HARD_TIE if fits and rules.estates.hard else SOFT_TIE)
    if request.attach:
        _tie_singles(district, fitting(district, rules, wished(district, plan)), tie, prices)
    if request.alike:
        _tie_alike(district, request.alike, tie, prices)
    for one, other in _atoms_of_pairs(district, request.join, "join"):
        group = _tied_to(tie, prices, [*one, *other])
        tie[group] = len(prices)
        prices.append(HARD_TIE)
    return tie, np.array(prices, np.float64)


def _tie_alike(district: District, what: str, tie: IntArray, prices: list[float]) -> None:
    """Tie softly, in each community, the atoms of equal estate or management that no other tie holds.

    With the number of grids given, few pieces of each class is the same as few grids that mix classes.
    """
    classes = district.atoms.estate.astype(np.int64)
    if what == "management":
        words = management_of(district)
        classes = np.unique(np.append(words, ""), return_inverse=True)[1][district.atoms.estate]
    free = np.flatnonzero((tie < 0) & (district.atoms.estate >= 0))
    keys = np.column_stack([district.atoms.community[free], classes[free]])
    found, inverse = np.unique(keys, axis=0, return_inverse=True)
    tie[free] = inverse + len(prices)
    prices += [SOFT_TIE] * len(found)


def _tie_singles(district: District, wishes: Sequence[Wish], tie: IntArray, prices: list[float]) -> None:
    """Tie each single building to its estate; softly where no rule holds the estate together."""
    atoms = district.atoms
    for atom, estate in wishes:
        own = np.flatnonzero((atoms.estate == estate) & (atoms.community == atoms.community[atom]))
        number = int(tie[own].max())
        if number < 0:
            number = len(prices)
            prices.append(SOFT_TIE)
            tie[own] = number
        tie[atom] = number


def _tied_to(tie: IntArray, prices: Sequence[float], atoms: list[int]) -> IntArray:
    """Return these atoms and all that must stay with them; a soft tie would soften the pair."""
    hard = {int(tie[a]) for a in atoms if tie[a] >= 0 and prices[tie[a]] >= HARD_TIE}
    return np.union1d(np.flatnonzero(np.isin(tie, list(hard))), atoms).astype(np.int32)


def apart_pairs(request: PlanRequest) -> tuple[Pair, ...]:
    """Return the pairs that must lie apart: those named, and each two fixed centres."""
    return (*request.part, *combinations(request.centres, 2))


def apart_atoms(district: District, pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """Return the pairs of atoms that must not share a grid; of two old grids, all that are lived in."""
    sides = _atoms_of_pairs(district, pairs, "part")
    return [pair for one, other in sides for pair in product(_lived(district, one), _lived(district, other))]


def _lived(district: District, atoms: list[int]) -> list[int]:
    """Return the lived-in ones of several atoms, all of them where nobody lives."""
    return [a for a in atoms if district.atoms.people[a] > 0] or atoms


def _atoms_of_pairs(
    district: District, pairs: Sequence[Pair], key: str
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the atoms on both sides of each pair: one atom, a building's, or those of an old grid.

    Raises
    ------
    UserError
        A code names nothing.
    """
    if not pairs:
        return
    index = {str(code): [i] for i, code in enumerate(district.atoms.ids)}
    for code, atom in zip(district.buildings.codes.tolist(), district.buildings.atom.tolist(), strict=True):
        if atom >= 0:
            index.setdefault(str(code), [atom])
    for g, record in enumerate(district.grids_before):
        index.setdefault(record.code, np.flatnonzero(district.atoms.old_grid == g).tolist())
    for pair in pairs:
        if len(pair) != 2 or not all(isinstance(code, str) for code in pair):
            raise UserError(_("`{key}` must list pairs of codes, not {value}.").format(key=key, value=pair))
        for code in pair:
            if not index.get(code):
                raise UserError(
                    _("No atom or grid has the code {code}: mend `{key}`.").format(code=code, key=key)
                )
        yield index[pair[0]], index[pair[1]]


def pair_findings(district: District, plan: Plan, request: PlanRequest) -> Iterator[Finding]:
    """Yield an error for each named pair that a plan tears, or puts together against the planner's word."""
    for pair, sides in zip(request.join, _atoms_of_pairs(district, request.join, "join"), strict=True):
        grids = np.unique(plan.assignment[[*sides[0], *sides[1]]])
        if len(grids) > 1:
            text = _("{a} and {b} must lie in one grid, but lie in {n}: {reason}").format(
                a=pair[0],
                b=pair[1],
                n=len(grids),
                reason=_why_torn(district, plan, request, [*sides[0], *sides[1]]),
            )
            yield _finding(district, "join", text, pair, sides)
    apart = apart_pairs(request)
    for pair, sides in zip(apart, _atoms_of_pairs(district, apart, "part"), strict=True):
        one, other = (plan.assignment[_lived(district, side)] for side in sides)
        if np.isin(one, other).any():
            text = _("{a} and {b} must lie apart, but share a grid: {reason}").format(
                a=pair[0], b=pair[1], reason=_why_together(plan, request, pair, one)
            )
            yield _finding(district, "part", text, pair, sides)


def _standing(plan: Plan, request: PlanRequest, grids: IntArray) -> list[str]:
    """Return the codes of those grids that were locked, or are dedicated: nothing leaves or enters them."""
    records = [plan.grids[g] for g in grids.tolist() if g >= 0]
    return [
        record.code or record.name
        for record in records
        if record.locked or record.code in request.locked or record.kind is GridKind.DEDICATED
    ]


def _why_together(plan: Plan, request: PlanRequest, pair: Pair, grids: IntArray) -> str:
    """Return why atoms do not lie apart, the plainest reason first."""
    if {pair, pair[::-1]} & set(request.join):
        return _("another wish wants them together.")
    standing = _standing(plan, request, np.unique(grids))
    if standing:
        return _("the grid {codes} is locked or dedicated and stays as it is.").format(
            codes=_(", ").join(standing)
        )
    return _("no plan under the rules parts them.")


def _why_torn(district: District, plan: Plan, request: PlanRequest, atoms: list[int]) -> str:
    """Return why atoms do not lie together, the plainest reason first."""
    communities = np.unique(district.atoms.community[atoms])
    if len(communities) > 1:
        names = _(", ").join(str(name) for name in district.communities.names[communities])
        return _("they belong to {names}, and no grid crosses a community line.").format(names=names)
    standing = _standing(plan, request, np.unique(plan.assignment[atoms]))
    if standing:
        return _("the grid {codes} is locked or dedicated and stays as it is.").format(
            codes=_(", ").join(standing)
        )
    if len(np.unique(connected_by(district, district.atoms.community)[atoms])) > 1:
        return _("no open border joins the parts of the community they lie in.")
    return _("no plan under the other rules and locks was found for it.")


def _finding(
    district: District, rule: str, text: str, pair: Pair, sides: tuple[list[int], list[int]]
) -> Finding:
    """Return an error about a pair; its place is the first atom."""
    atoms = [*sides[0], *sides[1]]
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        text=text,
        remedy=_("Take the pair back, or relax the rule that stands against it."),
        hard=True,
        subject_kind="atom",
        subjects=pair,
        people=int(district.atoms.people[atoms].sum()),
        x=float(district.atoms.x[atoms[0]]),
        y=float(district.atoms.y[atoms[0]]),
    )
