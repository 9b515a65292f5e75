# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check what the configuration puts together or apart: pairs of areas, buildings or old grids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, none_of
from gridplanner.verify.facts import Facts, Ints


def pair_claims(facts: Facts) -> Iterator[Claim]:
    """Yield whether each pair lies as asked, or is listed as one that does not."""
    plan = facts.output.config.get("plan", {})
    together = [tuple(pair) for pair in plan.get("join", ())]
    apart = [tuple(pair) for pair in (*plan.get("part", ()), *combinations(plan.get("centres", ()), 2))]
    if together:
        wrong = {pair for pair in together if len(_grids(facts, *pair)) > 1}
        text = _("Pairs that the configuration puts together lie in one grid, or it is said why not.")
        yield none_of("config.join", _unlike(wrong, _listed(facts, "join")), text)
    if apart:
        wrong = {pair for pair in apart if _meet(facts, *pair)}
        text = _("Pairs that the configuration puts apart lie in different grids, or it is said why not.")
        yield none_of("config.part", _unlike(wrong, _listed(facts, "part")), text)


def _listed(facts: Facts, rule: str) -> set[tuple[str, ...]]:
    return {tuple(row["subjects"].split(";")) for row in facts.output.findings if row["rule"] == rule}


def _unlike(wrong: set[tuple[str, ...]], listed: set[tuple[str, ...]]) -> list[str]:
    return sorted("-".join(pair) for pair in wrong ^ listed)


def _areas(facts: Facts, code: str) -> Ints:
    """Return the areas that a code means: its own, its building's, or those of an old grid."""
    here = facts.places().get(code, -1)
    if here >= 0:
        return np.array([here])
    return np.flatnonzero(facts.atoms.texts("YWGBM") == code)


def _grids(facts: Facts, one: str, other: str) -> set[int]:
    return set(facts.new[np.r_[_areas(facts, one), _areas(facts, other)]].tolist())


def _meet(facts: Facts, one: str, other: str) -> bool:
    """Return whether both sides have people (or, where nobody lives, land) in one grid."""
    sides = []
    for code in (one, other):
        areas = _areas(facts, code)
        lived = areas[facts.people[areas] > 0]
        sides.append(facts.new[lived if len(lived) else areas])
    return bool(np.isin(sides[0], sides[1]).any())
