# SPDX-License-Identifier: LGPL-3.0-or-later
"""Worker processes never outlive the process that started them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
#: A process that starts two workers, says who they are, and is then killed while they work.
PARENT = """
import os, sys
from gridplanner.progress import Silent
from gridplanner.workspace.executors import Processes
from tests.unit.workspace.job_work import who_sleeps
if __name__ == "__main__":
    for pid in Processes(2).run(who_sleeps, [0.0, 0.0, 60.0, 60.0], Silent()):
        print(pid, flush=True)
"""


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    state = Path(f"/proc/{pid}/stat")
    return state.is_file() and state.read_text("ascii").rsplit(") ", 1)[1][0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        workers = {int(parent.stdout.readline()) for _ in range(2)}
        assert all(alive(pid) for pid in workers)
        parent.kill()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in workers)
