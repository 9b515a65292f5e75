# SPDX-License-Identifier: LGPL-3.0-or-later
"""The planner appoints a worker by hand: who serves which grid, and what becomes of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridplanner.errors import UserError
from gridplanner.model.jurisdiction import District
from gridplanner.model.kinds import GridKind
from gridplanner.model.plan import Plan
from gridplanner.model.staff import Worker
from gridplanner.texts import _
from gridplanner.workspace.commands import refuse_locked


@dataclass(frozen=True)
class AppointWorker:
    """Put a worker into a grid; one who serves another grid changes places with the worker here.

    Parameters
    ----------
    grid : int
    worker : str
        Number or name in the ledger; "" leaves the grid vacant.
    """

    grid: int
    worker: str

    @property
    def label(self) -> str:
        """Name the step."""
        return _("Appoint a worker") if self.worker else _("Leave a grid without a worker")

    def apply(self, plan: Plan, district: District) -> Plan:
        """Return the plan with the worker in post and the list of workers brought up to it.

        Raises
        ------
        UserError
            The worker is not in the list, the grid takes none, or a grid concerned is locked.
        """
        chosen = find_worker(plan, self.worker)
        record = plan.grids[self.grid]
        if chosen and record.kind is not GridKind.GENERAL:
            raise UserError(_("Only general grids have a full-time worker. Convert the grid first."))
        held = next((g for g, other in enumerate(plan.grids) if chosen and other.worker == chosen), -1)
        if held == self.grid:
            return plan
        refuse_locked(plan, (self.grid, held) if held >= 0 else (self.grid,))
        posts = {self.grid: chosen, **({held: record.worker} if held >= 0 else {})}
        grids = tuple(
            replace(other, worker=posts[g]) if g in posts else other for g, other in enumerate(plan.grids)
        )
        return _with_status(replace(plan, grids=grids), district, {chosen, record.worker} - {""})


def find_worker(plan: Plan, text: str) -> str:
    """Return the identifier of a worker given by number or name; "" for none.

    Raises
    ------
    UserError
        There is no list, nobody of it is meant, or several are.
    """
    text = text.strip()
    if not text:
        return ""
    if not plan.workers:
        raise UserError(_("There is no list of workers in this plan. Read one and run step 6 first."))
    named = [worker.id for worker in plan.workers if text == worker.id]
    named = named or [worker.id for worker in plan.workers if text == worker.name]
    if not named:
        raise UserError(_("'{text}' is not in the list of workers.").format(text=text))
    if len(named) > 1:
        raise UserError(
            _("{n} workers are called '{text}'. Give the number instead: {ids}.").format(
                n=len(named), text=text, ids=_(", ").join(named[:5])
            )
        )
    return named[0]


def _with_status(plan: Plan, district: District, concerned: set[str]) -> Plan:
    """Return the plan with the status of some workers as their posts are now."""
    post = {record.worker: grid for grid, record in enumerate(plan.grids) if record.worker}
    index = {record.code: g for g, record in enumerate(district.grids_before) if record.code}

    def status(worker: Worker) -> str:
        if worker.id not in post:
            return "surplus"
        here = district.atoms.old_grid[plan.assignment == post[worker.id]]
        return "stay" if np.any(here == index.get(worker.grid, -2)) else "move"

    workers = tuple(
        replace(worker, status=status(worker)) if worker.id in concerned else worker
        for worker in plan.workers
    )
    return replace(plan, workers=workers)
