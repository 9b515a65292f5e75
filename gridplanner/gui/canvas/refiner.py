# SPDX-License-Identifier: LGPL-3.0-or-later
"""Draws the antialiased frame in a thread while the planner looks at the quick one."""

from __future__ import annotations

import threading
from types import ModuleType

from PySide6.QtCore import QObject, Signal

from gridplanner.gui.canvas import frame as frames
from gridplanner.gui.canvas.frame import Frame, Paint
from gridplanner.workspace.scene.scene import PolygonArrays


class Refiner(QObject):
    """One thread at a time; what a change has overtaken is given up.

    Signals
    -------
    ready : int, uint32[h, w] - number of the job, and its pixels
    """

    ready = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = 0
        self._thread: threading.Thread | None = None

    def start(self, kernels: ModuleType, shapes: PolygonArrays, paint: Paint, frame: Frame) -> None:
        """Refine a frame; an earlier job goes on until it sees that it is no longer wanted."""
        job = self.job

        def work() -> None:
            pixels = frames.refine(kernels, shapes, paint, frame, lambda: self.job != job)
            if pixels is not None:
                try:
                    self.ready.emit(job, pixels)
                except RuntimeError:
                    return  # the window was closed meanwhile

        self._thread = threading.Thread(target=work, name="refine", daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """Let a running job end without a result."""
        self.job += 1

    def stop(self) -> None:
        """Wait for the thread before the window goes away."""
        self.give_up()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(2)
