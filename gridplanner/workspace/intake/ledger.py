# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows of the people ledger that found no building: listed, placed by hand, remembered in the project."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gridplanner.errors import UserError
from gridplanner.io.columns import codes_of, numbers_of
from gridplanner.io.people import unplaced_findings
from gridplanner.io.placements import placement_key, remember_placements
from gridplanner.io.sources import local_path, open_layer
from gridplanner.io.writing import write_vector
from gridplanner.model.atoms import ObjectArray
from gridplanner.model.certificate import Certificate
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import PLACED, PLACED_AT, unplaced_rows, unplaced_totals
from gridplanner.model.project import JournalEntry, ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.intake.ledger_places import building_named, building_near, with_row_placed

__all__ = [
    "building_named",
    "building_near",
    "place_ledger_row",
    "place_rows",
    "placements_of",
    "read_placement_table",
    "remember_beside",
    "rows_to_place",
    "unplaced_lines",
    "unplaced_rows",
    "write_unplaced",
]


def place_ledger_row(
    contents: ProjectContents, index: int, *, building: int = -1, atom: int = -1
) -> ProjectContents:
    """Return the project with a row of the people ledger placed where the planner pointed.

    The people join the building and its atom, the row is marked with where it went, and the finding of
    rows without a place is renewed. Proofs of earlier plans counted other people, so they are dropped.

    Parameters
    ----------
    contents : ProjectContents
    index : int
        `LedgerRow.index` of one of `unplaced_rows(contents.district)`.
    building : int
        Index into `District.buildings`; -1 to place the row on an area without a building.
    atom : int
        Index into `District.atoms`, where no building is given.

    Raises
    ------
    UserError
        The row has a place already, or the building stands in no area.
    """
    district = with_row_placed(contents.district, index, building=building, atom=atom)
    ledger = district.originals["people"]
    placed = np.asarray(ledger.extra[PLACED]) > 0
    others = tuple(f for f in contents.findings if f.rule != "read.unplaced")
    return replace(
        contents,
        district=district,
        findings=(*others, *unplaced_findings(ledger, placed)),
        scenarios={
            name: replace(scenario, certificate=Certificate())
            for name, scenario in contents.scenarios.items()
        },
    )


def placements_of(contents: ProjectContents) -> dict[str, str]:
    """Return what was placed by hand in this project: `estate|building` of the ledger to building code."""
    ledger = contents.district.originals.get("people")
    if ledger is None or PLACED_AT not in ledger.extra:
        return {}
    rows = zip(
        ledger.texts("estate").tolist(),
        ledger.texts("building").tolist(),
        ledger.extra[PLACED_AT].tolist(),
        strict=True,
    )
    return {placement_key(estate, building): str(code) for estate, building, code in rows if code}


def remember_beside(contents: ProjectContents, base: Path) -> int:
    """Write the placements of a project beside its configuration, for the next `run`; return their number."""
    found = {tuple(key.split("|", 1)): code for key, code in placements_of(contents).items()}
    if found:
        remember_placements(base, {(key[0], key[1]): code for key, code in found.items()})
    return len(found)


#: Columns of the table of rows without a place; the last one is for the planner.
_NUMBER, _CODE = "序号", "楼栋编码"


def write_unplaced(contents: ProjectContents, path: Path) -> int:
    """Write the rows without a place as CSV or xlsx, a last column to be filled in; return their number."""
    rows = unplaced_rows(contents.district)
    codes = [*contents.district.communities.codes.tolist(), ""]
    fields = {
        _NUMBER: np.array([r.index + 1 for r in rows], np.int64),
        "行号": np.array([r.row for r in rows], np.int64),
        "小区": _texts([r.estate for r in rows]),
        "楼栋": _texts([r.building for r in rows]),
        "社区编码": _texts([codes[r.community] for r in rows]),
        "人数": np.array([r.people for r in rows], np.int64),
        "户数": np.array([r.households for r in rows], np.int64),
        _CODE: _texts([""] * len(rows)),
    }
    form = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    write_vector(Layer("unplaced", "", None, fields), path, contents.district.crs, format=form)
    return len(rows)


def _texts(values: list[str]) -> ObjectArray:
    """Return texts as a column."""
    return np.array([*values, None], dtype=object)[:-1]


def read_placement_table(contents: ProjectContents, path: Path) -> dict[int, int]:
    """Return index of the ledger row to index of the building, from the table of `write_unplaced` filled in.

    Raises
    ------
    UserError
        The table is another one, or names a building that is not there.
    """
    table = open_layer(local_path(str(path), Path.cwd())).columns
    if _NUMBER not in table or _CODE not in table:
        raise UserError(
            _("'{path}' has no column '{column}'. Take the table that `place --list` writes.").format(
                path=path.name, column=_NUMBER if _NUMBER not in table else _CODE
            )
        )
    numbers, bad = numbers_of(table[_NUMBER])
    if bad:
        raise UserError(
            _("'{path}': '{number}' is no row number.").format(path=path.name, number=table[_NUMBER][bad[0]])
        )
    codes, _lost = codes_of(table[_CODE])
    return {
        int(number) - 1: building_named(contents.district, code)
        for number, code in zip(numbers, codes, strict=True)
        if code
    }


def rows_to_place(
    contents: ProjectContents, table: Path | None, row: int | None, building: str
) -> dict[int, int]:
    """Return index of the ledger row to index of the building, from a list filled in or from one row.

    Parameters
    ----------
    contents : ProjectContents
    table : Path or None
        A list of `write_unplaced`, filled in.
    row : int or None
        Row number as the ledger counts.
    building : str
        Code of the building, with `row`.
    """
    found = read_placement_table(contents, table) if table else {}
    if row is not None:
        index = next((r.index for r in unplaced_rows(contents.district) if r.row == row), -1)
        found[index] = building_named(contents.district, building)
    return found


def place_rows(contents: ProjectContents, wanted: Mapping[int, int]) -> ProjectContents:
    """Return the project with several rows placed, and the journal saying so."""
    for index, building in wanted.items():
        contents = place_ledger_row(contents, index, building=building)
    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    what = ", ".join(f"{index + 1}={building}" for index, building in wanted.items())
    entry = JournalEntry(now, getpass.getuser(), _("Ledger rows placed by hand"), what, contents.current)
    return replace(contents, journal=(*contents.journal, entry))


def unplaced_lines(contents: ProjectContents) -> list[str]:
    """Return people without a place, per community, as lines for the terminal."""
    people, households = unplaced_totals(contents.district)
    rows = unplaced_rows(contents.district)
    lines = [
        _("{n} rows of the ledger have no building; {people} people, {households} households.").format(
            n=len(rows), people=int(people.sum()), households=int(households.sum())
        )
    ]
    names = [*contents.district.communities.names.tolist(), _("community unknown")]
    return lines + [
        _("  {name}: {people} people").format(name=names[i], people=int(people[i]))
        for i in np.flatnonzero(people)
    ]
