# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tables that workbook and plan document share: columns with a kind, rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridplanner.model.masking import is_masked, shown_count
from gridplanner.reports.cells import Cell

KINDS = ("text", "int", "count", "number", "percent", "figure")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    title : str
    width : float
        In characters of the standard font.
    kind : str
        `text` (codes too), `int`, `count` (of people or households: small ones may be hidden),
        `number` (two decimals), `percent` or `figure` (decimals as given).
    total : bool
        Sum it in a total row.
    wrap : bool
        Break long texts over several lines.
    optional : bool
        Left out where no row fills it.
    """

    title: str
    width: float = 10
    kind: str = "text"
    total: bool = False
    wrap: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a title; each row has one value per column.

    Parameters
    ----------
    name : str
        Identifier: `overview`, `register`, ...
    title : str
        In the user's language.
    columns : tuple of Column
    rows : tuple of rows
    note : str
        A line below the title.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def masked(self, below: int) -> Table:
        """Return the table with its small counts hidden; itself with a limit of 0."""
        hidden = [column.kind == "count" for column in self.columns]
        if not below or not any(hidden):
            return self
        rows = [
            tuple(
                shown_count(v, below) if hide and isinstance(v, int) and is_masked(v, below) else v
                for v, hide in zip(row, hidden, strict=True)
            )
            for row in self.rows
        ]
        return replace(self, rows=tuple(rows))

    def without_empty(self) -> Table:
        """Return the table without optional columns that no row fills."""
        keep = [
            j
            for j, column in enumerate(self.columns)
            if not column.optional or any(row[j] not in (None, "") for row in self.rows)
        ]
        columns = tuple(self.columns[j] for j in keep)
        return replace(self, columns=columns, rows=tuple(tuple(row[j] for j in keep) for row in self.rows))

    def totals(self) -> tuple[Cell, ...]:
        """Return the total row; empty cells under columns that are not summed."""
        cells: list[Cell] = []
        for i, column in enumerate(self.columns):
            if column.total:
                cells.append(sum(row[i] for row in self.rows if isinstance(row[i], int | float)))  # type: ignore[misc]
            else:
                cells.append(None)
        return tuple(cells)

    @property
    def has_totals(self) -> bool:
        """Whether any column is summed."""
        return any(column.total for column in self.columns)
