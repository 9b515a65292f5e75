# SPDX-License-Identifier: LGPL-3.0-or-later
"""What follows from the layers of an output folder, computed once for all checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gridplanner.verify.files import Output
from gridplanner.verify.limits import Limits
from gridplanner.verify.passages import Passages
from gridplanner.verify.shapefile import Table
from gridplanner.verify.walls import Walls, connected_parts

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
GENERAL, DEDICATED = "综合", "专属"
#: Groups that a weight can be given to, and their columns in the atoms.
GROUPS = {"floating": "LDRK", "elderly": "LNRK", "shops": "SPS", "unmanaged": "SGRK"}


def index_of(codes: Texts, known: Texts) -> Ints:
    """Return the place of each code among the known ones; -1 for one that is not there."""
    place = {code: i for i, code in enumerate(known)}
    return np.array([place.get(code, -1) for code in codes], dtype=np.int64)


def counted(label: Ints, weight: npt.NDArray[np.float64], n: int) -> Ints:
    """Return whole sums of a weight by label; units of label -1 count nowhere."""
    inside = label >= 0
    return np.rint(np.bincount(label[inside], weight[inside], n)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Facts:
    """Layers, limits and what follows from them.

    Parameters
    ----------
    output : Output
    limits : Limits
    walls : Walls
    """

    output: Output
    limits: Limits
    walls: Walls

    @classmethod
    def of(cls, output: Output, limits: Limits, walls: Walls) -> Facts:
        """Return the facts of a folder."""
        return cls(output, limits, walls)

    @property
    def atoms(self) -> Table:
        """Return the smallest areas."""
        return self.output.layers["atoms"]

    @property
    def grids(self) -> Table:
        """Return the new grids."""
        return self.output.layers["grids"]

    @property
    def before(self) -> Table:
        """Return today's grids."""
        return self.output.layers["grids_before"]

    @property
    def communities(self) -> Table:
        """Return the communities."""
        return self.output.layers["communities"]

    @cached_property
    def new(self) -> Ints:
        """Return the new grid of each atom."""
        return index_of(self.atoms.texts("WGBM"), self.grids.texts("WGBM"))

    @cached_property
    def old(self) -> Ints:
        """Return the old grid of each atom; -1 in a gap."""
        return index_of(self.atoms.texts("YWGBM"), self.before.texts("WGBM"))

    @cached_property
    def home(self) -> Ints:
        """Return the community of each atom."""
        return index_of(self.atoms.texts("SQDM"), self.communities.texts("SQDM"))

    @cached_property
    def people(self) -> npt.NDArray[np.float64]:
        """Return the people of each atom."""
        return self.atoms.numbers("RK")

    @cached_property
    def households(self) -> npt.NDArray[np.float64]:
        """Return the households of each atom."""
        return self.atoms.numbers("HS")

    @cached_property
    def load(self) -> npt.NDArray[np.float64]:
        """Return what the limit of people counts in each atom: people, and each group by its weight."""
        total = np.zeros(len(self.atoms))
        for group, weight in sorted(self.limits.weights.items()):
            total += float(weight) * self.atoms.numbers(GROUPS[group])
        return self.people + np.floor(total + 0.5)

    @cached_property
    def grid_load(self) -> Ints:
        """Return the load of each new grid, summed from atoms."""
        return counted(self.new, self.load, len(self.grids))

    @cached_property
    def general(self) -> Flags:
        """Return which new grids are general ones."""
        return np.asarray(self.grids.texts("WGLX") == GENERAL)

    @cached_property
    def general_before(self) -> Flags:
        """Return which old grids are general ones."""
        return np.asarray(self.before.texts("WGLX") == GENERAL)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], Ints]:
        """Return the atoms of each pair (old grid, new grid) that has one in common."""
        key = (self.old + 1) * (len(self.grids) + 1) + self.new + 1
        order = np.argsort(key, kind="stable")
        cuts = np.flatnonzero(np.diff(key[order])) + 1
        groups = np.split(order, cuts) if len(order) else []
        return {(int(self.old[g[0]]), int(self.new[g[0]])): g for g in groups}

    @cached_property
    def borders(self) -> tuple[Ints, Ints]:
        """Return the pairs of atoms between which one may pass."""
        a, b, length = self.walls.borders(self.atoms.geometry, self.limits.min_shared_border_m)
        wide = length > self.limits.min_shared_border_m
        repair = self.output.config.get("repair", {})
        return Passages(repair, self.atoms.geometry, self.places(), self.home).applied(a[wide], b[wide])

    def places(self) -> dict[str, int]:
        """Return the area that each code of an area or a building means; of stairs, the first one."""
        buildings = self.output.layers["buildings"]
        known: dict[str, int] = {}
        at = index_of(buildings.texts("ATOM_ID"), self.atoms.texts("ATOM_ID"))
        for code, area in zip(buildings.texts("JZWBM").tolist(), at.tolist(), strict=True):
            if area >= 0:
                known.setdefault(code, area)
                known.setdefault(code.rpartition("-")[0] or code, area)
        for area, code in enumerate(self.atoms.texts("ATOM_ID").tolist()):
            known.setdefault(code, area)
        return known

    @cached_property
    def parts(self) -> Ints:
        """Return the connected part of each atom inside its community, dedicated grids left out (-1)."""
        free = (self.new < 0) | self.general[np.maximum(self.new, 0)]
        label = np.where(free, self.home, -1)
        return connected_parts(len(self.atoms), label, *self.borders)

    def facts_of(self, table: Table) -> Iterator[dict[str, str]]:
        """Yield what limits may ask about each grid of a layer."""
        place = index_of(table.texts("SQDM"), self.communities.texts("SQDM"))
        kinds, own = table.texts("WGLX"), table.texts("ZSLX")
        columns = {
            "community_type": self.communities.texts("SQLX"),
            "community_code": self.communities.texts("SQDM"),
            "community": self.communities.texts("SQMC"),
            "street": self.communities.texts("JDMC"),
        }
        for i, c in enumerate(place):
            known = {k: str(v[c]) for k, v in columns.items()} if c >= 0 else {}
            yield {**known, "kind": str(kinds[i]), "dedicated_kind": str(own[i])}
