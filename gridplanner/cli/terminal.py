# SPDX-License-Identifier: LGPL-3.0-or-later
"""Progress and Ctrl+C on a terminal."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gridplanner.errors import Cancelled

#: Set by Ctrl+C; one process runs one command, so one event is enough.
_interrupted = threading.Event()


@contextmanager
def cancel_on_interrupt() -> Iterator[None]:
    """Turn the first Ctrl+C into a polite cancel; the second one ends the program."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if _interrupted.is_set():
            raise KeyboardInterrupt
        _interrupted.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)
        _interrupted.clear()


class TerminalProgress:
    """One line on a terminal's standard error, nothing in a pipe.

    Parameters
    ----------
    quiet : bool
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._last = 0.0

    def step(self, done: int, total: int, text: str) -> None:
        """Draw the line at most ten times a second; raise Cancelled after Ctrl+C."""
        if _interrupted.is_set():
            raise Cancelled
        now = time.monotonic()
        if self._shown and (now - self._last > 0.1 or done >= total):
            self._last = now
            print(f"\r\x1b[K{text} {done}/{total}", end="", file=sys.stderr, flush=True)

    def cancelled(self) -> bool:
        """Tell whether Ctrl+C was pressed."""
        return _interrupted.is_set()

    def close(self) -> None:
        """Wipe the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
