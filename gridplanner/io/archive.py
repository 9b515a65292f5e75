# SPDX-License-Identifier: LGPL-3.0-or-later
"""Unpack a zip under limits: nothing outside its folder, nothing without a right checksum."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gridplanner.errors import UserError
from gridplanner.texts import _

MAX_TOTAL_BYTES = 200_000_000
MAX_MEMBERS = 1_000
MAX_RATIO = 100
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_SYMLINK = 0o120000
_RATIO_FREE_BYTES = 1_000_000


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield a temporary folder with the members of a zip.

    Raises
    ------
    UserError
        It is damaged, encrypted, too large, or holds a name that leads outside.
    """
    with tempfile.TemporaryDirectory(prefix="gridplanner-zip-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, path.name, Path(folder))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
            raise UserError(
                _("'{source}' is damaged ({cause}). Ask for the file again.").format(
                    source=path.name, cause=_cause(error)
                )
            ) from error
        yield Path(folder)


def _cause(error: Exception) -> str:
    """Return in the user's language why a zip cannot be unpacked; the library knows English only."""
    if isinstance(error, NotImplementedError):
        return _("packed by a method that cannot be read")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, zlib.error) or "CRC" in str(error):
        return _("a file in it has another checksum than stated")
    return _("it is no zip, or was cut off")


def _extract(archive: zipfile.ZipFile, source: str, folder: Path) -> None:
    """Write the members one by one, counting real bytes, not promised ones."""
    members = [item for item in archive.infolist() if not item.is_dir()]
    if not members:
        raise UserError(_("'{source}' is an empty zip. Ask for the file again.").format(source=source))
    if len(members) > MAX_MEMBERS:
        raise UserError(
            _(
                "'{source}' holds {n} files, more than {limit}. Unpack it yourself and choose the layer."
            ).format(source=source, n=len(members), limit=MAX_MEMBERS)
        )
    room = MAX_TOTAL_BYTES
    seen: set[str] = set()
    for item in members:
        target = folder / _safe_name(item, source)
        if str(target).lower() in seen:
            raise UserError(
                _("'{source}' holds two files named '{name}'. Unpack it yourself and choose one.").format(
                    source=source, name=target.name
                )
            )
        seen.add(str(target).lower())
        target.parent.mkdir(parents=True, exist_ok=True)
        room -= _copy(archive, item, target, room, source)


def _safe_name(item: zipfile.ZipInfo, source: str) -> PurePosixPath:
    """Return the member's relative path; refuse any that leads outside, is a link, or is encrypted."""
    name = item.filename
    if not item.flag_bits & _UTF8_FLAG:
        # Chinese Windows packs names in GBK; the standard library reads such bytes as cp437.
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    inner = PurePosixPath(name.replace("\\", "/"))
    drive = len(inner.parts[0]) > 1 and inner.parts[0][1] == ":" if inner.parts else True
    if inner.is_absolute() or ".." in inner.parts or drive or "\0" in name:
        raise UserError(
            _(
                "'{source}' holds the file '{name}', which would be written outside its folder. "
                "It is refused. Ask for a zip made of the plain files."
            ).format(source=source, name=name[:80])
        )
    if (item.external_attr >> 16) & 0o170000 == _SYMLINK:
        raise UserError(
            _(
                "'{source}' holds a link ('{name}') and is refused. Ask for a zip of the files themselves."
            ).format(source=source, name=name[:80])
        )
    if item.flag_bits & _ENCRYPTED_FLAG:
        raise UserError(_("'{source}' is protected by a password. Unpack it first.").format(source=source))
    if item.file_size > _RATIO_FREE_BYTES and item.file_size > MAX_RATIO * max(item.compress_size, 1):
        raise _too_large(source)
    return inner


def _copy(archive: zipfile.ZipFile, item: zipfile.ZipInfo, target: Path, room: int, source: str) -> int:
    """Write one member and return its size; reading to the end checks its checksum."""
    size = 0
    with archive.open(item) as packed, target.open("wb") as file:
        while chunk := packed.read(1 << 20):
            size += len(chunk)
            if size > room:
                raise _too_large(source)
            file.write(chunk)
    return size


def _too_large(source: str) -> UserError:
    """Return the error for a zip that grows beyond the limits."""
    return UserError(
        _(
            "'{source}' unpacks to more than {limit} MB or grows more than {ratio} times. Unpack it yourself."
        ).format(source=source, limit=MAX_TOTAL_BYTES // 1_000_000, ratio=MAX_RATIO)
    )
