# SPDX-License-Identifier: LGPL-3.0-or-later
"""The user's words for the roles of layers."""

from __future__ import annotations

from gridplanner.texts import _


def role_word(role: str) -> str:
    """Return the user's word for a role; a net keeps its own name.

    Examples
    --------
    >>> from gridplanner.texts import use_language
    >>> use_language("en")
    >>> role_word("grids"), role_word("nets.petitions")
    ('grids', 'petitions')
    """
    words = {
        "communities": _("communities"),
        "streets": _("streets"),
        "grids": _("grids"),
        "atoms": _("atoms"),
        "buildings": _("buildings"),
        "people": _("people"),
        "stairs": _("stairs"),
        "estates": _("estates"),
        "barriers": _("barriers"),
        "bridges": _("bridges"),
        "roads": _("roads"),
        "sites": _("sites"),
        "stations": _("stations"),
        "branches": _("branches"),
        "staff": _("staff"),
    }
    return words.get(role, role.removeprefix("nets."))
