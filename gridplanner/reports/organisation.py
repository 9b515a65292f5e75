# SPDX-License-Identifier: LGPL-3.0-or-later
"""The party organisation as an indented table."""

from __future__ import annotations

from gridplanner.model.organisation import organisation_of
from gridplanner.model.outcome import Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def organisation_table(outcome: Outcome) -> Table:
    """Return street work committees, community committees, branches and groups, one below the other."""
    tree = organisation_of(outcome.district.communities, outcome.after.plan.branches)
    total = tree.totals()
    words = (_("street"), _("community"), _("branch"), _("group"))
    rows: list[tuple[Cell, ...]] = []
    for unit in tree.walk():
        depth = int(tree.depth[unit])
        word = words[min(depth, len(words) - 1)]
        own = int(tree.members[unit])
        rows.append((word, "　　" * depth + tree.names[unit], own or None, int(total[unit])))
    columns = (
        Column(_("Level"), 10),
        Column(_("Organisation"), 52),
        Column(_("Full members of its own"), 14, "int"),
        Column(_("Full members with those below"), 14, "int"),
    )
    return Table("organisation", _("Organisation tree"), columns, tuple(rows))
