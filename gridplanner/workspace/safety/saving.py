# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the window is told about the file of its project; nothing slow is imported here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Saving:
    """What the window needs to know of the file.

    Parameters
    ----------
    log : str
        Where the steps since this save are kept; "" where they need not be (read-only).
    save_id : str
        The save that the log starts from.
    read_only : str
        Who has the project open, as a sentence; "" if we may save.
    offer : str
        The question whether to restore what a crash left; "" if there is nothing.
    steps : tuple of str
        What the steps of the offer did, for the preview.
    """

    log: str = ""
    save_id: str = ""
    read_only: str = ""
    offer: str = ""
    steps: tuple[str, ...] = ()
