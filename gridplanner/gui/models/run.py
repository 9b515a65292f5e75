# SPDX-License-Identifier: LGPL-3.0-or-later
"""How far a planning run is in each community, read from the steps the engine reports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplanner.texts import _

#: States of a community during a run.
WAITING, WORKING, PLANNED, PROVEN = range(4)


class RunProgress:
    """Keeps the state of each community.

    The engine finishes communities in their order, one step each: those after the last finished one
    are in work, as many as there are workers.

    Parameters
    ----------
    names : sequence of str
        Names of the communities.
    workers : int
        How many are worked on at once.
    """

    def __init__(self, names: Sequence[str], workers: int = 2) -> None:
        self.state = np.full(len(names), WAITING, np.int8)
        self._workers = workers
        self._places: dict[str, tuple[int, int]] = {}
        for i, name in enumerate(names):
            self._places.setdefault(_("Planning {community}").format(community=name), (i, PLANNED))
            self._places.setdefault(_("Proving {community}").format(community=name), (i, PROVEN))

    def take(self, text: str) -> bool:
        """Take one step of the engine; False when it speaks of no community."""
        place = self._places.get(text)
        if place is None:
            return False
        community, state = place
        if state == PROVEN and self.state[community] < PLANNED:
            # Cheap bounds come before the plan: they are no proof of a plan yet.
            return False
        self.state[self.state == WORKING] = WAITING
        self.state[community] = state
        if state == PLANNED:
            later = np.flatnonzero((self.state == WAITING) & (np.arange(len(self.state)) > community))
            self.state[later[: self._workers]] = WORKING
        return True

    def counts(self) -> tuple[int, int, int, int]:
        """Return how many communities wait, are in work, are planned, are proven."""
        found = np.bincount(self.state, minlength=4)
        return int(found[0]), int(found[1]), int(found[2]), int(found[3])

    @property
    def finished(self) -> int:
        """How many communities have a plan."""
        return int((self.state >= PLANNED).sum())
