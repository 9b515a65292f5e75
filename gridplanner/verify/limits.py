# SPDX-License-Identifier: LGPL-3.0-or-later
"""The limits that a plan was made under, read again from preset and configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from gridplanner.errors import UserError
from gridplanner.texts import RESOURCES, _

Tables = Mapping[str, Mapping[str, Any]]
_NUMBERED = ("people", "households", "service_radius_m")


@dataclass(frozen=True)
class Limits:
    """Rule tables of a configuration laid over those of its preset.

    Parameters
    ----------
    tables : mapping of rule to its keys
    min_shared_border_m : float
    weights : mapping of group to its weight in the load
    by : tuple of (where, tables)
        Later ones win.
    areas : mapping of sub-area to the codes of its communities
    """

    tables: Tables
    min_shared_border_m: float = 2.0
    weights: Mapping[str, float] = field(default_factory=dict)
    by: tuple[tuple[Mapping[str, str], Tables], ...] = field(default=())
    areas: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, rule: str, facts: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the keys of a rule as they hold for a grid of which `facts` are known."""
        keys = dict(self.tables.get(rule, {}))
        for where, tables in self.by:
            if rule in tables and self.matches(where, facts):
                keys |= tables[rule]
        return keys

    def matches(self, where: Mapping[str, str], facts: Mapping[str, str]) -> bool:
        """Return whether every word of `where` is true of a grid."""
        return all(self._holds(key, value, facts) for key, value in where.items())

    def _holds(self, key: str, value: str, facts: Mapping[str, str]) -> bool:
        if key == "area":
            return facts.get("community_code", "") in self.areas.get(value, ())
        return facts.get(key, "") == value

    def breaks(self, rule: str, facts: Mapping[str, str], value: float, tolerance: float = 0.0) -> bool:
        """Return whether a value lies outside the limits, warnings included."""
        keys = self.of(rule, facts)
        low = max(keys.get("min", -inf), keys.get("warn_min", -inf))
        high = min(keys.get("max", inf), keys.get("warn_max", inf))
        return not low - tolerance <= value <= high + tolerance


def read_limits(config: Mapping[str, Any]) -> Limits:
    """Return the limits that a configuration states.

    Raises
    ------
    UserError
        It names a preset that does not exist.
    """
    rules = config.get("rules", {})
    merged: dict[str, dict[str, Any]] = {}
    by: list[tuple[Mapping[str, str], Tables]] = []
    shared, weights = 2.0, dict[str, float]()
    for source in (_preset(rules.get("preset", "")), rules):
        for name in _NUMBERED:
            given = source.get(name, {})
            # `people = false` turns a rule off, so that no limit is left; `true` leaves what was set.
            known = {} if given is False else merged.get(name, {})
            merged[name] = {**known, **given} if isinstance(given, Mapping) else known
        weights = {**source["weights"]} if "weights" in source else weights
        shared = float(source.get("min_shared_border_m", shared))
        by += [
            (item.get("where", {}), {k: item[k] for k in _NUMBERED if isinstance(item.get(k), Mapping)})
            for item in source.get("by", ())
        ]
    return Limits(merged, shared, weights, tuple(by), rules.get("areas", {}))


def _preset(name: str) -> Mapping[str, Any]:
    if not name:
        return {}
    path = RESOURCES / "presets" / f"{name}.toml"
    if not path.exists():
        raise UserError(
            _("The configuration names the preset '{name}', which does not exist.").format(name=name)
        )
    return tomllib.loads(path.read_text(encoding="utf-8"))
