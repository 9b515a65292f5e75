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
        "communities": _("layer:communities"),
        "streets": _("layer:streets"),
        "grids": _("layer:grids"),
        "atoms": _("layer:atoms"),
        "buildings": _("layer:buildings"),
        "people": _("layer:people"),
        "stairs": _("layer:stairs"),
        "estates": _("layer:estates"),
        "barriers": _("layer:barriers"),
        "bridges": _("layer:bridges"),
        "roads": _("layer:roads"),
        "sites": _("layer:sites"),
        "stations": _("layer:stations"),
        "branches": _("layer:branches"),
        "staff": _("layer:staff"),
    }
    # The prefix keeps "people" of a layer apart from "people" of a column in the catalogue.
    return words.get(role, role.removeprefix("nets.")).removeprefix("layer:")
