# SPDX-License-Identifier: LGPL-3.0-or-later
"""People counted in a table of their own: joined to buildings by code or by name, none lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridplanner.io.building_names import buildings_in, estate_key
from gridplanner.io.faults import layer_finding, row_finding
from gridplanner.io.placements import placement_key
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.model.layers import Layer, ObjectArray
from gridplanner.model.ledger import PLACED
from gridplanner.texts import _

_COUNTED = ("people", "households", "floating", "elderly", "shops")

Targets = list[tuple[int, ...]]


@dataclass(frozen=True)
class _Match:
    """Which buildings each row belongs to, and the rows that were matched by name."""

    targets: Targets
    by_name: list[int]


def join_people(
    buildings: Layer,
    people: Layer,
    codes: ObjectArray | None = None,
    remembered: Mapping[str, str] | None = None,
) -> tuple[Layer, Layer, list[Finding]]:
    """Give buildings the people and households that a table counts for them.

    Rows are matched by building code; those without a match by estate and building name
    (`1 幢`, `一号楼`, `1-10 幢`). A row that means several buildings is spread evenly over them.

    Parameters
    ----------
    buildings : Layer
    people : Layer
        Table with `people` and/or `households`; several rows of a building are added up.
    codes : object[n], optional
        Codes of the buildings where the field `code` is not what the table refers to.
    remembered : mapping of `estate|building` to building code, optional
        What the planner placed by hand before.

    Returns
    -------
    buildings : Layer
        With the joined columns; rows without a match keep the numbers they had, else NaN.
    people : Layer
        The table with a column `placed` (1 or 0) in `extra`: rows with 0 stay in the
        totals of their community and have no place.
    findings : list of Finding
    """
    own = buildings.texts("code") if codes is None else codes
    match = match_rows(buildings, people, own, remembered or {})
    placed = np.array([bool(target) for target in match.targets], dtype=bool)
    findings = unplaced_findings(people, placed) + _nameless(buildings, people, placed)
    findings += _twice(buildings, own) + _named(people, match)
    fields = dict(buildings.fields)
    for key in _COUNTED:
        if key in people.fields:
            fields[key] = _summed(buildings, people.numbers(key), key, match.targets)
    findings.extend(_repeated(people, match.targets))
    extra = dict(people.extra) | {PLACED: placed.astype(np.int64)}
    return replace(buildings, fields=fields), replace(people, extra=extra), findings


def match_rows(buildings: Layer, people: Layer, own: ObjectArray, remembered: Mapping[str, str]) -> _Match:
    """Return the buildings of each row of the table: by code, by hand, by estate and name."""
    by_code = {code: i for i, code in reversed(list(enumerate(own.tolist()))) if code}
    by_name = _by_name(buildings)
    estates, names = people.texts("estate").tolist(), people.texts("building").tolist()
    targets: Targets = []
    named: list[int] = []
    for row, code in enumerate(people.texts("code").tolist()):
        code = remembered.get(placement_key(estates[row], names[row]), code)
        if code in by_code:
            targets.append((by_code[code],))
            continue
        estate = estate_key(estates[row])
        found = [by_name.get((estate, number), -1) for number in buildings_in(names[row])]
        # A range of which one building is not on the map would move its people to the others.
        whole = bool(found) and min(found) >= 0
        targets.append(tuple(dict.fromkeys(found)) if whole else ())
        if whole:
            named.append(row)
    return _Match(targets, named)


def _by_name(buildings: Layer) -> dict[tuple[str, str], int]:
    """Return estate and building number to index; names that two buildings share are left out."""
    found: dict[tuple[str, str], int] = {}
    names = buildings.texts("building" if "building" in buildings.fields else "name").tolist()
    for i, (estate, name) in enumerate(zip(buildings.texts("estate").tolist(), names, strict=True)):
        numbers = buildings_in(name)
        if len(numbers) == 1 and (estate or not numbers[0].isdigit()):
            key = (estate_key(estate), numbers[0])
            found[key] = -1 if key in found else i
    return found


def _summed(
    buildings: Layer, values: npt.NDArray[np.float64], key: str, targets: Targets
) -> npt.NDArray[np.float64]:
    """Return the column of the buildings with the table's sums in it; whole numbers stay whole."""
    sums = np.zeros(len(buildings))
    met = np.zeros(len(buildings), bool)
    for value, target in zip(values.tolist(), targets, strict=True):
        if not target or value != value:
            continue
        share, rest = divmod(value, len(target))
        for place, i in enumerate(target):
            # The first ones take the remainder: together exactly what the row says.
            sums[i] += share + min(max(rest - place, 0.0), 1.0)
            met[i] = True
    return np.where(met, sums, buildings.numbers(key))


def unplaced_findings(people: Layer, placed: npt.NDArray[np.bool_]) -> list[Finding]:
    """Tell which rows of the table belong to no building on the map (rule `read.unplaced`)."""
    if placed.all():
        return []
    head = np.nan_to_num(people.numbers("people"))
    count = int(head[~placed].sum())
    text = _("'{source}': {n} rows ({people} people) belong to no building on the map: rows {rows}.").format(
        source=people.source, n=int((~placed).sum()), people=count, rows="{rows}"
    )
    finding = row_finding(
        "read.unplaced",
        Severity.WARNING,
        text,
        people.rows[~placed].tolist(),
        _("Correct the building code, or place them on the map; they stay in their community's totals."),
    )
    return [replace(finding, people=count)]


def _nameless(buildings: Layer, people: Layer, placed: npt.NDArray[np.bool_]) -> list[Finding]:
    """Tell which column the buildings lack, where the table's rows name estate and building in vain."""
    if placed.all() or "building" not in people.fields:
        return []
    lacks = [] if "estate" in buildings.fields or "estate" not in people.fields else ["estate"]
    if "building" not in buildings.fields and "name" not in buildings.fields:
        lacks.append("building")
    if not lacks:
        return []
    text = _("'{source}' has no column for {needed}, so no row of '{table}' can be matched by name.").format(
        source=buildings.source, needed="、".join(lacks), table=people.source
    )
    remedy = _('Name the column of the buildings: fields = {{ {key} = "…" }}. It has: {columns}.').format(
        key=lacks[0], columns="、".join([*list(buildings.extra)[:20]]) or "-"
    )
    return [layer_finding("read.match", Severity.WARNING, text, buildings.source, remedy)]


def _named(people: Layer, match: _Match) -> list[Finding]:
    """Tell which rows were matched by name, and which of those were spread over several buildings."""
    findings = []
    if match.by_name:
        text = _("'{source}': {n} rows were matched by estate and building name.").format(
            source=people.source, n=len(match.by_name)
        )
        findings.append(row_finding("read.match", Severity.INFO, text, people.rows[match.by_name].tolist()))
    spread = [row for row, target in enumerate(match.targets) if len(target) > 1]
    if spread:
        text = _(
            "'{source}': rows {rows} mean several buildings; their people were spread evenly over them."
        ).format(source=people.source, rows="{rows}")
        remedy = _("Give a row to each building for exact numbers.")
        findings.append(
            row_finding("read.match", Severity.WARNING, text, people.rows[spread].tolist(), remedy)
        )
    return findings


def _repeated(people: Layer, targets: Targets) -> list[Finding]:
    """Tell which buildings got people from several rows."""
    counts: dict[int, int] = {}
    for target in targets:
        for i in target:
            counts[i] = counts.get(i, 0) + 1
    rows = [row for row, target in enumerate(targets) if any(counts[i] > 1 for i in target)]
    if not rows:
        return []
    text = _("'{source}': {n} buildings have several rows; their people were added up: rows {rows}.").format(
        source=people.source, n=sum(count > 1 for count in counts.values()), rows="{rows}"
    )
    return [row_finding("read.people", Severity.INFO, text, people.rows[rows].tolist())]


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
