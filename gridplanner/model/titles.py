# SPDX-License-Identifier: LGPL-3.0-or-later
"""Words that the program writes into files, as the user reads them.

Files keep one Chinese spelling in any language; a window or a table in English shows the English word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gridplanner.model.kinds import ChangeKind, CommunityType, DedicatedKind, GridKind
from gridplanner.texts import _, language


@cache
def _titles(_language: str) -> Mapping[str, str]:
    """Return the words of the closed lists with their titles; one table for each language."""
    return {**_grid_words(), **_change_words(), **_community_words(), **_team_words()}


def _grid_words() -> dict[str, str]:
    """Return the kinds of grid and of the unit that a dedicated grid serves."""
    return {
        GridKind.GENERAL: _("general"),
        GridKind.DEDICATED: _("dedicated"),
        GridKind.MICRO: _("micro-grid"),
        DedicatedKind.ORGAN: _("public office"),
        DedicatedKind.HOSPITAL: _("hospital"),
        DedicatedKind.SCHOOL: _("school"),
        DedicatedKind.FIRM: _("firm"),
        DedicatedKind.PARK: _("industrial park"),
        DedicatedKind.SHOPPING: _("shopping quarter"),
        DedicatedKind.MARKET: _("market"),
        DedicatedKind.SCENIC: _("scenic area"),
        DedicatedKind.OTHER: _("other"),
    }


def _change_words() -> dict[str, str]:
    """Return what became of a grid."""
    return {
        ChangeKind.KEPT: _("kept"),
        ChangeKind.MERGED: _("merged"),
        ChangeKind.SPLIT: _("split"),
        ChangeKind.RESHAPED: _("border moved"),
        ChangeKind.NEW: _("new"),
        ChangeKind.RETIRED: _("retired"),
        ChangeKind.CARVED_OUT: _("carved out"),
    }


def _community_words() -> dict[str, str]:
    """Return the usual types of community."""
    return {
        CommunityType.ESTATE: _("housing estates"),
        CommunityType.COMMERCIAL: _("shops and offices"),
        CommunityType.OLD_COURTYARD: _("old courtyards"),
        CommunityType.WORK_UNIT: _("work units"),
        CommunityType.URBAN_RURAL: _("urban fringe"),
    }


def _team_words() -> dict[str, str]:
    """Return the roles of `model.staffing.TEAM_TEMPLATES`."""
    return {
        "专职网格员": _("full-time grid worker"),
        "兼职网格员": _("part-time grid worker"),
        "网格长": _("grid head"),
        "网格指导员": _("grid adviser"),
        "社区工作者": _("community worker"),
        "社区民警": _("community police officer"),
        "党支部书记": _("branch secretary"),
        "综合执法人员": _("law enforcement officer"),
        "卫生健康人员": _("health worker"),
        "法律服务人员": _("legal adviser"),
        "物业服务人员": _("property manager"),
        "其他力量": _("others"),
    }


def word_title(word: str) -> str:
    """Return a word of the closed lists in the user's language.

    Parameters
    ----------
    word : str
        As files spell it; several may be joined by `·`.

    Returns
    -------
    str
        A word of nobody's list comes back as it is: it is the user's own.
    """
    titles = _titles(language())
    return "·".join(titles.get(part, part) for part in str(word).split("·"))
