# SPDX-License-Identifier: LGPL-3.0-or-later
"""The exceptions that leave gridplanner, and what each promises to its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridplanner.model.finding import Finding


class GridplannerError(Exception):
    """Base of all errors that gridplanner raises on purpose."""


class UserError(GridplannerError):
    """One sentence for the user: what is wrong, where, and what to do.

    The text is shown as it stands, so it is already in the user's language.
    """


class DataError(UserError):
    """The data cannot be planned with; carries each fault as a finding.

    Parameters
    ----------
    text : str
        The sentence shown to the user.
    findings : sequence of Finding
        Every fault found, not only the first.
    """

    def __init__(self, text: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


class SavedMeanwhile(UserError):  # noqa: N818 - a state of the file, not a fault
    """Somebody else saved the file since we opened it; the user decides whose work stands."""


class Cancelled(GridplannerError):  # noqa: N818 - not an error to anybody: the user asked for it
    """The user stopped the work; nothing is reported as wrong."""
