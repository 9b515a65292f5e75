# SPDX-License-Identifier: LGPL-3.0-or-later
"""Judge again only the grids an edit touched: fast enough to follow each stroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.geometry.contiguity import components, parts_per_label
from gridplanner.geometry.dissolve import dissolved
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.load import load_of
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.check import check_grids, compactness, roads_of, service_of, standing, stations_of

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rechecked:
    """Measures and polygons of all grids, and the findings of the grids that were judged again."""

    measures: Measures
    polygons: ObjectArray
    findings: tuple[Finding, ...]


class Rechecker:
    """Keeps what does not change between two edits of one district.

    Parameters
    ----------
    district : District
    rules : RuleSet
    """

    def __init__(self, district: District, rules: RuleSet) -> None:
        self.district, self.rules = district, rules
        self.xy, self.atom, self.people = district.demand_points()
        self.stations = stations_of(district)
        self.network = roads_of(district, rules)
        self.load = load_of(district, rules) if rules.weights else None
        on = district.buildings.atom[district.buildings.atom >= 0]
        self.buildings = np.bincount(on, minlength=len(district.atoms)).astype(np.int64)

    def judge(
        self,
        plan: Plan,
        grids: Sequence[int],
        before: Measures,
        polygons: ObjectArray,
        waivers: Mapping[str, str] | None = None,
    ) -> Rechecked:
        """Return the state after an edit of some grids.

        Parameters
        ----------
        plan : Plan
            After the edit.
        grids : sequence of int
            Grids whose atoms changed; new ones stand at the end of `plan.grids`.
        before : Measures, polygons : object[n]
            Of the plan before the edit; of grids that are not named they are taken as they are.
        """
        some = np.asarray(sorted(set(grids)), np.int64)
        shapes = _grown(polygons, plan.n_grids, None)
        local = np.full(plan.n_grids, -1, np.int64)
        local[some] = np.arange(len(some))
        placed = plan.assignment >= 0
        label = np.where(placed, local[plan.assignment], -1)
        for k, grid in enumerate(some):
            mine = np.flatnonzero(label == k)
            shapes[grid] = dissolved(self.district.atoms.geometry[mine]) if len(mine) else None
        measures = self._measures(before, some, label, shapes)
        findings = check_grids(self.district, plan, self.rules, some.tolist(), measures, shapes, waivers)
        return Rechecked(measures, shapes, findings)

    def _measures(self, before: Measures, some: IntArray, label: IntArray, shapes: ObjectArray) -> Measures:
        """Return the measures with those of the named grids counted anew."""
        atoms, n, size = self.district.atoms, len(some), len(shapes)
        rows = np.flatnonzero(label >= 0)

        def total(column: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
            return np.bincount(label[rows], weights=column[rows], minlength=n).astype(np.float64)

        near = label[self.atom] >= 0
        points = (self.xy[near], self.atom[near], self.people[near])
        service = service_of(self.rules, self.network, points, label, n, self.stations)
        x, y = standing(service.x, service.y, shapes[some])
        parts = components(len(label), self._edges(label), label)
        fresh = {
            "people": total(atoms.people),
            "households": total(atoms.households),
            "buildings": total(self.buildings),
            "area_m2": total(atoms.area_m2),
            "radius_m": service.radius_m,
            "service_x": x,
            "service_y": y,
            "parts": parts_per_label(parts, label, n),
        }
        # Columns of whole and of real numbers go through one loop, so their types cannot be told apart.
        columns: dict[str, Any] = {
            name: _put(getattr(before, name), some, fresh[name], size) for name in fresh
        }
        shape: Any = _put(before.more.get("compactness", np.empty(0)), some, compactness(shapes[some]), size)
        more = {**before.more, "compactness": shape}
        if self.load is not None:
            load: Any = _put(before.more.get("load", np.empty(0)), some, total(self.load), size)
            more["load"] = load
        return replace(before, **columns, more=more)

    def _edges(self, label: IntArray) -> Adjacency:
        """Return only the edges inside the named grids."""
        edges = self.district.adjacency
        keep = (label[edges.a] >= 0) & (label[edges.a] == label[edges.b])
        return Adjacency(
            edges.a[keep],
            edges.b[keep],
            edges.length_m[keep],
            edges.kind[keep],
            edges.min_shared_border_m,
        )


def _grown(values: ObjectArray, size: int, blank: object) -> ObjectArray:
    """Return a copy, longer by the grids that are new."""
    result = np.full(size, blank, dtype=object)
    result[: min(len(values), size)] = values[:size]
    return result


def _put(
    old: npt.NDArray[np.generic], rows: IntArray, values: npt.NDArray[np.generic], size: int
) -> npt.NDArray[np.generic]:
    """Return a column with some rows replaced, longer where grids are new."""
    result = np.zeros(size, old.dtype)
    result[: min(len(old), size)] = old[:size]
    result[rows] = values.astype(old.dtype)
    return result
