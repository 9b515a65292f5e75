# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions to the worker process, answered on the thread of the window by polling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gridplanner.errors import Cancelled, UserError
from gridplanner.texts import _
from gridplanner.workspace.scene.desk import Answer, Desk

POLL_MS = 15


class DeskLink(QObject):
    """Asks the worker and hands its answers on.

    Signals
    -------
    stepped : str, int, int - what the worker is doing, done, total; "" when idle
    said : str, str - text for the message bar, kind (info, done, warning, error)
    failed : str - something that is no user error: a traceback for the fault dialog
    """

    stepped = Signal(str, int, int)
    said = Signal(str, str)
    failed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[Any], None] | None]] = {}
        self._refusals: dict[int, Callable[[Exception], bool]] = {}
        self._long: int | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def ask(
        self,
        name: str,
        then: Callable[[Any], None],
        *,
        early: Callable[[Any], None] | None = None,
        refused: Callable[[Exception], bool] | None = None,
        long: bool = False,
        **arguments: object,
    ) -> int:
        """Ask the worker; `then` gets the result on the thread of the window.

        `refused` sees an error first; it returns True where it has dealt with it.
        """
        ticket = self.desk.ask(name, **arguments)
        self._waiting[ticket] = (then, early)
        if refused is not None:
            self._refusals[ticket] = refused
        if long:
            self._long = ticket
            self.stepped.emit(_("Working"), 0, 0)
        self._timer.start()
        return ticket

    def cancel(self) -> None:
        """Stop the long question under way."""
        if self._long is not None:
            self.desk.cancel(self._long)

    @property
    def busy(self) -> bool:
        """Whether a long question is under way."""
        return self._long is not None

    def _poll(self) -> None:
        """Take what the worker sent."""
        for answer in self.desk.poll():
            self._take(answer)
        if not self._waiting:
            self._timer.stop()

    def _take(self, answer: Answer) -> None:
        """Take one message of the worker."""
        if answer.kind == "step":
            if answer.ticket == self._long:
                done, total, text = answer.value
                self.stepped.emit(text, done, total)
            return
        then, early = self._waiting.get(answer.ticket, (None, None))
        if answer.kind == "part":
            if early is not None:
                early(answer.value)
            return
        self._waiting.pop(answer.ticket, None)
        refused = self._refusals.pop(answer.ticket, None)
        if answer.ticket == self._long:
            self._long = None
            self.stepped.emit("", 0, 0)
        if answer.kind == "error":
            if refused is None or not refused(answer.value):
                self._take_error(answer.value)
        elif then is not None:
            then(answer.value)

    def _take_error(self, error: Exception) -> None:
        """Tell the user what went wrong; a cancel is nothing to tell."""
        if isinstance(error, Cancelled):
            self.said.emit(_("Stopped."), "info")
        elif isinstance(error, UserError):
            self.said.emit(str(error), "error")
        else:
            self.failed.emit(str(error))

    def close(self) -> None:
        """End the worker."""
        self._timer.stop()
        self.desk.close()
