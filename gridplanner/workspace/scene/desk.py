# SPDX-License-Identifier: LGPL-3.0-or-later
"""The worker process beside the window: it keeps the whole project and answers questions about it.

The window holds a slim copy (no shapes); every question carries only what the planner changed. So
an edit is checked without copying a district between processes, and the window imports neither
pandas nor GEOS. Several questions may be under way at once: a long planning run does not keep the
check of an edit waiting.
"""

from __future__ import annotations

import importlib
import multiprocessing
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from gridplanner.errors import Cancelled, GridplannerError

_TASKS = "gridplanner.workspace.scene.registry"
#: Seconds that the worker may take to leave when the window closes.
_GOODBYE_S = 1.0
#: Seconds that a question may take to notice a stop before its answer is given up. One call of a
#: geometry library cannot be interrupted and may last longer.
GRACE_S = 0.15


@dataclass(frozen=True)
class Answer:
    """One message of the worker.

    Parameters
    ----------
    ticket : int
        The question it answers.
    kind : str
        `step` (value: done, total, text), `part` (an early part of the result), `result` or `error`.
    value : object
    """

    ticket: int
    kind: str
    value: Any

    @property
    def final(self) -> bool:
        """Whether nothing more comes for this question."""
        return self.kind in ("result", "error")


class _Reporter:
    """The progress receiver of one question inside the worker.

    A stop that the work has not noticed after `GRACE_S` is answered in its stead; the rest of the work
    then ends unheard at its next look, which each task takes before anything that lasts.
    """

    def __init__(self, ticket: int, send: Callable[[Answer], None]) -> None:
        self._ticket, self._send = ticket, send
        self._stop, self._noticed, self._settled, self._closed = False, False, False, False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ask the work to stop; too late once it has settled."""
        with self._lock:
            if self._settled:
                return
            self._stop = True
        timer = threading.Timer(GRACE_S, self._give_up)
        timer.daemon = True
        timer.start()

    def _give_up(self) -> None:
        if not self._noticed:
            self.say("error", Cancelled())

    def step(self, done: int, total: int, text: str) -> None:
        """Send a step; raise Cancelled when the window asked to stop."""
        if self.cancelled():
            raise Cancelled
        self.say("step", (done, total, text))

    def cancelled(self) -> bool:
        """Tell whether the window asked to stop."""
        self._noticed = self._stop
        return self._stop

    def settle(self) -> None:
        """Raise Cancelled when the window asked to stop; from here the question cannot be stopped."""
        with self._lock:
            self._settled = not self._stop
        if self.cancelled():
            raise Cancelled

    def part(self, value: object) -> None:
        """Send an early part of the result (a first picture while the rest is read)."""
        self.say("part", value)

    def say(self, kind: str, value: object) -> None:
        """Send a message; after the final one nothing more is said."""
        with self._lock:
            if self._closed:
                return
            answer = Answer(self._ticket, kind, value)
            self._closed = answer.final
            self._send(answer)


def _questions(pipe: Connection) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """Yield what the window sends until it hangs up."""
    while True:
        try:
            question = pipe.recv()
        except (EOFError, ConnectionError):
            return
        if question[0] == "leave":
            return
        yield question


def _serve(pipe: Connection) -> None:
    """Answer questions until the window hangs up."""
    tasks = importlib.import_module(_TASKS)
    state = tasks.State()
    lock = threading.Lock()
    running: dict[int, _Reporter] = {}

    def send(answer: Answer) -> None:
        with lock:
            pipe.send(answer)

    def run(ticket: int, name: str, arguments: dict[str, Any]) -> None:
        reporter = running[ticket]
        try:
            reporter.say("result", tasks.TASKS[name](state, reporter, **arguments))
        except GridplannerError as error:
            reporter.say("error", error)
        except (BrokenPipeError, ConnectionError):
            return
        except Exception:
            reporter.say("error", RuntimeError(traceback.format_exc()))
        finally:
            running.pop(ticket, None)

    for kind, ticket, name, arguments in _questions(pipe):
        if kind == "ask":
            running[ticket] = _Reporter(ticket, send)
            threading.Thread(target=run, args=(ticket, name, arguments), daemon=True).start()
        elif ticket in running:
            running[ticket].stop()


def _listen(pipe: Connection, news: SimpleQueue[Answer | None]) -> None:
    """Take messages off the pipe until the worker hangs up; None says that it did."""
    while True:
        try:
            news.put(pipe.recv())
        except (EOFError, OSError):
            news.put(None)
            return


class Desk:
    """The window's end of the worker process; started on first use.

    Messages are taken off the pipe in a thread: a district is some megabytes, which the thread of the
    window should not have to unpack.
    """

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._news: SimpleQueue[Answer | None] = SimpleQueue()
        self._next = 0
        self._open: set[int] = set()

    def start(self) -> None:
        """Start the worker, so that it has its imports done when the first question comes."""
        if self._process is not None and self._process.is_alive():
            return
        lost = self._all_lost()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # No daemon: the engine starts worker processes of its own, which daemons may not.
        self._process = context.Process(target=_serve, args=(theirs,), daemon=False)
        self._process.start()
        theirs.close()
        self._news = SimpleQueue()
        for answer in lost:
            self._news.put(answer)
        listening = (self._pipe, self._news)
        threading.Thread(target=_listen, args=listening, name="desk", daemon=True).start()

    def ask(self, name: str, **arguments: object) -> int:
        """Ask a question; its answers come through `poll` under the ticket returned."""
        self.start()
        self._next += 1
        self._open.add(self._next)
        self._pipe.send(("ask", self._next, name, arguments))
        return self._next

    def cancel(self, ticket: int) -> None:
        """Ask the worker to stop working on a question; the answer is then `Cancelled`."""
        if ticket in self._open:
            self._pipe.send(("stop", ticket, "", {}))

    @property
    def busy(self) -> bool:
        """Whether a question is still open."""
        return bool(self._open)

    def poll(self) -> list[Answer]:
        """Return the messages that have come, without waiting."""
        answers: list[Answer] = []
        while not self._news.empty():
            answer = self._news.get()
            if answer is None:
                answers += self._all_lost()
                break
            if answer.final:
                self._open.discard(answer.ticket)
            answers.append(answer)
        return answers

    def _all_lost(self) -> list[Answer]:
        """Close what a dead worker left open; the next question starts a new one."""
        lost = [
            Answer(t, "error", RuntimeError("the worker process ended early")) for t in sorted(self._open)
        ]
        self._open.clear()
        self._process = self._pipe = None
        return lost

    def close(self) -> None:
        """End the worker."""
        if self._process is None:
            return
        # Closing our end would not wake the listening thread; the worker's end does.
        with suppress(OSError):
            self._pipe.send(("leave", 0, "", {}))
        self._process.join(_GOODBYE_S)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()
        self._process = self._pipe = None
        self._open.clear()
