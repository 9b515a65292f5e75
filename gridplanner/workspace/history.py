# SPDX-License-Identifier: LGPL-3.0-or-later
"""Undo and redo by keeping earlier states; nobody writes an `undo()`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class History(Generic[S]):
    """Frozen states with the label of the step that led to each.

    Parameters
    ----------
    state : S
        The present.
    label : str
        The step that led here; "" at the start.
    past, future : tuple of (S, str)
        What undo and redo go to, nearest last, each with the label of its own step.
    limit : int
        Steps kept.
    """

    state: S
    label: str = ""
    past: tuple[tuple[S, str], ...] = field(default=())
    future: tuple[tuple[S, str], ...] = field(default=())
    limit: int = 500

    def push(self, state: S, label: str) -> History[S]:
        """Return the history with a new present; redo is forgotten."""
        past = (*self.past, (self.state, self.label))[-self.limit :]
        return replace(self, state=state, label=label, past=past, future=())

    def undo(self) -> History[S]:
        """Return the history one step back; itself when there is none."""
        if not self.past:
            return self
        state, label = self.past[-1]
        return replace(
            self,
            state=state,
            label=label,
            past=self.past[:-1],
            future=(*self.future, (self.state, self.label)),
        )

    def redo(self) -> History[S]:
        """Return the history one step forward; itself when there is none."""
        if not self.future:
            return self
        state, label = self.future[-1]
        return replace(
            self,
            state=state,
            label=label,
            past=(*self.past, (self.state, self.label)),
            future=self.future[:-1],
        )
