# SPDX-License-Identifier: LGPL-3.0-or-later
"""A dialog that stays open beside the map while the planner works on both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget


def lay_aside(dialog: QDialog) -> None:
    """Move a dialog to the right rim of its window, where it covers panels rather than the map."""
    owner = dialog.parentWidget()
    if owner is None:
        return
    place = owner.window().frameGeometry()
    size = dialog.frameGeometry().size()
    left = max(place.right() - size.width() - 12, place.left())
    dialog.move(left, max(place.top() + (place.height() - size.height()) // 2, place.top()))


class BesideMap(QDialog):
    """However the dialog ends, `let_go` is called once, and the dialog is deleted.

    Esc hides a dialog without a close event: what must happen at the end belongs into `let_go`,
    never into `closeEvent`. The worker may still answer afterwards; `ended` tells so.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.ended = self._laid = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._laid:
            # Once: afterwards it stays where the planner moved it.
            self._laid = True
            lay_aside(self)

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
