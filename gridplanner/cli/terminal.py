# SPDX-License-Identifier: LGPL-3.0-or-later
"""Progress and Ctrl+C on a terminal."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gridplanner.errors import Cancelled

#: Seconds that the work may take to notice Ctrl+C before it is ended where it stands.
GRACE_S = 0.15
#: Set by Ctrl+C; one process runs one command, so one event is enough.
_interrupted = threading.Event()
#: Set when the work has looked after Ctrl+C: it then stops in good order, an engine with its best plan.
_noticed = threading.Event()


@contextmanager
def cancel_on_interrupt() -> Iterator[None]:
    """Turn the first Ctrl+C into a polite cancel; the second one, or work that never looks, ends at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if _interrupted.is_set():
            ended.set()
            raise KeyboardInterrupt
        _interrupted.set()
        timer = threading.Timer(GRACE_S, insist)
        timer.daemon = True
        timer.start()

    def insist() -> None:
        # Qt aborts the program where its import is interrupted.
        while _importing_qt(main):
            time.sleep(GRACE_S / 10)
        if not _noticed.is_set() and not left.is_set():
            # As if Ctrl+C were pressed again: files are cleaned up on the way out.
            _press_again(main)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    main, left, ended = threading.get_ident(), threading.Event(), threading.Event()
    earlier = signal.signal(signal.SIGINT, ask)
    try:
        yield
    except Exception as error:
        if ended.is_set():  # some libraries make an error of their own of it, numpy an ImportError
            raise KeyboardInterrupt from error
        raise
    finally:
        left.set()
        signal.signal(signal.SIGINT, earlier)
        _interrupted.clear()
        _noticed.clear()


def _press_again(thread: int) -> None:
    """Send Ctrl+C to the main thread, out of a wait of the system too where that can be done."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(thread, signal.SIGINT)


def _importing_qt(thread: int) -> bool:
    """Tell whether a thread is in the middle of the import of Qt."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if any(word in frame.f_code.co_filename for word in ("PySide6", "shiboken", "signature_bootstrap")):
            return True
        frame = frame.f_back
    return False


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
        if self.cancelled():
            raise Cancelled
        now = time.monotonic()
        if self._shown and (now - self._last > 0.1 or done >= total):
            self._last = now
            print(f"\r\x1b[K{text} {done}/{total}", end="", file=sys.stderr, flush=True)

    def cancelled(self) -> bool:
        """Tell whether Ctrl+C was pressed."""
        if _interrupted.is_set():
            _noticed.set()
        return _interrupted.is_set()

    def close(self) -> None:
        """Wipe the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
