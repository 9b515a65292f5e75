# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where this user's own data lies: recovery logs and backups, apart from the projects themselves."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

_VARIABLE = "GRIDPLANNER_USER_DIR"


def user_folder(kind: str) -> Path:
    """Return (and make) the folder for one kind of data, readable by this user only.

    Parameters
    ----------
    kind : str
        `recovery` or `backups`.
    """
    chosen = os.environ.get(_VARIABLE)
    base = Path(chosen) if chosen else Path(platformdirs.user_data_dir("gridplanner", appauthor=False))
    folder = base / kind
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def key_of(project: Path) -> str:
    """Return a name for a project by its full path, so that equal names in two folders stay apart."""
    full = project.resolve()
    digest = hashlib.sha256(os.fsencode(os.path.normcase(full))).hexdigest()[:16]
    return f"{full.stem[:40]}-{digest}"
