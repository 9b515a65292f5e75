# SPDX-License-Identifier: LGPL-3.0-or-later
"""The `[plan]` table of a configuration: what the engine is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from gridplanner.errors import UserError
from gridplanner.model.keys import check_keys
from gridplanner.model.parameters import parameter
from gridplanner.model.request import TOTALS, PlanRequest
from gridplanner.texts import _

_NUMBERS = ("seed", "time_limit_s", "certify_s", "carve_people", "tries")
_WORDS = ("mode", "alike", "effort")
_LISTS_OF_WORDS = ("order", "levels")
_SWITCHES = ("carve", "one_net", "attach", "resume")
_LISTS = ("locked", "only", "order", "levels", "centres")
_PAIRS = ("join", "part")


def request_from_table(table: Mapping[str, Any]) -> PlanRequest:
    """Check the `[plan]` table.

    Raises
    ------
    UserError
        An unknown key, or a value of the wrong kind; names key and value.
    """
    check_keys(table, tuple(f.name for f in fields(PlanRequest)), "[plan]")
    values = dict(table)
    if "total" in values:
        values["total"] = _total(values["total"])
    for key in _WORDS:
        if key in values:
            parameter(f"plan.{key}").word(values[key], f"[plan] {key}")
    for key in _NUMBERS:
        if key in values:
            parameter(f"plan.{key}").number(values[key], f"[plan] {key}")
    for key in _SWITCHES:
        if not isinstance(values.get(key, False), bool):
            raise UserError(
                _("{where} must be true or false, not {value}.").format(
                    where=f"[plan] {key}", value=repr(values[key])
                )
            )
    values |= {key: _texts(values[key], key) for key in _LISTS if key in values}
    values |= {key: _pairs(values[key], key) for key in _PAIRS if key in values}
    for key in _LISTS_OF_WORDS:
        for word in values.get(key, ()):
            parameter(f"plan.{key}").word(word, f"[plan] {key}")
    return PlanRequest(**values)


def _total(value: Any) -> int | str:  # whatever TOML holds there
    """Return a number of grids, or one of the words for it."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value not in TOTALS and (not whole or value < parameter("plan.total").low):
        raise UserError(
            _('[plan] total = {value}: give a whole number above 0, "fewest" or "repair".').format(
                value=repr(value)
            )
        )
    total: int | str = value
    return total


def _texts(value: Any, key: str) -> tuple[str, ...]:  # whatever TOML holds there
    """Return a list of codes as texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UserError(
            _("[plan] {key} must be a list of texts in quotes, not {value}.").format(
                key=key, value=repr(value)
            )
        )
    return tuple(value)


def _pairs(value: Any, key: str) -> tuple[tuple[str, str], ...]:  # whatever TOML holds there
    """Return a list of pairs of codes."""
    pairs = value if isinstance(value, list) else [value]
    found = [_texts(pair, key) for pair in pairs]
    for pair in found:
        if len(pair) != 2:
            raise UserError(
                _("[plan] {key} must list pairs of codes, not {value}.").format(
                    key=key, value=repr(list(pair))
                )
            )
    return tuple((pair[0], pair[1]) for pair in found)
