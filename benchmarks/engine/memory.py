# SPDX-License-Identifier: LGPL-3.0-or-later
"""How much memory a program and all its processes hold together, shared pages counted once."""

from __future__ import annotations

import threading
from pathlib import Path

#: Seconds between two looks.
_EVERY_S = 0.5


def tree_mib(root: int) -> float:
    """Return the proportional memory of a process and its descendants, MiB; 0 where it cannot be read."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of a process may hold blanks and brackets: what follows the last bracket is plain.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        total += _held_kib(pid)
    return total / 1024


def _held_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


class Watch:
    """Looks at a process and its descendants again and again; `peak_mib` is the most they held together."""

    def __init__(self, root: int) -> None:
        self.peak_mib = 0.0
        self._root = root
        self._done = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)
        self._looker.start()

    def _look(self) -> None:
        while not self._done.wait(_EVERY_S):
            self.peak_mib = max(self.peak_mib, tree_mib(self._root))

    def stop(self) -> float:
        """Stop looking; return the peak."""
        self._done.set()
        self._looker.join()
        return self.peak_mib
