# SPDX-License-Identifier: LGPL-3.0-or-later
"""One value of the rules by the key of its declaration: what forms read and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from gridplanner.model.ruleset import Override, RuleSet

#: Tables whose name in the configuration carries the unit.
_FIELDS = {"service_radius_m": "service_radius"}


def _place(key: str) -> tuple[str, str]:
    """Return the field of RuleSet, and the name inside it ("" for the field itself)."""
    _rules, table, *rest = key.split(".")
    return _FIELDS.get(table, table), rest[0] if rest else ""


def value_of(rules: RuleSet, key: str) -> Any:
    """Return the value of a declared key.

    Parameters
    ----------
    rules : RuleSet
    key : str
        As in `model.parameters`: `rules.people.max`.

    Returns
    -------
    float, bool or str
        -inf or inf where a limit is open; 0 for a weight that is not set.

    Examples
    --------
    >>> from gridplanner.model.ruleset import Band
    >>> value_of(RuleSet(people=Band(1000, 2000)), "rules.people.max")
    2000
    """
    field, name = _place(key)
    held = getattr(rules, field)
    if not name:
        return held
    return held.get(name, 0.0) if isinstance(held, Mapping) else getattr(held, name)


def with_value(rules: RuleSet, key: str, value: object) -> RuleSet:
    """Return the rules with another value under a declared key.

    Examples
    --------
    >>> with_value(RuleSet(), "rules.people.max", 2000.0).people.max
    2000.0
    """
    field, name = _place(key)
    held = getattr(rules, field)
    new: Any = value
    if name and isinstance(held, Mapping):
        new = {k: v for k, v in {**held, name: value}.items() if v}
    elif name:
        new = replace(held, **{name: value})
    changes: dict[str, Any] = {field: new}
    return replace(rules, **changes)


def override_of(base: RuleSet, other: RuleSet, where: Mapping[str, str]) -> Override:
    """Return what makes `other` of `base` where all words of `where` hold.

    Only whole rules (bands, radius, switches) can differ; numbers of the whole plan cannot.
    """
    whole_plan = ("preset", "by", "weights", "min_shared_border_m")
    can = [f.name for f in fields(RuleSet) if f.name not in whole_plan]
    return Override(dict(where), {k: getattr(other, k) for k in can if getattr(other, k) != getattr(base, k)})
