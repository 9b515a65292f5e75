# SPDX-License-Identifier: LGPL-3.0-or-later
"""Refuse an unknown key of a configuration, naming the nearest known one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from gridplanner.errors import UserError
from gridplanner.texts import _


def check_keys(table: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raise UserError for the first key of `table` that is not in `known`.

    Parameters
    ----------
    table : mapping
    known : collection of str
    where : str
        Name of the table as the user wrote it, for the message (`[plan]`).

    Examples
    --------
    >>> from gridplanner.texts import use_language
    >>> use_language("en")
    >>> check_keys({"totl": 288}, ("total", "mode"), "[plan]")
    Traceback (most recent call last):
    gridplanner.errors.UserError: [plan]: unknown key 'totl'; did you mean 'total'?
    """
    for key in table:
        if key in known:
            continue
        near = get_close_matches(key, list(known), n=1, cutoff=0.3)
        if near:
            raise UserError(
                _("{where}: unknown key '{key}'; did you mean '{near}'?").format(
                    where=where, key=key, near=near[0]
                )
            )
        raise UserError(
            _("{where}: unknown key '{key}'; known keys are {known}.").format(
                where=where, key=key, known=", ".join(sorted(known))
            )
        )
