# SPDX-License-Identifier: LGPL-3.0-or-later
"""One file, whole or not at all: written beside, judged by its format, then put in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.durable import disk_full, nearly_full, plain_words, publish_file, temporary_beside
from gridplanner.io.whole import is_whole
from gridplanner.texts import _


def write_one(out: Path, write: Callable[[Path], None]) -> None:
    """Write one file whole, or leave the old one as it is.

    Raises
    ------
    UserError
        The disk is full, the folder cannot be written, or the file came out incomplete.
    """
    # The ending stays the file's own: by it is judged whether the file is whole.
    part = temporary_beside(out).with_suffix(out.suffix)
    with plain_words(out):
        try:
            write(part)
            if not is_whole(part):
                if nearly_full(out.parent):
                    raise UserError(disk_full(out))
                raise UserError(
                    _(
                        "'{path}' came out incomplete and was not written. Check the disk and try again."
                    ).format(path=out)
                )
            publish_file(part, out)
        finally:
            part.unlink(missing_ok=True)
