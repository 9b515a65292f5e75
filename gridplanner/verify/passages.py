# SPDX-License-Identifier: LGPL-3.0-or-later
"""Passages that the configuration sets by hand: links, cuts, islands joined to their community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.verify.walls import connected_parts

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
#: Coordinates are rounded to millimetres: of places as near as this, any may be the nearest. Metres.
_SLACK_M = 0.5


@dataclass(frozen=True, eq=False)
class Passages:
    """What the table `[repair]` says of passages, and what its ends are looked up in.

    Parameters
    ----------
    repair : mapping
    areas : object[n] of Polygon
    known : mapping of code to area
        Of buildings and of areas.
    home : int64[n]
        Community of each area.
    """

    repair: Mapping[str, Any]
    areas: Texts
    known: Mapping[str, int]
    home: Ints

    def applied(self, a: Ints, b: Ints) -> tuple[Ints, Ints]:
        """Return the pairs of areas that may be passed, those set by hand included."""
        cuts = self._pairs("cuts")
        if cuts:
            kept = np.array([(min(i, j), max(i, j)) not in cuts for i, j in zip(a, b, strict=True)], bool)
            a, b = a[kept], b[kept]
        more = sorted(self._pairs("links"))
        if more:
            a, b = _with(a, b, more)
        if self.repair.get("islands") == "join":
            a, b = _with(a, b, self._bridged_islands(a, b))
        return a, b

    def _pairs(self, key: str) -> set[tuple[int, int]]:
        found = set()
        for pair in self.repair.get(key, ()):
            one, other = (self._area(end) for end in pair)
            found.add((min(one, other), max(one, other)))
        return found

    def _area(self, end: Any) -> int:
        """Return the area that an end means; -1, which touches nothing, for one that is not there."""
        if isinstance(end, str):
            return self.known.get(end, -1)
        hits = np.flatnonzero(shapely.intersects(self.areas, shapely.Point(*end)))
        return int(hits[0]) if len(hits) else -1

    def _bridged_islands(self, a: Ints, b: Ints) -> list[tuple[int, int]]:
        """Return links from each part of a community to where it comes nearest to the larger ones."""
        parts = connected_parts(len(self.areas), self.home, a, b)
        size = shapely.area(self.areas)
        found: list[tuple[int, int]] = []
        for home in np.unique(self.home[self.home >= 0]):
            mine = np.flatnonzero(self.home == home)
            names = sorted(np.unique(parts[mine]), key=lambda p: -size[mine[parts[mine] == p]].sum())
            for i, name in enumerate(names[1:], 1):
                island, rest = mine[parts[mine] == name], mine[np.isin(parts[mine], names[:i])]
                gap = shapely.distance(self.areas[island][:, None], self.areas[rest][None, :])
                rows, columns = np.nonzero(gap <= gap.min() + _SLACK_M)
                found += list(zip(island[rows].tolist(), rest[columns].tolist(), strict=True))
        return found


def _with(a: Ints, b: Ints, pairs: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    more = np.array([pair for pair in pairs if min(pair) >= 0], np.int64).reshape(-1, 2)
    return np.r_[a, more[:, 0]], np.r_[b, more[:, 1]]
