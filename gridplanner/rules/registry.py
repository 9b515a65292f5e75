# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every rule, in the order of tables and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gridplanner.model.finding import Finding
from gridplanner.rules.bands import BandRule, check_weights
from gridplanner.rules.case import Case
from gridplanner.rules.communities import check_community_size
from gridplanner.rules.estates import check_enclosed, check_estates
from gridplanner.rules.layer_faults import check_layer_faults
from gridplanner.rules.nets import check_nets
from gridplanner.rules.overlap import check_overlap
from gridplanner.rules.radius import check_radius
from gridplanner.rules.records import check_branch, check_code, check_worker
from gridplanner.rules.service import check_buildings_cut, check_dedicated, check_sites, check_stations
from gridplanner.rules.shape import check_contiguity, check_gap, check_nesting
from gridplanner.rules.tiers import check_community_parts, check_streets


@dataclass(frozen=True)
class Rule:
    """A rule of the registry.

    Parameters
    ----------
    name : str
        As in findings and `summary.json`.
    label : str
        English name; shown translated.
    unit : str
    check : callable
        Yields the findings of a case.
    local : bool
        A change of one grid cannot break it elsewhere, so only changed grids are judged again.
    """

    name: str
    label: str
    unit: str
    check: Callable[[Case], Iterable[Finding]]
    local: bool = True


RULES = (
    Rule("people", "People", "people", BandRule("people", "people", "persons")),
    Rule("households", "Households", "households", BandRule("households", "households", "family households")),
    Rule("weights", "Weights of the load", "", check_weights, local=False),
    Rule("service_radius", "Service radius", "m", check_radius),
    Rule("contiguity", "Contiguity", "parts", check_contiguity),
    Rule("nesting", "Nesting in the community", "m2", check_nesting),
    Rule("estates", "Estates kept whole", "parts", check_estates, local=False),
    Rule("enclosed", "Enclosed grids", "", check_enclosed, local=False),
    Rule("overlap", "No overlap", "m2", check_overlap, local=False),
    Rule("gap", "No blank land", "m2", check_gap, local=False),
    Rule("code", "Code", "", check_code, local=False),
    Rule("branch", "Leading branch", "", check_branch),
    Rule("worker", "Full-time worker", "", check_worker),
    Rule("dedicated", "Dedicated grid named after its unit", "", check_dedicated),
    Rule("building_cut", "Buildings cut by a line", "", check_buildings_cut, local=False),
    Rule("community_parts", "Communities in parts", "parts", check_community_parts, local=False),
    Rule("community_size", "Size of communities", "households", check_community_size, local=False),
    Rule("layer_fault", "Faults of streets and communities", "m2", check_layer_faults, local=False),
    Rule("street_line", "Street lines", "m2", check_streets, local=False),
    Rule("station_reach", "Reach of service stations", "m", check_stations, local=False),
    Rule("nets", "Departmental nets", "m2", check_nets, local=False),
    Rule("site", "Facilities and candidate sites", "", check_sites, local=False),
)
