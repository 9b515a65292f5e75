# SPDX-License-Identifier: LGPL-3.0-or-later
"""Select rows of the attribute table by a small expression: `people > 2000 and kind = 综合`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping

from gridplanner.errors import UserError
from gridplanner.gui.models.grids import GridsModel, column_titles
from gridplanner.model.titles import word_title
from gridplanner.texts import _

OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "<>": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "~": lambda a, b: str(b).lower() in str(a).lower(),
}
_TERM = re.compile(r"^\s*([^<>=~]+?)\s*(>=|<=|!=|<>|>|<|=|~)\s*([^<>=~].*?|)\s*$")


def HELP() -> str:
    """Return how an expression is written."""
    return _(
        "A column, a sign (> < >= <= = != ~ for contains) and a value; join with 'and' or 'or'. "
        "Example: people > 2000 and community ~ 示例"
    )


def matching(text: str, model: GridsModel) -> list[int]:
    """Return the grids that an expression holds for.

    Raises
    ------
    UserError
        A column or a sign is unknown.
    """
    groups = [
        [term(part, column_titles()) for part in re.split(r"\s+(?:and|且)\s+", side)]
        for side in re.split(r"\s+(?:or|或)\s+", text.strip())
    ]
    model.catch_up()
    return [
        row
        for row in range(model.rowCount())
        if any(all(_holds(model, row, *term) for term in group) for group in groups)
    ]


def term(text: str, titles: Mapping[str, str]) -> tuple[str, str, str]:
    """Return column, sign and value of one comparison.

    Parameters
    ----------
    text : str
    titles : mapping of column to title
        Either may be written.

    Raises
    ------
    UserError
        The column or the sign is unknown.
    """
    found = _TERM.match(text)
    if found is None:
        raise UserError(_("'{text}' is no comparison. Write for example people > 2000.").format(text=text))
    name = found[1].strip().strip("\"'")
    by_title = {title: key for key, title in titles.items()}
    column = by_title.get(name, name.lower())
    if column not in titles:
        raise UserError(
            _("There is no column '{name}'. Columns are {known}.").format(
                name=name, known=", ".join(titles.values())
            )
        )
    return column, found[2], found[3].strip().strip("\"'")


def _holds(model: GridsModel, row: int, column: str, sign: str, value: str) -> bool:
    """Tell whether a comparison holds for a row; numbers as numbers, the rest as text."""
    cell = model.value(row, column)
    if isinstance(cell, int | float) and sign != "~":
        try:
            number = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
        except ValueError as error:
            raise UserError(_("'{value}' is no number.").format(value=value)) from error
        return not math.isnan(cell) and bool(OPERATORS[sign](float(cell), number))
    # Kinds are shown in the user's language; the word that files hold is understood as well.
    return bool(OPERATORS[sign](str(cell), word_title(value)))
