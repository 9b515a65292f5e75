# SPDX-License-Identifier: LGPL-3.0-or-later
"""Put a file, or a set of files of one name, in place all together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.texts import _

#: What other programs leave beside a shapefile and would take for the new one's.
_SIDECARS = (
    ".prj",
    ".cpg",
    ".qpj",
    ".qmd",
    ".shp.xml",
    ".sbn",
    ".sbx",
    ".qix",
    ".idm",
    ".ind",
    ".atx",
    ".fix",
    ".ain",
    ".aih",
)


@contextmanager
def publish_set(path: Path, members: Mapping[str, bytes]) -> Iterator[Path]:
    """Write members to a temporary folder beside `path`, yield the main file there, then move all in.

    The body checks what was written; if it raises, nothing under the final name has changed.

    Parameters
    ----------
    path : Path
        Final name of the main member.
    members : mapping of suffix to bytes

    Raises
    ------
    UserError
        The folder cannot be written.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        for suffix, data in members.items():
            (folder / (path.stem + suffix)).write_bytes(data)
        yield folder / path.name
        _move_in(path, folder, [path.stem + suffix for suffix in members])
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def publish_one(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; what the body wrote and checked there is moved to `path`."""
    with publish_set(path, {}) as temporary:
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)


def _cannot_write(path: Path, error: OSError) -> UserError:
    """Return the error for a folder or disk that takes no file."""
    return UserError(
        _("'{path}' cannot be written: {cause}. Choose another folder, or make room.").format(
            path=path, cause=error.strerror or error
        )
    )


def _move_in(path: Path, folder: Path, names: list[str]) -> None:
    """Set the old members aside, move the new ones in, and put the old ones back if that fails."""
    if not names:
        return
    sidecars = _SIDECARS if path.suffix.lower() == ".shp" else ()
    stale = {path.stem + suffix for suffix in sidecars} | set(names)
    old = [item for item in path.parent.iterdir() if item.name in stale]
    aside = folder / "old"
    aside.mkdir()
    moved: list[Path] = []
    try:
        for item in old:
            item.replace(aside / item.name)
        for name in names:
            (folder / name).replace(path.parent / name)
            moved.append(path.parent / name)
    except OSError:
        for item in moved:
            item.unlink(missing_ok=True)
        for item in aside.iterdir():
            item.replace(path.parent / item.name)
        raise
