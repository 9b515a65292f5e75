# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a reliability run reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """How one promise stood the test.

    Parameters
    ----------
    id : str
        `R1` to `R26`, as in `docs/reliability.md`.
    cases : int
        How often it was tried.
    failures : tuple of str
        Each time it was broken: what was seen.
    note : str
        Measured figures.
    skipped : str
        Why it could not be tried here; empty if it was.
    """

    id: str
    cases: int = 0
    failures: tuple[str, ...] = ()
    note: str = ""
    skipped: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise held in every case tried."""
        return not self.failures and not self.skipped
