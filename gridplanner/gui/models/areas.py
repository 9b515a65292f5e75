# SPDX-License-Identifier: LGPL-3.0-or-later
"""Select smallest areas by an expression: `estate = 幸福里 and people > 50`; whole columns at a time."""

from __future__ import annotations

import re

import numpy as np

from gridplanner.errors import UserError
from gridplanner.gui.models.expression import OPERATORS, term
from gridplanner.model.jurisdiction import District
from gridplanner.model.plan import Plan
from gridplanner.texts import _


def area_titles() -> dict[str, str]:
    """Return the columns of the smallest areas in the user's language."""
    return {
        "id": _("Area number"),
        "people": _("People"),
        "households": _("Households"),
        "area": _("Area (m2)"),
        "estate": _("Estate"),
        "building": _("Building name"),
        "community": _("Community"),
        "old_grid": _("Today's grid"),
        "grid": _("Grid"),
    }


def help_text() -> str:
    """Return how an expression on areas is written."""
    return _(
        "Columns: {columns}. Signs: > < >= <= = != and ~ for contains; join with 'and' or 'or'. "
        "Example: {example}"
    ).format(columns=_(", ").join(area_titles().values()), example=_("people = 0 and community ~ 示例"))


def area_columns(district: District, plan: Plan) -> dict[str, np.ndarray]:
    """Return the columns that an expression may name, of length n_atoms."""
    atoms = district.atoms
    estates = np.array([*district.estates.tolist(), ""], dtype=object)
    today = np.array([*(g.code for g in district.grids_before), ""], dtype=object)
    grids = np.array([*(g.code or g.name for g in plan.grids), ""], dtype=object)
    built = district.buildings.atom >= 0
    names = np.full(len(atoms), "", dtype=object)
    names[district.buildings.atom[built]] = district.buildings.names[built]
    return {
        "id": atoms.ids,
        "people": atoms.people,
        "households": atoms.households,
        "area": atoms.area_m2,
        "estate": estates[atoms.estate],
        "building": names,
        "community": district.communities.names[atoms.community],
        "old_grid": today[atoms.old_grid],
        "grid": grids[plan.assignment],
    }


def matching_areas(text: str, district: District, plan: Plan) -> np.ndarray:
    """Return the areas that an expression holds for.

    Parameters
    ----------
    text : str
    district : District
    plan : Plan

    Returns
    -------
    int64[k]

    Raises
    ------
    UserError
        A column or a sign is unknown.
    """
    columns = area_columns(district, plan)
    found = np.zeros(len(district.atoms), bool)
    for side in re.split(r"\s+(?:or|或)\s+", text.strip()):
        both = np.ones(len(found), bool)
        for part in re.split(r"\s+(?:and|且)\s+", side):
            both &= _holds(columns, *term(part, area_titles()))
        found |= both
    return np.flatnonzero(found)


def _holds(columns: dict[str, np.ndarray], column: str, sign: str, value: str) -> np.ndarray:
    """Return bool[n]: where a comparison holds; numbers as numbers, the rest as text."""
    cells = columns[column]
    if cells.dtype.kind in "if" and sign != "~":
        try:
            return np.asarray(OPERATORS[sign](cells, float(value)), bool)
        except ValueError as error:
            raise UserError(_("'{value}' is no number.").format(value=value)) from error
    # Few texts, many areas: each text is compared once.
    texts, place = np.unique(cells.astype(str), return_inverse=True)
    return np.array([bool(OPERATORS[sign](str(one), value)) for one in texts.tolist()], bool)[place]
