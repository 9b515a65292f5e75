# SPDX-License-Identifier: LGPL-3.0-or-later
"""The ledgers of people as tables: what becomes of each worker and each branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gridplanner.model.kinds import GridKind
from gridplanner.model.outcome import Outcome
from gridplanner.model.staff import Branch
from gridplanner.model.staffing import PartyRules
from gridplanner.reports.cells import Cell
from gridplanner.reports.people import masked, secretary_text, worker_text
from gridplanner.reports.table import Column, Table
from gridplanner.reports.words import branch_status_word, worker_status_word
from gridplanner.texts import _


def workers_table(outcome: Outcome) -> Table:
    """Return table E: what becomes of each worker; then the vacant grids."""
    plan = outcome.after.plan
    post = {record.worker: record for record in plan.grids if record.worker}
    old_names = {record.code: record.name for record in outcome.before.plan.grids}
    rows: list[tuple[Cell, ...]] = []
    for number, worker in enumerate(plan.workers, 1):
        new = post.get(worker.id)
        rows.append(
            (
                number,
                worker_text(worker, names=outcome.phones),
                worker.phone if outcome.phones else "",
                worker.community,
                worker.grid,
                old_names.get(worker.grid, ""),
                new.code if new else "",
                new.name if new else "",
                worker_status_word(worker.status),
            )
        )
    for record in plan.grids:
        if record.kind is GridKind.GENERAL and not record.worker:
            rows.append((len(rows) + 1, "", "", "", "", "", record.code, record.name, _("vacant")))
    columns = (
        Column(_("Number"), 6, "int"),
        Column(_("Worker"), 16),
        Column(_("Phone"), 14),
        Column(_("Community"), 16),
        Column(_("Grid code before"), 18),
        Column(_("Name of the old grid"), 24),
        Column(_("Grid code after"), 18),
        Column(_("Name of the new grid"), 24),
        Column(_("What becomes of it"), 14),
    )
    return Table("workers", _("Grid workers"), columns, tuple(rows))


def branches_table(outcome: Outcome, party: PartyRules | None = None) -> Table:
    """Return table F: what becomes of each branch, with a column for the superior's approval."""
    party = party or outcome.party
    plan = outcome.after.plan
    led: dict[str, list[str]] = defaultdict(list)
    for tie in plan.ties:
        led[tie.branch].append(plan.grids[tie.grid].name)
    old_names = {branch.code: branch.name for branch in outcome.before.plan.branches}
    rows = [
        (
            number,
            branch.community,
            branch.code,
            old_names.get(branch.code, ""),
            branch.name,
            branch.kind,
            branch.setting_mode,
            branch.superior,
            branch.full_members,
            branch.probationary,
            branch.reporting,
            secretary_text(branch, names=outcome.phones),
            party.committee_size(branch.full_members) if _stands(branch) else None,
            "；".join(led.get(branch.code, [])),
            branch_status_word(branch.status),
            branch.reason,
            "",
            branch.term_end,
            branch.meeting_place,
            branch.building_heads,
            branch.partner_unit,
            branch.instructor if outcome.phones else masked(branch.instructor),
            branch.property_branch,
            branch.note,
        )
        for number, branch in enumerate(_by_place(plan.branches), 1)
    ]
    return Table(
        "branches", _("Party branches"), _branch_columns(), tuple(rows), note=_branch_note()
    ).without_empty()


def _stands(branch: Branch) -> bool:
    """Whether a branch goes on as one that elects a committee."""
    return branch.status not in ("merge", "dissolve") and branch.kind != "党委"


def _by_place(branches: Sequence[Branch]) -> list[Branch]:
    """Return the branches by community, in the order of the list inside it."""
    return sorted(branches, key=lambda branch: (branch.community_code, branch.community))


def _branch_note() -> str:
    """Say how members are counted."""
    return _(
        "Full members with affiliation here decide; members who only report here are counted apart. "
        "Merged branches show the members they hand over."
    )


def _branch_columns() -> tuple[Column, ...]:
    """Return the columns of table F."""
    return (
        Column(_("Number"), 6, "int"),
        Column(_("Community"), 14),
        Column(_("Branch code"), 14),
        Column(_("Name before"), 20, wrap=True),
        Column(_("Name after"), 20, wrap=True),
        Column(_("Branch kind"), 11),
        Column(_("Setting mode"), 10),
        Column(_("Superior organisation"), 18, wrap=True),
        Column(_("Full members"), 8, "int"),
        Column(_("Probationary"), 8, "int"),
        Column(_("Reporting"), 8, "int"),
        Column(_("Secretary"), 9),
        Column(_("Committee seats"), 8, "int"),
        Column(_("Grids led or worked in"), 24, wrap=True),
        Column(_("What becomes of it"), 10),
        Column(_("Reason"), 30, wrap=True),
        Column(_("Approval"), 10),
        Column(_("Term ends"), 11, optional=True),
        Column(_("Meeting place"), 16, wrap=True, optional=True),
        Column(_("Building heads"), 8, optional=True),
        Column(_("Partner unit"), 14, wrap=True, optional=True),
        Column(_("Instructor"), 8, optional=True),
        Column(_("Property-firm branch"), 14, wrap=True, optional=True),
        Column(_("Note"), 12, wrap=True, optional=True),
    )
