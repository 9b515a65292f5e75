# SPDX-License-Identifier: LGPL-3.0-or-later
"""People of buildings that nobody counted: from floor area, stated as an estimate wherever it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridplanner.errors import UserError
from gridplanner.io.columns import numbers_of
from gridplanner.io.faults import layer_finding
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer
from gridplanner.texts import _

_RULE = re.compile(
    r"\s*estimate\(\s*(?P<floors>[^,]+?)\s*,\s*(?P<area>\d+(?:\.\d+)?)\s*(?:,\s*(?P<share>\d+(?:\.\d+)?)\s*)?\)\s*"
)


@dataclass(frozen=True)
class FloorRule:
    """People = footprint x floors x share of housing / floor area per person.

    Parameters
    ----------
    floors : str
        Column with the number of floors.
    area_m2 : float
        Floor area per person, m2 (Chinese towns: about 40, statistical yearbooks).
    share : float
        Share of the floor area that is housing, 0 to 1.
    """

    floors: str
    area_m2: float
    share: float = 1.0


def floor_rule(text: str) -> FloorRule | None:
    """Return the rule of `estimate(COLUMN, m2 per person, share of housing)`, None for a plain column name.

    Examples
    --------
    >>> floor_rule("estimate(Floor, 40, 0.7)")
    FloorRule(floors='Floor', area_m2=40.0, share=0.7)
    >>> floor_rule("RK") is None
    True
    """
    found = _RULE.fullmatch(text)
    if found is None:
        return None
    rule = FloorRule(found["floors"], float(found["area"]), float(found["share"] or 1))
    if rule.area_m2 <= 0 or not 0 < rule.share <= 1:
        raise UserError(
            _(
                "'{rule}': the area per person must be above 0 and the share of housing between 0 and 1."
            ).format(rule=text)
        )
    return rule


def estimate_people(layer: Layer, rule: FloorRule) -> tuple[Layer, Finding]:
    """Return the layer with estimated `people`, and the finding that says so.

    Parameters
    ----------
    layer : Layer
        Buildings as footprints, projected, metres; the column of floors among `extra`.
    rule : FloorRule

    Raises
    ------
    UserError
        The column of floors is not there, or the buildings are points.
    """
    if rule.floors not in layer.extra:
        raise UserError(
            _("'{source}' has no column '{column}' (fields.{key}). Nearest: {hint}.").format(
                source=layer.source, column=rule.floors, key="people", hint="、".join(list(layer.extra)[:12])
            )
        )
    areas = (
        np.nan_to_num(shapely.area(layer.geometry)) if layer.geometry is not None else np.zeros(len(layer))
    )
    if not areas.any():
        raise UserError(
            _("'{source}': people can only be estimated from footprints, these are points.").format(
                source=layer.source
            )
        )
    floors, _bad = numbers_of(layer.extra[rule.floors])
    floors = np.where(np.isfinite(floors) & (floors > 0), floors, 0.0)
    people = np.round(areas * floors * rule.share / rule.area_m2)
    text = _(
        "'{source}': {people:.0f} people were ESTIMATED from {column} floors, {area:g} m² per "
        "person, {share:.0%} housing."
    ).format(
        source=layer.source, people=people.sum(), column=rule.floors, area=rule.area_m2, share=rule.share
    )
    remedy = _("Replace the estimate by counted people before anything is decided.")
    finding = layer_finding("read.estimated", Severity.WARNING, text, layer.source, remedy)
    finding = replace(finding, people=int(people.sum()))
    return replace(layer, fields=dict(layer.fields) | {"people": people}), finding
