# SPDX-License-Identifier: LGPL-3.0-or-later
"""The worker leaves quietly, whatever it has drawn and whatever it is still at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WORKER = """
import sys, threading
from multiprocessing import Pipe
from pathlib import Path
import shapely
from gridplanner.maps import surface
from gridplanner.maps.marks import Sheet, Text
from gridplanner.workspace.scene import desk, registry


def draw(state, reporter):
    surface.write_pdf([Sheet("walk", "", 210.0, 297.0, (Text(10.0, 20.0, "网格", 3.0),))], Path(sys.argv[1]))
    return "drawn"


def grind(state, reporter):
    points = shapely.points(range(2000), range(2000))
    while True:
        shapely.union_all(shapely.buffer(points, 5.0))


def window():
    for ticket, name in enumerate(("grind", "draw")):
        ours.send(("ask", ticket, name, {}))
    assert ours.recv().value == "drawn"
    ours.send(("leave", 0, "", {}))


registry.TASKS = {"draw": draw, "grind": grind}
ours, theirs = Pipe()
threading.Thread(target=window).start()
desk._work(theirs)
"""


def test_a_worker_that_drew_leaves_without_a_crash(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(tmp_path / "a.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
