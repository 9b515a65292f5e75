# SPDX-License-Identifier: LGPL-3.0-or-later
"""Communities, and the district that holds everything the planner starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gridplanner.model.adjacency import Adjacency
from gridplanner.model.atoms import Atoms, Buildings, ObjectArray
from gridplanner.model.layers import Layer
from gridplanner.model.plan import GridRecord, Plan
from gridplanner.model.reform import CommunityChange


@dataclass(frozen=True, eq=False)
class Communities:
    """Communities as columns of length n.

    Parameters
    ----------
    codes, names : object[n] of str
        12-digit code (text) and name; unique codes.
    types : object[n] of str
        Community type (`商品住宅型`, ...); "" where unknown.
    street_codes, street_names : object[n] of str
    geometry : object[n] of shapely Polygon or MultiPolygon
        The derived coverage (repaired); the originals are `District.originals["communities"]`.
    """

    codes: ObjectArray
    names: ObjectArray
    types: ObjectArray
    street_codes: ObjectArray
    street_names: ObjectArray
    geometry: ObjectArray

    def __len__(self) -> int:
        """Return the number of communities."""
        return len(self.codes)


@dataclass(frozen=True, eq=False)
class District:
    """What the planner starts from; never changed by planning.

    Parameters
    ----------
    name : str
    crs : str
        Projected CRS in metres of all geometry: `EPSG:n`, else WKT.
    communities : Communities
    atoms : Atoms
    adjacency : Adjacency
    buildings : Buildings
    grids_before : tuple of GridRecord
        Today's grids; `atoms.old_grid` indexes them.
    grids_before_geometry : object[n]
        Today's grids as delivered (valid, but overlaps and gaps unrepaired).
    estates : object[n] of str
        Estate names; `atoms.estate` indexes them.
    originals : mapping of role to Layer
        Every layer as read and gated: reference layers (roads, barriers, bridges, sites, stations,
        streets, estates), ledgers (branches, staff) and the inputs that coverage was derived from; beside
        them `MENDED_COMMUNITIES`, the communities with their faults mended.
    nets : mapping of name to Layer
        Departmental nets.
    reforms : tuple of CommunityChange
        Operations on communities since the layers were read.
    """

    name: str
    crs: str
    communities: Communities
    atoms: Atoms
    adjacency: Adjacency
    buildings: Buildings
    grids_before: tuple[GridRecord, ...] = ()
    grids_before_geometry: ObjectArray = field(default_factory=lambda: np.empty(0, dtype=object))
    estates: ObjectArray = field(default_factory=lambda: np.empty(0, dtype=object))
    originals: Mapping[str, Layer] = field(default_factory=dict)
    nets: Mapping[str, Layer] = field(default_factory=dict)
    reforms: tuple[CommunityChange, ...] = ()

    def plan_today(self) -> Plan:
        """Return today's division as a plan over the atoms (`name` is "")."""
        return Plan(assignment=self.atoms.old_grid, grids=self.grids_before)

    def demand_points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Return the points that the service radius is measured between.

        Returns
        -------
        xy : float64[m, 2], metres
            Building points. An atom without a building stands in with its own point where people
            were counted on it, or where the district has no buildings at all: empty land is no
            place to work from.
        atom : int32[m]
            Atom of each point.
        people : int64[m], persons
            A point counts as a destination while people > 0; every point may be a service point.
        """
        built = self.buildings.atom >= 0
        bare = np.ones(len(self.atoms), bool)
        bare[self.buildings.atom[built]] = False
        if built.any():
            bare &= self.atoms.people > 0
        alone = np.flatnonzero(bare).astype(np.int32)
        x = np.concatenate([self.buildings.x[built], self.atoms.x[alone]])
        y = np.concatenate([self.buildings.y[built], self.atoms.y[alone]])
        atom = np.concatenate([self.buildings.atom[built], alone])
        people = np.concatenate([self.buildings.people[built], self.atoms.people[alone]])
        order = np.argsort(atom, kind="stable")
        return np.column_stack([x, y])[order], atom[order], people[order]
