# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the program writes into a pipe is UTF-8, whatever the system's code page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_a_pipe_gets_utf8_where_the_code_page_knows_no_chinese(tmp_path: Path) -> None:
    missing = tmp_path / "没有.toml"
    run = subprocess.run(
        [sys.executable, "-m", "gridplanner", "check", str(missing)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        timeout=120,
        check=False,
    )
    assert run.returncode == 2
    assert "没有.toml" in run.stderr.decode("utf-8")
