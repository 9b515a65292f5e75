# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rules from presets and from the `[rules]` table of a configuration; both have the same form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from gridplanner.errors import UserError
from gridplanner.model.keys import check_keys
from gridplanner.model.load import GROUPS
from gridplanner.model.parameters import parameter
from gridplanner.model.ruleset import Band, Override, RadiusRule, RuleSet, Switch
from gridplanner.texts import RESOURCES, _, language

BANDS = ("people", "households")
SWITCHES = ("contiguity", "nesting", "estates", "barriers", "overlap", "gap")
FACTS = ("community_type", "kind", "community", "community_code", "street", "area", "dedicated_kind")
_TABLES = (*BANDS, "service_radius_m", *SWITCHES)
_KEYS = ("preset", *_TABLES, "min_shared_border_m", "weights", "own", "areas", "by")
_BAND_KEYS = ("min", "max", "hard", "warn_min", "warn_max")
_RADIUS_KEYS = ("max", "hard", "points", "metric", "detour", "warn_max")


@dataclass(frozen=True)
class Preset:
    """A named set of rules with where it comes from.

    Parameters
    ----------
    id, name : str
    source : str
        Document or derivation; shown wherever the preset is.
    name_en, source_en : str
        Both in English.
    mark : str
        Confidence: A official text, B secondary, C from memory (never quoted as a norm), D derived.
    rules : RuleSet
    """

    id: str
    name: str
    source: str
    mark: str
    rules: RuleSet
    name_en: str = ""
    source_en: str = ""

    def title(self) -> str:
        """Return the name in the user's language."""
        return self.name_en if language() == "en" and self.name_en else self.name

    def ground(self) -> str:
        """Return the source in the user's language."""
        return self.source_en if language() == "en" and self.source_en else self.source


@cache
def presets() -> Mapping[str, Preset]:
    """Return every preset of `resources/presets`, by its id."""
    found = {}
    for path in sorted((RESOURCES / "presets").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        about = table.pop("about")
        rules = replace(_merged(RuleSet(), table, path.stem), preset=path.stem)
        found[path.stem] = Preset(id=path.stem, rules=rules, **about)
    return found


def load_preset(name: str) -> RuleSet:
    """Return the rules of a preset.

    Raises
    ------
    UserError
        No such preset; names the nearest.
    """
    if name not in presets():
        near = get_close_matches(name, list(presets()), n=1, cutoff=0.3)
        raise UserError(
            _("[rules] preset '{name}' does not exist; did you mean '{near}'? Presets: {known}.").format(
                name=name, near=near[0] if near else next(iter(presets())), known=", ".join(presets())
            )
        )
    return presets()[name].rules


def rules_from_config(table: Mapping[str, Any]) -> RuleSet:
    """Return the rules of a `[rules]` table: a preset and what overrides it.

    Raises
    ------
    UserError
        An unknown key, a minimum above its maximum, or a value of the wrong kind.

    Examples
    --------
    >>> rules_from_config({"preset": "bazhou", "people": {"max": 2200}}).people.max
    2200.0
    """
    start = load_preset(str(table["preset"])) if "preset" in table else RuleSet()
    return _merged(start, {key: value for key, value in table.items() if key != "preset"}, "rules")


def _merged(start: RuleSet, table: Mapping[str, Any], where: str) -> RuleSet:
    """Return `start` with the tables of a preset or configuration put over it."""
    check_keys(table, _KEYS, f"[{where}]")
    changes: dict[str, Any] = {
        _field(key): _rule(getattr(start, _field(key)), key, value, f"[{where}] {key}")
        for key, value in table.items()
        if key in _TABLES
    }
    if "min_shared_border_m" in table:
        changes["min_shared_border_m"] = parameter("rules.min_shared_border_m").number(
            table["min_shared_border_m"], f"[{where}] min_shared_border_m"
        )
    if "weights" in table:
        check_keys(_as_table(table["weights"], f"[{where}] weights"), tuple(GROUPS), f"[{where}] weights")
        changes["weights"] = {
            k: parameter("rules.weights").number(v, f"[{where}] weights {k}")
            for k, v in _as_table(table["weights"], f"[{where}] weights").items()
        }
    if "own" in table:
        if not isinstance(table["own"], list) or not all(isinstance(name, str) for name in table["own"]):
            raise UserError(
                _("{where} must list names of installed rules, not {value}.").format(
                    where=f"[{where}] own", value=repr(table["own"])
                )
            )
        changes["own"] = tuple(table["own"])
    if "areas" in table:
        changes["areas"] = _areas(table["areas"], f"[{where}] areas")
    rules = replace(start, **changes)
    overrides = tuple(_override(rules, item, f"[[{where}.by]]") for item in table.get("by", ()))
    return replace(rules, by=(*start.by, *overrides))


def _areas(value: Any, where: str) -> dict[str, tuple[str, ...]]:  # whatever TOML holds there
    """Return the sub-areas: lists of codes of communities by name."""
    table = _as_table(value, where)
    for name, codes in table.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise UserError(
                _("{where} {name} must list codes of communities in quotes, not {value}.").format(
                    where=where, name=name, value=repr(codes)
                )
            )
    return {str(name): tuple(codes) for name, codes in table.items()}


def _override(rules: RuleSet, table: Any, where: str) -> Override:  # whatever TOML holds there
    """Return one `[[rules.by]]` entry."""
    table = _as_table(table, where)
    check_keys(table, ("where", *_TABLES), where)
    facts = _as_table(table.get("where", {}), f"{where} where")
    check_keys(facts, FACTS, f"{where} where")
    if "area" in facts and str(facts["area"]) not in rules.areas:
        raise UserError(
            _("{where}: the sub-area '{name}' is not listed in [rules.areas].").format(
                where=where, name=facts["area"]
            )
        )
    changed = {
        _field(key): _rule(getattr(rules, _field(key)), key, value, f"{where} {key}")
        for key, value in table.items()
        if key != "where"
    }
    return Override({key: str(value) for key, value in facts.items()}, changed)


def _field(key: str) -> str:
    """Return the field of RuleSet that a key of the configuration sets."""
    return "service_radius" if key == "service_radius_m" else key


def _rule(start: Band | RadiusRule | Switch, name: str, value: Any, where: str) -> Band | RadiusRule | Switch:
    """Return one rule with the values of its table; `false` switches it off."""
    if isinstance(value, bool):
        return _switched(start, on=value)
    table = _as_table(value, where)
    if isinstance(start, Switch):
        check_keys(table, ("on", "hard"), where)
        on = _boolean(table.get("on", True), f"{where} on")
        return Switch(on=on, hard=_boolean(table.get("hard", start.hard), f"{where} hard"))
    if isinstance(start, RadiusRule):
        return _radius(start, table, where)
    check_keys(table, _BAND_KEYS, where)
    band = replace(start, **_values(table, name, where))
    if not band.min <= band.max or not band.warn_min <= band.warn_max:
        raise UserError(
            _("{where}: the minimum {low:g} is above the maximum {high:g}. Exchange or correct them.").format(
                where=where, low=band.min, high=band.max
            )
        )
    return band


def _switched(start: Band | RadiusRule | Switch, *, on: bool) -> Band | RadiusRule | Switch:
    """Return a rule switched on as it is, or off."""
    if isinstance(start, Switch):
        return replace(start, on=on)
    return start if on else type(start)()


def _radius(start: RadiusRule, table: Mapping[str, Any], where: str) -> RadiusRule:
    """Return the radius rule with the values of its table."""
    check_keys(table, _RADIUS_KEYS, where)
    words = {key: table[key] for key in ("points", "metric") if key in table}
    chosen = {
        key: parameter(f"rules.service_radius_m.{key}").word(w, f"{where} {key}") for key, w in words.items()
    }
    rest = {key: value for key, value in table.items() if key not in words}
    changes: dict[str, Any] = {**_values(rest, "service_radius_m", where), **chosen}
    rule = replace(start, **changes)
    if (rule.points, rule.metric) == ("centre", "road"):
        raise UserError(
            _('{where}: nobody walks from a population centre. Use points = "best" or "stations".').format(
                where=where
            )
        )
    return rule


def _values(table: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    """Return the numbers of rule `name` within their bounds, and `hard` as bool."""
    return {
        key: _boolean(value, f"{where} {key}")
        if key == "hard"
        else parameter(f"rules.{name}.{key}").number(value, f"{where} {key}")
        for key, value in table.items()
    }


def _boolean(value: Any, where: str) -> bool:  # whatever TOML holds there
    """Return true or false, everything else refused."""
    if not isinstance(value, bool):
        raise UserError(
            _("{where} must be true or false, not {value}.").format(where=where, value=repr(value))
        )
    return value


def _as_table(value: Any, where: str) -> Mapping[str, Any]:  # whatever TOML holds there
    """Return a table, everything else refused."""
    if not isinstance(value, Mapping):
        raise UserError(_("{where} must be a table, not {value}.").format(where=where, value=repr(value)))
    return value
