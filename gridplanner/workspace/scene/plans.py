# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about several plans at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridplanner.model.project import ProjectContents
from gridplanner.model.proposal import Proposal
from gridplanner.model.request import PlanRequest
from gridplanner.workspace.scene.tasks import Reporter, State


@dataclass(frozen=True, eq=False)
class Choice:
    """One plan of the trade-off, as the table shows it.

    Parameters
    ----------
    proposal : Proposal
    grids, people_moved, pieces, errors : int
    deviation, roundness : float
        A share; mean Polsby-Popper figure.
    """

    proposal: Proposal
    grids: int
    people_moved: int
    pieces: int
    deviation: float
    roundness: float
    errors: int


def trade_off(
    state: State,
    progress: Reporter,
    contents: ProjectContents,
    request: PlanRequest,
    totals: Sequence[int | str] = (),
    workers: int = 0,
) -> tuple[Choice, ...]:
    """Return plans for the same question of which none beats another in every respect."""
    from gridplanner.progress import Inline
    from gridplanner.workspace.executors import Processes
    from gridplanner.workspace.trade_off import trade_off as plans_to_choose_from  # pandas and scipy

    whole = state.whole(contents)
    executor = Inline() if workers == 1 else Processes(workers)
    try:
        found = plans_to_choose_from(whole, request, totals, executor, progress)
    finally:
        if isinstance(executor, Processes):
            executor.close(kill=progress.cancelled())
    return tuple(
        Choice(a.proposal, a.grids, a.people_moved, a.pieces, a.deviation, a.roundness, a.errors)
        for a in found
    )


TASKS: Mapping[str, Callable[..., Any]] = {"trade_off": trade_off}
