# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions of the window about what outlasts a project: backups, unsaved projects, the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gridplanner.errors import UserError
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _, use_language
from gridplanner.workspace.safety.saving import Saving
from gridplanner.workspace.scene.slimming import slim
from gridplanner.workspace.scene.tasks import Opened, Reporter, State, open_paths, show_opened


@dataclass(frozen=True)
class BackupLine:
    """One backup as the list shows it.

    Parameters
    ----------
    path : str
    time : datetime
        Local time of the copy.
    size : int
        Bytes.
    """

    path: str
    time: datetime
    size: int


@dataclass(frozen=True)
class ScenarioLine:
    """One scenario of a backup: name, status, general grids."""

    name: str
    status: str
    general: int


@dataclass(frozen=True)
class BackupCounts:
    """What a backup holds, for the preview.

    Parameters
    ----------
    communities, atoms, people : int
    scenarios : tuple of ScenarioLine
    current : str
        Scenario in work; "" for today's division.
    steps : int
        Entries of the journal.
    last_step, last_time, last_user : str
        The newest entry of the journal; "" without any.
    """

    communities: int
    atoms: int
    people: int
    scenarios: tuple[ScenarioLine, ...]
    current: str
    steps: int
    last_step: str = ""
    last_time: str = ""
    last_user: str = ""


@dataclass(frozen=True)
class UnsavedLine:
    """A project that never had a file and that a crash would have lost.

    Parameters
    ----------
    log : str
        Its recovery log; the key for taking it up or dropping it.
    name : str
        Name of the district.
    since : datetime
        When its last step reached the disk.
    steps : tuple of str
        What each step did, in order.
    """

    log: str
    name: str
    since: datetime
    steps: tuple[str, ...]


def list_backups_of(state: State, progress: Reporter, path: str) -> tuple[BackupLine, ...]:
    """Return the backups of a project, the newest first."""
    from gridplanner.workspace.safety.restoring import backups_of  # GDAL, only when asked for

    found = backups_of(Path(path))
    return tuple(BackupLine(str(b.path), b.time, b.path.stat().st_size) for b in found)


def look_into_backup(state: State, progress: Reporter, path: str) -> BackupCounts:
    """Return what a backup holds."""
    from gridplanner.io.project.project import open_project  # GDAL

    return counts_of(open_project(Path(path)))


def counts_of(contents: ProjectContents) -> BackupCounts:
    """Return the counts of a project."""
    district = contents.district
    lines = tuple(
        ScenarioLine(name, s.plan.status, int(s.plan.general().sum()))
        for name, s in contents.scenarios.items()
    )
    counts = (len(district.communities), len(district.atoms), int(district.atoms.people.sum()))
    steps = len(contents.journal)
    if not steps:
        return BackupCounts(*counts, lines, contents.current, steps)
    last = contents.journal[-1]
    said = last.action.partition(": ")[2] or last.action
    return BackupCounts(*counts, lines, contents.current, steps, said, last.time, last.user)


def restore_backup_of(state: State, progress: Reporter, path: str, backup: str) -> Opened:
    """Put a backup in the place of the project in work and open it; what stood there is backed up first.

    Raises
    ------
    UserError
        The backup is damaged or gone, or another workstation has the project; nothing has changed then.
    """
    from gridplanner.io.project.project import open_project  # GDAL
    from gridplanner.workspace.safety.restoring import backups_of, put_back

    project = Path(path)
    chosen = next((b for b in backups_of(project) if str(b.path) == backup), None)
    if chosen is None:
        raise UserError(_("This backup is no longer there. Choose another one."))
    # A damaged backup must be found out before the project in work is let go.
    open_project(chosen.path)
    progress.settle()
    state.file.close()
    progress.step(0, 1, _("Bringing the backup back"))
    put_back(chosen, project)
    return open_paths(state, progress, (path,))


def unsaved_of(state: State, progress: Reporter) -> tuple[UnsavedLine, ...]:
    """Return the projects without a file that a crash left."""
    from gridplanner.workspace.session import offers_without_file  # GDAL

    return tuple(
        UnsavedLine(
            str(log),
            offer.contents.district.name,
            datetime.fromtimestamp(log.stat().st_mtime),
            offer.labels,
        )
        for log, offer in offers_without_file()
    )


def take_unsaved(state: State, progress: Reporter, log: str) -> tuple[Opened, ProjectContents]:
    """Open a project that was never saved with all its steps.

    Returns
    -------
    opened : Opened
        The project with the steps applied, and the log that keeps them from now on.
    base : ProjectContents
        The state before the steps, without shapes.
    """
    from gridplanner.io.project.project import open_project  # GDAL
    from gridplanner.workspace.safety.recovery import base_path
    from gridplanner.workspace.usecases import config_of  # pandas and scipy

    progress.step(0, 1, _("Opening the project"))
    offer = _offer_of(log)
    base = open_project(base_path(Path(log)))
    progress.settle()
    state.contents, state.config = offer.contents, config_of(offer.contents, Path.cwd())
    begun = state.file.begin(base)
    saving = Saving(log=begun.log, save_id=begun.save_id, steps=offer.labels)
    return show_opened(state, progress, "", saving), slim(base)


def take_up(state: State, progress: Reporter, path: str, log: str, save_id: str) -> bool:
    """Read the project in work again after the worker before this one died; the window has its steps.

    Parameters
    ----------
    path : str
        Its file; "" for a project that was never saved.
    log : str
        Where the window logs its steps.
    save_id : str
        The save that those steps start from.

    Returns
    -------
    bool
        False when another saved it meanwhile: the steps of the window do not fit it.
    """
    from gridplanner.io.project.project import open_project, read_stamp  # GDAL
    from gridplanner.workspace.safety.recovery import base_path
    from gridplanner.workspace.usecases import config_of  # pandas and scipy

    file = Path(path) if path else base_path(Path(log))
    if save_id and read_stamp(file).save_id != save_id:
        return False
    contents = state.file.open(file)[0] if path else open_project(file)
    state.contents, state.config = contents, config_of(contents, file.parent if path else Path.cwd())
    state.settled = contents.config
    return True


def drop_unsaved(state: State, progress: Reporter, log: str) -> bool:
    """Forget a project that was never saved: the planner gave it up, or has it open again."""
    from gridplanner.workspace.safety.recovery import base_path

    path = Path(log)
    for gone in (path, base_path(path)):
        gone.unlink(missing_ok=True)
    return True


def speak(state: State, progress: Reporter, code: str) -> bool:
    """Use another language for every sentence made from now on."""
    use_language(code)
    return True


def _offer_of(log: str) -> Any:
    """Return what a log of a project without a file offers."""
    from gridplanner.workspace.session import offers_without_file  # GDAL

    for path, offer in offers_without_file():
        if str(path) == log:
            return offer
    raise UserError(_("There is nothing to restore."))


TASKS: Mapping[str, Callable[..., Any]] = {
    "backups": list_backups_of,
    "backup_counts": look_into_backup,
    "restore_backup": restore_backup_of,
    "unsaved": unsaved_of,
    "take_unsaved": take_unsaved,
    "drop_unsaved": drop_unsaved,
    "take_up": take_up,
    "speak": speak,
}
