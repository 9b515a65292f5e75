# SPDX-License-Identifier: LGPL-3.0-or-later
"""Dated backups of a project, thinned: dense for the last days, sparse for the past year.

Source: the scheme of Anki (skip what has not changed, thin to so many daily, weekly and monthly
ones, back up before a restore), keyed by full path as LibreOffice's users found necessary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.durable import publish_file, temporary_beside
from gridplanner.io.project.project import SaveStamp, open_project, read_stamp
from gridplanner.texts import _
from gridplanner.workspace.safety.user_folders import key_of, user_folder

_NAME = "%Y-%m-%d_%H-%M-%S_%f"
#: The ten latest, and the last one of each of the latest so many days, weeks and months with backups.
KEPT = ((_NAME, 10), ("%Y-%m-%d", 14), ("%G-%V", 8), ("%Y-%m", 12))


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a project as it stood at a time.

    Parameters
    ----------
    path : Path
    time : datetime
        Local time of the copy.
    """

    path: Path
    time: datetime


def make_backup(project: Path, now: datetime | None = None) -> Backup | None:
    """Copy a project file to its backups and thin them; None if nothing changed since the last one.

    Parameters
    ----------
    project : Path
    now : datetime or None
        Time of the copy; None for the clock.

    Raises
    ------
    UserError
        The project is not there or damaged: a damaged file must not push out good backups.
    """
    stamp = read_stamp(project)
    existing = list_backups(project)
    if existing and _same_save(existing[0], stamp):
        return None
    time = now or datetime.now()
    # A clock that was set back must not make the new copy look older than those before it.
    path = _folder(project) / f"{time.strftime(_NAME)}.gpkg"
    while path.exists():
        time = time.replace(microsecond=(time.microsecond + 1) % 1_000_000)
        path = _folder(project) / f"{time.strftime(_NAME)}.gpkg"
    _copy(project, path)
    kept = survivors([backup.time for backup in existing], newest=time)
    for backup in existing:
        if backup.time not in kept:
            backup.path.unlink(missing_ok=True)
    return Backup(path, time)


def survivors(times: Iterable[datetime], newest: datetime) -> set[datetime]:
    """Return the backups that thinning keeps, `newest` (just made) among them.

    Counted over the periods that have backups, not back from today: neither a long holiday nor a
    clock set wrong makes old backups go.
    """
    ordered = sorted({*times, newest}, reverse=True)
    kept = {newest}
    for period, count in KEPT:
        last: dict[str, datetime] = {}
        for time in ordered:
            last.setdefault(time.strftime(period), time)
        kept.update(list(last.values())[:count])
    return kept


def list_backups(project: Path) -> tuple[Backup, ...]:
    """Return the backups of a project, the newest first."""
    found = []
    for path in _folder(project).glob("*.gpkg"):
        try:
            found.append(Backup(path, datetime.strptime(path.stem, _NAME)))
        except ValueError:
            continue  # not one of ours
    return tuple(sorted(found, key=lambda backup: backup.time, reverse=True))


def restore_backup(backup: Backup, project: Path) -> None:
    """Put a backup in the place of a project; what stands there is backed up first if it can be read.

    Raises
    ------
    UserError
        The backup itself cannot be opened; the project is untouched.
    """
    open_project(backup.path)
    if project.exists():
        try:
            make_backup(project)
        except UserError:
            _set_aside(project)
    _copy(backup.path, project)


def find_backup(project: Path, text: str = "") -> Backup:
    """Return the backup whose date begins with `text` (`2026-11-21`), the newest if empty.

    Raises
    ------
    UserError
        There is none.
    """
    for backup in list_backups(project):
        if backup.time.strftime("%Y-%m-%d %H:%M:%S").startswith(text):
            return backup
    raise UserError(_("There is no backup of '{path}' for '{time}'.").format(path=project.name, time=text))


def _folder(project: Path) -> Path:
    folder = user_folder("backups") / key_of(project)
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _same_save(backup: Backup, stamp: SaveStamp) -> bool:
    try:
        return read_stamp(backup.path).save_id == stamp.save_id
    except UserError:
        return False


def _set_aside(project: Path) -> None:
    """Keep a damaged project under another name: somebody may still get something out of it."""
    project.replace(
        project.with_name(f"{project.stem}.damaged-{datetime.now().strftime(_NAME)}{project.suffix}")
    )


def _copy(source: Path, target: Path) -> None:
    temporary = temporary_beside(target)
    try:
        temporary.write_bytes(source.read_bytes())
        publish_file(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
