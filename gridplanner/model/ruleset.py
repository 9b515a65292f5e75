# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rules of a plan: limits, hard or soft, and where other limits hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf


@dataclass(frozen=True)
class Band:
    """A number per grid must lie in [min, max].

    Parameters
    ----------
    min, max : float
        Limits, both allowed; -inf and inf where open.
    hard : bool
        A breach is an error (True) or a warning (False).
    warn_min, warn_max : float
        An inner band of two-level presets: outside it, inside the limits, is a warning.
    """

    min: float = -inf
    max: float = inf
    hard: bool = True
    warn_min: float = -inf
    warn_max: float = inf


@dataclass(frozen=True)
class RadiusRule:
    """The farthest lived-in building of a grid lies within `max` of its service point.

    Parameters
    ----------
    max : float
        Metres; inf switches the rule off.
    hard : bool
    points : str
        `best` (the best of the grid's own building points) or `stations` (given service points inside
        the grid, else its own building points) or `centre` (the population centre).
    metric : str
        `straight` or `road` (along the road layer).
    detour : float
        Factor on straight-line distances, 1.0 by default.
    warn_max : float
        Two-level presets: above it, up to `max`, is a warning.
    """

    max: float = inf
    hard: bool = True
    points: str = "best"
    metric: str = "straight"
    detour: float = 1.0
    warn_max: float = inf


@dataclass(frozen=True)
class Switch:
    """A rule without a number: on or off, hard or soft."""

    on: bool = True
    hard: bool = True


@dataclass(frozen=True)
class Override:
    """Other limits where every word of `where` holds.

    `where` keys: `community_type kind community community_code street area dedicated_kind`.
    `rules` maps a field of `RuleSet` (`people`, `households`, `service_radius`, ...) to its replacement.
    """

    where: Mapping[str, str]
    rules: Mapping[str, Band | RadiusRule | Switch]


@dataclass(frozen=True)
class RuleSet:
    """All rules of a plan.

    Parameters
    ----------
    preset : str
        Identifier of the preset the limits started from; empty for none.
    people, households : Band
    service_radius : RadiusRule
    contiguity, nesting, barriers, overlap, gap : Switch
    estates : Switch
        "Do not cut an estate"; hard only while the estate fits under the upper limit.
    min_shared_border_m : float
        Parts that share a shorter border do not touch. Metres.
    weights : mapping
        Load weights per person or unit (`floating`, `elderly`, `shops`, `unmanaged`); empty: people count 1.
    own : tuple of str
        Names of rules that the user has installed (`rules/own.py`).
    areas : mapping
        Name of a sub-area to the codes of its communities, for `where = {area = ...}`.
    by : tuple of Override
        Later ones win.
    """

    preset: str = ""
    people: Band = field(default_factory=Band)
    households: Band = field(default_factory=Band)
    service_radius: RadiusRule = field(default_factory=RadiusRule)
    contiguity: Switch = field(default_factory=Switch)
    nesting: Switch = field(default_factory=Switch)
    barriers: Switch = field(default_factory=Switch)
    overlap: Switch = field(default_factory=Switch)
    gap: Switch = field(default_factory=Switch)
    estates: Switch = field(default_factory=lambda: Switch(on=False, hard=False))
    min_shared_border_m: float = 2.0
    weights: Mapping[str, float] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: tuple[Override, ...] = ()

    def resolve(self, facts: Mapping[str, str]) -> RuleSet:
        """Return the rules that hold for one grid or community, overrides applied.

        Parameters
        ----------
        facts : mapping
            What is known of it: `community_type`, `kind`, `community`, `community_code`, `street`, ...

        Examples
        --------
        >>> rules = RuleSet(people=Band(1000, 2000), by=(Override({"kind": "综合"}, {"people": Band(1, 2)}),))
        >>> rules.resolve({"kind": "综合"}).people.max
        2
        >>> rules.resolve({"kind": "专属"}).people.max
        2000
        """
        rules = replace(self, by=(), areas={})
        for override in self.by:
            if all(self._holds(key, value, facts) for key, value in override.where.items()):
                rules = replace(rules, **dict(override.rules))  # type: ignore[arg-type]
        return rules

    def _holds(self, key: str, value: str, facts: Mapping[str, str]) -> bool:
        """Tell whether a word of `where` is true of a grid."""
        if key == "area":
            return facts.get("community_code", "") in self.areas.get(value, ())
        return facts.get(key, "") == value
