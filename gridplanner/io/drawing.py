# SPDX-License-Identifier: LGPL-3.0-or-later
"""Boundary lines of a CAD drawing to polygons: gaps closed within a tolerance, loose ends listed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridplanner.io.faults import layer_finding
from gridplanner.io.raw import RawTable, objects
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import LayerSpec, ObjectArray
from gridplanner.texts import _

#: Gaps up to this are closed unless the layer names another length.
TOLERANCE_M = LayerSpec.gap_m
_SHOWN_ENDS = 50
_CODE = re.compile(r"[A-Za-z]{0,3}\d{2,}")
_SAME_POINT_M = 1e-6


@dataclass(frozen=True, eq=False)
class Faces:
    """Polygons that lines enclose.

    Parameters
    ----------
    polygons : object[n]
    closed : float64[k, 2]
        Where gaps were closed.
    loose : float64[m, 2]
        Ends that meet nothing within the tolerance.
    """

    polygons: ObjectArray
    closed: npt.NDArray[np.float64]
    loose: npt.NDArray[np.float64]


def faces_of(lines: ObjectArray, tolerance_m: float = TOLERANCE_M) -> Faces:
    """Return the polygons that lines enclose.

    Parameters
    ----------
    lines : object[n] of shapely LineString or MultiLineString
    tolerance_m : float
        Loose ends are joined to the nearest end or line within this distance.

    Examples
    --------
    >>> square = shapely.LineString([(0, 0), (9, 0), (9, 9), (0, 9), (0, 0.2)])
    >>> faces_of(np.array([square], dtype=object)).polygons[0].area
    81.0
    """
    # Drawings have heights, mostly 0; lines that meet on the map must meet whatever these say.
    noded = _noded(shapely.force_2d(lines))
    ends = _loose_ends(noded)
    bridges, closed = _bridges(noded, ends, tolerance_m)
    if len(bridges):
        noded = _noded(np.concatenate([noded, bridges]))
        ends = _loose_ends(noded)
    polygons = shapely.get_parts(shapely.polygonize(noded))
    big = polygons[shapely.area(polygons) > tolerance_m**2]
    # Ends shorter than the tolerance are overshoots, which cut nothing.
    lengths = shapely.length(noded)
    short = noded[lengths <= tolerance_m]
    if len(short) and len(ends):
        near = shapely.distance(shapely.points(ends)[:, None], short[None, :]).min(axis=1)
        ends = ends[near > _SAME_POINT_M]
    return Faces(big, closed, ends)


def _noded(lines: ObjectArray) -> ObjectArray:
    """Return lines cut where they meet, without doubles."""
    parts: ObjectArray = shapely.get_parts(shapely.node(shapely.multilinestrings(shapely.get_parts(lines))))
    kept: ObjectArray = parts[shapely.length(parts) > 0]
    return kept


def _loose_ends(noded: ObjectArray) -> npt.NDArray[np.float64]:
    """Return the end points where only one line ends."""
    if not len(noded):
        return np.empty((0, 2))
    first = shapely.get_coordinates(shapely.get_point(noded, 0))
    last = shapely.get_coordinates(shapely.get_point(noded, -1))
    points, counts = np.unique(np.vstack([first, last]), axis=0, return_counts=True)
    loose: npt.NDArray[np.float64] = points[counts == 1]
    return loose


def _bridges(
    noded: ObjectArray, ends: npt.NDArray[np.float64], tolerance_m: float
) -> tuple[ObjectArray, npt.NDArray[np.float64]]:
    """Return the short lines that close gaps, and where they are: end to end first, else end to line."""
    tree = shapely.STRtree(noded)
    points = shapely.points(ends) if len(ends) else np.empty(0, dtype=object)
    found: list[Any] = []
    places: list[tuple[float, float]] = []
    done: set[int] = set()
    gaps = np.hypot(*(ends[:, None] - ends[None, :]).transpose(2, 0, 1)) if 0 < len(ends) <= 5000 else None
    for i, point in enumerate(points):
        if i in done:
            continue
        partner = _nearest_end(gaps, i, done, tolerance_m)
        if partner is not None:
            done.update((i, partner))
            found.append(shapely.LineString([ends[i], ends[partner]]))
            places.append(tuple(ends[i]))
            continue
        near = [
            k
            for k in tree.query(point, predicate="dwithin", distance=tolerance_m)
            if _is_other(noded[k], point)
        ]
        if near:
            line = noded[near[int(np.argmin(shapely.distance(noded[near], point)))]]
            target = shapely.line_interpolate_point(line, shapely.line_locate_point(line, point))
            beyond = np.array(target.coords[0]) + (np.array(target.coords[0]) - ends[i]) * 1e-3
            # A hair beyond the line, so that rounding cannot leave the two apart.
            found.append(shapely.LineString([ends[i], beyond]))
            places.append(tuple(ends[i]))
    return objects(found), np.array(places).reshape(-1, 2)


def _nearest_end(
    gaps: npt.NDArray[np.float64] | None, i: int, done: set[int], tolerance_m: float
) -> int | None:
    """Return the nearest other loose end within the tolerance that is still loose."""
    if gaps is None:
        return None
    order = np.argsort(gaps[i])
    return next((int(k) for k in order if gaps[i, k] <= tolerance_m and k != i and int(k) not in done), None)


def _is_other(line: Any, point: Any) -> bool:
    """Tell whether a line does not itself end at a point."""
    return bool(shapely.distance(line, point) > _SAME_POINT_M)


def polygons_of_drawing(raw: RawTable, tolerance_m: float = TOLERANCE_M) -> RawTable:
    """Return the areas of a drawing: faces of its lines, named by the texts set inside them.

    Parameters
    ----------
    raw : RawTable
        Entities as read from DXF: lines, and points with a column `Text`.
    tolerance_m : float
    """
    geometry = raw.geometry if raw.geometry is not None else objects([])
    kinds = shapely.get_type_id(geometry)
    lines = geometry[np.isin(kinds, (1, 2, 5))]
    areas = geometry[np.isin(kinds, (3, 6))]
    lines = np.concatenate([lines, shapely.boundary(areas)])
    faces = faces_of(lines, tolerance_m)
    names, codes = _names(raw, geometry, kinds, faces.polygons)
    unnamed = sum(not name for name in names)
    findings = [*raw.findings, *_findings(raw.source, faces, unnamed, tolerance_m)]
    rows = np.arange(1, len(faces.polygons) + 1, dtype=np.int64)
    columns = {"name": names, "code": codes}
    return replace(raw, columns=columns, geometry=faces.polygons, rows=rows, findings=tuple(findings))


def _names(
    raw: RawTable, geometry: ObjectArray, kinds: npt.NDArray[np.int64], polygons: ObjectArray
) -> tuple[ObjectArray, ObjectArray]:
    """Return name and code of each polygon from the texts inside it.

    A text of digits is the code, the first other text the name; where only one of them is
    there it stands for both.
    """
    texts = raw.columns.get("Text", objects([""] * len(raw)))
    labelled = np.flatnonzero((kinds == 0) & np.array([bool(str(text)) for text in texts], bool))
    names, codes = [""] * len(polygons), [""] * len(polygons)
    if len(labelled) and len(polygons):
        label, polygon = shapely.STRtree(polygons).query(geometry[labelled], predicate="within")
        for k, i in zip(label.tolist(), polygon.tolist(), strict=True):
            text = str(texts[labelled[k]])
            found = codes if _CODE.fullmatch(text) else names
            found[i] = found[i] or text
    both = list(zip(names, codes, strict=True))
    return objects([name or code for name, code in both]), objects([code or name for name, code in both])


def _findings(source: str, faces: Faces, unnamed: int, tolerance_m: float) -> list[Finding]:
    """Return what was closed, what stayed loose, and which areas have no name."""
    text = _("'{source}': {n} areas were made of the boundary lines.").format(
        source=source, n=len(faces.polygons)
    )
    found = [layer_finding("read.drawing", Severity.INFO, text, source)]
    if len(faces.closed):
        text = _("'{source}': {n} gaps of up to {tolerance:g} m in the boundary lines were closed.").format(
            source=source, n=len(faces.closed), tolerance=tolerance_m
        )
        found.append(
            _at(layer_finding("read.drawing", Severity.INFO, text, source), faces.closed, len(faces.closed))
        )
    for i, place in enumerate(faces.loose[:_SHOWN_ENDS]):
        text = _("'{source}': a boundary line ends at {x:.1f}, {y:.1f} without meeting another ({i} of {n}).")
        text = text.format(source=source, i=i + 1, n=len(faces.loose), x=place[0], y=place[1])
        remedy = _("Join it in the drawing; the two areas beside it were taken as one.")
        found.append(
            _at(layer_finding("read.drawing", Severity.WARNING, text, source, remedy), place[None], 1)
        )
    if unnamed:
        text = _("'{source}': {n} areas have no text inside them, so they have no name.").format(
            source=source, n=unnamed
        )
        found.append(layer_finding("read.drawing", Severity.WARNING, text, source))
    return found


def _at(finding: Finding, places: npt.NDArray[np.float64], count: int) -> Finding:
    """Return a finding with the first of its places."""
    return replace(finding, x=float(places[0, 0]), y=float(places[0, 1]), count=count)
