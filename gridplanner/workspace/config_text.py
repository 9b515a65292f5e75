# SPDX-License-Identifier: LGPL-3.0-or-later
"""The text of a configuration written from tables: what the window changes, what stands beside an output."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, time
from math import inf, isinf, isnan
from pathlib import Path
from typing import Any

from gridplanner.model.plan import Plan
from gridplanner.model.project import ProjectContents
from gridplanner.model.request import PlanRequest
from gridplanner.model.ruleset import Band, RadiusRule, RuleSet, Switch
from gridplanner.rules.presets import SWITCHES, load_preset, rules_from_config
from gridplanner.workspace.plan_table import request_from_table

_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: Fields of the rules by the name of their table.
_RULES = {"people": "people", "households": "households", "service_radius_m": "service_radius"} | {
    name: name for name in SWITCHES
}


def config_text(table: Mapping[str, Any]) -> str:
    """Return a table as TOML.

    Examples
    --------
    >>> print(config_text({"name": "甲区", "export": {"formats": ["shp"], "zip": True}}))
    name = "甲区"
    <BLANKLINE>
    [export]
    formats = ["shp"]
    zip = true
    <BLANKLINE>
    """
    return "\n".join(_lines(table, ())).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...], *, item: bool = False) -> Iterator[str]:
    """Yield the lines of a table: its own keys, then the tables in it."""
    tables = {key: value for key, value in table.items() if _is_table(value)}
    plain = {key: value for key, value in table.items() if key not in tables}
    name = ".".join(_key(part) for part in path)
    if item:
        yield f"\n[[{name}]]"
    elif path and (plain or not tables):
        yield f"\n[{name}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _lines(value, (*path, key))
        else:
            for one in value:
                yield from _lines(one, (*path, key), item=True)


def _is_table(value: object) -> bool:
    """Tell whether a value is written under a heading of its own."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _key(key: str) -> str:
    """Return a key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    """Return a text in quotes; JSON escapes what TOML wants escaped, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any) -> str:  # whatever a configuration holds
    """Return one value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if isnan(value):
            return "nan"
        return ("-" if value < 0 else "") + "inf" if isinf(value) else repr(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    return _string(str(value))


def with_names_only(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration whose layers are named without their folders.

    It goes into projects and output folders, where the folders of one machine have no business.
    """
    layers = {
        role: {**layer, "path": Path(str(layer["path"])).name}
        for role, layer in table.get("layers", {}).items()
    }
    return {**table, "layers": layers}


def with_values(text: str, changes: Mapping[str, Any]) -> str:
    """Return the text of a configuration with other values.

    Parameters
    ----------
    text : str
        A configuration; "" for none.
    changes : mapping
        Value by dotted key, `export.maps.paper`; None takes the key out. Comments are not kept.
    """
    table = tomllib.loads(text)
    for dotted, value in changes.items():
        *path, last = dotted.split(".")
        held = table
        for part in path:
            held = held.setdefault(part, {})
        if value is None:
            held.pop(last, None)
        else:
            held[last] = value
    return config_text(table)


def in_force(contents: ProjectContents, plan: Plan) -> str:
    """Return the configuration with the rules and the question as they are now.

    Parameters
    ----------
    contents : ProjectContents
    plan : Plan
        What is handed over: where it has been edited by hand to another number of grids than was
        asked for, the number is left out, as it no longer describes this plan.

    Returns
    -------
    str
        The text as it was where nothing has changed, comments included.
    """
    table = tomllib.loads(contents.config)
    changed = False
    if rules_from_config(table.get("rules", {})) != contents.rules:
        table["rules"], changed = rules_table(contents.rules), True
    if request_from_table(table.get("plan", {})) != contents.request:
        table["plan"], changed = request_table(contents.request), True
    total = table.get("plan", {}).get("total")
    if changed and isinstance(total, int) and total != int(plan.general().sum()):
        del table["plan"]["total"]
    return config_text(table) if changed else contents.config


def request_table(request: PlanRequest) -> dict[str, Any]:
    """Return the `[plan]` table of a question: what is not as by default."""
    plain = PlanRequest()
    return {
        f.name: getattr(request, f.name)
        for f in fields(request)
        if getattr(request, f.name) != getattr(plain, f.name)
    }


def rules_table(rules: RuleSet) -> dict[str, Any]:
    """Return the `[rules]` table that gives these rules back: the preset, and what differs from it."""
    start, table = RuleSet(), dict[str, Any]()
    if rules.preset and rules.by[: len(load_preset(rules.preset).by)] == load_preset(rules.preset).by:
        # An exception of the preset that was taken back could not be said beside the preset.
        start, table = load_preset(rules.preset), {"preset": rules.preset}
    table |= {
        name: _rule_table(getattr(rules, field), getattr(start, field))
        for name, field in _RULES.items()
        if getattr(rules, field) != getattr(start, field)
    }
    if rules.min_shared_border_m != start.min_shared_border_m:
        table["min_shared_border_m"] = rules.min_shared_border_m
    for name in ("weights", "own", "areas"):
        if getattr(rules, name) != getattr(start, name):
            table[name] = getattr(rules, name)
    names = {field: name for name, field in _RULES.items()}
    by = [
        {"where": dict(o.where)}
        | {names[field]: _rule_table(rule, getattr(rules, field)) for field, rule in o.rules.items()}
        for o in rules.by[len(start.by) :]
    ]
    return {**table, "by": by} if by else table


def _rule_table(rule: Band | RadiusRule | Switch, start: Band | RadiusRule | Switch) -> dict[str, Any]:
    """Return the values of a rule that are not as in `start`; of a switch both, as a table switches it on."""
    # No number of people lies below 0, so an open lower end is as good as 0, which a table can say.
    return {
        f.name: 0.0 if getattr(rule, f.name) == -inf else getattr(rule, f.name)
        for f in fields(rule)
        if isinstance(rule, Switch) or getattr(rule, f.name) != getattr(start, f.name)
    }
