# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the journal notes of a step: which areas left which grid for which, which records changed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplanner.model.plan import GridRecord, Plan

#: Grids that a line of the journal names one by one.
NAMED = 5
_FIELDS = ("code", "name", "kind", "dedicated_kind", "worker", "note", "colour")


def step_noted(before: Plan, after: Plan, *, renumbered: bool) -> dict[str, object]:
    """Return what changed between two plans over the same areas.

    Parameters
    ----------
    before, after : Plan
    renumbered : bool
        Grids came, went or changed their number: they are told apart by code, else by their record.

    Returns
    -------
    dict
        `atoms`, `from`, `to` where areas changed grid; `retired` for grids without areas that went;
        `locked`, `unlocked` and a key per field where records changed.
    """
    if len(before.assignment) != len(after.assignment) or (
        not renumbered and before.n_grids != after.n_grids
    ):
        return {}
    if renumbered:
        moved = np.flatnonzero(np.not_equal(*_alike(before, after)))
    else:
        moved = np.flatnonzero(before.assignment != after.assignment)
    noted: dict[str, object] = {}
    if len(moved):
        left, taken = np.unique(before.assignment[moved]), np.unique(after.assignment[moved])
        noted = {
            "atoms": len(moved),
            "from": _codes(before, left.tolist()),
            "to": _codes(after, taken.tolist()),
        }
    if not renumbered:
        return noted | _records(before, after)
    empty = np.setdiff1d(np.arange(before.n_grids), before.assignment)
    gone = [g for g in empty.tolist() if not any(before.grids[g] is kept for kept in after.grids)]
    return noted | ({"retired": _codes(before, gone)} if gone and after.n_grids < before.n_grids else {})


def _alike(before: Plan, after: Plan) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return both assignments with one number for a grid, whatever its place in either plan."""
    known: dict[str | int, int] = {}

    def numbers(plan: Plan) -> npt.NDArray[np.int64]:
        own = [known.setdefault(grid.code or id(grid), len(known)) for grid in plan.grids]
        return np.array([*own, -1], np.int64)[plan.assignment]

    return numbers(before), numbers(after)


def _records(before: Plan, after: Plan) -> dict[str, object]:
    """Return the changed fields of grids that kept their place."""
    pairs = [(i, a, b) for i, (a, b) in enumerate(zip(before.grids, after.grids, strict=True)) if a is not b]
    noted: dict[str, object] = {}
    for key, value in (("locked", True), ("unlocked", False)):
        turned = [i for i, a, b in pairs if a.locked != b.locked and b.locked is value]
        if turned:
            noted[key] = _codes(after, turned)
    for field in _FIELDS:
        changed = [(i, a, b) for i, a, b in pairs if getattr(a, field) != getattr(b, field)]
        if changed:
            texts = [f"{_codes(before, [i])} {_value(a, field)}->{_value(b, field)}" for i, a, b in changed]
            noted[field] = _listed(texts)
    return noted


def _value(record: GridRecord, field: str) -> str:
    """Return a field's value as one word of the journal, whose parts are parted by commas."""
    return str(getattr(record, field)).replace("\n", " ").replace(", ", "，")[:60] or "-"


def _codes(plan: Plan, grids: list[int]) -> str:
    """Return the codes of some grids, or where they stand while they have none."""
    return _listed([(plan.grids[g].code or f"+{g + 1}") if g >= 0 else "-" for g in grids])


def _listed(texts: list[str]) -> str:
    """Return the first of some texts, and how many there are where they are too many."""
    return ";".join(texts[:NAMED]) + (f";... ({len(texts)})" if len(texts) > NAMED else "")
