# SPDX-License-Identifier: LGPL-3.0-or-later
"""Apply corrections to a district and to the plans over it, and keep them in the recovery log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.adjacency import Adjacency
from gridplanner.model.amendment import Amendment, AtomPatch, BuildingCount, LedgerPlacement, Outlines
from gridplanner.model.atoms import Atoms, Buildings
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.unit_patch import CommunityPatch, GridPatch
from gridplanner.texts import _
from gridplanner.workspace.amend.amending_units import (
    unit_from_row,
    unit_row,
    with_communities,
    with_grids,
    with_plan_rehomed,
)
from gridplanner.workspace.intake.ledger_places import with_row_placed, with_row_taken_back

Array = npt.NDArray[Any]


def amended(district: District, amendment: Amendment) -> District:
    """Return the district after a correction; the one given stays as it is.

    Raises
    ------
    UserError
        Counts below 0.
    """
    if isinstance(amendment, BuildingCount):
        return _recounted(district, amendment)
    if isinstance(amendment, LedgerPlacement):
        return _placed(district, amendment)
    if isinstance(amendment, GridPatch):
        return with_grids(district, amendment)
    if isinstance(amendment, CommunityPatch):
        return with_communities(district, amendment)
    return _patched(district, amendment)


def amended_by_all(district: District, amendments: Sequence[Amendment]) -> District:
    """Return the district after several corrections, in their order."""
    for amendment in amendments:
        district = amended(district, amendment)
    return district


def carried(plan: Plan, amendment: Amendment) -> Plan:
    """Return a plan over the amended district: new atoms lie in the grid of the one they came from."""
    if isinstance(amendment, CommunityPatch):
        return with_plan_rehomed(plan, amendment)
    if not isinstance(amendment, AtomPatch) or amendment.n_atoms == len(plan.assignment):
        return plan
    old = plan.assignment
    assignment = np.full(amendment.n_atoms, -1, np.int32)
    kept = min(len(old), amendment.n_atoms)
    assignment[:kept] = old[:kept]
    fresh = amendment.rows >= len(old)
    assignment[amendment.rows[fresh]] = old[amendment.parents[fresh]]
    return replace(plan, assignment=assignment)


class DistrictLine:
    """A district after each number of corrections; several questions may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._base: ProjectContents | None = None
        self._made: dict[int, District] = {}

    def after(self, contents: ProjectContents, amendments: Sequence[Amendment]) -> District:
        """Return the district after corrections, of which `contents` holds the first ones already."""
        with self._lock:
            first = len(contents.amendments)
            if contents is not self._base:
                self._base, self._made = contents, {first: contents.district}
            wanted = max(len(amendments), first)
            if wanted not in self._made:
                known = max(n for n in self._made if n < wanted)
                self._made[wanted] = amended_by_all(self._made[known], amendments[known:wanted])
            return self._made[wanted]


def count_before(district: District, building: int) -> BuildingCount:
    """Return the counts of a building as they are, as the correction that brings them back."""
    known = district.buildings
    return BuildingCount(building, int(known.people[building]), int(known.households[building]))


def _recounted(district: District, count: BuildingCount) -> District:
    """Return the district with other people and households in one building and in its atom."""
    if count.people < 0 or count.households < 0:
        raise UserError(_("People and households cannot be below 0."))
    atoms, buildings, at = district.atoms, district.buildings, count.building
    home = int(buildings.atom[at])
    # An atom can hold people beyond its buildings, so it changes by the difference.
    more = (count.people - int(buildings.people[at]), count.households - int(buildings.households[at]))
    people, households = (_added(column, at, n) for column, n in zip(_counts(buildings), more, strict=True))
    buildings = replace(buildings, people=people, households=households)
    if home >= 0:
        people, households = (_added(column, home, n) for column, n in zip(_counts(atoms), more, strict=True))
        atoms = replace(atoms, people=people, households=households)
    return replace(district, atoms=atoms, buildings=buildings)


def _counts(of: Atoms | Buildings) -> tuple[Array, Array]:
    """Return people and households."""
    return of.people, of.households


def _added(column: Array, at: int, more: int) -> Array:
    """Return a column with a number added in one row, never below 0."""
    changed = column.copy()
    changed[at] = max(int(changed[at]) + more, 0)
    return changed


def _placed(district: District, placement: LedgerPlacement) -> District:
    """Return the district with a row of the ledger put on the map, or taken off it."""
    change = with_row_placed if placement.placed else with_row_taken_back
    return change(district, placement.row, building=placement.building, atom=placement.atom)


def _patched(district: District, patch: AtomPatch) -> District:
    """Return the district with other rows of atoms."""
    before = district.atoms
    columns: dict[str, Array] = {}
    for field in fields(Atoms):
        old = getattr(before, field.name)
        column = np.empty(patch.n_atoms, old.dtype)
        kept = min(len(old), patch.n_atoms)
        column[:kept] = old[:kept]
        column[patch.rows] = getattr(patch.atoms, field.name)
        columns[field.name] = column
    if any(shape is not None for shape in before.geometry[:1]):
        columns["geometry"][patch.rows] = _polygons(patch.outlines)
    homes = district.buildings.atom.copy()
    homes[patch.buildings] = patch.homes
    return replace(
        district,
        atoms=Atoms(**columns),
        adjacency=_relinked(district.adjacency, patch),
        buildings=replace(district.buildings, atom=homes),
    )


def _relinked(links: Adjacency, patch: AtomPatch) -> Adjacency:
    """Return the edges with those of the patched atoms replaced."""
    gone = np.zeros(max(patch.n_atoms, int(links.b.max(initial=0)) + 1), bool)
    gone[patch.rows], gone[patch.n_atoms :] = True, True
    keep = ~(gone[links.a] | gone[links.b])
    a = np.concatenate([links.a[keep], patch.edges.a]).astype(np.int32)
    b = np.concatenate([links.b[keep], patch.edges.b]).astype(np.int32)
    order = np.lexsort((b, a))
    return replace(
        links,
        a=a[order],
        b=b[order],
        length_m=np.concatenate([links.length_m[keep], patch.edges.length_m])[order],
        kind=np.concatenate([links.kind[keep], patch.edges.kind]).astype(np.int8)[order],
    )


def _polygons(outlines: Outlines) -> Array:
    """Return outlines as shapes: the first ring is the shell."""
    import shapely  # the window has no shapes and never comes here

    made = np.empty(len(outlines.features) - 1, dtype=object)
    for i in range(len(made)):
        rings = [
            outlines.xy[outlines.rings[r] : outlines.rings[r + 1]]
            for r in range(outlines.features[i], outlines.features[i + 1])
        ]
        made[i] = shapely.Polygon(rings[0], rings[1:])
    return made


# --- for the recovery log ------------------------------------------------------------------------------


def to_row(amendment: Amendment) -> dict[str, Any]:
    """Return a correction as JSON can hold it."""
    if isinstance(amendment, BuildingCount):
        return {"type": "count", **vars(amendment)}
    if isinstance(amendment, LedgerPlacement):
        return {"type": "placement", **vars(amendment)}
    if isinstance(amendment, GridPatch | CommunityPatch):
        return unit_row(amendment)
    parts = {f.name: getattr(amendment, f.name) for f in fields(AtomPatch)}
    atoms = {f.name: _listed(getattr(amendment.atoms, f.name)) for f in fields(Atoms) if f.name != "geometry"}
    edges = {f.name: _listed(getattr(amendment.edges, f.name)) for f in fields(Adjacency)}
    outlines = {f.name: _listed(getattr(amendment.outlines, f.name)) for f in fields(Outlines)}
    plain = {name: _listed(value) for name, value in parts.items()}
    return {"type": "patch", **plain, "atoms": atoms, "edges": edges, "outlines": outlines}


def from_row(row: dict[str, Any]) -> Amendment:
    """Return the correction that `to_row` was given.

    Raises
    ------
    TypeError, ValueError, KeyError
        The row is no correction.
    """
    parts = {key: value for key, value in row.items() if key != "type"}
    if row["type"] == "count":
        return BuildingCount(**parts)
    if row["type"] == "placement":
        return LedgerPlacement(**parts)
    if row["type"] in ("grids", "communities"):
        return unit_from_row(row)
    n = len(parts["rows"])
    atoms = {name: _column(name, cells) for name, cells in parts.pop("atoms").items()}
    edges = {name: _column(name, cells) for name, cells in parts.pop("edges").items()}
    outlines = {name: _column(name, cells) for name, cells in parts.pop("outlines").items()}
    outlines["xy"] = outlines["xy"].reshape(-1, 2)
    return AtomPatch(
        n_atoms=int(parts["n_atoms"]),
        atoms=Atoms(geometry=np.full(n, None, dtype=object), **atoms),
        edges=Adjacency(**edges),
        outlines=Outlines(**outlines),
        **{key: np.array(parts[key], np.int64) for key in ("rows", "parents", "buildings", "homes")},
    )


_TYPES: dict[str, Any] = {
    "ids": object,
    "building": object,
    "community": np.int32,
    "old_grid": np.int32,
    "estate": np.int32,
    "area_m2": np.float64,
    "x": np.float64,
    "y": np.float64,
    "xy": np.float64,
    "a": np.int32,
    "b": np.int32,
    "length_m": np.float64,
    "kind": np.int8,
}


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _column(name: str, cells: Any) -> Any:
    if not isinstance(cells, list):
        return cells
    return np.array(cells, _TYPES.get(name, np.int64))
