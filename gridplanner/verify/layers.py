# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check that the layers agree: tiling, nesting, contiguity, sums, radius, codes."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, none_of
from gridplanner.verify.facts import Facts, Flags, Ints, Texts, counted, index_of
from gridplanner.verify.shapefile import Table
from gridplanner.verify.walls import connected_parts

#: Land that may be double or blank per unit: coordinates are rounded to millimetres, and areas taken as
#: they come (census areas, precincts) overlap by slivers. Square metres, or a share of the unit.
_LAND_M2 = 1.0
_AREA_SHARE = 2e-5
_RADIUS_M = 0.02
_AT_POINT_M = 0.05


def layer_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim that the layers make about each other."""
    yield from _codes(facts)
    yield from _references(facts)
    yield from _tiling(facts)
    yield from _pieces(facts)
    yield from _sums(facts)
    yield from _loads(facts)
    yield from _buildings(facts)
    yield from _radius(facts)


def _codes(facts: Facts) -> Iterator[Claim]:
    columns = (("grids", "WGBM"), ("grids_before", "WGBM"), ("communities", "SQDM"), ("atoms", "ATOM_ID"))
    for layer, field in columns:
        codes, count = np.unique(facts.output.layers[layer].texts(field).astype(str), return_counts=True)
        wrong = [str(c) for c, n in zip(codes, count, strict=True) if n > 1 or not c]
        text = _("Every row of {layer} has a {field} of its own.").format(layer=layer, field=field)
        yield none_of(f"{layer}.{field}", wrong, text)
    homes = facts.grids.texts("SQDM")
    codes = facts.grids.texts("WGBM")
    kept = set(facts.before.texts("WGBM"))  # a code that the office gave stays, whatever it begins with
    wrong = [
        str(c) for c, home in zip(codes, homes, strict=True)
        if home.isdigit() and len(home) == 12 and not c.startswith(home) and c not in kept
    ]  # fmt: skip
    yield none_of("grids.prefix", wrong, _("Every new grid code begins with the code of its community."))


def _references(facts: Facts) -> Iterator[Claim]:
    ids = facts.atoms.texts("ATOM_ID")
    old = facts.atoms.texts("YWGBM")
    yield none_of("atoms.WGBM", list(ids[facts.new < 0]), _("Every smallest area lies in a listed new grid."))
    yield none_of(
        "atoms.SQDM", list(ids[facts.home < 0]), _("Every smallest area lies in a listed community.")
    )
    yield none_of(
        "atoms.YWGBM", list(ids[(facts.old < 0) & (old != "")]), _("Every old grid named is listed.")
    )
    grid_home = index_of(facts.grids.texts("SQDM"), facts.communities.texts("SQDM"))
    known = facts.new >= 0
    astray = known & (grid_home[np.maximum(facts.new, 0)] != facts.home)
    yield none_of("grids.nesting", list(ids[astray]), _("Every grid lies in one community only."))
    empty = np.setdiff1d(np.arange(len(facts.grids)), facts.new)
    yield none_of("grids.empty", list(facts.grids.texts("WGBM")[empty]), _("Every grid holds land."))


def _tiling(facts: Facts) -> Iterator[Claim]:
    yield from _covers(
        "communities.tiled", facts.communities, facts.communities.texts("SQDM"), facts.grids,
        index_of(facts.grids.texts("SQDM"), facts.communities.texts("SQDM")),
        _("Grids fill each community without overlap or blank land."),
    )  # fmt: skip
    yield from _covers(
        "grids.tiled", facts.grids, facts.grids.texts("WGBM"), facts.atoms, facts.new,
        _("Smallest areas fill each grid without overlap or blank land."),
    )  # fmt: skip


def _covers(name: str, wholes: Table, codes: Texts, pieces: Table, owner: Ints, text: str) -> Iterator[Claim]:
    """Yield whether the pieces tile each whole."""
    order = np.argsort(owner, kind="stable")
    cuts = np.searchsorted(owner[order], np.arange(len(wholes) + 1))
    wrong = []
    for k, whole in enumerate(wholes.geometry):
        mine = pieces.geometry[order[cuts[k] : cuts[k + 1]]]
        limit = max(_LAND_M2, _AREA_SHARE * (whole.area if whole is not None else 0.0))
        if whole is None or len(mine) == 0:
            wrong.append(str(codes[k]))
            continue
        union = shapely.union_all(mine)
        double = shapely.area(mine).sum() - union.area
        if double > limit or shapely.symmetric_difference(union, whole).area > limit:
            wrong.append(str(codes[k]))
    yield none_of(name, wrong, text)


def _pieces(facts: Facts) -> Iterator[Claim]:
    """Yield whether each grid is in one piece, or is listed as one that is not."""
    label = broken_grids(facts)
    codes = set(facts.grids.texts("WGBM")[label])
    listed = {s for r in facts.output.findings if r["rule"] == "contiguity" for s in r["subjects"].split(";")}
    text = _("Every grid hangs together over borders that may be passed, or is listed as one that does not.")
    yield none_of("grids.contiguity", sorted(codes ^ listed), text)


def broken_grids(facts: Facts) -> Ints:
    """Return the new grids that lie in more than one part."""
    parts = connected_parts(len(facts.atoms), facts.new, *facts.borders)
    pairs = np.unique(np.column_stack((facts.new, parts))[facts.new >= 0], axis=0)
    grids, count = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(grids[count > 1])


def _sums(facts: Facts) -> Iterator[Claim]:
    layers = (
        ("grids", facts.grids, facts.grids.texts("WGBM"), facts.new),
        ("grids_before", facts.before, facts.before.texts("WGBM"), facts.old),
        ("communities", facts.communities, facts.communities.texts("SQDM"), facts.home),
    )
    words = {"RK": _("people"), "HS": _("households")}
    for name, table, codes, label in layers:
        for field, weight in (("RK", facts.people), ("HS", facts.households)):
            found = counted(label, weight, len(table))
            wrong = codes[found != table.numbers(field)]
            text = _("The {what} of each row of {layer} are those of its smallest areas.")
            yield none_of(f"{name}.{field}", list(wrong), text.format(what=words[field], layer=name))
        area = shapely.area(table.geometry)
        off = np.abs(area - table.numbers("MJ")) > np.maximum(0.02, _AREA_SHARE * area)
        text = _("The area of each row of {layer} is that of its shape.").format(layer=name)
        yield none_of(f"{name}.MJ", list(codes[off]), text)


def _loads(facts: Facts) -> Iterator[Claim]:
    """Yield whether the load of areas and grids follows from people, groups and the weights asked for."""
    if not facts.limits.weights:
        return
    wrong = facts.atoms.texts("ATOM_ID")[facts.atoms.numbers("FZ") != facts.load]
    text = _("The load of each smallest area follows from its people, its groups and the weights.")
    yield none_of("atoms.FZ", list(wrong), text)
    for name, table, label in (("grids", facts.grids, facts.new), ("grids_before", facts.before, facts.old)):
        found = counted(label, facts.load, len(table))
        text = _("The load of each row of {layer} is that of its smallest areas.").format(layer=name)
        yield none_of(f"{name}.FZ", list(table.texts("WGBM")[found != table.numbers("FZ")]), text)


def _buildings(facts: Facts) -> Iterator[Claim]:
    table = facts.output.layers["buildings"]
    if not len(table):
        return
    ids, names = facts.atoms.texts("ATOM_ID"), table.texts("JZWBM")
    atom = index_of(table.texts("ATOM_ID"), ids)
    placed = atom >= 0
    here = np.maximum(atom, 0)
    grid = np.array([*facts.grids.texts("WGBM"), ""], dtype=object)[facts.new[here]]
    wrong = placed & (grid != table.texts("WGBM"))
    yield none_of(
        "buildings.WGBM", list(names[wrong]), _("Every building lies in the grid of its smallest area.")
    )
    points = table.geometry
    there = placed & ~shapely.is_missing(points)
    away = np.zeros(len(table), dtype=bool)
    away[there] = shapely.distance(points[there], facts.atoms.geometry[atom[there]]) > _AT_POINT_M
    yield none_of("buildings.ATOM_ID", list(names[away]), _("Every building stands in its smallest area."))
    for field, weight, text in (
        ("RK", facts.people, _("The people of each smallest area are those of its buildings.")),
        ("HS", facts.households, _("The households of each smallest area are those of its buildings.")),
    ):
        found = counted(atom, table.numbers(field), len(ids))
        built = np.bincount(atom[placed], minlength=len(ids)) > 0
        yield none_of(f"buildings.{field}", list(ids[built & (found != weight)]), text)
    number = counted(np.where(placed, facts.new[here], -1), np.ones(len(table)), len(facts.grids))
    wrong_grids = facts.grids.texts("WGBM")[number != facts.grids.numbers("LDS")]
    yield none_of("grids.LDS", list(wrong_grids), _("The number of buildings of each grid is right."))


def _places(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the place of each building: its point, or the centroid of a footprint that holds its own."""
    points = shapely.centroid(shapes)
    hollow = ~shapely.intersects(points, shapes)
    points[hollow] = shapely.point_on_surface(shapes[hollow])
    return np.asarray(shapely.get_coordinates(points))


def lived_in_points(facts: Facts) -> tuple[npt.NDArray[np.float64], Ints, Flags, Flags]:
    """Return places, their new grid, whether someone lives there, and whether it is a building.

    Buildings; an area without any building stands in with a point of its own.
    """
    table = facts.output.layers["buildings"]
    atom = index_of(table.texts("ATOM_ID"), facts.atoms.texts("ATOM_ID"))
    use = (atom >= 0) & ~shapely.is_missing(table.geometry)
    xy = _places(table.geometry[use])
    bare = np.setdiff1d(np.arange(len(facts.atoms)), atom[use])
    own = shapely.get_coordinates(shapely.point_on_surface(facts.atoms.geometry[bare]))
    people = np.r_[table.numbers("RK")[use], facts.people[bare]]
    is_building = np.arange(len(people)) < len(xy)
    return np.vstack((xy, own)), np.r_[facts.new[atom[use]], facts.new[bare]], people > 0, is_building


def _radius(facts: Facts) -> Iterator[Claim]:
    """Yield whether each stated radius reaches from the service point to the farthest lived-in building.

    A radius along roads needs the road layer, which the output does not hold; but nobody walks a
    shorter way than the straight line.
    """
    stated = facts.grids.numbers("FWBJ")
    centre = np.column_stack((facts.grids.numbers("FWDX"), facts.grids.numbers("FWDY")))
    xy, grid, lived_in, is_building = lived_in_points(facts)
    wrong, better = [], []
    built = len(facts.output.layers["buildings"]) > 0
    for g, known in enumerate(facts.facts_of(facts.grids)):
        rule = facts.limits.of("service_radius_m", known)
        homes = xy[(grid == g) & lived_in]
        walked = rule.get("metric", "straight") != "straight"
        factor = 1.0 if walked else float(rule.get("detour", 1.0))
        far = factor * np.hypot(*(homes - centre[g]).T).max() if len(homes) else nan
        code = str(facts.grids.texts("WGBM")[g])
        if walked:
            if built and (isfinite(far) != isfinite(stated[g]) or far > stated[g] + _RADIUS_M):
                wrong.append(code)
            continue
        # Areas without buildings give a point of their own, which need not be the program's.
        if built and (isfinite(far) != isfinite(stated[g]) or abs(far - stated[g]) > _RADIUS_M):
            wrong.append(code)
        if built and rule.get("points", "best") == "best" and len(homes):
            own = (grid == g) & is_building
            here = xy[own if own.any() else grid == g]
            best = factor * np.hypot(*(here[:, None] - homes[None]).transpose(2, 0, 1)).max(axis=1).min()
            if stated[g] > best + _RADIUS_M:
                better.append(code)
    text = _("The service radius of each grid reaches its farthest lived-in building.")
    yield none_of("grids.FWBJ", wrong, text)
    text = _("The service point of each grid is the best of its points.")
    yield none_of("grids.FWDX", better, text)
