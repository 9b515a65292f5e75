# SPDX-License-Identifier: LGPL-3.0-or-later
"""Communities, old grids and buildings as the layers name them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridplanner.geometry.arrays import FloatArray, ObjectArray
from gridplanner.geometry.claims import Units
from gridplanner.geometry.faces import locate
from gridplanner.model.finding import Finding
from gridplanner.model.jurisdiction import Communities
from gridplanner.model.kinds import DedicatedKind, GridKind, Severity
from gridplanner.model.layers import Layer, LayerSet
from gridplanner.model.plan import GridRecord
from gridplanner.texts import _

#: Length of a community code: the first digits of a 15-digit grid code.
COMMUNITY_DIGITS = 12
_DEDICATED = frozenset(str(word) for word in DedicatedKind)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a unit layer put together by code.

    Parameters
    ----------
    codes : object[k] of str
        Unique; a row without a code is named by its row number.
    first : int64[k]
        First row of each unit.
    geometry : object[k]
        As delivered; the rows of one code together.
    """

    codes: ObjectArray
    first: np.ndarray[tuple[int], np.dtype[np.int64]]
    geometry: ObjectArray


def unit_rows(layer: Layer, subject: str) -> tuple[Rows, tuple[Finding, ...]]:
    """Put rows with the same code and name together; rename a code that two names share."""
    codes = [str(code).strip() for code in layer.texts("code")]
    names = [str(name).strip() for name in layer.texts("name")]
    numbers = layer.rows if len(layer.rows) == len(layer) else np.arange(1, len(layer) + 1)
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row, (code, name) in enumerate(zip(codes, names, strict=True)):
        rows_of.setdefault((code or f"#{numbers[row]}", name), []).append(row)
    findings: list[Finding] = []
    used: dict[str, int] = {}
    kept: list[tuple[str, list[int]]] = []
    for (code, _name), rows in rows_of.items():
        used[code] = used.get(code, 0) + 1
        unique = code if used[code] == 1 else f"{code}-{used[code]}"
        if used[code] > 1 or not codes[rows[0]]:
            findings.append(_code_finding(layer, subject, code, unique, int(numbers[rows[0]])))
        kept.append((unique, rows))
    geometry = np.array([None] * len(kept), dtype=object)
    if layer.geometry is not None:
        for k, (_code, rows) in enumerate(kept):
            together = layer.geometry[rows]
            geometry[k] = together[0] if len(rows) == 1 else shapely.union_all(together)
    names_out = np.array([code for code, _rows in kept] + [None], dtype=object)[:-1]
    return Rows(names_out, np.array([rows[0] for _code, rows in kept], np.int64), geometry), tuple(findings)


def _code_finding(layer: Layer, subject: str, code: str, given: str, row: int) -> Finding:
    """Return the finding of a missing or doubled code."""
    missing = code.startswith("#")
    text = (
        _("{layer}: row {row} has no code; it is called {given} here.")
        if missing
        else _("{layer}: code {code} is used for several names; row {row} is called {given} here.")
    )
    return Finding(
        rule="code",
        severity=Severity.WARNING,
        text=text.format(layer=layer.source or layer.role, row=row, code=code, given=given),
        remedy=_("Give it a code of its own in the layer."),
        subject_kind=subject,
        subjects=(given,),
    )


def read_communities(layers: LayerSet) -> tuple[Communities, Units, tuple[Finding, ...]]:
    """Return the communities of the layer, as delivered."""
    layer = layers.layers["communities"]
    rows, findings = unit_rows(layer, "community")
    first = rows.first
    street_codes, street_names = layer.texts("street_code")[first], layer.texts("street")[first]
    streets = layers.layers.get("streets")
    if streets is not None and streets.geometry is not None and not any(street_codes):
        points = np.asarray(shapely.point_on_surface(rows.geometry), dtype=object)
        at = locate(points, streets.geometry)
        blank = np.full(1, "", dtype=object)
        street_codes = np.concatenate([streets.texts("code"), blank])[at]
        street_names = np.concatenate([streets.texts("name"), blank])[at]
    communities = Communities(
        codes=rows.codes,
        names=layer.texts("name")[first],
        types=layer.texts("community_type")[first],
        street_codes=street_codes,
        street_names=street_names,
        geometry=rows.geometry,
    )
    units = Units("communities", rows.codes, rows.geometry, street_codes)
    return communities, units, findings


def read_grids(
    layer: Layer, communities: Units | None
) -> tuple[tuple[GridRecord, ...], Units, tuple[Finding, ...]]:
    """Return today's grids as records (community still open) and as areas."""
    rows, findings = unit_rows(layer, "grid")
    known = set(communities.codes) if communities is not None else set()
    homes, records = [], []
    # A column that the layer has not is made anew for each asking.
    stated, kinds, units, names = (
        layer.texts(key)[rows.first] for key in ("community_code", "kind", "dedicated_kind", "name")
    )
    for k, code in enumerate(rows.codes):
        home = str(stated[k])
        homes.append(home if home in known else str(code)[:COMMUNITY_DIGITS])
        kind, dedicated = _kind(str(kinds[k]), str(units[k]))
        records.append(
            GridRecord(
                code=str(code),
                name=str(names[k]),
                community=-1,
                kind=kind,
                dedicated_kind=dedicated,
            )
        )
    return (
        tuple(records),
        Units("grids", rows.codes, rows.geometry, np.array([*homes, None], dtype=object)[:-1]),
        findings,
    )


def _kind(kind: str, dedicated: str) -> tuple[GridKind, str]:
    """Read the kind of a grid from the words offices use."""
    if "微" in kind or kind.lower() == "micro":
        return GridKind.MICRO, ""
    if "专" in kind or kind.lower() == "dedicated" or (not kind and dedicated in _DEDICATED):
        return GridKind.DEDICATED, dedicated if dedicated in _DEDICATED else str(DedicatedKind.OTHER)
    return GridKind.GENERAL, ""


@dataclass(frozen=True, eq=False)
class Places:
    """Buildings as delivered: points and counts, not yet on atoms.

    Parameters
    ----------
    codes, names, estates, geometry : object[m]
    points : object[m] of Point
    people, households : float64[m]
        NaN where not counted.
    residential : bool[m]
        People may live there (all, where the layer does not tell).
    floor_area_m2 : float64[m]
        Footprint; 0 for points.
    """

    codes: ObjectArray
    names: ObjectArray
    estates: ObjectArray
    geometry: ObjectArray
    points: ObjectArray
    people: FloatArray
    households: FloatArray
    residential: np.ndarray[tuple[int], np.dtype[np.bool_]]
    floor_area_m2: FloatArray

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.codes)


def read_places(layers: LayerSet, with_estates: bool) -> Places:
    """Return the buildings of the layer; none where there is no such layer."""
    layer = layers.layers.get("buildings")
    if layer is None or layer.geometry is None:
        nothing = np.empty(0, dtype=object)
        none = np.empty(0)
        return Places(nothing, nothing, nothing, nothing, nothing, none, none, np.empty(0, bool), none)
    points = building_points(layer.geometry)
    kinds = layer.texts("kind")
    homes = np.array(["住" in str(kind) or "宅" in str(kind) for kind in kinds], bool)
    names = layer.texts("building")
    return Places(
        codes=layer.texts("code"),
        names=names if any(names) else layer.texts("name"),
        estates=_estates(layers, layer, points) if with_estates else np.full(len(layer), "", dtype=object),
        geometry=layer.geometry,
        points=points,
        people=layer.numbers("people"),
        households=layer.numbers("households"),
        residential=homes if homes.any() else np.ones(len(layer), bool),
        floor_area_m2=np.asarray(shapely.area(layer.geometry), dtype=np.float64),
    )


def building_points(geometry: ObjectArray) -> ObjectArray:
    """Return the point of each building: itself, or a footprint's centroid where that lies inside."""
    points = np.asarray(shapely.centroid(geometry), dtype=object)
    area = shapely.get_dimensions(geometry) == 2
    outside = area & ~shapely.intersects(geometry, points)
    points[outside] = shapely.point_on_surface(geometry[outside])
    return points


def _estates(layers: LayerSet, layer: Layer, points: ObjectArray) -> ObjectArray:
    """Return the estate name of each building, from its own column, else from the estates layer."""
    names = np.array([str(name) for name in layer.texts("estate")] + [""], dtype=object)[:-1]
    estates = layers.layers.get("estates")
    if estates is None or estates.geometry is None:
        return names
    blank = np.array([not name for name in names], bool)
    at = locate(points[blank], estates.geometry)
    names[blank] = np.concatenate([estates.texts("name"), np.full(1, "", dtype=object)])[at]
    return names
