# SPDX-License-Identifier: LGPL-3.0-or-later
"""One run under a real display: the sample's own files from import to export, no call that is felt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gui.drive_window import FELT_MS

ROOT = Path(__file__).resolve().parent.parent.parent
#: A busy machine whose kernels are still to be compiled; a quiet one takes a minute.
WHOLE_JOB_S = 900


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the driver said."""
    return drive(tmp_path_factory.mktemp("driven"))


def drive(folder: Path) -> dict[str, Any]:
    """Drive a window; return what the driver said."""
    tool = shutil.which("xvfb-run")
    if tool is None:
        pytest.skip("no xvfb-run on this machine: the window is driven offscreen only")
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    environment |= {"GRIDPLANNER_USER_DIR": str(folder / "user"), "GRIDPLANNER_LANG": "zh_CN"}
    command = [tool, "-a", "-s", "-screen 0 1600x1000x24", sys.executable]
    outcome = subprocess.run(
        [*command, str(ROOT / "tests" / "gui" / "drive_window.py"), str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=WHOLE_JOB_S,
    )
    assert outcome.returncode == 0, outcome.stdout[-2000:] + outcome.stderr[-3000:]
    said: dict[str, Any] = json.loads(outcome.stdout.strip().splitlines()[-1])
    return said


def test_the_whole_job_through_a_real_window(driven: dict[str, Any]) -> None:
    assert driven["platform"] == "xcb"
    assert driven["grids"] == driven["coded"] > 0
    assert not driven["unsaved"]
    for name in ("ledger.xlsx", "plan.docx", "maps/district.pdf", "web/map.html", "shp/grids.shp"):
        assert name in driven["files"], name


def test_no_call_on_the_thread_of_the_window_is_felt(driven: dict[str, Any], tmp_path: Path) -> None:
    """CPU of the thread, not the clock; what is felt once only was the machine's other work."""
    felt = felt_in(driven)
    if felt:
        again = felt_in(drive(tmp_path))
        felt = {name: (spent, again[name]) for name, spent in felt.items() if name in again}
    assert not felt, felt


def felt_in(said: dict[str, Any]) -> dict[str, float]:
    """Return the calls that were felt, by name, in milliseconds."""
    return {name: spent for spent, name in said["longest"] if spent > FELT_MS}
