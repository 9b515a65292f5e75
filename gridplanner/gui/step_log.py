# SPDX-License-Identifier: LGPL-3.0-or-later
"""The steps since the last save, put on the disk one by one as the planner does them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.recovery import Offer, RecoveryLog
from gridplanner.workspace.safety.saving import Saving


class StepLog:
    """Writes the recovery log of the project in the window.

    Parameters
    ----------
    tell : callable
        Shows a sentence where steps cannot be kept.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._log: RecoveryLog | None = None
        self._saving = Saving()
        self._given_up = False

    @property
    def unsaved(self) -> bool:
        """Whether there are steps that the file does not hold."""
        return self._log is not None and self._log.steps > 0

    @property
    def place(self) -> tuple[str, str]:
        """Where the steps are kept, and the save that they start from."""
        return self._saving.log, self._saving.save_id

    def take(self, saving: Saving) -> bool:
        """Remember where the steps from now on are kept; nothing is written yet.

        Returns
        -------
        bool
            What the worker found to restore are steps of ours, just given up: the same project was
            opened again.
        """
        same = self._log is not None and self._given_up and str(self._log.path) == saving.log
        self.end()
        self._saving = saving
        return same

    def begin(self, base: ProjectContents, now: ProjectContents | None = None) -> None:
        """Keep every step from a saved state on; those done meanwhile are put down at once."""
        self._start(base, None)
        if now is not None and len(now.journal) > len(base.journal):
            self.record(now, "")

    def follow(self, saving: Saving, sent: ProjectContents, now: ProjectContents) -> None:
        """Go on after a save: the file holds what the old log kept, the new log what came since.

        Saved under its first name, or another one, a project has another log: the old one would be offered
        at the next start as if it had never been saved.
        """
        old = self._log
        self.take(saving)
        self.begin(sent, now)
        if old is not None and self._log is not None and old.path != self._log.path:
            old.discard()

    def go_on(self, base: ProjectContents, restored: ProjectContents) -> None:
        """Begin with the steps that a crash left; they are in the new log before the old one goes."""
        self._start(base, Offer(len(self._saving.steps), "", self._saving.steps, restored))

    def record(self, contents: ProjectContents, label: str) -> None:
        """Put a step on the disk; the step stands even if that fails."""
        if self._log is None:
            return
        self._given_up = False
        try:
            self._log.record(contents, label)
        except OSError as error:
            self._say(error)

    def give_up(self) -> None:
        """Drop the unsaved steps on purpose: not now, but when this project is really left."""
        self._given_up = True

    def end(self) -> None:
        """Close the log; one that holds unsaved steps stays for the next start, unless they are given up."""
        if self._log is None:
            return
        if self._log.steps and not self._given_up:
            self._log.close()
        else:
            self._log.discard()
        self._log, self._given_up = None, False

    def _start(self, base: ProjectContents, offer: Offer | None) -> None:
        self.end()
        if not self._saving.log:
            return
        try:
            self._log = RecoveryLog(Path(self._saving.log), base, self._saving.save_id, offer)
        except OSError as error:
            self._say(error)

    def _say(self, error: OSError) -> None:
        text = _("Steps cannot be kept for recovery ({cause}). Save the project now.")
        self._tell(text.format(cause=error.strerror or error))
