# SPDX-License-Identifier: LGPL-3.0-or-later
"""Single buildings go with the managed estate beside them, as far as the limits leave room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.load import UNMANAGED, load_of, management_of
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.solve.limits import rules_of
from gridplanner.solve.part import IntArray
from gridplanner.texts import _

Wish = tuple[int, int]


def wished(district: District, plan: Plan) -> list[Wish]:
    """Return which single building should go with which estate.

    A single building is an atom with people outside every estate. It goes with the managed estate of its
    community that it shares the longest open border with; where no estate says who manages it, all count.

    Returns
    -------
    list of (int, int)
        Atom and index of the estate, longest border first.
    """
    atoms, edges = district.atoms, district.adjacency
    words = management_of(district)
    told = any(word for word in words)
    managed = np.array([not told or word not in UNMANAGED for word in words] + [False], bool)
    general = np.array([g.kind is GridKind.GENERAL for g in plan.grids] + [True], bool)[plan.assignment]
    single = (atoms.estate < 0) & (atoms.people > 0) & general
    host = managed[atoms.estate] & (atoms.estate >= 0) & general
    borders: dict[Wish, float] = {}
    for a, b in ((edges.a, edges.b), (edges.b, edges.a)):
        fits = edges.open & single[a] & host[b] & (atoms.community[a] == atoms.community[b])
        for atom, beside, metres in zip(a[fits], b[fits], edges.length_m[fits], strict=True):
            wish = (int(atom), int(atoms.estate[beside]))
            borders[wish] = borders.get(wish, 0.0) + float(metres)
    ranked = sorted(borders, key=lambda wish: (-borders[wish], wish))
    first: dict[int, int] = {}
    for atom, estate in ranked:
        first.setdefault(atom, estate)
    return [(atom, estate) for atom, estate in ranked if first[atom] == estate]


def fitting(district: District, rules: RuleSet, wishes: Sequence[Wish]) -> list[Wish]:
    """Return the wishes that the limits leave room for, taken in their order.

    The estate with its single buildings must stay under the upper limits, and within the radius of
    one of its buildings.
    """
    groups: dict[Wish, _Group] = {}
    load = load_of(district, rules)
    xy, home, lived = district.demand_points()
    points = {atom: np.flatnonzero((home == atom) & (lived > 0)) for atom, _estate in wishes}
    out = []
    for atom, estate in wishes:
        community = int(district.atoms.community[atom])
        group = groups.get((community, estate))
        if group is None:
            own = (district.atoms.estate == estate) & (district.atoms.community == community)
            group = groups[community, estate] = _Group(
                district, rules, load, own, xy[own[home] & (lived > 0)]
            )
        if group.takes(int(load[atom]), int(district.atoms.households[atom]), xy[points[atom]]):
            out.append((atom, estate))
    return out


class _Group:
    """An estate with the single buildings it has taken so far."""

    def __init__(
        self,
        district: District,
        rules: RuleSet,
        load: npt.NDArray[np.int64],
        own: npt.NDArray[np.bool_],
        xy: npt.NDArray[np.float64],
    ) -> None:
        community = int(district.atoms.community[np.flatnonzero(own)[0]])
        self._rules = rules_of(district, rules, community)
        self._load, self._homes = int(load[own].sum()), int(district.atoms.households[own].sum())
        self._xy = xy

    def takes(self, load: int, homes: int, xy: npt.NDArray[np.float64]) -> bool:
        """Take a building where the limits leave room for it; tell whether they do."""
        held, both = self._rules, np.vstack([self._xy, xy])
        if self._load + load > held.people.max or self._homes + homes > held.households.max:
            return False
        radius = held.service_radius.max
        if radius < inf and len(both):
            away = np.hypot(*(both[:, None, :] - both[None, :, :]).transpose(2, 0, 1))
            if away.max(axis=1).min() > radius:
                return False
        self._load, self._homes, self._xy = self._load + load, self._homes + homes, both
        return True


def apart_findings(district: District, plan: Plan) -> Iterator[Finding]:
    """Yield one warning that tells how many single buildings a plan keeps from the estate beside them."""
    wishes = wished(district, plan)
    atoms = district.atoms
    away = [
        atom
        for atom, estate in wishes
        if not (
            (plan.assignment == plan.assignment[atom])
            & (atoms.estate == estate)
            & (atoms.community == atoms.community[atom])
        ).any()
    ]
    if not away:
        return
    lost: IntArray = np.array(away, np.int32)
    yield Finding(
        rule="attach",
        severity=Severity.WARNING,
        text=_(
            "{n} of {all} single buildings lie apart from the managed estate beside them: with them its "
            "grid would break a rule, or no plan was found that has them together."
        ).format(n=len(away), all=len(wishes)),
        remedy=_("Move them by hand where the limits allow it."),
        subject_kind="atom",
        subjects=tuple(str(code) for code in atoms.ids[lost]),
        people=int(atoms.people[lost].sum()),
        count=len(away),
        x=float(atoms.x[lost[0]]),
        y=float(atoms.y[lost[0]]),
    )
