# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a rule looks at: a plan, its measures, and the limits that hold for each grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.contiguity import components
from gridplanner.geometry.defects import Defect
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind, Severity
from gridplanner.model.measures import Measures
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.delivered import grid_defects, living

#: First character of a code that stands for none.
PROVISIONAL = "+"


@dataclass(frozen=True, eq=False)
class Case:
    """A plan under judgement.

    Parameters
    ----------
    district : District
    plan : Plan
    rules : RuleSet
    measures : Measures
    polygons : object[n_grids]
    grids : int array
        The grids to judge; all of them unless only a few changed.
    faults : tuple of Defect, optional
        Between today's grids as delivered, where they are known already.
    """

    district: District
    plan: Plan
    rules: RuleSet
    measures: Measures
    polygons: ObjectArray
    grids: npt.NDArray[np.integer] = field(default_factory=lambda: np.empty(0, np.int64))
    faults: tuple[Defect, ...] | None = None

    @cached_property
    def resolved(self) -> dict[tuple[int, GridKind, str], RuleSet]:
        """Rules by (community, kind, dedicated kind): grids that share them share one object."""
        keys = {(g.community, g.kind, g.dedicated_kind) for g in self.plan.grids}
        return {key: self.rules.resolve(facts_of(self.district, *key)) for key in keys}

    def limits(self, grid: int) -> RuleSet:
        """Return the rules that hold for a grid."""
        record = self.plan.grids[grid]
        return self.resolved[record.community, record.kind, record.dedicated_kind]

    @cached_property
    def parts(self) -> npt.NDArray[np.int32]:
        """int32[n_atoms]: connected part of each atom inside its grid."""
        return components(len(self.district.atoms), self.district.adjacency, self.plan.assignment)

    @cached_property
    def is_today(self) -> bool:
        """Whether the plan is today's division, whose outlines may overlap or leave gaps."""
        return not self.plan.name and np.array_equal(self.plan.assignment, self.district.atoms.old_grid)

    @property
    def whole(self) -> bool:
        """Whether all grids are judged, so that checks of the whole district make sense."""
        return len(self.grids) == self.plan.n_grids

    @property
    def whole_today(self) -> bool:
        """Whether all of today's grids are judged."""
        return self.whole and self.is_today

    @cached_property
    def points(self) -> ObjectArray:
        """object[m] of Point: the buildings."""
        buildings = self.district.buildings
        return np.asarray(shapely.points(buildings.x, buildings.y), dtype=object)

    @cached_property
    def defects(self) -> tuple[Defect, ...]:
        """Faults between today's grids as delivered."""
        return grid_defects(self.district) if self.faults is None else self.faults

    def living(self, people: int) -> str:
        """Return ` (48 people)` for a sentence, or less where it is not known."""
        return living(self.district, people)

    def general(self) -> Iterator[int]:
        """Yield the general grids to judge that hold at least one atom or person."""
        for grid in self.grids.tolist():
            if self.plan.grids[grid].kind is GridKind.GENERAL:
                yield grid

    def place(self, grid: int) -> tuple[float, float]:
        """Return a point inside a grid; NaN where it has no land."""
        x, y = self._places[grid]
        return (float(x), float(y))

    @cached_property
    def _places(self) -> npt.NDArray[np.float64]:
        """float64[n_grids, 2]: a point inside each grid to judge."""
        found = np.full((len(self.polygons), 2), np.nan)
        spots = shapely.point_on_surface(self.polygons[self.grids])
        found[self.grids] = np.column_stack([shapely.get_x(spots), shapely.get_y(spots)])
        return found


def facts_of(district: District, community: int, kind: GridKind, dedicated_kind: str) -> dict[str, str]:
    """Return the words that `[[rules.by]] where` can name for a grid."""
    communities = district.communities
    return {
        "community_type": str(communities.types[community]),
        "kind": kind.value,
        "community": str(communities.names[community]),
        "community_code": str(communities.codes[community]),
        "street": str(communities.street_names[community]),
        "dedicated_kind": dedicated_kind,
    }


def with_provisional_codes(plan: Plan) -> Plan:
    """Return the plan with `+12` for the code of a grid that has none yet, as the window shows it.

    Without it the findings of two new grids could not be told apart, nor waived one by one.
    """
    if all(record.code for record in plan.grids):
        return plan
    grids = (r if r.code else replace(r, code=f"{PROVISIONAL}{i}") for i, r in enumerate(plan.grids, start=1))
    return replace(plan, grids=tuple(grids))


def label(record: GridRecord) -> str:
    """Return how a grid is called in a sentence: name and code, whichever it has."""
    return " ".join(word for word in (record.name, record.code) if word) or "?"


def severity(*, hard: bool) -> Severity:
    """Return what a breach of a hard or a soft rule is."""
    return Severity.ERROR if hard else Severity.WARNING
