# SPDX-License-Identifier: LGPL-3.0-or-later
"""The people of a ledger row put at a building or on an area, and taken back; light enough for the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from gridplanner.model.ledger import PLACED, PLACED_AT
from gridplanner.texts import _


def with_row_placed(district: District, index: int, *, building: int = -1, atom: int = -1) -> District:
    """Return the district with a row of the people ledger placed.

    Parameters
    ----------
    district : District
    index : int
        `LedgerRow.index`.
    building : int
        Index into `District.buildings`; -1 to place the row on an area without a building.
    atom : int
        Index into `District.atoms`, where no building is given.

    Raises
    ------
    UserError
        The row has a place already, or the building stands in no area.
    """
    ledger = district.originals.get("people")
    if ledger is None or not _is_unplaced(ledger, index):
        raise UserError(_("This row of the ledger has a place already. Choose one of the list."))
    if building >= 0:
        atom = int(district.buildings.atom[building])
    if not 0 <= atom < len(district.atoms):
        raise UserError(_("There is no area to plan at this place. Point at a building inside a community."))
    code = str(district.buildings.codes[building] if building >= 0 else district.atoms.building[atom])
    return _changed(district, ledger, index, building, atom, code or str(district.atoms.ids[atom]))


def with_row_taken_back(district: District, index: int, *, building: int = -1, atom: int = -1) -> District:
    """Return the district as it was before `with_row_placed` with the same arguments."""
    home = int(district.buildings.atom[building]) if building >= 0 else atom
    return _changed(district, district.originals["people"], index, building, home, "")


def _is_unplaced(ledger: Layer, index: int) -> bool:
    """Tell whether a row of the ledger has no place yet."""
    placed = ledger.extra.get(PLACED)
    return placed is not None and 0 <= index < len(placed) and int(placed[index]) == 0


def _changed(district: District, ledger: Layer, index: int, building: int, atom: int, code: str) -> District:
    """Return the district with a row's people added where `code` names a place, else taken away."""
    sign = 1 if code else -1
    placed = np.array(ledger.extra[PLACED], dtype=np.int64)
    where = np.array(ledger.extra.get(PLACED_AT, np.full(len(ledger), "", dtype=object)), dtype=object)
    placed[index], where[index] = int(bool(code)), code
    changed: dict[str, npt.NDArray[np.int64]] = {}
    at_buildings: dict[str, Any] = {}
    for key in ("people", "households"):
        number = sign * int(np.rint(np.nan_to_num(ledger.numbers(key)[index])))
        changed[key] = _more(getattr(district.atoms, key), atom, number)
        if building >= 0:
            at_buildings[key] = _more(getattr(district.buildings, key), building, number)
    marked = replace(ledger, extra=dict(ledger.extra) | {PLACED: placed, PLACED_AT: where})
    return replace(
        district,
        atoms=replace(district.atoms, people=changed["people"], households=changed["households"]),
        buildings=replace(district.buildings, **at_buildings),
        originals={**district.originals, "people": marked},
    )


def _more(counts: npt.NDArray[np.int64], at: int, number: int) -> npt.NDArray[np.int64]:
    """Return counts with a number added at one place; never below 0."""
    more = counts.copy()
    more[at] = max(int(more[at]) + number, 0)
    return more


def building_near(district: District, x: float, y: float, within_m: float = 50.0) -> int:
    """Return the building nearest to a place; -1 if none stands in an area within reach."""
    buildings = district.buildings
    away = np.hypot(buildings.x - x, buildings.y - y)
    away = np.where(buildings.atom >= 0, away, np.inf)
    nearest = int(np.argmin(away)) if len(away) else -1
    return nearest if nearest >= 0 and away[nearest] <= within_m else -1


def building_named(district: District, code: str) -> int:
    """Return the index of the building with a code.

    Raises
    ------
    UserError
        There is no such building.
    """
    found = np.flatnonzero(district.buildings.codes == code)
    if not len(found):
        raise UserError(_("There is no building with the code '{code}'. Check the code.").format(code=code))
    return int(found[0])
