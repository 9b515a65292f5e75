# SPDX-License-Identifier: LGPL-3.0-or-later
"""What all sheets of one outcome share: colours, short numbers, style, counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.maps.borders import unique_lines
from gridplanner.maps.colouring import class_limits, classify, colour_neighbours, neighbours
from gridplanner.maps.frame import Bounds
from gridplanner.maps.options import MapOptions
from gridplanner.maps.style import HouseStyle, load_style
from gridplanner.model.kinds import GridKind
from gridplanner.model.masking import shown_count
from gridplanner.model.outcome import Division, Outcome
from gridplanner.model.plan import COLOUR, GridRecord, Plan
from gridplanner.texts import _

ObjectArray = npt.NDArray[np.object_]
IntArray = npt.NDArray[np.int64]


def short_number(record: GridRecord, row: int) -> str:
    """Return what a grid is called on a small map: the last digits of its code, without zeros.

    Examples
    --------
    >>> short_number(GridRecord("511902001003007", "", 0), 0)
    '7'
    >>> short_number(GridRecord("", "", 0), 4)
    '5'
    """
    tail = record.code[-3:]
    if tail.isdigit():
        return str(int(tail))
    return tail or str(row + 1)


@dataclass(frozen=True, eq=False)
class Scene:
    """An outcome with everything derived from it that several sheets need."""

    outcome: Outcome
    options: MapOptions
    style: HouseStyle

    @classmethod
    def of(cls, outcome: Outcome, options: MapOptions) -> Scene:
        """Return the scene of an outcome; raises UserError for a bad house style."""
        return cls(outcome, options, load_style(options.style))

    @cached_property
    def after(self) -> View:
        """The new division."""
        return View(self.outcome, self.outcome.after, self.style, self.options.colouring)

    @cached_property
    def before(self) -> View:
        """Today's division."""
        return View(self.outcome, self.outcome.before, self.style, self.options.colouring)

    @cached_property
    def bounds(self) -> Bounds:
        """Extent of the district, metres."""
        west, south, east, north = shapely.total_bounds(self.outcome.district.communities.geometry)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def streets(self) -> tuple[str, ...]:
        """Street codes (names where there are no codes), sorted."""
        return tuple(sorted(set(self.street_of_community.tolist())))

    @cached_property
    def street_of_community(self) -> ObjectArray:
        """Street key of each community."""
        places = self.outcome.district.communities
        return np.where(places.street_codes != "", places.street_codes, places.street_names)

    def street_name(self, key: str) -> str:
        """Name of a street."""
        rows = np.flatnonzero(self.street_of_community == key)
        return str(self.outcome.district.communities.street_names[rows[0]]) or key

    @cached_property
    def has_streets(self) -> bool:
        """Whether any community names its street."""
        return bool((self.street_of_community != "").any())

    @cached_property
    def street_polygons(self) -> ObjectArray:
        """Dissolved streets in the order of `streets`."""
        places = self.outcome.district.communities
        # The quick union is right for a coverage only; a district read from ready-made areas may be none.
        valid = shapely.coverage_is_valid(places.geometry)
        join = shapely.coverage_union_all if valid else shapely.union_all
        polygons = [join(places.geometry[self.street_of_community == key]) for key in self.streets]
        result = np.empty(len(polygons), dtype=object)
        result[:] = polygons
        return result

    @cached_property
    def street_tints(self) -> dict[str, int]:
        """Colour of each street, by its number in the palette; streets near one another differ."""
        west, south, east, north = self.bounds
        apart = max(east - west, north - south) / 20
        tree = shapely.STRtree(self.street_polygons)
        pairs = tree.query(self.street_polygons, predicate="dwithin", distance=apart).T.tolist()
        near: list[set[int]] = [set() for _key in self.streets]
        for one, other in pairs:
            near[one] |= {other} - {one}
        colours = colour_neighbours(near, len(self.style.grids.palette))
        return {key: int(colour) for key, colour in zip(self.streets, colours, strict=True)}

    @cached_property
    def street_lines(self) -> ObjectArray:
        """Borders of all streets, each once."""
        return unique_lines(self.street_polygons)

    @cached_property
    def community_lines(self) -> ObjectArray:
        """Borders of all communities, each once."""
        return unique_lines(self.outcome.district.communities.geometry)

    @cached_property
    def small_communities(self) -> ObjectArray:
        """Communities with few vertices, for maps the size of a stamp."""
        west, south, east, north = self.bounds
        polygons = self.outcome.district.communities.geometry
        return np.asarray(shapely.simplify(polygons, max(east - west, north - south) / 200), dtype=object)

    def count(self, number: int) -> str:
        """Return a count of people or households as maps show it; small ones may be hidden."""
        return shown_count(int(number), self.outcome.mask_below)

    @property
    def scenario(self) -> str:
        """Name of the scenario for the subtitle."""
        return self.outcome.after.plan.name


class View:
    """One division as maps see it.

    Parameters
    ----------
    outcome : Outcome
    division : Division
    style : HouseStyle
    colouring : str
        `neighbours` or `people`.
    """

    def __init__(self, outcome: Outcome, division: Division, style: HouseStyle, colouring: str) -> None:
        self.division = division
        self.plan: Plan = division.plan
        self.records = division.plan.grids
        self.polygons: ObjectArray = division.polygons
        self.people: IntArray = division.measures.people
        self.households: IntArray = division.measures.households
        self.community = np.array([g.community for g in self.records], np.int64)
        self.numbers = [short_number(record, row) for row, record in enumerate(self.records)]
        self.dedicated = np.array([g.kind is GridKind.DEDICATED for g in self.records], bool)
        self.general = division.plan.general()
        self.counts_households = bool(self.households.any())
        self.community_names: list[str] = [str(name) for name in outcome.district.communities.names]
        self._outcome, self._style, self._colouring = outcome, style, colouring

    @cached_property
    def lines(self) -> ObjectArray:
        """Borders of all grids, each once."""
        return unique_lines(self.polygons)

    @cached_property
    def near(self) -> list[set[int]]:
        """Neighbours of each grid."""
        return neighbours(self._outcome.district.adjacency, self.plan.assignment, self.plan.n_grids)

    @cached_property
    def limits(self) -> tuple[float, ...]:
        """Class limits of people per grid."""
        band = self._outcome.rules.people
        return class_limits(band.min, band.max, self.people[~self.dedicated])

    @cached_property
    def fills(self) -> list[str]:
        """Fill colour of each grid."""
        grids = self._style.grids
        if self._colouring == "people":
            classes = classify(self.people, self.limits)
            return [
                grids.dedicated if d else grids.classes[c]
                for c, d in zip(classes, self.dedicated, strict=True)
            ]
        colours = colour_neighbours(self.near, len(grids.palette))
        return [
            record.colour if COLOUR.fullmatch(record.colour) else grids.palette[c]
            for record, c in zip(self.records, colours, strict=True)
        ]

    def count(self, number: int) -> str:
        """Return a count of people or households as maps show it; small ones may be hidden."""
        return shown_count(int(number), self._outcome.mask_below)

    def rows_of(self, community: int) -> IntArray:
        """Return the grids of a community, by code."""
        rows = np.flatnonzero(self.community == community)
        return np.array(sorted(rows.tolist(), key=lambda r: (self.records[r].code, r)), np.int64)

    def name(self, row: int) -> str:
        """Return a grid's name, its number where it has none."""
        return self.records[row].name or _("Grid {number}").format(number=self.numbers[row])

    def key(self, row: int) -> str:
        """Return a unique key of a grid: its code, its row where it has none."""
        return self.records[row].code or f"#{row + 1}"
