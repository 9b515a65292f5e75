# SPDX-License-Identifier: LGPL-3.0-or-later
"""Long work in one worker process, watched by polling: the window never waits for it.

The function is named by its dotted path (`package.module:function`), so that the
process of the window imports none of what the work needs.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from gridplanner.errors import Cancelled, GridplannerError

#: Seconds that a cancelled job may take to stop by itself before it is killed.
GRACE_S = 0.25


@dataclass(frozen=True)
class JobNews:
    """What a job said since the last poll.

    Parameters
    ----------
    done, total : int
        Progress; total 0 while unknown.
    text : str
        What it is doing.
    finished : bool
    result : object
        The function's result once finished without error.
    error : Exception or None
        `UserError` and its kind arrive as themselves; anything else as RuntimeError with the traceback.
    """

    done: int = 0
    total: int = 0
    text: str = ""
    finished: bool = False
    result: Any = None
    error: Exception | None = None


@dataclass
class _Reporter:
    """The progress receiver inside the worker: sends each step, stops on the event."""

    pipe: Connection
    stop: Any
    _last: tuple[int, int, str] = field(default=(0, 0, ""))

    def step(self, done: int, total: int, text: str) -> None:
        """Send a step that differs from the last; raise Cancelled when asked to stop."""
        if self.stop.is_set():
            raise Cancelled
        if (done, total, text) != self._last:
            self._last = (done, total, text)
            self.pipe.send(("step", self._last))

    def cancelled(self) -> bool:
        """Tell whether the window asked to stop."""
        return bool(self.stop.is_set())


def _work(path: str, arguments: Mapping[str, Any], pipe: Connection, stop: Any) -> None:
    """Run the function in the worker and send how it ended."""
    if sys.platform != "win32":
        os.setsid()  # so that a kill reaches the worker processes it started, too
    try:
        module, name = path.split(":")
        function = getattr(importlib.import_module(module), name)
        pipe.send(("result", function(**arguments, progress=_Reporter(pipe, stop))))
    except GridplannerError as error:
        pipe.send(("error", error))
    except Exception:
        pipe.send(("error", RuntimeError(traceback.format_exc())))
    finally:
        pipe.close()


class Job:
    """One piece of work in a spawned process.

    Parameters
    ----------
    path : str
        `package.module:function`; the function takes the arguments and `progress`.
    arguments : mapping
    """

    def __init__(self, path: str, arguments: Mapping[str, Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._stop = context.Event()
        self._process = context.Process(target=_work, args=(path, arguments, theirs, self._stop))
        self._news = JobNews()
        self._process.start()
        theirs.close()

    def poll(self) -> JobNews:
        """Return the latest news without waiting."""
        # Looked at first: what a worker said before it ended is in the pipe then.
        gone = not self._process.is_alive()
        try:
            while not self._news.finished and self._pipe.poll():
                self._take(*self._pipe.recv())
        except (EOFError, OSError):
            # A pipe whose other end is gone reads as ended; on Windows even to look into it is an error.
            gone = True
        if gone and not self._news.finished:
            early = RuntimeError("the worker process ended early")
            self._end(error=Cancelled() if self._stop.is_set() else early)
        return self._news

    def cancel(self) -> None:
        """Ask the job to stop; it is killed when it has not stopped after `GRACE_S`."""
        self._stop.set()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._kill()
            self._process.join()
            self._end(error=Cancelled())

    def _kill(self) -> None:
        """Kill the worker with everything it started."""
        if sys.platform != "win32" and self._process.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _take(self, kind: str, value: Any) -> None:
        """Take one message of the worker."""
        if kind == "step":
            self._news = JobNews(*value)
        elif kind == "result":
            self._end(result=value)
        else:
            self._end(error=value)

    def _end(self, result: Any = None, error: Exception | None = None) -> None:
        """Remember how the job ended."""
        if not self._news.finished:
            done, total = self._news.done, self._news.total
            self._news = JobNews(done, total, self._news.text, True, result, error)
