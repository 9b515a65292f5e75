# SPDX-License-Identifier: LGPL-3.0-or-later
"""Next year: what changed in a new release of a layer, the grids carried over to it, street plans merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.errors import UserError
from gridplanner.io.raw import objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

#: A building that moved less is the same survey with other rounding.
MOVED_M = 5.0
#: Share of its area by which a polygon must change to be told.
RESHAPED_SHARE = 0.01
#: Overlaps and gaps below this are slivers of digitising.
SLIVER_M2 = 1.0
_LISTED = 200


@dataclass(frozen=True, eq=False)
class ReleaseChanges:
    """What a new release of a layer brought, by code.

    Parameters
    ----------
    added, removed, moved, reshaped : tuple of str
        Codes; `moved` are points, `reshaped` polygons.
    recounted : mapping of code to (people before, people after)
    findings : tuple of Finding
        The same as sentences with places, one for each code (the first two hundred of a kind).
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    reshaped: tuple[str, ...]
    recounted: Mapping[str, tuple[float, float]]
    findings: tuple[Finding, ...]


def compare_release(old: Layer, new: Layer) -> ReleaseChanges:
    """Return what changed between two releases of a layer, matched by code.

    Parameters
    ----------
    old, new : Layer
        Same role, same projected CRS in metres, with `code`.

    Raises
    ------
    UserError
        A layer has no codes.
    """
    before, after = _by_code(old), _by_code(new)
    added = [code for code in after if code not in before]
    removed = [code for code in before if code not in after]
    common = [code for code in after if code in before]
    moved, reshaped = _shifted(old, new, [(code, before[code], after[code]) for code in common])
    people_a, people_b = old.numbers("people"), new.numbers("people")
    pairs = {code: (float(people_a[before[code]]), float(people_b[after[code]])) for code in common}
    recounted = {
        code: pair for code, pair in pairs.items() if pair[0] != pair[1] and not np.isnan(pair).all()
    }
    findings = [
        *_told("release.added", added, new, after, _("{code} is new in this release.")),
        *_told("release.removed", removed, old, before, _("{code} is no longer in this release.")),
        *_told(
            "release.moved",
            moved,
            new,
            after,
            _("{code} stands more than {limit:g} m from where it stood."),
            MOVED_M,
        ),
        *_told("release.reshaped", reshaped, new, after, _("{code} has another shape than before.")),
    ]
    for code, (was, now) in list(recounted.items())[:_LISTED]:
        text = _("{code}: {was:g} people before, {now:g} now.").format(code=code, was=was, now=now)
        findings.append(_finding("release.recounted", text, code, new, after[code]))
    return ReleaseChanges(
        tuple(added), tuple(removed), tuple(moved), tuple(reshaped), recounted, tuple(findings)
    )


def _by_code(layer: Layer) -> dict[str, int]:
    """Return code to index; rows without a code are left to the reading's findings."""
    codes = layer.texts("code").tolist()
    if not any(codes):
        raise UserError(
            _(
                "'{source}' has no codes, so two releases of it cannot be compared. Name the code column."
            ).format(source=layer.source)
        )
    return {code: i for i, code in reversed(list(enumerate(codes))) if code}


def _shifted(old: Layer, new: Layer, common: list[tuple[str, int, int]]) -> tuple[list[str], list[str]]:
    """Return the codes that moved (points) and those that were reshaped (polygons)."""
    if old.geometry is None or new.geometry is None or not common:
        return [], []
    codes = [code for code, _a, _b in common]
    a = old.geometry[[i for _code, i, _b in common]]
    b = new.geometry[[i for _code, _a, i in common]]
    areal = np.isin(shapely.get_type_id(a), (3, 6)) & np.isin(shapely.get_type_id(b), (3, 6))
    far = np.nan_to_num(shapely.distance(shapely.centroid(a), shapely.centroid(b))) > MOVED_M
    differs = areal & ~shapely.equals_identical(a, b)
    change = np.zeros(len(codes))
    change[differs] = shapely.area(shapely.symmetric_difference(a[differs], b[differs]))
    size = np.maximum(shapely.area(b), 1e-9)
    reshaped = areal & (change > np.maximum(RESHAPED_SHARE * size, SLIVER_M2))
    moved = ~areal & far
    return [codes[i] for i in np.flatnonzero(moved)], [codes[i] for i in np.flatnonzero(reshaped)]


def _told(
    rule: str,
    codes: list[str],
    layer: Layer,
    places: Mapping[str, int],
    text: str,
    limit: float = float("nan"),
) -> list[Finding]:
    """Return a finding for each code."""
    return [
        replace(_finding(rule, text.format(code=code, limit=limit), code, layer, places[code]), limit=limit)
        for code in codes[:_LISTED]
    ]


def _finding(rule: str, text: str, code: str, layer: Layer, row: int) -> Finding:
    """Return a finding about one row, with its place."""
    shape = layer.geometry[row] if layer.geometry is not None else None
    point = shape.representative_point() if shape is not None and not shape.is_empty else None
    people = layer.numbers("people")[row]
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        text=text,
        subject_kind=layer.role.rstrip("s") if layer.role != "communities" else "community",
        subjects=(code,),
        people=0 if people != people else int(people),
        x=point.x if point is not None else float("nan"),
        y=point.y if point is not None else float("nan"),
    )


@dataclass(frozen=True, eq=False)
class Carried:
    """The old division on the new buildings.

    Parameters
    ----------
    grid : object[n] of str
        Code of the grid of each new building; "" where none is known.
    findings : tuple of Finding
        Conflicts: buildings that left their grid, buildings in no grid, grids across a new border.
    """

    grid: ObjectArray
    findings: tuple[Finding, ...]


def carry_over(grids: Layer, old: Layer, new: Layer, communities: Layer | None = None) -> Carried:
    """Carry the grids of a plan over to a new release of the buildings.

    A building known before keeps its grid, wherever the new survey puts it; a new one gets
    the grid it stands in. Nothing is decided in silence: each doubt is a finding.

    Parameters
    ----------
    grids : Layer
        Grids of the plan: polygons and `code`.
    old, new : Layer
        Buildings, with `code`.
    communities : Layer, optional
        New communities; grids that lie in two of them are told.
    """
    codes = grids.texts("code")
    stands_old, stands_new = _grid_at(grids, old), _grid_at(grids, new)
    kept = {code: int(stands_old[i]) for code, i in _by_code(old).items() if stands_old[i] >= 0}
    findings: list[Finding] = []
    result = [""] * len(new)
    for i, code in enumerate(new.texts("code").tolist()):
        here, before = int(stands_new[i]), kept.get(code, -1)
        chosen = before if before >= 0 else here
        result[i] = str(codes[chosen]) if chosen >= 0 else ""
        text = ""
        if chosen < 0:
            text = _("Building {code} is new and stands in no grid.").format(code=code)
        elif before >= 0 and before != here:
            text = _("Building {code} belongs to grid {old} but stands outside it now.").format(
                code=code, old=codes[before]
            )
        if text:
            remedy = _("Give it to a grid by hand.")
            finding = _finding("release.conflict", text, code, new, i)
            findings.append(replace(finding, severity=Severity.WARNING, remedy=remedy))
    if communities is not None:
        findings.extend(_across(grids, communities))
    return Carried(objects(result), tuple(findings))


def _grid_at(grids: Layer, buildings: Layer) -> npt.NDArray[np.int64]:
    """Return the index of the grid each building stands in; -1 for none, the first where several hold it."""
    found = np.full(len(buildings), -1, dtype=np.int64)
    if grids.geometry is None or buildings.geometry is None:
        return found
    points = shapely.point_on_surface(buildings.geometry)
    building, grid = shapely.STRtree(grids.geometry).query(points, predicate="intersects")
    order = np.lexsort((-grid, building))
    found[building[order]] = grid[order]
    return found


def _across(grids: Layer, communities: Layer) -> list[Finding]:
    """Tell which grids lie in two of the new communities."""
    shapes, around = grids.geometry, communities.geometry
    if shapes is None or around is None:
        return []
    grid, community = shapely.STRtree(around).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[grid], around[community]))
    codes, names = grids.texts("code"), communities.texts("name")
    findings = []
    for i in np.unique(grid):
        inside = [
            (float(shared[k]), int(community[k])) for k in np.flatnonzero(grid == i) if shared[k] > SLIVER_M2
        ]
        if len(inside) < 2:
            continue
        inside.sort(reverse=True)
        text = _("Grid {code} lies in {first} and, with {area:.0f} m², in {second}.").format(
            code=codes[i], first=names[inside[0][1]], second=names[inside[1][1]], area=inside[1][0]
        )
        finding = _finding("release.conflict", text, str(codes[i]), grids, int(i))
        remedy = _("Follow the new community border.")
        findings.append(
            replace(finding, severity=Severity.ERROR, value=inside[1][0], unit="m2", remedy=remedy)
        )
    return findings


def merge_street_plans(parts: Sequence[Layer], district: Layer) -> tuple[Layer, tuple[Finding, ...]]:
    """Merge the grids that street offices handed in into one layer, and list the conflicts.

    Parameters
    ----------
    parts : sequence of Layer
        Grids with `code`, all in one projected CRS; `source` names the office's file.
    district : Layer
        Communities or streets: the land that must be covered.

    Returns
    -------
    grids : Layer
        All rows, in the order of `parts`; conflicts are told, not resolved.
    findings : tuple of Finding
        Codes used twice, land claimed twice, land claimed by nobody.
    """
    if not parts:
        raise UserError(_("There is no plan to merge."))
    keys = list(dict.fromkeys(key for part in parts for key in part.fields))
    fields: dict[str, npt.NDArray[Any]] = {key: _joined(parts, key) for key in keys}
    shapes = objects(
        [shape for part in parts for shape in (part.geometry if part.geometry is not None else ())]
    )
    rows = np.arange(1, len(shapes) + 1, dtype=np.int64)
    merged = Layer("grids", " + ".join(part.source for part in parts), shapes, fields, rows=rows)
    office = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    findings = [
        *_codes_twice(merged, parts, office),
        *_claimed_twice(merged, parts, office),
        *_unclaimed(merged, district),
    ]
    return merged, tuple(findings)


def _joined(parts: Sequence[Layer], key: str) -> npt.NDArray[Any]:
    """Return a column over all parts; missing values where a part lacks it."""
    numeric = all(part.fields[key].dtype != object for part in parts if key in part.fields)
    return np.concatenate([part.numbers(key) if numeric else part.texts(key) for part in parts])


def _codes_twice(merged: Layer, parts: Sequence[Layer], office: npt.NDArray[np.int64]) -> list[Finding]:
    """Tell codes that two offices use."""
    first: dict[str, int] = {}
    findings = []
    for i, code in enumerate(merged.texts("code").tolist()):
        if code and code in first and office[first[code]] != office[i]:
            text = _("Grid code {code} is used by '{one}' and by '{other}'.").format(
                code=code, one=parts[office[first[code]]].source, other=parts[office[i]].source
            )
            finding = _finding("merge.code", text, code, merged, i)
            findings.append(replace(finding, severity=Severity.ERROR, remedy=_("Give each its own code.")))
        first.setdefault(code, i)
    return findings


def _claimed_twice(merged: Layer, parts: Sequence[Layer], office: npt.NDArray[np.int64]) -> list[Finding]:
    """Tell land that grids of two offices claim."""
    shapes = merged.geometry if merged.geometry is not None else objects([])
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    foreign = (a < b) & (office[a] != office[b])
    a, b = a[foreign], b[foreign]
    shared = shapely.intersection(shapes[a], shapes[b])
    areas = shapely.area(shared)
    codes = merged.texts("code")
    findings = []
    for k in np.flatnonzero(areas > SLIVER_M2):
        text = _("{area:.0f} m² belong to grid {one} of '{first}' and to grid {other} of '{second}'.").format(
            area=areas[k],
            one=codes[a[k]],
            other=codes[b[k]],
            first=parts[office[a[k]]].source,
            second=parts[office[b[k]]].source,
        )
        point = shared[k].representative_point()
        findings.append(
            Finding(
                rule="merge.overlap",
                severity=Severity.ERROR,
                text=text,
                remedy=_("Let the two offices agree on the border."),
                subject_kind="grid",
                subjects=(str(codes[a[k]]), str(codes[b[k]])),
                value=float(areas[k]),
                unit="m2",
                x=point.x,
                y=point.y,
            )
        )
    return findings


def _unclaimed(merged: Layer, district: Layer) -> list[Finding]:
    """Tell land of the district that no grid covers."""
    land = district.geometry if district.geometry is not None else objects([])
    shapes = merged.geometry if merged.geometry is not None else objects([])
    left = shapely.difference(shapely.union_all(land), shapely.union_all(shapes))
    findings = []
    for piece in shapely.get_parts(left):
        if piece.area <= SLIVER_M2:
            continue
        point = piece.representative_point()
        text = _("{area:.0f} m² belong to no grid.").format(area=piece.area)
        findings.append(
            Finding(
                rule="merge.gap",
                severity=Severity.WARNING,
                text=text,
                remedy=_("Give the land to a grid beside it."),
                subject_kind="grid",
                value=float(piece.area),
                unit="m2",
                x=point.x,
                y=point.y,
            )
        )
    return findings
