# SPDX-License-Identifier: LGPL-3.0-or-later
"""Native Excel charts of the overview: grids by street, sizes before and after, kinds of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplanner.model.kinds import ChangeKind
from gridplanner.model.outcome import Division, Outcome
from gridplanner.reports.sheets import HEAD_ROWS, Book
from gridplanner.texts import _

#: Before in grey, after in blue: they stay apart on a grey print.
BEFORE_COLOUR, AFTER_COLOUR = "#A6A6A6", "#2F5597"
#: Upper ends of the size classes, people. Source: class breaks seen in city systems, widened upwards.
SIZE_BREAKS = (500, 1000, 1500, 2000)
SIZE = {"width": 470, "height": 300}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chart stands: a row, and pixels from the left edge of the sheet."""

    row: int
    x: int


def add_street_chart(book: Book, sheet: Any, streets: int, at: Place) -> None:
    """Add general grids before and after by street, read from the overview table itself."""
    if not streets:
        return
    chart = book.file.add_chart({"type": "column"})
    name = sheet.get_name()
    first, last = HEAD_ROWS + 1, HEAD_ROWS + streets
    for column, title, colour in ((3, _("before"), BEFORE_COLOUR), (4, _("after"), AFTER_COLOUR)):
        chart.add_series(
            {
                "name": title,
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
                "fill": {"color": colour},
                "data_labels": {"value": True, "font": {"size": 8}},
                "gap": 60,
            }
        )
    _dress(chart, _("General grids by street"))
    sheet.insert_chart(at.row, 0, chart, {"x_offset": at.x, "object_position": 3})


def add_size_chart(book: Book, sheet: Any, data: Any, outcome: Outcome, at: Place) -> None:
    """Add how many general grids fall into each class of people, before and after."""
    labels = size_labels()
    columns = (size_classes(outcome.before), size_classes(outcome.after))
    data.write_column(0, 0, labels)
    for j, counts in enumerate(columns, 1):
        data.write_column(0, j, counts)
    chart = book.file.add_chart({"type": "column"})
    name = data.get_name()
    for j, (title, colour) in enumerate(((_("before"), BEFORE_COLOUR), (_("after"), AFTER_COLOUR)), 1):
        chart.add_series(
            {
                "name": title,
                "categories": [name, 0, 0, len(labels) - 1, 0],
                "values": [name, 0, j, len(labels) - 1, j],
                "fill": {"color": colour},
                "data_labels": {"value": True, "font": {"size": 8}},
                "gap": 60,
            }
        )
    _dress(chart, _("General grids by people"))
    sheet.insert_chart(at.row, 0, chart, {"x_offset": at.x, "object_position": 3})


def add_change_chart(book: Book, sheet: Any, data: Any, outcome: Outcome, at: Place) -> None:
    """Add how many grids were kept, merged, split, reshaped, new, retired, carved out."""
    counts = change_counts(outcome)
    data.write_column(0, 4, [word for word, _n in counts])
    data.write_column(0, 5, [n for _word, n in counts])
    chart = book.file.add_chart({"type": "bar"})
    name = data.get_name()
    chart.add_series(
        {
            "categories": [name, 0, 4, len(counts) - 1, 4],
            "values": [name, 0, 5, len(counts) - 1, 5],
            "fill": {"color": AFTER_COLOUR},
            "data_labels": {"value": True},
            "gap": 40,
        }
    )
    _dress(chart, _("Kinds of change"))
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    sheet.insert_chart(at.row, 0, chart, {"x_offset": at.x, "object_position": 3})


def _dress(chart: Any, title: str) -> None:
    """Set title, size and legend."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": False}, "overlay": False})
    chart.set_size(SIZE)
    chart.set_legend({"position": "bottom"})
    chart.set_chartarea({"border": {"none": True}})


def size_labels() -> list[str]:
    """Return the names of the size classes."""
    edges = (0, *SIZE_BREAKS)
    inner = [f"{low}—{high}" for low, high in zip(edges, SIZE_BREAKS, strict=False)]
    return [*inner, _("above {limit}").format(limit=SIZE_BREAKS[-1])]


def size_classes(division: Division) -> list[int]:
    """Count the general grids in each size class; an upper end belongs to its class."""
    people = division.measures.people[division.plan.general()]
    counts = np.bincount(np.searchsorted(SIZE_BREAKS, people), minlength=len(SIZE_BREAKS) + 1)
    return [int(n) for n in counts]


def change_counts(outcome: Outcome) -> list[tuple[str, int]]:
    """Return the kinds of change with their numbers."""
    change = outcome.change
    return [
        (str(ChangeKind.KEPT), change.kept),
        (str(ChangeKind.MERGED), change.merged),
        (str(ChangeKind.SPLIT), change.split),
        (str(ChangeKind.RESHAPED), change.reshaped),
        (str(ChangeKind.NEW), change.new),
        (str(ChangeKind.RETIRED), change.retired),
        (str(ChangeKind.CARVED_OUT), change.carved_out),
    ]
