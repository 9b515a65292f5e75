# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where independent tasks run: worker processes, or a Dask cluster by its address."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

from gridplanner.errors import Cancelled, UserError
from gridplanner.progress import Executor, Inline, Progress
from gridplanner.texts import _

T = TypeVar("T")
R = TypeVar("R")

#: How often a waiting executor looks whether the user cancelled, seconds.
_LOOK_EVERY_S = 0.1


class Processes:
    """Worker processes on this machine.

    They are spawned, not forked: a fork of a process with Qt or BLAS threads may hang.
    Tasks of a worker that died are done again once in a fresh pool.
    """

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or max(1, os.cpu_count() or 1)
        self._pool: ProcessPoolExecutor | None = None

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        """Yield function(task) for each task, in order; raise Cancelled within 0.1 s of the wish."""
        done = 0
        for attempt in range(2):
            pool = self._fresh() if attempt else self._open()
            futures = [pool.submit(function, task) for task in tasks[done:]]
            try:
                for future in futures:
                    yield _wait(future, progress)
                    done += 1
                return
            except (Cancelled, KeyboardInterrupt):
                self.close(kill=True)
                raise
            except BrokenProcessPool as error:
                if attempt:
                    raise UserError(
                        _("A worker process ended twice. Close other programs and try again.")
                    ) from error

    def close(self, *, kill: bool = False) -> None:
        """End the worker processes; `kill` does not wait for running tasks."""
        if self._pool is None:
            return
        if kill:
            for process in list(getattr(self._pool, "_processes", {}).values()):
                process.terminate()
        self._pool.shutdown(wait=not kill, cancel_futures=True)
        self._pool = None

    def _open(self) -> ProcessPoolExecutor:
        """Return the pool, started on first use."""
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_follow_parent)
        return self._pool

    def _fresh(self) -> ProcessPoolExecutor:
        """Return a new pool in place of a broken one."""
        self.close(kill=True)
        return self._open()


class Cluster:
    """A Dask cluster by the address of its scheduler; a killed worker's tasks are done again by Dask."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UserError(
                _("Planning on a cluster needs the extra 'cluster': install distributed.")
            ) from error
        try:
            self._client = Client(address, timeout="5s")
        except OSError as error:
            raise UserError(
                _("No cluster answers at {address}. Check the address.").format(address=address)
            ) from error
        self.workers = max(1, len(self._client.scheduler_info()["workers"]))

    def run(self, function: Callable[[T], R], tasks: Sequence[T], progress: Progress) -> Iterator[R]:
        """Yield function(task) for each task, in order."""
        futures = self._client.map(function, list(tasks), pure=False)
        try:
            for future in futures:
                # A finished result can be lost with its worker and computed again while it is
                # fetched, so only the computation is waited for in short steps.
                while not future.done():
                    if progress.cancelled():
                        raise Cancelled
                    time.sleep(_LOOK_EVERY_S / 10)
                yield future.result()
        except Cancelled:
            self._client.cancel(futures, force=True)
            raise

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def _follow_parent() -> None:
    """Leave Ctrl+C, which reaches every process of a terminal, to the one that started us; end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent", daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process when another one does: a worker whose pool was killed would wait for ever."""
    wait([sentinel])
    os._exit(1)


def make_executor(workers: int, tasks_fit_inline: bool = False) -> Executor:
    """Return worker processes, or the calling process for one worker."""
    return Inline() if workers == 1 or tasks_fit_inline else Processes(workers)


def _wait(future: Future[R], progress: Progress) -> R:
    """Return the result, looking again and again whether the user cancelled."""
    while True:
        if progress.cancelled():
            raise Cancelled
        try:
            return future.result(timeout=_LOOK_EVERY_S)
        except TimeoutError:
            if future.done():
                raise
