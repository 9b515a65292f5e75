# SPDX-License-Identifier: LGPL-3.0-or-later
"""One writer per project, also on a share: a lock file that names who, where and since when.

Locks of the operating system do not hold on every share, so the lock is a file beside the project.
Its owner renews its time; one that was not renewed for long, or whose process is gone, is dead.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.durable import sentence_for
from gridplanner.io.living import process_lives
from gridplanner.texts import _

RENEW_S = 30.0
DEAD_AFTER_S = 300.0
_TAKEOVER_DEAD_S = 20.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open.

    Parameters
    ----------
    host, user, time : str
        Workstation, user and the time (ISO, with zone) the project was opened.
    pid : int
    token : str
        Random; tells two locks of one process apart.
    """

    host: str
    user: str
    time: str
    pid: int
    token: str

    def sentence(self) -> str:
        """Return who has it open since when, for the message bar."""
        return _("Open at workstation {host} by {user} since {time}; here it is read-only.").format(
            host=self.host, user=self.user, time=self.time.replace("T", " ")[:16]
        )


class ProjectLock:
    """The right to save a project; renewed in the background until released.

    Parameters
    ----------
    path : Path
        The lock file.
    holder : Holder
        Ourselves, as written to it.
    """

    def __init__(self, path: Path, holder: Holder) -> None:
        self.path = path
        self.holder = holder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="project-lock", daemon=True)
        self._thread.start()

    def is_ours(self) -> bool:
        """Tell whether the lock still names us: another may have taken it while we slept."""
        return read_holder(self.path) == self.holder

    def release(self) -> None:
        """Give the project free; a lock that another took over meanwhile is left alone."""
        self._stop.set()
        self._thread.join()
        if self.is_ours():
            self.path.unlink(missing_ok=True)

    def _renew(self) -> None:
        while not self._stop.wait(RENEW_S):
            with suppress(OSError):
                if self.is_ours():
                    os.utime(self.path)


def lock_path(project: Path) -> Path:
    """Return the lock file of a project."""
    target = project.resolve()
    return target.with_name(f".{target.name}.lock")


def take_lock(project: Path) -> ProjectLock | Holder:
    """Take the right to save a project, or tell who has it.

    Raises
    ------
    UserError
        The folder cannot be written (the project is read-only for everybody here).
    """
    path, ours = lock_path(project), _ourselves()
    for _attempt in range(3):
        try:
            if _write_exclusive(path, ours):
                return ProjectLock(path, ours)
        except OSError as error:
            raise UserError(sentence_for(error, path)) from error
        holder = read_holder(path)
        if holder is not None and not _is_dead(path, holder):
            return holder
        _remove_dead(path, holder)
    return read_holder(path) or Holder("?", "?", "?", 0, "")


def read_holder(path: Path) -> Holder | None:
    """Return who a lock file names; None if there is none or it is unreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Holder(
            str(found["host"]), str(found["user"]), str(found["time"]), int(found["pid"]), str(found["token"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ourselves() -> Holder:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return Holder(socket.gethostname(), user_name(), now, os.getpid(), secrets.token_hex(8))


def user_name() -> str:
    """Return the name the user is logged in under; a container may know none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"


def _write_exclusive(path: Path, holder: Holder) -> bool:
    """Make the lock file with its contents in one step; False if there is one already."""
    temporary = path.with_name(f"{path.name}.{holder.token}")
    temporary.write_text(json.dumps(asdict(holder), ensure_ascii=False), encoding="utf-8")
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:
            # No hard links on this share: then the name is what must be new, the contents follow.
            return _write_slowly(path, temporary.read_bytes())
        return True
    finally:
        temporary.unlink(missing_ok=True)


def _write_slowly(path: Path, content: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return True


def _is_dead(path: Path, holder: Holder) -> bool:
    """Tell whether the holder is gone: its process here, its renewals elsewhere."""
    if holder.host == socket.gethostname() and not process_lives(holder.pid):
        return True
    # Its number may be another program's by now.
    return _age_s(path) > DEAD_AFTER_S


def _age_s(path: Path) -> float:
    """Return the age of a file by the clock of the disk it lies on, not by ours."""
    probe = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        probe.touch()
        return probe.stat().st_mtime - path.stat().st_mtime
    except OSError:
        return 0.0
    finally:
        probe.unlink(missing_ok=True)


def _remove_dead(path: Path, holder: Holder | None) -> None:
    """Remove a dead or unreadable lock; of several who try, one at a time, each looking again."""
    guard = path.with_name(f"{path.name}.takeover")
    try:
        os.close(os.open(guard, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        if _age_s(guard) > _TAKEOVER_DEAD_S:
            guard.unlink(missing_ok=True)
        time.sleep(0.05)
        return
    try:
        # A lock that is being written by the slow way is empty for a moment; give it time.
        unreadable_long = holder is not None or _age_s(path) > 1.0
        if read_holder(path) == holder and unreadable_long:
            path.unlink(missing_ok=True)
        elif holder is None:
            time.sleep(0.4)
    finally:
        guard.unlink(missing_ok=True)
