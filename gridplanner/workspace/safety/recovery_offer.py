# SPDX-License-Identifier: LGPL-3.0-or-later
"""What recovery logs offer after a crash, and the starting points of projects without a file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, read_stamp, save_project
from gridplanner.model.project import ProjectContents
from gridplanner.workspace.safety.recovery import Offer, base_path, log_path, read_log
from gridplanner.workspace.safety.recovery_codec import Step, apply_step
from gridplanner.workspace.safety.user_folders import user_folder

_BROKEN = (ValueError, KeyError, TypeError, IndexError, zlib.error)


def begin_unsaved(contents: ProjectContents) -> tuple[Path, str]:
    """Keep the starting point of a project without a file; return its log and the save it starts from."""
    log = log_path(None)
    return log, save_project(base_path(log), contents).save_id


def find_offer(project: Path, contents: ProjectContents, save_id: str) -> Offer | None:
    """Return what a crash would have lost of a project just opened; None if nothing.

    A log that starts from another save is set aside, never applied and never deleted.
    """
    path = log_path(project)
    header, entries = read_log(path)
    if header is None:
        return None
    if header.get("base") != save_id:
        _set_aside(path)
        return None
    return _offer(contents, entries)


def unsaved_projects(is_alive: Callable[[int], bool]) -> tuple[tuple[Path, Offer], ...]:
    """Return logs of projects that were never saved and whose program is gone, with what they hold.

    Those without a step hold nothing that could be lost, and go.
    """
    _sweep(is_alive)
    found = []
    for path in sorted(user_folder("recovery").glob("unsaved-*.log")):
        header, entries = read_log(path)
        base = base_path(path)
        if header is None or not base.exists() or is_alive(int(header.get("pid", 0))):
            continue
        try:
            if read_stamp(base).save_id != header.get("base"):
                continue
            offer = _offer(open_project(base), entries)
        except UserError:
            continue
        if offer is not None:
            found.append((path, offer))
    return tuple(found)


def _sweep(is_alive: Callable[[int], bool]) -> None:
    """Remove starting points, as large as a project, from which no step was taken before the end."""
    for path in user_folder("recovery").glob("unsaved-*.log"):
        header, _entries = read_log(path)
        # By its lines, not its steps: a damaged log may still be of use to somebody.
        bare = path.read_bytes().count(b"\n") == 1
        if header is not None and bare and not is_alive(int(header.get("pid", 0))):
            path.unlink(missing_ok=True)
    for base in user_folder("recovery").glob("unsaved-*.base.gpkg"):
        log = base.with_name(base.name.removesuffix(".base.gpkg") + ".log")
        maker = base.name.split("-")[1]
        if not log.exists() and maker.isdecimal() and not is_alive(int(maker)):
            base.unlink(missing_ok=True)


def _offer(contents: ProjectContents, entries: list[dict[str, Any]]) -> Offer | None:
    labels: list[str] = []
    for entry in entries:
        step: Step = entry.get("step", {})
        try:
            contents = apply_step(contents, step)
        except _BROKEN:
            break
        labels.append(str(entry.get("label", "")))
    if not labels:
        return None
    return Offer(len(labels), str(entries[0].get("time", ""))[11:16], tuple(labels), contents)


def _set_aside(path: Path) -> None:
    with suppress(OSError):
        path.replace(path.with_suffix(".other"))
