# SPDX-License-Identifier: LGPL-3.0-or-later
"""Corrections of what the plan rests on: faults of today's grids, communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridplanner.model.finding import Finding

if TYPE_CHECKING:
    from gridplanner.gui.shell import Shell


class FactsGroup:
    """What mends today's grids and changes communities."""

    def __init__(self, window: Shell) -> None:
        self._window = window

    def mend(self, finding: Finding | None = None) -> None:
        """Show the proposals to mend today's grids, at the one of a finding."""
        from gridplanner.gui.dialogs.mend import MendDialog  # rarely needed

        self.close()
        MendDialog(self._window, finding).show()

    def close(self) -> None:
        """Close the list of proposals."""
        from gridplanner.gui.dialogs.mend import MendDialog  # rarely needed

        earlier = self._window.findChild(MendDialog)
        if earlier is not None:
            earlier.close()

    def communities(self) -> None:
        """Create, convert, merge, split or adjust communities."""
        from gridplanner.gui.dialogs.communities import CommunityDialog  # rarely needed

        dialog = self._window.findChild(CommunityDialog)
        if dialog is None:
            dialog = CommunityDialog(self._window)
        dialog.show()
        dialog.raise_()
