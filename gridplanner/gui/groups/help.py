# SPDX-License-Identifier: LGPL-3.0-or-later
"""Manual, keyboard map, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridplanner.gui.dialogs.about import AboutDialog
from gridplanner.gui.dialogs.manual import KeyboardDialog, ManualDialog

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class HelpGroup:
    """What the help menu does."""

    def __init__(self, window: Shell) -> None:
        self._window = window

    def manual(self) -> None:
        """Show the manual at the chapter of the present step."""
        ManualDialog.at_step(self._window, self._window.steps.current).show()

    def shortcuts(self) -> None:
        """Show every shortcut."""
        KeyboardDialog(self._window, list(self._window.actions_by_id.values())).open()

    def about(self) -> None:
        """Show version and licences."""
        AboutDialog(self._window).open()
