# SPDX-License-Identifier: LGPL-3.0-or-later
"""The worker process beside the window: it keeps the whole project and answers questions about it.

The window holds a slim copy (no shapes); every question carries only what the planner changed. So
an edit is checked without copying a district between processes, and the window imports neither
pandas nor GEOS. Several questions may be under way at once: a long planning run does not keep the
check of an edit waiting.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection
from queue import SimpleQueue
from time import monotonic
from typing import Any

from gridplanner.errors import Cancelled, GridplannerError, UserError
from gridplanner.progress import Silent
from gridplanner.texts import _

_TASKS = "gridplanner.workspace.scene.registry"
#: Seconds that the worker may take to leave when the window closes.
_GOODBYE_S = 1.0
#: Seconds that a question may take to end after a stop before it is given up. One call of a geometry
#: library cannot be interrupted and may last longer, and keep the worker from even hearing of it.
GRACE_S = 0.15


@dataclass(frozen=True)
class Answer:
    """One message of the worker.

    Parameters
    ----------
    ticket : int
        The question it answers.
    kind : str
        `step` (value: done, total, text), `part` (an early part of the result), `result` or `error`;
        between worker and desk alone: `noticed` (the stop, by work that keeps its best) and `settle`
        (may it change what lasts?).
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

    The window gives up a question that has not noticed its stop in time, whatever a library is busy with.
    So whether the question may still change something that lasts is for the window to say (`settle`).
    """

    def __init__(self, ticket: int, send: Callable[[Answer], None], keeps_best: bool = False) -> None:
        self._ticket, self._send, self._keeps_best = ticket, send, keeps_best
        self._stop, self._noticed, self._settled, self._closed = False, False, False, False
        self._decided = threading.Event()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ask the work to stop; the window does not ask once it has let the work settle."""
        self._stop = True

    @property
    def stopped(self) -> bool:
        """Whether the window asked to stop."""
        return self._stop

    def decide(self, settled: bool) -> None:
        """Take the window's word whether the work may settle."""
        self._settled, self._stop = settled, self._stop or not settled
        self._decided.set()

    def step(self, done: int, total: int, text: str) -> None:
        """Send a step; raise Cancelled when the window asked to stop."""
        if self.cancelled():
            if not self._keeps_best:
                # What is cleared away now need not be waited for.
                self.say("error", Cancelled())
            raise Cancelled
        self.say("step", (done, total, text))

    def cancelled(self) -> bool:
        """Tell whether the window asked to stop."""
        if self._stop and self._keeps_best and not self._noticed:
            self._noticed = True
            self.say("noticed", None)
        return self._stop

    def settle(self) -> None:
        """Raise Cancelled when the window asked to stop; from here the question cannot be stopped."""
        if not self._settled and not self._stop:
            self.say("settle", None)
            self._decided.wait()
        if not self._settled:
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


def _work(pipe: Connection) -> None:
    """Be the worker process."""
    # Sheets may have been drawn, and a library may still be at a question that was given up: taking
    # either apart from this thread would end in a crash, which the system may report to the planner.
    atexit.register(os._exit, 0)
    _serve(pipe)


def _serve(pipe: Connection) -> None:
    """Answer questions until the window hangs up."""
    tasks = importlib.import_module(_TASKS)
    state = tasks.State()
    lock = threading.Lock()
    running: dict[int, _Work] = {}

    def send(answer: Answer) -> None:
        with lock:
            pipe.send(answer)

    def run(ticket: int, name: str, arguments: dict[str, Any]) -> None:
        reporter = running[ticket].reporter
        try:
            _wait_for_stopped(name, ticket, running)
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
            thread = threading.Thread(target=run, args=(ticket, name, arguments), daemon=True)
            running[ticket] = _Work(name, _Reporter(ticket, send, name in tasks.KEEP_BEST), thread)
            thread.start()
        elif kind == "take_up":
            # Before any other question; what cannot be taken up they say themselves.
            with suppress(GridplannerError):
                tasks.TASKS[name](state, Silent(), **arguments)
        elif work := running.get(ticket):
            work.hear(kind, arguments)


@dataclass(frozen=True)
class _Work:
    """A question at work in the worker."""

    name: str
    reporter: _Reporter
    thread: threading.Thread

    def hear(self, kind: str, arguments: Mapping[str, Any]) -> None:
        """Take what the window says to it: `settle` or `stop`."""
        if kind == "settle":
            self.reporter.decide(**arguments)
        else:
            self.reporter.stop()


def _wait_for_stopped(name: str, ticket: int, running: Mapping[int, _Work]) -> None:
    """Wait until what was stopped before is through with its last call: both may write the same files."""
    for other, work in list(running.items()):
        if other < ticket and work.name == name and work.reporter.stopped:
            work.thread.join()


class _Line:
    """One worker's pipe as the window sees it, and which of its questions may not, or must, be finished.

    Messages are taken off the pipe in a thread: a district is some megabytes, which the thread of the
    window should not have to unpack. That thread also answers whether a question may settle, at once.
    """

    def __init__(self, pipe: Connection, news: SimpleQueue[Answer | None]) -> None:
        self._pipe, self._news = pipe, news
        self._sending, self._deciding = threading.Lock(), threading.Lock()
        self._until: dict[int, float] = {}
        self._settled: set[int] = set()

    def send(self, kind: str, ticket: int, name: str, arguments: dict[str, Any]) -> None:
        """Send to the worker from any thread."""
        with self._sending:
            self._pipe.send((kind, ticket, name, arguments))

    def stop(self, ticket: int) -> None:
        """Wish a question to end; one that has settled is finished instead."""
        with self._deciding:
            if ticket in self._settled or ticket in self._until:
                return
            self._until[ticket] = monotonic() + GRACE_S
        with suppress(OSError):  # a worker that is gone has stopped
            self.send("stop", ticket, "", {})

    def overdue(self) -> list[int]:
        """Return the questions that took too long to end after a stop."""
        with self._deciding:
            late = [ticket for ticket, until in self._until.items() if until <= monotonic()]
            # They stay among the stopped: what was given up may never settle.
            self._until.update(dict.fromkeys(late, inf))
        return late

    def listen(self) -> None:
        """Take messages off the pipe until the worker hangs up; None says that it did."""
        while True:
            try:
                answer = self._pipe.recv()
                if not self._taken(answer):
                    self._news.put(answer)
            except (EOFError, OSError):
                self._news.put(None)
                return

    def _taken(self, answer: Answer) -> bool:
        """Deal with a message that is not for the window."""
        if answer.kind == "noticed":
            with self._deciding:
                self._until[answer.ticket] = inf
        elif answer.kind == "settle":
            with self._deciding:
                granted = answer.ticket not in self._until
                if granted:
                    self._settled.add(answer.ticket)
            self.send("settle", answer.ticket, "", {"settled": granted})
        return answer.kind in ("noticed", "settle")


class Desk:
    """The window's end of the worker process; started on first use.

    Attributes
    ----------
    in_work : callable
        Tells where the project in work lies (arguments of the question `take_up`; empty without one),
        for a worker that follows one that died.
    """

    def __init__(self) -> None:
        self.in_work: Callable[[], dict[str, Any]] = dict
        self._process: Any = None
        self._line: _Line | None = None
        self._news: SimpleQueue[Answer | None] = SimpleQueue()
        self._next = 0
        self._open: set[int] = set()
        self._lost = False

    def start(self) -> None:
        """Start the worker, so that it has its imports done when the first question comes."""
        if self._process is not None and self._process.is_alive():
            return
        follows, lost = self._process is not None or self._lost, self._all_lost()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # No daemon: the engine starts worker processes of its own, which daemons may not.
        self._process = context.Process(target=_work, args=(theirs,), daemon=False)
        self._process.start()
        theirs.close()
        self._news = SimpleQueue()
        for answer in lost:
            self._open.add(answer.ticket)
            self._news.put(answer)
        self._line = _Line(ours, self._news)
        threading.Thread(target=self._line.listen, name="desk", daemon=True).start()
        if follows and (given := self.in_work()):
            self._line.send("take_up", 0, "take_up", given)
        self._lost = False

    def ask(self, name: str, **arguments: object) -> int:
        """Ask a question; its answers come through `poll` under the ticket returned."""
        self.start()
        self._next += 1
        self._open.add(self._next)
        if self._line is not None:
            self._line.send("ask", self._next, name, arguments)
        return self._next

    def cancel(self, ticket: int) -> None:
        """Ask the worker to stop working on a question; the answer is then `Cancelled`, within moments.

        Work that has settled is finished instead; work that keeps its best answers with that.
        """
        if ticket in self._open and self._line is not None:
            self._line.stop(ticket)

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
                return [*answers, *self._all_lost()]
            if answer.ticket not in self._open:
                continue  # given up
            if answer.final:
                self._open.discard(answer.ticket)
            answers.append(answer)
        for ticket in self._line.overdue() if self._line is not None else ():
            if ticket in self._open:
                self._open.discard(ticket)
                answers.append(Answer(ticket, "error", Cancelled()))
        return answers

    def _all_lost(self) -> list[Answer]:
        """Close what a dead worker left open; the next question starts a new one."""
        text = _(
            "The computing in the background broke off and was started anew; your changes are all there. "
            "Try again; if it happens once more, save the project and tell whoever looks after the program."
        )
        lost = [Answer(ticket, "error", UserError(text)) for ticket in sorted(self._open)]
        self._open.clear()
        self._lost = self._process is not None or self._lost
        self._process = self._line = None
        return lost

    def close(self) -> None:
        """End the worker."""
        if self._process is None:
            return
        # Closing our end would not wake the listening thread; the worker's end does.
        if self._line is not None:
            with suppress(OSError):
                self._line.send("leave", 0, "", {})
        self._process.join(_GOODBYE_S)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()
        self._process = self._line = None
        self._open.clear()
