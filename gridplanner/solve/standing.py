# SPDX-License-Identifier: LGPL-3.0-or-later
"""The certificate of a plan of which some grids stayed as they were on request.

The engine plans what is left of a community when its standing grids are taken out. A reader of the plan
knows nothing of that: he sees the connected parts of the communities with all their grids. So the rows
are put together by these parts. A grid that stays has no choice and so no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gridplanner.model.certificate import OBJECTIVES, Bound, Certificate, PartCertificate
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.decompose import Scope, free_components
from gridplanner.solve.limits import limits_of
from gridplanner.texts import _

IntArray = npt.NDArray[np.int32]


def with_standing(
    certificate: Certificate, district: District, rules: RuleSet, scope: Scope, plan: Plan
) -> Certificate:
    """Return the certificate with the grids that stay, by connected part of each community.

    Parameters
    ----------
    certificate : Certificate
        Its parts are those of the scope, in that order; its totals are of the whole plan.
    plan : Plan
        The plan that it certifies.
    """
    standing = [g for g in scope.kept if scope.start.grids[g].kind is GridKind.GENERAL]
    if not standing:
        return certificate
    general = np.append(plan.general(), True)
    component = free_components(district, general[plan.assignment])
    owner = [int(component[part.atoms[0]]) for part in scope.parts]
    ledger = _Ledger(district, scope, plan, component, float(certificate.total["pieces"].value))
    rows, number = [], dict[int, int]()
    for c in ledger.order:
        community = int(district.atoms.community[np.flatnonzero(component == c)[0]])
        inside = [row for row, own in zip(certificate.parts, owner, strict=True) if own == c]
        if not ledger.grids[c] and not ledger.residents[c]:
            continue
        number[community] = number.get(community, 0) + 1
        code = str(district.communities.codes[community])
        reason = _broken(district, rules, scope, plan, np.flatnonzero(component == c))
        rows.append(ledger.row(c, (code, number[community]), inside, reason))
    return replace(certificate, parts=tuple(rows))


def _broken(district: District, rules: RuleSet, scope: Scope, plan: Plan, atoms: npt.NDArray[np.intp]) -> str:
    """Return what is said of standing grids here that break a hard band; "" where none does."""
    here = np.unique(plan.assignment[atoms[~scope.free[atoms]]])
    here = here[here >= 0]
    hard = limits_of(district, rules, int(district.atoms.community[atoms[0]])).hard_only()
    people, homes = plan.sums(scope.load)[here], plan.sums(district.atoms.households)[here]
    wrong = (people < hard.people[0]) | (people > hard.people[1])
    wrong |= (homes < hard.households[0]) | (homes > hard.households[1])
    if not wrong.any():
        return ""
    return _("{n} of the grids that stay have too many or too few people.").format(n=int(wrong.sum()))


class _Ledger:
    """What the plan has in each connected part."""

    def __init__(
        self, district: District, scope: Scope, plan: Plan, component: IntArray, pieces: float
    ) -> None:
        n = int(component.max(initial=-1)) + 1
        placed = np.flatnonzero(component >= 0)
        first = np.full(n, len(component))
        np.minimum.at(first, component[placed], placed)
        community = district.atoms.community
        #: Parts by community, then position.
        self.order = sorted(range(n), key=lambda c: (community[first[c]], first[c]))
        self.residents = np.bincount(component[placed], district.atoms.people[placed], n).astype(np.int64)
        held = np.flatnonzero((plan.assignment >= 0) & (component >= 0))
        grid, where = np.unique(plan.assignment[held], return_index=True)
        home, load = component[held[where]], plan.sums(scope.load)
        self.grids = np.bincount(home, minlength=n)
        mean = float(load[plan.general()].mean())
        off = np.abs(load[grid] / mean - 1.0) if mean > 0 else np.zeros(len(grid))
        self.uneven = np.bincount(home, off, n)
        self.pieces = _pieces(district, plan, component, n)
        if n:
            self.pieces[self.order[0]] += pieces - self.pieces.sum()

    def row(
        self, c: int, name: tuple[str, int], inside: Sequence[PartCertificate], reason: str
    ) -> PartCertificate:
        """Return the row of a part; its gaps are those of what was planned in it."""
        grids = int(self.grids[c])
        planned = sum(row.grids for row in inside)
        values = {
            "grids": float(grids),
            "pieces": float(self.pieces[c]),
            "deviation": float(self.uneven[c]) / max(grids, 1),
        }
        stays = _("{n} grids stay as they are on request.").format(n=grids - planned)
        objective = {}
        for key in OBJECTIVES:
            bounds = [row.objective[key] for row in inside]
            weights = [row.grids / max(grids, 1) if key == "deviation" else 1.0 for row in inside]
            gap = sum(bound.gap * weight for bound, weight in zip(bounds, weights, strict=True))
            said = list(dict.fromkeys(b.assumptions for b in bounds if b.assumptions))
            objective[key] = Bound(
                value=values[key],
                bound=max(values[key] - gap, 0.0),
                proven=not reason and all(bound.proven for bound in bounds),
                method=bounds[0].method if bounds else _("Nothing here could be changed."),
                assumptions=" ".join([*([stays] if grids > planned else []), *said]),
            )
        reasons = " ".join([*([reason] if reason else []), *(row.reason for row in inside if row.reason)])
        return PartCertificate(*name, int(self.residents[c]), grids, objective, reasons)


def _pieces(district: District, plan: Plan, component: IntArray, n: int) -> npt.NDArray[np.float64]:
    """Return the extra pieces of today's general grids in each part.

    A grid that lies in several parts is cut in every plan: that counts in each of them but its first.
    """
    general = np.array([g.kind is GridKind.GENERAL for g in district.grids_before] + [False])
    own = np.flatnonzero(general[district.atoms.old_grid] & (component >= 0))
    triples = np.column_stack([component[own], district.atoms.old_grid[own], plan.assignment[own]])
    triples = np.unique(triples, axis=0)
    pairs, counts = np.unique(triples[:, :2], axis=0, return_counts=True)
    extra = np.bincount(pairs[:, 0], counts - 1, n).astype(np.float64)
    by_old = np.lexsort((pairs[:, 0], pairs[:, 1]))
    again = np.flatnonzero(np.diff(pairs[by_old, 1]) == 0) + 1
    np.add.at(extra, pairs[by_old[again], 0], 1.0)
    return extra
