# SPDX-License-Identifier: LGPL-3.0-or-later
"""R16: project files that somebody or something has changed are refused or harmless, never a crash."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

from benchmarks.reliability import subjects
from benchmarks.reliability.outcome import Run
from gridplanner.errors import UserError
from gridplanner.io.project.project import open_project, save_project

_BATCH = 100
_SLOW_S = 5.0


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return a file with one to eight faults: bits, bytes, 32-bit extremes, cuts, repeats, deletions."""
    changed = bytearray(data)
    for _fault in range(rng.randint(1, 8)):
        # Half of the faults hit the header and the schema, where they do most.
        place = rng.randrange(min(len(changed), 8192)) if rng.random() < 0.5 else rng.randrange(len(changed))
        kind = rng.randrange(6)
        if kind == 0:
            changed[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed[place] = rng.randrange(256)
        elif kind == 2:
            value = rng.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF0000])
            changed[place : place + 4] = value.to_bytes(4, "big")
        elif kind == 3 and len(changed) > 1000:
            del changed[rng.randrange(500, len(changed)) :]
        elif kind == 4:
            changed[place : place + 64] = changed[max(0, place - 4096) : max(0, place - 4096) + 64]
        else:
            del changed[place : place + rng.randint(1, 16)]
    return bytes(changed)


def mutated_projects(cases: int, seed: int = 1) -> Run:
    """R16: open mutated projects, in child processes so that a crash is seen and counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.gpkg"
        save_project(path, subjects.marked(subjects.project(8), 1))
        original = path.read_bytes()
        failures: list[str] = []
        refused = slow = 0
        for first in range(0, cases, _BATCH):
            numbers = range(first, min(first + _BATCH, cases))
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(reading)
                _open_all(original, numbers, seed, Path(folder), writing)
            os.close(writing)
            said = b""
            while chunk := os.read(reading, 65536):
                said += chunk
            os.close(reading)
            _pid, status = os.waitpid(pid, 0)
            refused += said.count(b"r")
            slow += said.count(b"s")
            if status != 0 or len(said) - said.count(b"s") != len(numbers):
                failures.append(f"file {first + len(said)} of seed {seed} ended the process, status {status}")
    note = f"{refused} refused in one sentence, {cases - refused} opened as sound projects, {slow} over 5 s"
    return Run("R16", cases, tuple(failures), note)


def _open_all(original: bytes, numbers: range, seed: int, folder: Path, said: int) -> None:
    """Open a batch and say of each `r`efused or `o`pened; anything else ends the process with a status."""
    status = 1
    try:
        for number in numbers:
            path = folder / f"m{number}.gpkg"
            path.write_bytes(mutate(original, random.Random(seed * 1_000_003 + number)))
            started = time.perf_counter()
            try:
                open_project(path)
                verdict = b"o"
            except UserError:
                verdict = b"r"
            path.unlink()
            os.write(said, verdict + (b"s" if time.perf_counter() - started > _SLOW_S else b""))
        status = 0
    finally:
        os._exit(status)
