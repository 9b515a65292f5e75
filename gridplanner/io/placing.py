# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put layers in one place: what CRS each is in, and the one they are planned in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gridplanner.errors import UserError
from gridplanner.io import crs as systems
from gridplanner.io.control_points import moved, read_control_points
from gridplanner.io.faults import layer_finding
from gridplanner.io.phone_maps import STATED_ERROR_M, system_of, to_true
from gridplanner.io.plane_fit import by_parameters, fit
from gridplanner.io.roles import role_word
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import ObjectArray
from gridplanner.model.question import Question
from gridplanner.texts import _

#: Whose CRS decides, in this order: the first in a local plane system in metres.
_LEADING = ("communities", "grids", "atoms", "buildings", "streets")


_FOUR = re.compile(r"\s*(\S+)\s+via\s+4\s*[(（]([^()（）]*)[)）]\s*")
_VIA = re.compile(r"\s*(\S+)\s+via\s+(.+?)\s*")
#: Control points should fit to within the width of a lane.
_LARGE_RESIDUAL_M = 3.0
_LISTED = 20
#: Up to so many likely systems the first is named; more mean that the numbers cannot tell.
_SURE_CHOICES = 4


@dataclass(frozen=True, eq=False)
class Placed:
    """Shapes and the CRS they are in; `crs` is "" only for a layer without shapes."""

    geometry: ObjectArray
    crs: str


def place(
    role: str,
    source: str,
    geometry: ObjectArray,
    declared: str,
    wanted: str,
    ask: Callable[[Question], str] | None,
    base: Path | None = None,
) -> tuple[Placed, list[Finding]]:
    """Decide the CRS of one layer.

    Parameters
    ----------
    role, source : str
        For messages.
    geometry : object[n]
    declared : str
        CRS by the file; "" for none.
    wanted : str
        CRS by the user (`EPSG:n`, WKT, PROJ text with `+towgs84`, `GCJ-02`, `BD-09`, `EPSG:n via
        points.csv` for a local system tied to the first by control points, or `EPSG:n via 4(north,
        east, seconds, ppm)` by a survey office's four parameters); goes before the file's.
    ask : callable or None
    base : Path, optional
        Folder that the path of control points starts from.

    Raises
    ------
    UserError
        The CRS is unknown and nobody can be asked, or it cannot be true.
    """
    bounds = systems.total_bounds(geometry)
    if not np.isfinite(bounds).all():
        return Placed(geometry, ""), []
    four = _FOUR.fullmatch(wanted)
    if four:
        return _by_four_parameters(geometry, four[1], four[2], source)
    via = _VIA.fullmatch(wanted)
    if via:
        return _by_control_points(geometry, via[1], (base or Path()) / via[2], source)
    findings: list[Finding] = []
    phone = system_of(wanted)
    if not phone and (wanted or declared):
        named = wanted or declared
        if systems.parse(named) is None:
            named = _unknown(role, source, bounds, ask, unreadable=wanted or ".prj")
            phone = system_of(named)
    elif not phone:
        named = _unknown(role, source, bounds, ask)
        phone = system_of(named)
    if systems.axes_swapped(bounds):
        geometry, bounds = _swapped(geometry, source, findings)
    if phone:
        return _from_phone_map(geometry, bounds, phone, source, findings)
    crs, more = _checked(named, bounds, source)
    return Placed(geometry, crs), findings + more


def _by_four_parameters(
    geometry: ObjectArray, crs: str, text: str, source: str
) -> tuple[Placed, list[Finding]]:
    """Move a layer by four parameters: north and east shift, seconds of turn, millionths of scale."""
    try:
        north, east, turn, scale = (float(word) for word in re.split(r"[,，]", text))
    except ValueError as error:
        raise UserError(
            _("'{source}': 4({text}) must hold four numbers: north m, east m, seconds, ppm.").format(
                source=source, text=text[:60]
            )
        ) from error
    told = _("'{source}' was moved by four parameters ({text}) to {crs}.").format(
        source=source, text=text, crs=crs
    )
    moved_there = moved(by_parameters(north, east, turn, scale), geometry)
    finding = layer_finding("read.crs", Severity.INFO, told, source, _("Check the layer on the map."))
    return Placed(moved_there, systems.name_of(crs)), [finding]


def _by_control_points(
    geometry: ObjectArray, crs: str, points: Path, source: str
) -> tuple[Placed, list[Finding]]:
    """Move a layer from a local plane system by control points, and say how well they fit."""
    if not points.is_file():
        raise UserError(_("'{path}' does not exist. Check the path.").format(path=points.name))
    found = fit(*read_control_points(points))
    text = _(
        "'{source}' was moved by {n} control points ({kind}); residuals {rms:.2f} m on average, "
        "{most:.2f} m at most; point by point: {each}."
    ).format(
        source=source,
        n=len(found.residuals_m),
        kind=_("affine") if found.kind == "affine" else _("four parameters"),
        rms=found.rms_m,
        most=found.residuals_m.max(),
        each=residual_list(found.residuals_m),
    )
    large = found.residuals_m.max() > _LARGE_RESIDUAL_M
    remedy = _("Check the control point with the largest residual.") if large else ""
    finding = layer_finding("read.crs", Severity.WARNING if large else Severity.INFO, text, source, remedy)
    return Placed(moved(found, geometry), systems.name_of(crs)), [finding]


def residual_list(residuals_m: npt.NDArray[np.float64]) -> str:
    """Return the residuals in the order of the points, the first twenty of many.

    Examples
    --------
    >>> residual_list(np.array([0.04, 1.5]))
    '0.04、1.50'
    """
    shown = "、".join(f"{residual:.2f}" for residual in residuals_m[:_LISTED])
    return shown + ("、…" if len(residuals_m) > _LISTED else "")


def _unknown(
    role: str,
    source: str,
    bounds: systems.Bounds,
    ask: Callable[[Question], str] | None,
    unreadable: str = "",
) -> str:
    """Return the answer of the user, or refuse with the likely CRS.

    `unreadable` is what names no known system: the user's own words, or ".prj" for the file's.
    """
    swapped = systems.axes_swapped(bounds)
    likely = systems.guess((bounds[1], bounds[0], bounds[3], bounds[2]) if swapped else bounds)
    if unreadable and unreadable != ".prj":
        told = _("Layer '{role}' ('{source}'): '{words}' names no known coordinate system")
    elif unreadable:
        told = _("Layer '{role}' ('{source}'): its .prj names no known coordinate system")
    else:
        told = _("Layer '{role}' ('{source}') does not say which coordinate system it is in")
    what = told.format(role=role_word(role), source=source, words=unreadable[:60])
    # Degrees with four decimals, metres without any: never 4.85641e+06.
    x0, y0, x1, y1 = (f"{v:.4f}" if abs(v) <= 360 else f"{v:.0f}" for v in bounds)
    place_text = _("x {x0} to {x1}, y {y0} to {y1}").format(x0=x0, x1=x1, y0=y0, y1=y1)
    if ask is not None:
        answer = ask(Question("crs", role, f"{what} ({place_text}).", likely))
        if answer and (system_of(answer) or systems.parse(answer) is not None):
            return answer
    raise UserError(
        _how_to_name(likely).format(what=what, place=place_text, likely=likely[0] if likely else "")
    )


def _how_to_name(likely: tuple[str, ...]) -> str:
    """Return the sentence that tells how to name the CRS of coordinates without a label."""
    if len(likely) > _SURE_CHOICES:
        return _(
            "{what} ({place}). These look like metres of CGCS2000 without a zone number, which fit any "
            "3-degree zone. Choose by the central meridian: 105° EPSG:4544, 108° EPSG:4545, 114° "
            'EPSG:4547, 120° EPSG:4549, one code per 3°; then add crs = "EPSG:…" to the layer '
            "(check: --crs EPSG:…)."
        )
    if likely:
        return _(
            '{what} ({place}). Likely {likely}: add crs = "{likely}" to the layer (check: --crs {likely}).'
        )
    return _('{what} ({place}). Add crs = "EPSG:…" to the layer (check: --crs EPSG:…).')


def _swapped(
    geometry: ObjectArray, source: str, findings: list[Finding]
) -> tuple[ObjectArray, systems.Bounds]:
    """Turn x and y round and tell it."""
    turned: ObjectArray = shapely.transform(geometry, lambda xy: xy[:, ::-1])
    text = _("'{source}': x and y stood the wrong way round and were exchanged.").format(source=source)
    findings.append(
        layer_finding("read.axes", Severity.WARNING, text, source, _("Check the layer on the map."))
    )
    return turned, systems.total_bounds(turned)


def _from_phone_map(
    geometry: ObjectArray, bounds: systems.Bounds, phone: str, source: str, findings: list[Finding]
) -> tuple[Placed, list[Finding]]:
    """Take the shift of a phone map out."""
    if not systems.looks_like_degrees(bounds):
        raise UserError(
            _(
                "'{source}' is declared as {system}, which is in degrees, but holds x {x:.6g}, y "
                "{y:.6g}. Correct crs."
            ).format(source=source, system=phone, x=bounds[0], y=bounds[1])
        )
    true: ObjectArray = shapely.transform(geometry, lambda xy: to_true(xy, phone))
    text = _(
        "'{source}' was converted from {system} to CGCS2000; points may be off by about {error:g} m."
    ).format(source=source, system=phone, error=STATED_ERROR_M)
    findings.append(layer_finding("read.crs", Severity.INFO, text, source))
    return Placed(true, "EPSG:4490"), findings


def _checked(named: str, bounds: systems.Bounds, source: str) -> tuple[str, list[Finding]]:
    """Return the CRS if it can be true of these coordinates, mended by the zone number where that is all."""
    crs = systems.parse(named)
    if crs is None:
        raise UserError(
            _("'{crs}' is no coordinate system. Name it as EPSG:4545 or as WKT.").format(crs=named[:80])
        )
    _refuse_impossible(crs, bounds, source)
    sister = systems.with_right_prefix(named, bounds)
    if sister:
        text = _(
            "'{source}': x {with_or_without} its zone number, so {sister} was taken instead of {name}."
        ).format(
            source=source,
            with_or_without=_("carries") if bounds[0] > 1e6 else _("lacks"),
            sister=sister,
            name=crs.name,
        )
        return sister, [
            layer_finding("read.crs", Severity.WARNING, text, source, _("Check the layer on the map."))
        ]
    text = ""
    contradicted = systems.contradicts_its_name(named)
    if contradicted:
        text = _(
            "'{source}': the coordinate system bears the name {name} but has other numbers in it."
        ).format(source=source, name=contradicted)
    elif systems.outside_area_of_use(crs, bounds):
        text = _("'{source}': the data lie outside the area that {name} is made for.").format(
            source=source, name=crs.name
        )
    remedy = _("The coordinate system of the file is probably wrong; name the right one.")
    doubts = [layer_finding("read.crs", Severity.WARNING, text, source, remedy)] if text else []
    return systems.name_of(named), doubts


def _refuse_impossible(crs: pyproj.CRS, bounds: systems.Bounds, source: str) -> None:
    """Raise UserError where degrees are declared and metres are there, or the reverse."""
    degrees = systems.looks_like_degrees(bounds)
    if crs.is_geographic != degrees and (crs.is_geographic or max(map(abs, bounds)) < 181):
        likely = "、".join(systems.guess(bounds)[:3]) or "EPSG:…"
        raise UserError(
            _(
                "'{source}' says its coordinate system is {name}, but holds x {x:.6g}, y "
                '{y:.6g}. Name the right one: crs = "{likely}".'
            ).format(source=source, name=crs.name, x=bounds[0], y=bounds[1], likely=likely)
        )


def common_crs(layers: Mapping[str, Placed]) -> tuple[str, list[Finding]]:
    """Return the one projected CRS in metres for all layers.

    The leading layer's own where it is a local plane system; otherwise the CGCS2000 3-degree
    zone that holds the largest share of the leading layer's area.
    """
    order = [role for role in _LEADING if role in layers and layers[role].crs]
    order += [role for role in layers if role not in order and layers[role].crs]
    if not order:
        raise UserError(_("No layer has any shapes. Check the paths."))
    for role in order:
        parsed = systems.parse(layers[role].crs)
        if parsed is not None and systems.is_planar_metres(parsed):
            return layers[role].crs, []
    leader = layers[order[0]]
    degrees = systems.transform(leader.geometry, leader.crs, "EPSG:4490")
    middle = shapely.centroid(degrees)
    there = ~shapely.is_missing(middle) & ~shapely.is_empty(middle)
    x, y = shapely.get_x(middle[there]), shapely.get_y(middle[there])
    weight = np.nan_to_num(shapely.area(degrees[there])) * np.cos(np.radians(y))
    zone = systems.local_zone(x, y, weight)
    parsed = systems.parse(zone)
    name = parsed.name if parsed else zone
    text = _(
        "The layers are not in a plane system in metres; {zone} ({name}) is used for areas and distances."
    ).format(zone=zone, name=name)
    return zone, [layer_finding("read.crs", Severity.INFO, text, order[0])]


def refuse_old_datum(layer_crs: str, common: str, source: str) -> None:
    """Raise UserError where a layer would be moved from or to Xian 1980 or Beijing 1954 by a blind guess."""
    if layer_crs == common:
        return
    one, other = systems.parse(layer_crs), systems.parse(common)
    if one is None or other is None or systems.is_old_datum(one) == systems.is_old_datum(other):
        if one is None or other is None or not systems.is_old_datum(one) or one.datum == other.datum:
            return
    raise UserError(
        _(
            "'{source}' is in {name}, the other layers in {common}; the shift between them is "
            "not public (tens of metres). Convert it with your survey office's parameters or "
            "with control points first."
        ).format(source=source, name=one.name, common=other.name)
    )
