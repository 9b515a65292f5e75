# SPDX-License-Identifier: LGPL-3.0-or-later
"""A project in work on this machine: opened, locked, logged, backed up, saved.

The window and the command line use this; whoever only computes uses `Workspace` alone.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.living import process_lives
from gridplanner.io.project.project import SaveStamp, open_project, read_stamp, save_project
from gridplanner.model.plan import PlanChange
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.backups import make_backup
from gridplanner.workspace.safety.lock import Holder, ProjectLock, take_lock
from gridplanner.workspace.safety.recovery import Offer, RecoveryLog, log_path
from gridplanner.workspace.safety.recovery_offer import begin_unsaved, find_offer, unsaved_projects
from gridplanner.workspace.workspace import Workspace


class Session:
    """A workspace with its file.

    Parameters
    ----------
    workspace : Workspace
    path : Path or None
        The project file; None while the project was never saved.
    lock : ProjectLock or None
        None while somebody else has the project, or there is no file yet.
    holder : Holder or None
        Who has it, when we are read-only.
    stamp : SaveStamp or None
        The save that stands on the disk as far as we know.
    restored : Offer or None
        Steps taken over from a recovery log.
    """

    def __init__(
        self,
        workspace: Workspace,
        path: Path | None,
        lock: ProjectLock | None = None,
        holder: Holder | None = None,
        stamp: SaveStamp | None = None,
        restored: Offer | None = None,
    ) -> None:
        self.workspace = workspace
        self.path = path
        self.holder = holder
        self.problem = ""
        self._lock = lock
        self._stamp = stamp
        self._log: RecoveryLog | None = None
        if not workspace.read_only:
            base = open_project(path) if restored is not None and path is not None else workspace.contents
            if path is not None and stamp is not None:
                self._log = RecoveryLog(log_path(path), base, stamp.save_id, restored)
            else:
                self._log = RecoveryLog(*_begun(base))
            workspace.subscribe(self._record)

    @property
    def unsaved(self) -> bool:
        """Whether there are steps (rules and waivers too) that the file does not hold."""
        return self._log is not None and self._log.steps > 0

    def save(self, path: Path | None = None, *, overwrite: bool = False) -> None:
        """Save the project; under another name it becomes a project of its own from then on.

        Parameters
        ----------
        path : Path or None
            A new name; None for the one it has.
        overwrite : bool
            Also over what somebody else saved meanwhile; only after the user was asked.

        Raises
        ------
        UserError
            Read-only, no name yet, saved by somebody else meanwhile, disk full. Nothing is lost: the
            steps stay in the recovery log.
        """
        target = path or self.path
        if target is None:
            raise UserError(_("The project has no file yet. Choose a name to save it under."))
        elsewhere = self.path is None or target.resolve() != self.path.resolve()
        if not elsewhere and (self.workspace.read_only or (self._lock and not self._lock.is_ours())):
            raise UserError(
                _("'{path}' is open at another workstation. Save under another name.").format(
                    path=target.name
                )
            )
        lock = _lock_or_refuse(target) if elsewhere or self._lock is None else self._lock
        expected = None if overwrite or elsewhere or self._stamp is None else self._stamp.save_id
        try:
            if target.exists():
                with suppress(UserError):
                    # A damaged or foreign file has no backup worth keeping; that must not stop the save.
                    make_backup(target)
            stamp = save_project(target, self.workspace.contents, expected=expected)
        except BaseException:
            if lock is not self._lock:
                lock.release()
            raise
        self._moved_to(target, lock, stamp)

    def close(self, *, discard: bool = False) -> None:
        """End the work: give the project free; without unsaved steps (or on purpose) the log goes too."""
        if self._log is not None:
            if discard or not self.unsaved:
                self._log.discard()
            else:
                self._log.close()
        self._log = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _moved_to(self, target: Path, lock: ProjectLock, stamp: SaveStamp) -> None:
        """Take over the file just saved."""
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        if self._log is None:
            self._log = RecoveryLog(log_path(target), self.workspace.contents, stamp.save_id)
            self.workspace.subscribe(self._record)
        elif self.path is None or target.resolve() != self.path.resolve():
            self._log.discard()
            self._log = RecoveryLog(log_path(target), self.workspace.contents, stamp.save_id)
        else:
            self._log.restart(self.workspace.contents, stamp.save_id)
        self.path, self._lock, self._stamp, self.holder = target, lock, stamp, None
        self.workspace.read_only = False
        self.workspace.mark_saved()

    def _record(self, change: PlanChange) -> None:
        """Put a step on the disk; if that fails the step stands, and the window shows the problem."""
        if self._log is None:
            return
        try:
            self._log.record(self.workspace.contents, change.label)
            self.problem = ""
        except OSError as error:
            self.problem = _("Steps cannot be kept for recovery ({cause}). Save the project now.").format(
                cause=error.strerror or error
            )


def open_session(path: Path) -> tuple[Session | None, Offer | None]:
    """Open a project; where a crash left unsaved steps, return them as an offer instead.

    Returns
    -------
    session : Session or None
        None only while there is an offer to decide on: then call `open_restored` or `open_as_saved`.
    offer : Offer or None

    Raises
    ------
    UserError
        The file cannot be opened.
    """
    contents, stamp = open_project(path), read_stamp(path)
    found = take_lock_or_read(path)
    if isinstance(found, Holder):
        return Session(Workspace(contents, read_only=True), path, holder=found, stamp=stamp), None
    offer = find_offer(path, contents, stamp.save_id)
    if offer is None:
        return Session(Workspace(contents), path, found, stamp=stamp), None
    found.release()
    return None, offer


def open_restored(path: Path, offer: Offer) -> Session:
    """Open a project with the steps of an offer applied; they are unsaved, as they were."""
    return _open_after_offer(path, offer.contents, offer)


def open_as_saved(path: Path) -> Session:
    """Open a project as it was saved last, giving up the steps of the offer."""
    return _open_after_offer(path, open_project(path), None)


def begin_session(contents: ProjectContents) -> Session:
    """Begin with a project that has no file yet; its steps are kept for recovery all the same."""
    return Session(Workspace(contents), None)


def offers_without_file() -> tuple[tuple[Path, Offer], ...]:
    """Return projects that were never saved and that a crash would have lost, with their logs."""
    return unsaved_projects(process_lives)


def take_lock_or_read(path: Path) -> ProjectLock | Holder:
    """Return the lock, or who prevents it; a folder that cannot be written is read-only for us too."""
    try:
        return take_lock(path)
    except UserError:
        return Holder("-", "-", "-", 0, "")


def _open_after_offer(path: Path, contents: ProjectContents, offer: Offer | None) -> Session:
    stamp, found = read_stamp(path), take_lock_or_read(path)
    if isinstance(found, Holder):
        return Session(Workspace(contents, read_only=True), path, holder=found, stamp=stamp)
    return Session(Workspace(contents), path, found, stamp=stamp, restored=offer)


def _begun(contents: ProjectContents) -> tuple[Path, ProjectContents, str]:
    """Keep the starting point of a project without a file; return what its log begins with."""
    log, save_id = begin_unsaved(contents)
    return log, contents, save_id


def _lock_or_refuse(target: Path) -> ProjectLock:
    found = take_lock(target)
    if isinstance(found, Holder):
        raise UserError(
            _("'{path}' is open at workstation {host} by {user} since {time}. Choose another name.").format(
                path=target.name, host=found.host, user=found.user, time=found.time
            )
        )
    return found
