# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows of the people ledger that no building on the map took up: known, counted, never dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplanner.model.atoms import ObjectArray
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer

#: Columns that the join adds to `originals["people"].extra`: 1 where a row found its building, the code
#: of the community that a row belongs to ("" where unknown), and where the planner placed a row by hand.
PLACED, HOME, PLACED_AT = "placed", "home", "placed_at"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the people ledger without a place on the map.

    Parameters
    ----------
    index : int
        Position in `District.originals["people"]`; what `place_ledger_row` takes.
    row : int
        Row number in the ledger, as the user sees it.
    estate, building : str
        As the ledger writes them.
    community : int
        Index into `District.communities`; -1 where the row does not tell.
    people, households : int
    """

    index: int
    row: int
    estate: str
    building: str
    community: int
    people: int
    households: int


def unplaced_rows(district: District) -> tuple[LedgerRow, ...]:
    """Return the rows of the people ledger that have no place on the map, in the order of the ledger.

    Examples
    --------
    >>> from tests.builders import town
    >>> unplaced_rows(town("AB"))
    ()
    """
    ledger = district.originals.get("people")
    if ledger is None or PLACED not in ledger.extra:
        return ()
    indices = np.flatnonzero(np.asarray(ledger.extra[PLACED]) == 0)
    number = {str(code): i for i, code in enumerate(district.communities.codes)}
    homes = _homes(ledger)
    estates, buildings = ledger.texts("estate"), ledger.texts("building")
    people, households = (_whole(ledger.numbers(key)) for key in ("people", "households"))
    rows = ledger.rows if len(ledger.rows) else np.arange(1, len(ledger) + 1)
    return tuple(
        LedgerRow(
            int(i),
            int(rows[i]),
            str(estates[i]),
            str(buildings[i]),
            number.get(str(homes[i]), -1),
            int(people[i]),
            int(households[i]),
        )
        for i in indices
    )


def unplaced_totals(district: District) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return people and households that are counted but have no place, per community.

    Returns
    -------
    people, households : int64[n_communities + 1]
        The last one counts those whose community the ledger does not tell.
    """
    people = np.zeros(len(district.communities) + 1, np.int64)
    households = np.zeros_like(people)
    for row in unplaced_rows(district):
        # -1, an unknown community, is the last one.
        people[row.community] += row.people
        households[row.community] += row.households
    return people, households


def _homes(ledger: Layer) -> ObjectArray:
    """Return the community code of each row."""
    return np.asarray(ledger.extra.get(HOME, np.full(len(ledger), "", dtype=object)), dtype=object)


def _whole(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return counts as whole numbers; what is missing counts 0."""
    return np.rint(np.nan_to_num(values)).astype(np.int64)
