# SPDX-License-Identifier: LGPL-3.0-or-later
"""History of codes: since when each one holds, until when, and what came before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from gridplanner.model.outcome import Outcome
from gridplanner.reports.cells import Cell
from gridplanner.reports.table import Column, Table
from gridplanner.texts import _

#: A row with the key it is sorted by.
Entry = tuple[str, tuple[Cell, ...]]


def code_history_table(outcome: Outcome) -> Table:
    """Return every code of today and of the plan with its dates, predecessors and successors.

    A code that is no longer used ends on the day of the plan and is never given again; one that goes
    on for other ground begins anew that day, so that figures by code are not compared across it.
    """
    heirs: dict[str, list[str]] = defaultdict(list)
    for record in outcome.after.plan.grids:
        for code in record.former:
            heirs[code].append(record.code)
    entries = [*_codes_of_today(outcome, heirs), *_codes_of_the_plan(outcome, heirs)]
    rows = tuple(row for _key, row in sorted(entries, key=lambda entry: entry[0]))
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
    return Table("code_history", _("History of the codes"), columns, rows)


def _codes_of_today(outcome: Outcome, heirs: Mapping[str, list[str]]) -> list[Entry]:
    """Return today's codes: until when they hold and who follows."""
    kept = {record.code for record in outcome.after.plan.grids}
    units = outcome.district.communities
    entries: list[Entry] = []
    for record in outcome.before.plan.grids:
        ended = record.code not in kept
        state = _("code given up") if ended else _("code goes on")
        until = outcome.made_on if ended else ""
        later = "；".join(heirs.get(record.code, ()))
        place = str(units.names[record.community])
        cells = (record.code, record.name, place, record.since, until, state, "", later)
        entries.append((f"{record.code} 0", cells))
    return entries


def _codes_of_the_plan(outcome: Outcome, heirs: Mapping[str, list[str]]) -> list[Entry]:
    """Return the codes that begin, or begin anew on other ground."""
    old = {record.code: record for record in outcome.before.plan.grids}
    units = outcome.district.communities
    entries: list[Entry] = []
    for record in outcome.after.plan.grids:
        known = old.get(record.code)
        if known is not None and record.former == (record.code,) and len(heirs.get(record.code, ())) == 1:
            continue
        start = record.since if known is None or record.since != known.since else ""
        state = _("other ground from that day") if known else _("new code")
        place = str(units.names[record.community])
        former = "；".join(record.former)
        cells = (record.code, record.name, place, start or outcome.made_on, "", state, former, "")
        entries.append((f"{record.code} 1", cells))
    return entries
