# SPDX-License-Identifier: LGPL-3.0-or-later
"""People counted in a table of their own: joined to buildings by code, none lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.io.faults import row_finding
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.texts import _

_COUNTED = ("people", "households")


def join_people(
    buildings: Layer, people: Layer, keys: tuple[ObjectArray, ObjectArray] | None = None
) -> tuple[Layer, Layer, list[Finding]]:
    """Give buildings the people and households that a table counts for them.

    Parameters
    ----------
    buildings : Layer
    people : Layer
        Table with `code` (building code) and `people` and/or `households`; several rows of a
        building are added up.
    keys : pair of object[n], optional
        What to join by instead of the codes, for buildings and for people.

    Returns
    -------
    buildings : Layer
        With the joined columns; rows without a match keep the numbers they had, else NaN.
    people : Layer
        The table with a column `placed` (1 or 0) in `extra`: rows with 0 stay in the
        totals of their community and have no place.
    findings : list of Finding
    """
    own, theirs = keys or (buildings.texts("code"), people.texts("code"))
    place = {code: i for i, code in reversed(list(enumerate(own.tolist()))) if code}
    target = np.array([place.get(code, -1) for code in theirs.tolist()], dtype=np.int64)
    placed = target >= 0
    findings = _unplaced(people, placed) + _twice(buildings, own)
    fields = dict(buildings.fields)
    for key in _COUNTED:
        if key in people.fields:
            fields[key] = _summed(buildings, people, key, target)
    repeated = np.bincount(target[placed], minlength=len(own)) > 1
    if repeated.any():
        rows = people.rows[placed & repeated[np.maximum(target, 0)]].tolist()
        text = _(
            "'{source}': {n} buildings have several rows; their people were added up: rows {rows}."
        ).format(source=people.source, n=int(repeated.sum()), rows="{rows}")
        findings.append(row_finding("read.people", Severity.INFO, text, rows))
    extra = dict(people.extra) | {"placed": placed.astype(np.int64)}
    return replace(buildings, fields=fields), replace(people, extra=extra), findings


def _summed(
    buildings: Layer, people: Layer, key: str, target: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the column of the buildings with the table's sums in it."""
    values: npt.NDArray[Any] = people.numbers(key)
    counted = (target >= 0) & np.isfinite(values)
    sums = np.bincount(target[counted], weights=values[counted], minlength=len(buildings))
    met = np.bincount(target[counted], minlength=len(buildings)) > 0
    return np.where(met, sums, buildings.numbers(key))


def _unplaced(people: Layer, placed: npt.NDArray[np.bool_]) -> list[Finding]:
    """Tell which rows of the table belong to no building on the map."""
    if placed.all():
        return []
    head = np.nan_to_num(people.numbers("people"))
    count = int(head[~placed].sum())
    text = _("'{source}': {n} rows ({people} people) belong to no building on the map: rows {rows}.").format(
        source=people.source, n=int((~placed).sum()), people=count, rows="{rows}"
    )
    finding = row_finding(
        "read.people",
        Severity.WARNING,
        text,
        people.rows[~placed].tolist(),
        _("Correct the building code, or place them on the map; they stay in their community's totals."),
    )
    return [replace(finding, people=count)]


def _twice(buildings: Layer, own: ObjectArray) -> list[Finding]:
    """Tell which buildings share a code with an earlier one."""
    seen: set[str] = set()
    rows = []
    for row, code in zip(buildings.rows.tolist(), own.tolist(), strict=True):
        if code and code in seen:
            rows.append(row)
        seen.add(code)
    if not rows:
        return []
    text = _(
        "'{source}': rows {rows} repeat the code of an earlier building; its people were given to the first."
    ).format(source=buildings.source, rows="{rows}")
    return [
        row_finding("read.code", Severity.WARNING, text, rows, _("Give each building a code of its own."))
    ]
