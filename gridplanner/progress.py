# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long work tells where it is, is cancelled, and is spread over workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from gridplanner.errors import Cancelled

T = TypeVar("T")
R = TypeVar("R")


class Progress(Protocol):
    """Receiver of progress; called at least every 0.2 s by long work."""

    def step(self, done: int, total: int, text: str) -> None:
        """Report that `done` of `total` units are finished; raise Cancelled to stop the work."""

    def cancelled(self) -> bool:
        """Tell whether the user asked to stop, for loops that keep their best result so far."""


class Silent:
    """A progress receiver that shows nothing and never cancels."""

    def step(self, done: int, total: int, text: str) -> None:
        """Ignore the report."""

    def cancelled(self) -> bool:
        """Never ask to stop."""
        return False


def settle(progress: Progress) -> None:
    """Look for the last time before something that lasts is changed; from here on the work is finished.

    Raises
    ------
    Cancelled
        The user asked to stop.
    """
    # A receiver that someone else may have stopped meanwhile (the window's) has to ask there.
    ask = getattr(progress, "settle", None)
    if ask is not None:
        ask()
    elif progress.cancelled():
        raise Cancelled


class Executor(Protocol):
    """Runs independent tasks somewhere: inline, in processes, on a cluster.

    `function` must be a module-level function and its argument and result must
    pickle between *our own* processes. Results are yielded in the order of
    `tasks`, so that a plan does not depend on the number of workers.
    """

    workers: int

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        """Yield function(task) for each task, in order."""


class Inline:
    """An executor that runs each task in the calling process, one after another."""

    workers = 1

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        """Yield function(task) for each task, in order; raise Cancelled between two tasks."""
        for task in tasks:
            if progress.cancelled():
                raise Cancelled
            yield function(task)
