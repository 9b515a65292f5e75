# SPDX-License-Identifier: LGPL-3.0-or-later
"""Check the further levels: micro-grids inside grids, area grids of whole grids, each nested exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

import numpy as np

from gridplanner.texts import _
from gridplanner.verify.claims import Claim, holds, none_of
from gridplanner.verify.facts import Facts, Ints, counted, index_of
from gridplanner.verify.shapefile import Table
from gridplanner.verify.walls import connected_parts

#: Level, its layer, its column in the atoms, the word for it in the configuration.
_LEVELS = (("micro", "micro_grids", "WWGBM", "微网格"), ("area", "area_grids", "PQBM", "片区"))


def level_claims(facts: Facts) -> Iterator[Claim]:
    """Yield every claim about the further levels that the configuration asks for."""
    wanted = facts.output.config.get("plan", {}).get("levels", [])
    for level, layer, column, kind in _LEVELS:
        table = facts.output.layers.get(layer)
        if level not in wanted and table is None:
            continue
        text = _("The level '{level}' is there where it was asked for.").format(level=level)
        yield holds(f"{layer}.asked", table is not None and level in wanted, level, list(wanted), text)
        if table is not None:
            stated = facts.output.summary.get("levels", {}).get(level)
            text = _("The summary states how many grids the level '{level}' has.").format(level=level)
            yield holds(f"{layer}.count", stated == len(table), stated, len(table), text)
            yield from _one_level(facts, level, table, column, kind)


def _one_level(facts: Facts, level: str, table: Table, column: str, kind: str) -> Iterator[Claim]:
    """Yield the claims about one level."""
    codes = table.texts("WGBM")
    name = f"{level}_grids"
    here = index_of(facts.atoms.texts(column), codes)
    ids = facts.atoms.texts("ATOM_ID")
    missing = list(ids[(here < 0) & (facts.new >= 0)])
    yield none_of(f"{name}.WGBM", missing, _("Every smallest area lies in a listed grid of each level."))
    inner, outer = (here, facts.new) if level == "micro" else (facts.new, here)
    small = codes if level == "micro" else facts.grids.texts("WGBM")
    text = _("Each grid of a level lies wholly in one grid of the level above.")
    yield none_of(f"{name}.nested", _straddling(inner, outer, small), text)
    yield none_of(
        f"{name}.SJBM", _wrong_above(facts, level, table, here), _("Each grid names the one above it.")
    )
    for field, weight in (("RK", facts.people), ("HS", facts.households), ("FZ", facts.load)):
        wrong = codes[counted(here, weight, len(table)) != table.numbers(field)]
        text = _("The {what} of each row of {layer} are those of its smallest areas.")
        yield none_of(f"{name}.{field}", list(wrong), text.format(what=field, layer=name))
    if level == "micro":
        parts = connected_parts(len(facts.atoms), here, *facts.borders)
        pairs = np.unique(np.column_stack((here, parts))[here >= 0], axis=0)
        torn = codes[np.bincount(pairs[:, 0], minlength=len(table)) > 1]
        yield none_of(f"{name}.contiguity", list(torn), _("Every micro-grid hangs together."))
    yield _limits(facts, level, table, kind)


def _straddling(inner: Ints, outer: Ints, codes: Any) -> list[str]:
    """Return the codes of inner units that lie in several outer ones."""
    pairs = np.unique(np.column_stack((inner, outer))[inner >= 0], axis=0)
    return [str(codes[i]) for i in np.flatnonzero(np.bincount(pairs[:, 0], minlength=len(codes)) > 1)]


def _wrong_above(facts: Facts, level: str, table: Table, here: Ints) -> list[str]:
    """Return the grids of a level whose stated upper unit is not the one they lie in."""
    upper = facts.grids.texts("WGBM") if level == "micro" else facts.communities.texts("SQDM")
    label = facts.new if level == "micro" else facts.home
    stated = index_of(table.texts("SJBM"), upper)
    wrong = (here >= 0) & (stated[np.maximum(here, 0)] != label)
    return sorted({str(table.texts("WGBM")[i]) for i in here[wrong]})


def _limits(facts: Facts, level: str, table: Table, kind: str) -> Claim:
    """Return whether the grids of a level outside their own limits are those listed."""
    listed = {
        code
        for row in facts.output.findings
        if row["rule"] == f"level.{level}"
        for code in row["subjects"].split(";")
    }
    place = index_of(table.texts("SQDM"), facts.communities.texts("SQDM"))
    words = {
        "community_type": facts.communities.texts("SQLX"),
        "community_code": facts.communities.texts("SQDM"),
        "community": facts.communities.texts("SQMC"),
        "street": facts.communities.texts("JDMC"),
    }
    broken = set()
    above = index_of(table.texts("SJBM"), facts.grids.texts("WGBM"))
    for g, c in enumerate(place.tolist()):
        if level == "micro" and above[g] >= 0 and not facts.general[above[g]]:
            continue  # dedicated grids stand outside every band, and so does what lies in them
        known = {key: str(column[c]) for key, column in words.items()} | {"kind": kind}
        for rule, field in (("people", "FZ"), ("households", "HS")):
            keys = _own_limits(facts, kind, rule, known)
            if not keys.get("min", -inf) <= table.numbers(field)[g] <= keys.get("max", inf):
                broken.add(str(table.texts("WGBM")[g]))
    text = _("Every grid of the level '{level}' outside its limits is listed, and no other.")
    return none_of(f"{level}_grids.limits", sorted(broken ^ listed), text.format(level=level))


def _own_limits(facts: Facts, kind: str, rule: str, known: Mapping[str, str]) -> dict[str, Any]:
    """Return the limits named for a level; those of the general grids do not hold there."""
    keys: dict[str, Any] = {}
    for where, tables in facts.limits.by:
        if where.get("kind") == kind and rule in tables and facts.limits.matches(where, known):
            keys |= tables[rule]
    return keys
