# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Debian's QGIS reads, headless, in a Python of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("qgis_reading.py")


def installed() -> bool:
    """Tell whether QGIS is here."""
    return shutil.which("qgis") is not None


def qgis_reads(paths: Sequence[Path]) -> Mapping[str, Any]:
    """Return `gdal`, `drivers`, and `files`: for each path `valid error crs names rows`.

    A row is its cells as texts, its area, its length, and its shape as WKB in hex.

    Raises
    ------
    RuntimeError
        QGIS ended without an answer.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"):
        environment.pop(name, None)
    done = subprocess.run(
        [PYTHON, str(SCRIPT), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        check=False,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("JSON:")), None)
    if line is None:
        raise RuntimeError(done.stderr[-2000:])
    answer: Mapping[str, Any] = json.loads(line[5:])
    return answer
