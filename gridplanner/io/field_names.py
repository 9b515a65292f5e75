# SPDX-License-Identifier: LGPL-3.0-or-later
"""Match column names to meanings by the table of usual names (`resources/fields/aliases.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from gridplanner.errors import UserError
from gridplanner.model.layers import FIELD_KEYS
from gridplanner.texts import RESOURCES, _

#: Column names that hold coordinates of a table, east and north.
_EAST = ("x", "lon", "lng", "long", "longitude", "经度", "东坐标", "x坐标", "横坐标", "东经")
_NORTH = ("y", "lat", "latitude", "纬度", "北坐标", "y坐标", "纵坐标", "北纬")


def plain(name: str) -> str:
    """Return a column name for comparing: no case, blanks, underscores, units in brackets.

    Examples
    --------
    >>> plain("户数（户）"), plain("Grid_Code")
    ('户数', 'gridcode')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\((?:人|户|个|名|平方米|米|m2|m|栋|幢|层)\)", "", text)
    return re.sub(r"[\s_\-()*:：]", "", text)


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return role to meaning to plain names, in order of preference."""
    text = (RESOURCES / "fields" / "aliases.toml").read_text(encoding="utf-8")
    return {
        role: {key: tuple(plain(name) for name in names) for key, names in table.items()}
        for role, table in tomllib.loads(text).items()
    }


@cache
def _all_names() -> frozenset[str]:
    """Return every plain name that has a meaning somewhere."""
    names = {name for table in _tables().values() for names in table.values() for name in names}
    return frozenset(names | set(_EAST) | set(_NORTH))


def known_name(name: str) -> bool:
    """Tell whether a column name has a known meaning in any role."""
    return bool(name) and plain(name) in _all_names()


def match_fields(role: str, columns: Iterable[str], named: Mapping[str, str], source: str) -> dict[str, str]:
    """Return meaning to column name.

    Parameters
    ----------
    role : str
        One of `ROLES`, or `nets.NAME`.
    columns : iterable of str
    named : mapping
        Meanings that the user tied to columns; these hold, and their columns are not matched again.
    source : str
        Name for messages.

    Raises
    ------
    UserError
        The user named a column that is not there, or a meaning that does not exist.

    Examples
    --------
    >>> match_fields("grids", ["WGBM", "SQDM", "RK"], {}, "grids.shp")
    {'code': 'WGBM', 'community_code': 'SQDM', 'people': 'RK'}
    """
    names = list(columns)
    matched = {key: _named(key, column, names, source) for key, column in named.items()}
    taken = set(matched.values())
    own = _tables().get("grids" if role.startswith("nets.") else role, {})
    common = _tables()["any"]
    for key in (*own, *(key for key in common if key not in own)):
        wanted = own.get(key, ()) + common.get(key, ())
        found = None if key in matched else _first(wanted, names, taken)
        if found:
            matched[key] = found
            taken.add(found)
    order = [name for name in FIELD_KEYS if name in matched]
    return {key: matched[key] for key in sorted(order, key=lambda key: names.index(matched[key]))}


def _named(key: str, column: str, names: list[str], source: str) -> str:
    """Return the column the user named for a meaning, in the file's spelling."""
    if key not in FIELD_KEYS:
        near = get_close_matches(key, FIELD_KEYS, n=1, cutoff=0.3)
        raise UserError(
            _("'{source}': fields knows no '{key}'; did you mean '{near}'?").format(
                source=source, key=key, near=near[0] if near else FIELD_KEYS[0]
            )
        )
    if column in names:
        return column
    for name in names:
        if plain(name) == plain(column):
            return name
    near = get_close_matches(column, names, n=1, cutoff=0.4)
    hint = near[0] if near else "、".join(names[:12])
    raise UserError(
        _("'{source}' has no column '{column}' (fields.{key}). Nearest: {hint}.").format(
            source=source, column=column, key=key, hint=hint
        )
    )


def _first(wanted: tuple[str, ...], names: list[str], taken: set[str]) -> str | None:
    """Return the first column whose plain name is wanted, in order of preference."""
    by_plain = {plain(name): name for name in reversed(names) if name not in taken}
    return next((by_plain[name] for name in wanted if name in by_plain), None)


def coordinate_columns(columns: Iterable[str]) -> tuple[str, str] | None:
    """Return the columns with east and north coordinates of a table, None if it has none."""
    by_plain = {plain(name): name for name in columns}
    east = next((by_plain[name] for name in _EAST if name in by_plain), None)
    north = next((by_plain[name] for name in _NORTH if name in by_plain), None)
    return (east, north) if east and north else None
