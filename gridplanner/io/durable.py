# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that survive a power cut: flush, replace, flush the folder; full disks in plain words."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sqlite3
import time
from pathlib import Path
from types import TracebackType

from gridplanner.errors import Cancelled, UserError
from gridplanner.texts import _

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Less free space than this explains why a library failed that does not say why.
_NEARLY_FULL_BYTES = 256 * 1024
_REPLACE_TRIES = 5
_REPLACE_WAIT_S = 0.4


class FileHeld(UserError):  # noqa: N818 - a state of the file, not a fault
    """Another program holds the file that was to be replaced; the new contents lie beside it."""


def flush_file(path: Path) -> None:
    """Make the contents of a file reach the disk; a full disk may only show here."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(path: Path) -> None:
    """Make the names in a folder reach the disk; Windows does that by itself and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish_file(temporary: Path, path: Path) -> None:
    """Put a finished temporary file under its name: the old or the new one stands there, never a mix.

    Raises
    ------
    FileHeld
        If another program holds the file (Windows); the temporary file must be kept.
    """
    flush_file(temporary)
    for attempt in range(_REPLACE_TRIES):
        try:
            temporary.replace(path)
            break
        except PermissionError as error:
            if os.name != "nt":
                raise
            if attempt == _REPLACE_TRIES - 1:
                raise FileHeld(
                    _(
                        "'{path}' is open in another program. Close it there, or save under another name; "
                        "what was saved just now is in '{kept}'."
                    ).format(path=path.name, kept=temporary.name)
                ) from error
            time.sleep(_REPLACE_WAIT_S)
    flush_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """Return an unused name in the same folder, so that replacing never copies across disks."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file as a whole or not at all.

    Raises
    ------
    UserError
        If the disk is full or the folder cannot be written; the old file is untouched.
    """
    temporary = temporary_beside(path)
    with plain_words(path):
        try:
            temporary.write_bytes(content)
            publish_file(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


class plain_words:  # noqa: N801 - reads as a phrase: `with plain_words(path):`
    """Turn errors of writing into one sentence for the user.

    Libraries that do not say that the disk is full are found out by the space that is left.

    Parameters
    ----------
    path : Path
        What the user asked to be written; it is named in the sentence.

    Raises
    ------
    UserError
        Disk full, folder not writable, or name impossible; the sentence says which.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Begin; there is nothing to give."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Replace what the block raised, unless it is meant for the user already."""
        if not isinstance(error, Exception) or isinstance(error, Cancelled):
            return
        if _is_full(error) or nearly_full(self.path):
            raise UserError(disk_full(self.path)) from error
        if isinstance(error, OSError):
            raise UserError(sentence_for(error, self.path)) from error


def _is_full(error: BaseException | None) -> bool:
    """Tell whether a full disk lies behind an error, also one that a writer has put in its own words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def sentence_for(error: OSError, path: Path) -> str:
    """Return what an operating-system error means for the user."""
    if error.errno in _FULL or nearly_full(path):
        return disk_full(path)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return _("'{path}' cannot be written: no permission. Choose another folder.").format(path=path)
    if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}:
        return _("'{path}' is not a possible name here. Choose a shorter or simpler one.").format(path=path)
    return _("'{path}' cannot be written ({cause}). Choose another folder.").format(
        path=path, cause=error.strerror or error
    )


def disk_full(path: Path) -> str:
    """Return the sentence for a full disk."""
    return _(
        "The disk is full, '{path}' was not written; what stood there before is untouched. "
        "Free some space or choose another folder."
    ).format(path=path)


def nearly_full(path: Path) -> bool:
    """Tell whether the disk that would hold `path` has next to nothing left."""
    folder = path
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free < _NEARLY_FULL_BYTES
    except OSError:
        return False
