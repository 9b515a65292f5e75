# SPDX-License-Identifier: LGPL-3.0-or-later
"""A dialog that stays open beside the map while the planner works on both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QWidget


class BesideMap(QDialog):
    """However the dialog ends, `let_go` is called once, and the dialog is deleted.

    Esc hides a dialog without a close event: what must happen at the end belongs into `let_go`,
    never into `closeEvent`. The worker may still answer afterwards; `ended` tells so.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.ended = False

    def let_go(self) -> None:
        """Take back what was shown on the map, and hear no more of the session."""

    def done(self, result: int) -> None:
        """End the dialog: Esc, the cross and `close` all come here while it is seen."""
        self._end()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        # One that is not seen, such as of a window on its way out, is closed without `done`.
        self._end()
        super().closeEvent(event)

    def _end(self) -> None:
        """Let go, the first time."""
        if not self.ended:
            self.ended = True
            self.let_go()
