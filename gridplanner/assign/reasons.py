# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why each grid was changed, in one sentence for the before/after table."""

from __future__ import annotations

import numpy as np

from gridplanner.model.change import Crosswalk
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import ChangeKind
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.ruleset import Band, RuleSet
from gridplanner.texts import _


def former_grids(plan: Plan, pairs: Crosswalk) -> tuple[tuple[int, ...], ...]:
    """Return for each grid the old grids it took people or land from, most people first."""
    order = np.lexsort((-pairs.area_m2, -pairs.people))
    former: list[list[int]] = [[] for _grid in range(plan.n_grids)]
    for row in order.tolist():
        if pairs.old[row] >= 0 and pairs.new[row] >= 0:
            former[int(pairs.new[row])].append(int(pairs.old[row]))
    return tuple(tuple(grids) for grids in former)


class Reasons:
    """Finds the reason of a change from what was wrong with the old grids.

    Parameters
    ----------
    district : District
    today : Plan
    rules : RuleSet
        Limits the old grids are held against, per community.
    """

    def __init__(self, district: District, today: Plan, rules: RuleSet) -> None:
        self._district = district
        self._today = today
        self._people = today.sums(district.atoms.people)
        self._households = today.sums(district.atoms.households)
        self._rules = [rules.resolve(self._facts(c)) for c in range(len(district.communities))]

    def _facts(self, community: int) -> dict[str, str]:
        """Return what `RuleSet.resolve` may ask about a community's general grids."""
        units = self._district.communities
        return {
            "community": str(units.names[community]),
            "community_code": str(units.codes[community]),
            "community_type": str(units.types[community]),
            "street": str(units.street_names[community]),
            "kind": "综合",
        }

    def reason(self, record: GridRecord, kind: ChangeKind, former: tuple[int, ...]) -> str:
        """Return the sentence; one of its own for each kind of change."""
        if kind is ChangeKind.KEPT:
            return _("The extent stays as it is.")
        if kind is ChangeKind.CARVED_OUT:
            return _("Carved out as the dedicated grid of a unit with its own premises.")
        if kind is ChangeKind.NEW:
            return _("New grid on ground that belonged to no grid.")
        faults = [fault for fault in (self._fault(old, record.community) for old in former) if fault]
        if faults:
            return _("{faults}: adjusted.").format(faults=_("; ").join(faults[:4]))
        if kind is ChangeKind.MERGED:
            return _("Merged so that the grids of the community are of even size.")
        if kind is ChangeKind.SPLIT:
            return _("Divided so that the grids of the community are of even size.")
        return _("The border was adjusted along with the neighbouring grids.")

    def _fault(self, old: int, community: int) -> str:
        """Say what was wrong with an old grid's size; "" where nothing was."""
        record, rules = self._today.grids[old], self._rules[community]
        name = short_code(record)
        text = _breach(rules.people, int(self._people[old]))
        if text:
            return _("grid {grid} had {n} people, {breach}").format(
                grid=name, n=int(self._people[old]), breach=text
            )
        text = _breach(rules.households, int(self._households[old]))
        if text:
            return _("grid {grid} had {n} households, {breach}").format(
                grid=name, n=int(self._households[old]), breach=text
            )
        return ""


def short_code(record: GridRecord) -> str:
    """Return the last three characters of a code, as planners name a grid inside its community."""
    return record.code[-3:] if record.code else record.name


def _breach(band: Band, value: int) -> str:
    """Say which limit of a band a value breaks; "" for none."""
    if value < band.min:
        return _("below the limit of {limit}").format(limit=f"{band.min:g}")
    if value > band.max:
        return _("above the limit of {limit}").format(limit=f"{band.max:g}")
    return ""
