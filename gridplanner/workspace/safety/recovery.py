# SPDX-License-Identifier: LGPL-3.0-or-later
"""The recovery log: each step reaches the disk at once, so that a crash costs at most the last one.

One log per project in the user's data folder: a header that names the save it starts from, then a
line per step with its checksum. Saving the project starts the log anew. A project that was never
saved keeps its starting point beside the log. The window writes it itself, so this module imports
nothing slow; finding what a log offers is the work of `recovery_offer`.
"""

from __future__ import annotations

import json
import os
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from gridplanner.io.durable import flush_folder
from gridplanner.model.project import ProjectContents
from gridplanner.texts import _
from gridplanner.workspace.safety.recovery_codec import step_between
from gridplanner.workspace.safety.user_folders import key_of, user_folder

_FORMAT = 1


@dataclass(frozen=True)
class Offer:
    """Steps that a crash would have lost.

    Parameters
    ----------
    steps : int
    since : str
        Local time of the first step, `HH:MM`.
    labels : tuple of str
        What each step did, in order, for the preview.
    contents : ProjectContents
        The project with all steps applied.
    """

    steps: int
    since: str
    labels: tuple[str, ...]
    contents: ProjectContents

    def sentence(self) -> str:
        """Return the offer as the window shows it."""
        return _("The program ended without saving. Restore {n} steps since {time}?").format(
            n=self.steps, time=self.since
        )


class RecoveryLog:
    """Keeps the steps since the last save on the disk.

    Parameters
    ----------
    path : Path
        The log, from `log_path`.
    contents : ProjectContents
        The state as saved (or, without a file, as begun).
    save_id : str
        `SaveStamp.save_id` of the file that holds this state (without a file: of its starting point).
    restored : Offer or None
        Steps taken over from an earlier log; they are in the new one before the old one goes.
    """

    def __init__(
        self,
        path: Path,
        contents: ProjectContents,
        save_id: str,
        restored: Offer | None = None,
    ) -> None:
        self.path = path
        self._state = contents
        self._file: BinaryIO | None = None
        self._sequence = 0
        self._header = {"format": _FORMAT, "base": save_id, "pid": os.getpid()}
        self.restart(contents, save_id, restored)

    @property
    def steps(self) -> int:
        """Number of steps since the last save."""
        return self._sequence

    def restart(self, contents: ProjectContents, save_id: str, restored: Offer | None = None) -> None:
        """Begin anew after a save: the file on the disk holds everything up to here."""
        self.close()
        self._state, self._sequence = contents, 0
        self._header = {**self._header, "base": save_id}
        # A file of its own, put in place when complete: an old log is never half overwritten.
        temporary = self.path.with_suffix(f".{secrets.token_hex(4)}.new")
        self._file = temporary.open("wb")
        self._append(self._header)
        if restored is not None:
            self.record(restored.contents, _("{n} restored steps").format(n=restored.steps))
        self.close()  # Windows renames no file that is open.
        temporary.replace(self.path)
        flush_folder(self.path.parent)
        self._file = self.path.open("ab")

    def record(self, contents: ProjectContents, label: str) -> None:
        """Put the step that led to `contents` on the disk; returns when it is there.

        Raises
        ------
        OSError
            The disk of the user's folder is full; the step itself stands.
        """
        step = step_between(self._state, contents)
        self._sequence += 1
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        self._append({"n": self._sequence, "time": now, "label": label, "step": step})
        self._state = contents

    def close(self) -> None:
        """Close the file and leave it: the next start finds it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Close and remove the log: everything is saved, or given up on purpose."""
        self.close()
        self.path.unlink(missing_ok=True)
        base_path(self.path).unlink(missing_ok=True)

    def _append(self, entry: dict[str, Any]) -> None:
        if self._file is None:
            raise ValueError(self.path)
        payload = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        self._file.write(b"%08x %s\n" % (zlib.crc32(payload), payload))
        self._file.flush()
        os.fsync(self._file.fileno())


def log_path(project: Path | None) -> Path:
    """Return the log of a project; of one without a file, a log of its own."""
    key = key_of(project) if project is not None else f"unsaved-{os.getpid()}-{secrets.token_hex(4)}"
    return user_folder("recovery") / f"{key}.log"


def base_path(log: Path) -> Path:
    """Return where the starting point of a project without a file is kept."""
    return log.with_suffix(".base.gpkg")


def read_log(path: Path) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return the header and the sound lines of a log; everything after a torn line is worthless."""
    lines: list[dict[str, Any]] = []
    try:
        content = path.read_bytes()
    except OSError:
        return None, []
    for number, line in enumerate(content.split(b"\n")):
        try:
            checksum, payload = line[:8], line[9:]
            if int(checksum, 16) != zlib.crc32(payload):
                break
            entry = json.loads(payload)
        except ValueError:
            break
        if not isinstance(entry, dict) or (number and entry.get("n") != number):
            break
        lines.append(entry)
    if not lines or lines[0].get("format") != _FORMAT:
        return None, []
    return lines[0], lines[1:]
