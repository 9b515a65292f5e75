# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exports as transactions: the old set of files or the new one, whole, whatever happens between.

Everything is written to a hidden folder beside the target and judged there. Then the two folders
change names in one step of the operating system. Where that is impossible (the target is a mount
point, the folder we were started in, or held open on Windows), the members are moved one by one
under a commit list, and a move that was interrupted is finished by the next export.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gridplanner.errors import Cancelled, UserError
from gridplanner.io.durable import (
    disk_full,
    flush_file,
    flush_folder,
    nearly_full,
    plain_words,
    sentence_for,
    write_whole,
)
from gridplanner.io.living import process_lives
from gridplanner.io.whole import broken_files
from gridplanner.progress import Progress, Silent, settle
from gridplanner.texts import _

_WORK = ".gridplanner-export"
_COMMIT = "commit.json"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def export_folder(out: Path, progress: Progress | None = None) -> Iterator[Path]:
    """Give a temporary folder to write to; on success its contents become `out`, else nothing changes.

    Files in `out` that no earlier export wrote (they are not named in its `summary.json`) stay.

    Parameters
    ----------
    out : Path
        Target folder; made if it is not there.
    progress : Progress, optional
        Whether the user asked to stop is looked at until the new set takes the place of the old one.

    Yields
    ------
    Path
        An empty folder on the same disk.

    Raises
    ------
    UserError
        If the target cannot be written, the disk is full, or a written file turns out broken.
    Cancelled
        The user asked to stop.
    """
    receiver = progress or Silent()
    check_writable(out)
    target = out.resolve()
    finish_interrupted(target)
    work = _make_work_folder(target)
    try:
        with plain_words(out):
            yield work
            _refuse_broken(work, out)
            _flush_tree(work, receiver)
            settle(receiver)
            _publish(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        with suppress(OSError):
            if work.parent.name == _WORK:
                shutil.rmtree(work.parent)


def check_writable(out: Path) -> None:
    """Raise UserError when an export to `out` can never succeed, before any work is done."""
    target = out.resolve()
    if target.exists() and not target.is_dir():
        raise UserError(_("'{path}' is a file, not a folder. Choose another name.").format(path=out))
    folder = target
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(
            _("'{path}' lies inside a file, '{file}'. Choose another folder.").format(path=out, file=folder)
        )
    try:
        probe = tempfile.mkdtemp(prefix=".gridplanner-probe-", dir=folder)
        Path(probe).rmdir()
    except OSError as error:
        raise UserError(sentence_for(error, out)) from error


def finish_interrupted(target: Path) -> None:
    """Clean up what killed exports left: finish a move that had begun, drop the rest."""
    inside = target / _WORK
    if inside.is_dir():
        commit = inside / _COMMIT
        if commit.exists():
            _move_members(inside / "new", target, json.loads(commit.read_text(encoding="utf-8")))
        shutil.rmtree(inside, ignore_errors=True)
    if not target.parent.is_dir():
        return
    for left in target.parent.glob(f".{_prefix(target)}*"):
        if not _belongs_to_living(left):
            if left.name.endswith(".old") and not target.exists():
                left.rename(target)
            else:
                shutil.rmtree(left, ignore_errors=True)


# --- the temporary folder ------------------------------------------------------------------------------


def _prefix(target: Path) -> str:
    return f"{target.name}.gridplanner-"


def _make_work_folder(target: Path) -> Path:
    """Make the folder to write to: beside the target, or inside where it cannot change names with it."""
    try:
        if _must_stay(target):
            work = target / _WORK / "new"
            work.mkdir(parents=True)
            return work
        target.parent.mkdir(parents=True, exist_ok=True)
        name = f".{_prefix(target)}{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        work = target.parent / name
        work.mkdir()
    except OSError as error:
        raise UserError(sentence_for(error, target)) from error
    return work


def _must_stay(target: Path) -> bool:
    """Tell whether the folder itself must keep its identity."""
    if not target.exists():
        return False
    if os.name == "nt" or os.path.ismount(target) or not os.access(target.parent, os.W_OK):
        return True
    here = Path.cwd()
    return here == target or target in here.parents


def _belongs_to_living(folder: Path) -> bool:
    """Tell whether the process that made a temporary folder may still be at work."""
    host, pid = folder.name.rsplit(".gridplanner-", 1)[-1].removesuffix(".old").rsplit("-", 2)[:2]
    if host != socket.gethostname():
        return True
    return process_lives(int(pid)) if pid.isdigit() else True


# --- the gate ------------------------------------------------------------------------------------------


def _refuse_broken(work: Path, out: Path) -> None:
    broken = broken_files(work)
    if not broken:
        return
    if nearly_full(work):
        raise UserError(disk_full(out))
    names = ", ".join(path.relative_to(work).as_posix() for path in broken[:5])
    raise UserError(
        _(
            "Export stopped: {n} files came out incomplete ({names}). Nothing in '{path}' was changed; "
            "check the disk and export again."
        ).format(n=len(broken), names=names, path=out)
    )


def _flush_tree(work: Path, progress: Progress) -> None:
    """Make every file reach the disk, which takes long on a slow one."""
    for path in sorted(work.rglob("*")):
        if progress.cancelled():
            raise Cancelled
        if path.is_file():
            flush_file(path)
        elif path.is_dir():
            flush_folder(path)
    flush_folder(work)


# --- publishing ----------------------------------------------------------------------------------------


def _publish(work: Path, target: Path) -> None:
    if work.parent.name == _WORK:
        members = _stale_members(target, work)
        write_whole(work.parent / _COMMIT, json.dumps(members).encode())
        _move_members(work, target, members)
        shutil.rmtree(work.parent, ignore_errors=True)
        return
    if not target.exists():
        work.chmod(0o777 & ~_umask())
        work.rename(target)
    else:
        _keep_foreign_files(target, work)
        shutil.copymode(target, work)
        if not _exchange(work, target):
            _swap_in_two_steps(work, target)
    flush_folder(target.parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _members_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _old_members(target: Path) -> set[str]:
    """Return what an earlier export says it wrote."""
    try:
        summary = json.loads((target / "summary.json").read_text(encoding="utf-8"))
        return {str(name) for name in summary["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _stale_members(target: Path, work: Path) -> list[str]:
    """Return files of the earlier export that the new one does not write; only such as lie in the folder."""
    inside = {name for name in _old_members(target) if (target / name).resolve().is_relative_to(target)}
    return sorted(inside - _members_of(work))


def _keep_foreign_files(target: Path, work: Path) -> None:
    """Carry the user's own files over to the new folder, by link where the disk allows it."""
    mine = _old_members(target) | _members_of(work)
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target)
        if name.as_posix() in mine or not (path.is_file() or path.is_symlink()):
            continue
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, work / name, follow_symlinks=False)
        except OSError:
            shutil.copy2(path, work / name, follow_symlinks=False)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; False where system or disk cannot."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    code = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if code == 0:
        return True
    if ctypes.get_errno() in {errno.ENOSPC, errno.EIO, errno.EACCES, errno.EPERM}:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return False


def _swap_in_two_steps(work: Path, target: Path) -> None:
    """Swap by two renames; a kill between them is mended by the next export, which finds the old set."""
    old = work.with_name(work.name + ".old")
    target.rename(old)
    try:
        work.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _move_members(work: Path, target: Path, stale: list[str]) -> None:
    """Move the new members in and drop stale ones; doing it twice does no harm."""
    for name in sorted(_members_of(work)):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).replace(target / name)
    for name in stale:
        (target / name).unlink(missing_ok=True)
    flush_folder(target)
