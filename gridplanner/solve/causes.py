# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why one part cannot be divided by the rules: the smallest cause first, each with the least relaxation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from math import ceil, floor, inf, nan

import numpy as np

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.rules.registry import RULES
from gridplanner.solve.division import Divided, broken_rules, unavoidable
from gridplanner.solve.part import LongArray, Part
from gridplanner.solve.pricing import prices_of
from gridplanner.solve.ranges import range_of
from gridplanner.solve.reach import least_radius
from gridplanner.solve.relax import nearest_band, what_would_do
from gridplanner.solve.state import state_of
from gridplanner.texts import _


class Rank(IntEnum):
    """How much of a district a cause needs to be seen: causes are told in this order."""

    BUILDING = 0
    PART = 1
    RADIUS = 2
    SEARCH = 3


@dataclass(frozen=True)
class Cause:
    """Why a part cannot keep the rules.

    Parameters
    ----------
    rank : Rank
    finding : Finding
        `people` are those concerned: of the building, of the part.
    """

    rank: Rank
    finding: Finding


@dataclass(frozen=True)
class _Counted:
    """A counted number with a hard band: its rule, its unit in a sentence, the count of each atom."""

    rule: str
    unit: str
    each: LongArray
    low: float
    high: float

    @property
    def total(self) -> int:
        """Count of the part."""
        return int(self.each.sum())

    def numbers(self, atoms: int) -> tuple[int, int]:
        """Return the least and most grids that this band alone leaves possible."""
        few = ceil(self.total / self.high) if 0 < self.high < inf else 1
        many = floor(self.total / self.low) if 0 < self.low < inf else atoms
        return max(few, 1), many


@dataclass(frozen=True)
class Causes:
    """Finds the causes in one part.

    Parameters
    ----------
    district : District
    part : Part
    done : Divided
        The best division found.
    place : str
        The community, with the number of the part where it has several.
    weighted : bool
        What the band of people counts is weighted.
    """

    district: District
    part: Part
    done: Divided
    place: str
    weighted: bool = False

    def all(self) -> list[Cause]:
        """Return every cause, smallest first; the rules left broken where none is proven."""
        towers = self._towers()
        proven = [*(towers or self._no_number()), *self._blocked()]
        # Towers spoil one grid each; what breaks besides them has another cause.
        unexplained = len(proven) == len(towers) and self.done.breaches > unavoidable(self.part)
        return [*proven, self._searched_in_vain()] if unexplained or not proven else proven

    def _counted(self) -> tuple[_Counted, _Counted]:
        f, hard = self.part.field, self.part.limits.hard_only()
        people = _("weighted persons") if self.weighted else _("persons")
        return (
            _Counted("people", people, f.people, *hard.people),
            _Counted("households", _("family households"), f.households, *hard.households),
        )

    def _towers(self) -> list[Cause]:
        """Return a cause for each building that alone holds more than a grid may."""
        text = _("In {place} the building {building} alone has {value} {unit}, more than {limit:g}.")
        remedy = _("Cut it by stair row, or allow a grid of {value} {unit} here.")
        return [
            self._cause(
                Rank.BUILDING, counted.rule, int(counted.each[i]), counted.high,
                text.format(
                    place=self.place, building=self._building(i), value=int(counted.each[i]),
                    unit=counted.unit, limit=counted.high,
                ),
                remedy.format(value=int(held[self.done.label[i]]), unit=counted.unit),
                atom=i,
            )
            for counted in self._counted()
            # What its grid holds in the division at hand is enough; the building alone might not be.
            for held in [np.bincount(self.done.label, counted.each, minlength=self.done.k)]
            for i in np.flatnonzero(counted.each > counted.high).tolist()
        ]  # fmt: skip

    def _no_number(self) -> list[Cause]:
        """Return a cause for each band that no number of grids keeps, or for the two together."""
        low, high = range_of(self.part)
        if low <= high:
            return []
        if not self.part.people:
            return [self._nobody()]
        alone = [(c, *c.numbers(len(self.part))) for c in self._counted()]
        found = [self._one_band(c, few, many) for c, few, many in alone if few > many]
        return found or [self._both_bands(alone)]

    def _nobody(self) -> Cause:
        text = _("In {place} nobody is counted: no grid can reach the lower limit.").format(place=self.place)
        remedy = _("Give its buildings their people, or accept the empty grid with a reason.")
        return self._cause(Rank.PART, "people", 0, self.part.limits.people[0], text, remedy)

    def _one_band(self, counted: _Counted, few: int, many: int) -> Cause:
        """Return the cause of a total that lies outside every multiple of its band."""
        low, high = nearest_band(counted.total, counted.low, counted.high)
        if not many:
            text = _("{place} has {value} {unit} in all, fewer than the {limit:g} of one grid.")
            remedy = _(
                "Join it to a neighbouring part by a bridge or link, or allow a grid of {low} {unit} here."
            )
        else:
            text = _(
                "{place} has {value} {unit}: {many} grids have above {most:g} each, {few} have below "
                "{limit:g}."
            )
            remedy = _("Allow grids of {low} to {high} {unit} here.")
        said = {"place": self.place, "value": counted.total, "unit": counted.unit, "few": few, "many": many}
        return self._cause(
            Rank.PART, counted.rule, counted.total, counted.low,
            text.format(**said, most=counted.high, limit=counted.low),
            remedy.format(low=f"{low:g}", high=f"{high:g}", unit=counted.unit),
        )  # fmt: skip

    def _both_bands(self, alone: list[tuple[_Counted, int, int]]) -> Cause:
        """Return the cause where people and households each allow numbers, but no common one."""
        (_people, few, many), (homes, few_homes, many_homes) = alone
        text = _(
            "In {place} the people allow {few} to {many} grids, the households {few_homes} to {many_homes}: "
            "no number keeps both."
        ).format(place=self.place, few=few, many=many, few_homes=few_homes, many_homes=many_homes)
        # The number between the two ranges breaks the households least when the people are kept.
        k = many if many < few_homes else few
        share = homes.total // k if many >= few_homes else -(-homes.total // k)
        remedy = _("Allow grids of {value} {unit} here.").format(value=share, unit=homes.unit)
        limit = homes.high if many < few_homes else homes.low
        return self._cause(Rank.PART, "households", share, limit, text, remedy)

    def _blocked(self) -> list[Cause]:
        """Return the cause of buildings that no legal grid can hold, with the least relaxation."""
        part = self.part
        if not len(part.blocked):
            return []
        f, least = part.field, part.limits.people[0]
        worst = int(np.argmin(part.blocked_people))
        point, reached = int(part.blocked[worst]), int(part.blocked_people[worst])
        home = np.repeat(np.arange(len(part)), np.diff(f.points))
        load = f.load.copy()
        load[part.blocked] = f.people[home[part.blocked]]
        # Straight lines say nothing of the way along roads that would be needed.
        straight = not f.far.shape[0]
        radius = max(least_radius(f, load, int(p), least) for p in part.blocked) if straight else inf
        text = _(
            "In {place}, {n} buildings (among them {building}) fit no legal grid: within {limit:g} m of any "
            "service point that reaches them live {value} people, fewer than {least:g}."
        ).format(
            place=self.place, n=len(part.blocked), building=self._building(int(home[point])),
            limit=part.limits.radius_m, value=reached, least=least,
        )  # fmt: skip
        if straight and radius < inf:
            remedy = _("Allow {radius} m here, or grids of {value} people, or accept the grid with a reason.")
        else:
            remedy = _("Allow grids of {value} people here, or accept the grid with a reason.")
        remedy = remedy.format(radius=ceil(radius) if radius < inf else 0, value=reached)
        value = radius if straight else nan
        made = self._cause(Rank.RADIUS, "service_radius", value, part.limits.radius_m, text, remedy)
        concerned = int(load[part.blocked].sum())
        spot = replace(made.finding, people=concerned, x=float(f.x[point]), y=float(f.y[point]))
        return [Cause(Rank.RADIUS, spot)]

    def _searched_in_vain(self) -> Cause:
        """Return the rules that the best division found still breaks, and what would make it legal."""
        part, done = self.part, self.done
        prices = prices_of(part.limits, "keep", part.people / done.k)
        state, _cost = state_of(part.field, done.label, done.k, prices)
        broken = broken_rules(part.field, state, part.limits, prices)
        words = {rule.name: _(rule.label) for rule in RULES}
        words |= {"join": _("what must lie together"), "part": _("what must lie apart")}
        text = _(
            "In {place} no legal division into {k} grids was found; {n} breaches stay ({rules})."
        ).format(
            place=self.place, k=done.k, n=done.breaches, rules=_(", ").join(words[rule] for rule in broken)
        )  # fmt: skip
        units = {counted.rule: counted.unit for counted in self._counted()}
        enough = _("; ").join(what_would_do(part, done, broken, units))
        remedy = _("This division keeps the rules with: {enough}. Or allow another number of grids here.")
        if not enough:
            remedy = _("Allow another number of grids here, or relax the rule that is broken.")
        rule = next(iter(broken), "people")
        return self._cause(Rank.SEARCH, rule, done.breaches, 0, text, remedy.format(enough=enough))

    def _building(self, i: int) -> str:
        """Return how the planner knows an atom of the part: by its building, else by its own code."""
        atom, atoms = self.part.atoms[i], self.district.atoms
        return str(atoms.building[atom] or atoms.ids[atom])

    def _cause(
        self, rank: Rank, rule: str, value: float, limit: float, text: str, remedy: str, *, atom: int = -1
    ) -> Cause:
        """Return a cause; about one building, or the whole part at its fullest one."""
        part, atoms = self.part, self.district.atoms
        spot = int(part.atoms[atom if atom >= 0 else int(np.argmax(part.field.people))])
        people = int(atoms.people[spot]) if atom >= 0 else int(atoms.people[part.atoms].sum())
        finding = Finding(
            rule=rule,
            severity=Severity.ERROR,
            text=text,
            remedy=remedy,
            hard=True,
            subject_kind="community",
            subjects=(part.code,),
            value=float(value),
            limit=float(limit),
            people=people,
            x=float(atoms.x[spot]),
            y=float(atoms.y[spot]),
        )
        return Cause(rank, finding)
