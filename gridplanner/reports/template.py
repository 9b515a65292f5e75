# SPDX-License-Identifier: LGPL-3.0-or-later
"""Text templates that the office can change: TOML with named fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from gridplanner.errors import UserError
from gridplanner.model.keys import check_keys
from gridplanner.texts import RESOURCES, _, language


def supplied(name: str) -> Path:
    """Return the supplied template in the language in use, else the Chinese one."""
    own = RESOURCES / "templates" / f"{name}.{language()}.toml"
    return own if own.is_file() else RESOURCES / "templates" / f"{name}.toml"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a template.

    Raises
    ------
    UserError
        It cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(
            _("Cannot read the template '{path}': {cause}. Correct it or use the supplied one.").format(
                path=path, cause=error
            )
        ) from error


def fill_fields(text: str, facts: Mapping[str, str]) -> str:
    """Return a template's text with its fields filled in.

    Values are never read as templates, so a brace in a name is harmless.

    Raises
    ------
    UserError
        A field does not exist; names the nearest one.

    Examples
    --------
    >>> fill_fields("{n}个网格", {"n": "288"})
    '288个网格'
    """
    parts = []
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise UserError(
            _("Template text '{text}': {cause}. Write a brace that is no field twice.").format(
                text=text, cause=error
            )
        ) from error
    for plain, name, _spec, _conversion in pieces:
        parts.append(plain)
        if name is not None:
            check_keys({name: None}, tuple(facts), _("template"))
            parts.append(facts[name])
    return "".join(parts)
