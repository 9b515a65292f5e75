# SPDX-License-Identifier: LGPL-3.0-or-later
"""A project is on screen before the worker loads what only the check needs."""

import subprocess
import sys
from pathlib import Path

from benchmarks.reliability import subjects
from gridplanner.io.project.project import save_project

OPEN = """
import sys
from gridplanner.workspace.scene.registry import TASKS, State


class Reporter:
    def step(self, done, total, text): pass
    def settle(self): pass
    def cancelled(self): return False

    def part(self, value):
        print(sorted({"pandas", "geopandas", "scipy", "numba"} & set(sys.modules)))


TASKS["open"](State(), Reporter(), paths=(sys.argv[1],))
"""


def test_the_map_waits_for_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    path = tmp_path / "项目.gpkg"
    save_project(path, subjects.project(6))
    done = subprocess.run([sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True)
    assert done.stdout.split("\n")[0] == "[]", done.stdout + done.stderr
