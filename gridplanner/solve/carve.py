# SPDX-License-Identifier: LGPL-3.0-or-later
"""Carve schools, hospitals, markets and the like out as dedicated grids before the rest is planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import DedicatedKind, GridKind, Severity
from gridplanner.model.layers import Layer
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.request import PlanRequest
from gridplanner.solve.connected import connected_by
from gridplanner.solve.part import IntArray
from gridplanner.texts import _

#: An atom belongs to a site that covers this share of it.
_SHARE = 0.5
#: Sites named in one finding; the count stands before them.
_NAMED = 8
Flags = npt.NDArray[np.bool_]


def carve_sites(
    district: District, request: PlanRequest, plan: Plan, free: Flags
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan with a dedicated grid for each candidate site that can have one, and what was done.

    A site is left where it is when it has no land of its own in the atoms, more residents than
    `carve_people`, lies in a grid that stays, or when the community would fall apart without it.

    Parameters
    ----------
    free : bool[n_atoms]
        Atoms that may change grid.
    """
    layer = district.originals.get("sites")
    if layer is None or layer.geometry is None or not len(layer):
        text = _("Dedicated grids were asked for, but there is no layer of sites.")
        remedy = _("Add [layers.sites] to the configuration.")
        return plan, (Finding("carve", Severity.WARNING, text, remedy),)
    carver = _Carver(district, request, plan, free)
    outcomes = [carver.carve(layer, row) for row in range(len(layer))]
    assignment, grids = carver.assignment.astype(np.int32), (*plan.grids, *carver.records)
    return replace(plan, assignment=assignment, grids=grids), tuple(_findings(layer, np.array(outcomes)))


class _Carver:
    """Carves site after site; holds what is carved so far."""

    def __init__(self, district: District, request: PlanRequest, plan: Plan, free: Flags) -> None:
        self._district, self._plan, self._most = district, plan, request.carve_people
        self.assignment = plan.assignment.astype(np.int64)
        self.records: list[GridRecord] = []
        self._free = free.copy()
        self._known = {g.site for g in plan.grids if g.site}
        self._tree = shapely.STRtree(district.atoms.geometry)

    def carve(self, layer: Layer, row: int) -> str:
        """Carve one site; return what became of it."""
        code = site_code(layer, row)
        atoms = self._atoms_of(layer, row)
        if code in self._known or (len(atoms) and self._is_dedicated(atoms)):
            return "already"
        if not len(atoms):
            return "no_land"
        if not self._free[atoms].all():
            return "stays"
        people = self._district.atoms.people
        if people[atoms].sum() > self._most:
            return "lived_in"
        home = np.unique(self._district.atoms.community[atoms])
        if len(home) > 1 or not self._holds_without(atoms, int(home[0])):
            return "would_cut"
        atoms = self._with_cut_off_land(atoms, int(home[0]))
        self.assignment[atoms] = self._plan.n_grids + len(self.records)
        self._free[atoms] = False
        kind = str(layer.texts("dedicated_kind")[row])
        known = kind if kind in set(DedicatedKind) else DedicatedKind.OTHER.value
        name = str(layer.texts("name")[row])
        self.records.append(GridRecord("", name, int(home[0]), GridKind.DEDICATED, known, site=code))
        return "carved"

    def _atoms_of(self, layer: Layer, row: int) -> IntArray:
        """Return the atoms that a site covers; of a point, or inside one atom, the atom that holds it."""
        atoms = self._district.atoms
        site = layer.geometry[row] if layer.geometry is not None else None
        if site is None or site.is_empty:
            return np.empty(0, np.int32)
        near = np.sort(self._tree.query(site, predicate="intersects"))
        inside = shapely.area(shapely.intersection(atoms.geometry[near], site))
        own = near[inside >= _SHARE * atoms.area_m2[near]] if shapely.get_dimensions(site) == 2 else near[:0]
        if not len(own) and len(near):
            own = near[[int(np.argmax(inside))]]
        return own.astype(np.int32)

    def _is_dedicated(self, atoms: IntArray) -> bool:
        held = {int(g) for g in self._plan.assignment[atoms]}
        return all(g >= 0 and self._plan.grids[g].kind is GridKind.DEDICATED for g in held)

    def _holds_without(self, atoms: IntArray, community: int) -> bool:
        """Tell whether the site is one piece and its community has no more lived-in parts without it."""
        gone = np.zeros(len(self._free), bool)
        gone[atoms] = True
        rest = self._free & (self._district.atoms.community == community)
        return self._parts(gone, lived=False) == 1 and self._parts(rest & ~gone) <= self._parts(rest)

    def _with_cut_off_land(self, atoms: IntArray, community: int) -> IntArray:
        """Return the site with the empty land that only it joins to the rest of the community."""
        label = np.where(self._free & (self._district.atoms.community == community), 0, -1)
        before = connected_by(self._district, label)
        label[atoms] = -1
        after = connected_by(self._district, label)
        people = np.bincount(after, self._district.atoms.people)
        lost = (label == 0) & (people[after] == 0) & np.isin(before, before[atoms])
        return np.union1d(atoms, np.flatnonzero(lost)).astype(np.int32)

    def _parts(self, among: Flags, *, lived: bool = True) -> int:
        """Return the number of connected parts of some atoms; of the lived-in parts only, if so asked."""
        part = connected_by(self._district, np.where(among, 0, -1))
        counted = among & (self._district.atoms.people > 0) if lived else among
        return len(np.unique(part[counted]))


def site_code(layer: Layer, row: int) -> str:
    """Return the identifier of a site: its code, its id, or its row."""
    return str(layer.texts("code")[row] or layer.texts("id")[row] or row + 1)


def _findings(layer: Layer, outcome: npt.NDArray[np.str_]) -> Iterator[Finding]:
    """Yield a remark per kind of outcome that names the sites."""
    words = {
        "carved": (_("{n} sites became dedicated grids: {names}."), ""),
        "no_land": (
            _("{n} sites have no land in the district and were not carved out: {names}."),
            _("Check where they lie."),
        ),
        "stays": (
            _("{n} sites lie in grids that stay and were not carved out: {names}."),
            _("Unlock these grids, or plan their communities too."),
        ),
        "lived_in": (
            _("{n} sites have too many residents to be carved out: {names}."),
            _("Draw the site without its housing, or raise `carve_people`."),
        ),
        "would_cut": (
            _("{n} sites would cut a community apart, or lie in several, and were not carved out: {names}."),
            _("Draw the site more narrowly, or carve it out by hand."),
        ),
    }
    for what, (text, remedy) in words.items():
        rows = np.flatnonzero(outcome == what)
        if not len(rows) or layer.geometry is None:
            continue
        names = [str(layer.texts("name")[row]) or site_code(layer, row) for row in rows.tolist()]
        shown = _(", ").join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
        spot = shapely.point_on_surface(layer.geometry[rows[0]])
        yield Finding(
            rule="carve",
            severity=Severity.INFO if what == "carved" else Severity.WARNING,
            text=text.format(n=len(rows), names=shown),
            remedy=remedy,
            subject_kind="site",
            subjects=tuple(site_code(layer, row) for row in rows.tolist()),
            count=len(rows),
            x=float(shapely.get_x(spot)),
            y=float(shapely.get_y(spot)),
        )
