# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a setting is: a key of the configuration, its name for the planner, its kind of field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One word of a choice: as the configuration writes it, as the planner reads it.

    `hint` says for whom it is; `missing` why it cannot be chosen here; `always` is on in any case.
    """

    word: str
    name: str
    hint: str = ""
    missing: str = ""
    always: bool = False


@dataclass(frozen=True)
class Setting:
    """One setting of the configuration.

    Parameters
    ----------
    key : str
        Dotted, as in CONFIG.toml: `export.maps.paper`.
    text : str
        In the user's language.
    kind : str
        Of `FIELDS`.
    options : sequence of Option
        Of a choice, or of a list to tick.
    help : str
    low, high, suffix : of a number
    """

    key: str
    text: str
    kind: str
    options: Sequence[Option] = ()
    help: str = ""
    low: float = 0
    high: float = 10_000_000
    suffix: str = ""
