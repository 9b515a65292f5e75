# SPDX-License-Identifier: LGPL-3.0-or-later
"""History of codes: since when each one holds, until when, and what came before and after."""

from __future__ import annotations

from collections import defaultdict

from gridplanner.model.outcome import Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _


def code_history_table(outcome: Outcome) -> Table:
    """Return every code of today and of the plan with its dates, predecessors and successors.

    A code that is no longer used ends on the day of the plan and is never given again; one that goes
    on for other ground begins anew that day, so that figures by code are not compared across it.
    """
    before, after = outcome.before.plan.grids, outcome.after.plan.grids
    units = outcome.district.communities
    heirs: dict[str, list[str]] = defaultdict(list)
    for record in after:
        for code in record.former:
            heirs[code].append(record.code)
    new = {record.code: record for record in after}
    old = {record.code: record for record in before}
    entries: list[tuple[str, tuple[Cell, ...]]] = []
    for record in before:
        ended = record.code not in new
        state = _("code given up") if ended else _("code goes on")
        place = str(units.names[record.community])
        later = "；".join(heirs[record.code])
        cells = (
            record.code,
            record.name,
            place,
            record.since,
            outcome.made_on if ended else "",
            state,
            "",
            later,
        )
        entries.append((f"{record.code} 0", cells))
    for record in after:
        known = old.get(record.code)
        same = known is not None and record.former == (record.code,) and len(heirs[record.code]) == 1
        if same:
            continue
        start = record.since if known is None or record.since != known.since else ""
        state = _("other ground from that day") if known else _("new code")
        place = str(units.names[record.community])
        former = "；".join(record.former)
        cells = (record.code, record.name, place, start or outcome.made_on, "", state, former, "")
        entries.append((f"{record.code} 1", cells))
    columns = (
        Column(_("Grid code"), 18),
        Column(_("Grid name"), 24),
        Column(_("Community"), 14),
        Column(_("In force from"), 13),
        Column(_("In force until"), 13),
        Column(_("State"), 18),
        Column(_("Predecessors"), 36, wrap=True),
        Column(_("Successors"), 36, wrap=True),
    )
    return Table(
        "code_history", _("History of the codes"), columns, tuple(row for _key, row in sorted(entries))
    )
