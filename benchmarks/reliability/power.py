# SPDX-License-Identifier: LGPL-3.0-or-later
"""R2: power cut. Every write, sync and rename of a save is recorded, and each prefix of them replayed.

kill -9 keeps what the system has in memory; a power cut does not. So the disk is modelled: a write
may or may not have arrived until its file was synced, in any order; a new name until its folder was.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project

_CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,close"
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\) += (-?\d+)")

Call = tuple[str, str, int]
Chooser = Callable[[int], list[list[bool]]]


@dataclass
class File:
    """A file of the modelled disk: what surely is on it, and writes that may be."""

    durable: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def contents(self, kept: list[bool]) -> bytes:
        """Return the file with some of the pending writes arrived."""
        data = bytearray(self.durable)
        for (offset, chunk), arrived in zip(self.pending, kept, strict=True):
            if arrived:
                data.extend(bytes(max(0, offset + len(chunk) - len(data))))
                data[offset : offset + len(chunk)] = chunk
        return bytes(data)


class Disk:
    """The modelled disk: names of one folder, as they surely are and as they will be.

    Parameters
    ----------
    folder : Path
        Calls on other folders are left aside.
    names : dict of name to File
        What stands there at the start.
    """

    def __init__(self, folder: Path, names: dict[str, File]) -> None:
        self.folder = folder
        self.names = dict(names)
        self.durable_names = dict(names)
        self._opened: dict[int, File | None] = {}
        self._positions: dict[int, int] = {}

    def apply(self, name: str, arguments: str, result: int) -> bool:
        """Change the disk by one call; False if it does not concern the folder."""
        if name == "openat":
            return self._open(arguments, result)
        if name.startswith(("rename", "unlink")):
            return self._rename(name, [Path(os.fsdecode(text)) for text in _texts(arguments)])
        descriptor = int(arguments.split(",", maxsplit=1)[0])
        if descriptor not in self._opened:
            return False
        file = self._opened[descriptor]
        if name == "close":
            del self._opened[descriptor]
            return False
        if name in {"fsync", "fdatasync"}:
            self._sync(file)
            return True
        if file is not None:
            self._write(name, descriptor, file, arguments, result)
        return file is not None

    def _open(self, arguments: str, descriptor: int) -> bool:
        texts = _texts(arguments)
        path = Path(os.fsdecode(texts[0])) if texts else Path()
        self._opened.pop(descriptor, None)
        if path == self.folder:
            self._opened[descriptor] = None
        elif path.parent == self.folder and ("O_RDWR" in arguments or "O_WRONLY" in arguments):
            file = self.names.setdefault(path.name, File())
            if "O_TRUNC" in arguments:
                file.durable, file.pending = b"", []
            self._opened[descriptor], self._positions[descriptor] = file, 0
            return "O_CREAT" in arguments
        return False

    def _rename(self, name: str, places: list[Path]) -> bool:
        if not places or places[0].parent != self.folder:
            return False
        file = self.names.pop(places[0].name, None)
        if name.startswith("rename") and file is not None:
            self.names[places[1].name] = file
        return True

    def _sync(self, file: File | None) -> None:
        """Make a file, or (without one) the names of the folder, sure."""
        if file is None:
            self.durable_names = dict(self.names)
        else:
            file.durable, file.pending = file.contents([True] * len(file.pending)), []

    def _write(self, name: str, descriptor: int, file: File, arguments: str, result: int) -> None:
        if name == "pwrite64":
            file.pending.append((int(arguments.rsplit(",", 1)[1]), _texts(arguments)[0][:result]))
        elif name == "write":
            file.pending.append((self._positions[descriptor], _texts(arguments)[0][:result]))
            self._positions[descriptor] += result
        else:
            size = int(arguments.rsplit(",", 1)[1])
            file.pending = [(0, file.contents([True] * len(file.pending))[:size])]
            file.durable = b""


def power_cut(seed: int = 1, replays: int = 4, side: int = 8) -> Run:
    """R2: whatever prefix of a save reached the disk, the project opens as the old or the new one.

    Parameters
    ----------
    seed : int
    replays : int
        Random choices of unsynced writes per prefix, besides none and all.
    side : int
        Size of the project; more writes, more prefixes.
    """
    if shutil.which("strace") is None:
        return Run("R2", skipped="needs strace to record the writes")
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as elsewhere:
        folder = Path(name).resolve()
        path = folder / "p.gpkg"
        save_project(path, subjects.marked(subjects.project(side), 1))
        disk = Disk(folder, {path.name: File(path.read_bytes())})
        calls = _record(path, side, Path(elsewhere) / "calls.log")
        if not any(call.startswith("rename") for call, _arguments, _result in calls):
            return Run("R2", skipped="the writes could not be recorded here")
        return _replay_all(calls, path.name, disk, Judge(Path(elsewhere), side), _chooser(seed, replays))


def save_second(path: str, side: str) -> None:
    """Save the second state over the first; runs under the recorder."""
    save_project(Path(path), subjects.marked(subjects.project(int(side)), 2))


def _record(path: Path, side: int, log: Path) -> list[Call]:
    code = "import sys, benchmarks.reliability.power as power; power.save_second(*sys.argv[1:])"
    tracer = ["strace", "-f", "-qq", "-xx", "-s", "10000000", "-e", f"trace={_CALLS}", "-o", str(log)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [*tracer, sys.executable, "-c", code, str(path), str(side)],
        cwd=root,
        check=False,
        capture_output=True,
    )
    if done.returncode != 0:
        return []
    found = [_LINE.match(line) for line in log.read_text(errors="replace").splitlines()]
    return [(m[1], m[2], int(m[3])) for m in found if m is not None and int(m[3]) >= 0]


def _texts(arguments: str) -> list[bytes]:
    """Return the quoted arguments of a recorded call; the recorder writes each byte as hexadecimal."""
    return [
        bytes.fromhex(text.replace("\\x", "")) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)
    ]


def _replay_all(calls: list[Call], target: str, disk: Disk, judge: Judge, chooser: Chooser) -> Run:
    old = disk.names[target].durable
    failures: list[str] = []
    prefixes = cases = 0
    for name, arguments, result in calls:
        if not disk.apply(name, arguments, result):
            continue
        prefixes += 1
        for names in (disk.durable_names, disk.names):
            file = names.get(target)
            if file is None:
                failures.append(f"after call {prefixes} ({name}) there is no project")
                continue
            for kept in chooser(len(file.pending)):
                cases += 1
                wrong = judge.verdict(file.contents(kept))
                if wrong:
                    failures.append(f"after call {prefixes} ({name}): {wrong}")
    final = disk.durable_names[target]
    if final.pending or final.durable == old:
        failures.append("after the last call the new project is not safely on the disk")
    note = f"{prefixes} prefixes, {cases} states of the disk, {len(judge.verdicts)} contents opened"
    return Run("R2", cases, tuple(failures), note)


class Judge:
    """Opens what a disk would hold, each content once.

    Parameters
    ----------
    folder : Path
        Where it may write.
    side : int
        Size of the project that was saved.
    """

    def __init__(self, folder: Path, side: int) -> None:
        self._path = folder / "replayed.gpkg"
        self._original = subjects.project(side)
        self.verdicts: dict[bytes, str] = {}

    def verdict(self, content: bytes) -> str:
        """Return what is wrong with a project of these bytes; empty if it is a whole save."""
        if content not in self.verdicts:
            self._path.write_bytes(content)
            try:
                mark = subjects.mark_of(open_project(self._path), self._original)
                self.verdicts[content] = "" if mark in {1, 2} else f"mark {mark}"
            except (UserError, ValueError) as error:
                self.verdicts[content] = str(error)
        return self.verdicts[content]


def _chooser(seed: int, replays: int) -> Chooser:
    """Return what tells, for n writes that may have arrived, which to try: none, all, some at random."""
    rng = random.Random(seed)

    def choose(n: int) -> list[list[bool]]:
        random_ones = [[rng.random() < 0.5 for _write in range(n)] for _replay in range(replays if n else 0)]
        return [[False] * n, [True] * n, *random_ones]

    return choose
