# SPDX-License-Identifier: LGPL-3.0-or-later
"""Judge a plan: measures per grid, and every breach of every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.geometry.contiguity import components, parts_per_label
from gridplanner.geometry.defects import Defect
from gridplanner.geometry.dissolve import grid_polygons
from gridplanner.geometry.roads import RoadNetwork, road_service_points
from gridplanner.geometry.service import ServiceDistances, service_points, stations_by_grid
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import Severity
from gridplanner.model.load import load_of
from gridplanner.model.measures import Measures
from gridplanner.model.plan import Plan
from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.case import Case, with_provisional_codes
from gridplanner.rules.own import all_rules

FloatArray = npt.NDArray[np.float64]
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def measure(district: District, plan: Plan, rules: RuleSet, polygons: ObjectArray | None = None) -> Measures:
    """Return the numbers of each grid.

    Parameters
    ----------
    district : District
    plan : Plan
    rules : RuleSet
        The radius rule says which points may be service points.
    polygons : object[n_grids], optional
        Dissolved grids, where the caller has them already.
    """
    atoms, n = district.atoms, plan.n_grids
    polygons = polygons if polygons is not None else grid_polygons(atoms.geometry, plan.assignment, n)
    placed = plan.assignment >= 0
    area = np.bincount(plan.assignment[placed], weights=atoms.area_m2[placed], minlength=n)[:n]
    xy, atom, people = district.demand_points()
    network = roads_of(district, rules)
    service = service_of(rules, network, (xy, atom, people), plan.assignment, n, stations_of(district))
    service_x, service_y = standing(service.x, service.y, polygons)
    parts = components(len(atoms), district.adjacency, plan.assignment)
    built = district.buildings.atom[district.buildings.atom >= 0]
    homes = plan.assignment[built]
    return Measures(
        people=plan.sums(atoms.people),
        households=plan.sums(atoms.households),
        buildings=np.bincount(homes[homes >= 0], minlength=n).astype(np.int64),
        area_m2=area.astype(np.float64),
        radius_m=service.radius_m,
        service_x=service_x,
        service_y=service_y,
        parts=parts_per_label(parts, plan.assignment, n),
        more={"compactness": compactness(polygons), **loads(district, plan, rules)},
    )


def loads(district: District, plan: Plan, rules: RuleSet) -> dict[str, FloatArray]:
    """Return the measure `load` of each grid where the rules weigh more than residents; else nothing."""
    if not rules.weights:
        return {}
    return {"load": plan.sums(load_of(district, rules)).astype(np.float64)}


def compactness(polygons: ObjectArray) -> FloatArray:
    """Return 4 pi area / perimeter^2 of each grid, 1 for a circle; NaN without land.

    Source: Polsby and Popper 1991.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(4 * np.pi * shapely.area(polygons) / shapely.length(polygons) ** 2)


def standing(x: FloatArray, y: FloatArray, polygons: ObjectArray) -> tuple[FloatArray, FloatArray]:
    """Put the service point of a grid without buildings inside its land."""
    bare = np.isnan(x) & ~shapely.is_missing(polygons)
    points = shapely.point_on_surface(polygons[bare])
    x, y = x.copy(), y.copy()
    x[bare], y[bare] = shapely.get_x(points), shapely.get_y(points)
    return x, y


def check(
    district: District,
    plan: Plan,
    rules: RuleSet,
    measures: Measures | None = None,
    polygons: ObjectArray | None = None,
    waivers: Mapping[str, str] | None = None,
    faults: tuple[Defect, ...] | None = None,
) -> tuple[Finding, ...]:
    """Return every breach, worst first, then by people.

    Parameters
    ----------
    waivers : mapping
        `rule|codes joined by ;` to the reason why the planner accepts it.
    faults : tuple of Defect, optional
        Between today's grids as delivered, where they are known already.
    """
    if polygons is None:
        polygons = grid_polygons(district.atoms.geometry, plan.assignment, plan.n_grids)
    measures = measures if measures is not None else measure(district, plan, rules, polygons)
    everything = np.arange(plan.n_grids)
    case = Case(district, with_provisional_codes(plan), rules, measures, polygons, everything, faults)
    return _sorted([_waived(f, waivers or {}) for rule in all_rules(rules) for f in rule.check(case)])


def check_grids(
    district: District,
    plan: Plan,
    rules: RuleSet,
    grids: Sequence[int],
    measures: Measures,
    polygons: ObjectArray,
    waivers: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Return the breaches of some grids by the rules that a change elsewhere cannot break."""
    some: npt.NDArray[np.integer] = np.asarray(grids, np.int64)
    case = Case(district, with_provisional_codes(plan), rules, measures, polygons, some)
    local = [rule for rule in all_rules(rules) if rule.local]
    return _sorted([_waived(f, waivers or {}) for rule in local for f in rule.check(case)])


Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int64]]


def roads_of(district: District, rules: RuleSet) -> RoadNetwork | None:
    """Return the road network where the rules measure along it; None where they do not."""
    if rules.service_radius.metric != "road":
        return None
    lines = [np.empty(0, dtype=object)]
    for role in ("roads", "bridges"):
        layer = district.originals.get(role)
        if layer is not None and layer.geometry is not None:
            lines.append(layer.geometry)
    return RoadNetwork.of(np.concatenate(lines))


def service_of(
    rules: RuleSet,
    network: RoadNetwork | None,
    points: Points,
    assignment: npt.NDArray[np.integer],
    n_grids: int,
    stations: npt.NDArray[np.float64] | None,
) -> ServiceDistances:
    """Return radius and service point of each grid, in a straight line or along roads."""
    xy, atom, people = points
    if network is None:
        return service_points(xy, atom, people, assignment, n_grids, rules.service_radius, stations)
    grid = np.asarray(assignment, np.int32)[atom]
    given = stations_by_grid(xy, grid, rules.service_radius, stations)
    return ServiceDistances(*road_service_points(network, xy, grid, people, n_grids, given))


def stations_of(district: District) -> npt.NDArray[np.float64] | None:
    """Return the coordinates of the given service stations, float64[k, 2]; None without such a layer."""
    layer = district.originals.get("stations")
    if layer is None or layer.geometry is None or not len(layer):
        return None
    points = shapely.centroid(layer.geometry)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def waiver_key(finding: Finding) -> str:
    """Return the key under which a breach is waived."""
    return f"{finding.rule}|{';'.join(finding.subjects)}"


def _waived(finding: Finding, waivers: Mapping[str, str]) -> Finding:
    """Return the finding with the planner's reason, where there is one."""
    reason = waivers.get(waiver_key(finding), "") if waivers else ""
    return replace(finding, waiver=reason) if reason else finding


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then people, then rule; equal ones stay in order."""
    return tuple(sorted(findings, key=lambda f: (_ORDER[f.severity], -f.people, f.rule)))
