# SPDX-License-Identifier: LGPL-3.0-or-later
"""The file of the project in work, held by the worker beside the window: lock, backups, offers, saves.

The worker holds the whole project and its lock; the window logs its steps and shows the sentences.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.project.project import SaveStamp, open_project, read_stamp, save_project
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.backups import make_backup
from gridplanner.workspace.safety.lock import Holder, ProjectLock, take_lock
from gridplanner.workspace.safety.recovery import Offer, log_path
from gridplanner.workspace.safety.recovery_offer import begin_unsaved, find_offer
from gridplanner.workspace.safety.saving import Saving


@dataclass
class ProjectFile:
    """The file of the project in work; empty while there is none."""

    path: Path | None = None
    offer: Offer | None = None
    _lock: ProjectLock | None = None
    _stamp: SaveStamp | None = None

    def open(self, path: Path) -> tuple[ProjectContents, Saving]:
        """Open a project; the file held before is given free.

        Raises
        ------
        UserError
            The file cannot be opened; then nothing has changed.
        """
        contents, stamp = open_project(path), read_stamp(path)
        self.close()
        try:
            found: ProjectLock | Holder | None = take_lock(path)
            sentence = found.sentence() if isinstance(found, Holder) else ""
        except UserError:
            found = None
            sentence = _("The folder of '{path}' cannot be written; here it is read-only.").format(
                path=path.name
            )
        self.path, self._stamp = path, stamp
        if sentence:
            return contents, Saving(read_only=sentence)
        self._hold(found)
        self.offer = find_offer(path, contents, stamp.save_id)
        return contents, self._saving()

    def begin(self, contents: ProjectContents) -> Saving:
        """Begin with a project that has no file yet; the file held before is given free."""
        self.close()
        log, save_id = begin_unsaved(contents)
        return Saving(str(log), save_id)

    def restore(self) -> ProjectContents:
        """Return the project with the steps of the offer applied."""
        if self.offer is None:
            raise UserError(_("There is nothing to restore."))
        contents, self.offer = self.offer.contents, None
        return contents

    def save(self, contents: ProjectContents, path: Path, *, overwrite: bool = False) -> Saving:
        """Save; under another name it is another file from then on.

        Raises
        ------
        UserError
            Read-only, open elsewhere, saved by somebody else meanwhile, disk full; nothing is lost.
        """
        elsewhere = self.path is None or path.resolve() != self.path.resolve()
        lock = self._lock_for(path, elsewhere)
        expected = None if overwrite or elsewhere or self._stamp is None else self._stamp.save_id
        try:
            if path.exists():
                with suppress(UserError):
                    # A damaged or foreign file has no backup worth keeping; that must not stop the save.
                    make_backup(path)
            stamp = save_project(path, contents, expected=expected)
        except BaseException:
            if lock is not self._lock:
                lock.release()
            raise
        if lock is not self._lock:
            self.close()
            self._hold(lock)
        self.path, self._stamp = path, stamp
        return self._saving()

    def close(self) -> None:
        """Give the project free."""
        if self._lock is not None:
            self._lock.release()
        self.path, self.offer, self._lock, self._stamp = None, None, None, None

    def _lock_for(self, path: Path, elsewhere: bool) -> ProjectLock:
        """Return the right to save at a path, or refuse with who has it."""
        if not elsewhere and self._lock is not None and self._lock.is_ours():
            return self._lock
        found = take_lock(path)
        if isinstance(found, Holder):
            raise UserError(
                _(
                    "'{path}' is open at workstation {host} by {user} since {time}. Choose another name."
                ).format(path=path.name, host=found.host, user=found.user, time=found.time)
            )
        return found

    def _hold(self, found: ProjectLock | Holder | None) -> None:
        """Keep a lock until we close, or the process ends in good order."""
        if isinstance(found, ProjectLock):
            self._lock = found
            Finalize(found, found.release, exitpriority=10)

    def _saving(self) -> Saving:
        if self.path is None or self._stamp is None:
            return Saving()
        offer = self.offer
        return Saving(
            log=str(log_path(self.path)),
            save_id=self._stamp.save_id,
            offer=offer.sentence() if offer else "",
            steps=offer.labels if offer else (),
        )
