# SPDX-License-Identifier: LGPL-3.0-or-later
"""The certificate: each objective's value beside a bound that no plan under the rules can beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.certificate import Bound, Certificate, PartCertificate
from gridplanner.model.change import crosswalk, deviation, pieces_and_moved
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.decompose import Scope
from gridplanner.solve.division import Divided
from gridplanner.solve.part import LongArray
from gridplanner.solve.share import best_shares, even_cost
from gridplanner.texts import _

#: Differences below this are rounding, not gaps.
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Proof:
    """What the engine knows when it certifies a plan.

    Parameters
    ----------
    scope : Scope
    divided : sequence of Divided
        Per part, the division in the plan.
    least : sequence of mapping
        Per part: number of grids to proven least pieces; inf where proven impossible.
    reasons : sequence of str
        Per part, why no legal plan exists; "" where one does.
    total : int or None
        Grids that the parts share; None where the number is free.
    uneven : sequence of mapping
        Per part: number of grids to proven least sum of |people / mean - 1|, where the radius raises it.
    mean : float
        The mean of `uneven`.
    """

    district: District
    rules: RuleSet
    scope: Scope
    divided: Sequence[Divided]
    least: Sequence[Mapping[int, float]]
    reasons: Sequence[str]
    total: int | None
    uneven: Sequence[Mapping[int, float]] = ()
    mean: float = 0.0


def certificate_of(proof: Proof, plan: Plan) -> Certificate:
    """Return the certificate of a plan; values of parts add up to the total's."""
    general = plan.general()
    people = plan.sums(proof.scope.load)[general]
    mean = float(people.mean()) if len(people) else 0.0
    before = proof.district.plan_today()
    pieces = pieces_and_moved(before, crosswalk(proof.district.atoms, before, plan))[0]
    spread = _spread(proof, pieces)
    parts = []
    for i, (part, done) in enumerate(zip(proof.scope.parts, proof.divided, strict=True)):
        objective = {
            "grids": _grids(proof, i),
            "pieces": _pieces(proof, i, int(spread[i])),
            "deviation": _deviation(proof, i, mean),
        }
        reason = proof.reasons[i]
        if reason:
            objective = {name: _unproven(bound) for name, bound in objective.items()}
        residents = int(proof.district.atoms.people[part.atoms].sum())
        parts.append(PartCertificate(part.code, part.number, residents, done.k, objective, reason))
    return Certificate(tuple(parts), _totals(proof, parts, people, pieces))


def _unproven(bound: Bound) -> Bound:
    """Return the bound of a part without a legal plan: nothing is proven of it."""
    return Bound(bound.value, min(bound.bound, bound.value), False, bound.method, bound.assumptions)


def _bound(value: float, low: float, method: str, assumptions: str = "") -> Bound:
    """Return a bound, proven where it meets the value; rounding never lifts it above the value."""
    low = value if abs(value - low) <= _TINY else low
    return Bound(value, low, value == low, method, assumptions)


def _outside(proof: Proof) -> str:
    """Return what every bound takes for granted because the rules leave it open."""
    if (
        proof.rules.nesting.on
        and proof.rules.nesting.hard
        and proof.rules.contiguity.on
        and proof.rules.contiguity.hard
    ):
        return ""
    return _("Grids are contiguous and stay inside their community, though the rules do not insist.")


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def least_grids(least: Mapping[int, float]) -> int:
    """Return the least number of grids that is not proven impossible."""
    return min((k for k, pieces in least.items() if pieces < inf), default=min(least, default=1))


def _grids(proof: Proof, i: int) -> Bound:
    low = least_grids(proof.least[i])
    method = _("Clusters of old grids under bands and radius; service points that cover everybody with room.")
    return _bound(float(proof.divided[i].k), float(low), method, _outside(proof))


def _pieces(proof: Proof, i: int, extra: int) -> Bound:
    """Return pieces inside the part plus those every plan has because an old grid lies in several parts."""
    done = proof.divided[i]
    low = proof.least[i].get(done.k, 0.0)
    method = _("Largest number of self-contained clusters of old grids, exact over all connected sets.")
    assumption = _("The part is divided into {k} grids.").format(k=done.k)
    low = low + extra if low < inf else float(extra)
    return _bound(float(done.pieces + extra), float(low), method, _joined(assumption, _outside(proof)))


def _deviation(proof: Proof, i: int, mean: float) -> Bound:
    done = proof.divided[i]
    method = _(
        "People shared evenly, in whole persons, among the grids of the part, as far as its radius allows."
    )
    if mean <= 0:
        return _bound(0.0, 0.0, method)
    value = sum(abs(p / mean - 1.0) for p in done.people) / done.k
    low = _least_uneven(proof, i, done.k, mean) / done.k
    assumption = _("The part is divided into {k} grids.").format(k=done.k)
    return _bound(value, low, method, _joined(assumption, _outside(proof)))


def _least_uneven(proof: Proof, i: int, k: int, mean: float) -> float:
    """Return the proven least sum of |people / mean - 1| of a part in k grids; inf where k is impossible."""
    even = even_cost(proof.scope.parts[i].people, k, mean)
    if abs(mean - proof.mean) > _TINY or not proof.uneven:
        return even
    low = max(even, proof.uneven[i].get(k, even))
    return low if low < inf or k != proof.divided[i].k else even


def _spread(proof: Proof, pieces: int) -> LongArray:
    """Return per part the pieces that its own division does not count, so that the parts add up.

    An old grid that lies in several parts, or partly in a grid that stays, is cut in every plan. It
    counts in each part but its first, and in its first for each grid that stays and holds a piece.
    """
    scope = proof.scope
    extra = np.zeros(len(scope.parts), np.int64)
    kept = np.isin(scope.start.assignment, scope.kept)
    old, grid = proof.district.atoms.old_grid[kept], scope.start.assignment[kept]
    holders = np.unique(np.column_stack([old, grid]), axis=0)[:, 0] if kept.any() else np.empty(0, np.int64)
    seen: set[int] = set()
    for i, part in enumerate(scope.parts):
        for o in part.olds.tolist():
            extra[i] += 1 if o in seen else int((holders == o).sum())
            seen.add(o)
    if len(extra):
        # Ground that no part holds, and grids that stay: no part can change these.
        extra[0] += pieces - int(extra.sum()) - sum(d.pieces for d in proof.divided)
    return extra


def _totals(
    proof: Proof, parts: Sequence[PartCertificate], people: LongArray, pieces: int
) -> dict[str, Bound]:
    """Return the bounds on the whole plan, over all ways to share the grids out."""
    grids = sum(p.objective["grids"].bound for p in parts) + len(people) - sum(p.grids for p in parts)
    fixed = float(pieces - sum(d.pieces for d in proof.divided))
    shared = _("Clusters of old grids per part; the least total over all ways to share the grids out.")
    even = _(
        "People shared as evenly as the radius allows; the least total over all ways to share grids out."
    )
    mean = float(people.mean()) if len(people) else 0.0
    value = deviation(people) if mean > 0 else 0.0
    outside = _outside(proof)
    assumption = "" if proof.total is not None else _("Each part has the number of grids of this plan.")
    text = _joined(assumption, outside)
    numbers = parts[0].objective["grids"].method if parts else ""
    found = {
        "grids": _bound(float(len(people)), grids, numbers, outside),
        "pieces": _bound(float(pieces), _least_pieces(proof) + fixed, shared, text),
        "deviation": _bound(value, _least_deviation(proof, people, mean), even, text),
    }
    return {name: _unproven(bound) for name, bound in found.items()} if any(proof.reasons) else found


def _allowed(proof: Proof, i: int) -> list[int]:
    """Return the numbers of grids a plan may give a part: all not proven impossible, and the plan's own."""
    own = proof.divided[i].k
    if proof.total is None or proof.reasons[i]:
        return [own]
    return sorted({k for k, pieces in proof.least[i].items() if pieces < inf} | {own})


def _least_pieces(proof: Proof) -> float:
    curves = []
    for i in range(len(proof.divided)):
        finite = {k: proof.least[i].get(k, 0.0) for k in _allowed(proof, i)}
        curves.append({k: 0.0 if low == inf or proof.reasons[i] else low for k, low in finite.items()})
    return _shared(proof, curves)


def _least_deviation(proof: Proof, people: LongArray, mean: float) -> float:
    if mean <= 0:
        return 0.0
    curves = [
        {k: low for k in _allowed(proof, i) if (low := _least_uneven(proof, i, k, mean)) < inf}
        for i in range(len(proof.scope.parts))
    ]
    inside = sum(sum(abs(p / mean - 1.0) for p in done.people) for done in proof.divided)
    outside = float(np.abs(people / mean - 1.0).sum()) - inside
    return (_shared(proof, curves) + outside) / len(people)


def _shared(proof: Proof, curves: Sequence[Mapping[int, float]]) -> float:
    """Return the least total of the curves; for a free number, at the plan's own."""
    total = sum(done.k for done in proof.divided)
    try:
        return best_shares(curves, total)[1]
    except UserError:
        return 0.0
