# SPDX-License-Identifier: LGPL-3.0-or-later
"""Use-cases around loss: edit a project file under its lock, bring back a backup or lost steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.project.project import save_project
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.backups import (
    Backup,
    find_backup,
    list_backups,
    make_backup,
    restore_backup,
)
from gridplanner.workspace.safety.lock import Holder, take_lock
from gridplanner.workspace.safety.project_file import ProjectFile

Save = Callable[[ProjectContents], None]


@contextmanager
def editing(path: Path) -> Iterator[tuple[ProjectContents, Save]]:
    """Give a project and the function that saves it, while nobody else can.

    Raises
    ------
    UserError
        Open elsewhere, or a crash left steps that a save would put aside.
    """
    file = ProjectFile()
    contents, saving = file.open(path)
    try:
        if saving.read_only:
            raise UserError(saving.read_only)
        if saving.offer:
            raise UserError(
                _(
                    "A crash left {n} unsaved steps of '{path}'. Open it in the window, or bring them back "
                    "with `restore --steps`, first."
                ).format(n=len(saving.steps), path=path.name)
            )

        def save(changed: ProjectContents) -> None:
            file.save(changed, path)

        yield contents, save
    finally:
        file.close()


def save_new(path: Path, contents: ProjectContents) -> None:
    """Save a new project; what stood under the name is backed up, and refused while open elsewhere."""
    found = take_lock(path)
    if isinstance(found, Holder):
        raise UserError(found.sentence())
    try:
        if path.exists():
            try:
                make_backup(path)
            except UserError as error:
                raise UserError(
                    _("'{path}' exists and is no project. Choose another name.").format(path=path.name)
                ) from error
        save_project(path, contents)
    finally:
        found.release()


def backups_of(path: Path) -> tuple[Backup, ...]:
    """Return the backups of a project, the newest first."""
    return list_backups(path)


def bring_back(path: Path, time: str) -> Backup:
    """Put the newest backup whose time begins with `time` in the place of the project."""
    backup = find_backup(path, time)
    put_back(backup, path)
    return backup


def put_back(backup: Backup, path: Path) -> None:
    """Put a backup in the place of the project, while nobody else can save it.

    Raises
    ------
    UserError
        Open elsewhere, or the backup is damaged; the project is untouched.
    """
    found = take_lock(path)
    if isinstance(found, Holder):
        raise UserError(found.sentence())
    try:
        restore_backup(backup, path)
    finally:
        found.release()


def bring_back_steps(path: Path) -> int:
    """Save the steps that a crash left into the project; return their number."""
    file = ProjectFile()
    _contents, saving = file.open(path)
    try:
        if saving.read_only:
            raise UserError(saving.read_only)
        file.save(file.restore(), path)
    finally:
        file.close()
    return len(saving.steps)
