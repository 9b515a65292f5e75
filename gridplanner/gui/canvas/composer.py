# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of a view made in a thread: what is there is moved along until the next one is ready."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from gridplanner.gui.canvas.view import View

#: Gathers on the window's thread what a picture needs, and returns what draws it in another one.
Recipe = Callable[[View], Callable[[], QImage]]


class Composer(QObject):
    """One picture under or over the map.

    Signals
    -------
    changed : another picture is there
    """

    changed = Signal()
    _made = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.visible = True
        self._shown: tuple[View, QImage] | None = None
        self._wanted: View | None = None
        self._job = self._done = 0
        self._pool: ThreadPoolExecutor | None = None
        self._made.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether a picture is being made."""
        return self._done != self._job

    def forget(self) -> None:
        """Have it made anew at the next idle moment; what is there stays until then."""
        self._wanted = None

    def drop(self) -> None:
        """Show nothing until another picture is made."""
        self._shown = self._wanted = None
        self._job += 1
        self._done = self._job

    def make(self, view: View, recipe: Recipe) -> None:
        """Have the picture of a view made, unless it is there or under way."""
        if not self.visible or self._wanted == view:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="compose")
        self._wanted = view
        self._job += 1
        self._pool.submit(self._run, self._job, view, recipe(view))

    def _run(self, job: int, view: View, draw: Callable[[], QImage]) -> None:
        """Draw a picture that is still wanted; runs in a thread."""
        image = draw() if job == self._job else None
        try:
            self._made.emit(job, view, image)
        except RuntimeError:
            return  # the window was closed meanwhile

    def _take(self, job: int, view: View, image: QImage | None) -> None:
        """Show a picture; one that a drop has overtaken is let go."""
        overtaken = job <= self._done
        self._done = max(self._done, job)
        if image is not None and not overtaken:
            self._shown = (view, image)
            self.changed.emit()

    def picture(self) -> tuple[View, QImage] | None:
        """Return the picture and the view it shows."""
        return self._shown if self.visible else None

    def close(self) -> None:
        """End the thread before the window goes away."""
        self.drop()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
